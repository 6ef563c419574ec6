"""The golden set: one good bundle, and one for each fault, named for it.

`python -m benchmarks.bundle_forging tests/unit/evidence_store/bundle/golden` rebuilds it. The set
as committed shows that bundles sealed by an earlier state of the program are judged as then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.bundle_forging import FAULTS, rebuild
from evidence_store.bundle.errors import BundleRefused
from evidence_store.bundle.verify import verify
from tests.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

GOLDEN = ROOT / "tests/unit/evidence_store/bundle/golden"
FAULTY = sorted(path.stem for path in GOLDEN.glob("*.zip") if path.stem != "good")


def codes_of(folder: Path, name: str) -> set[str]:
    try:
        verify(folder / f"{name}.zip", allowed_signers=folder / "allowed_signers")
    except BundleRefused as refusal:
        return {fault.code for fault in refusal.faults}
    return set()


def test_the_good_bundle_still_verifies() -> None:
    assert codes_of(GOLDEN, "good") == set()


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_bundle_shows_the_fault_that_it_is_named_for(name: str) -> None:
    assert name in codes_of(GOLDEN, name)


def test_the_set_is_whole() -> None:
    assert set(FAULTS) <= set(FAULTY)
    assert sum(name.startswith("zip-") for name in FAULTY) >= 7


def test_a_rebuilt_set_is_judged_the_same(tmp_path: Path) -> None:
    rebuild(tmp_path / "golden")
    names = sorted(path.stem for path in (tmp_path / "golden").glob("*.zip"))
    assert names == sorted([*FAULTY, "good"])
    for name in names:
        assert codes_of(tmp_path / "golden", name) == codes_of(GOLDEN, name)
