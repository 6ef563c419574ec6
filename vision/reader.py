"""Everything that a photo says, as far as it can be read in the time allowed.

A cheap first look finds where text is and which way up it stands. Only where doubt remains, and
time, are there more looks. Each reader's lines become fields of their own; the combined reading
brings them together and says where they differ.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from vision.combine import Claim, combine, to_reading
from vision.engine import EngineStatus, engine_status, load_engine, usual_engines
from vision.errors import EngineMissing
from vision.fields import FieldGuess, find_fields
from vision.looks import SeenLine, read_lines, see
from vision.plates import find_plates
from vision.rectify import crop_quad, way_back
from vision.types import Engine, PhotoReading, PlateRegion, Reading, TextLine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vision.engine import TextEngine
    from vision.types import FieldName, FieldReading, Photo, Quad

__all__ = ["EngineStatus", "Reader", "engine_status", "top_field"]

FIRST_LOOK = 1280
"""Longer side, in pixels, at which the whole photo is first searched for text."""

REGION_LOOK = 960
"""Longer side at which a region drawn by a person is searched."""

BUDGET_SECONDS = 8.0

COMBINED = Engine(name="combined", version="1", weights_sha256="")


class Reader:
    """Reads photos with one or more engines; loads them when first needed."""

    def __init__(
        self, *, engines: tuple[str, ...] | None = None, budget_seconds: float = BUDGET_SECONDS
    ) -> None:
        """Choose engines by name (all usual ones that are installed by default).

        `budget_seconds` limits the time for one photo: after it no further look is begun.
        """
        self.names = engines if engines is not None else usual_engines()
        if not self.names:
            raise EngineMissing(
                "no reader is installed: " + " ".join(status.sentence for status in engine_status())
            )
        self.budget_seconds = budget_seconds

    def read(
        self,
        photo: Photo,
        *,
        on_step: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> PhotoReading:
        """Read a whole photo. `on_step` is told what is being done; `cancelled` may stop it early.

        What was read before the budget ran out or the work was cancelled is kept, and a note
        says that it is not all.
        """
        run = _Run(photo, self.names, self.budget_seconds, on_step, cancelled)
        return run.photo_reading(run.first_look())

    def read_region(self, photo: Photo, corners: Quad) -> PhotoReading:
        """Read one region that a person drew, at the region's own resolution."""
        run = _Run(photo, self.names, self.budget_seconds, None, None)
        return run.photo_reading(run.region_look(corners))


class _Run:
    """The work on one photo."""

    def __init__(
        self,
        photo: Photo,
        names: Sequence[str],
        budget: float,
        on_step: Callable[[str], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> None:
        self.photo = photo
        self.names = tuple(names)
        self.started = time.monotonic()
        self.budget = budget
        self.on_step = on_step
        self.cancelled = cancelled
        self.notes: list[str] = []
        self._lines = 0

    @property
    def first(self) -> TextEngine:
        """The engine that finds lines and reads first."""
        return load_engine(self.names[0])

    def step(self, words: str) -> None:
        if self.on_step:
            self.on_step(words)

    def stopped(self) -> bool:
        """Say whether no further look may begin; leaves a note the first time."""
        if self.cancelled and self.cancelled():
            self._note("The reading was stopped before every look was taken.")
            return True
        if time.monotonic() - self.started > self.budget:
            self._note(f"Not every look was taken: the {self.budget:g} s for one photo ran out.")
            return True
        return False

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def first_look(self) -> tuple[SeenLine, ...]:
        self.step("looking for text")
        engine = self.first
        return see(self.photo.pixels, engine, engine, long_side=FIRST_LOOK)

    def region_look(self, corners: Quad) -> tuple[SeenLine, ...]:
        flat = crop_quad(self.photo.pixels, corners)
        engine = self.first
        lines = see(flat, engine, engine, long_side=max(REGION_LOOK, max(flat.shape[:2])))
        back = way_back(corners, flat)
        return tuple(replace(line, corners=back(line.corners)) for line in lines)

    def photo_reading(self, seen: Sequence[SeenLine]) -> PhotoReading:
        """Gather lines into regions, let every reader read them, and combine."""
        regions, readings, combined = [], [], []
        for region, members in find_plates([line.corners for line in seen], self.photo.photo_id):
            lines = [seen[at] for at in members]
            own = self._readings(region, lines)
            regions.append(region)
            readings += own
            combined.append(combined_reading(region, own))
        return PhotoReading(
            photo_id=self.photo.photo_id,
            regions=tuple(regions),
            readings=tuple(readings),
            combined=tuple(combined),
            codes=(),
            seconds=time.monotonic() - self.started,
            notes=tuple(self.notes),
        )

    def _readings(self, region: PlateRegion, seen: Sequence[SeenLine]) -> list[Reading]:
        readings = [self._reading(region, self.first.identity, seen)]
        for name in self.names[1:]:
            if self.stopped():
                break
            if name == "tesseract":
                continue
            self.step(f"reading {region.region_id} with {name}")
            engine = load_engine(name)
            again = read_lines(self.photo.pixels, engine, [line.corners for line in seen])
            readings.append(self._reading(region, engine.identity, again))
        return readings

    def _reading(self, region: PlateRegion, engine: Engine, seen: Sequence[SeenLine]) -> Reading:
        lines = tuple(self._text_line(engine, line) for line in seen if line.read.text.strip())
        return Reading(
            region_id=region.region_id,
            engine=engine,
            lines=lines,
            fields=tuple(to_reading(guess) for guess in best_guesses(find_fields(lines))),
        )

    def _text_line(self, engine: Engine, line: SeenLine) -> TextLine:
        self._lines += 1
        return TextLine(
            line_id=f"L{self._lines}",
            corners=line.corners,
            text=line.read.text,
            confidence=line.read.confidence,
            glyphs=line.read.glyphs,
            engine=engine,
            lattice=line.read.lattice,
        )


def best_guesses(guesses: Sequence[FieldGuess]) -> tuple[FieldGuess, ...]:
    """Keep the strongest guess of each field."""
    best: dict[FieldName, FieldGuess] = {}
    for guess in guesses:
        if guess.field not in best or guess.strength > best[guess.field].strength:
            best[guess.field] = guess
    return tuple(best.values())


def combined_reading(region: PlateRegion, readings: Sequence[Reading]) -> Reading:
    """Bring the readers' fields of one region together."""
    claims: dict[FieldName, list[Claim]] = {}
    for reading in readings:
        for guess in best_guesses(find_fields(reading.lines)):
            claims.setdefault(guess.field, []).append(
                Claim(engine=reading.engine.name, guess=guess)
            )
    return Reading(
        region_id=region.region_id,
        engine=COMBINED,
        lines=readings[0].lines if readings else (),
        fields=tuple(combine(said) for said in claims.values()),
    )


def top_field(reading: PhotoReading, field: FieldName) -> FieldReading | None:
    """Choose the best value of a field over all regions of a photo, or None."""
    found = [one for part in reading.combined for one in part.fields if one.field == field]
    order = {"stated": 2, "offered": 1, "unreadable": 0}
    return max(
        found, key=lambda one: (order[one.state], one.strength * one.confidence), default=None
    )
