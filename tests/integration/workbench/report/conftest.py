"""The same fixtures as in `tests/unit/workbench/report`."""

from tests.unit.workbench.report.conftest import *  # noqa: F403
