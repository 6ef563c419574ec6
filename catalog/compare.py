"""The comparisons, one function a feature; the docstring of each is the text on the screen.

Bits add up to the weight of the candidate: one bit doubles how much more probable the reading is
under this unit than under another one, a negative bit halves it.
"""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import MODELS
from catalog.likelihood import TextModel, folded_reading
from catalog.normalize import fold
from catalog.types import FeatureScore

if TYPE_CHECKING:
    from collections.abc import Callable

    from catalog.makers import MakerHit, ModelHit
    from catalog.types import FieldEvidence, PermitLine

LEAST_PART_NUMBER = 1e-3
"""A part number that differs counts at most this much against a unit: records get them wrong."""

NOT_READ = "not read"
NOT_RECORDED = "not recorded"


def maker(
    seen: FieldEvidence | None, recorded: str, hit: MakerHit | None, bits: float
) -> FeatureScore:
    """The maker's name on the plate against the names that the maker has used, with their dates.

    It decides which units compete. Units that compete share the maker, so agreement adds nothing
    among them; bits appear only where several makers remain possible. Plates lag legal names by
    years, so a name that was out of use is said but not counted against a unit.
    """
    if seen is None:
        detail = "The maker was not read; units of every maker that fits compete."
    elif hit is None:
        detail = "The name read is not among the names the catalog knows; it was not compared."
    elif hit.exact:
        detail = f"“{hit.alias}” is a {hit.kind} name of {hit.canonical}."
    else:
        detail = (
            f"Not letter by letter, but near “{hit.alias}”, a {hit.kind} name of {hit.canonical}."
        )
    if hit is not None and hit.note:
        detail = f"{detail} {hit.note}"
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
    seen: FieldEvidence | None, recorded: str, hit: ModelHit | None, bits: float
) -> FeatureScore:
    """The model on the plate against the model on the permit line.

    Models agree exactly or by a declared variant (CMX-15D and MX-15D), never because they look
    alike. Units that compete share the model, so agreement adds nothing among them; bits appear
    only where several models remain possible.
    """
    if seen is None:
        detail = "The model was not read; units of every model of the maker compete."
    elif hit is None:
        detail = "What was read is no model the catalog knows; it was not compared."
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
    under = TextModel.of(((texts, 1.0),), MODELS[seen.origin])
    key = np.array([recorded.encode()])
    share = float(under.of_keys(key, key.dtype.itemsize)[0]) / under.ceiling
    return min(max(share, LEAST_PART_NUMBER), 1.0)


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


def _span(hit: MakerHit) -> str:
    first = f"from {hit.valid_from}" if hit.valid_from.known else ""
    last = f"until {hit.valid_to}" if hit.valid_to.known else ""
    return " ".join(part for part in (first, last) if part) or "at another time"
