"""What can be set from outside, read once at the start and never changed after."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the store is, which readers run, and how much one upload may hold."""

    store: Path
    """The folder that holds blobs, keys, catalogs, bundles and, by default, the database."""
    database_url: str
    readers: tuple[str, ...] | None
    """Names of the readers to use; None means every one that is installed."""
    max_file_bytes: int = 200 * MIB
    max_files_per_upload: int = 2_000
    reading_seconds: float = 30.0
    """Work on one photo, in seconds on a core (see `vision.reader`)."""
    bucket: str | None = None
    """Where blobs are kept instead of the folder: a URL such as `s3://bucket/prefix`."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read NAMEPLATE_STORE, _DATABASE, _BUCKET, _READERS and _READING_SECONDS.

        The region, endpoint and key of a bucket are in AWS's own variables. Raises BadRequest
        where a value cannot be used.
        """
        values = os.environ if environment is None else environment
        store = Path(values.get("NAMEPLATE_STORE") or "nameplate-store").resolve()
        readers = tuple(
            name.strip() for name in values.get("NAMEPLATE_READERS", "").split(",") if name.strip()
        )
        seconds = values.get("NAMEPLATE_READING_SECONDS") or "30"
        try:
            reading_seconds = float(seconds)
        except ValueError as error:
            raise BadRequest(
                f"NAMEPLATE_READING_SECONDS is {seconds!r}, which is no number; "
                "give the seconds that one photo may take, for instance 30."
            ) from error
        return cls.for_store(
            store,
            database_url=values.get("NAMEPLATE_DATABASE") or None,
            readers=readers or None,
            reading_seconds=reading_seconds,
            bucket=values.get("NAMEPLATE_BUCKET") or None,
        )

    @classmethod
    def for_store(
        cls,
        store: Path,
        *,
        database_url: str | None = None,
        readers: tuple[str, ...] | None = None,
        reading_seconds: float = 30.0,
        bucket: str | None = None,
    ) -> Settings:
        """Settings for a store folder; the database is SQLite inside it unless a URL is given."""
        return cls(
            store=store,
            database_url=database_url or f"sqlite:///{store / 'nameplate.sqlite3'}",
            readers=readers,
            reading_seconds=reading_seconds,
            bucket=bucket,
        )
