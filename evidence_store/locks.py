"""Operating-system locks and syncs for every writer: POSIX, and Windows where it differs.

On POSIX a folder itself is locked and synced. Windows cannot open folders: there a file in it is
locked, and the file system itself keeps names durable. Only POSIX has been tested.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager, suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

fcntl: Any
try:
    fcntl = import_module("fcntl")
except ImportError:  # Windows
    fcntl = None

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NO_LINK: Final = getattr(os, "O_NOFOLLOW", 0)
"""Opens no symbolic link, if the system has such a flag."""
OWN: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
"""Not inherited by child processes; no newline conversion."""
NO_WAIT: Final = getattr(os, "O_NONBLOCK", 0)
"""Does not block on a pipe without a writer."""
LOCK_FILE: Final = ".lock"
"""The file that is locked if the folder itself cannot be."""


def lock(descriptor: int, *, wait: bool = True) -> bool:
    """Lock an open file for this process until it is closed.

    Without `wait` it returns False if another process holds the lock. Raises OSError.
    """
    if fcntl is None:
        return _lock_on_windows(descriptor, wait=wait)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def held(folder: Path, *, wait: bool = True) -> Iterator[bool]:
    """Lock a folder for this process; without `wait`, yields False if another process holds it."""
    if fcntl is None:
        descriptor = os.open(folder / LOCK_FILE, os.O_RDWR | os.O_CREAT | OWN, 0o600)
    else:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | OWN)
    try:
        yield lock(descriptor, wait=wait)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Return when the folder's entries are on the disk."""
    if fcntl is None:
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | OWN)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _lock_on_windows(descriptor: int, *, wait: bool) -> bool:
    import msvcrt

    while True:
        with suppress(PermissionError):
            # The library gives up after ten seconds and reports a deadlock.
            try:
                msvcrt.locking(  # type: ignore[attr-defined]
                    descriptor,
                    msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK,  # type: ignore[attr-defined]
                    1,
                )
            except OSError as error:
                if error.errno != errno.EDEADLK:
                    raise
            else:
                return True
        if not wait:
            return False
