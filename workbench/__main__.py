"""The verbs of the workbench without a screen: `python -m workbench --help`.

Exit codes: 0 done; 1 something was refused or found faulty; 2 the command could not be run.
"""

from __future__ import annotations

import argparse
import getpass
import json
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from catalog.errors import CatalogError
from catalog.mapping import ColumnMapping
from evidence_store.bundle.redact import FieldChoice
from evidence_store.errors import StoreError
from vision.errors import VisionError
from vision.types import FieldName
from workbench.case_file import plates as all_plates
from workbench.case_file import views
from workbench.copies import measured
from workbench.errors import BadRequest, NotFound, WorkbenchError
from workbench.intake import together
from workbench.publication import Withholding
from workbench.report.numbers import percent
from workbench.settings import Settings
from workbench.strength import strength_in
from workbench.terminal import safe
from workbench.types import Actor, Claims, IntakeReport, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from catalog.types import CoverageEntry
    from workbench.jobs import ReadingProgress
    from workbench.types import FieldStanding

IDLE_SECONDS = 2.0
"""How long a worker without work waits before it looks again."""

Command = Callable[[Workbench, argparse.Namespace], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors become sentences on the error stream."""
    options = _parser().parse_args(arguments)
    try:
        settings = Settings.from_environment()
        if options.store is not None:
            settings = Settings.for_store(
                options.store.resolve(),
                readers=settings.readers,
                reading_seconds=settings.reading_seconds,
                bucket=settings.bucket,
            )
        workbench = Workbench.open(settings)
    except (WorkbenchError, StoreError) as error:
        return _say(error, 2)
    try:
        command: Command = options.command
        return command(workbench, options)
    except (WorkbenchError, StoreError, VisionError, CatalogError) as error:
        return _say(error, 1)
    except BrokenPipeError:  # whoever read our output has had enough, as `head` has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        print("Stopped; what was recorded stays, and the rest can be resumed.", file=sys.stderr)
        return 1
    finally:
        workbench.close()


def _say(error: WorkbenchError | StoreError | VisionError | CatalogError, code: int) -> int:
    print(safe(error.diagnostics()), file=sys.stderr)
    return code


def _actor(workbench: Workbench, options: argparse.Namespace) -> Actor:
    """The person named by --as; the only person of a store needs no naming."""
    people = workbench.people.everyone()
    if not people:
        raise BadRequest('Nobody is enrolled here yet: `python -m workbench enrol "Your name"`.')
    if options.actor is None:
        if len(people) != 1:
            raise BadRequest("Say who you are: --as NAME (see `python -m workbench people`).")
        person = people[0]
    else:
        found = [p for p in people if options.actor in {p.name, p.person_id}]
        if not found:
            raise NotFound(
                f"Nobody here is called {options.actor!r} (see `python -m workbench people`)."
            )
        person = found[0]
    passphrase = getpass.getpass("Passphrase: ") if person.has_passphrase else None
    return workbench.people.sign_in(person.person_id, passphrase=passphrase)


def _people(workbench: Workbench, _options: argparse.Namespace) -> int:
    everyone = workbench.people.everyone()
    for person in everyone:
        print(person.person_id, safe(person.name), ",".join(person.roles), sep="\t")
    if not everyone:
        _aside('Nobody is enrolled here yet: `python -m workbench enrol "Your name"`.')
    return 0


def _enrol(workbench: Workbench, options: argparse.Namespace) -> int:
    first = not workbench.people.everyone()
    roles = tuple(Role(role) for role in options.role) or tuple(Role)
    passphrase = getpass.getpass("New passphrase: ") if options.ask_passphrase else None
    person = workbench.people.enrol(
        options.name,
        roles,
        passphrase=passphrase,
        public_key=_key_line(options.public_key),
        by=None if first else _actor(workbench, options),
    )
    print(person.person_id)
    return 0


def _key_line(path: Path | None) -> str | None:
    return None if path is None else path.read_text(encoding="utf-8", errors="replace")


def _key(workbench: Workbench, options: argparse.Namespace) -> int:
    """Begin or end a person's key where asked, then list all that they ever had."""
    people = workbench.people.everyone()
    found = [p.person_id for p in people if options.person in {p.name, p.person_id}]
    if not found:
        raise NotFound(f"Nobody here is called {options.person!r}.")
    if options.begin or options.public_key is not None:
        workbench.people.begin_key(
            _actor(workbench, options),
            found[0],
            passphrase=getpass.getpass("New passphrase: ") if options.ask_passphrase else None,
            public_key=_key_line(options.public_key),
            reason=options.reason,
        )
    elif options.end:
        workbench.people.end_key(
            _actor(workbench, options),
            found[0],
            reason=options.reason,
            at=None if options.at is None else options.at.astimezone(UTC),
            fingerprint=options.fingerprint,
        )
    for key in workbench.people.keys_of(found[0]):
        until = key.valid_before.isoformat() if key.valid_before else "in use"
        print(
            key.fingerprint,
            key.valid_after.isoformat(),
            until,
            f"kept by the {key.held_by}",
            safe(key.reason),
            sep="\t",
        )
    return 0


def _signers(workbench: Workbench, _options: argparse.Namespace) -> int:
    print(workbench.people.allowed_signers_text(), end="")
    return 0


def _case(workbench: Workbench, options: argparse.Namespace) -> int:
    if options.title is None:
        cases = workbench.cases.all_cases()
        if not cases:
            _aside("There is no case yet: `python -m workbench case --title TITLE` opens one.")
        for case in cases:
            print(
                case.case_id,
                safe(case.title),
                f"{case.exhibits} exhibits",
                f"{case.waiting} waiting",
                f"{case.to_review} to review",
                sep="\t",
            )
        return 0
    case = workbench.cases.open_case(
        _actor(workbench, options),
        title=options.title,
        policy=Policy(options.policy),
        provenance=options.provenance,
        synthetic=options.synthetic,
    )
    print(case.case_id)
    return 0


def _demo(workbench: Workbench, options: argparse.Namespace) -> int:
    case = workbench.demo.load(_actor(workbench, options), on_step=_progress)
    print(case.case_id)
    return 0


def _ingest(workbench: Workbench, options: argparse.Namespace) -> int:
    actor = _actor(workbench, options)
    files = list(_files(options.paths))
    claims = Claims(
        source_url=options.source_url,
        source_account=options.source_account,
        obtained_at=options.obtained,
        claimed_place=options.place,
        claimed_date=options.date,
        note=options.note,
    )

    def uploads() -> Iterator[Upload]:
        for number, path in enumerate(files):
            _progress(path.name, number, len(files))
            yield Upload(name=path.name, data=_bytes(path, workbench))

    reports = [IntakeReport(total=len(files))]
    with _until_interrupted() as interrupted:
        for report in workbench.intake.taking_in(
            actor, options.case, uploads(), claims, total=len(files)
        ):
            reports.append(report)
            _print_taken(report)
            if interrupted():
                break
    report = together(reports)
    _progress("", report.done, report.done)
    if report.stopped:
        print(report.stopped, file=sys.stderr)
        return 1
    return 1 if report.refused else 0


def _print_taken(report: IntakeReport) -> None:
    """Say what became of one file."""
    for exhibit in report.accepted:
        of = dict(report.copies).get(exhibit)
        print(exhibit, safe(report.name), f"copy of {of}" if of else "", sep="\t")
    for exhibit in report.known:
        print(exhibit, safe(report.name), "here already", sep="\t")
    for refusal in report.refused:
        print(safe(refusal.reason), file=sys.stderr)
    for problem in report.problems:
        print(safe(problem), file=sys.stderr)


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C only be noticed, so that the present photo is finished."""
    noticed = threading.Event()

    def notice(_number: int, _frame: object) -> None:
        noticed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("\nStopping after this photo; Ctrl-C again stops at once.", file=sys.stderr)

    before = signal.signal(signal.SIGINT, notice)
    try:
        yield noticed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """Files as named, and the files in folders (not their manifests or hidden ones), in order."""
    for path in paths:
        if path.is_dir():
            yield from (
                item
                for item in sorted(path.iterdir())
                if item.is_file()
                and not item.name.startswith(".")
                and item.suffix.lower() not in {".csv", ".json", ".md", ".txt"}
            )
        elif path.is_file():
            yield path
        else:
            raise NotFound(f"There is no file or folder {path}.")


def _bytes(path: Path, workbench: Workbench) -> bytes:
    size = path.stat().st_size
    most = workbench.stores.settings.max_file_bytes
    if size > most:
        raise BadRequest(f"{path} has {size} bytes; {most} are the most that one file may have.")
    return path.read_bytes()


def _read(workbench: Workbench, options: argparse.Namespace) -> int:
    def step(progress: ReadingProgress) -> None:
        _progress(progress.current, progress.done, progress.total)

    progress = workbench.reading.read_pending(
        _actor(workbench, options), options.case, on_step=step, limit=options.limit
    )
    _progress("", progress.done, progress.total)
    for problem in progress.problems:
        print(safe(problem), file=sys.stderr)
    return 1 if progress.problems else 0


def _work(workbench: Workbench, options: argparse.Namespace) -> int:
    """Read whatever waits in any case; several such programs share the work."""
    actor = _actor(workbench, options)
    problems: dict[str, None] = {}
    while True:
        done = 0
        for case in workbench.cases.all_cases():
            if case.waiting:
                progress = workbench.reading.read_pending(actor, case.case_id)
                done += progress.done - len(progress.problems)
                problems.update(dict.fromkeys(progress.problems))
        if not done:
            if options.until_done:
                break
            time.sleep(IDLE_SECONDS)
    for problem in problems:
        print(safe(problem), file=sys.stderr)
    return 1 if problems else 0


def _show(workbench: Workbench, options: argparse.Namespace) -> int:
    offset = 0
    while plates := workbench.review.plates(options.case, offset=offset):
        offset += len(plates)
        for plate in plates:
            print(plate.plate_id, "ready" if plate.ready else "to review", sep="\t")
            for field in plate.fields:
                human = f"{field.judgement}: {field.human_text or ''}" if field.judgement else ""
                print(
                    "",
                    field.field,
                    safe(field.machine_text),
                    _strength(workbench, options.case, field),
                    safe(human),
                    sep="\t",
                )
    return 0


def _strength(workbench: Workbench, case_id: str, standing: FieldStanding) -> str:
    """How strongly the program gives a field, and why."""
    if standing.machine_at is None:
        return ""
    exhibit_id, region_id = standing.machine_at
    reading = workbench.intake.exhibit(case_id, exhibit_id).reading
    found = strength_in(reading, region_id, standing.field) if reading else None
    return f"{found.word}; pixels {percent(found.pixels)}" if found else ""


def _find(workbench: Workbench, options: argparse.Namespace) -> int:
    hits = workbench.finder.find(options.fragment, case_id=options.case, limit=options.limit)
    for hit in hits:
        print(
            hit.case_id,
            f"{hit.exhibit_id}/{hit.region_id}",
            hit.field,
            safe(hit.text),
            f"{hit.by.value}{'' if hit.exact else ', look-alike'}",
            safe(hit.file_name),
            sep="\t",
        )
    if not hits:
        _aside("Nothing that was read or transcribed holds this.")
    return 0 if hits else 1


def _copies(workbench: Workbench, options: argparse.Namespace) -> int:
    for group in workbench.copies.groups(options.case):
        judged = f"{group.judgement} by {group.judged_by}" if group.judgement else "not judged"
        print(group.group_id, ", ".join(group.exhibit_ids), safe(judged), sep="\t")
        for evidence in group.evidence:
            print("", evidence.relation, safe(evidence.why), measured(evidence), sep="\t")
    plates = tuple(all_plates(workbench, options.case))
    for captures in workbench.copies.captures(options.case, plates):
        print(captures.plate_id, safe(captures.sentence), sep="\t")
    if options.elsewhere:
        for exhibit in views(workbench, options.case):
            own = exhibit.summary.exhibit_id
            for hit in workbench.copies.elsewhere(options.case, own):
                print(own, hit.case_id, hit.exhibit_id, safe(hit.evidence.why), sep="\t")
    return 0


def _judge_copies(workbench: Workbench, options: argparse.Namespace) -> int:
    workbench.copies.judge(
        _actor(workbench, options),
        options.case,
        options.group,
        Judgement(options.judgement),
        reason=options.reason,
    )
    return 0


def _frame(workbench: Workbench, options: argparse.Namespace) -> int:
    actor = _actor(workbench, options)
    print(workbench.intake.grab_frame(actor, options.case, options.clip, seconds=options.at))
    return 0


def _judge(workbench: Workbench, options: argparse.Namespace) -> int:
    exhibit, _slash, region = options.region.partition("/")
    review = workbench.review.judge_field(
        _actor(workbench, options),
        options.case,
        exhibit_id=exhibit,
        region_id=region,
        field=options.field,
        judgement=Judgement(options.judgement),
        text=options.text,
        blind=options.blind,
        reason=options.reason,
    )
    print(review.sequence, review.judgement.value, safe(review.text), sep="\t")
    return 0


def _catalog(workbench: Workbench, options: argparse.Namespace) -> int:
    if options.changes is not None:
        for sentence in workbench.catalogs.changes(options.changes, options.since).sentences():
            print(sentence)
        return 0
    if options.file is None:
        catalogs = workbench.catalogs.all_catalogs()
        if not catalogs:
            _aside("There is no catalog yet: `python -m workbench catalog FILE` imports one.")
        for item in catalogs:
            print(
                item.sha256,
                safe(item.name),
                f"{item.serials} serials",
                "current" if item.current else "",
                sep="\t",
            )
        return 0
    data = _bytes(options.file, workbench)
    mapping = _mapping(workbench, data, options)
    if options.show_mapping:
        print(json.dumps(mapping.to_json(), ensure_ascii=False, indent=2))
        return 0
    preview = workbench.catalogs.preview(
        data, name=options.file.name, mapping=mapping, sheet=options.sheet
    )
    for issue in preview.issues:
        print(
            safe(
                f"row {issue.row}, {issue.column}, {issue.value!r}: {issue.problem} {issue.remedy}"
            ),
            file=sys.stderr,
        )
    summary = workbench.catalogs.import_(
        _actor(workbench, options),
        data,
        name=options.file.name,
        mapping=mapping,
        sheet=options.sheet,
        coverage=_coverage(workbench, options),
        synthetic=options.synthetic,
        accept_partial=options.accept_partial,
    )
    print(summary.sha256)
    return 0


def _mapping(workbench: Workbench, data: bytes, options: argparse.Namespace) -> ColumnMapping:
    """Which column holds what: as a file says it, else as kept or guessed."""
    if options.mapping is None:
        return workbench.catalogs.guess(data, options.file.name, sheet=options.sheet)
    try:
        return ColumnMapping.from_json(json.loads(_bytes(options.mapping, workbench)))
    except ValueError as problem:
        raise BadRequest(f"{options.mapping} is no column mapping ({problem}).") from None


def _coverage(workbench: Workbench, options: argparse.Namespace) -> str | tuple[CoverageEntry, ...]:
    """What the file covers: a note alone, or maker, issuer and years as values beside it."""
    names = ("maker", "issuer", "first", "last", "completeness")
    given = {name: value for name in names if (value := getattr(options, f"covers_{name}"))}
    if not given:
        return str(options.coverage)
    return (workbench.catalogs.covers(**given, note=options.coverage),)


def _check(workbench: Workbench, options: argparse.Namespace) -> int:
    """With a plate: a recorded search of the case. Without: a free look-up of typed words."""
    if options.plate is not None:
        view = workbench.matching.search(_actor(workbench, options), options.case, options.plate)
        shown: object = {"search": view.sequence, "result": view.result, "findings": view.findings}
    else:
        shown = workbench.catalogs.lookup(options.serial, options.maker, options.model)
    print(safe(json.dumps(shown, ensure_ascii=False, indent=2), lines=True))
    return 0


def _decide(workbench: Workbench, options: argparse.Namespace) -> int:
    decision = workbench.matching.decide(
        _actor(workbench, options),
        options.case,
        search_sequence=options.search,
        candidate=options.candidate,
        judgement=Judgement(options.judgement),
        reason=options.reason,
    )
    print("stands" if decision.stands else "waits for another reviewer")
    return 0


def _export(workbench: Workbench, options: argparse.Namespace) -> int:
    sealed = workbench.exports.seal(_actor(workbench, options), options.case, on_step=_progress)
    print(workbench.exports.folder_path(options.case, sealed.sequence))
    for person in workbench.exports.unsigned(options.case, sealed.sequence):
        print(f"{person} has still to sign.", file=sys.stderr)
    return 0


def _sign(workbench: Workbench, options: argparse.Namespace) -> int:
    actor = _actor(workbench, options)
    if options.signature is None:
        workbench.exports.sign(actor, options.case, options.sequence)
    else:
        armour = options.signature.read_bytes().decode("ascii", errors="replace")
        workbench.exports.attach_signature(actor, options.case, options.sequence, armour)
    return 0


def _publish(workbench: Workbench, options: argparse.Namespace) -> int:
    withholding = Withholding(
        fields=tuple(_field_choice(text) for text in options.withhold),
        exhibits=tuple(options.exhibit),
        blurred=tuple(options.blur),
        values=tuple(options.value),
        harmless=tuple(options.harmless),
        title=options.title,
        reasons=tuple(options.reason),
    )
    actor = _actor(workbench, options)
    view = workbench.publication.publish(actor, options.case, options.sequence, withholding)
    print(workbench.publication.folder_path(options.case, view.sequence))
    print("Look at its photos before it goes out: no program did.", file=sys.stderr)
    return 0


def _field_choice(text: str) -> FieldChoice:
    """`NAME`, `NAME@EX-0001`, or `NAME@12` for the field of one entry."""
    name, _at, where = text.partition("@")
    if where.isdecimal():
        return FieldChoice(name=name, sequence=int(where))
    return FieldChoice(name=name, exhibit=where or None)


def _stamp(workbench: Workbench, options: argparse.Namespace) -> int:
    actor, publication = _actor(workbench, options), workbench.publication
    if options.answer is not None:
        answer = options.answer.read_bytes()
        print(publication.attach_stamp(actor, options.case, options.sequence, answer))
    elif options.url:
        for path in publication.stamp(actor, options.case, options.sequence, options.url):
            print(path)
    else:
        print(publication.request_stamp(actor, options.case, options.sequence))
    return 0


def _log(workbench: Workbench, options: argparse.Namespace) -> int:
    offset = 0
    while rows := workbench.cases.ledger_rows(options.case, offset=offset, limit=500):
        offset += len(rows)
        for row in rows:
            print(row.sequence, row.at.isoformat(), safe(row.actor), safe(row.summary), sep="\t")
    return 0


def _rebuild(workbench: Workbench, _options: argparse.Namespace) -> int:
    workbench.stores.projection.rebuild()
    return 0


def _aside(sentence: str) -> None:
    """Say why a list is empty, on the error stream: what is listed stays for programs to read."""
    print(sentence, file=sys.stderr)


def _progress(what: str, done: int, total: int) -> None:
    """Progress on the error stream, one line that overwrites itself on a terminal."""
    if not sys.stderr.isatty():
        return
    end = "\n" if done == total else ""
    print(f"\r\x1b[K{done}/{total} {safe(what)[:60]}", end=end, file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m workbench", description="Nameplate without a screen."
    )
    parser.add_argument("--store", type=Path, help="the store's folder (else NAMEPLATE_STORE)")
    parser.add_argument("--as", dest="actor", metavar="NAME", help="who you are")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(name: str, command: Command, text: str) -> argparse.ArgumentParser:
        added = verbs.add_parser(name, help=text, description=text)
        added.set_defaults(command=command)
        return added

    verb("people", _people, "List the people of this store.")
    enrol = verb("enrol", _enrol, "Enrol a person and make their key.")
    enrol.add_argument("name")
    enrol.add_argument(
        "--role", action="append", default=[], choices=[r.value for r in Role], help="repeatable"
    )
    enrol.add_argument("--ask-passphrase", action="store_true")
    enrol.add_argument(
        "--public-key", type=Path, metavar="FILE", help="the .pub file of a key that they keep"
    )
    key = verb("key", _key, "List a person's keys; begin their next one, or end (revoke) one.")
    key.add_argument("person")
    how = key.add_mutually_exclusive_group()
    how.add_argument("--begin", action="store_true", help="make the next key here")
    how.add_argument(
        "--public-key", type=Path, metavar="FILE", help="begin a key that the person keeps"
    )
    how.add_argument("--end", action="store_true", help="end the key in use, or --fingerprint")
    key.add_argument("--fingerprint", help="with --end: a former key, as SHA256:…")
    key.add_argument(
        "--at", type=datetime.fromisoformat, help="with --end: since when (ISO 8601); may be past"
    )
    key.add_argument("--reason", default="")
    key.add_argument("--ask-passphrase", action="store_true")
    verb("signers", _signers, "Print the allowed_signers file to hand to a verifier.")
    case = verb("case", _case, "List the cases, or open one with --title.")
    case.add_argument("--title")
    case.add_argument(
        "--policy", choices=[p.value for p in Policy], default=Policy.TWO_PEOPLE.value
    )
    case.add_argument("--provenance", default="", help="where the material comes from")
    case.add_argument("--synthetic", action="store_true")
    verb("demo", _demo, "Open the synthetic demo case.")
    ingest = verb("ingest", _ingest, "Take photos, clips, ZIPs or folders of them into a case.")
    ingest.add_argument("case")
    ingest.add_argument("paths", nargs="+", type=Path)
    for name, text in (
        ("source-url", "where it was found"),
        ("source-account", "who published it"),
        ("obtained", "when you obtained it (ISO 8601)"),
        ("place", "the place that is claimed"),
        ("date", "the date that is claimed (ISO 8601)"),
        ("note", "anything else"),
    ):
        ingest.add_argument(f"--{name}", default="", help=text)
    read = verb("read", _read, "Read what waits in a case; stop and resume as you like.")
    read.add_argument("case")
    read.add_argument("--limit", type=int)
    work = verb("work", _work, "Read whatever waits in any case, beside others that do the same.")
    work.add_argument("--until-done", action="store_true", help="stop when nothing waits")
    show = verb("show", _show, "Show the plates of a case: machine's and people's words.")
    show.add_argument("case")
    find = verb("find", _find, "Find part of a serial, model or maker in all readings.")
    find.add_argument("fragment", help="letters and digits; ? stands for any one character")
    find.add_argument("--case", help="in this case only")
    find.add_argument("--limit", type=int, default=100)
    copies = verb("copies", _copies, "Show copies and other exposures, and independent captures.")
    copies.add_argument("case")
    copies.add_argument(
        "--elsewhere", action="store_true", help="look through the store's other cases, too"
    )
    split = verb("judge-copies", _judge_copies, "Confirm or split a group that `copies` shows.")
    split.add_argument("case")
    split.add_argument("group", help="for example copy:EX-0001")
    split.add_argument("judgement", choices=["confirmed", "rejected", "unsure"])
    split.add_argument("--reason", default="")
    frame = verb("frame", _frame, "Take a frame of a clip as an exhibit.")
    frame.add_argument("case")
    frame.add_argument("clip", help="for example EX-0003")
    frame.add_argument("--at", type=Fraction, required=True, help="seconds, such as 1001/30 or 4.2")
    judge = verb("judge", _judge, "Judge one field of one plate region.")
    judge.add_argument("case")
    judge.add_argument("region", help="for example EX-0001/R1")
    judge.add_argument("field", choices=get_args(FieldName))
    judge.add_argument("judgement", choices=[j.value for j in Judgement])
    judge.add_argument("--text", default="", help="what you read; ? for a lost character")
    judge.add_argument("--reason", default="")
    judge.add_argument("--blind", action="store_true", help="written before seeing the machine's")
    catalog = verb("catalog", _catalog, "List catalog snapshots, or import a file as a new one.")
    catalog.add_argument("file", nargs="?", type=Path)
    catalog.add_argument("--sheet", help="the sheet of a spreadsheet (else its first)")
    catalog.add_argument("--coverage", default="Not stated.", help="what the file covers")
    for name, meaning in (
        ("maker", "the maker that it covers"),
        ("issuer", "the authority whose permits it covers"),
        ("first", "the first day, month or year that it covers"),
        ("last", "the last day, month or year that it covers"),
        ("completeness", "complete, partial or unknown"),
    ):
        catalog.add_argument(f"--covers-{name}", default="", help=meaning)
    catalog.add_argument("--show-mapping", action="store_true", help="print what each column holds")
    catalog.add_argument("--mapping", type=Path, help="take this instead: the same, as you want it")
    catalog.add_argument("--changes", metavar="SHA256", help="what that snapshot says otherwise")
    catalog.add_argument("--since", metavar="SHA256", help="than this one; else the one before it")
    catalog.add_argument("--synthetic", action="store_true")
    catalog.add_argument("--accept-partial", action="store_true")
    check = verb("check", _check, "Hold a reviewed plate, or typed words, against the catalog.")
    check.add_argument("case", nargs="?")
    check.add_argument("--plate", help="for example EX-0001/R1; recorded in the case")
    for name in ("serial", "maker", "model"):
        check.add_argument(f"--{name}", default="")
    decide = verb("decide", _decide, "Judge a candidate of a search.")
    decide.add_argument("case")
    decide.add_argument("search", type=int)
    decide.add_argument("judgement", choices=["confirmed", "rejected", "unsure"])
    decide.add_argument("--candidate", default="", help="its key; empty for none of them")
    decide.add_argument("--reason", required=True)
    export = verb("export", _export, "Seal a case into a signed bundle.")
    export.add_argument("case")
    sign = verb("sign", _sign, "Sign a sealed bundle as a required reviewer.")
    sign.add_argument("case")
    sign.add_argument("sequence", type=int, help="the entry that recorded the sealing")
    sign.add_argument(
        "--signature",
        type=Path,
        metavar="FILE",
        help="a .sig file that `python -m evidence_store sign` made on the reviewer's machine",
    )
    publish = verb("publish", _publish, "Make a public bundle that withholds some of a sealed one.")
    publish.add_argument("case")
    publish.add_argument("sequence", type=int, help="the entry that recorded the sealing")
    withheld = (
        ("withhold", "a private field: NAME, NAME@EX-0001 or NAME@ENTRY"),
        ("exhibit", "an exhibit of which nothing is shown"),
        ("blur", "an exhibit of which a blurred photo is shown"),
        ("value", "words that must stand nowhere, such as a name"),
        ("harmless", "words of withheld fields that give nothing away"),
        ("reason", "why, for all to read"),
    )
    for option, meaning in withheld:
        publish.add_argument(f"--{option}", action="append", default=[], help=meaning)
    publish.add_argument("--title", default="", help="a title for the public bundle")
    stamp = verb("stamp", _stamp, "Timestamp a sealed bundle (RFC 3161), or keep a request.")
    stamp.add_argument("case")
    stamp.add_argument("sequence", type=int, help="the entry that recorded the sealing")
    stamp.add_argument("--url", action="append", default=[], help="a timestamp authority")
    stamp.add_argument("--answer", type=Path, help="the answer to a request that was kept")
    log = verb("log", _log, "Print a case's chain of custody.")
    log.add_argument("case")
    verb("rebuild", _rebuild, "Throw the projection away and fold the ledger anew.")
    return parser


if __name__ == "__main__":
    sys.exit(main())
