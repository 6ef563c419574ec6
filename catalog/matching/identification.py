"""The eight answers to *which unit*, and the rules that choose one of them.

What fits is weighed first; but whatever the weight, a unit whose maker, model or part number
differs from the plate's is neither consistent nor identified (`catalog.matching.contradiction`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalog.matching.bands import band
from values.rule import Declared
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalog.likelihood.weight import UnitWeight
    from catalog.types import Verdict

IDENTIFIES_FROM = 0.999
"""Posterior over all units, each equally probable beforehand, from which a unit is identified."""

ALONE_FROM = 0.95
"""Posterior that an identified unit must also reach without the stack of its exposures. On 400 mild
and 200 hard rendered plates no wrong unit reached it on the single exposures (see
docs/validity/weight.md).
"""

RULED_OUT_BELOW = 0.01
"""A unit with a likelihood ratio below this is excluded at the stated error rates."""

SAYS_NOTHING_BELOW = 2.0
"""A likelihood ratio below this hardly distinguishes the unit from others of its model."""

CONSISTENT_FROM = 10.0
"""From this likelihood ratio, a single fitting unit is called consistent; below it, inconclusive.
"""

NEARLY = 0.5
"""Posterior from which a catalogued unit that does not fit keeps the answer open, and below which,
without the stack of its exposures, a unit that fits leaves it open.
"""

NOT_BY_MACHINE: Final = say("identification.not-by-machine")
"""Used where the numbers would suffice; tested by `python -m benchmarks.weight_irregular`."""

SAID: Final[Mapping[Verdict, Sentence]] = MappingProxyType(
    {
        "identifies_catalog_unit": say("verdict.identifies-catalog-unit"),
        "consistent_with_catalog_unit": say("verdict.consistent-with-catalog-unit"),
        "consistent_with_model_only": say("verdict.consistent-with-model-only"),
        "several_candidates": say("verdict.several-candidates"),
        "contradicted": say("verdict.contradicted"),
        "not_in_catalog": say("verdict.not-in-catalog"),
        "excluded": say("verdict.excluded"),
        "inconclusive": say("verdict.inconclusive"),
    }
)
"""The sentence for each verdict on a unit or a search."""

NO_FIT: Final = say("band.no-fit")
CONTRADICTED: Final = say("band.contradicted")
"""Shown beside a weight that supports nothing."""

RULES: Final = Declared(
    "identification",
    test="tests/unit/catalog/matching/test_identification.py",
    source="assumed; docs/validity/weight.md reports how often it was wrong in tests",
    units={
        "IDENTIFIES_FROM": "posterior, 0-1",
        "ALONE_FROM": "posterior, 0-1",
        "NEARLY": "posterior, 0-1",
        "RULED_OUT_BELOW": "likelihood ratio",
        "SAYS_NOTHING_BELOW": "likelihood ratio",
        "CONSISTENT_FROM": "likelihood ratio",
    },
    sources={
        "ALONE_FROM": "400 mild and 200 hard rendered plates; docs/validity/weight.md",
    },
)


def unit_verdict(
    weight: UnitWeight,
    *,
    catalogued_fitting: int,
    copies: int,
    certain: bool,
    alone: float = 1.0,
    contradicted: bool = False,
) -> Verdict:
    """Return the verdict on one unit.

    `catalogued_fitting` counts the catalog's serials that fit, `copies` the records with this
    serial; `certain` says that every field that was read was also found; `alone` is the unit's
    posterior without the stack of the exposures (1 if there is none); `contradicted` says that a
    field that was read belongs to another unit.
    """
    if not weight.fits:
        return "excluded" if weight.lr < RULED_OUT_BELOW else "inconclusive"
    if contradicted:
        return "contradicted"
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


def without_stack(weight: UnitWeight, alone: float) -> tuple[Sentence, ...]:
    """Report the effect of the stack if the verdict depends on it; otherwise nothing."""
    if alone >= ALONE_FROM or (alone >= NEARLY and weight.posterior < IDENTIFIES_FROM):
        return ()
    return (say("weight.without-stack", posterior=alone, least=ALONE_FROM),)


def result_verdict(
    best: Verdict | None,
    *,
    best_posterior: float,
    catalogued_fitting: int,
    readable: bool,
    unserialised: bool,
) -> Verdict:
    """Return the verdict on a whole search: that of its best unit, or that none is catalogued.

    If no catalogued unit fits, the answer stays open if one is still more probable than all others
    together, if too little was readable (`readable` False) to say what does not fit, or if the
    catalog has units of the model with unknown serials (`unserialised`).
    """
    if catalogued_fitting and best is not None:
        return best
    open_still = best_posterior >= NEARLY or not readable or unserialised
    return "inconclusive" if open_still else "not_in_catalog"


def supports(weight: UnitWeight, verdict: Verdict) -> Sentence:
    """Return the words beside a unit's weight; they mention support only if there is some.

    A unit that does not fit the reading, or is contradicted by the plate, is never supported,
    however much less the others fit.
    """
    if verdict == "contradicted":
        return CONTRADICTED
    return band(weight.lr) if weight.fits else NO_FIT
