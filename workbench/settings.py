"""Settings from outside, read once at the start and never changed after that."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evidence_store.location import StoreLocation, sqlite_in
from values.limits import FILE_BYTES
from workbench.errors import BadRequest
from workbench.rules.hosts import SETTING, Host, read_hosts
from workbench.rules.limits import READING_SECONDS, SIZES, Kind, read_size, size_limit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Where the store is, which engines run, and how large added files may be."""

    store: Path
    """The folder that holds blobs, keys, catalogs, bundles and, by default, the database."""
    database_url: str
    readers: tuple[str, ...] | None
    """Names of the engines to use; None means every installed one."""
    max_file_bytes: int = FILE_BYTES
    """Size limit of a file that is not material: a catalog, source list, document, certificate."""
    max_photo_bytes: int = size_limit("photo").most
    max_clip_bytes: int = size_limit("clip").most
    max_zip_bytes: int = size_limit("zip").most
    reading_seconds: float = READING_SECONDS
    """Work on one photo, in seconds on one core (see `vision.plate.reader`)."""
    bucket: str | None = None
    """Where blobs are stored instead of the folder: a URL such as `s3://bucket/prefix`."""

    @property
    def location(self) -> StoreLocation:
        """Where the store is."""
        return StoreLocation(folder=self.store, database_url=self.database_url, bucket=self.bucket)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read NAMEPLATE_STORE, _DATABASE, _BUCKET, _READERS, _READING_SECONDS and _MAX_….

        The region, endpoint and key of a bucket are in AWS's own variables. Raises BadRequest for
        an unusable value.
        """
        values = os.environ if environment is None else environment
        at = StoreLocation.from_environment(values)
        readers = tuple(
            name.strip() for name in values.get("NAMEPLATE_READERS", "").split(",") if name.strip()
        )
        seconds = values.get("NAMEPLATE_READING_SECONDS") or f"{READING_SECONDS:g}"
        try:
            reading_seconds = float(seconds)
        except ValueError as error:
            raise BadRequest(
                f"NAMEPLATE_READING_SECONDS is {seconds!r}, which is not a number; "
                f"give the seconds that one photo may take, for instance {READING_SECONDS:g}."
            ) from error
        settings = cls.for_store(
            at.folder,
            database_url=at.database_url,
            readers=readers or None,
            reading_seconds=reading_seconds,
            bucket=at.bucket,
        )
        return settings.with_sizes(values)

    def with_sizes(self, values: Mapping[str, str]) -> Settings:
        """The same settings with the size limits from an environment. Raises BadRequest."""
        sizes = {}
        for limit in SIZES:
            text = values.get(limit.setting) or str(limit.most)
            try:
                sizes[limit.kind] = read_size(text)
            except ValueError as error:
                raise BadRequest(
                    f"{limit.setting} is {text!r}, which is not a size; give how large "
                    f"{limit.words} may be, for instance 500 MB."
                ) from error
        return replace(
            self,
            max_photo_bytes=sizes["photo"],
            max_clip_bytes=sizes["clip"],
            max_zip_bytes=sizes["zip"],
        )

    def most_bytes(self, kind: Kind) -> int:
        """The size limit in bytes for a kind of file."""
        return {
            "photo": self.max_photo_bytes,
            "clip": self.max_clip_bytes,
            "zip": self.max_zip_bytes,
        }[kind]

    @classmethod
    def for_store(
        cls,
        store: Path,
        *,
        database_url: str | None = None,
        readers: tuple[str, ...] | None = None,
        reading_seconds: float = READING_SECONDS,
        bucket: str | None = None,
    ) -> Settings:
        """Settings for a store folder; the database is SQLite inside it unless a URL is given."""
        return cls(
            store=store,
            database_url=database_url or sqlite_in(store),
            readers=readers,
            reading_seconds=reading_seconds,
            bucket=bucket,
        )


def hosts_from_environment(environment: Mapping[str, str]) -> tuple[Host, ...]:
    """The hosts under which the app is served to others, from NAMEPLATE_HOSTS; none by default.

    Raises BadRequest, naming the invalid one.
    """
    try:
        return read_hosts(environment.get(SETTING, ""))
    except ValueError as error:
        raise BadRequest(
            f"{SETTING} names {str(error)!r}, which is not a host; write names separated by "
            "commas, each with or without a port, for instance team.example, 192.168.1.20:8501."
        ) from error
