"""Compare a plate with a record, one function per feature; `ABOUT` says what each rests on.

Bits add up to the weight of the candidate: one bit doubles how much more probable the reading is
under this unit than under another one, a negative bit halves it.
"""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalog.likelihood.models import folded_reading
from catalog.matching.contradiction import COUNTS_AGAINST, beside, misread_share
from catalog.types import FeatureScore
from values.sentence import Sentence, say
from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    from catalog.matching.contradiction import Named
    from catalog.matching.results import Fit
    from catalog.records.makers import MakerHit, ModelHit
    from catalog.types import FieldEvidence, PermitLine

ABOUT: Final[Mapping[str, Sentence]] = MappingProxyType(
    {
        "maker": say("feature.about-maker"),
        "model": say("feature.about-model"),
        "part_number": say("feature.about-part-number"),
        "serial": say("feature.about-serial"),
    }
)
"""What each comparison rests on, in the order of the waterfall."""


def maker(
    seen: FieldEvidence | None, recorded: str, hit: MakerHit | None, bits: float, named: Named
) -> FeatureScore:
    """Compare the maker's name on the plate with the names that the maker has used."""
    said: list[Sentence] = []
    if seen is None:
        said.append(say("feature.maker-unread"))
    elif hit is None:
        said.append(named.said or say("feature.maker-one-of", maker=recorded))
    else:
        said.append(_met(seen, hit))
    if named.relation == "perhaps" and named.said is not None and named.said not in said:
        said.append(named.said)
    if hit is not None and hit.in_time is False:
        first, last = str(hit.valid_from), str(hit.valid_to)
        said.append(say("feature.maker-in-use", first=first, last=last))
    return FeatureScore(
        feature="maker",
        weight_bits=bits,
        detail=tuple(said),
        seen=seen.text if seen else None,
        recorded=recorded,
    )


def _met(seen: FieldEvidence, hit: MakerHit) -> Sentence:
    """Describe which of a maker's names was found in the reading, and how."""
    own = fold(hit.alias) == fold(hit.canonical)
    kind = "" if own else hit.kind
    if hit.exact and beside(seen, hit):
        return say(
            "feature.maker-holds",
            read=seen.text,
            name=hit.alias,
            kind=kind,
            maker=hit.canonical,
        )
    if hit.exact and own:
        return say("feature.maker-same")
    if hit.exact:
        return say("feature.maker-named", name=hit.alias, kind=kind, maker=hit.canonical)
    return say("feature.maker-near", name=hit.alias, kind=kind, maker=hit.canonical)


def model(
    seen: FieldEvidence | None, recorded: str, hit: ModelHit | None, bits: float, named: Named
) -> FeatureScore:
    """Compare the model on the plate with the model on the permit line."""
    if seen is None:
        said = say("feature.model-unread")
    elif hit is None:
        said = named.said or say("feature.model-found")
    elif hit.exact:
        said = say("feature.model-same")
    else:
        said = say(
            "feature.model-declared", variant=hit.variant, model=hit.model, source=hit.source
        )
    return FeatureScore(
        feature="model",
        weight_bits=bits,
        detail=(said,),
        seen=seen.text if seen else None,
        recorded=recorded,
    )


def part_number(seen: FieldEvidence | None, line: PermitLine) -> FeatureScore:
    """Compare the part number on the plate with the one on the permit line."""
    bits = 0.0
    if seen is None or not folded_reading(seen.text):
        said = say("feature.part-number-unread")
    elif not fold(line.part_number):
        said = say("feature.part-number-unrecorded")
    else:
        bits = math.log2(part_number_factor(seen, line))
        same = bits > -1
        said = say("feature.part-number-same") if same else say("feature.part-number-another")
    return FeatureScore(
        feature="part_number",
        weight_bits=bits,
        detail=(said,),
        seen=seen.text if seen else None,
        recorded=line.part_number or None,
    )


def part_number_factor(seen: FieldEvidence | None, line: PermitLine) -> float:
    """The factor for the part number as read under this line, relative to the best, 0.001-1."""
    recorded = fold(line.part_number)
    texts = folded_reading(seen.text) if seen else ""
    if seen is None or not texts or not recorded:
        return 1.0
    share = misread_share(texts, recorded, seen.origin)
    return min(max(share, COUNTS_AGAINST), 1.0)


def serial(seen: FieldEvidence, recorded: str, bits: float, fit: Fit) -> FeatureScore:
    """Weigh the serial as read against the serial on record and all other units."""
    return FeatureScore(
        feature="serial",
        weight_bits=bits,
        detail=(say("feature.serial", units=fit.units, fitting=fit.fitting, of=fit.units),),
        seen=seen.text,
        recorded=recorded,
    )
