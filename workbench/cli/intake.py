"""Intake and reading: `ingest`, `exhibits`, `frame`, `read`, `work`."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.common import (
    Verbs,
    actor_of,
    add_case,
    add_json,
    aside,
    count,
    file_bytes,
    line,
    listing,
    progress,
    seconds,
    shows,
    verb,
)
from workbench.errors import NotFound
from workbench.intake.claims import LIST_COLUMNS
from workbench.types import Claims, ExhibitState, ExhibitSummary, IntakeReport

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from workbench.intake.material import OnDisk
    from workbench.intake.source_list import SourceList
    from workbench.queue.runner import ReadingProgress
    from workbench.workbench import Workbench

TITLE = "Intake and reading"
IDLE_SECONDS = 2.0
"""Seconds that a worker without work waits before it looks again."""
NOTES = frozenset({".csv", ".json", ".md", ".txt"})
"""Files next to the photos of a folder that are somebody's notes, not material."""


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    _add_ingest(verbs)
    exhibits = verb(
        verbs, "exhibits", _exhibits, "List the exhibits of a case and the state of each."
    )
    add_case(exhibits)
    add_json(exhibits)
    exhibits.add_argument(
        "--refused",
        action="store_true",
        help="list instead what could not be added, latest first: SHA-256, name and reason",
    )
    frame = verb(verbs, "frame", _frame, "Add a frame of a clip as an exhibit.")
    add_case(frame)
    frame.add_argument("clip", metavar="CLIP", help="the clip's exhibit, such as EX-0003")
    frame.add_argument(
        "--at",
        type=seconds,
        required=True,
        metavar="SECONDS",
        help="where in the clip, in seconds from its beginning, such as 4.2 or 1001/30",
    )
    read = verb(
        verbs, "read", _read, "Read what is waiting in a case; stop and resume at any time."
    )
    add_case(read)
    read.add_argument(
        "--limit",
        type=count,
        metavar="N",
        help="stop after this many photos, 1 or more (default: all waiting)",
    )
    work = verb(
        verbs, "work", _work, "Read whatever is waiting in any case, alongside other workers."
    )
    work.add_argument(
        "--until-done",
        action="store_true",
        help=f"stop when nothing is waiting (default: check every {IDLE_SECONDS:.0f} seconds)",
    )


def _add_ingest(verbs: Verbs[argparse.ArgumentParser]) -> None:
    ingest = verb(verbs, "ingest", _ingest, "Add photos, clips, ZIPs or folders of them to a case.")
    add_case(ingest)
    ingest.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="a photo, a clip, a ZIP, or a folder, whose subfolders, hidden files and "
        f"{', '.join(sorted(NOTES))} files are skipped",
    )
    for name, text in (
        ("source-url", "the address where it was found"),
        ("source-account", "who published it, such as @finder"),
        ("obtained", "when you obtained it: 2020, 2020-10, 2020-10-19 or 2020-10-19T14:05+00:00"),
        ("place", "the place that the source claims"),
        ("date", "the date that the source claims, written like --obtained"),
        ("note", "anything else that was said about it"),
    ):
        ingest.add_argument(f"--{name}", default="", metavar="WORDS", help=text)
    ingest.add_argument(
        "--sources",
        type=Path,
        metavar="TABLE",
        help="a CSV or XLSX with a row for each file that has claims of its own; its columns: "
        + ", ".join(words[0] for words in LIST_COLUMNS.values()),
    )


def _ingest(workbench: Workbench, options: argparse.Namespace) -> int:
    actor = actor_of(workbench, options)
    files = list(_files(options.paths))
    sources = _sources(workbench, options.sources)

    def uploads() -> Iterator[OnDisk]:
        for number, path in enumerate(files):
            progress(path.name, number, len(files))
            yield OnDisk(name=path.name, path=path)

    from workbench.intake.intake import together
    from workbench.intake.material import OnDisk

    reports = [IntakeReport(total=len(files))]
    with _until_interrupted() as interrupted:
        for report in workbench.intake.taking_in(
            actor, options.case, uploads(), _claims(options), total=len(files), sources=sources
        ):
            reports.append(report)
            _print_taken(report)
            if interrupted():
                break
    report = together(reports)
    progress("", report.done, report.done)
    if report.stopped:
        aside(report.stopped)
        return 1
    return 1 if report.refused else 0


def _sources(workbench: Workbench, path: Path | None) -> SourceList:
    """The named source list, with its issues printed; none if none was named."""
    # here, since it loads the library for spreadsheets, which help does not need
    from workbench.intake.source_list import NO_LIST, read_source_list

    if path is None:
        return NO_LIST
    found = read_source_list(file_bytes(path, workbench), name=path.name)
    for issue in found.issues:
        aside(f"{issue.severity}: row {issue.row}, {issue.column}: {issue.sentence}")
    return found


def _claims(options: argparse.Namespace) -> Claims:
    return Claims(
        source_url=options.source_url,
        source_account=options.source_account,
        obtained_at=options.obtained,
        claimed_place=options.place,
        claimed_date=options.date,
        note=options.note,
    )


def _print_taken(report: IntakeReport) -> None:
    """Print what became of one file."""
    for exhibit in report.accepted:
        of = dict(report.copies).get(exhibit)
        line(exhibit, report.name, f"proposed as a copy of {of}" if of else "")
    for exhibit in report.known:
        line(exhibit, report.name, "already here")
    for refusal in report.refused:
        aside(refusal.reason)
    for problem in report.problems:
        aside(problem)


@contextmanager
def _until_interrupted() -> Iterator[Callable[[], bool]]:
    """Catch the first Ctrl-C, so that the current photo is finished."""
    noticed = threading.Event()

    def notice(_number: int, _frame: object) -> None:
        noticed.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        aside("Stopping after this photo; press Ctrl-C again to stop at once.")

    before = signal.signal(signal.SIGINT, notice)
    try:
        yield noticed.is_set
    finally:
        signal.signal(signal.SIGINT, before)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    """The named files, and the files in named folders (no notes or hidden ones), in order.

    Reports subfolders that are not opened. Anything that is not a file, such as a pipe or a broken
    link, is included: intake refuses it on record. Raises NotFound.
    """
    for path in paths:
        if not os.path.lexists(path):
            raise NotFound(f"There is no file or folder {path}.")
        inside = _inside(path)
        if inside is None:
            yield path
            continue
        folders = {item for item in inside if _is_folder(item)}
        for item in sorted(folders):
            aside(f"The folder {item} is not opened; name it as well to add it.")
        files = [i for i in inside if i not in folders and i.suffix.lower() not in NOTES]
        if not files:
            raise NotFound(f"There is no file to add directly in {path}.")
        yield from files


def _is_folder(path: Path) -> bool:
    """Whether it is a folder; if it cannot be examined, intake says why."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _inside(path: Path) -> list[Path] | None:
    """The contents of a folder except hidden ones; None if it is no folder that can be opened."""
    try:
        return [item for item in sorted(path.iterdir()) if not item.name.startswith(".")]
    except OSError:
        return None


def _exhibits(workbench: Workbench, options: argparse.Namespace) -> int:
    if options.refused:
        found = workbench.intake.refusals(options.case)
        rows = ((one, (one.sha256 or "not read", one.name, one.reason)) for one in found)
        if not listing(options, rows):
            aside("Every file submitted to this case was added.")
        return 0
    if options.json:  # the lines contain no word that was read; the JSON does
        read = [one.exhibit_id for one in _all_exhibits(workbench, options.case) if one.fields]
        shows(workbench, options, options.case, read)
    if not listing(
        options,
        (
            (one, (one.exhibit_id, _WORDS[one.state], one.file_name, _origin(one)))
            for one in _all_exhibits(workbench, options.case)
        ),
    ):
        aside(f"Nothing has been added yet: `python -m workbench ingest {options.case} PATH`.")
    return 0


_WORDS = {
    ExhibitState.WAITING: "waiting",
    ExhibitState.READ: "to review",
    ExhibitState.NO_FIELD: "nothing read",
    ExhibitState.REVIEWED: "reviewed",
    ExhibitState.CLIP: "clip",
}


def _origin(exhibit: ExhibitSummary) -> str:
    """The exhibit of which it is a copy or a frame."""
    if exhibit.copy_of:
        return f"{'' if exhibit.copy_is_settled else 'likely '}copy of {exhibit.copy_of}"
    return f"frame of {exhibit.parent}" if exhibit.parent else ""


def _all_exhibits(workbench: Workbench, case_id: str) -> Iterator[ExhibitSummary]:
    offset = 0
    while page := workbench.exhibits.listed(case_id, offset=offset, limit=500):
        offset += len(page)
        yield from page


def _frame(workbench: Workbench, options: argparse.Namespace) -> int:
    actor = actor_of(workbench, options)
    print(workbench.intake.grab_frame(actor, options.case, options.clip, seconds=options.at))
    return 0


def _read(workbench: Workbench, options: argparse.Namespace) -> int:
    def step(now: ReadingProgress) -> None:
        progress(now.current, now.done, now.total)

    last = workbench.reading.read_pending(
        actor_of(workbench, options), options.case, on_step=step, limit=options.limit
    )
    progress("", last.done, last.total)
    if not last.total:
        aside("Nothing is waiting to be read in this case.")
    for problem in last.problems:
        aside(problem)
    return 1 if last.problems else 0


def _work(workbench: Workbench, options: argparse.Namespace) -> int:
    """Read whatever waits in any case; several such programs share the work."""
    actor = actor_of(workbench, options)
    problems: dict[str, None] = {}
    while True:
        done = 0
        for case in workbench.cases.all_cases():
            if case.waiting:
                last = workbench.reading.read_pending(actor, case.case_id)
                done += last.done - len(last.problems)
                problems.update(dict.fromkeys(last.problems))
        if not done:
            if options.until_done:
                break
            time.sleep(IDLE_SECONDS)
    for problem in problems:
        aside(problem)
    return 1 if problems else 0
