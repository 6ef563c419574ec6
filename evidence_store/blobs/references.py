"""The stored bytes that entries name: which they are, and whether they are unchanged.

An entry's envelope (`Entry.kept`) says which of its fields name stored bytes, and of what kind.
Nothing is inferred from field names, so no kind of entry can be missed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence_store.blobs.store import BlobStore, sha256_of_file
from evidence_store.bundle.archive import opened
from evidence_store.bundle.bag_check import BagCheck
from evidence_store.bundle.errors import BundleError, BundleRefused
from evidence_store.bundle.seals import read_signature_files, seal_faults
from evidence_store.errors import BlobDamaged, BlobMissing, StoreUnavailable
from evidence_store.types import Fault, Sha256, StoredKind
from values.hashes import is_sha256

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evidence_store.types import Json

_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, slots=True, order=True)
class Reference:
    """One thing that an entry names: its kind, its SHA-256, and a bundle's folder."""

    kept: StoredKind
    sha256: Sha256
    folder: str = ""


def values_at(values: Mapping[str, Json], path: str) -> Iterator[Json]:
    """Yield the values at a path such as `original` or `papers.sha256`, through lists."""
    name, _, rest = path.partition(".")
    found = values.get(name)
    for one in found if isinstance(found, list | tuple) else (found,):
        if rest and isinstance(one, Mapping):
            yield from values_at(one, rest)
        elif not rest:
            yield one


def references(kept: Mapping[str, StoredKind], values: Mapping[str, Json]) -> Iterator[Reference]:
    """Yield what an entry names in its marked fields; `values` are its open and private ones."""
    for path, what in kept.items():
        for value in values_at(values, path):
            if is_sha256(value):
                folder = values.get("bundle") if what == "bundle" else ""
                yield Reference(what, value, folder if isinstance(folder, str) else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBytes:
    """The location of a store's bytes: blobs in a folder or a bucket, the rest in folders."""

    blobs: BlobStore
    catalogs: Path
    bundles: Path

    def faults(self, reference: Reference, where: str) -> Iterator[Fault]:
        """Check one thing named by the entry at `where`, and yield each fault."""
        if reference.kept == "blob":
            yield from self._blob(reference.sha256, where)
        elif reference.kept == "snapshot":
            yield from self._snapshot(reference.sha256, where)
        else:
            yield from self._bundle(reference, where)

    def _blob(self, sha256: Sha256, where: str) -> Iterator[Fault]:
        try:
            self.blobs.check(sha256)
        except BlobMissing as error:
            yield Fault(code="blob-missing", where=where, message=error.message)
        except BlobDamaged as error:
            yield Fault(code="blob-altered", where=where, message=error.message)
        except StoreUnavailable as error:
            yield Fault(code="blob-unreadable", where=where, message=error.message)

    def _snapshot(self, sha256: Sha256, where: str) -> Iterator[Fault]:
        path = self.catalogs / f"{sha256}.snapshot"
        try:
            found = sha256_of_file(path)
        except FileNotFoundError:
            words = f"The catalog snapshot {sha256} is not in {self.catalogs}."
            yield Fault(code="snapshot-missing", where=where, message=words)
        except OSError as error:
            words = f"The catalog snapshot {sha256} cannot be read: {error}."
            yield Fault(code="snapshot-unreadable", where=where, message=words)
        else:
            if found != sha256:
                words = f"The catalog snapshot {sha256} no longer has that hash."
                yield Fault(code="snapshot-altered", where=where, message=words)

    def _bundle(self, reference: Reference, where: str) -> Iterator[Fault]:
        """Compare a bundle's folder, and its ZIP if there is one, with what was sealed."""
        name = reference.folder
        top = self.bundles / name
        if not _FOLDER_NAME.fullmatch(name) or not top.is_dir():
            words = f"The bundle {name[:80]!r} is not in {self.bundles}."
            yield Fault(code="bundle-missing", where=where, message=words)
            return
        packed = top.with_name(f"{name}.zip")
        for path in (top, packed) if packed.exists() else (top,):
            for words in _bundle_problems(path, reference.sha256):
                yield Fault(code="bundle-altered", where=f"{where}, {path.name}", message=words)


def _bundle_problems(path: Path, tag_manifest: Sha256) -> Iterator[str]:
    try:
        with opened(path) as top:
            bag = BagCheck(top)
            bag.run()
            faults = [*bag.faults, *seal_faults(read_signature_files(top), bag.tag_manifest)]
            found = bag.tag_manifest_sha256
    except BundleRefused as error:
        faults, found = [*error.faults], tag_manifest
    except (BundleError, OSError) as error:
        faults, found = [], tag_manifest
        yield f"It cannot be read: {error}"
    for fault in faults:
        yield f"{fault.where}: {fault.message}"
    if found not in (None, tag_manifest):
        yield f"Its tag manifest has the SHA-256 {found}, not {tag_manifest}."
