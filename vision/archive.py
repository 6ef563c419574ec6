"""Read the members of an uploaded ZIP without trusting it.

Nothing is ever unpacked to disk: a member is its bytes and a cleaned name, or a refusal with
a sentence. A bad member costs only itself; a bad archive is refused whole.
"""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from vision.errors import ArchiveRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENCRYPTED: Final = 0x1
_CHUNK: Final = 1 << 20
_UNIX: Final = 3
_DOS_DRIVE: Final = ":"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How much one archive may ask of this machine."""

    max_archive_bytes: int = 2_000_000_000
    max_members: int = 5_000
    max_member_bytes: int = 200_000_000
    """Unpacked, one member."""
    max_total_bytes: int = 2_000_000_000
    """Unpacked, all members together."""
    max_ratio: float = 200.0
    """Unpacked to packed; photos hardly shrink, deflate itself stops near 1,030."""
    free_bytes: int = 10_000_000
    """Below this unpacked size no ratio is held against a member."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMember:
    """A file inside an archive: its cleaned name and its bytes."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRefusal:
    """A member that is not read, and why; `name` is printable, as the archive gave it."""

    name: str
    problem: str


def read_archive(
    data: bytes, *, name: str, limits: ArchiveLimits | None = None
) -> Iterator[ArchiveMember | MemberRefusal]:
    """Yield each member of a ZIP as bytes or as a refusal, in the order of its directory.

    Folders are passed over. Names with `..`, absolute names, drive letters, symlinks, devices,
    encrypted members, names that occur twice and members that unpack to too much are refused.

    Raises:
        ArchiveRefused: this is no readable ZIP, or it has too many members.

    """
    limits = limits or ArchiveLimits()
    archive = _open(data, name, limits)
    with archive:
        entries = archive.infolist()
        if len(entries) > limits.max_members:
            raise ArchiveRefused(
                name,
                f"it lists {len(entries):,} members, more than the {limits.max_members:,} allowed.",
                "Split the archive and add the parts one by one.",
            )
        yield from _members(archive, entries, limits)


def _open(data: bytes, name: str, limits: ArchiveLimits) -> zipfile.ZipFile:
    """Open the directory of the archive."""
    if len(data) > limits.max_archive_bytes:
        raise ArchiveRefused(
            name,
            f"{len(data):,} bytes are more than the {limits.max_archive_bytes:,} allowed.",
            "Split the archive and add the parts one by one.",
        )
    try:
        return zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ArchiveRefused(
            name,
            "the ZIP archive is damaged or cut off; its directory cannot be read.",
            "Get the archive again, or add the photos without an archive.",
        ) from error


def _members(
    archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], limits: ArchiveLimits
) -> Iterator[ArchiveMember | MemberRefusal]:
    """Judge and read the members one by one, keeping the running total."""
    names = Counter(_folded(entry.filename) for entry in entries)
    total = 0
    for entry in entries:
        if entry.is_dir():
            continue
        shown = printable(entry.filename)
        problem = _problem(entry, limits)
        if names[_folded(entry.filename)] > 1:
            problem = "the archive holds this name more than once, so it is unclear which is meant"
        if problem is None and total + entry.file_size > limits.max_total_bytes:
            problem = f"the archive unpacks to more than {limits.max_total_bytes:,} bytes in all"
        if problem is not None:
            yield MemberRefusal(name=shown, problem=problem + ".")
            continue
        member = _read(archive, entry, shown, limits)
        if isinstance(member, ArchiveMember):
            total += len(member.data)
        yield member


def _problem(entry: zipfile.ZipInfo, limits: ArchiveLimits) -> str | None:
    """Say what speaks against a member, going by the directory alone."""
    unsafe = _unsafe_name(entry.filename)
    if unsafe is not None:
        return unsafe
    mode = entry.external_attr >> 16
    if entry.create_system == _UNIX and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        kind = "a symbolic link" if stat.S_ISLNK(mode) else "a special file"
        return f"it is {kind}, not a file"
    if entry.flag_bits & _ENCRYPTED:
        return "it is encrypted; unpack it with its password and add the photo itself"
    if entry.file_size > limits.max_member_bytes:
        return (
            f"it unpacks to {entry.file_size:,} bytes, more than the "
            f"{limits.max_member_bytes:,} allowed"
        )
    ratio = entry.file_size / max(entry.compress_size, 1)
    if entry.file_size > limits.free_bytes and ratio > limits.max_ratio:
        return f"it unpacks to {ratio:,.0f} times its size, as no photo does"
    return None


def _unsafe_name(name: str) -> str | None:
    """Say what is wrong with the path of a member."""
    path = name.replace("\\", "/")
    if not path.strip() or "\0" in path:
        return "its name is empty or broken"
    if path.startswith("/") or _DOS_DRIVE in path.split("/", 1)[0]:
        return "its name is an absolute path"
    if ".." in PurePosixPath(path).parts:
        return "its name leads out of the archive (`..`)"
    return None


def _read(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, shown: str, limits: ArchiveLimits
) -> ArchiveMember | MemberRefusal:
    """Unpack a member in pieces and stop where it is larger than it said."""
    pieces = io.BytesIO()
    allowed = min(entry.file_size, limits.max_member_bytes)
    try:
        with archive.open(entry) as source:
            while piece := source.read(_CHUNK):
                pieces.write(piece)
                if pieces.tell() > allowed:
                    problem = "it unpacks to more bytes than the archive declares."
                    return MemberRefusal(name=shown, problem=problem)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError):
        problem = "its bytes are damaged, or packed in a way that is not read."
        return MemberRefusal(name=shown, problem=problem)
    return ArchiveMember(name=shown, data=pieces.getvalue())


def _folded(name: str) -> str:
    """Names that some system would hold for one and the same."""
    return name.replace("\\", "/").casefold()


def printable(text: str, *, limit: int = 240) -> str:
    """Make a name safe to show: control and direction characters out, length bounded."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
