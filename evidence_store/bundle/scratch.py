"""A temporary folder beside a destination, which is removed even after a crash.

A process that is killed leaves its folder behind; the next one that works beside it removes it,
since only a living process holds its folder's lock.
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
from typing import TYPE_CHECKING

from evidence_store.locks import held

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SUFFIX = ".partial"


@contextlib.contextmanager
def scratch_folder(destination: Path) -> Iterator[Path]:
    """Yield a new folder beside the destination; it is removed unless it was renamed."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    _clear_abandoned(destination.parent)
    with contextlib.ExitStack() as stack:
        top = _new_folder(destination, stack)
        stack.callback(shutil.rmtree, top, ignore_errors=True)
        yield top


def _new_folder(destination: Path, stack: contextlib.ExitStack) -> Path:
    """Create and lock a folder; retry if another process removed it in between."""
    while True:
        top = destination.parent / f".{destination.name}.{secrets.token_hex(6)}{_SUFFIX}"
        top.mkdir()
        with contextlib.suppress(FileNotFoundError):
            stack.enter_context(held(top))
            if top.exists():
                return top


def _clear_abandoned(folder: Path) -> None:
    for left in folder.glob(f".*{_SUFFIX}"):
        with contextlib.suppress(OSError), held(left, wait=False) as abandoned:
            if abandoned:
                shutil.rmtree(left, ignore_errors=True)
