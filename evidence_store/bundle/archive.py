"""Bundles as ZIP files: written one way only, and read with distrust.

Two tools may show two contents of one ZIP. Whatever allows that (a name given twice, links,
ways out of the folder, overlapping or hidden entries) is refused by its name before a byte is
unpacked; and no more is unpacked than the directory of the archive promises.
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
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_store.bundle.errors import BundleExists, BundleRefused, BundleUnreadable
from evidence_store.bundle.hashing import BLOCK, NewFile
from evidence_store.bundle.layout import DECLARATION, is_safe_name
from evidence_store.bundle.walk import MAX_FILES, case_collisions, walk
from evidence_store.types import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest date of a ZIP: a constant, so that one bundle always gives the same ZIP."""

_ENCRYPTED = 0x1
_DESCRIPTOR_FLAG = 0x8
_LONGEST_DESCRIPTOR = 24
_LOCAL_HEADER = struct.Struct("<4s5H3I2H")
_EXTRA_HEADER = struct.Struct("<2H")
_HARMLESS_EXTRAS = frozenset({0x0001, 0x000A, 0x5455, 0x5855, 0x7855, 0x7875})
"""Sizes of large files; times and owners of files as common tools note them."""
_END_RECORD = 22
_NO_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    OSError,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
"""What Python's reader raises on a ZIP that is damaged or of a kind that it does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """How much a ZIP may unpack to."""

    files: int = MAX_FILES
    bytes: int = 64 * 1024**3
    ratio: int = 250
    """Unpacked to packed bytes of one file; JSON of readings reaches about 30."""
    free_ratio: int = 16 * 1024**2
    """Bytes below which the ratio of a file does not matter."""


def zip_bundle(top: Path, destination: Path | None = None) -> Path:
    """Pack a bundle folder into a ZIP beside it; one bundle always gives the same bytes.

    Raises `BundleExists` if the ZIP is there, `BundleRefused` if the folder holds links or
    other things that do not belong in a bag.
    """
    target = destination or top.with_name(f"{top.name}.zip")
    if target.exists():
        raise BundleExists(f"There is something at {target} already; it was left as it is.")
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
    """Give the top folder of a bundle; a ZIP is unpacked for as long as the context lasts.

    Raises `BundleUnreadable` if there is nothing that could be a bundle, `BundleRefused` for a
    ZIP that is a trap.
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
    """Name everything in a ZIP that a bundle's ZIP never has; nothing is unpacked."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
        faults = [fault for entry in entries for fault in _entry_faults(entry, limits)]
        names = [entry.filename.rstrip("/") for entry in entries]
        for name, count in Counter(names).items():
            if count > 1:
                words = f"The name is there {count} times, and tools differ on which one counts."
                faults.append(_fault("zip-duplicate-name", name, words))
        collisions = [_as_zip(fault) for fault in case_collisions(list(dict.fromkeys(names)))]
        total = sum(entry.file_size for entry in entries)
        if len(entries) > limits.files or total > limits.bytes:
            words = f"It would unpack to {len(entries):,} files and {total:,} bytes."
            faults.append(_fault("zip-bomb", ".", words))
        if archive.comment or any(entry.comment for entry in entries) or not _ends_well(path):
            words = "It has a comment, or bytes after its end."
            faults.append(_fault("zip-hidden-bytes", ".", words))
        return (*faults, *collisions, *_layout_faults(path, entries, archive.start_dir))


def _entry_faults(entry: zipfile.ZipInfo, limits: ArchiveLimits) -> Iterator[Fault]:
    name, raw = entry.filename, entry.orig_filename
    mode = entry.external_attr >> 16
    if stat.S_ISLNK(mode):
        yield _fault("zip-symlink", name, "It is a symbolic link.")
    elif stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        yield _fault("zip-special-file", name, "It is neither a file nor a folder.")
    if raw.startswith(("/", "\\")) or raw[1:2] == ":":
        yield _fault("zip-absolute-name", name, "Its name begins at the root of a disk.")
    elif ".." in raw.replace("\\", "/").split("/"):
        yield _fault("zip-parent-name", name, "Its name leads out of the folder.")
    elif raw != name or not is_safe_name(name.rstrip("/")):
        yield _fault("zip-unsafe-name", name, "Its name is not a safe one.")
    if entry.flag_bits & _ENCRYPTED:
        yield _fault("zip-encrypted", name, "It is encrypted.")
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield _fault("zip-method", name, "It is packed by a method that not every tool knows.")
    large = entry.file_size > limits.free_ratio
    if large and entry.file_size > limits.ratio * max(entry.compress_size, 1):
        words = f"{entry.compress_size:,} bytes would unpack to {entry.file_size:,}."
        yield _fault("zip-bomb", name, words)


def _ends_well(path: Path) -> bool:
    """Whether the file ends with the record that ends a ZIP, and that record has no comment."""
    with path.open("rb") as stream:
        stream.seek(-min(_END_RECORD, path.stat().st_size), 2)
        record = stream.read()
    return record.startswith(b"PK\x05\x06") and record.endswith(b"\0\0")


def _extras_known(extra: bytes) -> bool:
    """Whether an entry's extra fields are only those that change neither its name nor its bytes."""
    while len(extra) >= _EXTRA_HEADER.size:
        kind, length = _EXTRA_HEADER.unpack_from(extra)
        if kind not in _HARMLESS_EXTRAS:
            return False
        extra = extra[_EXTRA_HEADER.size + length :]
    return not extra


def _layout_faults(path: Path, entries: list[zipfile.ZipInfo], end: int) -> Iterator[Fault]:
    """Entries must follow one another without overlaps and without anything in between."""
    place = 0
    with path.open("rb") as stream:
        for entry in sorted(entries, key=lambda one: one.header_offset):
            stream.seek(entry.header_offset)
            head = stream.read(_LOCAL_HEADER.size)
            if len(head) < _LOCAL_HEADER.size or not head.startswith(b"PK\x03\x04"):
                yield _fault("zip-hidden-bytes", entry.filename, "It has no header of its own.")
                return
            if entry.header_offset < place:
                yield _fault("zip-bomb", entry.filename, "It overlaps another entry.")
                return
            if entry.header_offset > place:
                words = "There are bytes before it that belong to no entry."
                yield _fault("zip-hidden-bytes", entry.filename, words)
                return
            name_length, extra_length = _LOCAL_HEADER.unpack(head)[-2:]
            stream.seek(name_length, 1)
            if not _extras_known(stream.read(extra_length)) or not _extras_known(entry.extra):
                words = "It has a part that some tools take for another name or other bytes."
                yield _fault("zip-hidden-bytes", entry.filename, words)
            stream.seek(entry.header_offset + _LOCAL_HEADER.size)
            place = stream.tell() + name_length + extra_length + entry.compress_size
            if entry.flag_bits & _DESCRIPTOR_FLAG:
                place += _descriptor_length(stream, place, entry)
    if place != end:
        yield _fault("zip-hidden-bytes", ".", "There are bytes that belong to no entry.")


def _descriptor_length(stream: object, place: int, entry: zipfile.ZipInfo) -> int:
    """How long the record after the data is: with a mark or not, for 32 or 64 bits."""
    stream.seek(place)  # type: ignore[attr-defined]
    data: bytes = stream.read(_LONGEST_DESCRIPTOR)  # type: ignore[attr-defined]
    for mark in (b"PK\x07\x08", b""):
        for form in ("<III", "<IQQ"):
            record = mark + struct.pack(
                form, entry.CRC, entry.compress_size & _mask(form), entry.file_size & _mask(form)
            )
            if data.startswith(record):
                return len(record)
    return 0


def _mask(form: str) -> int:
    return 0xFFFFFFFF if form == "<III" else 0xFFFFFFFFFFFFFFFF


def _unpack(path: Path, scratch: Path, limits: ArchiveLimits) -> Path:
    try:
        faults = archive_faults(path, limits)
        if faults:
            raise BundleRefused(faults)
        with zipfile.ZipFile(path) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            total = sum(entry.file_size for entry in entries)
            if total > shutil.disk_usage(scratch).free:
                raise BundleUnreadable(
                    f"There is no room to unpack {path.name} ({total:,} bytes).",
                    remedy="Free space, or unpack it elsewhere and give the folder.",
                )
            for entry in entries:
                _unpack_one(archive, entry, scratch)
    except _NO_ZIP as error:
        raise BundleRefused(
            (_fault("zip-damaged", path.name, f"It does not unpack whole: {error}."),)
        ) from error
    return _top_folder(scratch)


def _unpack_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, scratch: Path) -> None:
    target = scratch / entry.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    left = entry.file_size
    with archive.open(entry) as source, NewFile(target, sync=False) as file:
        while block := source.read(BLOCK):
            left -= len(block)
            if left < 0:
                raise zipfile.BadZipFile(f"{entry.filename} is longer than it says")
            file.write(block)
    if left:
        raise zipfile.BadZipFile(f"{entry.filename} is shorter than it says")


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


def _as_zip(fault: Fault) -> Fault:
    return _fault("zip-case-collision", fault.where, fault.message)


def _fault(code: str, where: str, message: str) -> Fault:
    return Fault(code=code, where=repr(where)[1:-1], message=message)
