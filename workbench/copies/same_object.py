"""Other exposures of one object: proposed when a reading agrees with an earlier one.

What was read decides whether two exhibits are proposed; how alike they look is reported with it,
and a person decides. A copy is never proposed as another exposure.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from vision.copies.same_object import identity_values, propose_same_object, regions_with
from vision.copies.verdict import compare
from workbench import events, tables
from workbench.cases.exhibits import kept_reading
from workbench.copies.value_index import KnownValues
from workbench.rules.exposure import SAME_OBJECT
from workbench.tables.exposures import ASKED_TOGETHER, exposures_in, showing
from workbench.tables.vision_json import as_shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row

    from vision.types import PhotoReading
    from workbench.cases.images import Images
    from workbench.stores.stores import Stores
    from workbench.types import Actor

#: Exhibits proposed together with a new reading; a group grows exhibit by exhibit.
MOST_PROPOSED = 2


class SameObject:
    """Compares a new reading with those of its case."""

    def __init__(self, stores: Stores, images: Images) -> None:
        self._stores = stores
        self._images = images
        self._known = KnownValues(stores)

    def propose(self, actor: Actor, case_id: str, exhibit_id: str, reading: PhotoReading) -> None:
        """Record which exhibits of the case may show the same object as this one."""
        values = identity_values(reading)
        if not values:
            return
        bearers = self._known.bearers(case_id, values)
        with self._stores.projection.read(case_id) as connection:
            rows = _read_exhibits(connection, case_id, {*bearers, exhibit_id})
            family = [row.exhibit_id for row in showing(connection, case_id, (exhibit_id,))]
            known = set(
                exposures_in(
                    connection, case_id, _proposed_with(connection, case_id, family)
                ).values()
            )
        own = next((row for row in rows if row.exhibit_id == exhibit_id), None)
        if own is None:
            return
        others: dict[str, Row[Any]] = {}
        for row in rows:
            if row.exposure != own.exposure:
                others.setdefault(row.exposure, row)
        proposed = 0
        for other in others.values():
            if other.exposure in known:
                return  # an earlier proposal stands, and a person may have judged it
            proposed += self._propose(actor, case_id, *sorted((other, own), key=_number))
            if proposed == MOST_PROPOSED:
                return

    def members(self, case_id: str, exhibit_ids: Iterable[str]) -> tuple[tuple[str, str], ...]:
        """The regions of these exhibits with a value that two of the exhibits share."""
        with self._stores.projection.read(case_id) as connection:
            rows = _read_exhibits(connection, case_id, exhibit_ids)
        readings = {
            row.exhibit_id: kept_reading(self._stores.blobs, row.reading_sha256) for row in rows
        }
        values = Counter(
            value for reading in readings.values() for value in identity_values(reading)
        )
        shared = {value for value, times in values.items() if times > 1}
        return tuple(
            (exhibit_id, region)
            for exhibit_id, reading in readings.items()
            for region in regions_with(reading, shared)
        )

    def close(self) -> None:
        """Save the index of values for the next start."""
        self._known.close()

    def _propose(self, actor: Actor, case_id: str, first: Row[Any], second: Row[Any]) -> bool:
        photos = self._images.photo(first.sha256), self._images.photo(second.sha256)
        one, two = (kept_reading(self._stores.blobs, row.reading_sha256) for row in (first, second))
        found = propose_same_object(compare(*photos), one, two, photos=photos)
        if found is None:
            return False
        self._stores.append(
            case_id,
            events.CopiesProposed(
                exhibit=second.exhibit_id,
                of=first.exhibit_id,
                relation=found.relation,
                evidence=as_shown(found),
            ).draft(actor.person_id),
        )
        return True


def _number(row: Row[Any]) -> int:
    return int(row.number)


def _read_exhibits(
    connection: Connection, case_id: str, exhibit_ids: Iterable[str]
) -> list[Row[Any]]:
    """Those of the exhibits that have been read, in the order of intake."""
    exhibit = tables.exhibit.c
    asked = select(
        exhibit.exhibit_id,
        exhibit.number,
        exhibit.sha256,
        exhibit.exposure,
        exhibit.reading_sha256,
    ).where(
        exhibit.case_id == case_id,
        exhibit.exhibit_id.in_(set(exhibit_ids)),
        exhibit.reading_sha256.is_not(None),
    )
    return sorted(connection.execute(asked), key=_number)


def _proposed_with(connection: Connection, case_id: str, exhibit_ids: Sequence[str]) -> set[str]:
    """Exhibits already proposed as showing the object of one of these."""
    pair = tables.copy_pair.c
    found: set[str] = set()
    for here, there in ((pair.exhibit_id, pair.of), (pair.of, pair.exhibit_id)):
        for start in range(0, len(exhibit_ids), ASKED_TOGETHER):
            asked = select(there).where(
                pair.case_id == case_id,
                pair.relation == SAME_OBJECT,
                here.in_(exhibit_ids[start : start + ASKED_TOGETHER]),
            )
            found.update(connection.execute(asked).scalars())
    return found
