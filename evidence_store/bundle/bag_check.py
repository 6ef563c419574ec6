"""Check a bag as a bag: its files, its lists, every byte, and its own description."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from evidence_store.bundle import manifest as manifests
from evidence_store.bundle.bag_info import bag_info_bytes, stated_time
from evidence_store.bundle.description import (
    MAX_BYTES,
    Description,
    DescriptionMalformed,
    VersionUnknown,
    parse_description,
)
from evidence_store.bundle.errors import BundleContentsError
from evidence_store.bundle.hashing import hash_files, open_plain, sha256_bytes
from evidence_store.bundle.layout import (
    BAGIT_TXT,
    CRATE,
    DECLARATION,
    DESCRIPTION,
    INFO,
    INSTRUCTIONS,
    MANIFEST,
    OWN_FILES,
    PAYLOAD,
    SIGNATURES,
    TAG_FILES,
    TAG_MANIFEST,
    ManifestLine,
    check_payload_path,
    content_sha256,
)
from evidence_store.bundle.walk import walk
from evidence_store.types import Fault, Sha256

if TYPE_CHECKING:
    from pathlib import Path

_MAX_TAG_FILE = 64 * 1024
_MAX_FAULTS = 2_000
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class BagCheck:
    """One check of the files of a bag; faults are collected in `faults`."""

    def __init__(self, top: Path) -> None:
        self._top = top
        self._sizes: dict[str, int] = {}
        self._hashes: dict[str, Sha256] = {}
        self.faults: list[Fault] = []
        self.tag_manifest: bytes | None = None
        self.tag_manifest_sha256: Sha256 | None = None
        self.description: Description | None = None
        self.instructions: bytes | None = None
        self.sealed_at = _NEVER
        self.payload_files = 0
        self.payload_bytes = 0

    def run(self) -> None:
        """Check everything, whatever faults are found."""
        found = walk(self._top)
        self._sizes = found.sizes
        self.faults.extend(found.faults)
        self._check_declaration()
        self.tag_manifest = self._read(TAG_MANIFEST, _MAX_TAG_FILE, "tagmanifest-missing")
        tags = self._lines(TAG_MANIFEST, self.tag_manifest)
        self._check_tags_listed(tags)
        payload = self._lines(MANIFEST, self._read(MANIFEST, manifests.MAX_BYTES))
        self._check_presence(payload, tags)
        self._check_bytes([*tags, *payload])
        self._check_names(payload)
        self.payload_files = len(payload)
        self.payload_bytes = sum(self._sizes.get(line.path, 0) for line in payload)
        self._check_description({line.path: line.sha256 for line in payload})
        self._check_info()
        self.instructions = self._read(INSTRUCTIONS, _MAX_TAG_FILE)

    def _check_declaration(self) -> None:
        data = self._read(DECLARATION, _MAX_TAG_FILE)
        if data is not None and data != BAGIT_TXT:
            words = "It does not declare BagIt 1.0 in UTF-8, byte for byte."
            self._add("bagit-declaration", DECLARATION, words)

    def _lines(self, path: str, data: bytes | None) -> tuple[ManifestLine, ...]:
        if data is None:
            return ()
        if path == TAG_MANIFEST:
            self.tag_manifest_sha256 = sha256_bytes(data)
        lines, faults = manifests.parse_manifest(data, where=path)
        self.faults.extend(faults)
        return lines

    def _check_tags_listed(self, tags: tuple[ManifestLine, ...]) -> None:
        if self.tag_manifest is not None and tuple(line.path for line in tags) != TAG_FILES:
            words = f"It must list {', '.join(TAG_FILES)} and nothing else."
            self._add("tagmanifest-lines", TAG_MANIFEST, words)

    def _check_presence(
        self, payload: tuple[ManifestLine, ...], tags: tuple[ManifestLine, ...]
    ) -> None:
        for line in payload:
            if not line.path.startswith(f"{PAYLOAD}/"):
                self._add("manifest-form", MANIFEST, f"{line.path} is not a payload file.")
        listed = {line.path for line in (*payload, *tags)}
        for path in sorted(listed - self._sizes.keys()):
            self._add("file-missing", path, "It is listed but missing.")
        for path in sorted(self._sizes.keys() - listed - {TAG_MANIFEST}):
            if not path.startswith(f"{SIGNATURES}/"):
                self._add("file-unlisted", path, "No manifest lists it.")

    def _check_bytes(self, lines: list[ManifestLine]) -> None:
        there = ((line, self._top / line.path) for line in lines if line.path in self._sizes)
        for line, result in hash_files(there):
            if isinstance(result, OSError):
                self._add("file-unreadable", line.path, f"It cannot be read: {result}.")
                continue
            self._hashes[line.path] = result
            if result != line.sha256:
                self._add("hash-mismatch", line.path, "Its bytes are not the ones listed.")

    def _check_names(self, payload: tuple[ManifestLine, ...]) -> None:
        for line in payload:
            promised = content_sha256(line.path)
            if promised is not None and promised != self._hashes.get(line.path, promised):
                self._add("content-name", line.path, "Its name is not the SHA-256 of its bytes.")
            if line.path in OWN_FILES or not line.path.startswith(f"{PAYLOAD}/"):
                continue
            try:
                check_payload_path(line.path.removeprefix(f"{PAYLOAD}/"))
            except BundleContentsError as error:
                self._add("content-name", line.path, error.message)

    def _check_description(self, listed: dict[str, Sha256]) -> None:
        data = self._read(DESCRIPTION, MAX_BYTES)
        if data is None:
            return
        try:
            self.description = parse_description(data)
        except VersionUnknown as error:
            self._add("version-unknown", DESCRIPTION, str(error))
        except DescriptionMalformed as error:
            self._add("description-form", DESCRIPTION, str(error))
        if self.description is None:
            return
        told = {file.path: (file.sha256, file.size) for file in self.description.files}
        for path in sorted(told.keys() ^ (listed.keys() - {DESCRIPTION, CRATE})):
            words = "data/bundle.json and the manifest disagree on whether it exists."
            self._add("description-files", path, words)
        for path in sorted(told.keys() & listed.keys()):
            if told[path] != (listed[path], self._sizes.get(path, told[path][1])):
                words = "data/bundle.json states a different hash or size."
                self._add("description-files", path, words)

    def _check_info(self) -> None:
        data = self._read(INFO, _MAX_TAG_FILE)
        if data is None:
            return
        stated = stated_time(data)
        if stated is not None:
            self.sealed_at = stated
        if self.description is None:
            return
        right = bag_info_bytes(
            files=self.payload_files,
            size=self.payload_bytes,
            sealed_at=self.sealed_at,
            log=self.description.log.name,
        )
        if data != right:
            words = "It is not what the format requires for this payload, byte for byte."
            self._add("bag-info", INFO, words)

    def _read(self, path: str, limit: int, missing: str = "") -> bytes | None:
        if path not in self._sizes:
            if missing:
                self._add(missing, path, "It is missing.")
            return None
        if self._sizes[path] > limit:
            self._add("file-too-large", path, f"It has more than {limit:,} bytes.")
            return None
        try:
            with open_plain(self._top / path) as stream:
                return stream.read()
        except OSError as error:
            self._add("file-unreadable", path, f"It cannot be read: {error}.")
            return None

    def _add(self, code: str, where: str, message: str) -> None:
        if len(self.faults) < _MAX_FAULTS:
            self.faults.append(Fault(code=code, where=where, message=message))
