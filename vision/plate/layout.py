"""Place the lines of one plate in its own axes: along the text, and down from line to line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import Quad, TextLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line with its position along the text (`left`, `right`) and down the plate (`middle`)."""

    line: TextLine
    left: float
    right: float
    middle: float
    height: float

    def extent(self, start: int, end: int) -> tuple[float, float]:
        """Return the extent of characters `start` to `end`, assuming equal character widths."""
        length = max(len(self.line.text), 1)
        step = (self.right - self.left) / length
        return self.left + start * step, self.left + end * step


def direction(corners: Quad) -> float:
    """Angle of the text, in radians, from the x axis towards y (clockwise on screen)."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = corners
    return math.atan2((by - ay) + (cy - dy), (bx - ax) + (cx - dx))


def common_direction(quads: Sequence[Quad]) -> float:
    """Mean angle of the text, weighted by line length."""
    x = y = 0.0
    for quad in quads:
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
        x += (bx - ax) + (cx - dx)
        y += (by - ay) + (cy - dy)
    return math.atan2(y, x)


def rows_of(lines: Sequence[TextLine]) -> tuple[Row, ...]:
    """Place lines in the plate's own axes, in reading order."""
    if not lines:
        return ()
    angle = common_direction([line.corners for line in lines])
    along = np.array([math.cos(angle), math.sin(angle)])
    down = np.array([-math.sin(angle), math.cos(angle)])
    rows = []
    for line in lines:
        quad = np.asarray(line.corners, dtype=np.float64)
        xs, ys = quad @ along, quad @ down
        height = float((np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2)
        rows.append(
            Row(
                line=line,
                left=float((xs[0] + xs[3]) / 2),
                right=float((xs[1] + xs[2]) / 2),
                middle=float(ys.mean()),
                height=max(height, 1.0),
            )
        )
    return tuple(_in_reading_order(rows))


def _in_reading_order(rows: list[Row]) -> list[Row]:
    """Order rows top to bottom; those at about the same height, left to right."""
    ordered: list[Row] = []
    band: list[Row] = []
    for row in sorted(rows, key=lambda r: r.middle):
        if band and row.middle - band[0].middle > 0.6 * min(row.height, band[0].height):
            ordered += sorted(band, key=lambda r: r.left)
            band = []
        band.append(row)
    return ordered + sorted(band, key=lambda r: r.left)
