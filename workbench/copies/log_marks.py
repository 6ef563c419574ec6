"""Checks whether a cached index still belongs to the same logs.

An index in the cache folder may outlive the database, for example when that is restored from a
backup. Its log then has other entries from some point on, and the index would hide what is new.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from evidence_store.errors import LogMissing

if TYPE_CHECKING:
    from evidence_store.ledger.ledger import Ledger

Mark: TypeAlias = "list[int | str]"
"""The number of entries in a log, and their Merkle root."""


def mark_of(ledger: Ledger, log: str) -> Mark:
    """Mark the log as it stands now."""
    size = ledger.size(log)
    return [size, ledger.root(log, size=size)]


def is_of(ledger: Ledger, log: str, mark: Any) -> bool:
    """Whether the log began like this when it was marked; False for an invalid mark."""
    try:
        size, root = mark
        return bool(0 <= size <= ledger.size(log) and ledger.root(log, size=size) == root)
    except (TypeError, ValueError, LogMissing):
        return False
