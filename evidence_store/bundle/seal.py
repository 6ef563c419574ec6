"""Seal a case up to one entry into a signed bundle.

Everything is written and synced in a folder beside the destination and moved there by one rename,
so that a crash leaves either no bundle or a complete one. The payload's bytes depend on the case
alone; only `bag-info.txt` has the time of sealing.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from evidence_store.bundle.bag_info import bag_info_bytes
from evidence_store.bundle.description import (
    FileAccount,
    account_of,
    describe,
    description_bytes,
    own_account,
)
from evidence_store.bundle.errors import BundleContentsError, BundleExists
from evidence_store.bundle.hashing import (
    COPIERS,
    copy_hashed,
    keep_checked,
    open_plain,
    sha256_bytes,
    write_new,
)
from evidence_store.bundle.instructions import instructions_bytes
from evidence_store.bundle.layout import (
    BAGIT_TXT,
    CRATE,
    DECLARATION,
    DESCRIPTION,
    ENTRIES,
    FIRST_SEAL,
    INFO,
    INSTRUCTIONS,
    MANIFEST,
    PAYLOAD,
    SIGNATURES,
    TAG_MANIFEST,
    BundleContents,
    ManifestLine,
    PayloadFile,
    Role,
    Signer,
    content_sha256,
)
from evidence_store.bundle.manifest import manifest_bytes
from evidence_store.bundle.record import LogSource, RecordWriter
from evidence_store.bundle.rocrate import crate_bytes
from evidence_store.bundle.scratch import scratch_folder
from evidence_store.bundle.seals import seal_bytes
from evidence_store.bundle.signing import signature_of
from evidence_store.locks import sync_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from evidence_store.types import Sha256


class BlobSource(Protocol):
    """The part of a blob store that sealing needs."""

    def stream(self, sha256: Sha256) -> Iterator[bytes]:
        """Yield the bytes of a blob; raises after the last chunk if their hash does not match."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBundle:
    """A bundle that was written."""

    path: Path
    tagmanifest_sha256: Sha256
    """What the signers signed: quote it wherever the bundle is cited."""
    seal_sha256: Sha256
    files: int
    """Number of payload files."""
    payload_bytes: int


def seal(
    contents: BundleContents,
    *,
    ledger: LogSource,
    blobs: BlobSource,
    destination: Path,
    signers: Sequence[Signer],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> SealedBundle:
    """Write a bundle and sign it with the available signers.

    The custodian must be among them; other required reviewers can sign later with `add_signature`,
    and the bundle does not verify before they have. Raises `BundleExists` if anything is at the
    destination, `BundleContentsError` for contents that do not fit the log or the format, and the
    store's errors; then nothing remains on disk.
    """
    _check_signers(contents, signers)
    if destination.exists() or destination.is_symlink():
        raise BundleExists(
            f"{destination} already exists; it was not changed.",
            remedy="Choose another place for the bundle.",
        )
    with scratch_folder(destination) as top:
        sealed = _write(contents, ledger, blobs, top, signers, clock())
        top.rename(destination)
        sync_folder(destination.parent)
    return SealedBundle(
        path=destination,
        tagmanifest_sha256=sealed.tagmanifest_sha256,
        seal_sha256=sealed.seal_sha256,
        files=sealed.files,
        payload_bytes=sealed.payload_bytes,
    )


def _write(
    contents: BundleContents,
    ledger: LogSource,
    blobs: BlobSource,
    top: Path,
    signers: Sequence[Signer],
    sealed_at: datetime,
) -> SealedBundle:
    _make_folders(contents, top)
    accounts = list(_copy_payload(contents.payload, blobs, top))
    record = RecordWriter(top, _recorded(accounts))
    own, log, last_entry_at = record.write(ledger, contents.log, contents.size)
    instructions = instructions_bytes(contents.required_signers)
    accounts.extend([*own, _write_own(top, INSTRUCTIONS, instructions, "text/plain")])
    description = describe(contents, log=log, files=accounts)
    late = [
        _write_own(top, DESCRIPTION, description_bytes(description), "application/json"),
        _write_own(
            top,
            CRATE,
            crate_bytes(description, last_entry_at=last_entry_at),
            "application/ld+json",
        ),
    ]
    tag_manifest = _write_tags(top, [*accounts, *late], sealed_at, contents.log)
    seal_text = _sign(top, tag_manifest, signers)
    _sync_tree(top)
    return SealedBundle(
        path=top,
        tagmanifest_sha256=sha256_bytes(tag_manifest),
        seal_sha256=sha256_bytes(seal_text),
        files=len(accounts) + len(late),
        payload_bytes=sum(file.size for file in [*accounts, *late]),
    )


def _check_signers(contents: BundleContents, signers: Sequence[Signer]) -> None:
    required = {(signer.role, signer.person) for signer in contents.required_signers}
    given = [(signer.role, signer.person) for signer in signers]
    for role, person in given:
        if (role, person) not in required:
            raise BundleContentsError(
                f"{person} is to sign as {role.value} but is not a required signer in that role."
            )
    if not any(role is Role.CUSTODIAN for role, _ in given):
        raise BundleContentsError(
            "The custodian does not sign.", remedy="Only a custodian can seal a bundle."
        )


def _make_folders(contents: BundleContents, top: Path) -> None:
    paths = {file.bag_path for file in contents.payload}
    for path in (*paths, ENTRIES, FIRST_SEAL):
        (top / path).parent.mkdir(parents=True, exist_ok=True)


def _copy_payload(
    payload: Sequence[PayloadFile], blobs: BlobSource, top: Path
) -> Iterator[FileAccount]:
    """Copy on several threads: some hash while others wait for the disk."""
    with ThreadPoolExecutor(COPIERS, thread_name_prefix="copy") as threads:
        yield from threads.map(lambda file: _copy_one(file, blobs, top), payload)


def _copy_one(file: PayloadFile, blobs: BlobSource, top: Path) -> FileAccount:
    target = top / file.bag_path
    promised = content_sha256(file.bag_path)
    if isinstance(file.source, bytes):
        write_new(target, file.source)
        sha256, size = sha256_bytes(file.source), len(file.source)
    elif isinstance(file.source, Path):
        sha256, size = _copy_file(file.source, target)
    else:
        sha256 = file.source
        size = keep_checked(blobs.stream(file.source), target)
    if promised is not None and promised != sha256:
        raise BundleContentsError(
            f"The bytes for {file.path} have the SHA-256 {sha256}, not the one they should have.",
            remedy="Run the audit of the store; a blob may be damaged.",
        )
    return account_of(file, sha256, size)


def _copy_file(source: Path, target: Path) -> tuple[Sha256, int]:
    try:
        with open_plain(source) as stream:
            return copy_hashed(stream, target)
    except FileNotFoundError as error:
        raise BundleContentsError(f"There is no file {source.name} to add.") from error


def _recorded(accounts: Sequence[FileAccount]) -> dict[int, list[FileAccount]]:
    by_entry: dict[int, list[FileAccount]] = {}
    for account in accounts:
        if account.recorded_in is not None:
            by_entry.setdefault(account.recorded_in, []).append(account)
    return by_entry


def _write_own(top: Path, path: str, data: bytes, media_type: str) -> FileAccount:
    write_new(top / path, data)
    return own_account(path, sha256_bytes(data), len(data), media_type)


def _write_tags(top: Path, accounts: Sequence[FileAccount], sealed_at: datetime, log: str) -> bytes:
    """Write the tag files; returns the bytes of the tag manifest."""
    manifest = manifest_bytes(
        ManifestLine(sha256=account.sha256, path=account.path) for account in accounts
    )
    tags = {
        DECLARATION: BAGIT_TXT,
        INFO: bag_info_bytes(
            files=len(accounts),
            size=sum(account.size for account in accounts),
            sealed_at=sealed_at,
            log=log,
        ),
        MANIFEST: manifest,
    }
    for path, data in tags.items():
        write_new(top / path, data)
    tag_manifest = manifest_bytes(
        ManifestLine(sha256=sha256_bytes(data), path=path) for path, data in tags.items()
    )
    write_new(top / TAG_MANIFEST, tag_manifest)
    return tag_manifest


def _sign(top: Path, tag_manifest: bytes, signers: Sequence[Signer]) -> bytes:
    signatures = dict(signature_of(signer, tag_manifest) for signer in signers)
    for path, data in signatures.items():
        write_new(top / path, data)
    text = seal_bytes({TAG_MANIFEST: tag_manifest, **signatures})
    write_new(top / FIRST_SEAL, text)
    return text


def _sync_tree(top: Path) -> None:
    for folder in [*(path for path in (top / PAYLOAD).rglob("*") if path.is_dir())]:
        sync_folder(folder)
    for folder in (top / PAYLOAD, top / SIGNATURES, top):
        sync_folder(folder)
