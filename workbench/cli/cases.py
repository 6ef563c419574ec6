"""Cases and the store itself: `case`, `demo`, `log`, `audit`, `rebuild`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.text import counted
from workbench.cli.common import (
    Verbs,
    actor_of,
    add_case,
    add_json,
    aside,
    listing,
    progress,
    shows,
    verb,
)
from workbench.rules.blindness import EACH, TELLING
from workbench.rules.limits import MAX_PROVENANCE, MAX_TITLE
from workbench.rules.policy import POLICY_WORDS
from workbench.types import Policy

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from workbench.types import CaseSummary, LedgerRow
    from workbench.workbench import Workbench

TITLE = "Cases and the store"


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    case = verb(verbs, "case", _case, "List the cases, or open one with --title.")
    case.add_argument("--title", help=f"open a case with this title, 1 to {MAX_TITLE} characters")
    policies = " ".join(f"{policy}: {words}" for policy, words in POLICY_WORDS.items())
    case.add_argument(
        "--policy",
        choices=[policy.value for policy in Policy],
        default=Policy.TWO_PEOPLE.value,
        help=f"how many people a decision needs (default: two_people). {policies}",
    )
    case.add_argument(
        "--provenance",
        default="",
        metavar="WORDS",
        help=f"where the material comes from, up to {MAX_PROVENANCE} characters",
    )
    case.add_argument(
        "--synthetic",
        action="store_true",
        help="the material is invented; every screen and bundle then says so",
    )
    add_json(case)
    verb(verbs, "demo", _demo, "Open the synthetic demo case, with photos and a catalog.")
    log = verb(verbs, "log", _log, "Print a case's chain of custody, one entry per line.")
    add_case(log)
    add_json(log)
    held = verb(
        verbs,
        "audit",
        _audit,
        "List each fault of the store: in its logs, in stored files, and in the tables that every "
        "list is read from.",
    )
    add_json(held)
    verb(
        verbs,
        "rebuild",
        _rebuild,
        "Rebuild, from the entries alone, the tables that every list is read from.",
    )


def _case(workbench: Workbench, options: argparse.Namespace) -> int:
    if options.title is None:
        return _list(workbench, options)
    case = workbench.cases.open_case(
        actor_of(workbench, options),
        title=options.title,
        policy=Policy(options.policy),
        provenance=options.provenance,
        synthetic=options.synthetic,
    )
    print(case.case_id)
    return 0


def _list(workbench: Workbench, options: argparse.Namespace) -> int:
    cases = workbench.cases.all_cases()
    if not listing(options, ((case, _cells(case)) for case in cases)):
        aside("There is no case yet: `python -m workbench case --title TITLE` opens one.")
    return 0


def _cells(case: CaseSummary) -> tuple[str, ...]:
    return (
        case.case_id,
        case.title,
        counted(case.exhibits, "exhibit"),
        f"{case.waiting} waiting",
        f"{case.to_review} to review",
    )


def _demo(workbench: Workbench, options: argparse.Namespace) -> int:
    case = workbench.demo.load(actor_of(workbench, options), on_step=progress)
    print(case.case_id)
    return 0


def _log(workbench: Workbench, options: argparse.Namespace) -> int:
    if any(row.kind in TELLING for row in _entries(workbench, options.case)):
        shows(workbench, options, options.case, [EACH])
    listing(
        options,
        (
            (row, (row.sequence, row.at.isoformat(), row.actor, row.summary))
            for row in _entries(workbench, options.case)
        ),
    )
    return 0


def _entries(workbench: Workbench, case_id: str) -> Iterator[LedgerRow]:
    offset = 0
    while rows := workbench.cases.ledger_rows(case_id, offset=offset, limit=500):
        offset += len(rows)
        yield from rows


def _audit(workbench: Workbench, options: argparse.Namespace) -> int:
    """Checkpoints stored outside are checked by `python -m evidence_store audit --anchor`."""
    from workbench.stores.audit import audit  # here, since help does not need the store

    faults = [
        *audit(
            workbench.stores, None if options.json else lambda words: aside(f"Checking {words} …")
        )
    ]
    found = listing(options, ((one, (one.code, one.where, one.message)) for one in faults))
    if not found:
        aside("No fault.")
    return 1 if found else 0


def _rebuild(workbench: Workbench, _options: argparse.Namespace) -> int:
    workbench.stores.projection.rebuild(progress)
    aside("The tables were rebuilt from the entries of every log.")
    return 0
