"""The values of the evidence store.

An entry's *body* is open. Its *private* fields enter the leaf only as commitments
(SHA-256 over a stored random salt and the canonical value), so that each can be withheld
from a public bundle while the leaf, and every proof over it, stays the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType, TypeAlias

Sha256 = NewType("Sha256", str)
"""Lower-case hexadecimal SHA-256, 64 characters; made by `blobs.sha256_of` and checked there."""

Json: TypeAlias = "None | bool | int | float | str | list[Json] | dict[str, Json]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a caller wants to have recorded; the ledger adds sequence, time and salts."""

    kind: str
    actor: str
    """An opaque person identifier (`person-…`) or `nameplate`; never a name."""
    body: Mapping[str, Json]
    private: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One recorded act. `leaf_hash` is the RFC 9162 leaf hash of its canonical JSON."""

    log: str
    sequence: int
    at: datetime
    kind: str
    actor: str
    body: Mapping[str, Json]
    private: Mapping[str, Json]
    commitments: Mapping[str, Sha256]
    leaf_hash: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A signed statement of a log's size and root; `note` is the C2SP signed-note text."""

    log: str
    size: int
    root: Sha256
    at: datetime
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with a bundle or a ledger: a stable code, where, a sentence."""

    code: str
    where: str
    message: str
