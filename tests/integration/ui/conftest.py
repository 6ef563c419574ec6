"""The same fixtures as in `tests/unit/ui`."""

from tests.unit.ui.conftest import *  # noqa: F403
