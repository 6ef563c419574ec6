"""Positions in a picture, in pixels from its top left corner."""

from __future__ import annotations

from typing import TypeAlias

Point: TypeAlias = tuple[float, float]
"""(x, y): x to the right, y down."""

Quad: TypeAlias = tuple[Point, Point, Point, Point]
"""Corners in the order top left, top right, bottom right, bottom left, as seen by a reader of the
text (so a rotated text starts elsewhere).
"""
