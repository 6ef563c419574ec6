"""Captures of plates, counted from the tables that screens read (`workbench.state.captures`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench import tables
from workbench.state.captures import Captures as Captures
from workbench.state.captures import Seen
from workbench.state.captures import captures_of as counted
from workbench.tables.exposures import ASKED_TOGETHER, showing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Row

    from workbench.types import PlateView


def captures_of(
    connection: Connection, case_id: str, plates: Iterable[PlateView]
) -> tuple[Captures, ...]:
    """Count the captures of each plate; each exposure of it counts once."""
    plates = tuple(plates)
    members = dict.fromkeys(name for plate in plates for name, _region in plate.members)
    rows = showing(connection, case_id, members)
    dates = _dates(connection, case_id, [row.exhibit_id for row in rows])
    families: dict[str, list[Seen]] = {}
    for row in rows:
        said = dates[row.exhibit_id]
        families.setdefault(row.exposure, []).append(
            Seen(
                exhibit_id=row.exhibit_id,
                exposure=row.exposure,
                settled_exposure=row.settled_exposure,
                clip=row.parent,
                claimed_date=said.claims.get("claimed_date") or "",
                captured_at=(said.embedded or {}).get("captured_at"),
            )
        )
    return counted(plates, families)


def _dates(connection: Connection, case_id: str, names: Sequence[str]) -> dict[str, Row[Any]]:
    """The dates that exhibits give, claimed and embedded."""
    exhibit = tables.exhibit.c
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(names), ASKED_TOGETHER):
        asked = select(exhibit.exhibit_id, exhibit.claims, exhibit.embedded).where(
            exhibit.case_id == case_id,
            exhibit.exhibit_id.in_(names[start : start + ASKED_TOGETHER]),
        )
        found.update({row.exhibit_id: row for row in connection.execute(asked)})
    return found
