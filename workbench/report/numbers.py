"""Numbers and times as the case file and the screens write them."""

from __future__ import annotations

import math
from datetime import UTC, datetime


def moment(value: datetime) -> str:
    """A time in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def percent(share: float) -> str:
    """A probability as per cent, never rounded to certainty or to nothing."""
    if 0.995 <= share < 1:
        return "> 99 %"
    if 0 < share < 0.005:
        return "< 1 %"
    return f"{share * 100:.0f} %"


def bits(weight: float) -> str:
    """A weight in bits, signed."""
    return f"{weight:+.1f}".replace("-", "−")


def ratio(value: float | None) -> str:
    """A likelihood ratio in three figures; very large and very small ones as powers of ten."""
    if value is None or not math.isfinite(value):
        return "not computed"
    if value == 0:
        return "0"
    power = math.floor(math.log10(value))
    if power >= 6 or power <= -3:
        figures = str(power).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{value / 10**power:.1f} × 10{figures}"
    return f"{float(f'{value:.3g}'):,.0f}" if value >= 100 else f"{value:.2g}"
