"""Files that operating systems create in folders by themselves, recognised by name.

A bundle that contains one is refused, since nobody signed that file; but the sealed content may be
intact, and the remedy differs from that for tampering. A name proves nothing about the content.
"""

from __future__ import annotations

from evidence_store.types import Fault

SIDE_FILE = "side-file"
ZIP_SIDE_FILE = "zip-side-file"
CODES = frozenset({SIDE_FILE, ZIP_SIDE_FILE})

NAMES = {
    ".ds_store": "macOS puts it into folders that the Finder has shown",
    ".localized": "macOS puts it into folders with a translated name",
    ".apdisk": "macOS puts it onto shared disks",
    ".spotlight-v100": "macOS uses it for searching",
    ".trashes": "macOS keeps deleted files in it",
    ".fseventsd": "macOS records changes to a disk in it",
    ".temporaryitems": "macOS keeps temporary files in it",
    "__macosx": "macOS puts it into ZIP files that the Finder packs",
    "thumbs.db": "Windows puts it into folders whose pictures it has shown",
    "ehthumbs.db": "Windows puts it into folders whose clips it has shown",
    "desktop.ini": "Windows puts it into folders that look different from others",
    "$recycle.bin": "Windows keeps deleted files in it",
    "system volume information": "Windows puts it onto disks",
    ".directory": "KDE puts it into folders that its file manager has shown",
}
"""By lower-case name, since the systems that write them ignore case."""

_BESIDE = "._"
"""Prefix of files in which macOS stores what another file system cannot (AppleDouble)."""


def side_file(path: str) -> str | None:
    """Return which system creates files of this name by itself; None for any other name."""
    for part in path.rstrip("/").split("/"):
        if part.lower() in NAMES:
            return NAMES[part.lower()]
        if part.startswith(_BESIDE) and len(part) > len(_BESIDE):
            return "macOS puts it beside a file on disks of other systems, and into ZIP files"
    return None


def side_file_fault(code: str, path: str) -> Fault | None:
    """Return the fault of a side file with its remedy; None for any other name."""
    who = side_file(path)
    if who is None:
        return None
    where = "Unpack the ZIP, delete it there" if code == ZIP_SIDE_FILE else "Delete it unopened"
    words = (
        f"By its name it is an operating system's own file, not part of the bundle: {who}. "
        f"{where}, and verify again."
    )
    # repr keeps control characters and lone surrogates of a hostile name out of terminals.
    return Fault(code=code, where=repr(path)[1:-1], message=words)
