"""Bytes kept under their own SHA-256: created once, never overwritten, re-hashed when read."""

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
"""Bytes read or written at a time: it stays in the processor's cache, where 1 MiB does not."""

_TRIES = 8


def sha256_of(data: bytes) -> Sha256:
    """Return the SHA-256 of the bytes, as 64 lower-case hexadecimal characters."""
    return Sha256(hashlib.sha256(data).hexdigest())


def sha256_of_file(path: Path) -> Sha256:
    """Return the SHA-256 of a file, read once in flat memory."""
    with open_regular(path) as source:
        return Sha256(hashlib.file_digest(source, "sha256").hexdigest())


def checked_sha256(text: str) -> Sha256:
    """Return the text as a `Sha256`; anything else than 64 lower-case hex digits is refused."""
    if not is_sha256(text):
        raise BadInput(f"{text[:80]!r} is not a SHA-256 (64 lower-case hexadecimal characters).")
    return text


class BlobStore:
    """All bytes that are kept, by SHA-256, in a folder or (given a URL) in an object store.

    When `put` or `put_file` returns, the bytes and their name are on the disk: a crash or a
    power cut at any instant leaves either nothing of them or the whole. Reading hashes them
    again, and raises `BlobDamaged` rather than hand out altered bytes.
    """

    def __init__(self, root: Path | str, *, disk: Disk | None = None, **options: object) -> None:
        """Open the store, and sweep away what writers that died left half-written.

        `root` is a folder, or a URL such as `s3://bucket/prefix`; `options` then go to obstore
        (region, endpoint, …). `disk` stands in for the file system in tests.
        """
        if isinstance(root, str) and "://" in root:
            from evidence_store.bucket import Bucket

            self._place: Place = Bucket(root, **options)
        else:
            self._place = Folder(Path(root), disk or LocalDisk())

    def put(self, data: bytes) -> Sha256:
        """Keep the bytes; returns their SHA-256 once they are durable."""
        name = sha256_of(data)
        return self._place.keep(name, (data,), size=len(data))

    def put_file(self, path: Path) -> Sha256:
        """Keep a copy of a file of any size, in flat memory; returns its SHA-256.

        Raises `BadInput` if the file changed while it was read, or could not be read a second time.
        """
        name = sha256_of_file(path)
        return self._place.keep(name, _again(path), size=path.stat().st_size)

    def get(self, sha256: Sha256) -> bytes:
        """Return the bytes, re-hashed; raises `BlobMissing` or `BlobDamaged`."""
        data = b"".join(self._place.read(checked_sha256(sha256)))
        if sha256_of(data) != sha256:
            raise _damaged(sha256)
        return data

    def stream(self, sha256: Sha256) -> Iterator[bytes]:
        """Yield the bytes in pieces, in flat memory, hashing them on the way.

        Raises `BlobDamaged` after the last piece when they were not the bytes kept, so a caller
        must not use what it got before the iteration has ended well.
        """
        digest = hashlib.sha256()
        for piece in self._place.read(checked_sha256(sha256)):
            digest.update(piece)
            yield piece
        if digest.hexdigest() != sha256:
            raise _damaged(sha256)

    def copy_to(self, sha256: Sha256, target: BinaryIO) -> int:
        """Write the bytes into an open file; returns how many. Raises like `stream`."""
        return sum(target.write(piece) for piece in self.stream(sha256))

    def size(self, sha256: Sha256) -> int:
        """Return the number of bytes kept under that name."""
        return self._place.size(checked_sha256(sha256))

    def exists(self, sha256: Sha256) -> bool:
        """Tell whether bytes are kept under that name (their content is not looked at)."""
        try:
            self.size(sha256)
        except BlobMissing:
            return False
        return True

    def check(self, sha256: Sha256) -> None:
        """Hash the kept bytes again; raises `BlobMissing` or `BlobDamaged`."""
        for _ in self.stream(sha256):
            pass

    @contextmanager
    def local_path(self, sha256: Sha256) -> Iterator[Path]:
        """Give the bytes, re-hashed, as a file for decoders that need one; only to be read."""
        self.check(sha256)
        with self._place.as_file(checked_sha256(sha256)) as path:
            yield path

    def names(self) -> Iterator[Sha256]:
        """Yield the name of everything that is kept, in no particular order."""
        return self._place.names()


class Place(Protocol):
    """Where blobs lie: a folder or a bucket."""

    def keep(self, name: Sha256, pieces: Iterable[bytes], *, size: int) -> Sha256:
        """Keep the pieces under the name, durably; refuse pieces that do not hash to it."""

    def read(self, name: Sha256) -> Iterator[bytes]:
        """Yield what lies under the name."""

    def size(self, name: Sha256) -> int:
        """Return the number of bytes under the name."""

    def as_file(self, name: Sha256) -> AbstractContextManager[Path]:
        """Give the bytes as a file."""

    def names(self) -> Iterator[Sha256]:
        """Yield every name."""


class Folder:
    """Blobs in a folder: `sha256/ab/abcd…`, read-only files; `incoming/` for the unfinished."""

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
        """Write beside, sync, then link into place: the name appears with the whole or never."""
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
        """Yield what lies under the name."""
        try:
            yield from _chunks(self._target(name))
        except FileNotFoundError as error:
            raise _missing(name) from error
        except OSError as error:
            raise StoreUnavailable(f"The bytes {name} could not be read: {error}.") from error

    def size(self, name: Sha256) -> int:
        """Return the number of bytes under the name."""
        try:
            return self._target(name).stat().st_size
        except FileNotFoundError as error:
            raise _missing(name) from error

    @contextmanager
    def as_file(self, name: Sha256) -> Iterator[Path]:
        """Give the kept file itself, which is read-only."""
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
        """Make sure that what another writer put there is whole, and its name durable."""
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
    """Read a file that somebody brought; its errors are not those of the store's own disk."""
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
