"""Align and combine several exposures of one line: what noise hides in each may show in all.

Each crop is normalised (local mean and contrast), aligned with the first one by the affine map that
correlates best (enhanced correlation coefficient, Evangelidis and Psarakis 2008), and the mean is
taken. The result is read like one more exposure; it is derived, never evidence by itself, and can
be recomputed from the same photos and outlines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from vision.media.rectify import crop_quad

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vision.types import Pixels, Quad

    Plane = npt.NDArray[np.float32]

VERSION = "1"
"""Changes whenever the same crops would give a different picture."""

HEIGHT = 64
"""Height of the stack in pixels."""

LONGEST = 2048
"""Longest stack in pixels."""

FARTHEST = 0.2
"""A crop that would have to move by more than this (in heights) is not of the same line."""

_LIGHT = HEIGHT / 2.5
_CONTRAST = HEIGHT / 1.5
"""Radius in pixels (standard deviations) of the local mean and the local contrast."""

_FAINT = 4.0
"""Added to the local contrast, in grey levels: uniform surfaces stay uniform."""

_STRONGEST = 2.5
"""Glare and shadow are clipped at this many local contrasts."""

_ROUNDS = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 40, 1e-3)
_SMOOTH = 5


def stack_lines(photos: Sequence[Pixels], outlines: Sequence[Quad]) -> Pixels | None:
    """Cut one line out of each photo by its outline and stack the crops, the surest first."""
    return stack_crops([crop_quad(p, quad) for p, quad in zip(photos, outlines, strict=True)])


def stack_crops(crops: Sequence[Pixels]) -> Pixels | None:
    """Stack upright crops of one line; the others are aligned with the first.

    Returns a grey picture (height × width × 3), or None if no crop can be aligned with the first.
    """
    if len(crops) < 2:
        return None
    width = round(float(np.median([HEIGHT * crop.shape[1] / crop.shape[0] for crop in crops])))
    width = min(max(width, 16), LONGEST)
    first, *others = [_normalised(crop, width) for crop in crops]
    laid = [moved for other in others if (moved := _warped_onto(first, other)) is not None]
    if not laid:
        return None
    mean = np.mean([first, *laid], axis=0)
    grey = np.clip(128 + 60 * mean, 0, 255).astype(np.uint8)
    return np.ascontiguousarray(np.dstack([grey] * 3))


def _normalised(crop: Pixels, width: int) -> Plane:
    """Normalise the lighting of a crop: differences from the local mean, in local contrasts."""
    grey = cv2.cvtColor(crop, cv2.COLOR_RGB2GRAY)
    grey = cv2.resize(grey, (width, HEIGHT), interpolation=cv2.INTER_CUBIC)
    plain = grey.astype(np.float32)
    apart = plain - cv2.GaussianBlur(plain, (0, 0), _LIGHT)
    contrast = np.sqrt(cv2.GaussianBlur(apart * apart, (0, 0), _CONTRAST)) + _FAINT
    return np.clip(apart / contrast, -_STRONGEST, _STRONGEST).astype(np.float32)


def _warped_onto(first: Plane, other: Plane) -> Plane | None:
    """Warp a crop onto the first; None if no map is found or it moves too far."""
    still = np.eye(2, 3, dtype=np.float32)
    try:
        everywhere = np.full(first.shape, 255, np.uint8)
        _, found = cv2.findTransformECC(
            first, other, still, cv2.MOTION_AFFINE, _ROUNDS, everywhere, _SMOOTH
        )
    except cv2.error:
        return None
    if float(np.abs(found[:, 2]).max()) > FARTHEST * HEIGHT:
        return None
    moved = cv2.warpAffine(
        other,
        found,
        (other.shape[1], other.shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(moved, np.float32)
