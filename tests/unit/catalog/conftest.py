"""Catalogs that the tests of this package share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from catalog.demo import COVERAGE, SOURCES, demo_catalog_csv
from catalog.importing.load import LoadResult, load_csv
from catalog.snapshot.reader import Snapshot, build_snapshot, open_snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

BUILT_AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def demo_load() -> LoadResult:
    """The demo catalog as it is imported."""
    return load_csv(demo_catalog_csv(), name="demo-catalog-synthetic.csv")


@pytest.fixture(scope="session")
def demo_snapshot(
    demo_load: LoadResult, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Snapshot]:
    """The demo catalog as an open snapshot."""
    path = tmp_path_factory.mktemp("catalog") / "demo.snapshot"
    build_snapshot(
        demo_load.records,
        path,
        sources=SOURCES,
        coverage=COVERAGE,
        synthetic=True,
        built_at=BUILT_AT,
    )
    with open_snapshot(path) as snapshot:
        yield snapshot
