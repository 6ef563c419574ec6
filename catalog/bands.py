"""The verbal scale: words for likelihood ratios, as versioned data; the number is always printed.

After the ENFSI guideline for evaluative reporting (2015). Sources disagree about the ends of the
scale, so a page that shows a word also shows the number and this table's version.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from values.rule import Declared

VERSION = "enfsi-2015/nameplate-1"
"""Of this table; printed wherever one of its words is."""


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
"""From which likelihood ratio on which words stand beside it."""

RULES: Final = Declared(
    "bands",
    test="tests/catalog/test_bands.py",
    source="ENFSI guideline for evaluative reporting, 2015",
    units={
        "VERSION": "version of the scale",
        "BANDS": "likelihood ratio: words",
    },
)


def band(lr: float) -> str:
    """Name the band of a likelihood ratio (> 0); below 1 it supports the other units instead.

    Raises ValueError for a ratio that is not positive.
    """
    if not lr > 0:
        raise ValueError(f"a likelihood ratio is more than 0, not {lr}")
    strength = max(lr, 1.0 / lr)
    words = next(step.words for step in reversed(BANDS) if strength >= step.least)
    if lr >= 1.0 or strength < BANDS[1].least:
        return words
    return f"{words} for another unit"


def times(lr: float) -> str:
    """Write a ratio for people, to two or three figures: 0.013, 1.4, 129, 37,600, 4.2 × 10⁹."""
    if lr >= 1e9:
        exponent = len(f"{lr:.0f}") - 1
        digits = str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{lr / 10**exponent:.1f} × 10{digits}"
    if lr >= 1000:
        size = 10 ** (len(f"{lr:.0f}") - 3)
        return f"{round(lr / size) * size:,.0f}"
    return f"{lr:.3g}"
