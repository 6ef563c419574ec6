"""The file operations of the store, in one place, so that tests can simulate power failures.

Every write to the store's folder goes through a `Disk`: a test's disk records each operation, drops
what was not synced, and inspects what a crash would have left.
"""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING, Protocol

from evidence_store import locks

if TYPE_CHECKING:
    from io import BufferedReader
    from pathlib import Path

_OWNER_FOLDER = 0o700
_OWNER_FILE = 0o600
_KEPT_FILE = 0o400


def open_regular(path: Path) -> BufferedReader:
    """Open a regular file, or a link to one, for reading.

    A pipe would block the reader, and some devices never end. Raises `OSError`.
    """
    descriptor = os.open(path, os.O_RDONLY | locks.OWN | locks.NO_WAIT)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    return os.fdopen(descriptor, "rb")


class Disk(Protocol):
    """The file-system operations used; each raises `OSError` as `os` does."""

    def make_folder(self, folder: Path) -> None:
        """Create a folder and its parents, for the owner only, and make their names durable."""

    def create(self, path: Path) -> int:
        """Create a new file, locked against sweeping; returns its descriptor."""

    def write(self, descriptor: int, data: bytes | memoryview) -> None:
        """Write all of the data."""

    def sync(self, descriptor: int) -> None:
        """Return when the written data is on the disk."""

    def link(self, source: Path, target: Path) -> bool:
        """Give a file its permanent name; returns False if the name is taken. Never replaces."""

    def sync_folder(self, folder: Path) -> None:
        """Return when the folder's entries are on the disk."""

    def unlink(self, path: Path) -> None:
        """Remove a name."""


class LocalDisk:
    """The real file system (POSIX)."""

    def make_folder(self, folder: Path) -> None:
        """Create a folder and its parents, for the owner only, and make their names durable."""
        missing = []
        while not folder.is_dir():
            missing.append(folder)
            folder = folder.parent
        for path in reversed(missing):
            path.mkdir(mode=_OWNER_FOLDER, exist_ok=True)
            self.sync_folder(path.parent)

    def create(self, path: Path) -> int:
        """Create a new file, locked against sweeping; returns its descriptor."""
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | locks.OWN, _OWNER_FILE)
        locks.lock(descriptor)
        if os.fstat(descriptor).st_nlink == 0:  # swept just before it was locked
            os.close(descriptor)
            raise FileNotFoundError(errno.ENOENT, "swept before use", str(path))
        return descriptor

    def write(self, descriptor: int, data: bytes | memoryview) -> None:
        """Write all of the data."""
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(descriptor, rest) :]

    def sync(self, descriptor: int) -> None:
        """Return when the written data is on the disk; the file is read-only from then on."""
        os.fchmod(descriptor, _KEPT_FILE)
        os.fsync(descriptor)

    def link(self, source: Path, target: Path) -> bool:
        """Give a file its permanent name; returns False if the name is taken. Never replaces."""
        try:
            os.link(source, target)
        except FileExistsError:
            return False
        return True

    def sync_folder(self, folder: Path) -> None:
        """Return when the folder's entries are on the disk."""
        locks.sync_folder(folder)

    def unlink(self, path: Path) -> None:
        """Remove a name."""
        path.unlink()


def sweep(folder: Path) -> tuple[Path, ...]:
    """Remove the files of crashed writers; a living writer holds a lock on its file."""
    swept = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        try:
            descriptor = os.open(path, os.O_RDONLY | locks.OWN | locks.NO_LINK)
        except FileNotFoundError:
            continue
        try:
            if locks.lock(descriptor, wait=False):
                path.unlink(missing_ok=True)
                swept.append(path)
        finally:
            os.close(descriptor)
    return tuple(swept)
