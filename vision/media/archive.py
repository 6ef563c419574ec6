"""Read the members of an uploaded ZIP without trusting it.

Nothing is unpacked to a path that the archive names: a member is its bytes and a cleaned name, or
a refusal with a sentence. A bad member costs only itself; a bad archive is refused whole.
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
"""Longest name of a member with its folders; systems stop between 260 and 4,096 bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How much one archive may ask of this machine."""

    max_members: int = 5_000
    max_member_bytes: int = PHOTO_BYTES
    """Unpacked, one member."""
    max_total_bytes: int = ZIP_BYTES
    """Unpacked, all members together."""
    max_ratio: float = 200.0
    """Unpacked to packed; photos hardly shrink, deflate itself stops near 1,030."""
    free_bytes: int = 10_000_000
    """Below this unpacked size no ratio is held against a member."""


LIMITS: Final = ArchiveLimits()
"""What one archive may ask of this machine: members, bytes unpacked, and how well they pack."""

RULES: Final = Declared(
    "archive",
    test="tests/unit/vision/media/test_archive.py",
    source="decision 0075; assumed",
    units={
        "MAX_NAME": "characters",
        "LIMITS": "members, bytes, times",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveMember:
    """A file inside an archive: its cleaned name and its bytes."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedMember:
    """A member that may be read: its place in the directory, cleaned name and declared size."""

    index: int
    name: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRefusal:
    """A member that is not read, and why; `name` is printable, as the archive gave it."""

    name: str
    problem: Sentence
    index: int | None = None
    """Its place in the directory, where nothing speaks against reading its bytes for a hash."""
    size: int = 0
    """Bytes, as declared."""


class Archive:
    """An open ZIP: `members` says what may be read, `pieces` unpacks one of them.

    Raises:
        ArchiveRefused: this is no readable ZIP, or it has too many members.

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
        """In the order of the directory; folders are passed over.

        Names with `..`, absolute names, drive letters, symlinks, devices, encrypted members, names
        that occur twice and members that unpack to too much are refused.
        """

    def pieces(self, index: int) -> Iterator[bytes]:
        """Unpack a listed member in pieces, and stop where it is larger than it said.

        Raises MemberDamaged; what was given until then is no file.
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
        except Exception as error:  # unpackers of hostile members raise anything
            raise MemberDamaged(say("member.damaged", name=name)) from error


def read_archive(
    data: bytes, *, name: str, limits: ArchiveLimits | None = None
) -> Iterator[ArchiveMember | MemberRefusal]:
    """Yield each member of a ZIP as bytes or as a refusal, in the order of its directory.

    Raises ArchiveRefused where this is no readable ZIP, or it has too many members.
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
    except Exception as error:  # a hostile directory raises anything
        raise ArchiveRefused(say("archive.damaged", name=name)) from error


def _judged(
    entries: list[zipfile.ZipInfo], limits: ArchiveLimits
) -> Iterator[ListedMember | MemberRefusal]:
    """Judge the members one by one by the directory alone, keeping the running total."""
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
    """The name of a member as it is shown."""
    return printable(entry.filename, limit=MAX_NAME)


def _odd(entry: zipfile.ZipInfo) -> Sentence | None:
    """Say what speaks against taking a member for a file of its name."""
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
    """Say what speaks against unpacking a member at all, going by the directory alone."""
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
    """Say what is wrong with the path of a member."""
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
    """Names that some system would hold for one and the same."""
    return name.replace("\\", "/").casefold()


def printable(text: str, *, limit: int = 240) -> str:
    """Make a name safe to show: control and direction characters out, length bounded."""
    clean = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
    return clean if len(clean) <= limit else clean[: limit - 1] + "…"
