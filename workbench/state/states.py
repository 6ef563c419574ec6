"""The states of the logs of one store, folded on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_store.types import STORE_LOG
from workbench.errors import NotFound
from workbench.state.fold import fold_case, fold_store

if TYPE_CHECKING:
    from evidence_store.blobs.store import BlobStore
    from evidence_store.ledger.ledger import Ledger
    from workbench.state.case_state import CaseState
    from workbench.state.store_state import StoreState


class StateLoader:
    """Folds logs from the ledger, which checks each entry against its tree.

    Everything sealed, published or sent is made from states: the tables that screens read are in a
    database that others may write to.
    """

    def __init__(self, ledger: Ledger, blobs: BlobStore) -> None:
        self._ledger = ledger
        self._blobs = blobs

    def store(self) -> StoreState:
        """The current people and catalogs of the store."""
        return fold_store(self._ledger.entries(STORE_LOG))

    def case(self, case_id: str, store: StoreState, *, size: int | None = None) -> CaseState:
        """A case as of its first `size` entries, or as it is now. Raises NotFound."""
        if case_id not in self._ledger.logs():
            raise NotFound(f"There is no case {case_id!r} in this store.", kind="case")
        entries = self._ledger.entries(case_id, limit=size)
        return fold_case(entries, names=store.names, blobs=self._blobs)
