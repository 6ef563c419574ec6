"""The stores of earlier states, each unpacked for the test that asks for it."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

KEPT = sorted(folder.parent for folder in Path(__file__).parent.glob("*/store.zip"))


@pytest.fixture(params=KEPT, ids=[folder.name for folder in KEPT])
def kept(request: pytest.FixtureRequest) -> Path:
    return Path(request.param)


@pytest.fixture
def store(kept: Path, tmp_path: Path) -> Path:
    """The store, unpacked with the rights that its files had: keys are readable by one alone."""
    folder = tmp_path / "store"
    with zipfile.ZipFile(kept / "store.zip") as packed:
        for info in packed.infolist():
            made = Path(packed.extract(info, folder))
            made.chmod(info.external_attr >> 16 & 0o777)
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o700)
    return folder
