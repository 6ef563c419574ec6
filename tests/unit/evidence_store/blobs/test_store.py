"""Blobs: kept whole or not at all, never overwritten, never handed out altered."""

from __future__ import annotations

import hashlib
import multiprocessing
import stat
import subprocess
import sys
import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest

from evidence_store.blobs.store import BlobStore, checked_sha256, sha256_of, sha256_of_file
from evidence_store.errors import BadInput, BlobDamaged, BlobMissing, StoreUnavailable
from evidence_store.types import Sha256

DATA = b"the bytes of an original"
NAME = sha256_of(DATA)


def file_of(root: Path, name: str = NAME) -> Path:
    return root / "sha256" / name[:2] / name


def damage(path: Path, data: bytes) -> None:
    path.chmod(0o600)
    path.write_bytes(data)


def test_what_is_put_is_got(blobs: BlobStore) -> None:
    assert blobs.put(DATA) == hashlib.sha256(DATA).hexdigest()
    assert blobs.get(NAME) == DATA
    assert blobs.size(NAME) == len(DATA)
    assert blobs.exists(NAME)
    assert list(blobs.names()) == [NAME]
    assert blobs.put(b"") == hashlib.sha256().hexdigest()
    assert blobs.get(sha256_of(b"")) == b""


def test_a_second_store_over_the_folder_sees_it(blobs: BlobStore, tmp_path: Path) -> None:
    blobs.put(DATA)
    assert BlobStore(tmp_path / "blobs").get(NAME) == DATA


def test_a_kept_file_is_for_its_owner_to_read(blobs: BlobStore, tmp_path: Path) -> None:
    blobs.put(DATA)
    path = file_of(tmp_path / "blobs")
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []


def test_putting_again_neither_writes_nor_fails(blobs: BlobStore, tmp_path: Path) -> None:
    blobs.put(DATA)
    before = file_of(tmp_path / "blobs").stat()
    assert blobs.put(DATA) == NAME
    after = file_of(tmp_path / "blobs").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("other", [b"", DATA[:-1], DATA + b"!", b"THE" + DATA[3:]])
def test_altered_bytes_are_never_handed_out(blobs: BlobStore, tmp_path: Path, other: bytes) -> None:
    blobs.put(DATA)
    damage(file_of(tmp_path / "blobs"), other)
    with pytest.raises(BlobDamaged):
        blobs.get(NAME)
    with pytest.raises(BlobDamaged):
        list(blobs.stream(NAME))
    with pytest.raises(BlobDamaged):
        blobs.copy_to(NAME, BytesIO())
    with pytest.raises(BlobDamaged), blobs.local_path(NAME):
        pytest.fail("a path was given")
    with pytest.raises(BlobDamaged):
        blobs.put(DATA)  # an acknowledgement would promise what cannot be got
    assert file_of(tmp_path / "blobs").read_bytes() == other


def test_what_is_not_there_is_said(blobs: BlobStore) -> None:
    assert not blobs.exists(NAME)
    for act in (blobs.get, blobs.size, blobs.check):
        with pytest.raises(BlobMissing):
            act(NAME)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", NAME.upper(), NAME[:-1], NAME + "\n"])
def test_a_name_that_is_no_hash_is_refused(blobs: BlobStore, name: str) -> None:
    with pytest.raises(BadInput):
        blobs.get(Sha256(name))
    with pytest.raises(BadInput):
        checked_sha256(name)


def test_a_large_file_goes_through_in_flat_memory(blobs: BlobStore, tmp_path: Path) -> None:
    large = tmp_path / "clip.mp4"
    with large.open("wb") as target:
        for number in range(48):
            target.write(bytes([number]) * 1024 * 1024)
    tracemalloc.start()
    name = blobs.put_file(large)
    with (tmp_path / "copy").open("wb") as target:
        assert blobs.copy_to(name, target) == 48 * 1024 * 1024
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert name == sha256_of_file(large) == sha256_of_file(tmp_path / "copy")
    assert peak < 6 * 1024 * 1024


def test_a_file_that_changes_while_it_is_read_is_refused(
    blobs: BlobStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "growing"
    path.write_bytes(DATA)
    monkeypatch.setattr("evidence_store.blobs.store.sha256_of_file", lambda _: sha256_of(b"before"))
    with pytest.raises(BadInput, match="changed while it was read"):
        blobs.put_file(path)
    assert list(blobs.names()) == []


def test_a_decoder_gets_a_path(blobs: BlobStore) -> None:
    blobs.put(DATA)
    with blobs.local_path(NAME) as path:
        assert path.read_bytes() == DATA


def put_all(root: str, numbers: range) -> None:
    blobs = BlobStore(Path(root))
    for number in numbers:
        blobs.put(b"%d" % number)


def test_writers_of_the_same_bytes_do_not_hinder_each_other(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=put_all, args=(str(tmp_path), range(60))) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(600)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    blobs = BlobStore(tmp_path)
    assert {blobs.get(name) for name in blobs.names()} == {b"%d" % n for n in range(60)}
    assert list((tmp_path / "incoming").iterdir()) == []


def test_what_a_dead_writer_left_is_swept_and_a_living_ones_is_not(tmp_path: Path) -> None:
    blobs = BlobStore(tmp_path)
    blobs.put(DATA)
    dead = tmp_path / "incoming" / "0123"
    dead.write_bytes(b"half of some")
    holder = (
        "import fcntl, sys; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX);"
        "print(); input()"
    )
    living = tmp_path / "incoming" / "4567"
    with subprocess.Popen(
        [sys.executable, "-c", holder, living], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout
        process.stdout.readline()
        BlobStore(tmp_path)
        assert not dead.exists()
        assert living.exists()
        process.communicate(b"\n")
    BlobStore(tmp_path)
    assert not living.exists()
    assert blobs.get(NAME) == DATA


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreUnavailable, match="cannot be used"):
        BlobStore(tmp_path / "file")
