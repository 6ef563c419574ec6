"""A file of named members that can be memory-mapped: a ZIP archive without compression.

Any ZIP tool opens it and numpy reads its `.npy` members. Every member starts at a multiple of 64
bytes; times and attributes are fixed, so the same members give the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import mmap
import os
import struct
import zipfile
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from catalog.errors import SnapshotUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from typing import BinaryIO

    import numpy.typing as npt

ALIGNMENT = 64
MAX_MEMBERS = 64
MAX_MEMBER_BYTES = 0xFFFF_FFFF - 1024
"""Beyond 4 GiB a ZIP member changes its format; ten million serials need an eighth of it."""

_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_PADDING_ID = 0xD935
"""The extra-field number that zipalign uses for padding."""

_UNREADABLE = "Choose a snapshot made by this program, or import the catalog again."


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberInfo:
    """One member's size in bytes and SHA-256, as listed in the manifest."""

    name: str
    size: int
    sha256: str


class ContainerWriter:
    """Writes members one after the other; records them for the manifest."""

    def __init__(self, file: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=False)
        self._file = file
        self.members: list[MemberInfo] = []

    def add(self, name: str, chunks: Iterable[bytes | memoryview]) -> None:
        """Write one member from its chunks."""
        info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
        info.create_system, info.external_attr = 3, 0o100444 << 16
        header = _LOCAL_HEADER.size + len(name.encode()) + 4
        padding = -(self._file.tell() + header) % ALIGNMENT
        info.extra = struct.pack("<HH", _PADDING_ID, padding) + bytes(padding)
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w") as member:
            for chunk in chunks:
                member.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.members.append(MemberInfo(name=name, size=size, sha256=digest.hexdigest()))

    def add_array(
        self,
        name: str,
        dtype: npt.DTypeLike,
        parts: Iterable[npt.NDArray[Any]],
        *,
        count: int | None = None,
    ) -> None:
        """Write a one-dimensional array as an `.npy` member, chunk by chunk.

        `count` is the number of its items; without it, all parts are held in memory to be counted.
        """
        if count is None:
            parts = list(parts)
            count = sum(len(part) for part in parts)
        head = io.BytesIO()
        description = np.lib.format.dtype_to_descr(np.dtype(dtype))
        np.lib.format.write_array_header_1_0(
            head, {"descr": description, "fortran_order": False, "shape": (count,)}
        )
        pieces = (np.ascontiguousarray(part, dtype=dtype) for part in parts)
        self.add(name, chain([head.getvalue()], (p.view(np.uint8).data for p in pieces if p.size)))

    def close(self) -> None:
        """Write the central directory of the archive."""
        self._zip.close()


class MappedContainer:
    """Reads members directly from the mapped file, without loading them."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb")
        try:
            self._places = _places(path, self._file)
            self._map = mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ)
        except BaseException:
            self._file.close()
            raise

    @property
    def names(self) -> tuple[str, ...]:
        """The members' names in file order."""
        return tuple(self._places)

    def bytes_of(self, name: str) -> memoryview:
        """Return one member's bytes as a view into the mapped file."""
        start, size = self._place(name)
        return memoryview(self._map)[start : start + size]

    def array(self, name: str, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Return an `.npy` member as a read-only mapped array; it must have this dtype."""
        data = self.bytes_of(name)
        head = io.BytesIO(data[:256].tobytes())
        try:
            np.lib.format.read_magic(head)
            shape, _, found = np.lib.format.read_array_header_1_0(head)
        except Exception:  # the header is a Python literal: a damaged one can fail in many ways
            raise self._broken(f"has no array header in {name}") from None
        if found != np.dtype(dtype) or len(shape) != 1:
            raise self._broken(f"has an array of a different form in {name}")
        if head.tell() + shape[0] * found.itemsize != len(data):
            raise self._broken(f"has an array of a different size in {name}")
        return np.frombuffer(data, dtype=found, count=shape[0], offset=head.tell())

    def read_chunks(self, name: str, size: int = 1 << 20) -> Iterable[bytes]:
        """Read a member in chunks, bypassing the map, so that memory stays small."""
        start, left = self._place(name)
        while left:
            chunk = os.pread(self._file.fileno(), min(size, left), start)
            if not chunk:
                return
            yield chunk
            start, left = start + len(chunk), left - len(chunk)

    def sha256(self) -> str:
        """Hash the whole file in chunks."""
        digest, place = hashlib.sha256(), 0
        while chunk := os.pread(self._file.fileno(), 1 << 20, place):
            digest.update(chunk)
            place += len(chunk)
        return digest.hexdigest()

    def close(self) -> None:
        """Release the file; arrays that are still in use keep the map alive."""
        self._file.close()

    def _place(self, name: str) -> tuple[int, int]:
        if name not in self._places:
            raise self._broken(f"has no member {name}")
        return self._places[name]

    def _broken(self, problem: str) -> SnapshotUnreadable:
        return SnapshotUnreadable(f"The snapshot {self.path.name} {problem}.", remedy=_UNREADABLE)


def _places(path: Path, file: BinaryIO) -> dict[str, tuple[int, int]]:
    """Find the offset and size of each member's bytes, checking every number."""
    total = os.fstat(file.fileno()).st_size
    try:
        with zipfile.ZipFile(file) as archive:
            infos = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError) as problem:
        raise SnapshotUnreadable(
            f"{path.name} is not a snapshot ({problem}).", remedy=_UNREADABLE
        ) from None
    places: dict[str, tuple[int, int]] = {}
    for info in infos[: MAX_MEMBERS + 1]:
        head = os.pread(file.fileno(), _LOCAL_HEADER.size, info.header_offset)
        if len(head) < _LOCAL_HEADER.size or info.compress_type != zipfile.ZIP_STORED:
            raise SnapshotUnreadable(
                f"{path.name} is not a snapshot (member {info.filename!r}).", remedy=_UNREADABLE
            )
        *_, name_size, extra_size = _LOCAL_HEADER.unpack(head)
        start = info.header_offset + _LOCAL_HEADER.size + name_size + extra_size
        if start + info.file_size > total or info.filename in places:
            raise SnapshotUnreadable(
                f"{path.name} is cut short or altered (member {info.filename!r}).",
                remedy=_UNREADABLE,
            )
        places[info.filename] = (start, info.file_size)
    if len(infos) > MAX_MEMBERS:
        raise SnapshotUnreadable(f"{path.name} has too many members.", remedy=_UNREADABLE)
    return places
