"""Independent captures of a plate: exposures less reposts, and its earliest known appearance."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench import tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import Connection, Row

    from workbench.types import PlateView

#: Exhibits that one statement asks for.
ASKED_TOGETHER = 500

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
    links = _links(connection, case_id)
    families: dict[str, list[str]] = {}
    for name in links:
        families.setdefault(_origin(links, name), []).append(name)
    captures_by_plate = {
        plate.plate_id: tuple(dict.fromkeys(_origin(links, member) for member, _ in plate.members))
        for plate in plates
    }
    origins = {name for captures in captures_by_plate.values() for name in captures}
    rows = _rows(connection, case_id, [n for o in origins for n in (o, *families.get(o, ()))])
    found = []
    for plate_id, captures in captures_by_plate.items():
        family = [
            row
            for capture in captures
            for row in sorted((rows[n] for n in (capture, *families.get(capture, ()))), key=_number)
        ]
        claimed = ((row.claims.get("claimed_date"), row.exhibit_id) for row in family)
        embedded = (((row.embedded or {}).get("captured_at"), row.exhibit_id) for row in family)
        found.append(
            Captures(
                plate_id=plate_id,
                captures=captures,
                reposts=tuple(row.exhibit_id for row in family if row.copy_of),
                first_claimed=_first(claimed),
                first_embedded=_first(embedded),
            )
        )
    return tuple(found)


def _links(connection: Connection, case_id: str) -> dict[str, str]:
    """What each exhibit that is no origin comes from: what it repeats, or the clip it is of."""
    exhibit = tables.exhibit.c
    links: dict[str, str] = {}
    for origin in (exhibit.parent, exhibit.copy_of):  # a still that repeats another is that one's
        # not “is not null”, for which SQLite would go through the whole case
        asked = select(exhibit.exhibit_id, origin).where(exhibit.case_id == case_id, origin > "")
        links.update((row.exhibit_id, row[1]) for row in connection.execute(asked))
    return links


def _rows(
    connection: Connection, case_id: str, names: Sequence[str]
) -> dict[str, Row[*tuple[Any, ...]]]:
    """What exhibits say of their dates."""
    exhibit = tables.exhibit.c
    found: dict[str, Row[*tuple[Any, ...]]] = {}
    for start in range(0, len(names), ASKED_TOGETHER):
        asked = select(
            exhibit.exhibit_id, exhibit.number, exhibit.copy_of, exhibit.claims, exhibit.embedded
        ).where(
            exhibit.case_id == case_id,
            exhibit.exhibit_id.in_(names[start : start + ASKED_TOGETHER]),
        )
        found.update({row.exhibit_id: row for row in connection.execute(asked)})
    return found


def _origin(links: Mapping[str, str], name: str) -> str:
    """The exhibit that an exhibit comes from in the end."""
    seen = set[str]()
    while name in links and name not in seen:
        seen.add(name)
        name = links[name]
    return name


def _number(row: Row[*tuple[Any, ...]]) -> int:
    return int(row.number)


def _first(dates: Iterable[tuple[str | None, str]]) -> tuple[str, str] | None:
    """The earliest date; one without a year is none."""
    return min(((date, name) for date, name in dates if date and _YEAR.match(date)), default=None)
