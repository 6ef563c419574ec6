"""The same fixtures as in `tests/unit/workbench`."""

from tests.unit.workbench.conftest import *  # noqa: F403
