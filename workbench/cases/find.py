"""Find a fragment of a serial, model or name in all readings.

Machine words, people's words, alternatives and lines that became no field are searched. A hit is
exact (the letters and digits given, `?` for any one) or rests on look-alikes (O for 0, I for 1 …);
each hit says which.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, Row, case, select

from values.text import fold, skeleton
from workbench import tables
from workbench.errors import BadRequest
from workbench.rules.limits import LEAST_SOUGHT
from workbench.tables.findable import ANY_ONE
from workbench.types import FoundBy, Hit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.cases.cases import Cases
    from workbench.stores.stores import Stores


class Finder:
    """Searches the readings of one case, or of all cases."""

    def __init__(self, stores: Stores, cases: Cases) -> None:
        self._stores = stores
        self._cases = cases

    def find(
        self, fragment: str, *, case_id: str | None = None, limit: int = 100
    ) -> tuple[Hit, ...]:
        """Plate regions that contain the fragment: exact hits first, then look-alikes.

        Raises BadRequest for a fragment that is too short, NotFound for an unknown case.
        """
        pieces = [fold(piece) for piece in fragment.split(ANY_ONE)]
        if len("".join(pieces)) < LEAST_SOUGHT:
            raise BadRequest(
                f"Give at least {LEAST_SOUGHT} letters or digits; ? stands for any one of them."
            )
        if case_id is None:
            logs = [log for log in self._stores.ledger.logs() if log.startswith("case-")]
        else:
            self._cases.policy_of(case_id)
            logs = [case_id]
        exact, alike = "_".join(pieces), "_".join(map(skeleton, pieces))
        query = (
            select(tables.region, tables.exhibit.c.file_name)
            .join(
                tables.exhibit,
                (tables.exhibit.c.case_id == tables.region.c.case_id)
                & (tables.exhibit.c.exhibit_id == tables.region.c.exhibit_id),
            )
            .where(tables.region.c.skeleton.like(f"%{alike}%"))
            .order_by(
                case((tables.region.c.key.like(f"%{exact}%"), 0), else_=1),
                tables.region.c.case_id,
                tables.region.c.number,
            )
            .limit(limit)
        )
        if case_id is not None:
            query = query.where(tables.region.c.case_id == case_id)
        with self._stores.projection.read(*logs) as connection:
            rows = connection.execute(query).all()
            said = _people_said(connection, rows)
        patterns = (re.compile(exact.replace("_", ".")), re.compile(alike.replace("_", ".")))
        found = (
            _hit(row, said.get((row.case_id, row.exhibit_id, row.region_id), ()), *patterns)
            for row in rows
        )
        return tuple(hit for hit in found if hit is not None)


Said: TypeAlias = "tuple[str, str, FoundBy]"
"""(field or None, text, whose words)."""


def _people_said(
    connection: Connection, rows: Iterable[Row[Any]]
) -> dict[tuple[str, str, str], list[Said]]:
    """What people wrote about the regions in these rows."""
    said: dict[tuple[str, str, str], list[Said]] = {}
    exhibits: dict[str, set[str]] = {}
    for row in rows:
        exhibits.setdefault(row.case_id, set()).add(row.exhibit_id)
    review = tables.review.c
    for case_id, wanted in exhibits.items():
        asked = select(tables.review).where(
            review.case_id == case_id, review.exhibit_id.in_(wanted)
        )
        for row in sorted(connection.execute(asked), key=lambda row: -row.sequence):
            place = (row.case_id, row.exhibit_id, row.region_id)
            said.setdefault(place, []).append((row.field, row.text, FoundBy.PERSON))
    return said


def _hit(
    row: Row[Any], people: Iterable[Said], exact: re.Pattern[str], alike: re.Pattern[str]
) -> Hit | None:
    """The best text of a region: exact before look-alike, people and fields before lines."""
    texts: list[Said] = [
        *people,
        *((name, text, FoundBy.MACHINE) for name, text, *_rest in row.fields),
        *(("", text, FoundBy.ALSO) for text in row.also),
    ]
    for is_exact, folded, pattern in ((True, str, exact), (False, skeleton, alike)):
        for field, text, by in texts:
            if any(pattern.search(folded(fold(piece))) for piece in text.split(ANY_ONE)):
                return Hit(
                    case_id=row.case_id,
                    exhibit_id=row.exhibit_id,
                    region_id=row.region_id,
                    file_name=row.file_name,
                    field=field,
                    text=text,
                    by=by,
                    exact=is_exact,
                )
    return None
