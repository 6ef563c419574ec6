"""Numbers as they stand in English sentences."""

from __future__ import annotations


def times(ratio: float) -> str:
    """Write a ratio to two or three figures: 0.013, 1.4, 129, 37,600, 4.2 × 10⁹."""
    if ratio >= 1e9:
        exponent = len(f"{ratio:.0f}") - 1
        digits = str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
        return f"{ratio / 10**exponent:.1f} × 10{digits}"
    if ratio >= 1000:
        size = 10 ** (len(f"{ratio:.0f}") - 3)
        return f"{round(ratio / size) * size:,.0f}"
    return f"{ratio:.3g}"


def units(value: float) -> str:
    """Write a number of units: whole ones as such, expected fractions with two figures."""
    if value >= 10 or value == round(value):
        return f"{round(value):,}"
    return f"{value:.2g}"


def ended(words: str) -> str:
    """Words of other people as a sentence that another can follow."""
    return words if words.endswith((".", "!", "?")) else f"{words}."
