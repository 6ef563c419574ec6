"""The bundle benchmark runs, on little data, and its figures come from what it ran."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.bundle import run

if TYPE_CHECKING:
    from pathlib import Path


def test_the_benchmark_measures_every_system(tmp_path: Path) -> None:
    systems = run(tmp_path, megabytes=4, files=3, rounds=1)
    assert systems.keys() == {"ours", "bagit", "hashlib", "sha256sum", "copy"}
    assert systems["ours"].keys() == {
        "seal_bytes_per_second",
        "verify_bytes_per_second",
        "peak_memory_mb",
    }
    assert all(value > 0 for figures in systems.values() for value in figures.values())
    assert not (tmp_path / "bundle-0").exists()
