"""Review: people judge what machines read, field by field, and say which regions are one plate.

Machine words and human words stay apart: a judgement keeps both. The order of review is kept
here, too: candidates are shown only once a person has judged what was read.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, get_args

from sqlalchemy import Connection, Row, func, select

from vision.types import FieldName
from workbench import entries, tables
from workbench import policy as rules
from workbench.errors import BadRequest, NotFound
from workbench.exhibits import exhibit_row, review_of
from workbench.limits import MAX_REASON, MAX_TEXT
from workbench.types import (
    SEARCHED_FIELDS,
    Actor,
    FieldStanding,
    Judgement,
    PlateView,
    Policy,
    Queue,
    QueuePlace,
    Review,
    Role,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from evidence_store.types import Draft
    from workbench.cases import Cases
    from workbench.people import People
    from workbench.stores import Stores

FIELD_ORDER: tuple[FieldName, ...] = get_args(FieldName)

#: Regions that are fetched together while plates are counted off.
REGIONS_AT_ONCE = 500

_SAME_EXHIBIT = (tables.exhibit.c.case_id == tables.region.c.case_id) & (
    tables.exhibit.c.exhibit_id == tables.region.c.exhibit_id
)


class ReviewRoom:
    """Shows plates and records what people say of them."""

    def __init__(self, stores: Stores, people: People, cases: Cases) -> None:
        self._stores = stores
        self._people = people
        self._cases = cases

    def plates(self, case_id: str, *, offset: int = 0, limit: int = 50) -> tuple[PlateView, ...]:
        """Plates in the order in which their first region was read, a page at a time."""
        self._cases.policy_of(case_id)
        with self._stores.projection.read(case_id) as connection:
            regions = connection.execute(
                select(tables.region.c.plate_id)
                .where(tables.region.c.case_id == case_id)
                .order_by(tables.region.c.number)
                .execution_options(yield_per=REGIONS_AT_ONCE)
            ).scalars()
            plate_ids = tuple(islice(_each_once(regions), offset, offset + limit))
            return self._views(connection, case_id, plate_ids)

    def plate(self, case_id: str, plate_id: str) -> PlateView:
        """One plate. Raises NotFound."""
        self._cases.policy_of(case_id)
        with self._stores.projection.read(case_id) as connection:
            views = self._views(connection, case_id, (plate_id,))
        if not views:
            raise NotFound(f"This case has no plate {plate_id!r}.", kind="plate")
        return views[0]

    def next_to_review(
        self, actor: Actor, case_id: str, *, after: tuple[str, str] | None = None
    ) -> tuple[str, str] | None:
        """The next region with something unjudged that this person may judge, if any.

        Looks on from the region `after`, and then from the beginning.
        """
        policy = self._cases.policy_of(case_id)
        query = (
            select(tables.region.c.exhibit_id, tables.region.c.region_id)
            .where(tables.region.c.case_id == case_id, tables.region.c.open > 0)
            .order_by(tables.region.c.number)
            .limit(1)
        )
        if policy is not Policy.SOLO:
            query = query.join(tables.exhibit, _SAME_EXHIBIT).where(
                tables.exhibit.c.taken_in_by != actor.person_id
            )
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
        """How many plate regions there are, and how many have something to judge."""
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
        text: str = "",
        blind: bool = False,
        reason: str = "",
    ) -> Review:
        """Confirm, correct, reject or leave open one field; earlier judgements stay in the log.

        A blind transcription counts as confirmation where it says what the machine read, and
        as correction where it does not. Raises NotFound, NotAllowed, BadRequest.
        """
        self._allow(actor, case_id, (exhibit_id,), verb=f"judge the {field}")
        text = text.strip()
        reason = reason.strip()
        _check_judgement(judgement, text=text, reason=reason, blind=blind)
        if field not in FIELD_ORDER:
            raise BadRequest(f"{field!r} is no field; use one of {', '.join(FIELD_ORDER)}.")

        def make() -> tuple[Draft, ...]:
            machine, supersedes = self._before(case_id, exhibit_id, region_id, field)
            decided, words = judgement, text
            if blind:
                decided = Judgement.CONFIRMED if text == machine else Judgement.CORRECTED
            if decided is Judgement.CONFIRMED:
                if not machine:
                    raise BadRequest(
                        f"The machine read no {field} here, so there is nothing to confirm; "
                        "write what you read as a correction."
                    )
                words = machine
            return (
                entries.field_judged(
                    actor.person_id,
                    exhibit=exhibit_id,
                    region=region_id,
                    field=field,
                    judgement=decided,
                    text=words,
                    machine_text=machine,
                    blind=blind,
                    reason=reason,
                    supersedes=supersedes,
                ),
            )

        entry = self._stores.append_seeing(case_id, make)[0]
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
        reason: str = "",
    ) -> str:
        """Record that these regions show one physical plate; gives the plate's identifier.

        Its readings are then weighed together. Raises NotFound, NotAllowed, BadRequest.
        """
        members = tuple(dict.fromkeys(members))
        if len(members) < 2:
            raise BadRequest("Choose at least two regions that show the same plate.")
        self._allow(actor, case_id, (member[0] for member in members), verb="join plates")
        if not reason.strip():
            raise BadRequest("Say what shows that these are one and the same plate.")
        plate_id = ""

        def make() -> tuple[Draft, ...]:
            nonlocal plate_id
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
            return (
                entries.plates_joined(
                    actor.person_id, plate=plate_id, members=members, reason=reason.strip()
                ),
            )

        self._stores.append_seeing(case_id, make)
        return plate_id

    def why_not(self, actor: Actor, case_id: str, exhibit_id: str) -> str | None:
        """The sentence that says why this person may not judge an exhibit; None if they may."""
        policy = self._cases.policy_of(case_id)
        with self._stores.projection.read(case_id) as connection:
            owner = exhibit_row(connection, case_id, exhibit_id).taken_in_by
        return rules.missing_role(actor, Role.REVIEWER) or rules.own_material(
            policy, actor, [owner]
        )

    def _allow(self, actor: Actor, case_id: str, exhibit_ids: Iterable[str], *, verb: str) -> None:
        """Refuse, on record, what the role or the two-person rule forbids."""
        policy = self._cases.policy_of(case_id)
        with self._stores.projection.read(case_id) as connection:
            owners = [
                exhibit_row(connection, case_id, exhibit_id).taken_in_by
                for exhibit_id in exhibit_ids
            ]
        why = rules.missing_role(actor, Role.REVIEWER) or rules.own_material(policy, actor, owners)
        if why is not None:
            raise self._stores.refuse(case_id, actor, verb=verb, why=why)

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
        self, connection: Connection, case_id: str, plate_ids: tuple[str, ...]
    ) -> tuple[PlateView, ...]:
        regions = connection.execute(
            select(tables.region).where(
                tables.region.c.case_id == case_id, tables.region.c.plate_id.in_(plate_ids)
            )
        ).all()
        members: dict[str, list[Row[Any]]] = {plate_id: [] for plate_id in plate_ids}
        # In order here: SQLite would go through the whole case for rows that come in order.
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
        said: dict[tuple[str, str], list[Row[Any]]] = {}
        for review in sorted(reviews, key=lambda review: review.sequence):
            said.setdefault((review.exhibit_id, review.region_id), []).append(review)
        return tuple(
            _plate_view(plate_id, rows, said, names) for plate_id, rows in members.items() if rows
        )


def _each_once(plate_ids: Iterable[str]) -> Iterator[str]:
    """Plates in the order in which they first come."""
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
        words=next((texts[name] for name in ("serial", "model", "maker") if name in texts), ""),
    )


def _check_judgement(judgement: Judgement, *, text: str, reason: str, blind: bool) -> None:
    if len(text) > MAX_TEXT or not text.isprintable():
        raise BadRequest(f"A transcription has at most {MAX_TEXT} printable characters.")
    if len(reason) > MAX_REASON:
        raise BadRequest(f"A reason has at most {MAX_REASON} characters.")
    if (judgement is Judgement.CORRECTED or blind) and not text:
        raise BadRequest("Write what you read; `?` stands for a character that cannot be read.")
    if judgement in {Judgement.REJECTED, Judgement.UNSURE} and not reason and not blind:
        raise BadRequest("Say in a few words why; the reason travels with the judgement.")


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


def _plate_view(
    plate_id: str,
    regions: list[Row[Any]],
    said: Mapping[tuple[str, str], list[Row[Any]]],
    names: Mapping[str, str],
) -> PlateView:
    mine = sorted(
        (
            review
            for region in regions
            for review in said.get((region.exhibit_id, region.region_id), ())
        ),
        key=lambda review: review.sequence,
    )
    standings = [
        standing
        for field in FIELD_ORDER
        if (standing := _standing(field, regions, mine, names)) is not None
    ]
    missing = tuple(
        standing.field
        for standing in standings
        if standing.field in SEARCHED_FIELDS and standing.judgement is None
    )
    usable = any(
        standing.field in SEARCHED_FIELDS and standing.judgement is not Judgement.REJECTED
        for standing in standings
    )
    return PlateView(
        plate_id=plate_id,
        members=tuple((region.exhibit_id, region.region_id) for region in regions),
        fields=tuple(standings),
        ready=usable and not missing,
        missing=missing,
    )


def _standing(
    field: FieldName, regions: list[Row[Any]], reviews: list[Row[Any]], names: Mapping[str, str]
) -> FieldStanding | None:
    """What stands for one field: the machine's best words, and the last judgement of a person."""
    machine = max(
        (
            (confidence, text, region)
            for region in regions
            for name, text, confidence, _state in region.fields
            if name == field
        ),
        key=lambda item: item[0],
        default=None,
    )
    judged = [review for review in reviews if review.field == field]
    if machine is None and not judged:
        return None
    last = judged[-1] if judged else None
    where = last if last is not None else (machine[2] if machine is not None else regions[0])
    speaks = last is not None and last.judgement in {
        Judgement.CONFIRMED.value,
        Judgement.CORRECTED.value,
    }
    return FieldStanding(
        field=field,
        machine_text=machine[1] if machine is not None else "",
        machine_at=(machine[2].exhibit_id, machine[2].region_id) if machine is not None else None,
        human_text=last.text if last is not None and speaks else None,
        judgement=Judgement(last.judgement) if last is not None else None,
        reviewers=tuple(dict.fromkeys(names.get(review.by, review.by) for review in judged)),
        exhibit_id=where.exhibit_id,
        region_id=where.region_id,
    )
