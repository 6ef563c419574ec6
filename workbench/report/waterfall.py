"""The positions of the bars of a waterfall, shared by the page, the PDF and the screens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar: its two ends and the zero line, as fractions (0–1) of the width of the drawing."""

    left: float
    right: float
    zero: float
    total_bits: float
    """The sum of all weights up to and including this one."""


def bars(weights_bits: Sequence[float]) -> tuple[Bar, ...]:
    """One bar for each weight, each beginning where the last one ended, and one for the sum."""
    ends = [0.0]
    for weight in weights_bits:
        ends.append(ends[-1] + weight)
    low, high = min(ends), max(ends)
    span = (high - low) or 1.0
    place = [(end - low) / span for end in ends]
    zero = (0.0 - low) / span
    steps = [
        Bar(
            left=min(place[i], place[i + 1]),
            right=max(place[i], place[i + 1]),
            zero=zero,
            total_bits=ends[i + 1],
        )
        for i in range(len(weights_bits))
    ]
    last = Bar(
        left=min(zero, place[-1]), right=max(zero, place[-1]), zero=zero, total_bits=ends[-1]
    )
    return (*steps, last)
