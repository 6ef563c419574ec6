"""What a value of the catalog stands for: a unit or a number of them, a text or a redacted one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, get_args

import pytest

from catalog.errors import RecordInvalid
from catalog.types import GONE_BACK, Redactable, Redaction, Serial, SerialBasis
from catalog.vocabulary import DISPOSITIONS
from tests.unit.catalog.casework import delivery, line, permit, snapshot_of

if TYPE_CHECKING:
    from pathlib import Path

WITHOUT = {"quantity_only", "redacted"}


@pytest.mark.parametrize("basis", get_args(SerialBasis))
def test_an_entry_is_a_unit_unless_its_serial_is_redacted_or_was_never_said(
    basis: SerialBasis,
) -> None:
    assert Serial(value="A-1", basis=basis).is_unit is (basis not in WITHOUT)
    if basis in WITHOUT:
        assert Serial(value="", basis=basis, quantity=4).quantity == 4
    else:
        with pytest.raises(RecordInvalid, match="has no serial"):
            Serial(value="", basis=basis)


@pytest.mark.parametrize("disposition", DISPOSITIONS)
def test_a_unit_that_went_back_may_be_delivered_again(disposition: str) -> None:
    went_back = Serial(value="A-1", basis="single", disposition=disposition).has_gone_back
    assert went_back is (disposition in {"returned", "retransferred_with_consent"})
    assert set(DISPOSITIONS) >= GONE_BACK


@pytest.mark.parametrize("redaction", get_args(Redaction))
def test_a_redacted_text_is_not_compared_with_anything(redaction: Redaction) -> None:
    readable = Redactable(value="Tur", redaction=redaction).readable
    assert readable is (redaction == "not_redacted")
    assert not Redactable(value="", redaction=redaction).readable


def test_a_redacted_serial_matches_nothing_whatever_stands_in_it(tmp_path: Path) -> None:
    shown = Serial(value="CMX15D-0001", basis="single")
    hidden = Serial(value="CMX15D-0836", basis="redacted", redaction="redacted_full", quantity=None)
    shipped = replace(delivery("D", "2020-05-06", ()), quantity=None, serials=(shown, hidden))
    with snapshot_of(tmp_path, permit("P", line("L", shipped))) as snapshot:
        assert [unit.serial.value for unit in snapshot.find_units("CMX15D-0001")] == ["CMX15D-0001"]
        assert snapshot.find_units("CMX15D-0836") == ()
