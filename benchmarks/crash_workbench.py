"""The workbench under `benchmarks.crash`: intake, review and sealing.

Plates are rendered by the project's own renderer and read by the scripted engine with the true
lines: this tests storage, not reading.
"""

from __future__ import annotations

import json
import os
import random
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchmarks.crash_work import store_faults
from evidence_store.errors import StoreError
from renderer.jpeg import to_jpeg
from renderer.plate import PlateSpec, draw_plate, expose
from workbench.settings import Settings
from workbench.types import Actor, Claims, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.crash_work import Promises, Tell

LINES = (
    ("L3 WESCAM", [0.30, 0.25, 0.40, 0.08]),
    ("MODEL CMX-15D", [0.30, 0.40, 0.40, 0.08]),
    ("S/N CMX15D-0836", [0.30, 0.55, 0.40, 0.08]),
)
FIELDS = ("maker", "model", "serial")


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Workbench, Actor, str]]:
    """Open the workbench as its only person, in its only case."""
    os.environ["NAMEPLATE_SCRIPT"] = str(folder / "script.json")
    bench = Workbench.open(Settings.for_store(folder, readers=("scripted",)))
    try:
        person = bench.people.everyone()[0].person_id
        yield bench, bench.people.sign_in(person), bench.cases.all_cases()[0].case_id
    finally:
        bench.close()


def prepare(folder: Path) -> None:
    """Create a store with one person and one case, in which one rendered photo is read."""
    folder.mkdir(parents=True)
    script = [{"text": text, "confidence": 0.97, "box": box} for text, box in LINES]
    (folder / "script.json").write_text(json.dumps(script), encoding="utf-8")
    os.environ["NAMEPLATE_SCRIPT"] = str(folder / "script.json")
    bench = Workbench.open(Settings.for_store(folder, readers=("scripted",)))
    person = bench.people.enrol("Investigator one", (Role.INVESTIGATOR, Role.REVIEWER))
    actor = bench.people.sign_in(person.person_id)
    case = bench.cases.open_case(actor, title="Crash", policy=Policy.SOLO, synthetic=True)
    bench.intake.take_in(actor, case.case_id, [photo(0)], Claims(note="drawn"))
    bench.reading.read_pending(actor, case.case_id)
    bench.close()


def photo(seed: int) -> Upload:
    """Draw one plate, the same for the same seed."""
    spec = PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial="CMX15D-0836")
    drawn = expose(draw_plate(spec, seed=1, wear="clean"), severity="clean", seed=seed, size=320)
    return Upload(name=f"photo-{seed}.jpg", data=to_jpeg(drawn.pixels))


def intake_work(folder: Path, seed: int, tell: Tell) -> None:
    """Add one photo after another; the first, slow one of a process before it is ready."""
    chance = random.Random(seed)
    with opened(folder) as (bench, actor, case):
        uploads = [photo(chance.randrange(2**31)) for _ in range(4)]
        for number, upload in enumerate(uploads * 1000):
            if number == 1:
                tell("ready")
            changed = Upload(name=upload.name, data=upload.data + chance.randbytes(8))
            bench.intake.take_in(actor, case, [changed], Claims(source_account="@x"))
            _tell_root(bench, case, tell)


def review_work(folder: Path, seed: int, tell: Tell) -> None:
    """Judge the fields of the plate, over and over."""
    chance = random.Random(seed)
    with opened(folder) as (bench, actor, case):
        tell("ready")
        while True:
            bench.review.judge_field(
                actor,
                case,
                exhibit_id="EX-0001",
                region_id="R1",
                field=chance.choice(FIELDS),  # type: ignore[arg-type]
                judgement=chance.choice((Judgement.UNSURE, Judgement.REJECTED)),
                reason="Too worn to say.",
                seen=bench.stores.ledger.size(case),
            )
            _tell_root(bench, case, tell)


def seal_work(folder: Path, seed: int, tell: Tell) -> None:
    """Seal the case into one bundle after another."""
    del seed
    with opened(folder) as (bench, actor, case):
        tell("ready")
        while True:
            sealed = bench.exports.seal(actor, case)
            tell("bundle", sealed.folder)
            _tell_root(bench, case, tell)


def problems(folder: Path, promises: Promises) -> list[str]:
    """Open the workbench after a crash and check it against every promise."""
    try:
        with opened(folder) as (bench, _, case):
            stores = bench.stores
            found = store_faults(folder, stores.ledger, stores.blobs, promises)
            found += _unreadable(bench, case)
            found += _bundle_problems(bench, folder / "bundles", promises)
            return found
    except StoreError as error:
        return [f"the store does not open: {error.diagnostics()}"]


WORKS: dict[str, dict[str, Any]] = {
    name: {"prepare": prepare, "run": run, "problems": problems}
    for name, run in (("intake", intake_work), ("review", review_work), ("seal", seal_work))
}


def _tell_root(bench: Workbench, case: str, tell: Tell) -> None:
    for log in ("store", case):
        size = bench.stores.ledger.size(log)
        if size:
            tell("root", log, size, bench.stores.ledger.root(log, size=size))


def _unreadable(bench: Workbench, case: str) -> list[str]:
    """Query the projection for every exhibit: a screen must show what the log contains."""
    taken = [
        entry.body["exhibit"]
        for entry in bench.stores.ledger.entries(case)
        if entry.kind == "exhibit.taken_in"
    ]
    if bench.exhibits.count(case) != len(taken):
        return [f"the screens know {bench.exhibits.count(case)} of {len(taken)} exhibits"]
    for exhibit in taken:
        bench.exhibits.original(case, str(exhibit))
    return []


def _bundle_problems(bench: Workbench, folder: Path, promises: Promises) -> list[str]:
    """Every bundle must verify, acknowledged or not; there must be no partial ones."""
    found = []
    there = {path.name: path for path in folder.iterdir()} if folder.is_dir() else {}
    left = [name for name in there if name.endswith(".partial")]
    found += [f"not swept: {left}"] if len(left) > 1 else []  # one is the kill's own
    found += [f"lost: the bundle {name}" for name in promises.bundles - there.keys()]
    for name, path in there.items():
        if path.is_dir() and not name.startswith("."):
            view = bench.exports.verify(path)
            found += [f"{name}: {fault.code} {fault.message}" for fault in view.faults]
    return found
