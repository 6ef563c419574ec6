"""The cost of adding one photo, and of showing a screen, as the store grows.

    python -m benchmarks.intake [--photos N] [--new M] [--json FILE]

The store is filled to 1,000, 10,000 … N exhibits by entries that are recorded and folded like any
others, with random fingerprints from a seed instead of photos; each exhibit is read (one plate of
three fields and four further lines), one in ten is judged, one in a hundred is a copy. At each
size, M new rendered photos are added through the workbench (hashed, stored, decoded, fingerprinted,
looked up among the copies, recorded), a reading of each is compared with all others (is it another
exposure of one object?), and each screen's query is run. The reading itself is left out: it costs
the same at any size. `cost_ratio` is the median cost of a photo at the largest size over the one at
the smallest, `held_ratio` the same for comparing a reading; both can fail. The cost of the first
photo after a filling, which the copy index has not seen, is separate: `first_seconds`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import sys
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from evidence_store.blobs.store import BlobStore
from evidence_store.canonical import canonical_json
from evidence_store.errors import BlobMissing
from renderer.jpeg import to_jpeg
from renderer.plate import PlateSpec, draw_plate, expose
from vision.copies.verdict import fingerprint
from vision.copies.words import KEY_BITS, SIGN_BITS, words_from, words_to_hex
from vision.media.decode import decode_photo
from vision.plate.assurance import READABLE
from vision.serialize import reading_to_json
from vision.types import (
    CharOption,
    CopyEvidence,
    Engine,
    FieldReading,
    FieldSource,
    Glyph,
    PhotoReading,
    Reading,
)
from words import en
from workbench import events
from workbench.settings import Settings
from workbench.types import (
    Actor,
    Claims,
    ExhibitOrder,
    ExhibitState,
    Judgement,
    Policy,
    Role,
    Upload,
)
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evidence_store.types import Draft, Sha256
    from vision.types import FieldName, Fingerprint

SEED = 20_201_019
FIRST_SIZE = 1_000
BATCH = 500
SCREEN_ROUNDS = 5


class Originals(BlobStore):
    """The blobs of this store; for a filled-in exhibit, those of one real photo."""

    stand_in: bytes = b""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.serials: dict[str, str] = {}
        """The serial in each reading of a filled-in exhibit."""

    def get(self, sha256: Sha256) -> bytes:
        """Return the bytes, or a stand-in: comparing with a filled-in exhibit costs the same."""
        try:
            return super().get(sha256)
        except BlobMissing:
            if (serial := self.serials.get(sha256)) is not None:
                return canonical_json(reading_to_json(reading_of(serial), en.text))
            return self.stand_in


def reading_of(serial: str) -> PhotoReading:
    """A reading with this serial."""
    box = ((0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0))
    field = FieldReading(
        field="serial",
        text=serial,
        confidence=0.9,
        state="offered",
        glyphs=tuple(Glyph(options=(CharOption(char=c, probability=0.9),)) for c in serial),
        alternatives=(),
        source=FieldSource(line_id="L1", corners=box, label=None, rule="drawn"),
    )
    engine = Engine(name="combined", version="1", weights_sha256="0" * 64)
    return PhotoReading(
        photo_id="0" * 64,
        regions=(),
        readings=(),
        combined=(Reading(region_id="R1", engine=engine, lines=(), fields=(field,)),),
        codes=(),
        seconds=0.0,
    )


def new_photos(count: int, first: int) -> list[bytes]:
    """Rendered photos that are all different, from unit number `first` on."""
    photos = []
    for number in range(first, first + count):
        spec = PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial=f"CMX15D-{number:04d}")
        drawn = draw_plate(spec, seed=SEED + number)
        photos.append(to_jpeg(expose(drawn, severity="mild", seed=SEED + number).pixels))
    return photos


def filler(template: Fingerprint, generator: np.random.Generator) -> Fingerprint:
    """A fingerprint of the same shape as a real one, with random bits."""

    def drawn(name: str, value: str) -> str:
        if name != "words":
            return generator.bytes(len(value) // 2).hex()
        words = words_from(bytes.fromhex(value))
        count = len(words.keys)
        return words_to_hex(
            replace(
                words,
                keys=generator.integers(0, 2**KEY_BITS, count, dtype=np.uint32),
                signs=generator.integers(0, 2**SIGN_BITS, count, dtype=np.uint32),
            )
        )

    return replace(
        template,
        photo_id=generator.bytes(32).hex(),
        hashes=tuple((name, drawn(name, value)) for name, value in template.hashes),
    )


def fill(workbench: Workbench, actor: Actor, case_id: str, template: Fingerprint, to: int) -> None:
    """Record exhibits without photos, read and partly judged, until the case has `to` of them."""
    originals = cast("Originals", workbench.stores.blobs)
    have = workbench.exhibits.count(case_id)
    generator = np.random.default_rng(SEED + have)
    while have < to:
        drafts: list[Draft] = []
        for number in range(have + 1, min(have + BATCH, to) + 1):
            made = filler(template, generator)
            reading: Sha256 = generator.bytes(32).hex()  # type: ignore[assignment]
            originals.serials[reading] = f"CMX15D-{number:06d}"
            drafts += exhibit_entries(actor, number, made, reading)
        workbench.stores.append(case_id, *drafts)
        have = min(have + BATCH, to)


def exhibit_entries(actor: Actor, number: int, made: Fingerprint, reading: Sha256) -> list[Draft]:
    """The log entries of one exhibit: added, read, perhaps proposed as a copy and judged."""
    exhibit = f"EX-{number:04d}"
    sha256: Sha256 = made.photo_id  # type: ignore[assignment]
    serial, sure = f"CMX15D-{number:06d}", number * 7_919 % 1_000 / 1_000
    region = events.ReadRegion(
        region="R1",
        corners=((0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0)),
        drawn=False,
        fields=(
            events.ReadField("maker", "L3 WESCAM", 0.9, "stated"),
            events.ReadField("model", "CMX-15D", 0.9, "stated"),
            events.ReadField(
                "serial", serial, sure, "offered" if sure >= READABLE else "unreadable"
            ),
        ),
        also=(f"S/N {serial}", f"CNX15D-{number:06d}", "MODEL CMX-15D", "28 VDC"),
    )
    drafts = [
        events.ExhibitTakenIn(
            exhibit=exhibit,
            media="photo",
            original=sha256,
            size=1,
            file_name=f"filler-{number}.jpg",
            **asdict(Claims()),
            embedded=None,
            width=1000,
            height=750,
            fingerprint=made,
        ).draft(actor.person_id),
        events.ExhibitRead(
            exhibit=exhibit,
            engines=(),
            reading=reading,
            regions=(region,),
            whole=True,
        ).draft(actor.person_id),
    ]
    if number % 100 == 0:
        evidence = CopyEvidence(
            photo_a=sha256,
            photo_b=sha256,
            relation="near",
            distances=(),
            inliers=0,
            homography=None,
            outline=None,
            why="Filled in.",
        )
        drafts.append(
            events.CopiesProposed(
                exhibit=exhibit,
                of=f"EX-{number - 1:04d}",
                relation=evidence.relation,
                evidence=evidence,
            ).draft(actor.person_id)
        )
    if number % 10 == 0:
        drafts += [judged(actor, exhibit, field) for field in ("maker", "model", "serial")]
    return drafts


def judged(actor: Actor, exhibit: str, field: FieldName) -> Draft:
    """A confirmation of one field."""
    return events.FieldJudged(
        exhibit=exhibit,
        region="R1",
        field=field,
        judgement=Judgement.CONFIRMED,
        text="as read",
        machine_text="as read",
        blind=False,
        reason="",
        supersedes=None,
    ).draft(actor.person_id)


def measure(workbench: Workbench, actor: Actor, case_id: str, photos: Sequence[bytes]) -> float:
    """Median seconds to add one new photo."""
    times = []
    for number, data in enumerate(photos):
        began = time.perf_counter()
        report = workbench.intake.take_in(
            actor, case_id, [Upload(name=f"new-{number}.jpg", data=data)], Claims()
        )
        times.append(time.perf_counter() - began)
        if len(report.accepted) != 1:
            raise SystemExit(f"A rendered photo was not added: {report.refused}")
    return statistics.median(times)


def hold(workbench: Workbench, actor: Actor, case_id: str, new: int) -> float:
    """Median seconds to compare a new reading with all others; the first one builds the index."""
    times = []
    for number in range(new + 1):
        exhibit = f"EX-{workbench.exhibits.count(case_id) - number:04d}"
        reading = reading_of(f"Z{exhibit}")
        kept = workbench.stores.blobs.put(canonical_json(reading_to_json(reading, en.text)))
        workbench.stores.append(
            case_id,
            events.ExhibitRead(
                exhibit=exhibit, engines=(), reading=kept, regions=(), whole=True
            ).draft(actor.person_id),
        )
        began = time.perf_counter()
        workbench.copies.propose_same_object(actor, case_id, exhibit, reading)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:])


def screens(workbench: Workbench, actor: Actor, case_id: str) -> dict[str, float]:
    """Median seconds of the queries of each screen."""
    count = workbench.exhibits.count(case_id)
    last = f"EX-{count:04d}"
    at = count // 2 // 1000 * 1000 + 501
    middle = f"EX-{at:04d}"
    questions: dict[str, Callable[[], Any]] = {
        "cases": workbench.cases.all_cases,
        "overview": lambda: workbench.cases.summary(case_id),
        "exhibits_first_page": lambda: workbench.exhibits.listed(case_id),
        "exhibits_last_page": lambda: workbench.exhibits.listed(
            case_id, offset=workbench.exhibits.count(case_id) - 60
        ),
        "exhibits_least_sure": lambda: workbench.exhibits.listed(
            case_id, order=ExhibitOrder.LEAST_SURE
        ),
        "exhibits_to_review_least_sure": lambda: workbench.exhibits.listed(
            case_id, state=ExhibitState.READ, order=ExhibitOrder.LEAST_SURE
        ),
        "exhibits_unreadable": lambda: workbench.exhibits.listed(case_id, unreadable=True),
        "exhibits_unreadable_count": lambda: workbench.exhibits.count(case_id, unreadable=True),
        "exhibits_waiting": lambda: workbench.exhibits.listed(case_id, state=ExhibitState.WAITING),
        "exhibit": lambda: workbench.exhibits.one(case_id, last),
        "copies": lambda: workbench.copies.groups(case_id),
        "captures": lambda: workbench.copies.captures(
            case_id, workbench.review.plates(case_id, limit=200)
        ),
        "plates": lambda: workbench.review.plates(case_id, limit=500),
        "review_queue": lambda: workbench.review.queue(case_id),
        "review_window": lambda: workbench.review.places(case_id, around=(middle, "R1"), limit=400),
        "next_to_review": lambda: workbench.review.next_to_review(
            actor, case_id, after=(middle, "R1")
        ),
        "find": lambda: workbench.finder.find(f"{at:06d}"[1:], case_id=case_id),
        "find_in_all_cases": lambda: workbench.finder.find("15D-0??O17"),
        "custody_last_page": lambda: workbench.cases.ledger_rows(
            case_id, offset=workbench.exhibits.count(case_id) - 100
        ),
    }
    found = {}
    for name, question in questions.items():
        times = []
        for _ in range(SCREEN_ROUNDS):
            began = time.perf_counter()
            question()
            times.append(time.perf_counter() - began)
        found[name] = statistics.median(times)
    return found


def run(photos: int, new: int, folder: Path) -> dict[str, Any]:
    """All sizes in one store; returns the data of the table and the JSON."""
    opened = Workbench.open(Settings.for_store(folder / "store"))
    blobs = Originals(folder / "store" / "blobs")
    blobs.stand_in = new_photos(1, 0)[0]
    workbench = Workbench(replace(opened.stores, blobs=blobs))
    actor = workbench.people.sign_in(workbench.people.enrol("Benchmark", tuple(Role)).person_id)
    case_id = workbench.cases.open_case(actor, title="Intake", policy=Policy.SOLO).case_id
    template = fingerprint(decode_photo(blobs.stand_in, name="template"))
    sizes = [size for size in (FIRST_SIZE, 10_000, 100_000, 1_000_000) if size < photos]
    costs: list[float] = []
    held: list[float] = []
    first: list[float] = []
    asked: list[dict[str, float]] = []
    for step, size in enumerate([*sizes, photos], start=1):
        drawn = new_photos(new + 1, step * 10_000)
        began = time.perf_counter()
        fill(workbench, actor, case_id, template, size)
        sys.stderr.write(f"filled to {size:,} in {time.perf_counter() - began:.1f} s\n")
        began = time.perf_counter()
        workbench.intake.take_in(
            actor, case_id, [Upload(name="warm.jpg", data=drawn[-1])], Claims()
        )
        first.append(time.perf_counter() - began)
        costs.append(measure(workbench, actor, case_id, drawn[:new]))
        held.append(hold(workbench, actor, case_id, new))
        asked.append(screens(workbench, actor, case_id))
    workbench.close()
    return {
        "rows": [
            {
                "size": size,
                "seconds_per_photo": cost,
                "held_seconds": holding,
                "screens": times,
            }
            for size, cost, holding, times in zip([*sizes, photos], costs, held, asked, strict=True)
        ],
        "systems": {
            "ours": {
                "photos_per_second": 1 / costs[-1],
                "cost_ratio": costs[-1] / costs[0],
                "held_ratio": held[-1] / held[0],
                "first_seconds": first[-1],
                "slowest_screen_seconds": max(asked[-1].values()),
                "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            }
        },
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print a table, and write the JSON if requested."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intake", description=__doc__)
    parser.add_argument(
        "--photos", type=int, default=10_000, help="exhibits in the store at the end"
    )
    parser.add_argument("--new", type=int, default=20, help="photos added at each size")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        result = run(max(options.photos, FIRST_SIZE), options.new, Path(folder))
    for row in result["rows"]:
        slowest = max(row["screens"], key=row["screens"].__getitem__)
        print(
            f"{row['size']:>9,} exhibits: {row['seconds_per_photo'] * 1000:7.1f} ms a photo; "
            f"a reading held against all {row['held_seconds'] * 1000:.1f} ms; "
            f"slowest screen {slowest} {row['screens'][slowest] * 1000:.0f} ms"
        )
    for name, value in result["systems"]["ours"].items():
        print(f"{name}: {value:.3f}")
    if options.json is not None:
        options.json.write_text(
            json.dumps(
                {
                    "benchmark": "intake",
                    "set": f"rendered, seed {SEED}",
                    "machine": {"system": platform.platform(), "cores": os.cpu_count()},
                    **result,
                },
                indent=1,
            ),
            encoding="utf-8",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
