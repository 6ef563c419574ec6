"""`kill -9` at random moments; the whole figure comes from `python -m benchmarks.crash`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.crash_work import CASE, Promises, opened, prepare_store, store_problems
from evidence_store.types import Draft

ROOT = Path(__file__).resolve().parents[2]


def test_nothing_acknowledged_is_lost_at_forty_moments() -> None:
    """In a process of its own: it forks, and must have no threads."""
    command = [sys.executable, "-m", "benchmarks.crash", "--work", "store", "--moments", "40"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    figures = dict(line.split() for line in done.stdout.splitlines() if len(line.split()) == 2)
    assert figures["moments"] == "40"
    assert figures["problems"] == "0"
    assert int(figures["promises_checked"]) > 20


@pytest.fixture
def store(tmp_path: Path) -> Path:
    prepare_store(tmp_path / "store")
    return tmp_path / "store"


def test_a_broken_promise_is_seen(store: Path) -> None:
    """The check that follows each kill can fail."""
    with opened(store) as (ledger, blobs):
        kept = blobs.put(b"kept")
        ledger.append(
            CASE,
            Draft(
                kind="seen",
                actor="p-1",
                body={},
                private={"original": kept},
                kept={"original": "blob"},
            ),
        )
        root = ledger.root(CASE)
    good = Promises(blobs={kept}, roots={(CASE, 1): root})
    assert store_problems(store, good) == []
    lost = Promises(roots={(CASE, 2): root})
    assert store_problems(store, lost) == [f"lost: {CASE} had 2 entries and has 1"]
    changed = Promises(roots={(CASE, 1): "00" * 32})
    assert store_problems(store, changed) == [f"changed: the first 1 entries of {CASE}"]
    missing = Promises(blobs={"ab" * 32})
    assert "No bytes with SHA-256 abab" in store_problems(store, missing)[0]
    path = store / "blobs" / "sha256" / kept[:2] / kept
    path.chmod(0o600)
    path.write_bytes(b"half")
    assert any(said.startswith("blob-altered") for said in store_problems(store, Promises()))
    (store / "nameplate.sqlite3").write_bytes(b"junk" * 4096)
    assert store_problems(store, Promises())[0].startswith("the store does not open")
