"""Store blobs in an object store such as S3, through obstore."""

from __future__ import annotations

import hashlib
import tempfile
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError
from obstore.store import from_url

from evidence_store.errors import BlobDamaged, BlobMissing, StoreUnavailable
from evidence_store.types import Sha256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ONE_REQUEST = 32 * 1024 * 1024
"""Up to this size a blob is sent in one create-only request; above it, in parts, in constant
memory.
"""

_PIECE = 256 * 1024


class Bucket:
    """Blobs under `sha256/ab/abcd…` of an object store. A request that succeeded is durable.

    Large blobs are sent in parts, for which object stores have no create-only condition, and some
    servers ignore the condition. Neither is harmful: a name is its content's hash, and what is read
    is rehashed.
    """

    def __init__(self, url: str, **options: object) -> None:
        self._store = from_url(url, **options)  # type: ignore[call-overload]

    def keep(self, name: Sha256, pieces: Iterable[bytes], *, size: int) -> Sha256:
        """Send the chunks, unless the complete blob is already there."""
        try:
            if self._size(_key(name)) is None and self._send(_key(name), pieces, size):
                return name
        except (BaseError, OSError) as error:
            raise StoreUnavailable(
                f"The {size} bytes with SHA-256 {name} could not be stored: {error}."
            ) from error
        self._settle(name)
        return name

    def _send(self, key: str, pieces: Iterable[bytes], size: int) -> bool:
        """Create the object; returns False if another writer was first."""
        if size > ONE_REQUEST:
            obstore.put(self._store, key, chain(pieces), use_multipart=True)
            return True
        try:
            obstore.put(self._store, key, b"".join(pieces), mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        return True

    def _settle(self, name: Sha256) -> None:
        """Ensure that an existing blob is complete before it is acknowledged again."""
        digest = hashlib.sha256()
        for piece in self.read(name):
            digest.update(piece)
        if digest.hexdigest() != name:
            raise BlobDamaged(f"The bytes stored under SHA-256 {name} no longer have that hash.")

    def read(self, name: Sha256) -> Iterator[bytes]:
        """Yield the content of a blob."""
        try:
            for piece in obstore.get(self._store, _key(name)).stream(min_chunk_size=_PIECE):
                yield bytes(piece)
        except FileNotFoundError as error:
            raise BlobMissing(f"No bytes with SHA-256 {name} are stored here.") from error
        except (BaseError, OSError) as error:
            raise StoreUnavailable(f"The bytes {name} could not be read: {error}.") from error

    def size(self, name: Sha256) -> int:
        """Return the number of bytes in a blob."""
        try:
            size = self._size(_key(name))
        except (BaseError, OSError) as error:
            raise StoreUnavailable(f"The bytes {name} could not be requested: {error}.") from error
        if size is None:
            raise BlobMissing(f"No bytes with SHA-256 {name} are stored here.")
        return size

    @contextmanager
    def as_file(self, name: Sha256) -> Iterator[Path]:
        """Fetch the bytes into a temporary file."""
        with tempfile.TemporaryDirectory(prefix="nameplate-") as folder:
            path = Path(folder) / name
            with path.open("wb") as target:
                for piece in self.read(name):
                    target.write(piece)
            yield path

    def names(self) -> Iterator[Sha256]:
        """Yield every name."""
        try:
            for page in obstore.list(self._store, prefix="sha256"):
                for item in page:
                    yield Sha256(Path(item["path"]).name)
        except (BaseError, OSError) as error:
            raise StoreUnavailable(f"The bucket could not be listed: {error}.") from (error)

    def _size(self, key: str) -> int | None:
        try:
            return int(obstore.head(self._store, key)["size"])
        except FileNotFoundError:
            return None


def _key(name: Sha256) -> str:
    return f"sha256/{name[:2]}/{name}"
