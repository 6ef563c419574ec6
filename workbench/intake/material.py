"""Uploaded files before anything is known about them: bytes, a file on disk, or a promise.

None of these functions reads more of a file than it says, and any of them may raise whatever the
disk, or whoever holds the bytes, raises; `workbench.intake.intake` is the boundary that handles it.
"""

from __future__ import annotations

import stat
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from evidence_store.blobs.store import sha256_of, sha256_of_file
from values.recordable import escaped, unescaped
from vision.media.decode import HEAD_BYTES
from workbench.errors import BadRequest
from workbench.types import Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from evidence_store.blobs.store import BlobStore
    from evidence_store.types import Sha256

IN_MEMORY = 64 * 1024 * 1024
"""Largest archive member held in memory, in bytes; a larger one is put in the temp folder."""


NO_FILES: Final = (
    (stat.S_ISDIR, "a folder that cannot be opened"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a disk or another device"),
)
"""Directory entries that are not files, with the words for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnDisk:
    """A file on disk, read when its turn comes."""

    name: str
    """Characters that a log cannot hold are escaped, reversibly (`values.recordable`)."""
    path: Path

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", escaped(self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A file that somebody else holds, such as the server of the screens."""

    name: str
    """Characters that a log cannot hold are escaped, reversibly (`values.recordable`)."""
    fetch: Callable[[], bytes] = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", escaped(self.name))


Material: TypeAlias = Upload | OnDisk | Promised
"""What intake accepts."""


def fetched(material: Material) -> Upload | OnDisk:
    """The material with its bytes available."""
    if isinstance(material, Promised):
        return Upload(name=unescaped(material.name), data=material.fetch())
    if isinstance(material, OnDisk):
        _require_bytes(material)
    return material


def _require_bytes(piece: OnDisk) -> None:
    """Raise BadRequest, before opening it, for anything but a file with bytes of its own.

    Opening a pipe waits for a writer, and a device may never end.
    """
    mode = piece.path.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = next((words for is_it, words in NO_FILES if is_it(mode)), "something special")
        raise BadRequest(f"{piece.name} is {kind}, not a regular file.")


def size_of(piece: Upload | OnDisk) -> int:
    """Its size in bytes."""
    return len(piece.data) if isinstance(piece, Upload) else piece.path.stat().st_size


def head_of(piece: Upload | OnDisk) -> bytes:
    """Its first bytes, from which its kind is determined."""
    if isinstance(piece, Upload):
        return piece.data[:HEAD_BYTES]
    with piece.path.open("rb") as file:
        return file.read(HEAD_BYTES)


def bytes_of(piece: Upload | OnDisk, *, most: int) -> bytes:
    """All its bytes, in memory; one more than `most` if it has grown beyond that."""
    if isinstance(piece, Upload):
        return piece.data
    with piece.path.open("rb") as file:
        return file.read(most + 1)


def hash_of(piece: Upload | OnDisk) -> Sha256:
    """Its SHA-256, computed in constant memory."""
    return sha256_of(piece.data) if isinstance(piece, Upload) else sha256_of_file(piece.path)


def keep(piece: Upload | OnDisk, blobs: BlobStore) -> Sha256:
    """Store its bytes unchanged; returns their SHA-256."""
    return blobs.put(piece.data) if isinstance(piece, Upload) else blobs.put_file(piece.path)


@contextmanager
def as_file(piece: Upload | OnDisk) -> Iterator[Path]:
    """The piece as a file, for programs that need one; read only."""
    if isinstance(piece, OnDisk):
        yield piece.path
        return
    with tempfile.NamedTemporaryFile(prefix="nameplate-") as file:
        file.write(piece.data)
        file.flush()
        yield Path(file.name)


@contextmanager
def gathered(name: str, parts: Iterable[bytes]) -> Iterator[Upload | OnDisk]:
    """Parts of a file joined under its name unchanged, in memory while they are small."""
    held = bytearray()
    rest = iter(parts)
    for part in rest:
        held += part
        if len(held) > IN_MEMORY:
            break
    else:
        yield Upload(name=name, data=bytes(held))
        return
    with tempfile.NamedTemporaryFile(prefix="nameplate-") as file:
        file.write(held)
        held.clear()
        for part in rest:
            file.write(part)
        file.flush()
        yield OnDisk(name=name, path=Path(file.name))
