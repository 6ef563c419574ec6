"""Files that an operating system puts into folders by itself, told apart from tampering by name.

A bundle with one in it is refused, since nobody signed that file; but what was sealed may be
whole all the same, and the remedy is another one. A name proves nothing of the contents.
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
"""By name in lower case, since the systems that write them do not tell case apart."""

_BESIDE = "._"
"""How macOS begins the name of a file that keeps what another file system cannot (AppleDouble)."""


def side_file(path: str) -> str | None:
    """Say which system puts a file of this name there by itself; None for any other name."""
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
