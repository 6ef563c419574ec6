"""How far an exhibit is hangs on what was offered, and on whose judgement counts."""

from __future__ import annotations

import pytest

from workbench.rules.progress import open_fields, state_of
from workbench.types import ExhibitState

FIELDS = (("serial", "X1", 0.9, "stated"), ("maker", "M", 0.5, "offered"))


def test_a_field_is_open_until_somebody_judged_it() -> None:
    assert open_fields(FIELDS, ()) == {"serial", "maker"}
    assert open_fields(FIELDS, {"serial"}) == {"maker"}
    assert open_fields(FIELDS, {"serial", "maker", "model"}) == frozenset()


@pytest.mark.parametrize(
    ("regions", "read", "judged", "state"),
    [
        ((), False, False, ExhibitState.WAITING),
        (((2, True),), False, True, ExhibitState.WAITING),
        (((0, True), (1, True)), True, True, ExhibitState.READ),
        (((1, True),), True, False, ExhibitState.READ),
        ((), True, False, ExhibitState.NO_FIELD),
        (((0, False),), True, False, ExhibitState.NO_FIELD),
        (((0, False),), True, True, ExhibitState.REVIEWED),
        (((0, True),), True, True, ExhibitState.REVIEWED),
    ],
)
def test_an_exhibit_has_come_as_far_as_its_regions(
    regions: tuple[tuple[int, bool], ...], read: bool, judged: bool, state: ExhibitState
) -> None:
    assert state_of(regions, read=read, judged=judged) is state
