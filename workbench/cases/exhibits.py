"""Exhibits as screens show them: from the tables, the stored bytes and the stored reading."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Row, func, select

from evidence_store.blobs.store import checked_sha256
from vision.serialize import reading_from_json
from workbench import tables
from workbench.errors import NotFound
from workbench.tables.vision_json import embedded_from
from workbench.types import (
    Claims,
    ExhibitOrder,
    ExhibitState,
    ExhibitSummary,
    ExhibitView,
    Judgement,
    Review,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import ColumnElement, Connection

    from evidence_store.blobs.store import BlobStore
    from vision.types import PhotoReading
    from workbench.cases.cases import Cases
    from workbench.cases.images import Images
    from workbench.people.people import People
    from workbench.stores.stores import Stores


PAGE = 200
"""Exhibits fetched at once when all are gone through."""

SUMMARY_COLUMNS = tuple(
    column
    for column in tables.exhibit.c
    if column.name not in {"embedded", "fingerprint", "claims"}
)
"""What a row of a list needs; the other columns are large and read only for a single exhibit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Where the ledger mentions an exhibit."""

    taken_in: int
    """Sequence number of the entry that added it."""
    reading_sha256: str | None
    """The blob with its latest reading."""


class Exhibits:
    """The exhibits of a case, in lists and one by one."""

    def __init__(self, stores: Stores, people: People, cases: Cases, images: Images) -> None:
        self._stores = stores
        self._people = people
        self._cases = cases
        self._images = images

    def listed(
        self,
        case_id: str,
        *,
        state: ExhibitState | None = None,
        unreadable: bool = False,
        order: ExhibitOrder = ExhibitOrder.OLDEST,
        offset: int = 0,
        limit: int = 60,
    ) -> tuple[ExhibitSummary, ...]:
        """Exhibits in an order, page by page: all, those in one state, or with an unreadable field.

        In the order *least sure first*, an exhibit counts by the least confident of its makers,
        models and serials that nobody has judged yet; exhibits with none of these come last.
        """
        self._cases.policy_of(case_id)
        query = (
            select(*SUMMARY_COLUMNS)
            .where(*_among(case_id, state, unreadable=unreadable))
            .order_by(*ORDERS[order])
            .offset(offset)
            .limit(limit)
        )
        names = self._people.names()
        with self._stores.projection.read(case_id) as connection:
            return tuple(summary_of(row, names) for row in connection.execute(query))

    def every(self, case_id: str) -> Iterator[ExhibitView]:
        """Everything about each exhibit, in the order of intake, page by page."""
        offset = 0
        while page := self.listed(case_id, offset=offset, limit=PAGE):
            for summary in page:
                yield self.one(case_id, summary.exhibit_id)
            offset += PAGE

    def count(
        self, case_id: str, *, state: ExhibitState | None = None, unreadable: bool = False
    ) -> int:
        """How many exhibits a case has: all, those in one state, or with an unreadable field."""
        self._cases.policy_of(case_id)
        query = select(func.count()).where(*_among(case_id, state, unreadable=unreadable))
        with self._stores.projection.read(case_id) as connection:
            return int(connection.execute(query).scalar_one())

    def one(self, case_id: str, exhibit_id: str) -> ExhibitView:
        """Everything there is to show about one exhibit. Raises NotFound."""
        self._cases.policy_of(case_id)
        seen = self._stores.ledger.size(case_id)
        names = self._people.names()
        with self._stores.projection.read(case_id) as connection:
            row = exhibit_row(connection, case_id, exhibit_id)
            reviews = connection.execute(
                select(tables.review)
                .where(tables.review.c.case_id == case_id, tables.review.c.exhibit_id == exhibit_id)
                .order_by(tables.review.c.sequence)
            ).all()
            frames = connection.execute(
                select(tables.exhibit.c.exhibit_id)
                .where(tables.exhibit.c.case_id == case_id, tables.exhibit.c.parent == exhibit_id)
                .order_by(tables.exhibit.c.number)
            ).scalars()
            frame_ids = tuple(frames)
        reading = (
            kept_reading(self._stores.blobs, row.reading_sha256) if row.reading_sha256 else None
        )
        return ExhibitView(
            summary=summary_of(row, names),
            claims=Claims(**row.claims),
            embedded=embedded_from(row.embedded),
            reading=reading,
            reading_sequence=row.reading_sequence,
            drawn_regions=tuple(
                region
                for region in (reading.regions if reading is not None else ())
                if region.drawn
            ),
            reviews=tuple(review_of(review, names) for review in reviews),
            frames=frame_ids,
            derived_how=row.derived_how,
            seen=seen,
        )

    def original(self, case_id: str, exhibit_id: str) -> bytes:
        """The bytes as they arrived; they are hashed again when read."""
        return self._stores.blobs.get(checked_sha256(self._sha(case_id, exhibit_id)))

    def size(self, case_id: str, exhibit_id: str) -> int:
        """The size of the original in bytes."""
        return self._stores.blobs.size(checked_sha256(self._sha(case_id, exhibit_id)))

    def recorded_in(self, case_id: str, exhibit_id: str) -> Recorded:
        """Which entry recorded an exhibit, and which blob holds its reading. Raises NotFound."""
        with self._stores.projection.read(case_id) as connection:
            row = exhibit_row(connection, case_id, exhibit_id)
        return Recorded(taken_in=row.sequence, reading_sha256=row.reading_sha256)

    def upright_png(self, case_id: str, exhibit_id: str, *, longest: int | None = None) -> bytes:
        """The upright photo as PNG; for a clip, the first frame taken from it."""
        view = self.one(case_id, exhibit_id)
        if view.summary.media == "clip":
            if not view.frames:
                raise NotFound(f"No frame of {exhibit_id} has been taken yet.")
            return self.upright_png(case_id, view.frames[0], longest=longest)
        return self._images.upright_png(view.summary.sha256, longest=longest)

    def thumbnail(self, case_id: str, exhibit: ExhibitSummary) -> bytes:
        """A small JPEG of an exhibit for lists; for a clip, of the first frame taken from it."""
        if exhibit.media != "clip":
            return self._images.thumbnail(exhibit.sha256)
        frames = self.one(case_id, exhibit.exhibit_id).frames
        if not frames:
            raise NotFound(f"No frame of {exhibit.exhibit_id} has been taken yet.")
        return self._images.thumbnail(self._sha(case_id, frames[0]))

    def crop_png(
        self, case_id: str, exhibit_id: str, region_id: str, *, height: int = 220
    ) -> bytes:
        """A plate region as PNG, turned upright and rectified. Raises NotFound."""
        view = self.one(case_id, exhibit_id)
        regions = view.reading.regions if view.reading is not None else ()
        for region in regions:
            if region.region_id == region_id:
                return self._images.crop_png(view.summary.sha256, region.corners, height=height)
        raise NotFound(f"{exhibit_id} has no plate region {region_id!r}.", kind="plate")

    def _sha(self, case_id: str, exhibit_id: str) -> str:
        self._cases.policy_of(case_id)
        with self._stores.projection.read(case_id) as connection:
            sha256 = connection.execute(
                select(tables.exhibit.c.sha256).where(
                    tables.exhibit.c.case_id == case_id,
                    tables.exhibit.c.exhibit_id == exhibit_id,
                )
            ).scalar_one_or_none()
        if sha256 is None:
            raise NotFound(f"This case has no exhibit {exhibit_id!r}.", kind="exhibit")
        return cast("str", sha256)


ORDERS = {
    ExhibitOrder.OLDEST: (tables.exhibit.c.number,),
    ExhibitOrder.NEWEST: (tables.exhibit.c.number.desc(),),
    ExhibitOrder.LEAST_SURE: (tables.exhibit.c.sure, tables.exhibit.c.number),
}


def _among(
    case_id: str, state: ExhibitState | None, *, unreadable: bool
) -> list[ColumnElement[bool]]:
    exhibit = tables.exhibit.c
    wanted: list[ColumnElement[bool]] = [exhibit.case_id == case_id]
    if state is not None:
        wanted.append(exhibit.state == state.value)
    if unreadable:
        wanted.append(exhibit.unreadable.is_(True))
    return wanted


def summary_of(row: Row[Any], names: Mapping[str, str]) -> ExhibitSummary:
    """One row of the list of exhibits."""
    return ExhibitSummary(
        exhibit_id=row.exhibit_id,
        state=ExhibitState(row.state),
        media=row.media,
        file_name=row.file_name,
        sha256=row.sha256,
        width=row.width,
        height=row.height,
        taken_in_at=datetime.fromisoformat(row.taken_in_at),
        taken_in_by=names.get(row.taken_in_by, row.taken_in_by),
        parent=row.parent,
        exposure=row.exposure,
        copy_of=row.copy_of,
        copy_is_settled=row.copy_is_settled,
        fields=tuple((name, text, state) for name, text, _confidence, state in row.fields),
    )


def review_of(row: Row[Any], names: Mapping[str, str]) -> Review:
    """One judgement of a field."""
    return Review(
        sequence=row.sequence,
        at=datetime.fromisoformat(row.at),
        reviewer=names.get(row.by, row.by),
        reviewer_id=row.by,
        exhibit_id=row.exhibit_id,
        region_id=row.region_id,
        field=row.field,
        judgement=Judgement(row.judgement),
        text=row.text,
        machine_text=row.machine_text,
        blind=row.blind,
        reason=row.reason,
        supersedes=row.supersedes,
        counts=row.counts,
    )


def exhibit_row(connection: Connection, case_id: str, exhibit_id: str) -> Row[Any]:
    """The row of one exhibit in the tables. Raises NotFound."""
    row = connection.execute(
        select(tables.exhibit).where(
            tables.exhibit.c.case_id == case_id, tables.exhibit.c.exhibit_id == exhibit_id
        )
    ).first()
    if row is None:
        raise NotFound(f"This case has no exhibit {exhibit_id!r}.", kind="exhibit")
    return row


@lru_cache(maxsize=64)
def kept_reading(blobs: BlobStore, sha256: str) -> PhotoReading:
    """A reading as recorded; the blob never changes, so it is parsed only once."""
    return reading_from_json(blobs.get(checked_sha256(sha256)))
