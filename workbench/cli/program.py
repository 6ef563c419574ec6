"""The program itself: `app`, `verify`. Neither opens a store here."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evidence_store.bundle.commands import add_verify_arguments
from workbench.cli.common import Verbs, verb

if TYPE_CHECKING:
    import argparse

    from workbench.workbench import Workbench

TITLE = "The program"
APP: Final = Path(__file__).resolve().parents[2] / "app.py"
"""The path of the app, in a checkout and an installed package alike: next to the packages."""


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    app = verb(verbs, "app", _with_store, "Serve the screens to this computer.")
    app.add_argument(
        "--port", type=int, default=8501, help="where to listen (default: %(default)s)"
    )
    app.set_defaults(alone=serve)
    check = verbs.add_parser(
        "verify", description="Check a bundle, a folder or a ZIP, as its recipient would."
    )
    add_verify_arguments(check)
    check.set_defaults(alone=check.get_default("func"))


def _with_store(_workbench: Workbench, options: argparse.Namespace) -> int:
    code: int = options.alone(options)
    return code


def serve(options: argparse.Namespace) -> int:
    """Serve the screens until stopped."""
    os.environ["STREAMLIT_SERVER_PORT"] = str(options.port)
    if options.store is not None:
        os.environ["NAMEPLATE_STORE"] = str(options.store.resolve())
    runpy.run_path(str(APP), run_name="__main__")
    return 0
