"""Track one place with lettering through the frames around a moment of a clip.

The place is cut out of the frame at that moment and searched for in its neighbours, outwards, near
the position predicted from its motion so far; each find is refined to a fraction of a pixel by the
affine map that correlates best (enhanced correlation coefficient, Evangelidis and Psarakis 2008). A
track ends when the place leaves the picture, or when nothing resembles it any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction

    from vision.footage.line import Line

Grey = npt.NDArray[np.uint8]
Affine = npt.NDArray[np.float64]

TOGETHER: Final = 2.0
"""Lines of letters belong to one place if they are less than twice this many letter heights apart.
"""
COARSE: Final = 4
"""Pixels; resolution at which places are distinguished."""
CORE: Final = 3
"""Margin in letter heights around the lettering that is tracked; anything further out is
background.
"""
FOLLOWED_WIDTH: Final = 400
"""Pixels; a wider place is tracked at reduced size, where shifts stay exact enough."""
REACH: Final = 0.1
"""Search radius around the predicted position, in widths of the place ..."""
FIRST_REACH: Final = 0.25
"""... and the radius while its motion is still unknown."""
LEAST_REACH: Final = 12
"""Pixels; the smallest search radius."""
ALIKE: Final = 0.6
"""Minimum correlation (−1–1) for a find to be the place; noise and blur leave .9 and more."""
_ROUNDS: Final = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 30, 1e-3)
_SMOOTH: Final = 3
_LOST: Final = 2
"""A track ends after this many frames in a row without a find."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place with lettering in a frame: its box and line height, in whole pixels."""

    x: int
    y: int
    width: int
    height: int
    letter: int

    def grown(self, more: int, shape: tuple[int, ...]) -> tuple[int, int, int, int]:
        """Left, top, right and bottom with this margin in pixels, within the frame."""
        left, top = max(0, self.x - more), max(0, self.y - more)
        right, bottom = self.x + self.width + more, self.y + self.height + more
        return left, top, min(shape[1], right), min(shape[0], bottom)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """One frame of a clip in grey, upright, and its exact time in seconds."""

    seconds: Fraction
    grey: Grey


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One view of a place: its index, and the map from the first frame's pixels to its own."""

    number: int
    affine: Affine


def gathered(lines: Sequence[Line]) -> list[list[Line]]:
    """Group lines of letters that are close together, greatest weight first."""
    if not lines:
        return []
    reaches = [round(TOGETHER * line.height) for line in lines]
    sides = max(one.right for one in lines), max(one.bottom for one in lines)
    covered = np.zeros((sides[1] // COARSE + 1, sides[0] // COARSE + 1), np.uint8)
    for line, reach in zip(lines, reaches, strict=True):
        low = (line.x - reach) // COARSE, (line.y - reach) // COARSE
        high = (line.right + reach) // COARSE, (line.bottom + reach) // COARSE
        cv2.rectangle(covered, low, high, 255, -1)
    _, names = cv2.connectedComponents(covered)
    found: dict[int, list[Line]] = {}
    for line in lines:
        found.setdefault(int(names[line.y // COARSE, line.x // COARSE]), []).append(line)
    return sorted(found.values(), key=lambda here: -sum(line.weight for line in here))


def place_of(lines: Sequence[Line]) -> Place:
    """The place that contains these lines of letters, at least one."""
    left, top = min(line.x for line in lines), min(line.y for line in lines)
    return Place(
        x=left,
        y=top,
        width=max(line.right for line in lines) - left,
        height=max(line.bottom for line in lines) - top,
        letter=max(1, round(float(np.median([line.height for line in lines])))),
    )


def follow(views: Sequence[View], at: int, place: Place) -> tuple[Step, ...]:
    """Track a place from the view with index `at` in both directions; steps in time order."""
    left, top, right, bottom = place.grown(CORE * place.letter, views[at].grey.shape)
    scale = min(1.0, FOLLOWED_WIDTH / (right - left))
    corner = np.array([left, top], np.float64) * scale
    here = _smaller(views[at].grey, scale)
    size = max(1, int((right - left) * scale)), max(1, int((bottom - top) * scale))
    first = np.round(corner).astype(int)
    pattern = here[first[1] : first[1] + size[1], first[0] : first[0] + size[0]]
    steps = [Step(number=at, affine=np.eye(2, 3))]
    for onward in (1, -1):
        steps += _followed(views, at, onward, pattern, first.astype(np.float64), scale)
    return tuple(sorted(steps, key=lambda step: step.number))


def _followed(
    views: Sequence[View], at: int, onward: int, pattern: Grey, corner: Affine, scale: float
) -> list[Step]:
    """Track a pattern in one direction of time from its position in the view `at`."""
    steps: list[Step] = []
    last, moved, lost = corner, np.zeros(2), 0
    number = at + onward
    while 0 <= number < len(views) and lost < _LOST:
        reach = max(LEAST_REACH, round((REACH if steps else FIRST_REACH) * pattern.shape[1]))
        grey = _smaller(views[number].grey, scale)
        warp = _found(grey, pattern, last + moved * (lost + 1), reach)
        if warp is None:
            lost += 1
        else:
            centre = np.array(pattern.shape[::-1]) / 2
            now = warp[:, :2] @ centre + warp[:, 2] - centre
            moved, last, lost = (now - last) / (lost + 1), now, 0
            shift = (warp[:, 2] - warp[:, :2] @ corner) / scale
            steps.append(Step(number=number, affine=np.column_stack([warp[:, :2], shift])))
        number += onward
    return steps


def _found(grey: Grey, pattern: Grey, expected: Affine, reach: int) -> Affine | None:
    """Find a pattern near its predicted position: the map from its pixels; None if it is lost."""
    high, wide = pattern.shape
    left, top = (max(0, int(edge)) for edge in np.round(expected - reach))
    right, bottom = (int(edge) for edge in np.round(expected + reach + np.array([wide, high])))
    window = grey[top:bottom, left:right]
    if window.shape[0] < high or window.shape[1] < wide:
        return None
    _, alike, _, (x, y) = cv2.minMaxLoc(cv2.matchTemplate(window, pattern, cv2.TM_CCOEFF_NORMED))
    if alike < ALIKE:
        return None
    warp = np.array([[1, 0, x], [0, 1, y]], np.float32)
    everywhere = np.full(window.shape, 255, np.uint8)
    try:
        alike, fitted = cv2.findTransformECC(
            pattern, window, warp, cv2.MOTION_AFFINE, _ROUNDS, everywhere, _SMOOTH
        )
    except cv2.error:
        return None
    found = np.array(fitted, np.float64)
    found[:, 2] += left, top
    return found if alike >= ALIKE else None


def _smaller(grey: Grey, scale: float) -> Grey:
    if scale >= 1.0:
        return grey
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
