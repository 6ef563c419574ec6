"""Cases and the store itself: `case`, `demo`, `log`, `rebuild`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.cases import MAX_PROVENANCE, MAX_TITLE
from workbench.commands.common import Verbs, actor_of, add_case, aside, progress, verb
from workbench.policy import POLICY_WORDS
from workbench.terminal import safe
from workbench.types import Policy

if TYPE_CHECKING:
    import argparse

    from workbench.workbench import Workbench

TITLE = "Cases and the store"


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    case = verb(verbs, "case", _case, "List the cases, or open one with --title.")
    case.add_argument("--title", help=f"open a case of this title, 1 to {MAX_TITLE} characters")
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
        help="the material is made up; every screen and bundle then says so",
    )
    verb(verbs, "demo", _demo, "Open the synthetic demo case, with photos and a catalog.")
    log = verb(verbs, "log", _log, "Print a case's chain of custody, a line an entry.")
    add_case(log)
    verb(
        verbs,
        "rebuild",
        _rebuild,
        "Make anew, from the entries alone, the tables that every list is read from.",
    )


def _case(workbench: Workbench, options: argparse.Namespace) -> int:
    if options.title is None:
        cases = workbench.cases.all_cases()
        if not cases:
            aside("There is no case yet: `python -m workbench case --title TITLE` opens one.")
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
        actor_of(workbench, options),
        title=options.title,
        policy=Policy(options.policy),
        provenance=options.provenance,
        synthetic=options.synthetic,
    )
    print(case.case_id)
    return 0


def _demo(workbench: Workbench, options: argparse.Namespace) -> int:
    case = workbench.demo.load(actor_of(workbench, options), on_step=progress)
    print(case.case_id)
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
