"""The same fixtures as in `tests/unit/evidence_store`."""

from tests.unit.evidence_store.conftest import *  # noqa: F403
