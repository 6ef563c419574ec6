"""One look at a picture: find lines, settle which way up each stands, read them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from vision.rectify import crop_quad, side_lengths, turn_quad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.engine import FoundLine, Recognised, TextEngine
    from vision.types import Pixels, Quad

TALL = 1.5
"""An outline this many times taller than wide is taken for a line that runs up or down."""

SURE = 0.9
"""A line read with less confidence than this is also read the other way up."""

SURELY_UP = 0.2
"""A line is turned over before reading if the classifier gives its being upright less than this."""


@runtime_checkable
class KnowsUp(Protocol):
    """An engine that can tell cheaply which crops stand on their heads."""

    def upside_down(self, crops: Sequence[Pixels]) -> tuple[float, ...]:
        """Probability (0–1) that each crop stands on its head."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """A line as seen: its corners in reading order, in pixels of the photo, and its text."""

    corners: Quad
    read: Recognised

    @property
    def height(self) -> float:
        """Height of the line in pixels of the photo."""
        return side_lengths(self.corners)[1]

    @property
    def weight(self) -> float:
        """How much was read, and how surely: confidence times characters."""
        return self.read.confidence * len(self.read.text.replace(" ", ""))


def see(
    pixels: Pixels, finder: TextEngine, reader: TextEngine, *, long_side: int
) -> tuple[SeenLine, ...]:
    """Find lines with one engine, at `long_side` pixels, and read them with another."""
    return read_found(pixels, reader, finder.find(pixels, long_side=long_side))


def read_found(
    pixels: Pixels, reader: TextEngine, found: Sequence[FoundLine]
) -> tuple[SeenLine, ...]:
    """Read lines whose outlines are known but not which way up they stand."""
    quads = [_lying(line.corners) for line in found]
    if isinstance(reader, KnowsUp):
        heads = reader.upside_down([crop_quad(pixels, quad, height=48) for quad in quads])
        quads = [
            turn_quad(quad, 2) if over > 1 - SURELY_UP else quad
            for quad, over in zip(quads, heads, strict=True)
        ]
    lines = read_lines(pixels, reader, quads)
    doubtful = [at for at, line in enumerate(lines) if line.read.confidence < SURE]
    turned = read_lines(pixels, reader, [turn_quad(lines[at].corners, 2) for at in doubtful])
    for at, other in zip(doubtful, turned, strict=True):
        if other.weight > lines[at].weight:
            lines[at] = other
    return tuple(line for line in lines if line.read.text.strip())


def read_lines(pixels: Pixels, reader: TextEngine, quads: Sequence[Quad]) -> list[SeenLine]:
    """Read lines that stand upright between the given corners."""
    answers = reader.recognise([crop_quad(pixels, quad) for quad in quads])
    return [
        SeenLine(corners=quad, read=answer) for quad, answer in zip(quads, answers, strict=True)
    ]


def moved(line: SeenLine, dx: float, dy: float) -> SeenLine:
    """Give the same line in a picture whose origin lies elsewhere."""
    a, b, c, d = ((x + dx, y + dy) for x, y in line.corners)
    return replace(line, corners=(a, b, c, d))


def _lying(corners: Quad) -> Quad:
    """Turn a tall outline so that its long side is the direction of the text."""
    width, height = side_lengths(corners)
    return turn_quad(corners, 1) if height > TALL * width else corners
