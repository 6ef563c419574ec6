"""The rule of the clock, to the second, and that no rotation ends a key before its seals."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence_store.clock import (
    TOLERANCE_SECONDS,
    ahead_remark,
    clock_remark,
    require_clock,
    seconds_behind,
    spoken,
)
from evidence_store.errors import BadInput, ClockBehind
from evidence_store.keys import KeyFolder
from evidence_store.types import Draft

if TYPE_CHECKING:
    from pathlib import Path

    from evidence_store.ledger import Ledger
    from tests.evidence_store.conftest import SetClock

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TOLERATED = timedelta(seconds=60)


def test_a_minute_is_tolerated_and_a_microsecond_more_is_not() -> None:
    assert TOLERANCE_SECONDS == 60
    assert seconds_behind(NOW, None) == 0
    assert seconds_behind(NOW, NOW - TOLERATED) == 0
    assert seconds_behind(NOW, NOW + TOLERATED) == 0
    assert clock_remark(NOW, NOW + TOLERATED) == ""
    require_clock(NOW, NOW + TOLERATED, what="A seal waits")
    later = NOW + TOLERATED + timedelta(microseconds=1)
    assert seconds_behind(NOW, later) > 60
    assert "60 seconds before the last entry" in clock_remark(NOW, later)
    with pytest.raises(ClockBehind, match=r"^A seal waits until the clock is right\. "):
        require_clock(NOW, later, what="A seal waits")


def test_a_seal_ahead_of_the_clock_is_remarked_on_beyond_a_minute() -> None:
    assert ahead_remark(NOW + TOLERATED, NOW) == ""
    assert ahead_remark(NOW - timedelta(days=900), NOW) == ""
    assert "73.1 years ahead" in ahead_remark(datetime(2100, 1, 1, tzinfo=UTC), NOW)


def test_lengths_of_time_are_said_in_their_largest_unit() -> None:
    said = [spoken(seconds) for seconds in (61, 3_599, 3_600, 7_200, 86_400, 31_557_600)]
    assert said == ["61 seconds", "3599 seconds", "1.0 hours", "2.0 hours", "1.0 days", "1.0 years"]


def draft() -> Draft:
    return Draft(kind="seen", actor="p-1", body={})


def test_recording_goes_on_behind_and_says_what_the_clock_said(
    ledger: Ledger, clock: SetClock
) -> None:
    (first,) = ledger.append("case-1", draft())
    clock.now -= timedelta(hours=2)
    (second,) = ledger.append("case-1", draft())
    assert second.at == first.at
    assert second.clock_at is not None
    assert first.at - second.clock_at > timedelta(hours=1)
    assert "2.0 hours before the last entry" in ledger.clock_remark("case-1")
    with pytest.raises(ClockBehind):
        ledger.require_clock(what="A seal waits")
    assert ledger.audit() == ()


def test_a_correction_is_an_entry_from_which_times_run_on(ledger: Ledger, clock: SetClock) -> None:
    with pytest.raises(BadInput, match="nothing to correct"):
        ledger.correct_clock("p-1", reason="Why not")
    right = clock.now
    ledger.create_log("case-2")
    clock.now = datetime(2099, 1, 1, tzinfo=UTC)
    ledger.append("case-1", draft())
    clock.now = right
    with pytest.raises(ClockBehind):
        ledger.require_clock(what="A key waits")
    made = ledger.correct_clock("p-1", reason="By the radio")
    assert [entry.log for entry in made] == ["store", "case-1"]
    assert {entry.kind for entry in made} == {"clock-corrected"}
    assert made[1].body["last"] == "2099-01-01T00:00:01.000000Z"
    assert made[1].private == {"reason": "By the radio"}
    ledger.require_clock(what="A key waits")
    (after,) = ledger.append("case-1", draft())
    assert (after.at.year, after.clock_at) == (2026, None)
    assert ledger.audit() == ()


def test_nobody_but_the_ledger_records_a_correction(ledger: Ledger) -> None:
    with pytest.raises(BadInput, match="Only the ledger writes"):
        ledger.append("case-1", Draft(kind="clock-corrected", actor="p-1", body={}))


@settings(max_examples=30)
@given(
    st.lists(
        st.tuples(st.sampled_from(["sign", "rotate"]), st.integers(-7_200_000, 7_200_000)),
        max_size=8,
    )
)
def test_whatever_the_clock_does_no_rotation_ends_a_key_before_what_it_signed(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    at = [NOW]
    keys = KeyFolder(tmp_path_factory.mktemp("keys"), clock=lambda: at[0])
    keys.create("person-1")
    signed: list[tuple[str, datetime]] = []
    for act, milliseconds in acts:
        at[0] += timedelta(milliseconds=milliseconds)
        if act == "sign":
            signed.append((keys.public("person-1").fingerprint, at[0]))
            keys.sign("person-1", b"a bundle", namespace="custodian@x")
        else:
            keys.rotate("person-1")
    ends = {key.fingerprint: key.valid_before for key in keys.history("person-1")}
    for fingerprint, when in signed:
        end = ends[fingerprint]
        assert end is None or when <= end


def test_a_key_that_is_revoked_in_the_second_of_its_signature_is_over_at_once(
    tmp_path: Path,
) -> None:
    keys: Any = KeyFolder(tmp_path, clock=lambda: NOW + timedelta(milliseconds=400))
    keys.create("person-1")
    keys.sign("person-1", b"a bundle", namespace="custodian@x")
    ended = keys.revoke("person-1", reason="Lost")
    assert ended.valid_before == NOW + timedelta(seconds=1)
    assert keys._private is not None
    with pytest.raises(Exception, match="no key in use"):
        keys.sign("person-1", b"another", namespace="custodian@x")
