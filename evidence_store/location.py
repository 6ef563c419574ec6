"""The location of a store: its folder, its database and its blobs, for the app and the audit."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_store.blobs.references import StoredBytes
from evidence_store.blobs.store import BlobStore

if TYPE_CHECKING:
    from collections.abc import Mapping

STORE, DATABASE, BUCKET = "NAMEPLATE_STORE", "NAMEPLATE_DATABASE", "NAMEPLATE_BUCKET"
"""The environment variables with a store's location."""

ORIGIN_FILE = "origin"
"""The file in a store's folder that contains its name in checkpoints."""

DEFAULT_FOLDER = "nameplate-store"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreLocation:
    """The three locations of a store."""

    folder: Path
    """Contains keys, catalogs and bundles and, by default, the database and the blobs."""
    database_url: str
    bucket: str | None = None
    """Where blobs are stored instead of the folder: a URL such as `s3://bucket/prefix`."""

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        folder: Path | None = None,
        database_url: str | None = None,
        bucket: str | None = None,
    ) -> StoreLocation:
        """Read the three variables; arguments take precedence.

        The region, endpoint and key of a bucket are in AWS's own variables.
        """
        values = os.environ if environment is None else environment
        at = (folder or Path(values.get(STORE) or DEFAULT_FOLDER)).resolve()
        return cls(
            folder=at,
            database_url=database_url or values.get(DATABASE) or sqlite_in(at),
            bucket=bucket or values.get(BUCKET) or None,
        )

    def blobs(self) -> BlobStore:
        """Open the store of blobs."""
        return BlobStore(self.bucket or self.folder / "blobs")

    def kept(self) -> StoredBytes:
        """Return the location of everything that entries name."""
        return StoredBytes(
            blobs=self.blobs(), catalogs=self.folder / "catalogs", bundles=self.folder / "bundles"
        )


def sqlite_in(folder: Path) -> str:
    """Return the URL of the SQLite database in a store's folder."""
    return f"sqlite:///{folder / 'nameplate.sqlite3'}"
