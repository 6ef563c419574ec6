"""A sealed sample bundle for each test that wants one, with real keys and a real ledger."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.bundle_sample import Sample, make_sample
from evidence_store.bundle.errors import BundleRefused
from evidence_store.bundle.verify import VerificationReport, verify

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return make_sample(tmp_path_factory.mktemp("sample-store"))


@pytest.fixture(scope="session")
def pristine(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed bundle that no test may change."""
    return sample.seal(tmp_path_factory.mktemp("pristine") / "bundle").path


@pytest.fixture
def bundle(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the sealed bundle that a test may spoil."""
    return Path(shutil.copytree(pristine, tmp_path / "bundle"))


@pytest.fixture(scope="session")
def check(sample: Sample) -> Callable[..., VerificationReport]:
    def run(path: Path, **options: object) -> VerificationReport:
        return verify(path, allowed_signers=sample.allowed_signers, **options)  # type: ignore[arg-type]

    return run


@pytest.fixture(scope="session")
def codes(check: Callable[..., VerificationReport]) -> Callable[..., set[str]]:
    """The codes of all faults of a bundle; empty for one that verifies."""

    def run(path: Path, **options: object) -> set[str]:
        try:
            check(path, **options)
        except BundleRefused as refusal:
            return {fault.code for fault in refusal.faults}
        return set()

    return run
