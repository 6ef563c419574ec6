"""The fingerprints of every photo in the store, in one index that loads in seconds.

The index is a cache: the ledger decides, and what the index lacks is added from the projection. It
is saved in the store's cache folder as it grows, since a program may be ended at any time.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from evidence_store.blobs.store import checked_sha256
from vision.copies.verdict import FingerprintIndex, fingerprint
from vision.media.decode import decode_photo
from workbench import tables
from workbench.copies.log_marks import is_of, mark_of
from workbench.tables.vision_json import fingerprint_from

if TYPE_CHECKING:
    from vision.copies.verdict import NearHit
    from vision.types import Fingerprint
    from workbench.stores.stores import Stores

#: The index is saved when it has gained this many photos; fewer are quickly caught up ...
WORTH_KEEPING = 500
#: ... and has grown by this share, so that the cost per photo does not grow with their number.
WORTH_KEEPING_SHARE = 0.1
#: Seconds after which a search of other cases asks what other processes have added.
FRESH_SECONDS = 30.0


class KnownPhotos:
    """One index over all cases; safe to share between threads."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._folder = stores.settings.store / "cache"
        self._lock = threading.Lock()
        self._index: FingerprintIndex | None = None
        self._reached: dict[str, int] = {}
        self._kept = 0
        self._asked_all = float("-inf")

    def candidates(
        self, print_: Fingerprint, *, case_id: str, until: int, limit: int
    ) -> tuple[NearHit, ...]:
        """Stored photos that may be copies, the likeliest first.

        All photos of the case before number `until` are included, and those of other cases except
        for what other processes added within `FRESH_SECONDS`.
        """
        with self._lock:
            index = self._opened()
            self._catch_up(index, case_id, until)
            if time.monotonic() > self._asked_all + FRESH_SECONDS:
                for log in self._cases():
                    if log != case_id:
                        self._catch_up(index, log, None)
                self._asked_all = time.monotonic()
            if len(index) > self._kept + max(WORTH_KEEPING, WORTH_KEEPING_SHARE * self._kept):
                self._keep(index)
            return index.candidates(print_, limit=limit)

    def close(self) -> None:
        """Save the index for the next start."""
        with self._lock:
            if self._index is not None and len(self._index) >= self._kept + WORTH_KEEPING:
                self._keep(self._index)

    def _keep(self, index: FingerprintIndex) -> None:
        """Write the index and then its description, so that both always belong to the same moment.

        If it cannot be written, for example because the disk is full, work goes on without it.
        """
        self._kept = len(index)
        file = self._folder / f"copies-{secrets.token_hex(8)}.npz"
        part = file.with_suffix(".part")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            index.save(file)
            marks = {case: mark_of(self._stores.ledger, case) for case in self._reached}
            kept = {"index": file.name, "reached": self._reached, "marks": marks}
            part.write_text(json.dumps(kept))
            part.replace(self._folder / "copies.json")
        except OSError:
            for made in (file, part):
                made.unlink(missing_ok=True)
            return
        for older in self._folder.glob("copies-*.npz"):
            if older != file:
                older.unlink(missing_ok=True)

    def _opened(self) -> FingerprintIndex:
        if self._index is None:
            try:
                kept = json.loads((self._folder / "copies.json").read_text(encoding="utf-8"))
                self._index = FingerprintIndex.load(self._folder / Path(kept["index"]).name)
                self._reached = {str(case): int(to) for case, to in kept["reached"].items()}
                if not all(self._speaks_of(case, kept["marks"]) for case in self._reached):
                    raise ValueError
            except (OSError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile):
                self._index, self._reached = FingerprintIndex(), {}
            self._kept = len(self._index)
        return self._index

    def _speaks_of(self, case_id: str, marks: dict[str, Any]) -> bool:
        return is_of(self._stores.ledger, case_id, marks.get(case_id))

    def _cases(self) -> list[str]:
        with self._stores.projection.read() as connection:
            return list(connection.execute(select(tables.case.c.case_id)).scalars())

    def _catch_up(self, index: FingerprintIndex, case_id: str, until: int | None) -> None:
        """Add photos of a case that are missing from the index, up to a number."""
        reached = self._reached.get(case_id, 0)
        exhibit = tables.exhibit.c
        asked = select(exhibit.number, exhibit.sha256, exhibit.fingerprint).where(
            exhibit.case_id == case_id, exhibit.number > reached
        )
        if until is not None:
            asked = asked.where(exhibit.number < until)
        with self._stores.projection.read(case_id) as connection:
            for row in connection.execute(asked.order_by(exhibit.number)):
                if row.fingerprint is not None:
                    self._add(index, row)
                reached = row.number
        self._reached[case_id] = reached

    def _add(self, index: FingerprintIndex, row: Row[Any, Any, Any]) -> None:
        """Add an exhibit to the index; a fingerprint by an older program is computed again."""
        try:
            index.add(fingerprint_from(row.fingerprint))
        except ValueError:
            data = self._stores.blobs.get(checked_sha256(row.sha256))
            index.add(fingerprint(decode_photo(data, name=row.sha256[:12])))
