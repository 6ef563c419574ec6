"""How long it takes to seal a case of many exhibits, in seconds on one core.

    python -m benchmarks.sealing [--exhibits 6000] [--without-pdf] [--json FILE]

The case is synthetic. Its photos are one rendered plate with a different comment in each file, so
that every file, reading and crop is unique; its entries are written to the ledger as intake and
reading would have written them, since adding thousands of photos is measured elsewhere
(`benchmarks.intake`). One field of every hundredth exhibit is judged. Sealing is then timed as a
whole: the walk through the case, the typesetting, copying, hashing, and the check of the result.
With `--without-pdf` the PDF, which has its own share of the time, is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence_store.canonical import canonical_json
from evidence_store.types import Draft
from renderer.jpeg import to_jpeg
from renderer.plate import PlateSpec, draw_plate, expose
from workbench.settings import Settings
from workbench.types import Claims, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Sequence

    from evidence_store.types import Entry, Sha256
    from workbench.types import Actor

LINES = (("L3 WESCAM", 0.25), ("MODEL CMX-15D", 0.40), ("S/N CMX15D-0836", 0.55))
AT_ONCE = 500
"""Entries written in one transaction."""


def pattern(bench: Workbench, actor: Actor) -> tuple[Entry, Entry, dict[str, Any], bytes]:
    """Add one photo and read it: its two entries, its reading and its bytes."""
    plate = draw_plate(
        PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial="CMX15D-0836"), seed=1, wear="clean"
    )
    data = to_jpeg(expose(plate, severity="clean", seed=1, size=320).pixels)
    case = bench.cases.open_case(actor, title="The pattern", policy=Policy.SOLO).case_id
    bench.intake.take_in(actor, case, [Upload(name="p.jpg", data=data)], Claims(note="Drawn"))
    bench.reading.read_pending(actor, case)
    entries = {entry.kind: entry for entry in bench.stores.ledger.entries(case)}
    read = entries["exhibit.read"]
    reading = json.loads(bench.stores.blobs.get(_hash(read, "reading")))
    return entries["exhibit.taken_in"], read, reading, data


def fill(bench: Workbench, actor: Actor, number: int) -> str:
    """Write the log of a case of this many exhibits; returns the case."""
    taken, read, reading, data = pattern(bench, actor)
    case = bench.cases.open_case(actor, title="Many", policy=Policy.SOLO, synthetic=True).case_id
    drafts: list[Draft] = []
    for at in range(1, number + 1):
        exhibit = f"EX-{at:04d}"
        photo = _commented(data, exhibit)
        original = bench.stores.blobs.put(photo)
        own = canonical_json({**reading, "photo_id": original})
        drafts += [
            _draft(
                taken, actor, exhibit, original=original, file_name=f"{at}.jpg", bytes=len(photo)
            ),
            _draft(read, actor, exhibit, reading=bench.stores.blobs.put(own)),
        ]
        if len(drafts) >= AT_ONCE or at == number:
            bench.stores.append(case, *drafts)
            drafts.clear()
    for at in range(1, number + 1, 100):
        bench.review.judge_field(
            actor,
            case,
            exhibit_id=f"EX-{at:04d}",
            region_id="R1",
            field="serial",
            judgement=Judgement.CONFIRMED,
            seen=bench.stores.ledger.size(case),
        )
    return case


def timed(bench: Workbench, actor: Actor, case: str) -> dict[str, float]:
    """Seal the case; CPU seconds, wall-clock seconds, and peak memory in MB."""
    began, used = time.perf_counter(), _on_core()
    bench.exports.seal(actor, case)
    return {
        "core_seconds": _on_core() - used,
        "seconds": time.perf_counter() - began,
        "peak_memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def run(exhibits: int, *, without_pdf: bool) -> dict[str, float]:
    """Create the case in a temporary folder, and seal it."""
    with tempfile.TemporaryDirectory(prefix="sealing-") as folder:
        script = Path(folder) / "script.json"
        said = [{"text": text, "confidence": 0.97, "box": [0.3, y, 0.4, 0.08]} for text, y in LINES]
        script.write_text(json.dumps(said), encoding="utf-8")
        os.environ["NAMEPLATE_SCRIPT"] = str(script)
        if without_pdf:
            from workbench.report import build

            vars(build)["make_pdf"] = lambda _case: b"%PDF-1.7 left out\n%%EOF\n"
        settings = Settings.for_store(Path(folder) / "store", readers=("scripted",))
        bench = Workbench.open(settings)
        actor = bench.people.sign_in(bench.people.enrol("Benchmark", tuple(Role)).person_id)
        case = fill(bench, actor, exhibits)
        try:
            return timed(bench, actor, case)
        finally:
            bench.close()


def _draft(entry: Entry, actor: Actor, exhibit: str, **private: Any) -> Draft:
    """The same entry for another exhibit."""
    return Draft(
        kind=entry.kind,
        actor=actor.person_id,
        body={**entry.body, "exhibit": exhibit},
        private={**entry.private, **private},
        kept=entry.kept,
    )


def _commented(jpeg: bytes, text: str) -> bytes:
    """The same picture in another file: a JPEG comment after its first marker."""
    comment = text.encode("ascii")
    return jpeg[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + jpeg[2:]


def _hash(entry: Entry, name: str) -> Sha256:
    value: Any = entry.private[name]
    found: Sha256 = value
    return found


def _on_core() -> float:
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Seal once and print a line; write the JSON if requested."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sealing", description=__doc__)
    parser.add_argument("--exhibits", type=int, default=6_000)
    parser.add_argument("--without-pdf", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args(arguments)
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    found = run(options.exhibits, without_pdf=options.without_pdf)
    print(
        f"{options.exhibits} exhibits: {found['core_seconds']:.1f} s on a core, "
        f"{found['seconds']:.1f} s by the clock, {found['peak_memory_mb']:,.0f} MB"
    )
    if options.json is not None:
        result: dict[str, Any] = {
            "benchmark": "sealing",
            "set": f"{options.exhibits} exhibits of one drawn plate"
            + (", without the PDF" if options.without_pdf else ""),
            "machine": {"system": platform.platform(), "cores": os.cpu_count()},
            "systems": {"nameplate": found},
        }
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
