"""Read back the log of a sealed bundle, to seal it again with fewer disclosures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from evidence_store.bundle.layout import CHECKPOINT, DISCLOSURES, ENTRIES
from evidence_store.bundle.record import parse_disclosure, read_lines
from evidence_store.canonical import entry_from_leaf
from evidence_store.checkpoint import parse_note
from evidence_store.types import Checkpoint, Disclosure, Entry, Json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from pathlib import Path


class SealedLog:
    """The log of a verified bundle, without some fields; sealing uses it like a ledger."""

    def __init__(self, top: Path, *, withheld: Collection[tuple[int, str]] = ()) -> None:
        self._top = top
        self._withheld = frozenset(withheld)

    def without(self, withheld: Collection[tuple[int, str]]) -> SealedLog:
        """Return the same log with these (sequence, name) fields not disclosed."""
        return SealedLog(self._top, withheld=withheld)

    def entries(self, log: str, *, after: int = -1, limit: int | None = None) -> Iterator[Entry]:
        """Yield the entries in order, with the remaining private values."""
        _ = log  # a bundle contains only one log
        opened = self._disclosures()
        waiting = next(opened, None)
        leaves = islice(read_lines(self._top / ENTRIES), after + 1, None)
        for leaf in leaves if limit is None else islice(leaves, limit):
            entry = entry_from_leaf(leaf)
            private: dict[str, Json] = {}
            salts: dict[str, str] = {}
            while waiting is not None and waiting.sequence <= entry.sequence:
                if waiting.sequence == entry.sequence:
                    private[waiting.name] = waiting.value
                    salts[waiting.name] = waiting.salt
                waiting = next(opened, None)
            yield replace(entry, private=private, salts=salts)

    def checkpoint(self, log: str) -> Checkpoint:
        """Return the bundle's checkpoint."""
        note = (self._top / CHECKPOINT).read_text(encoding="utf-8")
        parsed = parse_note(note)
        unknown = datetime.fromtimestamp(0, UTC)
        return Checkpoint(log=log, size=parsed.size, root=parsed.root, at=unknown, note=note)

    def checkpoints(self, log: str) -> tuple[Checkpoint, ...]:
        """Return the only checkpoint of a bundle."""
        return (self.checkpoint(log),)

    def _disclosures(self) -> Iterator[Disclosure]:
        for line in read_lines(self._top / DISCLOSURES):
            disclosure = parse_disclosure(line)
            if (disclosure.sequence, disclosure.name) not in self._withheld:
                yield disclosure
