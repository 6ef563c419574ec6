"""Characters and confidences from a lattice, the same way for every engine that has one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from vision.ocr.engine import NOTHING, Recognised
from vision.ocr.lattice import BLANK
from vision.types import CharOption, Glyph

if TYPE_CHECKING:
    from vision.ocr.lattice import Lattice

OPTIONS = 5
LEAST_OPTION = 1e-3


def as_read(lattice: Lattice) -> Recognised:
    """Return what a lattice reads, with characters and confidence; `NOTHING` if it is blank."""
    if not lattice.text.strip():
        return NOTHING
    return Recognised(
        text=lattice.text,
        confidence=mean_confidence(lattice),
        glyphs=glyphs_of(lattice),
        lattice=lattice,
    )


def glyphs_of(lattice: Lattice) -> tuple[Glyph, ...]:
    """Return each character of the best path with its alternatives at its clearest time step.

    Probabilities are conditional on there being a character: the blank is left out.
    """
    return tuple(_glyph(lattice, first, last) for _, first, last in lattice.path)


def _glyph(lattice: Lattice, first: int, last: int) -> Glyph:
    def clarity(at: int) -> float:
        return float(lattice.steps[at].probabilities()[0][0])

    step = lattice.steps[max(range(first, last), key=clarity)]
    kept, rest = step.probabilities()
    options = [
        (symbol, float(p)) for symbol, p in zip(step.symbols, kept, strict=True) if symbol != BLANK
    ]
    total = sum(p for _, p in options) + rest
    return Glyph(
        options=tuple(
            CharOption(char=symbol, probability=p / total)
            for symbol, p in options[:OPTIONS]
            if p / total >= LEAST_OPTION or symbol == options[0][0]
        )
    )


def mean_confidence(lattice: Lattice) -> float:
    """Geometric mean over the characters of the best path of their clearest probability (0–1)."""
    peaks = [
        max(float(lattice.steps[at].probabilities()[0][0]) for at in range(first, last))
        for _, first, last in lattice.path
    ]
    return math.exp(sum(math.log(peak) for peak in peaks) / len(peaks)) if peaks else 0.0
