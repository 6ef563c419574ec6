"""List what is really in a folder: every file, and a fault for what must not be in a bag."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from evidence_store.bundle.safe_names import is_safe_name
from evidence_store.bundle.side_files import SIDE_FILE, side_file_fault
from evidence_store.types import Fault
from values.rule import Declared

if TYPE_CHECKING:
    from pathlib import Path

MAX_FILES = 500_000
"""Maximum number of files in a bundle: about what a manifest can list."""

RULES: Final = Declared(
    "bundle-folder",
    test="tests/unit/evidence_store/bundle/test_walk.py",
    source="docs/bundle-format.md, section 1",
    units={
        "MAX_FILES": "files",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The regular files of a folder with their sizes in bytes, by path from its top."""

    sizes: dict[str, int]
    faults: tuple[Fault, ...]


def walk(top: Path) -> Found:
    """List a folder without following any link; links, devices and odd names are faults."""
    sizes: dict[str, int] = {}
    faults: list[Fault] = []
    waiting = [""]
    while waiting and len(sizes) <= MAX_FILES:
        folder = waiting.pop()
        with os.scandir(top / folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
        if not listed and folder:
            faults.append(_fault("empty-folder", folder, "The folder is empty."))
        for entry in listed:
            path = f"{folder}/{entry.name}" if folder else entry.name
            side = None if entry.is_symlink() else side_file_fault(SIDE_FILE, path)
            if side is not None:
                faults.append(side)
            elif is_plain_folder(entry) and _may_enter(path, faults):
                waiting.append(path)
            elif not is_plain_folder(entry) and _is_plain_file(entry, path, faults):
                sizes[path] = entry.stat(follow_symlinks=False).st_size
    if len(sizes) > MAX_FILES:
        faults.append(_fault("too-many-files", "", f"There are more than {MAX_FILES:,} files."))
    return Found(sizes=sizes, faults=(*faults, *case_collisions(sizes)))


def case_collisions(paths: dict[str, int] | list[str]) -> list[Fault]:
    """Return a fault for each pair of names that differ only in case."""
    seen: dict[str, str] = {}
    faults = []
    for path in paths:
        other = seen.setdefault(path.casefold(), path)
        if other != path:
            faults.append(
                _fault(
                    "name-case-collision", path, f"Its name differs from {other!r} only by case."
                )
            )
    return faults


def is_plain_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder and not a link to one."""
    return entry.is_dir(follow_symlinks=False)


def _may_enter(path: str, faults: list[Fault]) -> bool:
    if is_safe_name(path):
        return True
    faults.append(_fault("name-not-safe", path, "The folder has an unsafe name."))
    return False


def _is_plain_file(entry: os.DirEntry[str], path: str, faults: list[Fault]) -> bool:
    if entry.is_symlink():
        faults.append(_fault("symlink", path, "It is a symbolic link, not a file."))
        return False
    if not stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
        faults.append(_fault("special-file", path, "It is neither a file nor a folder."))
        return False
    if not is_safe_name(path):
        faults.append(_fault("name-not-safe", path, "The file has an unsafe name."))
        return False
    return True


def _fault(code: str, where: str, message: str) -> Fault:
    # repr keeps control characters and lone surrogates of a hostile name out of terminals.
    return Fault(code=code, where=repr(where)[1:-1] or ".", message=message)
