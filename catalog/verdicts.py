"""The seven answers to *which unit*, and the rules by which one of them is given."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from catalog.weight import ALONE_FROM, IDENTIFIES_FROM, RULED_OUT_BELOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalog.types import Verdict
    from catalog.weight import UnitWeight

SAYS_NOTHING_BELOW = 2.0
"""A likelihood ratio under this tells the unit from others of its model hardly at all."""

CONSISTENT_FROM = 10.0
"""From this likelihood ratio on a single fitting unit is called consistent, below inconclusive."""

NEARLY = 0.5
"""Posterior from which a catalogued unit that does not fit still keeps the answer open, and under
which, without the stack of its looks, a unit that fits leaves it open."""

NOT_BY_MACHINE = (
    "A serial that stands in no sequence is not identified from a machine's reading alone: when "
    "tested on drawn plates, units that differ in one look-alike (O for 0, I for 1 …) were too "
    "often taken for each other. A person who can read it may settle it."
)
"""Said where the numbers would do; what was tested is `python -m benchmarks.weight_irregular`."""

WORDS: Mapping[Verdict, str] = MappingProxyType(
    {
        "identifies_catalog_unit": "The reading identifies this catalog unit, if every unit "
        "taken to exist was equally probable beforehand.",
        "consistent_with_catalog_unit": "The reading is consistent with this catalog unit.",
        "consistent_with_model_only": "Only maker and model are consistent; this is not a match.",
        "several_candidates": "Several catalog units fit the reading.",
        "not_in_catalog": "No catalog unit fits; that is no sign that there was no permit.",
        "excluded": "At the stated error rates this unit is excluded.",
        "inconclusive": "The reading does not settle which unit it is.",
    }
)


def unit_verdict(
    weight: UnitWeight, *, catalogued_fitting: int, copies: int, certain: bool, alone: float = 1.0
) -> Verdict:
    """Give the verdict on one unit.

    `catalogued_fitting` counts the catalog's serials that fit, `copies` the records that bear this
    serial; `certain` says that every field that was read was also compared; `alone` is the unit's
    posterior without the stack of the looks (1 if there is none).
    """
    if not weight.fits:
        return "excluded" if weight.lr < RULED_OUT_BELOW else "inconclusive"
    if copies > 1:
        return "several_candidates"
    if weight.posterior >= IDENTIFIES_FROM and alone >= ALONE_FROM and certain:
        return "identifies_catalog_unit"
    if weight.lr < SAYS_NOTHING_BELOW:
        return "consistent_with_model_only"
    if catalogued_fitting > 1:
        return "several_candidates"
    if weight.lr < CONSISTENT_FROM or alone < NEARLY:
        return "inconclusive"
    return "consistent_with_catalog_unit"


def without_stack(weight: UnitWeight, alone: float) -> str:
    """Say what the stack of the looks carries, where the verdict hangs on it; else nothing."""
    if alone >= ALONE_FROM or (alone >= NEARLY and weight.posterior < IDENTIFIES_FROM):
        return ""
    return (
        f" Without the picture of the exposures laid over each other, the probability of this unit "
        f"would be {alone:.2g}, if all were equally probable beforehand. Such a picture may "
        f"strengthen an identification, not make one: .{ALONE_FROM * 100:.0f} is "
        f"asked of the exposures alone."
    )


def result_verdict(
    best: Verdict | None, *, best_posterior: float, catalogued_fitting: int, readable: bool
) -> Verdict:
    """Give the verdict on a whole search: that of its best unit, or that none is catalogued.

    Where no catalogued unit fits, the answer stays open if one is still more probable than all
    others together, or if too little was readable (`readable` False) to say what does not fit.
    """
    if catalogued_fitting and best is not None:
        return best
    return "inconclusive" if best_posterior >= NEARLY or not readable else "not_in_catalog"
