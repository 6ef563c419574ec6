"""The faults that an audit finds in a ledger that is open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_store.audit.audit import Audit

if TYPE_CHECKING:
    from evidence_store.ledger.ledger import Ledger
    from evidence_store.types import Fault


def faults_of(ledger: Ledger) -> tuple[Fault, ...]:
    """Walk every log of the ledger whole, without outside anchors and stored bytes."""
    keys = (ledger.signer.public_key,)
    return tuple(Audit(database=ledger.database, origin=ledger.origin, keys=keys).faults())
