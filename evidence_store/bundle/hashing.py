"""Hash and copy files in constant memory, on as many threads as help.

`hashlib` releases the interpreter lock while it works, so two threads hash twice as much.
"""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from io import BufferedWriter, FileIO
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from evidence_store import locks
from evidence_store.types import Sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

BLOCK = 256 * 1024
"""Bytes read, hashed and written at once: few enough for a processor's cache. Blocks of 1 MiB took
three times the system time to write.
"""
THREADS = 2
COPIERS = 8
"""Files copied at once: most wait for the disk to sync while two hash."""
_AHEAD = 256
"""Files submitted to the threads at once, so that a bundle of a million files needs constant
memory.
"""

_Item = TypeVar("_Item")


def sha256_bytes(data: bytes) -> Sha256:
    """Return the SHA-256 of some bytes in lower-case hexadecimal."""
    return Sha256(hashlib.sha256(data).hexdigest())


def open_plain(path: Path) -> FileIO:
    """Open a regular file for reading, never through a symbolic link.

    Raises `OSError` if it is a link or cannot be read.
    """
    return FileIO(os.open(path, os.O_RDONLY | locks.NO_LINK | locks.OWN), "rb")


def sha256_file(path: Path) -> Sha256:
    """Return the SHA-256 of a file, read in blocks."""
    with open_plain(path) as stream:
        return Sha256(hashlib.file_digest(stream, "sha256").hexdigest())


def hash_files(items: Iterable[tuple[_Item, Path]]) -> Iterator[tuple[_Item, Sha256 | OSError]]:
    """Hash files on two threads, results in order; an unreadable file yields its error."""
    rest = iter(items)
    with ThreadPoolExecutor(THREADS, thread_name_prefix="hash") as threads:
        while batch := list(islice(rest, _AHEAD)):
            results = threads.map(_hash_or_error, (path for _, path in batch))
            for (item, _), result in zip(batch, results, strict=True):
                yield item, result


class NewFile(AbstractContextManager["NewFile"]):
    """A new file, hashed while it is written, and synced to disk when closed."""

    def __init__(self, path: Path, *, sync: bool = True) -> None:
        """Create the file; raises `FileExistsError` if it exists."""
        self._sync = sync
        self._raw = _created(path)
        self._stream = BufferedWriter(self._raw, BLOCK // 2)
        self._digest = hashlib.sha256()
        self._length = 0

    def write(self, data: bytes | memoryview) -> None:
        """Add bytes at the end."""
        self._digest.update(data)
        self._stream.write(data)
        self._length += len(data)

    def sum(self) -> tuple[Sha256, int]:
        """Return the SHA-256 and the number of bytes written so far."""
        return Sha256(self._digest.hexdigest()), self._length

    def __exit__(self, *exception: object) -> None:
        with self._raw:
            self._stream.flush()
            if self._sync:
                os.fsync(self._raw.fileno())
            self._stream.close()


def copy_hashed(source: FileIO, destination: Path) -> tuple[Sha256, int]:
    """Copy a stream into a new file, sync it to disk, and return its SHA-256 and length."""
    block = memoryview(bytearray(BLOCK))
    with NewFile(destination) as target:
        while count := source.readinto(block):
            target.write(block[:count])
        return target.sum()


def keep_checked(pieces: Iterable[bytes], destination: Path) -> int:
    """Write chunks that their source hashes to a new, synced file; returns their length."""
    length = 0
    with _created(destination) as raw:
        for piece in pieces:
            left = memoryview(piece)
            while left:
                left = left[raw.write(left) :]
            length += len(piece)
        os.fsync(raw.fileno())
    return length


def write_new(path: Path, data: bytes) -> None:
    """Write a new file and sync it to disk; raises `FileExistsError` if it exists."""
    with NewFile(path) as target:
        target.write(data)


def _created(path: Path) -> FileIO:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | locks.NO_LINK | locks.OWN
    return FileIO(os.open(path, flags, 0o644), "wb")


def _hash_or_error(path: Path) -> Sha256 | OSError:
    try:
        return sha256_file(path)
    except OSError as error:
        return error
