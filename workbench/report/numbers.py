"""Numbers and times in the form that the case file and the screens use."""

from __future__ import annotations

import math
from datetime import UTC, datetime


def moment(value: datetime) -> str:
    """A time in UTC, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def percent(share: float) -> str:
    """A probability in per cent, never rounded to certainty or to nothing, on one line."""
    if 0.995 <= share < 1:
        said = "> 99 %"
    elif 0 < share < 0.005:
        said = "< 1 %"
    else:
        said = f"{share * 100:.0f} %"
    return said.replace(" ", "\u00a0")


def bits(weight: float) -> str:
    """A weight in bits, signed."""
    return f"{weight:+.1f}".replace("-", "−")


def ratio(value: float | None) -> str:
    """A likelihood ratio to two or three figures; very large and small ones as powers of ten."""
    if value is None or not math.isfinite(value):
        return "not computed"
    if value == 0:
        return "0"
    if value >= 999_500 or value < 0.00995:  # these would round to 1,000,000 or to less than 0.01
        digits, power = f"{value:.1e}".split("e")
        figures = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{digits} × 10{figures}"
    rounded = float(f"{value:.3g}" if value >= 99.5 else f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:.2g}"
