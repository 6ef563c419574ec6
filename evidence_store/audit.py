"""Walks a store whole and names each fault: leaves, commitments, trees, checkpoints, blobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidence_store.ledger import Ledger
    from evidence_store.types import Fault


def audit(ledger: Ledger) -> Iterator[Fault]:
    """Yield each fault of the ledger."""
    raise NotImplementedError
