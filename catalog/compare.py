"""The comparisons, one function a feature; the docstring of each is the text on the screen.

Bits add up to the weight of the candidate: one bit doubles how much more probable the reading is
under this unit than under another one, a negative bit halves it.
"""

from __future__ import annotations

import inspect
import math
from types import MappingProxyType
from typing import TYPE_CHECKING

from catalog.likelihood import folded_reading
from catalog.matching.contradiction import COUNTS_AGAINST, beside, misread_share
from catalog.types import FeatureScore
from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from catalog.makers import MakerHit, ModelHit
    from catalog.matching.contradiction import Named
    from catalog.types import FieldEvidence, PermitLine

_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "legal": "the legal name",
        "trading": "a trading name",
        "former": "a former name",
        "predecessor": "the name of a predecessor",
        "alias": "another name",
        "misspelling": "a known misspelling",
    }
)

NOT_READ = "not read"
NOT_RECORDED = "not recorded"


def maker(
    seen: FieldEvidence | None, recorded: str, hit: MakerHit | None, bits: float, named: Named
) -> FeatureScore:
    """The maker's name on the plate against the names that the maker has used, with their dates.

    It decides which units compete. Units that compete share the maker, so agreement adds nothing
    among them; bits appear only where several makers remain possible. Plates lag legal names by
    years, so a name that was out of use is said but not counted against a unit. A name that is
    another maker's counts a thousandfold against it, and it is then never called consistent.
    """
    if seen is None:
        detail = "The maker was not read; units of every maker that fits compete."
    elif hit is None:
        detail = named.words or f"The name is one of {recorded}."
    elif hit.exact and beside(seen, hit):
        detail = f"“{seen.text}” holds {_named(hit)}, beside other words."
    elif hit.exact and fold(hit.alias) == fold(hit.canonical):
        detail = "The same name."
    elif hit.exact:
        detail = f"“{hit.alias}” is {_KINDS[hit.kind]} of {hit.canonical}."
    else:
        detail = f"Not letter by letter, but near {_named(hit)}."
    if named.relation == "perhaps" and named.words not in detail:
        detail = f"{detail} {named.words}"
    if hit is not None and hit.in_time is False:
        detail += f" That name was in use {_span(hit)}; plates lag names by years."
    return FeatureScore(
        feature="maker",
        weight_bits=bits,
        detail=detail,
        seen=seen.text if seen else NOT_READ,
        recorded=recorded,
    )


def model(
    seen: FieldEvidence | None, recorded: str, hit: ModelHit | None, bits: float, named: Named
) -> FeatureScore:
    """The model on the plate against the model on the permit line.

    Models agree exactly or by a declared variant (CMX-15D and MX-15D), never because they look
    alike. Units that compete share the model, so agreement adds nothing among them; bits appear
    only where several models remain possible.
    """
    if seen is None:
        detail = "The model was not read; units of every model of the maker compete."
    elif hit is None:
        detail = named.words or "The model was found among those of the catalog."
    elif hit.exact:
        detail = "The same model."
    else:
        detail = hit.note or f"“{hit.variant}” is declared to mean {hit.model}."
    return FeatureScore(
        feature="model",
        weight_bits=bits,
        detail=detail,
        seen=seen.text if seen else NOT_READ,
        recorded=recorded,
    )


def part_number(seen: FieldEvidence | None, line: PermitLine) -> FeatureScore:
    """The part number on the plate against the one on the permit line.

    It is not known how many units share a part number, so agreement adds nothing. A part number
    that differs counts against the unit, as far as a reader's error does not explain it, and at
    most a thousandfold, since records get part numbers wrong.
    """
    if seen is None or not folded_reading(seen.text):
        bits, detail = 0.0, "No part number was read."
    elif not fold(line.part_number):
        bits, detail = 0.0, "The record has no part number; that neither matches nor excludes."
    else:
        bits = math.log2(part_number_factor(seen, line))
        detail = "The same part number." if bits > -1 else "Another part number than was read."
    return FeatureScore(
        feature="part_number",
        weight_bits=bits,
        detail=detail,
        seen=seen.text if seen else NOT_READ,
        recorded=line.part_number or NOT_RECORDED,
    )


def part_number_factor(seen: FieldEvidence | None, line: PermitLine) -> float:
    """How much less probable the part number as read is under this line than at best, 0.001-1."""
    recorded = fold(line.part_number)
    texts = folded_reading(seen.text) if seen else ""
    if seen is None or not texts or not recorded:
        return 1.0
    share = misread_share(texts, recorded, seen.origin)
    return min(max(share, COUNTS_AGAINST), 1.0)


def serial(
    seen: FieldEvidence, recorded: str, bits: float, *, units: float, fitting: str
) -> FeatureScore:
    """The serial as read against the serial on record, weighed against all other units.

    How probable the reading is if the plate bears this serial, over how probable it is on average
    if the plate is of another unit of that maker and model, catalogued or not. How often the
    reader errs, and which characters it confuses, enters on both sides.
    """
    return FeatureScore(
        feature="serial",
        weight_bits=bits,
        detail=f"Against {units:,.0f} units taken to exist: {fitting}.",
        seen=seen.text,
        recorded=recorded,
    )


FEATURES: dict[str, Callable[..., FeatureScore]] = {
    "maker": maker,
    "model": model,
    "part_number": part_number,
    "serial": serial,
}
"""Every feature, in the order of the waterfall."""


def explain(feature: str) -> str:
    """Give the text that a reviewer reads beside a feature. Raises KeyError for an unknown one."""
    return inspect.cleandoc(FEATURES[feature].__doc__ or "")


def _named(hit: MakerHit) -> str:
    """A maker’s name, and whose it is where that is another."""
    whose = f", {_KINDS[hit.kind]} of {hit.canonical}"
    return f"“{hit.alias}”{'' if fold(hit.alias) == fold(hit.canonical) else whose}"


def _span(hit: MakerHit) -> str:
    first = f"from {hit.valid_from}" if hit.valid_from.known else ""
    last = f"until {hit.valid_to}" if hit.valid_to.known else ""
    return " ".join(part for part in (first, last) if part) or "at another time"
