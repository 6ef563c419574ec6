"""The folder `signatures/`: how signatures and timestamps are bound to each other.

`seal.sha256` lists the tag manifest and every other file of the folder. Nothing in the folder is
ever altered: a later addition (a reviewer's signature, an authority's answer) comes with a new
`seal.sha256`, and the previous one stays as `seal-1.sha256`, `seal-2.sha256`, … A timestamp covers
one of those numbered seals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from evidence_store.bundle.errors import BundleUnreadable, SigningFailed
from evidence_store.bundle.hashing import (
    open_plain,
    sha256_bytes,
    write_new,
)
from evidence_store.bundle.layout import (
    FIRST_SEAL,
    SIGNATURES,
    TAG_MANIFEST,
    ManifestLine,
)
from evidence_store.bundle.manifest import manifest_bytes, parse_manifest
from evidence_store.bundle.side_files import side_file
from evidence_store.locks import held, sync_folder
from evidence_store.types import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_FILES = 10_000
MAX_FILE = 256 * 1024
"""Largest signature, seal or timestamp in bytes; real ones have under 20 KB."""

_NUMBERED = re.compile(rf"{SIGNATURES}/seal-(?P<number>[1-9][0-9]{{0,3}})\.(sha256|tsq|tsr)")
_SIGNATURE = re.compile(
    rf"{SIGNATURES}/(?:custodian|reviewer-[a-z0-9][a-z0-9._-]*(?:@[a-z0-9.-]+)?)\.sig"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SealLines:
    """One parsed seal."""

    path: str
    data: bytes
    listed: dict[str, str]
    """Path to SHA-256."""


def seal_bytes(files: Mapping[str, bytes]) -> bytes:
    """Return a seal over the tag manifest and the files of `signatures/`, by path from the top."""
    return manifest_bytes(
        ManifestLine(sha256=sha256_bytes(data), path=path) for path, data in files.items()
    )


def read_signature_files(top: Path) -> dict[str, bytes]:
    """Read all files of `signatures/`, by path from the top of the bag.

    Raises `BundleUnreadable` if the folder cannot be read or one of its files is over `MAX_FILE`.
    """
    files = {}
    try:
        # Side files of an operating system are reported when the whole bag is checked.
        listed = (path for path in (top / SIGNATURES).iterdir() if side_file(path.name) is None)
        names = sorted(islice(listed, MAX_FILES + 1))
        if len(names) > MAX_FILES:
            raise BundleUnreadable(f"{SIGNATURES}/ has more than {MAX_FILES:,} files.")
        for path in names:
            with open_plain(path) as stream:
                files[f"{SIGNATURES}/{path.name}"] = stream.read(MAX_FILE + 1)
    except OSError as error:
        raise BundleUnreadable(f"The folder {SIGNATURES}/ cannot be read: {error}.") from error
    large = [path for path, data in files.items() if len(data) > MAX_FILE]
    if large:
        raise BundleUnreadable(f"{', '.join(large)}: larger than any signature or seal.")
    return files


def numbered(number: int, suffix: str) -> str:
    """Return the path of a file that belongs to an earlier seal, for example `seal-2.tsr`."""
    return f"{SIGNATURES}/seal-{number}.{suffix}"


def next_number(files: Mapping[str, object]) -> int:
    """Return the number that the current `seal.sha256` gets when another replaces it."""
    return 1 + sum(1 for path in files if _NUMBERED.fullmatch(path) and path.endswith(".sha256"))


def present_seal(top: Path) -> tuple[bytes, int]:
    """Read the current seal, and the number that it gets when another replaces it.

    Raises `SigningFailed` if it is damaged.
    """
    files = read_signature_files(top)
    seal = _present_seal(files)
    return seal.data, next_number(seal.listed)


def reseal(top: Path, additions: Mapping[str, bytes]) -> None:
    """Add files to `signatures/` under a new seal; all existing files stay.

    An interrupted call leaves the old seal in force beside files that it does not list, which does
    not verify; repeating the call completes it. Concurrent calls wait for each other. Raises
    `SigningFailed` if the bundle's current seal is damaged.
    """
    with held(top):
        files = read_signature_files(top)
        seal = _present_seal(files)
        kept = {path: files[path] for path in seal.listed if path in files}
        kept[numbered(next_number(kept), "sha256")] = seal.data
        clash = sorted(path for path in additions if path in kept)
        if clash:
            raise SigningFailed(f"{clash[0]} is already in the bundle, and nothing is overwritten.")
        tag_manifest = (top / TAG_MANIFEST).read_bytes()
        if seal.listed.get(TAG_MANIFEST) != sha256_bytes(tag_manifest):
            raise SigningFailed(f"{TAG_MANIFEST} is not the one that {FIRST_SEAL} lists.")
        everything = {**kept, **additions}
        for path, data in everything.items():
            if files.get(path) != data:
                _put(top, path, data)
        _put(top, FIRST_SEAL, seal_bytes({TAG_MANIFEST: tag_manifest, **everything}))


def read_seal(path: str, data: bytes) -> tuple[SealLines, tuple[Fault, ...]]:
    """Parse one seal strictly; errors in its form are returned as faults."""
    lines, faults = parse_manifest(data, where=path)
    listed: dict[str, str] = {line.path: line.sha256 for line in lines}
    return SealLines(path=path, data=data, listed=listed), faults


def seal_faults(files: Mapping[str, bytes], tag_manifest: bytes | None) -> list[Fault]:
    """Return everything that is wrong with how the seals list the folder and each other."""
    if FIRST_SEAL not in files:
        return [_fault("seal-missing", FIRST_SEAL, "The seal is missing.")]
    faults = [
        _fault("seal-unknown-file", path, "The format has no file of this name.")
        for path in files
        if path != FIRST_SEAL and not _NUMBERED.fullmatch(path) and not _SIGNATURE.fullmatch(path)
    ]
    present, wrong = read_seal(FIRST_SEAL, files[FIRST_SEAL])
    faults.extend(wrong)
    hashes = {path: sha256_bytes(data) for path, data in files.items() if path != FIRST_SEAL}
    if tag_manifest is not None:
        hashes[TAG_MANIFEST] = sha256_bytes(tag_manifest)
    faults.extend(_listing_faults(present, hashes))
    faults.extend(_unlisted_faults(present, hashes))
    faults.extend(_chain_faults(files, present, hashes))
    return faults


def _present_seal(files: Mapping[str, bytes]) -> SealLines:
    data = files.get(FIRST_SEAL)
    if data is None:
        raise SigningFailed(f"The bundle has no {FIRST_SEAL}; it was never sealed.")
    seal, faults = read_seal(FIRST_SEAL, data)
    wrong = faults or _listing_faults(
        seal, {path: sha256_bytes(content) for path, content in files.items()}, tags=False
    )
    if wrong:
        raise SigningFailed(
            f"The bundle's present seal is not valid: {wrong[0].message}",
            remedy="Verify the bundle and get an unaltered copy before adding to it.",
        )
    return seal


def _listing_faults(
    seal: SealLines, hashes: Mapping[str, str], *, tags: bool = True
) -> list[Fault]:
    faults = []
    for path, sha256 in seal.listed.items():
        if path == TAG_MANIFEST and not tags:
            continue
        if path not in hashes:
            faults.append(_fault("file-missing", path, f"{seal.path} lists it, but it is missing."))
        elif hashes[path] != sha256:
            faults.append(_fault("seal-mismatch", path, f"It differs from what {seal.path} lists."))
    if TAG_MANIFEST not in seal.listed:
        faults.append(_fault("seal-form", seal.path, f"It does not list {TAG_MANIFEST}."))
    return faults


def _unlisted_faults(seal: SealLines, hashes: Mapping[str, str]) -> list[Fault]:
    return [
        _fault(
            "seal-unlisted",
            path,
            f"{seal.path} does not list it: it was added later, or adding it was interrupted.",
        )
        for path in hashes
        if path not in seal.listed
    ]


def _chain_faults(
    files: Mapping[str, bytes], present: SealLines, hashes: Mapping[str, str]
) -> list[Fault]:
    """Check that each seal lists everything in the one before it, and that one itself."""
    faults: list[Fault] = []
    count = next_number(files) - 1
    earlier: dict[str, str] = {}
    for number in range(1, count + 1):
        path = numbered(number, "sha256")
        if path not in files:
            return [
                *faults,
                _fault("seal-form", path, "The numbers of the seals have a gap."),
            ]
        seal, wrong = read_seal(path, files[path])
        faults.extend([*wrong, *_listing_faults(seal, hashes)])
        faults.extend(_growth_faults(seal, earlier))
        earlier = {**seal.listed, path: hashes[path]}
    return [*faults, *_growth_faults(present, earlier)]


def _growth_faults(seal: SealLines, earlier: Mapping[str, str]) -> list[Fault]:
    lost = [path for path in earlier if seal.listed.get(path) != earlier[path]]
    if lost:
        words = f"It leaves out {lost[0]}, which an earlier seal lists."
        return [_fault("seal-form", seal.path, words)]
    if earlier and len(seal.listed) == len(earlier):
        return [_fault("seal-form", seal.path, "It adds nothing to the seal before it.")]
    return []


def _put(top: Path, path: str, data: bytes) -> None:
    """Put a file in place atomically; until then it is beside the bag."""
    part = top.parent / f".{top.name}.part"
    part.unlink(missing_ok=True)  # left by a killed process: only this one holds the bundle
    write_new(part, data)
    part.replace(top / path)
    sync_folder(top / SIGNATURES)


def _fault(code: str, where: str, message: str) -> Fault:
    return Fault(code=code, where=where, message=message)
