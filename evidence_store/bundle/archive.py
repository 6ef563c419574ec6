"""Bundles as ZIP files: written in exactly one way, and read without trust.

Two tools may show different contents for one ZIP. Anything that allows this (duplicate names,
links, paths out of the folder, overlapping or hidden entries) is refused before a byte is unpacked;
and no more is unpacked than the archive's directory declares.
"""

from __future__ import annotations

import contextlib
import shutil
import stat
import struct
import tempfile
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from evidence_store.bundle.errors import BundleExists, BundleRefused, BundleUnreadable
from evidence_store.bundle.hashing import BLOCK, NewFile
from evidence_store.bundle.layout import DECLARATION
from evidence_store.bundle.safe_names import is_safe_name
from evidence_store.bundle.side_files import ZIP_SIDE_FILE, side_file_fault
from evidence_store.bundle.walk import MAX_FILES, case_collisions, walk
from evidence_store.bundle.zip_headers import (
    DESCRIPTOR,
    ZIP64,
    Header,
    Member,
    NotAsWritten,
    descriptor_length,
    read_directory,
    read_local,
)
from evidence_store.types import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date of a ZIP: a constant, so that one bundle always gives the same ZIP."""

_ENCRYPTED = 0x1 | 0x40 | 0x2000
"""Flags of encrypted members and of a hidden directory (APPNOTE.TXT 4.4.4, bits 0, 6 and 13)."""
_KNOWN_FLAGS = 0x2 | 0x4 | DESCRIPTOR | 0x800
"""Compression effort, sizes after the data, and names in UTF-8."""
_NEWEST = 45
"""The version needed to unpack: 4.5 for files over 4 GB, the last that all tools know."""
_STORED, _DEFLATED = 0, 8
_NO_ZIP = (zlib.error, struct.error, OSError, EOFError, ValueError)
"""What reading a damaged ZIP can raise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """Limits for unpacking a ZIP."""

    files: int = MAX_FILES
    bytes: int = 64 * 1024**3
    ratio: int = 250
    """Largest compression ratio of one file; JSON of readings reaches about 30."""
    free_ratio: int = 16 * 1024**2
    """Bytes up to which the ratio of a file is not checked."""


def zip_bundle(top: Path, destination: Path | None = None) -> Path:
    """Pack a bundle folder into a ZIP beside it; one bundle always gives the same bytes.

    Raises `BundleExists` if the ZIP exists, `BundleRefused` if the folder contains links or
    anything else that does not belong in a bag.
    """
    target = destination or top.with_name(f"{top.name}.zip")
    if target.exists():
        raise BundleExists(f"{target} already exists; it was not changed.")
    found = walk(top)
    if found.faults:
        raise BundleRefused(found.faults)
    part = target.with_name(f".{target.name}.part")
    try:
        with zipfile.ZipFile(part, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
            for path in sorted(found.sizes):
                _pack(archive, top, path, found.sizes[path])
        part.rename(target)
    finally:
        part.unlink(missing_ok=True)
    return target


@contextlib.contextmanager
def opened(path: Path, *, limits: ArchiveLimits | None = None) -> Iterator[Path]:
    """Yield the top folder of a bundle; a ZIP is unpacked while the context lasts.

    Raises `BundleUnreadable` if there is nothing that could be a bundle, `BundleRefused` for a
    malicious ZIP.
    """
    if path.is_dir():
        yield path
        return
    if not path.is_file() or not zipfile.is_zipfile(path):
        raise BundleUnreadable(
            f"{path} is neither a folder nor a ZIP file.",
            remedy="Give the top folder of a bundle, the one with bagit.txt in it, or its ZIP.",
        )
    with tempfile.TemporaryDirectory(prefix="nameplate-bundle-") as scratch:
        yield _unpack(path, Path(scratch), limits or ArchiveLimits())


def archive_faults(path: Path, limits: ArchiveLimits) -> tuple[Fault, ...]:
    """List everything in a ZIP that is never in a bundle's ZIP; nothing is unpacked.

    A ZIP without faults has the same content for every program: each member's own header agrees
    with the directory, and every byte of the file belongs to a member or to the directory.
    """
    with path.open("rb") as stream:
        try:
            directory = read_directory(stream)
        except NotAsWritten as error:
            return (_fault("zip-hidden-bytes", error.where, str(error)),)
        members = directory.members
        faults = [fault for member in members for fault in _member_faults(member, limits)]
        faults.extend(_name_faults(members))
        total = sum(member.header.size for member in members)
        if len(members) > limits.files or total > limits.bytes:
            words = f"It would unpack to {len(members):,} files and {total:,} bytes."
            faults.append(_fault("zip-bomb", ".", words))
        try:
            faults.extend(_layout_faults(stream, members, directory.start))
        except NotAsWritten as error:
            faults.append(_fault("zip-hidden-bytes", error.where, str(error)))
        return tuple(faults)


def _member_faults(member: Member, limits: ArchiveLimits) -> Iterator[Fault]:
    name, head = member.name, member.header
    kind = stat.S_IFMT(member.mode)
    if kind == stat.S_IFLNK:
        yield _fault("zip-symlink", name, "It is a symbolic link.")
    elif kind not in (0, stat.S_IFDIR if member.is_folder else stat.S_IFREG):
        yield _fault("zip-special-file", name, "It is neither a file nor a folder.")
    if name.startswith(("/", "\\")) or name[1:2] == ":":
        yield _fault("zip-absolute-name", name, "Its name begins at the root of a disk.")
    elif ".." in name.replace("\\", "/").split("/"):
        yield _fault("zip-parent-name", name, "Its name points outside the folder.")
    elif side := side_file_fault(ZIP_SIDE_FILE, name):
        yield side
    elif not is_safe_name(name.removesuffix("/")):
        yield _fault("zip-unsafe-name", name, "Its name is not safe.")
    if head.flags & _ENCRYPTED:
        yield _fault("zip-encrypted", name, "It is encrypted.")
    elif head.flags & ~_KNOWN_FLAGS or head.version > _NEWEST:
        words = "It is packed in a way that not every tool supports."
        yield _fault("zip-method", name, words)
    if head.method not in (_STORED, _DEFLATED):
        yield _fault("zip-method", name, "It is packed by a method that not every tool supports.")
    large = head.size > limits.free_ratio
    if large and head.size > limits.ratio * max(head.packed, 1):
        words = f"{head.packed:,} bytes would unpack to {head.size:,}."
        yield _fault("zip-bomb", name, words)
    if head.packed > _longest(head) or (member.is_folder and head.size):
        words = f"It has {head.packed:,} packed bytes for {head.size:,}: more than it needs."
        yield _fault("zip-hidden-bytes", name, words)


def _longest(head: Header) -> int:
    """The largest possible packed size of a member.

    For deflate that is zlib's `deflateBound` at its worst settings, rounded up.
    """
    if head.method == _STORED:
        return head.size
    return head.size + head.size // 8 + head.size // 64 + 32 if head.size else 2


def _name_faults(members: tuple[Member, ...]) -> Iterator[Fault]:
    names = [member.name.removesuffix("/") for member in members]
    for name, count in Counter(names).items():
        if count > 1:
            words = f"The name occurs {count} times, and tools differ on which one counts."
            yield _fault("zip-duplicate-name", name, words)
    for fault in case_collisions(list(dict.fromkeys(names))):
        yield _fault("zip-case-collision", fault.where, fault.message)
    files = {member.name for member in members if not member.is_folder}
    for name in sorted(names):
        above = next((str(p) for p in PurePosixPath(name).parents if str(p) in files), None)
        if above is not None:
            yield _fault("zip-duplicate-name", above, "It exists both as a file and as a folder.")


def _layout_faults(stream: BinaryIO, members: tuple[Member, ...], end: int) -> Iterator[Fault]:
    """Check that members follow one another without overlaps or gaps.

    The header of each must agree with the directory.
    """
    place = 0
    for member in sorted(members, key=lambda one: one.offset):
        if member.offset < place:
            yield _fault("zip-bomb", member.name, "It overlaps another entry.")
            return
        if member.offset > place:
            words = "There are bytes before it that belong to no entry."
            yield _fault("zip-hidden-bytes", member.name, words)
            return
        local = read_local(stream, member)
        for what in _differences(member.header, local):
            words = f"Its own header and the directory differ in its {what}."
            yield _fault("zip-headers-differ", member.name, words)
        place += local.length + member.header.packed
        if member.header.flags & DESCRIPTOR:
            length = descriptor_length(stream, place, member.header)
            if not length:
                words = "The record after its bytes differs from the directory."
                yield _fault("zip-headers-differ", member.name, words)
                return
            place += length
    if place != end:
        yield _fault("zip-hidden-bytes", ".", "There are bytes that belong to no entry.")


def _differences(central: Header, local: Header) -> Iterator[str]:
    """Yield the differences between two headers of one member."""
    for what in ("name", "flags", "method", "time"):
        if getattr(central, what) != getattr(local, what):
            yield what
    if local.version > _NEWEST:
        yield "version"
    later = bool(local.flags & DESCRIPTOR)
    for what, name in (("crc", "CRC"), ("packed", "packed size"), ("size", "size")):
        # If the values follow the data, the header may have zeros instead (APPNOTE.TXT 4.4.4).
        if getattr(local, what) != getattr(central, what) and not (
            later and getattr(local, what) == 0
        ):
            yield name
    for kind in central.extras.keys() & local.extras.keys() - {ZIP64}:
        # The directory may have fewer timestamps than the header, never different ones.
        if not local.extras[kind].startswith(central.extras[kind]):
            yield f"extra field {kind:#06x}"


def _unpack(path: Path, scratch: Path, limits: ArchiveLimits) -> Path:
    try:
        faults = archive_faults(path, limits)
        if faults:
            raise BundleRefused(faults)
        with path.open("rb") as stream:
            members = [one for one in read_directory(stream).members if not one.is_folder]
            total = sum(member.header.size for member in members)
            if total > shutil.disk_usage(scratch).free:
                raise BundleUnreadable(
                    f"There is no room to unpack {path.name} ({total:,} bytes).",
                    remedy="Free space, or unpack it elsewhere and give the folder.",
                )
            for member in members:
                _unpack_one(stream, member, scratch)
    except _NO_ZIP as error:
        raise BundleRefused(
            (_fault("zip-damaged", path.name, f"It does not unpack completely: {error}."),)
        ) from error
    return _top_folder(scratch)


def _unpack_one(stream: BinaryIO, member: Member, scratch: Path) -> None:
    """Write one file; every packed byte must be used, and no more may come out than declared."""
    target = scratch / member.name
    target.parent.mkdir(parents=True, exist_ok=True)
    head = member.header
    stream.seek(member.offset + read_local(stream, member).length)
    left, crc = head.size, 0
    with NewFile(target, sync=False) as file:
        for block in _inflated(stream, head):
            left -= len(block)
            if left < 0:
                raise ValueError(f"{member.name} is longer than it says")
            crc = zlib.crc32(block, crc)
            file.write(block)
    if left:
        raise ValueError(f"{member.name} is shorter than it says")
    if crc != head.crc:
        raise ValueError(f"{member.name} has a different CRC than it says")


def _inflated(stream: BinaryIO, head: Header) -> Iterator[bytes]:
    """Yield a member's bytes in chunks; raises ValueError if its packed bytes are malformed."""
    left = head.packed
    inflater = zlib.decompressobj(-zlib.MAX_WBITS) if head.method == _DEFLATED else None
    while left:
        packed = stream.read(min(BLOCK, left))
        if not packed:
            raise EOFError("the file is cut")
        left -= len(packed)
        if inflater is None:
            yield packed
            continue
        while packed:
            yield inflater.decompress(packed, BLOCK)
            packed = inflater.unconsumed_tail
        if inflater.eof and (inflater.unused_data or left):
            raise ValueError("there are bytes after the end of the packed data")
    if inflater is not None and not inflater.eof:
        yield inflater.flush()
        if not inflater.eof:
            raise ValueError("the packed data has no end")


def _top_folder(scratch: Path) -> Path:
    """Find the bag: the unpacked folder itself, or the one folder in it."""
    names = list(scratch.iterdir())
    alone = len(names) == 1 and names[0].is_dir() and not (scratch / DECLARATION).exists()
    return names[0] if alone else scratch


def _pack(archive: zipfile.ZipFile, top: Path, path: str, size: int) -> None:
    entry = zipfile.ZipInfo(f"{top.name}/{path}", date_time=_FIRST_DATE)
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    entry.create_system = 3
    entry.file_size = size
    with (top / path).open("rb") as source, archive.open(entry, "w") as target:
        shutil.copyfileobj(source, target, BLOCK)


def _fault(code: str, where: str, message: str) -> Fault:
    return Fault(code=code, where=repr(where)[1:-1], message=message)
