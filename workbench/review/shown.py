"""What each person was shown of the words of machines and others; *blind* is decided by it.

Screens and commands record what they reveal; a search and a person's own judgement are known from
their entries. All of it is in the case's log, so that it outlasts a restart and is in the bundle.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from workbench import events, tables
from workbench.rules import blindness as rules
from workbench.tables.exposures import showing
from workbench.tables.own_material import shown_on

if TYPE_CHECKING:
    from collections.abc import Iterable

    from workbench.rules.blindness import Place
    from workbench.stores.stores import Stores
    from workbench.types import Actor

MOST_PLACES = 500
"""Places that one entry names; if there are more, every exhibit of the case is noted."""


class Shown:
    """Records what people are shown, and looks it up."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def note(
        self, actor: Actor, case_id: str, places: Iterable[Place], *, shown_by: str
    ) -> tuple[Place, ...]:
        """Record that somebody is shown the words at these places, unless that is known already.

        `shown_by` is the screen or command. Returns what was recorded.
        """
        before = self.places(actor.person_id, case_id)
        news = rules.news(before, places)
        if len(news) > MOST_PLACES:
            news = ((rules.EACH, rules.EACH, rules.EACH),)
        if news:
            self._stores.append(
                case_id, events.WordsShown(places=news, shown_by=shown_by).draft(actor.person_id)
            )
        return news

    def places(self, person_id: str, case_id: str) -> frozenset[Place]:
        """Everything in a case that somebody was shown."""
        shown = tables.shown.c
        with self._stores.projection.read(case_id) as connection:
            rows = connection.execute(
                select(shown.exhibit_id, shown.region_id, shown.field).where(
                    shown.case_id == case_id, shown.person_id == person_id
                )
            )
            return frozenset((row.exhibit_id, row.region_id, row.field) for row in rows)

    def was_shown(self, person_id: str, case_id: str, place: Place) -> bool:
        """Whether somebody was shown the words at a place, there or elsewhere.

        Elsewhere means on every exhibit of its exposure, and of a plate that is joined with it.
        """
        shown = self.places(person_id, case_id)
        exhibit_id, region_id, field = place
        return rules.was_shown(shown, place) or rules.shown_elsewhere(
            shown, self._also_on(case_id, exhibit_id, region_id), field
        )

    def _also_on(self, case_id: str, exhibit_id: str, region_id: str) -> set[str]:
        """The other exhibits that show a region's picture or plate."""
        region = tables.region.c
        with self._stores.projection.read(case_id) as connection:
            plate_id = connection.execute(
                select(region.plate_id).where(
                    region.case_id == case_id,
                    region.exhibit_id == exhibit_id,
                    region.region_id == region_id,
                )
            ).scalar_one_or_none()
            members = shown_on(connection, case_id, plate_id) if plate_id is not None else []
            rows = showing(connection, case_id, (exhibit_id, *members))
        return {row.exhibit_id for row in rows} - {exhibit_id}
