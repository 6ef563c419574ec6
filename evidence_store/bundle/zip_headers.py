"""Parse a ZIP's two descriptions of its members: the central directory and the local headers.

Every byte of the headers is parsed and none is skipped, so that comparing the two leaves no room
for a third interpretation. The layout is that of PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 to 4.5,
and of Info-ZIP's proginfo/extrafld.txt for the fields of times and owners.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping

LOCAL_SIGNATURE = b"PK\x03\x04"
_LOCAL = struct.Struct("<4s5H3I2H")
_CENTRAL = struct.Struct("<4s6H3I5H2I")
_END = struct.Struct("<4s4H2IH")
_END_64 = struct.Struct("<4sQ2H2I4Q")
_LOCATOR_64 = struct.Struct("<4sIQI")
_EXTRA = struct.Struct("<2H")
_LARGE = 0xFFFFFFFF
_MANY = 0xFFFF
_MAX_DIRECTORY = 256 * 1024 * 1024
"""Largest central directory in bytes; half a million members with long names need about half of it.
"""

DESCRIPTOR = 0x8
"""The flag of a member whose sizes follow its bytes (APPNOTE 4.4.4, bit 3)."""
DESCRIPTOR_MARK = b"PK\x07\x08"

ZIP64, NTFS, TIMES, OLD_TIMES, OLD_OWNERS, OWNERS = 0x0001, 0x000A, 0x5455, 0x5855, 0x7855, 0x7875


class NotAsWritten(ValueError):
    """A ZIP's headers are not in the one form that every tool reads alike."""

    def __init__(self, where: str, words: str) -> None:
        super().__init__(words)
        self.where = where


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One header of a member: the central or the local one."""

    version: int
    flags: int
    method: int
    time: int
    """DOS time and date, 32 bits, only for comparison."""
    crc: int
    packed: int
    size: int
    name: bytes
    extras: Mapping[int, bytes]
    length: int
    """Bytes of the header itself, including name and extra fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member according to the central directory."""

    header: Header
    offset: int
    """Start of the local header, in bytes from the start of the file."""
    mode: int
    """The Unix mode; 0 if the system that packed it stores none."""

    @property
    def name(self) -> str:
        """The name; non-ASCII bytes are shown as escapes, and no such name is safe."""
        return self.header.name.decode("ascii", "backslashreplace")

    @property
    def is_folder(self) -> bool:
        """Whether the member is a folder."""
        return self.header.name.endswith(b"/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The central directory of a ZIP."""

    members: tuple[Member, ...]
    start: int
    """Its start, in bytes: everything before belongs to the members."""


def read_directory(stream: BinaryIO) -> Directory:
    """Parse the directory, which must end at the end of the file.

    Raises `NotAsWritten` if any byte from its start to the end of the file is inconsistent.
    """
    size = stream.seek(0, 2)
    count, length, start = _end(stream, size)
    if length > _MAX_DIRECTORY:
        raise NotAsWritten(".", f"Its directory has {length:,} bytes.")
    data = _read(stream, start, length)
    members = []
    place = 0
    while place < len(data):
        member = _member(data[place:])
        members.append(member)
        place += member.header.length
    if len(members) != count:
        raise NotAsWritten(".", f"It claims {count:,} members and lists {len(members):,}.")
    return Directory(members=tuple(members), start=start)


def read_local(stream: BinaryIO, member: Member) -> Header:
    """Parse the local header of a member; raises `NotAsWritten`."""
    head = _read(stream, member.offset, _LOCAL.size)
    signature, version, flags, method, time, date, crc, packed, size, name_length, extra_length = (
        _LOCAL.unpack(head)
    )
    if signature != LOCAL_SIGNATURE:
        raise NotAsWritten(member.name, "It has no header of its own.")
    rest = _read(stream, member.offset + _LOCAL.size, name_length + extra_length)
    extras = _extras(rest[name_length:], member.name, local=True)
    if size == packed == _LARGE:
        # A large member's local header always has both numbers (APPNOTE 4.5.3).
        size, packed = _wide(extras, "QQ", member.name)
    elif ZIP64 in extras or _LARGE in (size, packed):
        raise NotAsWritten(member.name, "It has two sizes in one header.")
    return Header(
        version=version,
        flags=flags,
        method=method,
        time=date << 16 | time,
        crc=crc,
        packed=packed,
        size=size,
        name=rest[:name_length],
        extras=extras,
        length=_LOCAL.size + len(rest),
    )


def descriptor_length(stream: BinaryIO, place: int, header: Header) -> int:
    """Length of the record after a member's bytes; 0 if there is none with its values.

    It may or may not begin with a signature, and has 32 or 64 bits (APPNOTE 4.3.9).
    """
    stream.seek(place)
    data = stream.read(24)
    for mark in (DESCRIPTOR_MARK, b""):
        for form in ("<III", "<IQQ"):
            if form == "<III" and max(header.packed, header.size) >= _LARGE:
                continue
            record = mark + struct.pack(form, header.crc, header.packed, header.size)
            if data.startswith(record):
                return len(record)
    return 0


def _end(stream: BinaryIO, size: int) -> tuple[int, int, int]:
    """Number of members, and length and offset of the directory, from the end records."""
    place = size - _END.size
    record = _read(stream, max(place, 0), _END.size)
    signature, disk, first, here, count, length, start, comment = _END.unpack(record)
    if signature != b"PK\x05\x06" or comment:
        raise NotAsWritten(".", "It has a comment, or bytes after its end.")
    if disk or first or here != count:
        raise NotAsWritten(".", "It is one of several parts.")
    locator = b""
    if place >= _LOCATOR_64.size + _END_64.size:
        locator = _read(stream, place - _LOCATOR_64.size, _LOCATOR_64.size)
    if locator.startswith(b"PK\x06\x07"):
        place -= _LOCATOR_64.size + _END_64.size
        narrow = (count, length, start)
        count, length, start = _end_64(_read(stream, place, _END_64.size), locator, place)
        wide = (count, length, start)
        limits = (_MANY, _LARGE, _LARGE)
        if any(a not in (b, top) for a, b, top in zip(narrow, wide, limits, strict=True)):
            raise NotAsWritten(".", "Its two end records differ.")
    elif count == _MANY or _LARGE in (length, start):
        raise NotAsWritten(".", "It points to a missing end record.")
    if start + length != place:
        raise NotAsWritten(".", "There are bytes between its directory and its end.")
    return count, length, start


def _end_64(record: bytes, locator: bytes, place: int) -> tuple[int, int, int]:
    _, disk, at, disks = _LOCATOR_64.unpack(locator)
    signature, length, _, needed, here, first, count_here, count, size, start = _END_64.unpack(
        record
    )
    plain = signature == b"PK\x06\x06" and length == _END_64.size - 12 and at == place
    if not plain or disk or disks != 1 or here or first or count_here != count or needed > 45:
        raise NotAsWritten(".", "Its end record for large files is not plain.")
    return int(count), int(size), int(start)


def _member(data: bytes) -> Member:
    if len(data) < _CENTRAL.size:
        raise NotAsWritten(".", "Its directory is cut off.")
    (
        signature, made_by, version, flags, method, time, date, crc, packed, size,
        name_length, extra_length, comment_length, disk, internal, external, offset,
    ) = _CENTRAL.unpack_from(data)  # fmt: skip
    length = _CENTRAL.size + name_length + extra_length
    if signature != b"PK\x01\x02" or length > len(data):
        raise NotAsWritten(".", "Its directory contains something that is not a member.")
    name = data[_CENTRAL.size : _CENTRAL.size + name_length]
    where = name.decode("ascii", "backslashreplace")
    extras = _extras(data[_CENTRAL.size + name_length : length], where, local=False)
    if comment_length:
        raise NotAsWritten(where, "It has a comment.")
    if disk or internal > 1:
        raise NotAsWritten(where, "It claims to be in another part, or to be of an unknown kind.")
    form = "".join("Q" for value in (size, packed, offset) if value == _LARGE)
    if form:
        values = iter(_wide(extras, form, where))
        size, packed, offset = (
            next(values) if value == _LARGE else value for value in (size, packed, offset)
        )
    elif ZIP64 in extras:
        raise NotAsWritten(where, "It has two sizes in one header.")
    header = Header(
        version=version,
        flags=flags,
        method=method,
        time=date << 16 | time,
        crc=crc,
        packed=packed,
        size=size,
        name=name,
        extras=extras,
        length=length,
    )
    return Member(header=header, offset=offset, mode=external >> 16 if made_by >> 8 == 3 else 0)


def _wide(extras: Mapping[int, bytes], form: str, where: str) -> tuple[int, ...]:
    """The 64-bit sizes of a large member: exactly those that do not fit in 32 bits."""
    data = extras.get(ZIP64, b"")
    if len(data) != struct.calcsize("<" + form):
        raise NotAsWritten(where, "Its field for large sizes has the wrong length.")
    return struct.unpack("<" + form, data)


def _extras(data: bytes, where: str, *, local: bool) -> Mapping[int, bytes]:
    """The extra fields of a header; each must be known, in its one form, and unique."""
    fields: dict[int, bytes] = {}
    place = 0
    while place < len(data):
        if len(data) - place < _EXTRA.size:
            raise NotAsWritten(where, "There are bytes after its extra fields.")
        kind, length = _EXTRA.unpack_from(data, place)
        value = data[place + _EXTRA.size : place + _EXTRA.size + length]
        place += _EXTRA.size + length
        if len(value) != length or kind in fields or not _is_plain(kind, value, local=local):
            words = f"Its extra field {kind:#06x} is not one that all tools read the same way."
            raise NotAsWritten(where, words)
        fields[kind] = value
    return fields


def _is_plain(kind: int, value: bytes, *, local: bool) -> bool:
    """Whether a field changes neither name nor bytes, and has no room beyond its own values."""
    size = len(value)
    if kind == ZIP64:
        return size in (8, 16, 24)
    if kind == NTFS:
        # 4 reserved bytes, then one attribute: times of change, access and creation.
        return size == 32 and value[:8] == b"\0\0\0\0\x01\0\x18\0"
    if kind == TIMES:
        flags = value[0] if value else 8
        full = 1 + 4 * flags.bit_count()
        return flags < 8 and size in ({full} if local else {full, 1 + 4 * (flags & 1)})
    if kind == OLD_TIMES:
        return size in (8, 12) if local else size == 8
    if kind == OLD_OWNERS:
        return size == (4 if local else 0)
    if kind == OWNERS:
        return (
            size in (7, 11) and value[0] == 1 and value[1] == value[2 + value[1]] == (size - 3) // 2
        )
    return False


def _read(stream: BinaryIO, place: int, length: int) -> bytes:
    stream.seek(place)
    data = stream.read(length)
    if len(data) != length:
        raise NotAsWritten(".", "It is cut off.")
    return data
