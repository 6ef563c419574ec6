"""Draw two photos side by side with the map between them, for a person to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from vision.types import CopyEvidence, Photo, Pixels

_HEIGHT: Final = 480
_GAP: Final = 12
_PAPER: Final = 245
_FIRST: Final = (230, 120, 0)
_MIRROR: Final = (190, 0, 160)


def draw_pair(photo_a: Photo, photo_b: Photo, evidence: CopyEvidence) -> Pixels:
    """Place a and b side by side and draw the outline of a in b, with its corners connected.

    The outline is purple if the photo is mirrored, otherwise orange. Without a map the photos are
    only placed side by side.
    """
    left, right = _fitted(photo_a), _fitted(photo_b)
    width = left.shape[1] + _GAP + right.shape[1]
    canvas = np.full((_HEIGHT, width, 3), _PAPER, np.uint8)
    canvas[:, : left.shape[1]] = left
    canvas[:, left.shape[1] + _GAP :] = right
    if evidence.outline is None:
        return canvas
    scale_a, scale_b = _HEIGHT / photo_a.height, _HEIGHT / photo_b.height
    shift = np.array([left.shape[1] + _GAP, 0])
    frame = np.array(
        [[0, 0], [photo_a.width, 0], [photo_a.width, photo_a.height], [0, photo_a.height]]
    )
    begin = frame * scale_a
    end = np.clip(np.array(evidence.outline) * scale_b + shift, -10_000, 10_000)
    color = _MIRROR if _mirrors(evidence) else _FIRST
    for start, stop in zip(begin, end, strict=True):
        _line(canvas, start, stop, color, 1)
    for outline in (begin, end):
        cv2.polylines(
            canvas, [np.round(outline).astype(np.int32)], isClosed=True, color=color, thickness=2
        )
    return canvas


def _fitted(photo: Photo) -> Pixels:
    """Scale a photo to the height of the drawing."""
    width = max(1, round(photo.width * _HEIGHT / photo.height))
    shrinks = photo.height > _HEIGHT
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(photo.pixels, (width, _HEIGHT), interpolation=how), np.uint8)


def _mirrors(evidence: CopyEvidence) -> bool:
    """Whether the map mirrors."""
    if evidence.homography is None:
        return False
    return bool(np.linalg.det(np.array(evidence.homography).reshape(3, 3)[:2, :2]) < 0)


def _line(
    canvas: Pixels,
    start: npt.NDArray[np.float64],
    stop: npt.NDArray[np.float64],
    color: tuple[int, int, int],
    thickness: int,
) -> None:
    """Draw one line between two points of the canvas."""
    one = (round(float(start[0])), round(float(start[1])))
    two = (round(float(stop[0])), round(float(stop[1])))
    cv2.line(canvas, one, two, color, thickness, cv2.LINE_AA)
