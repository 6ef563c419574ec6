"""The catalog and searches in it: `catalog`, `check`, `decide`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.findings.stored_search import StoredSearch, result_json, search_json
from values.text import counted
from words import en
from workbench.cli.common import (
    Verbs,
    actor_of,
    add_case,
    add_json,
    add_seen,
    aside,
    file_bytes,
    line,
    listing,
    print_json,
    verb,
)
from workbench.cli.result_lines import result_lines
from workbench.cli.terminal import safe
from workbench.errors import BadRequest
from workbench.rules.limits import MAX_REASON
from workbench.types import SEARCHED_FIELDS, Judgement

if TYPE_CHECKING:
    import argparse

    from catalog.findings.stored_search import StoredFinding, StoredResult
    from catalog.importing.mapping import ColumnMapping
    from catalog.types import CoverageEntry
    from workbench.types import SearchView
    from workbench.workbench import Workbench

TITLE = "Catalog and candidates"
CIRCUMSTANCES = (
    ("found-country", "COUNTRY", "the country where it was found, such as AM or Armenia"),
    ("found-with", "PARTY", "who held or used it"),
    ("photo-taken", "DATE", "when the photo was taken, such as 2020-10 or 2020-10-19"),
    ("photo-published", "DATE", "when the photo was published"),
)
"""What is known about the find; the screen asks for the same."""


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    _add_catalog(verbs)
    check = verb(
        verbs, "check", _check, "Compare a reviewed plate, or typed words, with the catalog."
    )
    check.add_argument(
        "case", nargs="?", metavar="CASE", help="the case of --plate; omit it for typed words"
    )
    check.add_argument(
        "--plate",
        metavar="PLATE",
        help="a reviewed plate, such as EX-0001/R1; the search is recorded in the case",
    )
    for field in SEARCHED_FIELDS:
        check.add_argument(
            f"--{field}", default="", help=f"look up this {field}, outside any case; not recorded"
        )
    check.add_argument(
        "--catalog",
        metavar="SHA256",
        help="the snapshot to search, or the start of its SHA-256, as `catalog` lists it (default: "
        "the one in use; the others are listed as not searched)",
    )
    for name, metavar, meaning in CIRCUMSTANCES:
        check.add_argument(
            f"--{name}",
            default="",
            metavar=metavar,
            help=f"with --plate: {meaning}; recorded, and used for the findings",
        )
    add_json(check)
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
        help="import this CSV, XLSX or JSON file and search it from now on (default: list)",
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
        help="print as JSON what each column is taken to contain, and import nothing",
    )
    catalog.add_argument(
        "--mapping",
        type=Path,
        metavar="JSON",
        help="use this mapping instead: what --show-mapping printed, edited as needed",
    )
    catalog.add_argument(
        "--changes", metavar="SHA256", help="print how that snapshot differs from another"
    )
    catalog.add_argument(
        "--since",
        metavar="SHA256",
        help="with --changes: the other one (default: the one imported before it)",
    )
    catalog.add_argument(
        "--synthetic", action="store_true", help="the records are invented; every result says so"
    )
    catalog.add_argument(
        "--accept-partial",
        action="store_true",
        help="import the good rows when others have errors (default: import nothing)",
    )
    add_json(catalog)


def _add_decide(verbs: Verbs[argparse.ArgumentParser]) -> None:
    decide = verb(verbs, "decide", _decide, "Judge a candidate of a search.")
    add_case(decide)
    decide.add_argument(
        "search", type=int, metavar="SEARCH", help="the entry of the search, which `check` prints"
    )
    decide.add_argument(
        "judgement",
        choices=["confirmed", "rejected", "unsure"],
        help="your judgement of the candidate",
    )
    which = decide.add_mutually_exclusive_group(required=True)
    which.add_argument("--candidate", metavar="KEY", help="the candidate, by the key of `check`")
    which.add_argument(
        "--none",
        action="store_const",
        const="",
        dest="candidate",
        help="judge instead that none of these units fits",
    )
    add_seen(decide, "check {case} --plate PLATE")
    decide.add_argument(
        "--reason",
        required=True,
        help=f"why, 1 to {MAX_REASON} characters; it stays with the decision",
    )


def _catalog(workbench: Workbench, options: argparse.Namespace) -> int:
    if options.changes is not None:
        for sentence in workbench.catalogs.changes(options.changes, options.since).sentences():
            line(en.text(sentence))
        return 0
    if options.file is None:
        return _list(workbench, options)
    data = file_bytes(options.file, workbench)
    mapping = _mapping(workbench, data, options)
    if options.show_mapping:
        print(safe(json.dumps(mapping.to_json(), ensure_ascii=False, indent=2), lines=True))
        return 0
    return _import(workbench, data, mapping, options)


def _list(workbench: Workbench, options: argparse.Namespace) -> int:
    if not listing(
        options,
        (
            (
                one,
                (
                    one.sha256,
                    one.name,
                    counted(one.serials, "serial"),
                    *([one.left_out] if one.left_out else ()),
                    "current" * one.current,
                ),
            )
            for one in workbench.catalogs.all_catalogs()
        ),
    ):
        aside("There is no catalog yet: `python -m workbench catalog FILE` imports one.")
    return 0


def _import(
    workbench: Workbench, data: bytes, mapping: ColumnMapping, options: argparse.Namespace
) -> int:
    preview = workbench.catalogs.preview(
        data, name=options.file.name, mapping=mapping, sheet=options.sheet
    )
    for issue in preview.issues:
        aside(
            f"{issue.severity}: row {issue.row}, {issue.column}, {issue.value!r}: {issue.sentence}"
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
    if summary.left_out:
        aside(f"warning: {summary.left_out}")
    print(summary.sha256)
    return 0


def _mapping(workbench: Workbench, data: bytes, options: argparse.Namespace) -> ColumnMapping:
    """Which column holds what: from a file, or else as stored or guessed."""
    if options.mapping is None:
        return workbench.catalogs.guess(data, options.file.name, sheet=options.sheet)
    from catalog.importing.mapping import ColumnMapping

    try:
        return ColumnMapping.from_json(json.loads(file_bytes(options.mapping, workbench)))
    except ValueError as problem:
        raise BadRequest(f"{options.mapping} is not a column mapping ({problem}).") from None


def _coverage(workbench: Workbench, options: argparse.Namespace) -> str | tuple[CoverageEntry, ...]:
    """What the file covers: a note alone, or a note with maker, issuer and years as values."""
    names = ("maker", "issuer", "first", "last", "completeness")
    given = {name: value for name in names if (value := getattr(options, f"covers_{name}"))}
    if not given:
        return str(options.coverage)
    return (workbench.catalogs.covers(**given, note=options.coverage),)


def _check(workbench: Workbench, options: argparse.Namespace) -> int:
    """With a plate: a recorded search of the case. Without: a free look-up of typed words."""
    names = [name.replace("-", "_") for name, _metavar, _meaning in CIRCUMSTANCES]
    given = {name: value for name in names if (value := getattr(options, name))}
    if options.plate is None:
        if options.case is not None or given:
            raise BadRequest(
                "Say which plate of the case: check CASE --plate PLATE, as "
                f"`python -m workbench show {options.case or 'CASE'}` lists it."
            )
        result = workbench.catalogs.lookup(
            options.serial, options.maker, options.model, catalog=options.catalog
        )
        return _print_result(options, result, (), None)
    typed = options.serial or options.maker or options.model
    if options.case is None or typed:
        raise BadRequest("--plate needs its case and no typed words: check CASE --plate PLATE.")
    view = workbench.matching.search(
        actor_of(workbench, options),
        options.case,
        options.plate,
        circumstances=given,
        catalog=options.catalog,
    )
    return _print_result(options, view.result, view.findings, view)


def _print_result(
    options: argparse.Namespace,
    result: StoredResult,
    findings: tuple[StoredFinding, ...],
    view: SearchView | None,
) -> int:
    if options.json:
        if view is None:
            print_json(result_json(result))
            return 0
        number = {"search": view.sequence, "seen": view.seen}
        kept = search_json(StoredSearch(result=result, findings=findings))
        print_json({**number, **kept, "dissent": view.dissent})
        return 0
    if view is not None:
        line("search", view.sequence, "seen", view.seen)
    for cells in result_lines(result, findings):
        line(*cells)
    for sentence in view.dissent if view is not None else ():
        line("dissent", sentence)
    if view is not None:
        aside(
            f"To decide: `python -m workbench decide {options.case} {view.sequence} confirmed "
            f"--candidate KEY --seen {view.seen} --reason WORDS`; likewise rejected, unsure "
            "and --none."
        )
    return 0


def _decide(workbench: Workbench, options: argparse.Namespace) -> int:
    decision = workbench.matching.decide(
        actor_of(workbench, options),
        options.case,
        search_sequence=options.search,
        candidate=options.candidate,
        judgement=Judgement(options.judgement),
        reason=options.reason,
        seen=options.seen,
    )
    print("stands" if decision.stands else "waits for another reviewer")
    return 0
