"""The same fixtures as in `tests/unit/catalog`."""

from tests.unit.catalog.conftest import *  # noqa: F403
