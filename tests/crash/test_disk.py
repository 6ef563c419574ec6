"""Full disks and failing syncs: a clear error, nothing half, and on it goes once there is room."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from benchmarks.crash_work import (
    CASE,
    Promises,
    opened,
    prepare_store,
    store_problems,
    store_work,
)
from benchmarks.power_cut import can_record
from evidence_store.blobs import BlobStore, sha256_of
from evidence_store.errors import StoreUnavailable
from evidence_store.files import LocalDisk
from evidence_store.types import Draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from evidence_store.ledger import Ledger

ROOT = Path(__file__).resolve().parents[2]


class FailingDisk(LocalDisk):
    """The real disk, until its n-th act of one kind."""

    def __init__(self, act: str, after: int) -> None:
        self._fails, self._left = act, after

    def _count(self, act: str) -> None:
        if act == self._fails:
            self._left -= 1
            if self._left == 0:
                raise OSError(errno.EIO, os.strerror(errno.EIO))

    def write(self, descriptor: int, data: bytes | memoryview) -> None:
        self._count("write")
        super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        self._count("sync")
        super().sync(descriptor)

    def sync_folder(self, folder: Path) -> None:
        self._count("sync_folder")
        super().sync_folder(folder)

    def link(self, source: Path, target: Path) -> bool:
        self._count("link")
        return super().link(source, target)


@pytest.mark.parametrize("act", ["write", "sync", "link", "sync_folder"])
def test_a_put_that_fails_is_not_acknowledged_and_can_be_done_again(
    tmp_path: Path, act: str
) -> None:
    BlobStore(tmp_path)  # the folders are there: the first act is one of the put itself
    blobs = BlobStore(tmp_path, disk=FailingDisk(act, 1))
    with pytest.raises(StoreUnavailable, match="could not be stored") as failed:
        blobs.put(b"data")
    assert "try again" in failed.value.diagnostics()
    assert list((tmp_path / "incoming").iterdir()) == []
    for name in blobs.names():
        assert blobs.get(name) == b"data"
    assert blobs.put(b"data") == sha256_of(b"data")
    assert BlobStore(tmp_path).get(sha256_of(b"data")) == b"data"


def work_until_it_fails(folder: Path) -> Promises:
    promises = Promises()
    with pytest.raises((StoreUnavailable, OSError)):  # OSError: the upload itself found no room
        store_work(folder, 1, lambda *words: promises.take(json.dumps(words)), rounds=1000)
    return promises


def append_until_it_fails(ledger: Ledger, promises: Promises) -> None:
    for number in range(1000):
        ledger.append(CASE, Draft(kind="n", actor="p-1", body={"n": number}))
        promises.roots[CASE, ledger.size(CASE)] = ledger.root(CASE)


def fill(place: Path) -> None:
    with (place / "filler").open("wb", buffering=0) as filler, contextlib.suppress(OSError):
        while True:
            filler.write(bytes(4096))


def goes_on(folder: Path, promises: Promises) -> None:
    """Check that nothing is lost, and that work goes on as if nothing had been."""
    for upload in folder.glob("upload-*"):
        upload.unlink()
    assert store_problems(folder, promises) == []
    with opened(folder) as (ledger, blobs):
        name = blobs.put(b"after")
        ledger.append(
            CASE,
            Draft(
                kind="seen",
                actor="p-1",
                body={},
                private={"original": name},
                kept={"original": "blob"},
            ),
        )
    assert store_problems(folder, promises) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB of its own; lazily unmounted, so that a failing test leaves none."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", place]
    if shutil.which("mount") is None or subprocess.run(command, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here (that takes root)")
    yield place
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_full_disk_loses_nothing(small_disk: Path) -> None:
    folder = small_disk / "store"
    prepare_store(folder)
    promises = work_until_it_fails(folder)
    assert len(promises) > 3
    with opened(folder) as (ledger, blobs):
        fill(small_disk)
        with pytest.raises(StoreUnavailable, match="No space left") as failed:
            blobs.put(bytes(100_000))
        assert "try again" in failed.value.diagnostics()
        with pytest.raises(StoreUnavailable, match="database or disk is full"):
            append_until_it_fails(ledger, promises)
    subprocess.run(["mount", "-o", "remount,size=30m", small_disk], check=True)
    goes_on(folder, promises)


LIMITED = """
import json, resource, sys
from pathlib import Path
from benchmarks.crash_work import store_work
from evidence_store.errors import StoreUnavailable
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    store_work(Path(sys.argv[1]), 1, lambda *words: print(json.dumps(words)), rounds=1000)
except (StoreUnavailable, OSError) as error:
    sys.exit(3)
"""


@pytest.mark.parametrize("limit", [60_000, 200_000])
def test_files_that_may_not_grow_lose_nothing(tmp_path: Path, limit: int) -> None:
    """RLIMIT_FSIZE stops every file at one size: a blob, or SQLite's log in mid-transaction."""
    assert resource.RLIMIT_FSIZE is not None
    folder = tmp_path / "store"
    prepare_store(folder)
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, folder, str(limit)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3, done.stderr
    goes_on(folder, taken(done.stdout))


def taken(text: str) -> Promises:
    promises = Promises()
    for line in text.splitlines():
        promises.take(line)
    return promises


@pytest.mark.skipif(
    not can_record(),
    reason="strace makes SQLite's syncs fail; install the Debian package strace to run this "
    "(and allow ptrace, where a container forbids it)",
)
@pytest.mark.parametrize(("call", "when"), [("fdatasync", 4), ("fdatasync", 9), ("pwrite64", 60)])
def test_a_ledger_whose_disk_fails_acknowledges_nothing_it_lacks(
    tmp_path: Path, call: str, when: int
) -> None:
    folder = tmp_path / "store"
    prepare_store(folder)
    run: Callable[..., subprocess.CompletedProcess[str]] = subprocess.run
    done = run(
        [
            "strace", "-f", "-o", "/dev/null", "-e", f"trace={call}",
            "-e", f"inject={call}:error=EIO:when={when}",
            sys.executable, "-c", WORKING, folder,
        ],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 3, done.stdout + done.stderr
    goes_on(folder, taken(done.stdout))


WORKING = LIMITED.replace("resource.setrlimit", "(lambda *_: None)").replace(
    "int(sys.argv[2])", "0"
)
