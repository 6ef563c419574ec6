"""Everything that a photo says, as far as it can be read in the time allowed.

A cheap first look finds where text is and which way up it stands; more looks follow only where
doubt remains (`vision.search`). Each reader's lines become fields of their own; the combined
reading brings them together and says where they differ.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from vision.claims import (
    best_guesses,
    legibility,
    one_field_each,
    one_place,
    without_guesswork,
)
from vision.closer import shifted_crops
from vision.coded import IN_A_CODE, coded_guesses, codes_beside, with_codes
from vision.codes import read_codes
from vision.combine import Claim, combine, to_reading
from vision.consensus import contradicts, most_agreed
from vision.consistent import held_together
from vision.cyrillic import read_cyrillic
from vision.engine import EngineStatus, engine_status, load_engine, usual_engines
from vision.errors import EngineMissing
from vision.fields import find_fields
from vision.layout import rows_of
from vision.pieces import whole_only
from vision.plates import find_plates
from vision.scripts import read_other_scripts
from vision.search import Search
from vision.second import by, read_again
from vision.stack_reading import read_stack
from vision.types import Engine, PhotoReading, PlateRegion, Reading, TextLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from vision.engine import TextEngine
    from vision.fields import FieldGuess
    from vision.lattice import Lattice
    from vision.looks import SeenLine
    from vision.types import Code, FieldName, FieldReading, Photo, Pixels, Quad

__all__ = ["EngineStatus", "Reader", "engine_status", "top_field"]

BUDGET_SECONDS = 12.0
"""Work on one photo, in seconds on a core: what is read must not hang on what else runs."""

PATIENCE = 4
"""So many times the budget may pass on the clock before no further look is begun either."""

CODE_SECONDS = 0.2

CYRILLIC_READER, TESSERACT = "cyrillic", "tesseract"
OF_OTHER_SCRIPTS = (CYRILLIC_READER, TESSERACT)
"""Readers of scripts that the first one lacks; what they read is what they were asked for."""

COMBINED = Engine(name="combined", version="1", weights_sha256="")


class Reader:
    """Reads photos with one or more engines; loads them when first needed."""

    def __init__(
        self, *, engines: tuple[str, ...] | None = None, budget_seconds: float = BUDGET_SECONDS
    ) -> None:
        """Choose engines by name (all usual ones that are installed by default).

        `budget_seconds` limits the work on one photo, in seconds of the reading thread on a core;
        after it, or after `PATIENCE` times as long on the clock, no further look is begun.
        Loading an engine counts for neither, so that the first photo is read like any other.
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
        one_of_many: bool = False,
    ) -> PhotoReading:
        """Read a whole photo. `on_step` is told what is being done; `cancelled` may stop it early.

        What was read before the budget ran out or the work was cancelled is kept, and a note
        says that it is not all. `one_of_many` is for a still that was chosen with others of its
        clip: where the first look shows no lettering, no further look is taken, and a note says so.
        """
        run = _Run(
            photo, self._engines(), self.budget_seconds, on_step, cancelled, one_of_many=one_of_many
        )
        codes = read_codes(photo.pixels, budget_seconds=CODE_SECONDS)
        return run.photo_reading(run.search.run(), codes)

    def read_region(self, photo: Photo, corners: Quad) -> PhotoReading:
        """Read one region that a person drew, at the region's own resolution."""
        run = _Run(photo, self._engines(), self.budget_seconds, None, None)
        return run.photo_reading(run.search.run_region(corners), ())

    def read_stack(self, looks: Sequence[tuple[Pixels, FieldReading]]) -> Lattice | None:
        """Read one value in several exposures laid over each other."""
        return read_stack(looks, load_engine(self.names[0]))

    def _engines(self) -> dict[str, TextEngine]:
        """Give the engines by name; loads those that this process has not loaded yet."""
        return {name: load_engine(name) for name in self.names}


class _Run:
    """The work on one photo with engines that are loaded; its clocks start here."""

    def __init__(
        self,
        photo: Photo,
        engines: Mapping[str, TextEngine],
        budget: float,
        on_step: Callable[[str], None] | None,
        cancelled: Callable[[], bool] | None,
        *,
        one_of_many: bool = False,
    ) -> None:
        self.photo = photo
        self.started, self.worked = time.monotonic(), time.thread_time()
        self.budget = budget
        self.on_step = on_step
        self.cancelled = cancelled
        self.notes: list[str] = []
        self.first, *_ = engines.values()
        self.engines = engines
        self.seen: dict[str, SeenLine] = {}
        self.search = Search(
            photo,
            self.first,
            lambda line: self.text_line(self.first.identity, line),
            stopped=self.stopped,
            step=self.step,
            one_of_many=one_of_many,
        )

    def step(self, words: str) -> None:
        if self.on_step:
            self.on_step(words)

    def stopped(self) -> bool:
        """Say whether no further look may begin; leaves a note the first time."""
        if self.cancelled and self.cancelled():
            self._note("The reading was stopped before every look was taken.")
            return True
        if self.search.bare:
            self._note("Its first look showed no lettering: reading it again takes every look.")
            return True
        if self._spent():
            self._note(f"Not every look was taken: the {self.budget:g} s for one photo ran out.")
            return True
        return False

    def _spent(self) -> bool:
        work, passed = time.thread_time() - self.worked, time.monotonic() - self.started
        return work > self.budget or passed > PATIENCE * self.budget

    def _note(self, words: str) -> None:
        if words not in self.notes:
            self.notes.append(words)

    def text_line(self, engine: Engine, line: SeenLine) -> TextLine:
        """Give a seen line its number and the signature of its reader."""
        line_id = f"L{len(self.seen) + 1}"
        self.seen[line_id] = line
        return TextLine(
            line_id=line_id,
            corners=line.corners,
            text=line.read.text,
            confidence=line.read.confidence,
            glyphs=line.read.glyphs,
            engine=engine,
            lattice=line.read.lattice,
        )

    def photo_reading(self, seen: Sequence[SeenLine], codes: tuple[Code, ...]) -> PhotoReading:
        """Gather lines into regions, let every reader read them, and combine."""
        self.seen.clear()
        regions, readings, combined = [], [], []
        found = find_plates([line.corners for line in seen], self.photo.photo_id)
        parts = []
        for region, members in found:
            lines = [self.text_line(self.first.identity, seen[at]) for at in members]
            parts.append((region, [row.line for row in rows_of(lines)]))
        texts = [lines for _, lines in parts]
        others = self._others(texts)
        closer = self._closer(texts)
        if not self.stopped():
            codes = codes_beside(self.photo.pixels, texts, codes)
        for region, lines in parts:
            own = [_reading(region, self.first.identity, lines, lines)]
            for engine, again in others:
                mine = [again[line.line_id] for line in lines if line.line_id in again]
                if mine:
                    mixed = [again.get(line.line_id, line) for line in lines]
                    own.append(_reading(region, engine, mine, mixed))
            regions.append(region)
            readings += own
            combined.append(self._combined(region, own, lines, closer, codes))
        return PhotoReading(
            photo_id=self.photo.photo_id,
            regions=tuple(regions),
            readings=tuple(readings),
            combined=without_guesswork(combined),
            codes=codes,
            seconds=time.monotonic() - self.started,
            notes=tuple(self.notes),
        )

    def _others(
        self, parts: Sequence[Sequence[TextLine]]
    ) -> list[tuple[Engine, dict[str, TextLine]]]:
        """Let the other readers read what matters: {line number: their line} for each of them."""
        answers = []
        cyrillic: dict[str, TextLine] | None = None
        for name, engine in list(self.engines.items())[1:]:
            if self.stopped() and not self._cheap_enough(name):
                continue
            self.step(f"reading again with {name}")
            if name == CYRILLIC_READER:
                lines = cyrillic = read_cyrillic(self.photo.pixels, engine, parts)
            elif name == TESSERACT:
                lines = read_other_scripts(self.photo.pixels, engine, parts, cyrillic)
            else:
                lines = read_again(self.photo.pixels, engine, parts, self._contested(parts))
            if lines:
                answers.append((engine.identity, lines))
        return answers

    def _cheap_enough(self, name: str) -> bool:
        """Say whether a reader is asked though the budget ran out: it tries a few lines only."""
        wanted = not self.search.bare and not (self.cancelled and self.cancelled())
        return name == CYRILLIC_READER and wanted

    def _contested(self, parts: Sequence[Sequence[TextLine]]) -> list[TextLine]:
        """List lines with digits of which another look surely read something else."""
        return [
            line
            for part in parts
            for line in part
            if any(contradicts(line.text, look) for look in self.seen[line.line_id].others)
        ]

    def _closer(self, parts: Sequence[Sequence[TextLine]]) -> list[dict[str, TextLine]]:
        """Let the first reader read the values again in slightly wider crops."""
        return [] if self.stopped() else [shifted_crops(self.photo.pixels, self.first, parts)]

    def _combined(
        self,
        region: PlateRegion,
        readings: Sequence[Reading],
        lines: Sequence[TextLine],
        closer: Sequence[dict[str, TextLine]],
        codes: Sequence[Code],
    ) -> Reading:
        """Bring the readers' fields of one region together."""
        claims: dict[FieldName, list[Claim]] = {}
        own = [{line.line_id: line for line in reading.lines} for reading in readings]
        spoken = {(guess.field, guess.line.line_id) for guess in find_fields(lines)}
        for again in (*own, *closer):
            mixed = [again.get(line.line_id, line) for line in lines]
            for guess in best_guesses(with_codes(find_fields(mixed), coded_guesses(mixed, codes))):
                if guess.line.line_id in again and self._may_speak(guess, spoken):
                    looks = self.seen[guess.line.line_id].others if again is own[0] else ()
                    name = guess.line.engine.name
                    claim = Claim(engine=name, guess=guess, looks=looks)
                    claims.setdefault(guess.field, []).append(claim)
        clear = legibility(lines)
        here = [one_place(said, own) for said in one_field_each(claims)]
        fields = held_together([combine(said, codes, legible=clear) for said in here])
        shown = tuple(self._shown(line, own[1:]) for line in lines)
        return Reading(
            region_id=region.region_id,
            engine=COMBINED,
            lines=shown,
            fields=whole_only(fields, shown),
        )

    def _may_speak(self, guess: FieldGuess, spoken: set[tuple[FieldName, str]]) -> bool:
        """Say whether a guess counts: by form alone, only where the first reader sees it too.

        Some readers drop the spaces that keep a row of small numbers from looking like one value.
        """
        reader = guess.line.engine.name
        known = reader in (self.first.identity.name, *OF_OTHER_SCRIPTS) or guess.label is not None
        return known or guess.rule == IN_A_CODE or (guess.field, guess.line.line_id) in spoken

    def _shown(self, line: TextLine, others: Sequence[dict[str, TextLine]]) -> TextLine:
        """Give a line as that reader read it which the others contradict least.

        Where the first reader lacks the script, the reader that has it is believed.
        """
        again = [read[line.line_id] for read in others if line.line_id in read]
        for other in again:
            if other.engine.name in OF_OTHER_SCRIPTS:
                return other
        looks = [by(line, line.engine, look) for look in self.seen[line.line_id].others]
        readings = (line, *again, *looks)
        return readings[most_agreed(readings)]


def _reading(
    region: PlateRegion, engine: Engine, lines: Sequence[TextLine], mixed: Sequence[TextLine]
) -> Reading:
    """Find one reader's fields; label words it did not read are taken from the first reader."""
    own = {line.line_id for line in lines if line.engine == engine}
    guesses = best_guesses([g for g in find_fields(mixed) if g.line.line_id in own])
    return Reading(
        region_id=region.region_id,
        engine=engine,
        lines=tuple(lines),
        fields=tuple(to_reading(guess) for guess in guesses),
    )


def top_field(reading: PhotoReading, field: FieldName) -> FieldReading | None:
    """Choose the best value of a field over all regions of a photo, or None."""
    found = [one for part in reading.combined for one in part.fields if one.field == field]
    order = {"stated": 2, "offered": 1, "unreadable": 0}
    return max(
        found,
        key=lambda one: (order[one.state], one.strength * (0.3 + 0.7 * one.confidence)),
        default=None,
    )
