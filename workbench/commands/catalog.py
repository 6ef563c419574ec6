"""The catalog and what is found in it: `catalog`, `check`, `decide`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.mapping import ColumnMapping
from workbench.commands.common import Verbs, actor_of, add_case, aside, file_bytes, verb
from workbench.errors import BadRequest
from workbench.review import MAX_REASON
from workbench.terminal import safe
from workbench.types import Judgement

if TYPE_CHECKING:
    import argparse

    from catalog.types import CoverageEntry
    from workbench.workbench import Workbench

TITLE = "Catalog and candidates"


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    _add_catalog(verbs)
    check = verb(
        verbs, "check", _check, "Hold a reviewed plate, or typed words, against the catalog."
    )
    check.add_argument(
        "case", nargs="?", metavar="CASE", help="the case of --plate; left out for typed words"
    )
    check.add_argument(
        "--plate",
        metavar="PLATE",
        help="a reviewed plate, such as EX-0001/R1; the search is recorded in the case",
    )
    for name in ("serial", "maker", "model"):
        check.add_argument(
            f"--{name}", default="", help=f"look up this {name}, outside any case; not recorded"
        )
    _add_decide(verbs)


def _add_catalog(verbs: Verbs[argparse.ArgumentParser]) -> None:
    catalog = verb(
        verbs, "catalog", _catalog, "List catalog snapshots, or import a file as a new one."
    )
    catalog.add_argument(
        "file",
        nargs="?",
        type=Path,
        metavar="FILE",
        help="import this CSV, XLSX or JSON file and ask it from now on (default: list)",
    )
    catalog.add_argument("--sheet", help="the sheet of a spreadsheet (default: its first)")
    catalog.add_argument(
        "--coverage",
        default="Not stated.",
        metavar="WORDS",
        help="what the file covers, in words (default: not stated)",
    )
    for name, meaning in (
        ("maker", "the maker that it covers (default: every one)"),
        ("issuer", "the authority whose permits it covers (default: every one)"),
        ("first", "the first day, month or year that it covers, such as 2018 or 2018-04"),
        ("last", "the last day, month or year that it covers, such as 2021"),
        ("completeness", "complete, partial or unknown (default)"),
    ):
        catalog.add_argument(f"--covers-{name}", default="", metavar="WORDS", help=meaning)
    catalog.add_argument(
        "--show-mapping",
        action="store_true",
        help="print as JSON what each column is taken to hold, and import nothing",
    )
    catalog.add_argument(
        "--mapping",
        type=Path,
        metavar="JSON",
        help="take this mapping instead: what --show-mapping printed, as you want it",
    )
    catalog.add_argument(
        "--changes", metavar="SHA256", help="print what that snapshot says otherwise than another"
    )
    catalog.add_argument(
        "--since",
        metavar="SHA256",
        help="with --changes: the other one (default: the one imported before it)",
    )
    catalog.add_argument(
        "--synthetic", action="store_true", help="the records are made up; every result says so"
    )
    catalog.add_argument(
        "--accept-partial",
        action="store_true",
        help="import the good rows where others have errors (default: import nothing then)",
    )


def _add_decide(verbs: Verbs[argparse.ArgumentParser]) -> None:
    decide = verb(verbs, "decide", _decide, "Judge a candidate of a search.")
    add_case(decide)
    decide.add_argument(
        "search", type=int, metavar="SEARCH", help="the entry of the search, which `check` prints"
    )
    decide.add_argument(
        "judgement",
        choices=["confirmed", "rejected", "unsure"],
        help="your answer on the candidate",
    )
    decide.add_argument("--candidate", default="", help="its key; empty for none of them")
    decide.add_argument(
        "--reason",
        required=True,
        help=f"why, 1 to {MAX_REASON} characters; it travels with the decision",
    )


def _catalog(workbench: Workbench, options: argparse.Namespace) -> int:
    if options.changes is not None:
        for sentence in workbench.catalogs.changes(options.changes, options.since).sentences():
            print(safe(sentence))
        return 0
    if options.file is None:
        return _list(workbench)
    data = file_bytes(options.file, workbench)
    mapping = _mapping(workbench, data, options)
    if options.show_mapping:
        print(safe(json.dumps(mapping.to_json(), ensure_ascii=False, indent=2), lines=True))
        return 0
    return _import(workbench, data, mapping, options)


def _list(workbench: Workbench) -> int:
    catalogs = workbench.catalogs.all_catalogs()
    if not catalogs:
        aside("There is no catalog yet: `python -m workbench catalog FILE` imports one.")
    for item in catalogs:
        print(
            item.sha256,
            safe(item.name),
            f"{item.serials} serials",
            "current" if item.current else "",
            sep="\t",
        )
    return 0


def _import(
    workbench: Workbench, data: bytes, mapping: ColumnMapping, options: argparse.Namespace
) -> int:
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
        actor_of(workbench, options),
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
        return ColumnMapping.from_json(json.loads(file_bytes(options.mapping, workbench)))
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
        view = workbench.matching.search(actor_of(workbench, options), options.case, options.plate)
        shown: object = {"search": view.sequence, "result": view.result, "findings": view.findings}
    else:
        shown = workbench.catalogs.lookup(options.serial, options.maker, options.model)
    print(safe(json.dumps(shown, ensure_ascii=False, indent=2), lines=True))
    return 0


def _decide(workbench: Workbench, options: argparse.Namespace) -> int:
    decision = workbench.matching.decide(
        actor_of(workbench, options),
        options.case,
        search_sequence=options.search,
        candidate=options.candidate,
        judgement=Judgement(options.judgement),
        reason=options.reason,
    )
    print("stands" if decision.stands else "waits for another reviewer")
    return 0
