"""Read the members of an uploaded ZIP without trusting it.

Nothing is unpacked to a path given by the archive: a member is bytes plus a cleaned name, or a
refusal with an explanation. A bad member affects only itself; a bad archive is refused as a whole.
"""

from __future__ import annotations

import io
import stat
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final

from values.limits import PHOTO_BYTES, ZIP_BYTES
from values.rule import Declared
from values.sentence import say
from vision.errors import ArchiveRefused, MemberDamaged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from values.sentence import Sentence

_ENCRYPTED: Final = 0x1
_CHUNK: Final = 1 << 20
_UNIX: Final = 3
_DOS_DRIVE: Final = ":"
MAX_NAME: Final = 1_024
"""Longest path of a member, in characters; systems' limits lie between 260 and 4,096 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """Resource limits for one archive."""

    max_members: int = 5_000
    max_member_bytes: int = PHOTO_BYTES
    """Largest member, unpacked."""
    max_total_bytes: int = ZIP_BYTES
    """Largest total of all members, unpacked."""
    max_ratio: float = 200.0
    """Largest compression ratio; photos hardly compress, deflate itself stops near 1,030."""
    free_bytes: int = 10_000_000
    """Unpacked size below which the ratio is not checked."""


LIMITS: Final = ArchiveLimits()
"""Resource limits for one archive: members, unpacked bytes, and compression ratio."""

RULES: Final = Declared(
    "archive",
    test="tests/unit/vision/media/test_archive.py",
    source="decision 0075; assumed",
    units={
        "MAX_NAME": "characters",
        "LIMITS": "members, bytes, unpacked to packed",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMember:
    """A file inside an archive: its cleaned name and its bytes."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMember:
    """A readable member: its position in the directory, cleaned name and declared size."""

    index: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRefusal:
    """A member that is not read, and why; `name` is the archive's own, made printable."""

    name: str
    problem: Sentence
    index: int | None = None
    """Its position in the directory, if its bytes can be read for a hash."""
    size: int = 0
    """Declared bytes."""


class Archive:
    """An open ZIP: `members` lists what can be read, `pieces` unpacks one member.

    Raises:
        ArchiveRefused: this is not a readable ZIP, or it has too many members.
    """

    def __init__(
        self, source: Path | BinaryIO, *, name: str, limits: ArchiveLimits | None = None
    ) -> None:
        self._limits = limits or LIMITS
        self._archive = _open(source, name)
        self._entries = self._archive.infolist()
        if len(self._entries) > self._limits.max_members:
            raise ArchiveRefused(
                say(
                    "archive.many-members",
                    name=name,
                    members=len(self._entries),
                    most=self._limits.max_members,
                )
            )
        self.members = tuple(_judged(self._entries, self._limits))
        """In directory order, without folders.

        Refused are names with `..`, absolute names, drive letters, symlinks, devices, encrypted
        members, duplicate names and members that unpack to too much.
        """

    def pieces(self, index: int) -> Iterator[bytes]:
        """Unpack a listed member in chunks, and stop if it is larger than declared.

        Raises MemberDamaged; the chunks up to then are not a valid file.
        """
        entry = self._entries[index]
        name = shown(entry)
        left = min(entry.file_size, self._limits.max_member_bytes)
        try:
            with self._archive.open(entry) as source:
                while piece := source.read(_CHUNK):
                    left -= len(piece)
                    if left < 0:
                        raise MemberDamaged(say("member.larger-than-declared", name=name))
                    yield piece
        except MemberDamaged:
            raise
        except Exception as error:  # hostile members can make the decompressor raise anything
            raise MemberDamaged(say("member.damaged", name=name)) from error


def read_archive(
    data: bytes, *, name: str, limits: ArchiveLimits | None = None
) -> Iterator[ArchiveMember | MemberRefusal]:
    """Yield each member of a ZIP as bytes or as a refusal, in directory order.

    Raises ArchiveRefused if this is not a readable ZIP, or it has too many members.
    """
    archive = Archive(io.BytesIO(data), name=name, limits=limits)
    for member in archive.members:
        if isinstance(member, MemberRefusal):
            yield member
            continue
        try:
            yield ArchiveMember(name=member.name, data=b"".join(archive.pieces(member.index)))
        except MemberDamaged as error:
            yield MemberRefusal(name=member.name, problem=error.sentence)


def _open(source: Path | BinaryIO, name: str) -> zipfile.ZipFile:
    """Open the directory of the archive."""
    try:
        return zipfile.ZipFile(source)
    except Exception as error:  # a hostile directory can raise anything
        raise ArchiveRefused(say("archive.damaged", name=name)) from error


def _judged(
    entries: list[zipfile.ZipInfo], limits: ArchiveLimits
) -> Iterator[ListedMember | MemberRefusal]:
    """Accept or refuse the members one by one from the directory alone, with a running total."""
    names = Counter(_folded(entry.filename) for entry in entries)
    total = 0
    for index, entry in enumerate(entries):
        if entry.filename and entry.is_dir():
            continue
        heavy = _too_much(entry, limits)
        if heavy is None and total + entry.file_size > limits.max_total_bytes:
            heavy = say("member.too-much-in-all", name=shown(entry), most=limits.max_total_bytes)
        problem = _odd(entry) or heavy
        if names[_folded(entry.filename)] > 1:
            problem = say("member.twice", name=shown(entry))
        total += 0 if heavy else entry.file_size
        if problem is None:
            yield ListedMember(index=index, name=shown(entry), size=entry.file_size)
            continue
        yield MemberRefusal(
            name=shown(entry),
            problem=problem,
            index=None if heavy else index,
            size=entry.file_size,
        )


def shown(entry: zipfile.ZipInfo) -> str:
    """The name of a member for display."""
    return printable(entry.filename, limit=MAX_NAME)


def _odd(entry: zipfile.ZipInfo) -> Sentence | None:
    """Return why a member cannot be an ordinary file of its name, if so."""
    unsafe = _unsafe_name(entry)
    if unsafe is not None:
        return unsafe
    mode = entry.external_attr >> 16
    if entry.create_system == _UNIX and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        if stat.S_ISLNK(mode):
            return say("member.link", name=shown(entry))
        return say("member.special", name=shown(entry))
    return None


def _too_much(entry: zipfile.ZipInfo, limits: ArchiveLimits) -> Sentence | None:
    """Return why a member must not be unpacked, judging by the directory alone."""
    if entry.flag_bits & _ENCRYPTED:
        return say("member.encrypted", name=shown(entry))
    if entry.file_size > limits.max_member_bytes:
        return say(
            "member.too-large",
            name=shown(entry),
            size=entry.file_size,
            most=limits.max_member_bytes,
        )
    ratio = entry.file_size / max(entry.compress_size, 1)
    if entry.file_size > limits.free_bytes and ratio > limits.max_ratio:
        return say("member.bomb", name=shown(entry), times=round(ratio))
    return None


def _unsafe_name(entry: zipfile.ZipInfo) -> Sentence | None:
    """Return what is wrong with the path of a member, if anything."""
    name = entry.filename
    if len(name) > MAX_NAME:
        return say("member.long-name", name=shown(entry), characters=len(name), most=MAX_NAME)
    path = name.replace("\\", "/")
    if not path.strip() or "\0" in path:
        return say("member.broken-name", name=shown(entry))
    if path.startswith("/") or _DOS_DRIVE in path.split("/", 1)[0]:
        return say("member.absolute-name", name=shown(entry))
    if ".." in PurePosixPath(path).parts:
        return say("member.leads-out", name=shown(entry))
    return None


def _folded(name: str) -> str:
    """Fold names that some file systems treat as identical."""
    return name.replace("\\", "/").casefold()


def printable(text: str, *, limit: int = 240) -> str:
    """Make a name safe to display: no control or direction characters, bounded length."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
