"""Reading: OCR engines read the waiting photos one after another, and each reading is recorded."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, func, select

from evidence_store.blobs.store import checked_sha256
from evidence_store.canonical import canonical_json
from evidence_store.errors import BlobDamaged, BlobMissing
from vision.errors import VisionError
from vision.media.decode import decode_photo
from vision.ocr.engine import USUAL
from vision.plate.reader import PATIENCE, EngineStatus, Reader, engine_status
from vision.serialize import reading_to_json
from words import en
from workbench import events, tables
from workbench.cases.exhibits import exhibit_row, kept_reading
from workbench.errors import BadRequest
from workbench.queue.leases import Leases
from workbench.queue.runner import ReadingProgress, Task
from workbench.types import ExhibitState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evidence_store.types import Draft
    from vision.ocr.lattice import Lattice
    from vision.types import FieldReading, Photo, PhotoReading, Quad
    from workbench.cases.cases import Cases
    from workbench.copies.copies import Copies
    from workbench.people.people import People
    from workbench.queue.runner import Runner
    from workbench.stores.stores import Stores
    from workbench.types import Actor

_log = logging.getLogger(__name__)

#: Most alternatives of a field, and most texts of a plate, that a search can find later.
ALSO_ALTERNATIVES, ALSO_TEXTS = 5, 80


#: How long a photo is reserved for one program: this many work budgets, plus loading models.
LEASE_BUDGETS, LOADING_SECONDS = PATIENCE + 1, 120
#: How many waiting exhibits are considered for the next one to read.
AHEAD = 20


class ReadingRoom:
    """Runs the engines over what waits, and over what a person asks to have read again."""

    def __init__(
        self, stores: Stores, people: People, cases: Cases, copies: Copies, runner: Runner
    ) -> None:
        self._stores = stores
        self._people = people
        self._cases = cases
        self._copies = copies
        self._runner = runner
        runner.does(self._read_task)
        self._leases = Leases(
            stores.projection.engine,
            seconds=LEASE_BUDGETS * stores.settings.reading_seconds + LOADING_SECONDS,
        )
        self._reader: Reader | None = None
        self._lock = threading.Lock()

    def readers(self) -> tuple[EngineStatus, ...]:
        """Which engines are used, a sentence each: the chosen ones, or else all the usual ones."""
        return engine_status(self._stores.settings.readers or USUAL)

    def start(self, actor: Actor, case_id: str) -> bool:
        """Read what waits in the background; returns whether a run was started."""
        self._may_read(actor, case_id)
        return self._runner.start(Task(case_id=case_id, person_id=actor.person_id))

    def stop(self, case_id: str) -> None:
        """Stop after the photo that is being read; the others stay waiting."""
        self._runner.stop(case_id)

    def progress(self, case_id: str) -> ReadingProgress:
        """The progress of the background run."""
        return self._runner.progress(case_id)

    def close(self) -> None:
        """Stop all background runs and wait for the photo that each is reading."""
        self._runner.close()

    def read_pending(
        self,
        actor: Actor,
        case_id: str,
        *,
        on_step: Callable[[ReadingProgress], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        limit: int | None = None,
    ) -> ReadingProgress:
        """Read what waits, in the foreground. Raises NotFound, NotAllowed."""
        self._may_read(actor, case_id)
        return self._run(
            actor,
            case_id,
            report=on_step or (lambda _progress: None),
            cancelled=cancelled or (lambda: False),
            limit=limit,
        )

    def read_again(self, actor: Actor, case_id: str, exhibit_id: str) -> None:
        """Read one exhibit, whatever its state; the earlier reading stays in the log."""
        self._may_read(actor, case_id)
        photo = self._photo(case_id, exhibit_id)
        with self._lock:
            reading = self._the_reader().read(photo)
        self._record_whole(actor, case_id, exhibit_id, reading)

    def read_region(self, actor: Actor, case_id: str, exhibit_id: str, corners: Quad) -> str:
        """Read a region that a person drew; it is added to the regions that the program found.

        Its corners stay as drawn. A photo that waits to be read goes on waiting.
        """
        self._may_read(actor, case_id)
        photo = self._photo(case_id, exhibit_id)
        if any(not (0 <= x <= photo.width and 0 <= y <= photo.height) for x, y in corners):
            raise BadRequest(
                f"The region extends beyond the photo ({photo.width} × {photo.height} pixels)."
            )
        with self._lock:
            drawn = self._the_reader().read_region(photo, corners)
        region_id = ""

        def beside(before: PhotoReading | None) -> PhotoReading:
            nonlocal region_id
            region_id, reading = _with_drawn(before, drawn)
            return reading

        self._record(actor, case_id, exhibit_id, beside, whole=False)
        return region_id

    def stacked(
        self, case_id: str, readings: Sequence[tuple[str, FieldReading, str]]
    ) -> Lattice | None:
        """Read one value from all its exposures, aligned and averaged.

        `readings` are exhibits, their readings of the value, and the exposures that they show; each
        exposure counts once, by its most confident reading. None if there are fewer than two.
        """
        surest: dict[str, tuple[str, FieldReading]] = {}
        for exhibit_id, item, exposure in sorted(readings, key=lambda one: -one[1].confidence):
            if not item.source.rule.startswith("code"):
                surest.setdefault(exposure, (exhibit_id, item))
        if len(surest) < 2:
            return None
        seen = [(self._photo(case_id, name).pixels, item) for name, item in surest.values()]
        with self._lock:
            return self._the_reader().read_stack(seen)

    def _read_task(
        self, task: Task, report: Callable[[ReadingProgress], None], cancelled: Callable[[], bool]
    ) -> ReadingProgress:
        """Read what waits in a case, in the name of whoever asked for it. Raises NotAllowed."""
        actor = self._people.acting(task.person_id)
        if actor is None:
            why = "Whoever asked for this reading can no longer act here."
            raise self._stores.refuse(task.case_id, None, verb="read", why=why)
        return self._run(actor, task.case_id, report=report, cancelled=cancelled, limit=None)

    def _run(
        self,
        actor: Actor,
        case_id: str,
        *,
        report: Callable[[ReadingProgress], None],
        cancelled: Callable[[], bool],
        limit: int | None,
    ) -> ReadingProgress:
        total = self._count_waiting(case_id)
        progress = ReadingProgress(
            running=True, total=total if limit is None else min(limit, total)
        )
        failed: set[str] = set()
        while (limit is None or progress.done < limit) and not cancelled():
            exhibit_id = self._take_next(case_id, failed)
            if exhibit_id is None:
                break
            progress = replace(progress, current=exhibit_id)
            report(progress)
            try:
                self._read_one(actor, case_id, exhibit_id, cancelled)
            except (VisionError, BlobDamaged, BlobMissing) as error:
                failed.add(exhibit_id)
                at = {"case": case_id, "exhibit": exhibit_id}
                _log.warning("Not read.", extra=at)  # the error may name a file
                problem = f"{exhibit_id}: {en.said(error)}"
                progress = replace(progress, problems=(*progress.problems, problem))
            finally:
                self._leases.give_back(case_id, exhibit_id)
            if cancelled():
                break
            progress = replace(progress, done=progress.done + 1)
            report(progress)
        return replace(progress, running=False, current="")

    def _read_one(
        self, actor: Actor, case_id: str, exhibit_id: str, cancelled: Callable[[], bool]
    ) -> None:
        photo = self._photo(case_id, exhibit_id)
        chosen = self._is_chosen_still(case_id, exhibit_id)
        began = time.monotonic()
        with self._lock:
            reading = self._the_reader().read(photo, cancelled=cancelled, one_of_many=chosen)
        seconds = round(time.monotonic() - began, 1)
        at = {"case": case_id, "exhibit": exhibit_id, "seconds": seconds}
        _log.info("Stopped." if cancelled() else "Read.", extra=at)
        if not cancelled():  # a reading that was cut short is not recorded as complete
            self._record_whole(actor, case_id, exhibit_id, reading)

    def _take_next(self, case_id: str, failed: set[str]) -> str | None:
        """Reserve the next exhibit that waits and that no other program is reading.

        Likely copies come last: they are read too, since the program may be wrong.
        """
        while True:
            passed = failed | self._leases.held(case_id)
            with self._stores.projection.read(case_id) as connection:
                waiting = list(
                    connection.execute(
                        select(tables.exhibit.c.exhibit_id)
                        .where(_waits(case_id))
                        .order_by(tables.exhibit.c.is_copy, tables.exhibit.c.number)
                        .limit(len(passed) + AHEAD)
                    ).scalars()
                )
            free: list[str] = [exhibit_id for exhibit_id in waiting if exhibit_id not in passed]
            if not free:
                return None
            for exhibit_id in free:
                if self._leases.take(case_id, exhibit_id):
                    if self._still_waits(case_id, exhibit_id):
                        return exhibit_id
                    self._leases.give_back(case_id, exhibit_id)

    def _still_waits(self, case_id: str, exhibit_id: str) -> bool:
        """Whether nobody read it between our listing it and our lease."""
        with self._stores.projection.read(case_id) as connection:
            row = exhibit_row(connection, case_id, exhibit_id)
        return ExhibitState(row.state) is ExhibitState.WAITING

    def _count_waiting(self, case_id: str) -> int:
        with self._stores.projection.read(case_id) as connection:
            return int(connection.execute(select(func.count()).where(_waits(case_id))).scalar_one())

    def _photo(self, case_id: str, exhibit_id: str) -> Photo:
        with self._stores.projection.read(case_id) as connection:
            row = exhibit_row(connection, case_id, exhibit_id)
        if row.media == "clip":
            raise BadRequest(f"{exhibit_id} is a clip; read its frames instead.")
        return decode_photo(self._stores.blobs.get(checked_sha256(row.sha256)), name=row.file_name)

    def _is_chosen_still(self, case_id: str, exhibit_id: str) -> bool:
        """Whether the program chose it from a clip with others; False if a person took it."""
        with self._stores.projection.read(case_id) as connection:
            row = exhibit_row(connection, case_id, exhibit_id)
        if row.media != "frame":
            return False
        taken = events.of(self._stores.ledger.entry(case_id, row.sequence))
        return isinstance(taken, events.FrameTaken) and not taken.by_hand

    def _reading_before(self, case_id: str, exhibit_id: str) -> PhotoReading | None:
        with self._stores.projection.read() as connection:
            row = exhibit_row(connection, case_id, exhibit_id)
        return kept_reading(self._stores.blobs, row.reading_sha256) if row.reading_sha256 else None

    def _the_reader(self) -> Reader:
        """The engine object, created on first use: loading its models takes seconds and memory."""
        if self._reader is None:
            settings = self._stores.settings
            self._reader = Reader(engines=settings.readers, budget_seconds=settings.reading_seconds)
        return self._reader

    def _may_read(self, actor: Actor, case_id: str) -> None:
        self._cases.policy_of(case_id)
        self._stores.admit(actor, case_id, "exhibit.read", verb="read")

    def _record_whole(
        self, actor: Actor, case_id: str, exhibit_id: str, reading: PhotoReading
    ) -> None:
        """Record a reading of a whole photo; regions that people drew on it are carried over."""

        def with_drawn(before: PhotoReading | None) -> PhotoReading:
            whole = reading
            for drawn in _drawn_alone(before):
                whole = _joined(whole, drawn)
            return whole

        self._record(actor, case_id, exhibit_id, with_drawn, whole=True)

    def _record(
        self,
        actor: Actor,
        case_id: str,
        exhibit_id: str,
        compose: Callable[[PhotoReading | None], PhotoReading],
        *,
        whole: bool,
    ) -> None:
        """Record what `compose` makes of the reading that is current at that moment."""
        recorded: PhotoReading | None = None

        def make() -> tuple[Draft, ...]:
            nonlocal recorded
            reading = recorded = compose(self._reading_before(case_id, exhibit_id))
            data = canonical_json(reading_to_json(reading, en.text))
            engines = {item.engine for item in (*reading.readings, *reading.combined)}
            return (
                events.ExhibitRead(
                    exhibit=exhibit_id,
                    engines=tuple(sorted(engines, key=lambda engine: engine.name)),
                    reading=self._stores.blobs.put(data),
                    regions=_regions(reading),
                    whole=whole,
                ).draft(actor.person_id),
            )

        self._stores.append_seeing(case_id, make)
        if recorded is not None:
            self._copies.propose_same_object(actor, case_id, exhibit_id, recorded)


def _waits(case_id: str) -> ColumnElement[bool]:
    return (tables.exhibit.c.case_id == case_id) & (
        tables.exhibit.c.state == ExhibitState.WAITING.value
    )


def _regions(reading: PhotoReading) -> tuple[events.ReadRegion, ...]:
    """For each plate its corners, its combined fields, and what else was read there."""
    combined = {item.region_id: item.fields for item in reading.combined}
    return tuple(
        events.ReadRegion(
            region=region.region_id,
            corners=region.corners,
            drawn=region.drawn,
            fields=tuple(
                events.ReadField(field.field, field.text, field.confidence, field.state)
                for field in combined.get(region.region_id, ())
            ),
            also=_also(reading, region.region_id, combined.get(region.region_id, ())),
        )
        for region in reading.regions
    )


def _also(reading: PhotoReading, region_id: str, fields: Sequence[FieldReading]) -> tuple[str, ...]:
    """Lines and alternatives of a plate besides its fields' texts, so that they can be found."""
    given = {field.text for field in fields}
    texts = [other.text for field in fields for other in field.alternatives[:ALSO_ALTERNATIVES]]
    for item in (*reading.readings, *reading.combined):
        if item.region_id == region_id:
            texts += [line.text for line in item.lines]
            texts += [field.text for field in item.fields]
    found = dict.fromkeys(text for text in texts if text and text not in given)
    return tuple(found)[:ALSO_TEXTS]


def _with_drawn(before: PhotoReading | None, drawn: PhotoReading) -> tuple[str, PhotoReading]:
    """The exhibit's reading with a drawn region added, under the next free `D` number."""
    known = before.regions if before is not None else ()
    numbers = [int(region.region_id.removeprefix("D")) for region in known if region.drawn]
    region_id = f"D{max(numbers, default=0) + 1}"
    renamed = replace(
        drawn,
        regions=tuple(replace(region, region_id=region_id) for region in drawn.regions),
        readings=tuple(replace(item, region_id=region_id) for item in drawn.readings),
        combined=tuple(replace(item, region_id=region_id) for item in drawn.combined),
    )
    return region_id, renamed if before is None else _joined(before, renamed)


def _drawn_alone(before: PhotoReading | None) -> list[PhotoReading]:
    """For each region that a person drew, the part of the reading that belongs to it."""
    if before is None:
        return []
    drawn = [r.region_id for r in before.regions if r.drawn]
    return [
        replace(
            before,
            regions=tuple(r for r in before.regions if r.region_id == region_id),
            readings=tuple(r for r in before.readings if r.region_id == region_id),
            combined=tuple(r for r in before.combined if r.region_id == region_id),
            codes=(),
            seconds=0.0,
            notes=(),
        )
        for region_id in drawn
    ]


def _joined(one: PhotoReading, two: PhotoReading) -> PhotoReading:
    """Two readings of different regions of one photo, combined."""
    return replace(
        one,
        regions=(*one.regions, *two.regions),
        readings=(*one.readings, *two.readings),
        combined=(*one.combined, *two.combined),
        codes=(*one.codes, *two.codes),
        seconds=one.seconds + two.seconds,
        notes=(*one.notes, *two.notes),
    )
