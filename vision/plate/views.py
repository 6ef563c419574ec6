"""One pass over a picture: find lines, determine their orientation, read them, keep the best.

A pass rectifies some part of the photo (the whole, the whole rotated, or one region) and searches
it for lines. The lines found are read from the photo itself, at full resolution.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import cv2
import numpy as np

from vision.media.rectify import crop_quad, frame, map_to_photo, side_lengths, turn_quad
from vision.ocr.consensus import most_agreed
from vision.plate.layout import direction
from vision.types import TextLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vision.ocr.engine import Recognised, TextEngine
    from vision.types import Engine, Pixels, Point, Quad

TALL = 1.5
"""An outline this many times taller than wide is assumed to be a line that runs up or down."""

SURE = 0.96
"""A line read with less confidence than this is also read the other way up."""

OVER = 0.8
"""A line is rotated by 180° before reading if the classifier gives at least this probability to its
being upside down.
"""

UPRIGHT = 0.1
"""A line with less than this probability of being upside down is never tried the other way up."""

SAME = 0.55
"""Two outlines are one place if they share at least this part of the smaller one."""

SETTLED = 0.97
"""A line read this surely is not read again by a pass that finds the same outline."""


SHORT, NEIGHBOURS, UPRIGHT_SURE, LESS_SURE = 8, 10.0, 0.5, 0.5
"""A line of at most `SHORT` characters, or one not read surely, is rotated like the lines within
`NEIGHBOURS` letter heights, if it can then be read with at least `UPRIGHT_SURE` (0–1) and at most
`LESS_SURE` less surely than before.
"""


@runtime_checkable
class DetectsUpsideDown(Protocol):
    """An engine with a cheap test for upside-down crops."""

    def upside_down(self, crops: Sequence[Pixels]) -> tuple[float, ...]:
        """Probability (0–1) that each crop is upside down."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLine:
    """A line seen in a pass: its corners in reading order, in pixels of the photo, and its text."""

    corners: Quad
    read: Recognised
    others: tuple[Recognised, ...] = ()
    """What other passes read at the same place."""

    @property
    def height(self) -> float:
        """Height of the line in pixels of the photo."""
        return side_lengths(self.corners)[1]

    @property
    def weight(self) -> float:
        """How much was read, and how surely: characters times confidence squared."""
        return self.read.confidence**2 * len(self.read.text.replace(" ", ""))


def numbered(lines: Sequence[SeenLine], engine: Engine, *, first: int = 1) -> list[TextLine]:
    """Number lines from `first`, and add the identity of their engine."""
    return [
        TextLine(
            line_id=f"L{number}",
            corners=line.corners,
            text=line.read.text,
            confidence=line.read.confidence,
            glyphs=line.read.glyphs,
            engine=engine,
            lattice=line.read.lattice,
        )
        for number, line in enumerate(lines, start=first)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A rectified part of the photo, and the map from its pixels back to the photo's."""

    flat: Pixels
    back: Callable[[Quad], Quad]


def whole(pixels: Pixels, quarter_turns: int = 0) -> View:
    """View the whole photo, rotated counter-clockwise by quarter turns."""
    flat = np.ascontiguousarray(np.rot90(pixels, quarter_turns))
    return View(flat=flat, back=map_to_photo(turn_quad(frame(pixels), quarter_turns), flat))


def part(pixels: Pixels, corners: Quad, *, long_side: int) -> View:
    """View the region between four corners, rectified, its longer side at `long_side` pixels."""
    width, height = side_lengths(corners)
    flat = crop_quad(pixels, corners, height=max(round(height * long_side / max(width, height)), 8))
    return View(flat=flat, back=map_to_photo(corners, flat))


def run_pass(
    pixels: Pixels,
    view: View,
    finder: TextEngine,
    engine: TextEngine,
    *,
    long_side: int,
    known: Sequence[SeenLine] = (),
) -> list[SeenLine]:
    """Search a view for lines and read those that are not settled; return all lines known then."""
    found = [
        _along_text(view.back(line.corners)) for line in finder.find(view.flat, long_side=long_side)
    ]
    settled = [line for line in known if line.read.confidence >= SETTLED]
    fresh = [quad for quad in found if not any(_one_outline(quad, old.corners) for old in settled)]
    return merged(known, read_found(pixels, engine, fresh))


def read_found(pixels: Pixels, engine: TextEngine, quads: Sequence[Quad]) -> list[SeenLine]:
    """Read lines with known outlines and unknown orientation."""
    heads: Sequence[float] = [0.5] * len(quads)
    if isinstance(engine, DetectsUpsideDown):
        heads = engine.upside_down([crop_quad(pixels, quad, height=48) for quad in quads])
    turns = [2 if over > OVER else 0 for over in heads]
    standing = [turn_quad(quad, turn) for quad, turn in zip(quads, turns, strict=True)]
    lines = read_lines(pixels, engine, standing)
    doubtful = [
        at for at, line in enumerate(lines) if line.read.confidence < SURE and heads[at] >= UPRIGHT
    ]
    turned = read_lines(pixels, engine, [turn_quad(lines[at].corners, 2) for at in doubtful])
    for at, other in zip(doubtful, turned, strict=True):
        if other.weight > lines[at].weight:
            lines[at] = other
    return [line for line in lines if line.read.text.strip()]


def read_lines(pixels: Pixels, engine: TextEngine, quads: Sequence[Quad]) -> list[SeenLine]:
    """Read lines that stand upright between the given corners."""
    answers = engine.recognise([crop_quad(pixels, quad) for quad in quads])
    return [
        SeenLine(corners=quad, read=answer) for quad, answer in zip(quads, answers, strict=True)
    ]


def merged(known: Sequence[SeenLine], fresh: Sequence[SeenLine]) -> list[SeenLine]:
    """Merge the lines of two passes: at each place, the reading with the most sure text.

    A fresh line may cover several fragments of an earlier pass; it replaces them if it says more,
    or more surely, than all of them: cells of a table must not run together. The other reading is
    stored as an alternative of the place.
    """
    lines = list(known)
    for new in fresh:
        here = [old for old in lines if one_place(new.corners, old.corners)]
        if not here:
            lines.append(new)
            continue
        rivals = tuple(old.read for old in here)
        if new.weight > sum(old.weight for old in here):
            beyond = tuple(other for old in here for other in old.others)
            lines = [old for old in lines if old not in here]
            lines.append(replace(new, others=rivals + beyond))
        else:
            best = max(here, key=lambda old: old.weight)
            lines[lines.index(best)] = replace(best, others=(*best.others, new.read))
    return lines


def replaced(lines: Sequence[SeenLine], whole_lines: Sequence[SeenLine]) -> list[SeenLine]:
    """Replace fragments by the lines joined from them."""
    kept = list(lines)
    for new in whole_lines:
        pieces = [old for old in kept if one_place(new.corners, old.corners)]
        reads = tuple(read for old in pieces for read in (old.read, *old.others))
        kept = [old for old in kept if old not in pieces] + [replace(new, others=reads)]
    return kept


def agreed(lines: Sequence[SeenLine]) -> list[SeenLine]:
    """Return every line as read by the pass that the others contradict least."""
    return [_agreed(line) for line in lines]


def _agreed(line: SeenLine) -> SeenLine:
    readings = (line.read, *line.others)
    chosen = most_agreed(readings)
    if not chosen:
        return line
    others = tuple(one for at, one in enumerate(readings) if at != chosen)
    return replace(line, read=readings[chosen], others=others)


def upright_among(pixels: Pixels, engine: TextEngine, lines: Sequence[SeenLine]) -> list[SeenLine]:
    """Read again lines that are upside down among neighbours that are not.

    A few characters such as `179` can be read either way up; the lines around them decide.
    """
    lines = list(lines)
    odd = [at for at, line in enumerate(lines) if _outvoted(line, lines)]
    again = read_lines(pixels, engine, [turn_quad(lines[at].corners, 2) for at in odd])
    for at, other in zip(odd, again, strict=True):
        if other.read.confidence >= max(UPRIGHT_SURE, lines[at].read.confidence - LESS_SURE):
            lines[at] = other
    return lines


def _outvoted(line: SeenLine, lines: Sequence[SeenLine]) -> bool:
    own, against = line.weight, 0.0
    if len(line.read.text) > SHORT and line.read.confidence >= SETTLED:
        return False
    here, tall = _centre(line.corners), line.height
    for other in lines:
        away = math.dist(_centre(other.corners), here)
        if other is line or away > NEIGHBOURS * max(tall, other.height):
            continue
        turn = math.cos(direction(line.corners) - direction(other.corners))
        if turn > 0.9:
            own += other.weight
        elif turn < -0.9:
            against += other.weight
    return against > 2 * own


def _centre(quad: Quad) -> Point:
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad
    return ((ax + bx + cx + dx) / 4, (ay + by + cy + dy) / 4)


def one_place(a: Quad, b: Quad) -> bool:
    """Whether two outlines overlap by most of the smaller one."""
    shared = _shared(a, b)
    return bool(shared) and shared >= SAME * min(_area(a), _area(b))


def _one_outline(a: Quad, b: Quad) -> bool:
    """Whether two outlines are nearly the same."""
    shared = _shared(a, b)
    return bool(shared) and shared >= 0.7 * max(_area(a), _area(b))


def _shared(a: Quad, b: Quad) -> float:
    p, q = np.asarray(a, dtype=np.float32), np.asarray(b, dtype=np.float32)
    if (p.max(0) < q.min(0)).any() or (q.max(0) < p.min(0)).any():
        return 0.0
    return float(cv2.intersectConvexConvex(cv2.convexHull(p), cv2.convexHull(q))[0])


def _area(quad: Quad) -> float:
    return float(cv2.contourArea(np.asarray(quad, dtype=np.float32)))


def _along_text(corners: Quad) -> Quad:
    """Rotate the corners of a tall outline so that its long side is the text direction."""
    width, height = side_lengths(corners)
    return turn_quad(corners, 1) if height > TALL * width else corners
