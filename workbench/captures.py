"""Independent captures of a plate: exposures less reposts, and its earliest known appearance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, Row

    from workbench.types import PlateView

_YEAR = re.compile(r"\d{4}(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """How often one plate was captured, and since when it is known.

    `captures` and `reposts` are exhibits: of each capture the first, and what only repeats
    one. The dates are (ISO 8601 as given, exhibit); what a source claims and what a file says
    stay apart, and neither is checked.
    """

    plate_id: str
    captures: tuple[str, ...]
    reposts: tuple[str, ...]
    first_claimed: tuple[str, str] | None
    first_embedded: tuple[str, str] | None

    @property
    def sentence(self) -> str:
        """All of it in words."""
        times = len(self.captures)
        said = f"{times} independent capture{'s' if times != 1 else ''}"
        said += f" ({', '.join(self.captures)})"
        if self.reposts:
            said += f", repeated by {', '.join(self.reposts)}"
        dates = [
            f"earliest {kind} date {found[0]} ({found[1]})" if found else f"no {kind} date"
            for kind, found in (
                ("claimed", self.first_claimed),
                ("embedded", self.first_embedded),
            )
        ]
        return f"{said}; {', '.join(dates)}."


def captures_of(
    connection: Connection, case_id: str, plates: Iterable[PlateView]
) -> tuple[Captures, ...]:
    """Count the captures of each plate: stills of one clip are one capture, reposts none."""
    exhibit = tables.exhibit.c
    asked = select(
        exhibit.exhibit_id, exhibit.copy_of, exhibit.parent, exhibit.claims, exhibit.embedded
    ).where(exhibit.case_id == case_id)
    rows = {row.exhibit_id: row for row in connection.execute(asked.order_by(exhibit.number))}
    families: dict[str, list[Row[*tuple[Any, ...]]]] = {}
    for name, row in rows.items():
        families.setdefault(_origin(rows, name), []).append(row)
    found = []
    for plate in plates:
        captures = tuple(dict.fromkeys(_origin(rows, member) for member, _ in plate.members))
        family = [row for capture in captures for row in families[capture]]
        claimed = ((row.claims.get("claimed_date"), row.exhibit_id) for row in family)
        embedded = (((row.embedded or {}).get("captured_at"), row.exhibit_id) for row in family)
        found.append(
            Captures(
                plate_id=plate.plate_id,
                captures=captures,
                reposts=tuple(row.exhibit_id for row in family if row.copy_of),
                first_claimed=_first(claimed),
                first_embedded=_first(embedded),
            )
        )
    return tuple(found)


def _origin(rows: Mapping[str, Row[*tuple[Any, ...]]], name: str) -> str:
    """The exhibit that an exhibit comes from: what it repeats, or the clip that it was cut of."""
    seen = set[str]()
    while name not in seen:
        seen.add(name)
        name = rows[name].copy_of or rows[name].parent or name
    return name


def _first(dates: Iterable[tuple[str | None, str]]) -> tuple[str, str] | None:
    """The earliest date; one without a year is none."""
    return min(((date, name) for date, name in dates if date and _YEAR.match(date)), default=None)
