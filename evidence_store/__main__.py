"""`python -m evidence_store`: check a store or a bundle, and sign, without any other program.

Exit codes: 0 no faults, 1 faults found, 2 could not be checked.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from evidence_store.audit import command as audit_command
from evidence_store.bundle import commands as bundle_commands

if TYPE_CHECKING:
    from collections.abc import Sequence


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line, with every command registered."""
    made = argparse.ArgumentParser(
        prog="python -m evidence_store",
        description="Checks stores and bundles. Exit codes: 0 good, 1 faults, 2 not checked.",
    )
    subparsers = made.add_subparsers(title="commands", metavar="COMMAND", required=True)
    bundle_commands.register(subparsers)
    audit_command.register(subparsers)
    return made


def main(words: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    arguments = parser().parse_args(words)
    code: int = arguments.func(arguments)
    return code


if __name__ == "__main__":
    sys.exit(main())
