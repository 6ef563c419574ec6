"""The same fixtures as in `tests/unit/evidence_store/bundle`."""

from tests.unit.evidence_store.bundle.conftest import *  # noqa: F403
