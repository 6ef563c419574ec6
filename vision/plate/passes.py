"""Choose the passes over a photo: where the next one goes, and when to stop.

The first pass covers the whole photo at a moderate size. Further ones follow only while there is
doubt: over regions likely to hold fields, upright and at the best size for reading, and over the
whole photo rotated, since a text detector misses lines that run up or down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from vision.media.rectify import side_lengths
from vision.plate.crops import bridged, completed, extended, overlapped, strips
from vision.plate.detect import find_plates, outline
from vision.plate.labels import find_labels
from vision.plate.layout import common_direction
from vision.plate.spans import find_fields
from vision.plate.views import (
    View,
    agreed,
    merged,
    numbered,
    part,
    replaced,
    run_pass,
    upright_among,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vision.ocr.engine import TextEngine
    from vision.plate.budget import Budget
    from vision.plate.views import SeenLine
    from vision.types import Photo, Quad, TextLine

FIRST_SIDE = 1280
"""Longer side, in pixels, of the first pass over the whole photo."""

LETTERS = 30.0
"""Target height of a region's lines in a pass over it, in pixels."""

LEAST_REGION, MOST_REGION = 384, 1408
"""Limits of the longer side of a pass over a region, in pixels."""

MOST_REGIONS = 6
AROUND = 2.5
"""Margin of a pass over a region around the known lines, in letter heights."""

ENOUGH = 0.6
"""A labelled field at least this strong, read at least `SURE`, needs no further pass."""

SURE = 0.9

FRUITLESS = 2
"""After this many passes in a row that show nothing new, no more of their kind are made."""

LEGIBLE, LETTERED = 1.0, 2
"""A still shows lettering if it has `LETTERED` lines with at least `LEGIBLE` surely read characters
each.
"""

NEWS = 6.0
"""A pass shows something new if it adds at least this many surely read characters."""


class Passes:
    """The passes over one photo with one engine, in sequence."""

    def __init__(
        self, photo: Photo, finder: TextEngine, budget: Budget, *, one_of_many: bool = False
    ) -> None:
        """Take the photo, the engine and the time budget.

        `one_of_many`: other stills show the same scene, so a still without lettering gets only one
        pass.
        """
        self.pixels = photo.pixels
        self.photo_id = photo.photo_id
        self.finder = finder
        self.budget = budget
        self.one_of_many = one_of_many
        self.lines: list[SeenLine] = []
        self.gone_over: set[tuple[int, int]] = set()
        self.first_side = min(FIRST_SIDE, finder.affordable_side)

    def run(self) -> list[SeenLine]:
        """Make the passes that are needed; return every line seen."""
        self.budget.step("looking for text")
        self._run_pass(whole(self.pixels), self.first_side)
        self.budget.bare = self.one_of_many and not self._lettered()
        if self.budget.bare:
            return self.lines
        for series in (self._region_passes, self._turned_pass, self._region_passes):
            self._take(series())
        self.lines = upright_among(self.pixels, self.finder, self.lines)
        self._finish()
        return self.lines

    def _lettered(self) -> bool:
        """Whether label words, or several legible lines, are in view."""
        read = [line for line in self.lines if line.weight >= LEGIBLE]
        return len(read) >= LETTERED or any(find_labels(line.read.text) for line in read)

    def _characters_read(self) -> float:
        """How much has been read so far, in surely read characters."""
        return sum(line.weight for line in self.lines)

    def _finish(self) -> None:
        """Read fragmented identifiers as one, and read beside labels without a value."""
        self.lines = replaced(self.lines, overlapped(self._parts()))
        for work in (bridged, completed, strips, extended):
            if self.budget.stopped():
                return
            parts = self._parts()
            self.lines = merged(self.lines, work(self.pixels, self.finder, parts))
        self.lines = agreed(self.lines)

    def _parts(self) -> list[list[TextLine]]:
        found = find_plates([line.corners for line in self.lines], self.photo_id)
        lines = numbered(self.lines, self.finder.identity)
        return [[lines[at] for at in members] for _, members in found]

    def run_region(self, corners: Quad) -> list[SeenLine]:
        """Read one region that a person drew, upright, and then rotated if nothing is found."""
        side = round(max(LEAST_REGION, min(MOST_REGION, max(side_lengths(corners)))))
        self._run_pass(part(self.pixels, corners, long_side=side), side)
        self._finish()
        return self.lines

    def _run_pass(self, view: View, long_side: int) -> None:
        self.lines = run_pass(
            self.pixels,
            view,
            self.finder,
            self.finder,
            long_side=long_side,
            known=self.lines,
        )

    def _take(self, series: Iterator[tuple[str, View, int]]) -> None:
        """Make passes while there is doubt, until several in a row show nothing new."""
        fruitless = 0
        for words, view, long_side in series:
            if fruitless >= FRUITLESS or not self.doubtful() or self.budget.stopped():
                return
            self.budget.step(words)
            before = self._characters_read()
            self._run_pass(view, long_side)
            fruitless = 0 if self._characters_read() >= before + NEWS else fruitless + 1

    def _turned_pass(self) -> Iterator[tuple[str, View, int]]:
        """Propose the whole photo rotated, since a detector misses lines that run up or down."""
        yield "reading the rotated photo", whole(self.pixels, 1), self.first_side

    def _region_passes(self) -> Iterator[tuple[str, View, int]]:
        """Propose passes over regions, the most promising first, no place twice."""
        for quads in self._promising()[:MOST_REGIONS]:
            corners = _around(quads)
            key = (round(corners[0][0] / 40), round(corners[0][1] / 40))
            if key in self.gone_over:
                continue
            self.gone_over.add(key)
            long_side = min(_region_side(corners, quads), self.finder.affordable_side)
            if self._worth_it(corners, quads, long_side):
                view = part(self.pixels, corners, long_side=long_side)
                yield "reading a region more closely", view, long_side

    def _promising(self) -> list[list[Quad]]:
        """List regions by promise: label words, and much text read."""
        ranked = []
        for _, members in find_plates([line.corners for line in self.lines], self.photo_id):
            lines = [self.lines[at] for at in members]
            labels = sum(bool(find_labels(line.read.text)) for line in lines)
            promise = 3.0 * labels + math.sqrt(sum(line.weight for line in lines))
            ranked.append((promise, [line.corners for line in lines]))
        ranked.sort(key=lambda item: -item[0])
        return [quads for _, quads in ranked]

    def _worth_it(self, corners: Quad, quads: Sequence[Quad], long_side: int) -> bool:
        """Whether a pass over a region can show more than the first one did."""
        first = self.first_side / max(self.pixels.shape[:2])
        closer = long_side / max(side_lengths(corners)) / first
        slant = abs(math.degrees(common_direction(quads)))
        upright = slant < 8
        return closer > 1.25 or closer < 0.6 or not upright

    def doubtful(self) -> bool:
        """Whether serial and model are not both found, labelled and surely read."""
        sure = set()
        for lines in self._parts():
            for guess in find_fields(lines):
                if guess.strength >= ENOUGH and guess.line.confidence >= SURE:
                    sure.add(guess.field)
        return not {"serial", "model"} <= sure


def _around(quads: Sequence[Quad]) -> Quad:
    """Widen a region's outline to include lines missed beside the known ones."""
    corners = np.asarray(outline(quads), dtype=np.float64)
    letters = float(np.median([side_lengths(quad)[1] for quad in quads]))
    width, height = side_lengths(outline(quads))
    centre = corners.mean(axis=0)
    along = (corners[1] - corners[0]) / max(width, 1.0)
    down = (corners[3] - corners[0]) / max(height, 1.0)
    half_width = width / 2 + 2 * AROUND * letters
    half_height = height / 2 + AROUND * letters
    spots = [
        centre + x * half_width * along + y * half_height * down
        for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    a, b, c, d = ((float(x), float(y)) for x, y in spots)
    return (a, b, c, d)


def _region_side(corners: Quad, quads: Sequence[Quad]) -> int:
    """Choose the longer side of a pass so that letters have the best height for reading."""
    letters = float(np.median([side_lengths(quad)[1] for quad in quads]))
    wanted = max(side_lengths(corners)) * LETTERS / max(letters, 1.0)
    return round(max(LEAST_REGION, min(MOST_REGION, wanted)))
