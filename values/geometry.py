"""Places in a picture, in pixels from its top left corner."""

from __future__ import annotations

from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
"""Right and down."""

Quad: TypeAlias = tuple[Point, Point, Point, Point]
"""Four corners: top left, top right, bottom right, bottom left of the text, however it lies."""
