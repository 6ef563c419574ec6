"""Cut slanted regions out of a photo as flat, upright crops."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from vision.types import Photo, Pixels, Quad

MAX_SIDE = 4096
"""Longest side of a crop in pixels, whatever corners are given."""


def crop_region(photo: Photo, corners: Quad, *, height: int | None = None) -> Pixels:
    """Rectify a region of a photo: its four corners become those of a rectangle.

    `height` is the height of the result in pixels; by default the region keeps its own size.
    """
    return crop_quad(photo.pixels, corners, height=height)


def side_lengths(corners: Quad) -> tuple[float, float]:
    """Return the width (mean of top and bottom) and the height of a region in pixels."""
    a, b, c, d = corners
    width = (math.dist(a, b) + math.dist(d, c)) / 2
    height = (math.dist(a, d) + math.dist(b, c)) / 2
    return float(width), float(height)


def crop_quad(pixels: Pixels, corners: Quad, *, height: int | None = None) -> Pixels:
    """Rectify the region between four corners; the first becomes the top left.

    `height` is that of the result in pixels. Pixels outside the picture repeat its edge.
    """
    own_width, own_height = (max(side, 1.0) for side in side_lengths(corners))
    scale = 1.0 if height is None else height / own_height
    scale = min(scale, MAX_SIDE / own_width, MAX_SIDE / own_height)
    source, origin = _neighbourhood(pixels, corners)
    quad = np.asarray(corners, dtype=np.float32) - origin
    if scale < 0.5:
        # Warping samples single pixels: shrink the surroundings first, or fine strokes vanish.
        factor = 2 * scale
        size = (max(round(source.shape[1] * factor), 1), max(round(source.shape[0] * factor), 1))
        source = np.asarray(cv2.resize(source, size, interpolation=cv2.INTER_AREA), np.uint8)
        quad = quad * np.float32(factor)
    across, down = max(round(own_width * scale), 1), max(round(own_height * scale), 1)
    target = np.array([[0, 0], [across, 0], [across, down], [0, down]], dtype=np.float32)
    # Corners are pixel edges; the warp counts from pixel centres, half a pixel further on.
    half = np.float32(0.5)
    flat = cv2.warpPerspective(
        source,
        cv2.getPerspectiveTransform(quad - half, target - half),
        (across, down),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.ascontiguousarray(flat, dtype=np.uint8)


def stretched(quad: Quad, *, sides: float, ends: float) -> Quad:
    """Widen an outline by `ends` along the text and by `sides` across it, in letter heights."""
    q = np.asarray(quad, dtype=np.float64)
    width, height = side_lengths(quad)
    along = (q[1] - q[0]) / max(width, 1.0) * height * ends
    down = (q[3] - q[0]) / max(height, 1.0) * height * sides
    moved = q + np.array([-along - down, along - down, along + down, -along + down])
    a, b, c, d = ((float(x), float(y)) for x, y in moved)
    return (a, b, c, d)


def frame(pixels: Pixels) -> Quad:
    """Return the corners of a whole picture."""
    high, wide = (float(side) for side in pixels.shape[:2])
    return ((0.0, 0.0), (wide, 0.0), (wide, high), (0.0, high))


def map_to_photo(corners: Quad, flat: Pixels) -> Callable[[Quad], Quad]:
    """Return the function that maps outlines in a rectified crop back to the photo."""
    high, wide = flat.shape[:2]
    here = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], dtype=np.float32)
    there = cv2.getPerspectiveTransform(here, np.asarray(corners, dtype=np.float32))

    def back(quad: Quad) -> Quad:
        points = np.asarray(quad, dtype=np.float32)[None]
        a, b, c, d = cv2.perspectiveTransform(points, there)[0].tolist()
        return ((a[0], a[1]), (b[0], b[1]), (c[0], c[1]), (d[0], d[1]))

    return back


def _neighbourhood(pixels: Pixels, corners: Quad) -> tuple[Pixels, npt.NDArray[np.float32]]:
    """Cut the bounding box of a region, so that warping costs the region, not the photo."""
    q = np.asarray(corners, dtype=np.float64)
    high, wide = pixels.shape[:2]
    left, top = np.clip(np.floor(q.min(axis=0)) - 2, 0, (wide - 1, high - 1)).astype(int)
    right, bottom = np.clip(np.ceil(q.max(axis=0)) + 3, (left + 1, top + 1), (wide, high)).astype(
        int
    )
    return pixels[top:bottom, left:right], np.array([left, top], dtype=np.float32)


def turn_quad(corners: Quad, quarter_turns: int) -> Quad:
    """Reorder the same four corners, as seen after rotating the picture counter-clockwise."""
    k = quarter_turns % 4
    return (corners[k], corners[(k + 1) % 4], corners[(k + 2) % 4], corners[(k + 3) % 4])
