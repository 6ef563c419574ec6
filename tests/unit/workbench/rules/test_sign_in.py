"""What a person has to prove, and how wrong tries slow down."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.rules import sign_in as rules
from workbench.rules.sign_in import Proof

NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("held_by", "has_passphrase", "needed"),
    [
        ("server", False, Proof.NAME),
        ("server", True, Proof.PASSPHRASE),
        ("person", False, Proof.SIGNATURE),
        ("person", True, Proof.SIGNATURE),
    ],
)
def test_a_person_proves_it_as_strongly_as_their_key_is_kept(
    held_by: str, has_passphrase: bool, needed: Proof
) -> None:
    assert rules.proof_needed(held_by=held_by, has_passphrase=has_passphrase) is needed
    person: Any = SimpleNamespace(held_by=held_by, has_passphrase=has_passphrase)
    assert rules.proof_of(person) is needed


@given(st.sampled_from(Proof), st.sampled_from(Proof), st.booleans())
def test_only_the_person_asks_less_of_themselves(
    before: Proof, after: Proof, by_themselves: bool
) -> None:
    why = rules.weakens("A", by_themselves=by_themselves, before=before, after=after)
    assert (why is not None) is (not by_themselves and after < before)


def test_each_wrong_try_doubles_the_wait_up_to_a_bound() -> None:
    waits = [rules.wait_after(wrong).total_seconds() for wrong in range(12)]
    assert waits == [0, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert rules.wait_after(10**9) == rules.LONGEST_WAIT == timedelta(minutes=5)
    assert timedelta(seconds=8) == rules.HELD
    assert timedelta(minutes=10) == rules.CHALLENGE_LIVES
    assert timedelta(hours=12) == rules.REMEMBERED


def test_what_signs_in_is_signed_for_that_alone() -> None:
    assert rules.NAMESPACE == "sign-in@people.nameplate"


def test_who_would_weaken_a_key_is_told_with_what_to_begin_it() -> None:
    locked = rules.weakens("A", by_themselves=False, before=Proof.PASSPHRASE, after=Proof.NAME)
    assert "Create it with a passphrase, or let A create it." in str(locked)
    own = rules.weakens("A", by_themselves=False, before=Proof.SIGNATURE, after=Proof.PASSPHRASE)
    assert "Create it with the public key of a key they hold, or let A" in str(own)


@given(st.integers(0, 50), st.integers(-10_000, 10_000))
def test_what_is_left_is_never_more_than_the_whole_wait(wrong: int, passed: int) -> None:
    left = rules.still_to_wait(wrong, NOW, NOW + timedelta(seconds=passed))
    assert timedelta(0) <= left <= rules.wait_after(wrong)
    if passed >= 0:
        whole = rules.wait_after(wrong)
        assert left == max(timedelta(0), whole - timedelta(seconds=passed))
    assert rules.still_to_wait(wrong, None, NOW) == timedelta(0)


def test_who_left_or_has_no_key_cannot_act() -> None:
    assert rules.cannot("A", left_at=None, key_ended_at=None) is None
    left = rules.cannot("A", left_at=NOW, key_ended_at=NOW)
    assert left is not None
    assert "left on 1 November 2026" in left
    ended = rules.cannot("A", left_at=None, key_ended_at=NOW)
    assert ended is not None
    assert "ended on 1 November 2026" in ended
