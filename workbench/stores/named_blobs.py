"""Kept bytes whose errors name what they are: a hash alone tells nobody which photo is damaged."""

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

#: Exhibits or letters that one error names at the most; a photo may stand in many cases.
MOST_NAMED = 5


class NamedBlobs(BlobStore):
    """The store of bytes; whatever is damaged or missing is said by its exhibit too."""

    def __init__(self, root: Path | str, projection: Projection) -> None:
        super().__init__(root)
        self._projection = projection

    def put(self, data: bytes) -> Sha256:
        """Keep the bytes; `BlobDamaged` if they are here already, but altered."""
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
        """Return the number of bytes kept under that name."""
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
        # One after the other: the first has an index, and both together would have none.
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
        """The trace requests whose letter these bytes are; there are few of them in any store."""
        trace = tables.trace.c
        asked = select(trace.case_id, trace.trace_id).where(trace.letter_sha256 == sha256)
        with self._projection.read() as connection:
            return [
                f"the letter of {row.trace_id} in {row.case_id}"
                for row in connection.execute(asked.limit(MOST_NAMED))
            ]
