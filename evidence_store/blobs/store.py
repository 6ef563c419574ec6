"""Content-addressed blobs: bytes under their SHA-256, never overwritten, rehashed when read."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from evidence_store.errors import BadInput, BlobDamaged, BlobMissing, StoreUnavailable
from evidence_store.files import Disk, LocalDisk, open_regular, sweep
from evidence_store.types import Sha256
from values.hashes import is_sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

CHUNK = 256 * 1024
"""Bytes read or written at a time: fits in the processor's cache, unlike 1 MiB."""

_TRIES = 8


def sha256_of(data: bytes) -> Sha256:
    """Return the SHA-256 of the bytes, as 64 lower-case hexadecimal characters."""
    return Sha256(hashlib.sha256(data).hexdigest())


def sha256_of_file(path: Path) -> Sha256:
    """Return the SHA-256 of a file, read once in constant memory."""
    with open_regular(path) as source:
        return Sha256(hashlib.file_digest(source, "sha256").hexdigest())


def checked_sha256(text: str) -> Sha256:
    """Return the text as a `Sha256`; rejects anything but 64 lower-case hex digits."""
    if not is_sha256(text):
        raise BadInput(f"{text[:80]!r} is not a SHA-256 (64 lower-case hexadecimal characters).")
    return text


class BlobStore:
    """All blobs by SHA-256, in a folder or (given a URL) in an object store.

    When `put` or `put_file` returns, the bytes and their name are durable: a crash or power failure
    at any moment leaves either nothing or the whole blob. Reading rehashes the bytes, and raises
    `BlobDamaged` rather than return altered ones.
    """

    def __init__(self, root: Path | str, *, disk: Disk | None = None, **options: object) -> None:
        """Open the store, and remove unfinished files of crashed writers.

        `root` is a folder, or a URL such as `s3://bucket/prefix`; `options` are then passed to
        obstore (region, endpoint, …). `disk` replaces the file system in tests.
        """
        if isinstance(root, str) and "://" in root:
            from evidence_store.blobs.bucket import Bucket

            self._place: Place = Bucket(root, **options)
        else:
            self._place = Folder(Path(root), disk or LocalDisk())

    def put(self, data: bytes) -> Sha256:
        """Store the bytes; returns their SHA-256 once they are durable."""
        name = sha256_of(data)
        return self._place.keep(name, (data,), size=len(data))

    def put_file(self, path: Path) -> Sha256:
        """Store a copy of a file of any size, in constant memory; returns its SHA-256.

        Raises `BadInput` if the file changed while it was read, or could not be read a second time.
        """
        name = sha256_of_file(path)
        return self._place.keep(name, _again(path), size=path.stat().st_size)

    def get(self, sha256: Sha256) -> bytes:
        """Return the bytes, rehashed; raises `BlobMissing` or `BlobDamaged`."""
        data = b"".join(self._place.read(checked_sha256(sha256)))
        if sha256_of(data) != sha256:
            raise _damaged(sha256)
        return data

    def stream(self, sha256: Sha256) -> Iterator[bytes]:
        """Yield the bytes in chunks, in constant memory, hashing them on the way.

        Raises `BlobDamaged` after the last chunk if the hash does not match, so a caller must not
        use the chunks before the iteration has ended without error.
        """
        digest = hashlib.sha256()
        for piece in self._place.read(checked_sha256(sha256)):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != sha256:
            raise _damaged(sha256)

    def copy_to(self, sha256: Sha256, target: BinaryIO) -> int:
        """Write the bytes to an open file; returns their number. Raises like `stream`."""
        return sum(target.write(piece) for piece in self.stream(sha256))

    def size(self, sha256: Sha256) -> int:
        """Return the number of bytes in that blob."""
        return self._place.size(checked_sha256(sha256))

    def exists(self, sha256: Sha256) -> bool:
        """Whether that blob exists (its content is not checked)."""
        try:
            self.size(sha256)
        except BlobMissing:
            return False
        return True

    def check(self, sha256: Sha256) -> None:
        """Rehash the stored bytes; raises `BlobMissing` or `BlobDamaged`."""
        for _ in self.stream(sha256):
            pass

    @contextmanager
    def local_path(self, sha256: Sha256) -> Iterator[Path]:
        """Yield the blob, rehashed, as a read-only file, for decoders that need one."""
        self.check(sha256)
        with self._place.as_file(checked_sha256(sha256)) as path:
            yield path

    def names(self) -> Iterator[Sha256]:
        """Yield the name of every blob, in no particular order."""
        return self._place.names()


class Place(Protocol):
    """Where blobs are stored: a folder or a bucket."""

    def keep(self, name: Sha256, pieces: Iterable[bytes], *, size: int) -> Sha256:
        """Store the chunks durably under the name; reject chunks with another hash."""

    def read(self, name: Sha256) -> Iterator[bytes]:
        """Yield the content of a blob."""

    def size(self, name: Sha256) -> int:
        """Return the number of bytes in a blob."""

    def as_file(self, name: Sha256) -> AbstractContextManager[Path]:
        """Yield the blob as a file."""

    def names(self) -> Iterator[Sha256]:
        """Yield every name."""


class Folder:
    """Blobs in a folder: `sha256/ab/abcd…`, read-only files; `incoming/` for unfinished ones."""

    def __init__(self, root: Path, disk: Disk) -> None:
        self._kept = root.absolute() / "sha256"
        self._incoming = root.absolute() / "incoming"
        self._disk = disk
        try:
            for folder in (self._kept, self._incoming):
                disk.make_folder(folder)
            sweep(self._incoming)
        except OSError as error:
            raise StoreUnavailable(f"The store's folder {root} cannot be used: {error}.") from error

    def keep(self, name: Sha256, pieces: Iterable[bytes], *, size: int) -> Sha256:
        """Write to a temporary file, sync, then link: the name appears complete or never."""
        target = self._target(name)
        try:
            if not target.exists():
                self._write(name, pieces, target)
                return name
            self._settle(name, target)
        except OSError as error:
            raise StoreUnavailable(
                f"The {size} bytes with SHA-256 {name} could not be stored: {error}."
            ) from error
        return name

    def read(self, name: Sha256) -> Iterator[bytes]:
        """Yield the content of a blob."""
        try:
            yield from _chunks(self._target(name))
        except FileNotFoundError as error:
            raise _missing(name) from error
        except OSError as error:
            raise StoreUnavailable(f"The bytes {name} could not be read: {error}.") from error

    def size(self, name: Sha256) -> int:
        """Return the number of bytes in a blob."""
        try:
            return self._target(name).stat().st_size
        except FileNotFoundError as error:
            raise _missing(name) from error

    @contextmanager
    def as_file(self, name: Sha256) -> Iterator[Path]:
        """Yield the stored file itself, which is read-only."""
        yield self._target(name)

    def names(self) -> Iterator[Sha256]:
        """Yield every name."""
        for folder in sorted(self._kept.iterdir()):
            for path in sorted(folder.iterdir()):
                yield Sha256(path.name)

    def _target(self, name: Sha256) -> Path:
        return self._kept / name[:2] / name

    def _write(self, name: Sha256, pieces: Iterable[bytes], target: Path) -> None:
        self._disk.make_folder(target.parent)
        draft, descriptor = self._create()
        try:
            digest = hashlib.sha256()
            for piece in pieces:
                digest.update(piece)
                self._disk.write(descriptor, piece)
            if digest.hexdigest() != name:
                raise BadInput("The file changed while it was read; nothing was stored.")
            self._disk.sync(descriptor)
            if not self._disk.link(draft, target):
                self._settle(name, target)
            self._disk.sync_folder(target.parent)
        finally:
            os.close(descriptor)
            self._disk.unlink(draft)

    def _settle(self, name: Sha256, target: Path) -> None:
        """Ensure that a blob written by another writer is complete, and its name durable."""
        with open_regular(target) as kept:
            if hashlib.file_digest(kept, "sha256").hexdigest() != name:
                raise _damaged(name)
        self._disk.sync_folder(target.parent)

    def _create(self) -> tuple[Path, int]:
        for _ in range(_TRIES):
            draft = self._incoming / secrets.token_hex(16)
            try:
                return draft, self._disk.create(draft)
            except (FileNotFoundError, FileExistsError):
                continue
        raise OSError(f"no file could be created in {self._incoming}")


def _chunks(path: Path) -> Iterator[bytes]:
    with open_regular(path) as source:
        while piece := source.read(CHUNK):
            yield piece


def _again(path: Path) -> Iterator[bytes]:
    """Read a user's file; its errors are not those of the store's own disk."""
    try:
        yield from _chunks(path)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise BadInput(
            f"The file could not be read a second time ({why}); nothing was stored."
        ) from (error)


def _missing(name: Sha256) -> BlobMissing:
    return BlobMissing(f"No bytes with SHA-256 {name} are stored here.")


def _damaged(name: Sha256) -> BlobDamaged:
    return BlobDamaged(f"The bytes stored under SHA-256 {name} no longer have that hash.")
