"""Stored bytes with errors that name the exhibit: nobody knows a photo by its hash alone."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select

from evidence_store.blobs.store import BlobStore, sha256_of
from evidence_store.errors import BlobDamaged, BlobMissing
from workbench import tables

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from evidence_store.types import Sha256
    from workbench.stores.projection import Projection

#: Most exhibits or letters that one error names; a photo may be in many cases.
MOST_NAMED = 5


class NamedBlobs(BlobStore):
    """The store of bytes; an error about damaged or missing bytes also names their exhibit."""

    def __init__(self, root: Path | str, projection: Projection) -> None:
        super().__init__(root)
        self._projection = projection

    def put(self, data: bytes) -> Sha256:
        """Store the bytes; raises `BlobDamaged` if they are already here, but altered."""
        with self._named(sha256_of(data)):
            return super().put(data)

    def get(self, sha256: Sha256) -> bytes:
        """Return the bytes, re-hashed; raises `BlobMissing` or `BlobDamaged`."""
        with self._named(sha256):
            return super().get(sha256)

    def stream(self, sha256: Sha256) -> Iterator[bytes]:
        """Yield the bytes in pieces; raises `BlobDamaged` after the last, see `BlobStore`."""
        with self._named(sha256):
            yield from super().stream(sha256)

    def size(self, sha256: Sha256) -> int:
        """Return the size in bytes of the blob with this hash."""
        with self._named(sha256):
            return super().size(sha256)

    @contextmanager
    def _named(self, sha256: Sha256) -> Iterator[None]:
        try:
            yield
        except (BlobDamaged, BlobMissing) as error:
            bearers = self._bearers(sha256)
            if not bearers:
                raise
            raise type(error)(
                f"This is {', and '.join(bearers)}. {error.message}", remedy=error.remedy
            ) from error

    def _bearers(self, sha256: Sha256) -> list[str]:
        """What these bytes are: the original or the reading of exhibits, or a letter."""
        exhibit = tables.exhibit.c
        # Two queries: each has an index, but SQLite would use none for both at once.
        for what, column in (
            ("the original", exhibit.sha256),
            ("the reading", exhibit.reading_sha256),
        ):
            asked = (
                select(exhibit.case_id, exhibit.exhibit_id, exhibit.file_name)
                .where(column == sha256)
                .order_by(exhibit.case_id, exhibit.number)
                .limit(MOST_NAMED)
            )
            with self._projection.read() as connection:
                rows = connection.execute(asked).all()
            if rows:
                return [f"{what} of {r.exhibit_id} ({r.file_name}) in {r.case_id}" for r in rows]
        return self._letters(sha256)

    def _letters(self, sha256: Sha256) -> list[str]:
        """The trace requests whose letter these bytes are; any store has only a few."""
        trace = tables.trace.c
        asked = select(trace.case_id, trace.trace_id).where(trace.letter_sha256 == sha256)
        with self._projection.read() as connection:
            return [
                f"the letter of {row.trace_id} in {row.case_id}"
                for row in connection.execute(asked.limit(MOST_NAMED))
            ]
