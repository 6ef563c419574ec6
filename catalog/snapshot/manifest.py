"""The manifest of a snapshot: sources, coverage, counts, members, and whether it is synthetic."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from catalog.errors import CatalogError, SnapshotUnreadable
from catalog.records.left_out import rows_left_out
from catalog.records.records_json import from_json, to_json
from catalog.snapshot.container import MemberInfo
from catalog.types import CoverageEntry, Extent, Source

if TYPE_CHECKING:
    from pathlib import Path

T = TypeVar("T")

FORMAT = "nameplate-catalog-snapshot"
FORMAT_VERSION = 1
MANIFEST_NAME = "manifest.json"
SYNTHETIC_NOTICE = (
    "SYNTHETIC: every record in this catalog is invented for demonstration or testing."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Number of each kind of record; `unserialised` units have no recorded serial."""

    makers: int
    groups: int
    permits: int
    lines: int
    deliveries: int
    units: int
    unserialised: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotManifest:
    """The description stored in a snapshot; `notice` says in words if it is synthetic.

    `coverage` is what its sources claim to cover, `extent` what was found in them.
    """

    format: str
    format_version: int
    built_at: datetime
    synthetic: bool
    notice: str
    sources: tuple[Source, ...]
    coverage: tuple[CoverageEntry, ...]
    extent: tuple[Extent, ...]
    counts: Counts
    members: tuple[MemberInfo, ...]

    @property
    def rows_total(self) -> int:
        """How many rows or records were read from all sources."""
        return rows_left_out(self.sources)[1]

    @property
    def rows_left_out(self) -> int:
        """How many of them had errors and are not in the snapshot."""
        return rows_left_out(self.sources)[0]


def manifest_bytes(manifest: SnapshotManifest) -> bytes:
    """Write the manifest as the JSON stored in the snapshot."""
    value = {
        "format": manifest.format,
        "format_version": manifest.format_version,
        "built_at": manifest.built_at.isoformat(),
        "synthetic": manifest.synthetic,
        "notice": manifest.notice,
        "sources": to_json(manifest.sources),
        "coverage": to_json(manifest.coverage),
        "extent": to_json(manifest.extent),
        "counts": to_json(manifest.counts),
        "members": to_json(manifest.members),
    }
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def read_manifest(data: bytes, path: Path) -> SnapshotManifest:
    """Read the manifest; raises SnapshotUnreadable for an unknown format."""
    try:
        value = json.loads(data)
        if (value["format"], value["format_version"]) != (FORMAT, FORMAT_VERSION):
            raise _unreadable(path, f"has the form {value['format']} {value['format_version']}")
        return SnapshotManifest(
            format=FORMAT,
            format_version=FORMAT_VERSION,
            built_at=datetime.fromisoformat(value["built_at"]),
            synthetic=value["synthetic"] is True,
            notice=str(value["notice"]),
            sources=_tuple(Source, value["sources"], "sources"),
            coverage=_tuple(CoverageEntry, value["coverage"], "coverage"),
            extent=_tuple(Extent, value["extent"], "extent"),
            counts=from_json(Counts, value["counts"], where="counts"),
            members=_tuple(MemberInfo, value["members"], "members"),
        )
    except SnapshotUnreadable:
        raise
    except (ValueError, KeyError, TypeError, RecursionError, CatalogError) as problem:
        raise _unreadable(path, f"has a manifest that cannot be read ({problem!r})") from None


def _tuple(kind: type[T], value: list[object], where: str) -> tuple[T, ...]:
    return tuple(from_json(kind, item, where=f"{where}[{n}]") for n, item in enumerate(value))


def _unreadable(path: Path, problem: str) -> SnapshotUnreadable:
    return SnapshotUnreadable(
        f"The snapshot {path.name} {problem}.",
        remedy="Open it with the version that made it, or import the catalog again.",
    )
