"""Store the units of a snapshot under construction on disk, so that memory stays small."""

from __future__ import annotations

import struct
import tempfile
from typing import IO, TYPE_CHECKING, Any, Final

import numpy as np

from catalog.errors import RecordInvalid
from catalog.snapshot.index import MAX_KEY_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

_RECORD: Final = struct.Struct("<IIQIBBBB")
SPOOLED: Final = np.dtype(
    [
        ("group", "<u4"),
        ("delivery", "<u4"),
        ("key", "<u8"),
        ("text", "<u4"),
        ("key_size", "u1"),
        ("text_size", "u1"),
        ("basis", "u1"),
        ("disposition", "u1"),
    ]
)
"""One unit as added: numbers of group and delivery, offsets and sizes of its key and text."""

CHUNK: Final = 1 << 20
MAX_TEXTS: Final = 0xFFFF_FFFF - 1024


class Spool:
    """Bytes that are appended to a temporary file and mapped for reading afterwards."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - see close
        self._waiting = bytearray()
        self.size = 0

    def append(self, data: bytes | memoryview) -> None:
        """Add bytes at the end."""
        self._waiting += data
        self.size += len(data)
        if len(self._waiting) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Write buffered data to the file."""
        self._file.write(self._waiting)
        self._file.flush()
        self._waiting = bytearray()

    def view(self, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
        """Map everything appended as an array."""
        self.flush()
        if not self.size:
            return np.empty(0, dtype=dtype)
        return np.memmap(self._file, dtype=dtype, mode="r")

    def chunks(self) -> Iterator[bytes]:
        """Read everything again from the beginning."""
        self.flush()
        self._file.seek(0)
        while data := self._file.read(CHUNK):
            yield data

    def close(self) -> None:
        """Release the file, which then disappears."""
        self._file.close()


class UnitSpool:
    """Units in the order added, with their keys and serials."""

    def __init__(self, folder: Path) -> None:
        self._records, self._keys, self.texts = Spool(folder), Spool(folder), Spool(folder)
        self.count = 0

    def add(
        self, *, group: int, delivery: int, key: bytes, text: bytes, basis: int, disposition: int
    ) -> None:
        """Add one unit. Raises RecordInvalid if its serial is longer than any real serial."""
        if len(key) > MAX_KEY_BYTES or len(text) > 255 or self.texts.size > MAX_TEXTS:
            raise RecordInvalid(
                f"The serial {text[:40].decode(errors='replace')!r}… is longer than any serial.",
                remedy=f"A serial has at most {MAX_KEY_BYTES} letters and digits; correct it.",
            )
        self._records.append(
            _RECORD.pack(
                group,
                delivery,
                self._keys.size,
                self.texts.size,
                len(key),
                len(text),
                basis,
                disposition,
            )
        )
        self._keys.append(key)
        self.texts.append(text)
        self.count += 1

    def records(self) -> npt.NDArray[Any]:
        """Map all units, dtype `SPOOLED`."""
        return self._records.view(SPOOLED)

    def width_of(self, members: npt.NDArray[np.uint32]) -> int:
        """Find the longest key of these units, in bytes; at least 1."""
        sizes = self.records()["key_size"]
        parts = range(0, len(members), CHUNK)
        return max((int(sizes[members[at : at + CHUNK]].max()) for at in parts), default=0) or 1

    def keys_of(self, members: npt.NDArray[np.uint32], width: int) -> npt.NDArray[np.bytes_]:
        """Copy the keys of these units into an array of this width."""
        records, letters = self.records(), self._keys.view(np.uint8)
        sizes, starts = records["key_size"][members], records["key"][members]
        packed = np.zeros((len(members), width), dtype=np.uint8)
        for place in range(width):
            inside = np.flatnonzero(sizes > place)
            packed[inside, place] = letters[starts[inside] + np.uint64(place)]
        return packed.reshape(-1).view(f"S{width}")

    def close(self) -> None:
        """Release the temporary files."""
        for spool in (self._records, self._keys, self.texts):
            spool.close()
