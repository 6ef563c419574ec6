"""A place in a frame that looks like a line of letters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A presumed line of letters: its box in whole pixels. `weight` is its text score."""

    x: int
    y: int
    width: int
    height: int
    weight: float

    @property
    def right(self) -> int:
        """Right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Bottom edge."""
        return self.y + self.height

    def meets(self, other: Line) -> bool:
        """Whether two boxes share a pixel."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def scaled(self, scale: float) -> Line:
        """Return the line in a picture scaled by this factor; its weight stays."""
        return Line(
            x=round(self.x * scale),
            y=round(self.y * scale),
            width=round(self.width * scale),
            height=round(self.height * scale),
            weight=self.weight,
        )
