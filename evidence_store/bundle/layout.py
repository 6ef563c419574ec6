"""The names and values of a bundle: its files, their permitted names, its signers.

This module does no input or output. The specification is `docs/bundle-format.md`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from evidence_store.bundle.errors import BundleContentsError
from evidence_store.bundle.safe_names import is_safe_name
from evidence_store.types import Sha256
from values.hashes import SHA256

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = "nameplate-bundle"
VERSION = "1.0"
"""Version of the bundle format; a verifier refuses unknown versions."""

BAGIT_TXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
"""The bag declaration, byte for byte as in RFC 8493, section 2.1.1."""

DECLARATION = "bagit.txt"
INFO = "bag-info.txt"
MANIFEST = "manifest-sha256.txt"
TAG_MANIFEST = "tagmanifest-sha256.txt"
TAG_FILES = (INFO, DECLARATION, MANIFEST)
"""Files listed in the tag manifest, in byte order."""

PAYLOAD = "data"
DESCRIPTION = "data/bundle.json"
CRATE = "data/ro-crate-metadata.json"
INSTRUCTIONS = "data/VERIFY.txt"
ENTRIES = "data/ledger/entries.jsonl"
DISCLOSURES = "data/ledger/disclosures.jsonl"
CHECKPOINT = "data/ledger/checkpoint.txt"
OWN_FILES = (CRATE, DESCRIPTION, INSTRUCTIONS, CHECKPOINT, DISCLOSURES, ENTRIES)
"""Payload written by sealing itself; callers may not provide files with these names."""

SIGNATURES = "signatures"
FIRST_SEAL = "signatures/seal.sha256"

LETTERS = "traces"
"""Folder of letters to outsiders and their answers; never part of a public bundle."""
FOLDERS = frozenset(
    {
        "originals",
        "derived",
        "readings",
        "catalog",
        "reviews",
        LETTERS,
        "ledger",
        "tables",
        "schemas",
    }
)
"""Folders that payload files may be in."""
CONTENT_NAMED = frozenset({"originals", "derived"})
"""Folders in which a file is named by the SHA-256 of its bytes."""
REPORTS = frozenset({"report.pdf", "report.html"})
RULES = "rules.json"
TOP_FILES = REPORTS | {RULES}
"""Payload files directly under `data/`."""

_CONTENT_NAME = re.compile(rf"(?P<sha256>{SHA256})(\.[a-z0-9]{{1,8}})?")
_PERSON = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}(@[a-z0-9][a-z0-9.-]{0,63})?")


class Role(StrEnum):
    """In what capacity a person signs a bundle."""

    CUSTODIAN = "custodian"
    REVIEWER = "reviewer"

    @property
    def namespace(self) -> str:
        """The SSHSIG namespace of the role: one role's signature is not valid for another."""
        return f"{self.value}@bundle.nameplate"


class KeyHeld(StrEnum):
    """Where the private key of a signer is stored."""

    OWN = "own"
    """By the person alone: in a file, an agent or a token."""
    SERVER = "server"
    """In the store's key folder: whoever runs the server could sign in the person's name."""


def called(person: str, name: str) -> str:
    """A person's identifier, with the name that a bundle claims for it."""
    return f"{person} (called {name} in the bundle)" if name else person


@dataclass(frozen=True, slots=True, kw_only=True)
class RequiredSigner:
    """Someone whose signature a bundle must carry before it verifies."""

    role: Role
    person: str
    """The principal in `allowed_signers`: lower-case letters, digits, `.`, `_`, `-`, one `@`."""
    key_held: KeyHeld = KeyHeld.SERVER
    name: str = ""
    """The person's name as claimed by the custodian. Empty in public bundles."""

    def __post_init__(self) -> None:
        if not _PERSON.fullmatch(self.person):
            raise BundleContentsError(
                f"The signer {self.person!r} has a name that cannot be part of a file name.",
                remedy="Use lower-case letters, digits, '.', '_', '-' and at most one '@'.",
            )

    @property
    def who(self) -> str:
        """The person's identifier, and the name that the bundle gives."""
        return called(self.person, self.name)

    @property
    def signature_file(self) -> str:
        """Path of this person's signature in the bag."""
        return signature_file(self.role, self.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A required signer who can sign now."""

    role: Role
    person: str
    sign: Callable[[bytes, str], str]
    """(message, namespace) -> armoured SSHSIG."""


Source: TypeAlias = "bytes | Sha256 | Path"
"""Bytes, the hash of a blob in the store, or a file on disk."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadFile:
    """One file that a bundle carries."""

    path: str
    """Relative to `data/`, for example `readings/EX-0001.json`."""
    source: Source
    media_type: str = "application/octet-stream"
    title: str = ""
    about: tuple[str, ...] = ()
    """Exhibits that the file is about; redacting any of them drops or replaces it."""
    derived_from: tuple[str, ...] = ()
    """Paths of the files it was derived from."""
    made_by: str = ""
    """How it was made, in a sentence; empty for an original."""
    recorded_in: int | None = None
    """Sequence of the entry whose leaf, once disclosed, contains the SHA-256 of this file."""

    def __post_init__(self) -> None:
        check_payload_path(self.path)

    @property
    def bag_path(self) -> str:
        """The path from the top of the bag."""
        return f"{PAYLOAD}/{self.path}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Software:
    """One program, library or model weights that contributed to the bundle."""

    name: str
    version: str
    sha256: str | None = None
    """SHA-256 of the weights, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """What a public bundle leaves out of its sealed bundle."""

    fields: tuple[tuple[int, str], ...] = ()
    """(sequence of the entry, name of the private field)."""
    exhibits: tuple[tuple[str, str], ...] = ()
    """(exhibit, `full` or `replaced`)."""
    files: tuple[str, ...] = ()
    """Other payload files left out, as far as their names reveal nothing."""
    reasons: tuple[str, ...] = ()
    sealed_tag_manifest: str = ""
    """SHA-256 of the tag manifest of the sealed bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleContents:
    """The contents of a bundle; sealing turns them into files."""

    title: str
    log: str
    payload: tuple[PayloadFile, ...]
    required_signers: tuple[RequiredSigner, ...]
    notes: tuple[str, ...] = ()
    software: tuple[Software, ...] = ()
    synthetic: bool = False
    """True if any of the material is synthetic; then every overview says so."""
    size: int | None = None
    """Number of log entries to include; None for all."""
    withheld: Withheld | None = field(default=None)

    def __post_init__(self) -> None:
        _refuse_repeated_paths(self.payload)
        _refuse_missing_parents(self.payload)
        roles = [signer.role for signer in self.required_signers]
        if roles.count(Role.CUSTODIAN) != 1:
            raise BundleContentsError(
                "A bundle needs exactly one custodian among its required signers, "
                f"and this one has {roles.count(Role.CUSTODIAN)}.",
                remedy="Name the person who seals it as its custodian.",
            )
        files = [signer.signature_file for signer in self.required_signers]
        if len(set(files)) != len(files):
            raise BundleContentsError(
                "One person is required to sign twice in one role.",
                remedy="Name each signer once.",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestLine:
    """One line of a manifest, as `sha256sum` prints it in text mode."""

    sha256: Sha256
    path: str

    def text(self) -> str:
        """Return the line, with two spaces between the columns and a final line feed."""
        return f"{self.sha256}  {self.path}\n"


def signature_file(role: Role, person: str) -> str:
    """Path of a signature in the bag; there is one custodian and any number of reviewers."""
    name = role.value if role is Role.CUSTODIAN else f"{role.value}-{person}"
    return f"{SIGNATURES}/{name}.sig"


def content_path(folder: str, sha256: Sha256, suffix: str) -> str:
    """Return a content-addressed path under `data/`; the suffix is given without its dot."""
    return f"{folder}/{sha256}" + (f".{suffix.lower()}" if suffix else "")


def content_sha256(path: str) -> Sha256 | None:
    """Return the SHA-256 in the name of a bag path; None if its folder does not use hashes."""
    parts = path.split("/")
    if len(parts) < 3 or parts[0] != PAYLOAD or parts[1] not in CONTENT_NAMED:
        return None
    match = _CONTENT_NAME.fullmatch(parts[-1])
    return Sha256(match["sha256"] if match else "")


def check_payload_path(path: str) -> None:
    """Reject a payload path that the format does not allow.

    Raises `BundleContentsError` that names the path.
    """
    parts = path.split("/")
    known = path in TOP_FILES if len(parts) == 1 else parts[0] in FOLDERS
    if not known or not is_safe_name(path) or f"{PAYLOAD}/{path}" in OWN_FILES:
        raise BundleContentsError(
            f"A bundle has no place for a file named {path!r}.",
            remedy=f"Put it into one of {', '.join(sorted(FOLDERS))} under a plain ASCII name.",
        )
    if content_sha256(f"{PAYLOAD}/{path}") == "":
        raise BundleContentsError(
            f"The file {path!r} is not named after the SHA-256 of its bytes.",
            remedy="Build its path with content_path().",
        )


def _refuse_missing_parents(payload: tuple[PayloadFile, ...]) -> None:
    there = {file.path for file in payload}
    for file in payload:
        for parent in file.derived_from:
            if parent not in there:
                raise BundleContentsError(
                    f"{file.path} is declared as made from {parent}, which is not in the bundle.",
                    remedy="Add that file as well, or say in `made_by` what it was made from.",
                )


def _refuse_repeated_paths(payload: tuple[PayloadFile, ...]) -> None:
    seen: dict[str, str] = {}
    for file in payload:
        other = seen.setdefault(file.path.lower(), file.path)
        if other is not file.path:
            raise BundleContentsError(
                f"Two files of the bundle would be called {file.path!r} and {other!r}, "
                "which some file systems cannot tell apart.",
                remedy="Give each file its own name.",
            )
