"""Review: people judge what engines read, field by field, and say which regions are one plate.

Machine words and people's words stay separate: a judgement stores both. The order of review is
enforced here too: candidates are shown only after a person has judged the reading.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, func, select

from workbench import events, tables
from workbench.cases.exhibits import exhibit_row, review_of
from workbench.errors import BadRequest, NotFound
from workbench.rules import acts, blindness
from workbench.rules import policy as rules
from workbench.rules import seen as marks
from workbench.rules.limits import MAX_REASON, MAX_TEXT
from workbench.state.standing import FIELD_ORDER, plate_view
from workbench.tables.exposures import taken_in_by
from workbench.types import (
    SEARCHED_FIELDS,
    Actor,
    Judgement,
    PlateView,
    Policy,
    Queue,
    QueuePlace,
    Review,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from evidence_store.types import Draft
    from vision.types import FieldName
    from workbench.cases.cases import Cases
    from workbench.people.people import People
    from workbench.review.shown import Shown
    from workbench.stores.stores import Stores

PAGE = 200
"""Plates fetched at once when all are gone through."""

#: Regions fetched together when plates are paged.
REGIONS_AT_ONCE = 500

_SAME_EXHIBIT = (tables.exhibit.c.case_id == tables.region.c.case_id) & (
    tables.exhibit.c.exhibit_id == tables.region.c.exhibit_id
)


class ReviewRoom:
    """Shows plates and records people's judgements of them."""

    def __init__(self, stores: Stores, people: People, cases: Cases, shown: Shown) -> None:
        self._stores = stores
        self._shown = shown
        self._people = people
        self._cases = cases

    def plates(self, case_id: str, *, offset: int = 0, limit: int = 50) -> tuple[PlateView, ...]:
        """Plates in the order in which their first region was read, one page at a time."""
        self._cases.policy_of(case_id)
        seen = self._stores.ledger.size(case_id)
        with self._stores.projection.read(case_id) as connection:
            regions = connection.execute(
                select(tables.region.c.plate_id)
                .where(tables.region.c.case_id == case_id)
                .order_by(tables.region.c.number)
                .execution_options(yield_per=REGIONS_AT_ONCE)
            ).scalars()
            plate_ids = tuple(islice(_each_once(regions), offset, offset + limit))
            return self._views(connection, case_id, plate_ids, seen)

    def every_plate(self, case_id: str) -> Iterator[PlateView]:
        """All plates, in that order, page by page."""
        offset = 0
        while page := self.plates(case_id, offset=offset, limit=PAGE):
            yield from page
            offset += PAGE

    def plate(self, case_id: str, plate_id: str) -> PlateView:
        """One plate. Raises NotFound."""
        self._cases.policy_of(case_id)
        seen = self._stores.ledger.size(case_id)
        with self._stores.projection.read(case_id) as connection:
            views = self._views(connection, case_id, (plate_id,), seen)
        if not views:
            raise NotFound(f"This case has no plate {plate_id!r}.", kind="plate")
        return views[0]

    def next_to_review(
        self, actor: Actor, case_id: str, *, after: tuple[str, str] | None = None
    ) -> tuple[str, str] | None:
        """The next region with an unjudged field that this person may judge, if any.

        The search starts after the region `after` and continues from the beginning.
        """
        policy = self._cases.policy_of(case_id)
        query = (
            select(tables.region.c.exhibit_id, tables.region.c.region_id)
            .where(tables.region.c.case_id == case_id, tables.region.c.open > 0)
            .order_by(tables.region.c.number)
            .limit(1)
        )
        if policy is not Policy.SOLO:
            own = tables.exhibit.alias("own")
            shown = select(own.c.exhibit_id).where(
                own.c.case_id == tables.exhibit.c.case_id,
                own.c.exposure == tables.exhibit.c.exposure,
                own.c.taken_in_by == actor.person_id,
            )
            query = query.join(tables.exhibit, _SAME_EXHIBIT).where(~shown.exists())
        with self._stores.projection.read(case_id) as connection:
            row = None
            if after is not None:
                at = _region_row(connection, case_id, *after).number
                row = connection.execute(query.where(tables.region.c.number > at)).first()
            row = row or connection.execute(query).first()
        return None if row is None else (row.exhibit_id, row.region_id)

    def has_region(self, case_id: str, exhibit_id: str, region_id: str) -> bool:
        """Whether an exhibit has such a plate region."""
        with self._stores.projection.read(case_id) as connection:
            try:
                _region_row(connection, case_id, exhibit_id, region_id)
            except NotFound:
                return False
        return True

    def queue(self, case_id: str) -> Queue:
        """How many plate regions there are, and how many have an unjudged field."""
        self._cases.policy_of(case_id)
        here = select(func.count()).where(tables.region.c.case_id == case_id)
        with self._stores.projection.read(case_id) as connection:
            regions = connection.execute(here).scalar_one()
            still = connection.execute(here.where(tables.region.c.open > 0)).scalar_one()
        return Queue(regions=regions, open=still)

    def places(
        self, case_id: str, *, around: tuple[str, str] | None = None, limit: int = 200
    ) -> tuple[QueuePlace, ...]:
        """Plate regions in the order of review: a window of `limit` around one of them."""
        self._cases.policy_of(case_id)
        query = select(tables.region).where(tables.region.c.case_id == case_id)
        number = tables.region.c.number
        with self._stores.projection.read(case_id) as connection:
            at = 0 if around is None else _region_row(connection, case_id, *around).number
            before = connection.execute(
                query.where(number < at).order_by(number.desc()).limit(limit // 2)
            ).all()
            since = connection.execute(
                query.where(number >= at).order_by(number).limit(limit - len(before))
            ).all()
        return tuple(_place(row) for row in (*reversed(before), *since))

    def judge_field(
        self,
        actor: Actor,
        case_id: str,
        *,
        exhibit_id: str,
        region_id: str,
        field: FieldName,
        judgement: Judgement,
        seen: int,
        text: str = "",
        blind: bool = False,
        reason: str = "",
        act: str = "",
    ) -> Review:
        """Confirm, correct, reject or leave open one field; earlier judgements stay in the log.

        `seen` is that of the view that the person looked at. A blind transcription counts as a
        confirmation if it agrees with the machine's reading, and otherwise as a correction; it is
        refused to anyone who has been shown the words. An `act` that is already recorded is
        returned as recorded (`workbench/rules/acts.py`). Raises NotFound; NotAllowed; BadRequest;
        Overtaken if the field was judged or the exhibit read after the person looked.
        """
        self._allow(actor, case_id, (exhibit_id,), "field.judged", verb=f"judge the {field}")
        text = text.strip()
        reason = reason.strip()
        _check_judgement(judgement, text=text, reason=reason, blind=blind)
        if act and (odd := acts.malformed(act)) is not None:
            raise BadRequest(odd)
        if field not in FIELD_ORDER:
            raise BadRequest(f"{field!r} is not a field; use one of {', '.join(FIELD_ORDER)}.")

        self._before(case_id, exhibit_id, region_id, field)  # a wrong name is reported first
        if blind:
            place = exhibit_id, region_id, field
            known = self._shown.was_shown(actor.person_id, case_id, place)
            if (why := blindness.not_blind(actor.name, field, shown=known)) is not None:
                verb = f"judge the {field} as if blind"
                raise self._stores.refuse(case_id, actor, verb=verb, why=why)

        def make() -> tuple[Draft, ...]:
            machine, supersedes = self._before(case_id, exhibit_id, region_id, field)
            decided, words = judgement, text
            if blind:
                decided = Judgement.CONFIRMED if text == machine else Judgement.CORRECTED
            if decided is Judgement.CONFIRMED:
                if not machine:
                    raise BadRequest(
                        f"The machine read no {field} here, so there is nothing to confirm; "
                        "enter what you read as a correction."
                    )
                words = machine
            return (
                events.FieldJudged(
                    exhibit=exhibit_id,
                    region=region_id,
                    field=field,
                    judgement=decided,
                    text=words,
                    machine_text=machine,
                    blind=blind,
                    reason=reason,
                    supersedes=supersedes,
                    act=act,
                ).draft(actor.person_id),
            )

        entry = self._stores.record(
            actor,
            case_id,
            make,
            seen=seen,
            rests_on=(
                marks.field_at(exhibit_id, region_id, field),
                marks.reading_of(exhibit_id),
            ),
            verb=f"judge the {field}",
            covered=blind,
            act=act,
        )[0]
        with self._stores.projection.read(case_id) as connection:
            row = connection.execute(
                select(tables.review).where(
                    tables.review.c.case_id == case_id,
                    tables.review.c.sequence == entry.sequence,
                )
            ).one()
        return review_of(row, self._people.names())

    def join_plates(
        self,
        actor: Actor,
        case_id: str,
        members: tuple[tuple[str, str], ...],
        *,
        seen: int,
        reason: str = "",
    ) -> str:
        """Record that these regions show one physical plate; returns the plate's identifier.

        Their readings are then weighed together. `seen` is that of the views that the person looked
        at. Raises NotFound; NotAllowed; BadRequest; Overtaken if one of the regions has since been
        joined with others or read again.
        """
        joined = self.joining(actor, case_id, members, reason=reason)
        (entry,) = self._stores.record(
            actor,
            case_id,
            lambda: (joined(),),
            seen=seen,
            rests_on=marks.joining(members),
            verb="join plates",
        )
        return str(entry.body["plate"])

    def joining(
        self,
        actor: Actor,
        case_id: str,
        members: tuple[tuple[str, str], ...],
        *,
        reason: str,
    ) -> Callable[[], Draft]:
        """Give the function that makes the entry joining regions, once the person is allowed to."""
        members = tuple(dict.fromkeys(members))
        if len(members) < 2:
            raise BadRequest("Choose at least two regions that show the same plate.")
        exhibits = (exhibit_id for exhibit_id, _region in members)
        self._allow(actor, case_id, exhibits, "plates.joined", verb="join plates")
        if not reason.strip():
            raise BadRequest("Say what shows that these are the same plate.")

        def make() -> Draft:
            with self._stores.projection.read() as connection:
                for exhibit_id, region_id in members:
                    _region_row(connection, case_id, exhibit_id, region_id)
                known = connection.execute(
                    select(func.count(tables.region.c.plate_id.distinct())).where(
                        tables.region.c.case_id == case_id,
                        tables.region.c.plate_id.like("PL-%"),
                    )
                ).scalar_one()
            plate_id = f"PL-{known + 1:04d}-{self._stores.ledger.size(case_id)}"
            return events.PlatesJoined(
                plate=plate_id, members=members, reason=reason.strip()
            ).draft(actor.person_id)

        return make

    def why_not(self, actor: Actor, case_id: str, exhibit_id: str) -> str | None:
        """A sentence on why this person may not judge an exhibit; None if they may."""
        return self._why_not(actor, case_id, (exhibit_id,), "field.judged")

    def _allow(
        self, actor: Actor, case_id: str, exhibit_ids: Iterable[str], kind: str, *, verb: str
    ) -> None:
        """Refuse, on record, what the role or the two-person rule forbids."""
        why = self._why_not(actor, case_id, exhibit_ids, kind)
        if why is not None:
            raise self._stores.refuse(case_id, actor, verb=verb, why=why)

    def _why_not(
        self, actor: Actor, case_id: str, exhibit_ids: Iterable[str], kind: str
    ) -> str | None:
        policy = self._cases.policy_of(case_id)
        exhibit_ids = tuple(exhibit_ids)
        with self._stores.projection.read(case_id) as connection:
            for exhibit_id in exhibit_ids:
                exhibit_row(connection, case_id, exhibit_id)  # raises if there is none
            owners = taken_in_by(connection, case_id, exhibit_ids)
        return self._stores.why_not(actor, kind) or rules.own_material(policy, actor, owners)

    def _before(
        self, case_id: str, exhibit_id: str, region_id: str, field: FieldName
    ) -> tuple[str, int | None]:
        """The machine's words for a field, and the judgement that a new one supersedes."""
        with self._stores.projection.read() as connection:
            region = _region_row(connection, case_id, exhibit_id, region_id)
            latest = connection.execute(
                select(func.max(tables.review.c.sequence)).where(
                    tables.review.c.case_id == case_id,
                    tables.review.c.exhibit_id == exhibit_id,
                    tables.review.c.region_id == region_id,
                    tables.review.c.field == field,
                )
            ).scalar_one()
        machine = next((text for name, text, *_rest in region.fields if name == field), "")
        return machine, latest

    def _views(
        self, connection: Connection, case_id: str, plate_ids: tuple[str, ...], seen: int
    ) -> tuple[PlateView, ...]:
        regions = connection.execute(
            select(tables.region).where(
                tables.region.c.case_id == case_id, tables.region.c.plate_id.in_(plate_ids)
            )
        ).all()
        members: dict[str, list[Row[Any]]] = {plate_id: [] for plate_id in plate_ids}
        # Sorted here: SQLite would scan the whole case for ordered rows.
        for region in sorted(regions, key=lambda region: region.number):
            members[region.plate_id].append(region)
        exhibits = {region.exhibit_id for region in regions}
        reviews = connection.execute(
            select(tables.review).where(
                tables.review.c.case_id == case_id,
                tables.review.c.exhibit_id.in_(exhibits),
            )
        ).all()
        names = self._people.names()
        said: dict[tuple[str, str], list[Review]] = {}
        for review in reviews:
            at = review.exhibit_id, review.region_id
            said.setdefault(at, []).append(review_of(review, names))
        return tuple(
            plate_view(
                plate_id,
                rows,
                [one for row in rows for one in said.get((row.exhibit_id, row.region_id), ())],
                seen=seen,
            )
            for plate_id, rows in members.items()
            if rows
        )


def _each_once(plate_ids: Iterable[str]) -> Iterator[str]:
    """Each plate once, in the order in which it first appears."""
    seen: set[str] = set()
    for plate_id in plate_ids:
        if plate_id not in seen:
            seen.add(plate_id)
            yield plate_id


def _place(row: Row[Any]) -> QueuePlace:
    texts = {name: text for name, text, *_rest in row.fields if text}
    return QueuePlace(
        exhibit_id=row.exhibit_id,
        region_id=row.region_id,
        plate_id=row.plate_id,
        offered=len(row.fields),
        open=row.open,
        words=next((texts[name] for name in reversed(SEARCHED_FIELDS) if name in texts), ""),
    )


def _check_judgement(judgement: Judgement, *, text: str, reason: str, blind: bool) -> None:
    if len(text) > MAX_TEXT or not text.isprintable():
        raise BadRequest(f"A transcription has at most {MAX_TEXT} printable characters.")
    if len(reason) > MAX_REASON:
        raise BadRequest(f"A reason has at most {MAX_REASON} characters.")
    if (judgement is Judgement.CORRECTED or blind) and not text:
        raise BadRequest("Enter what you read; `?` stands for a character that cannot be read.")
    if judgement in {Judgement.REJECTED, Judgement.UNSURE} and not reason and not blind:
        raise BadRequest("Give a short reason; it stays with the judgement.")


def _region_row(connection: Connection, case_id: str, exhibit_id: str, region_id: str) -> Row[Any]:
    row = connection.execute(
        select(tables.region).where(
            tables.region.c.case_id == case_id,
            tables.region.c.exhibit_id == exhibit_id,
            tables.region.c.region_id == region_id,
        )
    ).first()
    if row is None:
        raise NotFound(f"{exhibit_id} has no plate region {region_id!r}.", kind="plate")
    return row
