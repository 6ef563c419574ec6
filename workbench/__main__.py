"""The command line of the workbench: `nameplate --help`, `python -m workbench --help`.

Each command is in the module of its group in `workbench/cli/`.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_store.location import ORIGIN_FILE
from values.errors import EXIT_WORDS, Exit, NameplateError
from words import en
from workbench import logs
from workbench.cli import (
    cases,
    catalog,
    evidence,
    intake,
    people,
    program,
    review,
    rules,
    tracing,
)
from workbench.cli.common import Command, Parser, add_common, aside, progress
from workbench.cli.next_step import next_step
from workbench.export.software import VERSION
from workbench.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

GROUPS = (program, people, cases, intake, review, catalog, tracing, evidence, rules)
"""The program itself first; then the groups in the order in which a case goes through them."""

INSTALLED = "nameplate"
"""The command that an installed package provides; in a checkout, `python -m workbench`."""

DESCRIPTION = """\
Nameplate on the command line. Results go to standard output, one item per line with tabs between
its parts; everything else goes to standard error.

Exit codes:
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; errors become sentences on the error stream."""
    options = parser().parse_args(arguments)
    try:
        logs.configure(options.log_level)
    except NameplateError as error:
        aside(en.said(error))
        return Exit.NOT_RUN
    alone: Callable[[argparse.Namespace], int] | None = getattr(options, "alone", None)
    if alone is not None:  # it needs no store
        return _read(partial(alone, options))
    # here, since it loads every service: that takes seconds, and help does not need it
    from workbench.workbench import Workbench

    try:
        settings = _settings(options)
        new = not (settings.store / ORIGIN_FILE).exists()
        workbench = Workbench.open(settings)
        if new:
            aside(f"There was no store in {settings.store}; a new one was created there.")
    except NameplateError as error:
        aside(en.said(error))
        return Exit.NOT_RUN
    except OSError as error:
        aside(f"{settings.store} cannot be used as a store: {error.strerror}. Name another folder.")
        return Exit.NOT_RUN
    try:
        if workbench.is_behind:
            aside("Updating the tables from the log; the log is not changed.")
            workbench.catch_up(progress)
        for sentence in (*workbench.set_aside(), *workbench.people.unrecorded()):
            aside(sentence)
        if remark := workbench.stores.ledger.clock_remark():
            aside(remark)
        command: Command = options.command
        return _read(partial(command, workbench, options))
    except NameplateError as error:
        shown_by = getattr(options, "shown_by", "")
        step = next_step(error, getattr(options, "case", None), shown_by)
        aside(f"{en.said(error)} {step}".rstrip(), lines=True)
        return error.exit_code
    except KeyboardInterrupt:
        aside("Stopped. What was recorded remains; the rest can be resumed.")
        return Exit.FAULTY
    finally:
        workbench.close()


def _read(command: Callable[[], int]) -> int:
    """Run a command whose reader may stop before its end, as `head` does."""
    try:
        return command()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.DONE


def _settings(options: argparse.Namespace) -> Settings:
    """The environment's settings; --store names another folder, with its own SQLite file."""
    settings = Settings.from_environment()
    if options.store is None:
        return settings
    if os.environ.get("NAMEPLATE_DATABASE"):  # never printed: it may hold a password
        aside(
            "NAMEPLATE_DATABASE is not used: with --store, the database is the SQLite file in "
            "that folder."
        )
    here = options.store.resolve()
    own = Settings.for_store(here)
    return replace(settings, store=here, database_url=own.database_url)


def exit_codes() -> str:
    """The exit codes, a line each."""
    return "\n".join(f"  {code.value}  {words}" for code, words in EXIT_WORDS.items())


def parser() -> argparse.ArgumentParser:
    """The parser of the command line, with every command of every group."""
    made: argparse.ArgumentParser = Parser(
        prog=INSTALLED if Path(sys.argv[0]).stem == INSTALLED else "python -m workbench",
        description=DESCRIPTION + exit_codes(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.add_argument(
        "--version", action="version", version=f"Nameplate {VERSION}", help="print the version"
    )
    add_common(made)
    verbs = made.add_subparsers(
        required=True, metavar="COMMAND", help="one of those below; for details: COMMAND --help"
    )
    lines: list[str] = []
    for group in GROUPS:
        before = len(verbs.choices)
        group.register(verbs)
        added = list(verbs.choices.items())[before:]
        lines += ["", f"{group.TITLE}:"]
        lines += [f"  {name:<13} {one.description}" for name, one in added]
    made.epilog = "\n".join(lines).lstrip()
    return made


if __name__ == "__main__":
    sys.exit(main())
