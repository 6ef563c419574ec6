"""The engraver's alphabet: every letter as a few pen strokes, as pantographs and pins draw it.

Glyphs stand on a grid 4 wide and 6 high (y down, baseline at 6). A stroke is a polyline; one
that opens with `~` is bent into a curve. Drawn by hand for this project after the plain
single-line lettering of technical drawings.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Polyline = npt.NDArray[np.float64]

GRID_HEIGHT = 6.0

_GLYPHS: dict[str, str] = {
    "A": "0,6 2,0 4,6|0.7,4 3.3,4",
    "B": "0,0 0,6|~0,0 2,0 3.7,0 3.7,2.9 2,2.9 0,2.9|~0,2.9 2.2,2.9 4,2.9 4,6 2.2,6 0,6",
    "C": "~4,1.4 3.8,0 2,0 0,0 0,3 0,6 2,6 3.8,6 4,4.6",
    "D": "0,0 0,6|~0,0 1.6,0 4,0 4,3 4,6 1.6,6 0,6",
    "E": "4,0 0,0 0,6 4,6|0,3 3.2,3",
    "F": "4,0 0,0 0,6|0,3 3.2,3",
    "G": "~4,1.4 3.8,0 2,0 0,0 0,3 0,6 2,6 4,6 4,4.4 4,3.3|2.3,3.3 4,3.3",
    "H": "0,0 0,6|4,0 4,6|0,3 4,3",
    "I": "1,0 1,6",
    "J": "~3.4,0 3.4,3 3.4,6 1.7,6 0,6 0,4.4",
    "K": "0,0 0,6|4,0 0,3.6|1.4,2.5 4,6",
    "L": "0,0 0,6 3.8,6",
    "M": "0,6 0,0 2.2,4 4.4,0 4.4,6",
    "N": "0,6 0,0 4,6 4,0",
    "O": "~2.1,0 0,0 0,3 0,6 2.1,6 4.2,6 4.2,3 4.2,0 2.1,0",
    "P": "0,6 0,0|~0,0 2,0 4,0 4,3.3 2,3.3 0,3.3",
    "Q": "~2.1,0 0,0 0,3 0,6 2.1,6 4.2,6 4.2,3 4.2,0 2.1,0|2.6,4.4 4.4,6.5",
    "R": "0,6 0,0|~0,0 2,0 4,0 4,3.2 2,3.2 0,3.2|2,3.2 4,6",
    "S": "~3.9,1.2 3.6,0 2,0 0.1,0 0.1,2.8 2,2.9 4,3.1 4,6 2,6 0.2,6 0,4.7",
    "T": "0,0 4,0|2,0 2,6",
    "U": "~0,0 0,3 0,6 2,6 4,6 4,3 4,0",
    "V": "0,0 2,6 4,0",
    "W": "0,0 1.3,6 2.6,1.2 3.9,6 5.2,0",
    "X": "0,0 4,6|4,0 0,6",
    "Y": "0,0 2,3 4,0|2,3 2,6",
    "Z": "0,0 4,0 0,6 4,6",
    "0": "~1.8,0 0,0 0,3 0,6 1.8,6 3.6,6 3.6,3 3.6,0 1.8,0",
    "1": "0.2,1.5 1.8,0 1.8,6",
    "2": "~0.1,1.7 0.1,0 1.9,0 3.8,0 3.8,2 2.6,3.4 0,6|0,6 3.8,6",
    "3": "~0.2,1.2 0.4,0 1.9,0 3.6,0 3.6,2.8 1.9,2.8|~1.9,2.8 3.9,2.8 3.9,6 1.9,6 0.2,6 0,4.7",
    "4": "2.9,6 2.9,0 0,4.3 4,4.3",
    "5": "3.5,0 0.6,0 0.3,2.7|~0.3,2.7 1.2,2.2 3.8,2 3.8,6 1.8,6 0.3,6 0,4.8",
    "6": "~3.2,0 0.2,1.5 0,4 0,6 1.9,6 3.8,6 3.8,2.5 1.9,2.5 0.3,2.5 0,4",
    "7": "0,0 3.8,0 1.4,6",
    "8": "~1.9,0 0.2,0 0.2,2.8 1.9,2.8 3.6,2.8 3.6,0 1.9,0"
    "|~1.9,2.8 0,2.8 0,6 1.9,6 3.8,6 3.8,2.8 1.9,2.8",
    "9": "~0.6,6 3.6,4.5 3.8,2 3.8,0 1.9,0 0,0 0,3.5 1.9,3.5 3.5,3.5 3.8,2",
    "-": "0.2,3.2 2.4,3.2",
    "/": "0,6.4 2.8,-0.4",
    ".": "0.3,5.8 0.3,6",
    ",": "0.5,5.6 0.2,6.8",
    ":": "0.3,2.4 0.3,2.6|0.3,5.6 0.3,5.8",
    "+": "0,3.2 3,3.2|1.5,1.7 1.5,4.7",
    "(": "~1.4,-0.4 0,1.5 0,4.5 1.4,6.4",
    ")": "~0,-0.4 1.4,1.5 1.4,4.5 0,6.4",
    "#": "1.2,0.6 0.6,5.6|3,0.6 2.4,5.6|0,2.2 3.8,2.2|-0.2,4 3.6,4",
    "&": "~4,6 1,2.4 0.6,0 1.9,0 3.2,0 2.9,2 0,3.4 0,6 1.7,6 3.6,6 3.9,3.6",
    " ": "",
}


def can_draw(text: str) -> bool:
    """Whether the alphabet has every character of the text."""
    return all(char in _GLYPHS for char in text)


@lru_cache(maxsize=128)
def glyph_strokes(char: str) -> tuple[Polyline, ...]:
    """The strokes of one character, as arrays of points (n, 2) on the grid."""
    drawn = []
    for part in filter(None, _GLYPHS[char].split("|")):
        points = np.array([[float(v) for v in p.split(",")] for p in part.lstrip("~").split()])
        drawn.append(_rounded(points) if part.startswith("~") else points)
    return tuple(drawn)


@lru_cache(maxsize=128)
def glyph_advance(char: str) -> float:
    """How far the pen advances after a character, in grid units."""
    strokes = glyph_strokes(char)
    if not strokes:
        return 2.8
    return float(max(stroke[:, 0].max() for stroke in strokes)) + 1.5


def _rounded(points: Polyline) -> Polyline:
    """Cut the corners of a polyline three times (Chaikin), keeping its ends."""
    for _ in range(3):
        near = 0.75 * points[:-1] + 0.25 * points[1:]
        far = 0.25 * points[:-1] + 0.75 * points[1:]
        between = np.stack([near, far], axis=1).reshape(-1, 2)
        points = np.concatenate([points[:1], between, points[-1:]])
    return points
