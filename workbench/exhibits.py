"""One exhibit as a screen shows it, put together from the projection and the kept reading."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, select

from evidence_store.blobs import checked_sha256
from vision.serialize import reading_from_json
from workbench import tables
from workbench.errors import NotFound
from workbench.plain import embedded_from
from workbench.types import Claims, ExhibitState, ExhibitSummary, ExhibitView, Judgement, Review

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from evidence_store.blobs import BlobStore
    from vision.types import PhotoReading
    from workbench.stores import Stores


SUMMARY_COLUMNS = tuple(
    column
    for column in tables.exhibit.c
    if column.name not in {"embedded", "fingerprint", "claims"}
)
"""What a row of a list needs; the rest is large and read for one exhibit only."""


def summary_of(row: Row[Any], names: Mapping[str, str]) -> ExhibitSummary:
    """A row of the list of exhibits."""
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
        copy_of=row.copy_of,
        fields=tuple((name, text, state) for name, text, _confidence, state in row.fields),
    )


def review_of(row: Row[Any], names: Mapping[str, str]) -> Review:
    """A judgement of one field."""
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
    )


def exhibit_row(connection: Connection, case_id: str, exhibit_id: str) -> Row[Any]:
    """The projection's row of one exhibit. Raises NotFound."""
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
    """A reading as it was recorded; the blob never changes, so it is parsed once."""
    return reading_from_json(json.loads(blobs.get(checked_sha256(sha256))))


def exhibit_view(
    stores: Stores, names: Mapping[str, str], case_id: str, exhibit_id: str
) -> ExhibitView:
    """Everything there is to show of one exhibit. Raises NotFound."""
    with stores.projection.read(case_id) as connection:
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
    reading = kept_reading(stores.blobs, row.reading_sha256) if row.reading_sha256 else None
    return ExhibitView(
        summary=summary_of(row, names),
        claims=Claims(**row.claims),
        embedded=embedded_from(row.embedded),
        reading=reading,
        reading_sequence=row.reading_sequence,
        drawn_regions=tuple(
            region
            for region in (reading.regions if reading is not None else ())
            if region.region_id.startswith("D")
        ),
        reviews=tuple(review_of(review, names) for review in reviews),
        frames=frame_ids,
        derived_how=row.derived_how,
    )
