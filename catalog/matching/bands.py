"""The verbal scale: words for likelihood ratios, as versioned data; the number is always printed.

The words belong to the scale and change only with its version, so they are stored here.

It follows the ENFSI guideline for evaluative reporting (2015). Sources disagree about the ends of
the scale, so a page that shows a word also shows the number and this table's version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from values.rule import Declared
from values.sentence import Sentence, say

VERSION = "enfsi-2015/nameplate-1"
"""Version of the verbal scale; printed wherever one of its words is used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One step of the scale: from `least` (included) up to the next band's `least`."""

    least: float
    words: str


BANDS = (
    Band(least=1.0, words="no support either way"),
    Band(least=1.05, words="weak support"),
    Band(least=10.0, words="moderate support"),
    Band(least=100.0, words="moderately strong support"),
    Band(least=1e3, words="strong support"),
    Band(least=1e4, words="very strong support"),
    Band(least=1e6, words="extremely strong support"),
)
"""The likelihood ratios from which each description applies."""

RULES: Final = Declared(
    "bands",
    test="tests/unit/catalog/matching/test_bands.py",
    source="ENFSI guideline for evaluative reporting, 2015",
    units={
        "VERSION": "version of the scale",
        "BANDS": "likelihood ratio: words",
    },
)


def band(lr: float) -> Sentence:
    """Return the band of a likelihood ratio (> 0); below 1 it supports the other units instead.

    Raises ValueError for a ratio that is not positive.
    """
    words = scale_words(lr)
    if lr >= 1.0 or words == BANDS[0].words:
        return say("band.supports", words=words)
    return say("band.supports-another", words=words)


def scale_words(lr: float) -> str:
    """Return the scale's own words for the strength of a likelihood ratio (> 0), either way."""
    if not lr > 0:
        raise ValueError(f"a likelihood ratio is more than 0, not {lr}")
    strength = max(lr, 1.0 / lr)
    return next(step.words for step in reversed(BANDS) if strength >= step.least)
