"""What every service stands on: settings, bytes, entries, keys, the projection and a clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from evidence_store.errors import SizeChanged
from evidence_store.types import STORE_LOG as STORE_LOG
from workbench import entries
from workbench.errors import NotAllowed

if TYPE_CHECKING:
    from collections.abc import Callable

    from evidence_store.blobs import BlobStore
    from evidence_store.keys import KeyFolder
    from evidence_store.ledger import Ledger
    from evidence_store.types import Draft, Entry
    from workbench.projection import Projection
    from workbench.settings import Settings
    from workbench.types import Actor

#: How often an append is tried anew when someone else appended first.
ATTEMPTS = 50


def utc_now() -> datetime:
    """The machine's clock, in UTC. Never called trusted time."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The parts that all services share; made once by `Workbench.open`."""

    settings: Settings
    blobs: BlobStore
    ledger: Ledger
    keys: KeyFolder
    projection: Projection
    origin: str
    """The name of this store in its checkpoints."""
    clock: Callable[[], datetime] = utc_now

    def append(self, log: str, *drafts: Draft) -> tuple[Entry, ...]:
        """Record, and let the screens see it at once."""
        recorded = self.ledger.append(log, *drafts)
        self.projection.catch_up(log)
        return recorded

    def append_seeing(self, log: str, make: Callable[[], tuple[Draft, ...]]) -> tuple[Entry, ...]:
        """Record what `make` builds from the folded state, anew if another process came first.

        `make` may read the projection: it is exactly as long as the log when it is called.
        It may raise to record nothing; an empty tuple records nothing as well.
        """
        for _attempt in range(ATTEMPTS):
            size = self.ledger.size(log)
            self.projection.catch_up(log)
            drafts = make()
            if not drafts:
                return ()
            try:
                recorded = self.ledger.append(log, *drafts, expected_size=size)
            except SizeChanged:
                continue
            self.projection.catch_up(log)
            return recorded
        return self.append(log, *make())

    def refuse(self, log: str, actor: Actor, *, verb: str, why: str) -> NotAllowed:
        """Record that a rule kept someone from something, and give the error to raise."""
        self.append(log, entries.refused(actor.person_id, verb=verb, why=why))
        return NotAllowed(why)
