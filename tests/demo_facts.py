"""What the demo bundle says, as JSON that does not change from run to run.

    python -m tests.demo_facts [--readers rapidocr,easyocr] [--public] [--out FILE]
    python -m tests.demo_facts --keep

The second makes `demo_facts.json` anew, which `test_demo_facts.py` holds the program to.

The demo case is walked to its end: read, judged by two people who do not agree, joined, searched,
decided, asked about by letter, sealed, and published with `--public`, which takes minutes. What the
bundles and the services say is then written with everything that is drawn anew in each run taken
out: identifiers of people, cases and keys are numbered, and salts, hashes over them and signatures
have gone. The clock stands still.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2

from evidence_store.bundle.errors import AnswersMissing
from evidence_store.bundle.redaction_plan import FieldChoice
from tests.unit.workbench.drawn import LINES, plate_jpeg
from workbench.errors import BadRequest
from workbench.publication.publication import Answer, Verdict, Withholding
from workbench.settings import Settings
from workbench.trace_request import AddresseeIs, AnswerIs, TraceRequest
from workbench.types import Claims, Judgement, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from workbench.types import Actor, CaseSummary, PlateView

AT = datetime(2026, 11, 30, 12, 0, tzinfo=UTC)
DIGITS = 6
"""Significant digits of a number that are compared."""
DRAWN = ((60.0, 60.0), (460.0, 60.0), (460.0, 360.0), (60.0, 360.0))
JUDGEMENTS = (Judgement.CONFIRMED, Judgement.CORRECTED, Judgement.UNSURE, Judgement.REJECTED)
NOT_COMPARED = re.compile(
    r"signatures/|tagmanifest|manifest-sha256|seal\.sha256|ledger/(disclosures|checkpoint)"
    r"|bag-info|VERIFY|ro-crate"
)
"""Files that are derived from the others, or that are keys and signatures."""


KEEP = Path(__file__).with_name("demo_facts.json")
SERVICES = ("summary", "exhibits", "plates", "captures", "traces")
FIELD = ("field", "text", "state", "confidence", "reasons")
"""Of a field in a reading."""
KEPT = re.compile(r"data/(catalog|tables)/[^/]*\.json")


def walk(bench: Workbench, *, publish: bool) -> tuple[CaseSummary, int, int | None]:
    """Take the demo case from nothing to its bundles; gives the entries that say so."""
    one = _person(bench, "Person one", tuple(Role))
    two = _person(bench, "Person two", (Role.REVIEWER,), by=one)
    case = bench.demo.load(one)
    assert not bench.reading.read_pending(one, case.case_id).problems
    bench.reading.read_region(one, case.case_id, "EX-0006", DRAWN)
    unread = [Upload(name=f"{seed}.jpg", data=plate_jpeg("W10427", seed, 320)) for seed in (41, 42)]
    bench.intake.take_in(one, case.case_id, unread, Claims(source_account="@somebody else"))
    _judge_all(bench, one, two, case)
    _judge_groups(bench, one, case)
    _join(bench, one, case)
    for plate in bench.review.plates(case.case_id):
        if plate.ready:
            _search(bench, one, two, case, plate)
    _trace(bench, one, case)
    sealed = bench.exports.seal(one, case.case_id)
    bench.exports.sign(two, case.case_id, sealed.sequence)
    public = _publish(bench, one, case, sealed.sequence) if publish else None
    return case, sealed.sequence, public


def _publish(bench: Workbench, one: Actor, case: CaseSummary, sealed: int) -> int:
    """Publish, after each near hit was said to be no matter."""
    withheld = Withholding(
        fields=(FieldChoice(name="source_account"),),
        exhibits=("EX-0008",),
        blurred=("EX-0009",),
        reasons=("A source is at risk.",),
    )
    try:
        public = bench.publication.publish(one, case.case_id, sealed, withheld)
    except AnswersMissing as asked:
        said = tuple(Answer(words=hit.words, verdict=Verdict.RELEASED) for hit in asked.hits)
        answered = replace(withheld, answers=said)
        public = bench.publication.publish(one, case.case_id, sealed, answered)
    return public.sequence


def facts(bench: Workbench, case: CaseSummary, sealed: int, public: int | None) -> dict[str, Any]:
    """What the bundles and the services say, normalised."""
    norm = _Normal(bench)
    case_id = case.case_id
    found: dict[str, Any] = {
        "services": {
            "summary": bench.cases.summary(case_id),
            "exhibits": bench.exhibits.listed(case_id),
            "plates": bench.review.plates(case_id),
            "groups": bench.copies.groups(case_id),
            "captures": bench.copies.captures(case_id, bench.review.plates(case_id)),
            "searches": bench.matching.searches(case_id),
            "traces": bench.tracing.traces(case_id),
        },
    }
    folders = {"sealed": bench.exports.folder_path(case_id, sealed)}
    if public is not None:
        folders["public"] = bench.publication.folder_path(case_id, public)
    for name, folder in folders.items():
        norm.keep(folder)
        found[name] = {
            str(path.relative_to(folder)): _content(path)
            for path in sorted(path for path in folder.rglob("*") if path.is_file())
            if not NOT_COMPARED.search(str(path.relative_to(folder)))
        }
        verified = bench.exports.verify(folder)
        found[name]["(verified)"] = [verified.ok, verified.remarks]
    normal: dict[str, Any] = norm.of(found)
    return normal


def made(readers: Sequence[str] | None = None, *, publish: bool = False) -> dict[str, Any]:
    """Make the demo case in a store of its own, and give its facts.

    The reader `scripted` says the same of every photo: with it the facts hang on no model.
    """
    with tempfile.TemporaryDirectory(prefix="demo-facts-") as folder:
        script = Path(folder) / "script.json"
        lines = [{"text": text, "confidence": 0.97, "box": box} for text, box in LINES]
        script.write_text(json.dumps(lines), encoding="utf-8")
        os.environ["NAMEPLATE_SCRIPT"] = str(script)
        settings = Settings.for_store(Path(folder) / "store", readers=readers and tuple(readers))
        bench = Workbench.open(settings, clock=lambda: AT)
        try:
            return facts(bench, *walk(bench, publish=publish))
        finally:
            bench.close()


# --- the way ---------------------------------------------------------------------------------


def _person(bench: Workbench, name: str, roles: tuple[Role, ...], by: Actor | None = None) -> Actor:
    return bench.people.sign_in(bench.people.enrol(name, roles, by=by).person_id)


def _judge_all(bench: Workbench, one: Actor, two: Actor, case: CaseSummary) -> None:
    """Confirm the first plate; of the others each field otherwise, and some by both people."""
    number = 0
    for plate in bench.review.plates(case.case_id):
        exhibit_id, region_id = plate.members[0]
        for field in plate.fields:
            first = exhibit_id == "EX-0001"
            said = Judgement.CONFIRMED if first else JUDGEMENTS[number % len(JUDGEMENTS)]
            if said is Judgement.CONFIRMED and not field.machine_text:
                said = Judgement.UNSURE
            number += 1
            for actor, judgement in ((two, Judgement.UNSURE), (one, said)):
                if actor is two and number % 3:
                    continue
                bench.review.judge_field(
                    actor,
                    case.case_id,
                    exhibit_id=exhibit_id,
                    region_id=region_id,
                    field=field.field,
                    judgement=judgement,
                    seen=bench.stores.ledger.size(case.case_id),
                    text=f"{field.machine_text}7" if judgement is Judgement.CORRECTED else "",
                    reason="" if judgement is Judgement.CONFIRMED else f"Reason {number}",
                )


def _judge_groups(bench: Workbench, one: Actor, case: CaseSummary) -> None:
    for number, group in enumerate(bench.copies.groups(case.case_id)):
        for said in (JUDGEMENTS[-1 - number % 2], Judgement.CONFIRMED):
            try:
                bench.copies.judge(
                    one,
                    case.case_id,
                    group.group_id,
                    said,
                    seen=bench.stores.ledger.size(case.case_id),
                    reason=f"Group {number}",
                )
            except BadRequest:
                continue


def _join(bench: Workbench, one: Actor, case: CaseSummary) -> None:
    plates = bench.review.plates(case.case_id)
    members = tuple(
        (exhibit, region)
        for plate in plates
        for exhibit, region in plate.members
        if exhibit in {"EX-0001", "EX-0002"}
    )
    bench.review.join_plates(
        one, case.case_id, members, seen=plates[0].seen, reason="The same scratches."
    )


def _search(bench: Workbench, one: Actor, two: Actor, case: CaseSummary, plate: PlateView) -> None:
    given = {"photo_published": "2020-10-21"} if plate.plate_id.startswith("PL-") else {}
    search = bench.matching.search(one, case.case_id, plate.plate_id, circumstances=given)
    keys = [candidate.key for candidate in search.result.candidates]
    for actor, judgement in ((two, Judgement.UNSURE), (one, Judgement.CONFIRMED)):
        bench.matching.decide(
            actor,
            case.case_id,
            search_sequence=search.sequence,
            candidate=keys[0] if keys else "",
            judgement=judgement,
            reason=f"Said {judgement}",
            seen=bench.stores.ledger.size(case.case_id),
        )


def _trace(bench: Workbench, one: Actor, case: CaseSummary) -> None:
    plate = next(plate for plate in bench.review.plates(case.case_id) if plate.ready)
    wish = TraceRequest(
        addressee="The maker, records",
        addressee_is=AddresseeIs.MAKER,
        sent_on=date(2026, 11, 2),
        reply_to="desk@example.org",
        seen="Near a village.",
        further="Which units left the works in 2020?",
    )
    for _ in range(2):
        seen = bench.stores.ledger.size(case.case_id)
        bench.tracing.ask(one, case.case_id, plate.plate_id, wish, seen=seen)
    bench.tracing.answer(
        one,
        case.case_id,
        "TR-0001",
        seen=bench.stores.ledger.size(case.case_id),
        answer=AnswerIs.RECOGNISED,
        received_on=date(2026, 11, 20),
        words="It may be our product.",
        papers=[Upload(name="list.pdf", data=b"%PDF-1.4 a paper")],
    )


# --- normalised ------------------------------------------------------------------------------


class _Normal:
    """Takes out what is drawn anew in each run."""

    def __init__(self, bench: Workbench) -> None:
        self._named: dict[str, str] = {bench.stores.origin: "<origin>"}
        for number, person in enumerate(bench.people.everyone(), start=1):
            self._named[person.person_id] = f"<person {number}>"
            for key in bench.people.keys_of(person.person_id):
                self._named[key.line] = self._named[key.line.split()[1]] = f"<key {number}>"
                self._named[key.fingerprint] = f"<fingerprint {number}>"
        for number, case in enumerate(bench.cases.all_cases(), start=1):
            self._named[case.case_id] = f"<case {number}>"
        self._kept: set[str] = set()

    def keep(self, folder: Path) -> None:
        """Leave the names of originals and of pictures from them as they are."""
        for path in (folder / "data").glob("*/*"):
            if path.parent.name in {"originals", "derived"}:
                self._kept.add(path.stem)

    def of(self, value: Any) -> Any:
        """A value of JSON, normalised."""
        value = json.loads(json.dumps(value, default=_plain))
        return self._walk(value)

    def _walk(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                self._text(name): self._walk(one)
                for name, one in value.items()
                if name not in {"seconds", "salt", "commitments", "size", "bytes"}
            }
        if isinstance(value, list):
            return [self._walk(one) for one in value]
        if isinstance(value, float):
            return float(f"{value:.{DIGITS}g}")
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        for drawn, stands in self._named.items():
            text = text.replace(drawn, stands)
        return re.sub(
            r"\b[0-9a-f]{64}\b",
            lambda found: found[0] if found[0] in self._kept else "<hash>",
            text,
        )


def _plain(value: Any) -> Any:
    from dataclasses import fields, is_dataclass

    if is_dataclass(value) and not isinstance(value, type):
        return {one.name: getattr(value, one.name) for one in fields(value)}
    return str(value)


def _content(path: Path) -> Any:
    """What a file says, in a form that can be compared."""
    data = path.read_bytes()
    match path.suffix:
        case ".json":
            return json.loads(data)
        case ".jsonl":
            return [json.loads(line) for line in data.splitlines()]
        case ".pdf" if data.startswith(b"%PDF-1.4 a paper"):
            return data.decode()
        case ".pdf":
            return list(_pages(data))
        case ".html":
            return _lines_of(data.decode())
        case ".csv" | ".txt":
            return data.decode().splitlines()
        case _:
            return hashlib.sha256(data).hexdigest()


def _pages(data: bytes) -> Iterator[list[str]]:
    document = pypdfium2.PdfDocument(data)
    for page in document:
        yield page.get_textpage().get_text_range().splitlines()
    document.close()


def _lines_of(html: str) -> list[str]:
    """The page with each picture in it as its hash."""
    told = re.sub(
        r"base64,([A-Za-z0-9+/=]+)",
        lambda found: "base64," + hashlib.sha256(found[1].encode()).hexdigest()[:32],
        html,
    )
    return [line.strip() for line in told.splitlines() if line.strip()]


def chosen(said: dict[str, Any]) -> dict[str, Any]:
    """The facts that are kept and compared by a test: identifiers, texts, weights, verdicts."""
    sealed = said["sealed"]
    return {
        **{name: said["services"][name] for name in SERVICES},
        "notes": sealed["data/bundle.json"]["notes"],
        "verified": sealed["(verified)"],
        "files": sorted(path for path in sealed if "/derived/" not in path),
        "readings": {
            path: [
                {name: field[name] for name in FIELD if name in field}
                for reading in sealed[path]["combined"]
                for field in reading["fields"]
            ]
            for path in sealed
            if path.startswith("data/readings/")
        },
        **{path: sealed[path] for path in sealed if KEPT.fullmatch(path)},
    }


def as_text(said: dict[str, Any]) -> str:
    """Facts as they are kept and compared."""
    return json.dumps(said, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the facts."""
    parser = argparse.ArgumentParser(prog="python -m tests.demo_facts", description=__doc__)
    parser.add_argument("--readers", help="names with commas between; the usual ones if not given")
    parser.add_argument("--public", action="store_true", help="publish too, which takes minutes")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--keep", action="store_true", help="make the kept facts anew")
    options = parser.parse_args(arguments)
    if options.keep:
        KEEP.write_text(as_text(chosen(made(["scripted"]))), encoding="utf-8")
        return 0
    said = made(options.readers.split(",") if options.readers else None, publish=options.public)
    text = as_text(said)
    if options.out is None:
        sys.stdout.write(text)
    else:
        options.out.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
