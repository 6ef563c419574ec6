"""Finds the exhibits with a value that belongs to one unit.

The index is a cache over the stored readings: each reading is opened once, whatever the size of the
case. The index is saved in the store's cache folder as it grows, since a program may be ended at
any time.
"""

from __future__ import annotations

import json
import secrets
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from evidence_store.errors import BlobDamaged, BlobMissing
from vision.copies.same_object import identity_values
from workbench import tables
from workbench.cases.exhibits import kept_reading
from workbench.copies.log_marks import is_of, mark_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.stores.stores import Stores

#: The index is saved when it has gained this many readings; fewer are quickly opened again ...
WORTH_KEEPING = 500
#: ... and has grown by this share, so that the cost per reading does not grow with their number.
WORTH_KEEPING_SHARE = 0.1


@dataclass(slots=True)
class _Case:
    """The values of one case, up to an entry of its log."""

    reached: int = -1
    values: dict[str, tuple[str, ...]] = field(default_factory=dict)
    bearers: dict[str, set[str]] = field(default_factory=dict)

    def put(self, exhibit_id: str, values: Iterable[str]) -> None:
        """Store the values of an exhibit's latest reading in place of those of an earlier one."""
        for value in self.values.pop(exhibit_id, ()):
            self.bearers[value].discard(exhibit_id)
        if now := tuple(values):
            self.values[exhibit_id] = now
        for value in now:
            self.bearers.setdefault(value, set()).add(exhibit_id)


class KnownValues:
    """One index over all cases; safe to share between threads."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._file = stores.settings.store / "cache" / "values.json"
        self._lock = threading.Lock()
        self._cases: dict[str, _Case] | None = None
        self._kept = self._gained = 0

    def bearers(self, case_id: str, values: Iterable[str]) -> frozenset[str]:
        """Exhibits of a case whose latest readings hold one of these values."""
        with self._lock:
            known = self._opened().setdefault(case_id, _Case())
            self._catch_up(case_id, known)
            if self._gained > max(WORTH_KEEPING, WORTH_KEEPING_SHARE * self._kept):
                self._keep()
            return frozenset().union(*(known.bearers.get(value, ()) for value in values))

    def close(self) -> None:
        """Save the index for the next start."""
        with self._lock:
            if self._gained >= WORTH_KEEPING:
                self._keep()

    def _keep(self) -> None:
        """Write the index; if that fails, for example on a full disk, work goes on without it."""
        cases = self._opened()
        kept = {
            case_id: {
                "reached": known.reached,
                "mark": mark_of(self._stores.ledger, case_id),
                "values": known.values,
            }
            for case_id, known in cases.items()
        }
        self._kept, self._gained = sum(len(known.values) for known in cases.values()), 0
        part = self._file.with_suffix(f".{secrets.token_hex(8)}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(kept), encoding="utf-8")
            part.replace(self._file)
        except OSError:
            part.unlink(missing_ok=True)

    def _opened(self) -> dict[str, _Case]:
        if self._cases is None:
            self._cases = {}
            try:
                for case_id, kept in json.loads(self._file.read_text(encoding="utf-8")).items():
                    if not is_of(self._stores.ledger, case_id, kept["mark"]):
                        continue
                    known = _Case(reached=int(kept["reached"]))
                    for exhibit_id, values in kept["values"].items():
                        known.put(exhibit_id, map(str, values))
                    self._cases[case_id] = known
                    self._kept += len(known.values)
            except (OSError, ValueError, KeyError, TypeError, AttributeError):
                self._cases = {}
        return self._cases

    def _catch_up(self, case_id: str, known: _Case) -> None:
        """Open the readings recorded since."""
        exhibit = tables.exhibit.c
        asked = (
            select(exhibit.exhibit_id, exhibit.reading_sha256, exhibit.reading_sequence)
            .where(exhibit.case_id == case_id, exhibit.reading_sequence > known.reached)
            .order_by(exhibit.reading_sequence)
        )
        with self._stores.projection.read(case_id) as connection:
            rows = connection.execute(asked).all()
        for row in rows:
            try:
                values = identity_values(kept_reading(self._stores.blobs, row.reading_sha256))
            except (BlobDamaged, BlobMissing):  # whoever opens or seals that exhibit gets the error
                values = {}
            known.put(row.exhibit_id, values)
            known.reached = row.reading_sequence
            self._gained += 1
