"""The same fixtures as in `tests/unit/workbench/cli`."""

from tests.unit.workbench.cli.conftest import *  # noqa: F403
