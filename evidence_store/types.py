"""The values of the evidence store.

An entry's *body* is open. Its *private* fields enter the leaf only as commitments (SHA-256 over a
stored random salt and the canonical value), so that each can be withheld from a public bundle while
the leaf, and every proof over it, stays the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from values.hashes import Sha256 as Sha256  # noqa: TC001 (others take it from here)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

StoredKind: TypeAlias = Literal["blob", "snapshot", "bundle"]
"""The kind of stored bytes: a blob, a catalog snapshot, or a sealed or public bundle."""

STORE_LOG = "store"
"""The log that every store has; every other log is `case-…`."""


STORE_BEGUN, LOG_CREATED, LOG_CHECKPOINT = "store-begun", "log-created", "log-checkpoint"
CLOCK_CORRECTED = "clock-corrected"
"""After an entry of this kind, times may be earlier than before it."""

OWN_KINDS = frozenset({STORE_BEGUN, LOG_CREATED, LOG_CHECKPOINT, CLOCK_CORRECTED})
"""Kinds of entries that only the ledger itself records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry to be recorded; the ledger adds sequence, time and salts."""

    kind: str
    actor: str
    """An opaque person identifier (`person-…`) or `nameplate`; never a name."""
    body: Mapping[str, Json]
    private: Mapping[str, Json] = field(default_factory=dict)
    kept: Mapping[str, StoredKind] = field(default_factory=dict)
    """Field that contains the SHA-256 of stored bytes -> their kind.

    `papers.sha256` is the member `sha256` of each item of the field `papers`.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One recorded act. `leaf_hash` is the RFC 9162 leaf hash of its canonical JSON."""

    log: str
    sequence: int
    """0 for the first entry of a log, without gaps."""
    at: datetime
    """UTC, microseconds; never earlier than the entry before, except after a clock correction."""
    kind: str
    actor: str
    body: Mapping[str, Json]
    private: Mapping[str, Json]
    """The values known here; a redacted bundle knows fewer than it has commitments."""
    commitments: Mapping[str, Sha256]
    """One for every private field, known here or withheld."""
    leaf_hash: Sha256
    salts: Mapping[str, str] = field(default_factory=dict)
    """The salt (64 hexadecimal characters) of each private field known here."""
    clock_at: datetime | None = None
    """The time of the store's clock if it ran behind the entry before; else None."""
    kept: Mapping[str, StoredKind] = field(default_factory=dict)
    """Field that contains the SHA-256 of stored bytes -> their kind (see `Draft.kept`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What opens one commitment: the field's name and value, and its salt."""

    sequence: int
    name: str
    salt: str
    """64 hexadecimal characters: 256 random bits drawn when the entry was made."""
    value: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed statement of a log's size and root; `note` is the C2SP signed-note text."""

    log: str
    size: int
    root: Sha256
    at: datetime
    """Its time according to this store's own clock. Not signed, and not a trusted time."""
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """The path from one leaf to the root of the tree of `size` leaves (RFC 9162, 2.1.3)."""

    log: str
    sequence: int
    size: int
    hashes: tuple[Sha256, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyProof:
    """Shows that the first `old_size` leaves of a larger tree are unchanged (RFC 9162, 2.1.4)."""

    log: str
    old_size: int
    new_size: int
    hashes: tuple[Sha256, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """One Ed25519 signing key of one person, and its period of validity."""

    person_id: str
    line: str
    """OpenSSH format without a comment: `ssh-ed25519 AAAA…`."""
    fingerprint: str
    """As ssh-keygen prints it: `SHA256:…`."""
    valid_after: datetime
    """UTC, whole seconds."""
    valid_before: datetime | None = None
    """UTC, whole seconds; None while the key is in use."""
    held_by: Literal["server", "person"] = "server"
    """Whether the private half is in this folder or on the person's own machine."""
    reason: str = ""
    """Why it ended, in the words of the person who ended it."""
    last_signed_at: datetime | None = None
    """When it last signed something here, or something signed with it was imported here: UTC,
    rounded up to whole seconds.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One fault of a bundle or a ledger: a stable code, a place, a sentence."""

    code: str
    where: str
    message: str
