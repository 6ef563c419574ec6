"""Findings: what a candidate may mean, separate from which unit it is, each with alternatives.

A finding follows from records and from a person's account of the circumstances. It is worded as ICD
203 asks: how likely, on which grounds, what else could explain it. How far the identity is trusted
is a sentence of its own, since confidence and likelihood must not be combined in one. No finding
claims to be proof.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from catalog.records.makers import shown_maker
from catalog.records.parties import compare_parties, compare_with_any_party
from catalog.records.places import compare_places, compare_with_any, read_place
from catalog.records.status import never_approved, possible_statuses, what_is_missing
from catalog.types import Finding
from values.dates import UNKNOWN, PartialDate
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from catalog.matching.results import Candidate
    from catalog.snapshot.reader import Snapshot
    from catalog.types import Delivery, Party, Permit, StatusEvent, Verdict

RETRANSFER: Final = say("alternative.retransfer")
THEFT: Final = say("alternative.theft")
MOVED: Final = say("alternative.moved-plate")
COUNTERFEIT: Final = say("alternative.counterfeit")
RECORD: Final = say("alternative.record")
MISREAD: Final = say("alternative.misread")

ELSEWHERE: Final = (RETRANSFER, THEFT, MOVED, COUNTERFEIT, RECORD, MISREAD)
ON_PAPER: Final = (RECORD, say("alternative.another-authorisation"), MISREAD, MOVED)

CONFIDENCE: Final[Mapping[Verdict, Sentence]] = MappingProxyType(
    {
        "identifies_catalog_unit": say("confidence.high"),
        "consistent_with_catalog_unit": say("confidence.moderate"),
        "several_candidates": say("confidence.one-of-several"),
        "consistent_with_model_only": say("confidence.no-more-known"),
        "inconclusive": say("confidence.low"),
        "contradicted": say("confidence.names-another"),
    }
)
"""The basis of the identity, in the words of ICD 203; every finding ends with it."""

END_USERS: Final = ("end_user", "ultimate_end_user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """A person's account of how the item was found; any field may be empty."""

    found_country: str = ""
    """Name or ISO 3166 code, as given."""
    found_with: str = ""
    photo_taken: PartialDate = UNKNOWN
    photo_published: PartialDate = UNKNOWN

    @classmethod
    def from_words(cls, given: Mapping[str, str]) -> Circumstances:
        """Build them from texts by field name; dates as in `PartialDate.parse`.

        Raises ValueError with a sentence that names the field.
        """
        known = {field.name for field in fields(cls)}
        unknown = sorted(given.keys() - known)
        if unknown:
            raise ValueError(
                f"{unknown[0]!r} is not a circumstance; known are {', '.join(sorted(known))}"
            )
        return cls(
            found_country=given.get("found_country", "").strip(),
            found_with=given.get("found_with", "").strip(),
            photo_taken=_date("photo_taken", given),
            photo_published=_date("photo_published", given),
        )


def _date(name: str, given: Mapping[str, str]) -> PartialDate:
    try:
        return PartialDate.parse(given.get(name, ""))
    except ValueError as problem:
        raise ValueError(f"{name}: {problem}") from None


def findings(
    candidate: Candidate, snapshot: Snapshot, circumstances: Circumstances
) -> tuple[Finding, ...]:
    """Return what the records and the circumstances together suggest about one candidate.

    Excluded candidates and units outside the catalog have no findings.
    """
    if candidate.verdict not in CONFIDENCE:
        return ()
    if candidate.verdict == "contradicted":
        # The item is not assumed to be this unit, so nothing follows from this unit's delivery.
        return tuple(_names_another(candidate))
    if candidate.verdict == "consistent_with_model_only":
        # It is not known which delivery it would be, so nothing can be said about it.
        return (*_model_only(candidate), *_never_approved(candidate, snapshot, circumstances))
    return (
        *_without_approval(candidate),
        *_status_on_ship_date(candidate),
        *_end_user(candidate, circumstances),
        *_photo_and_shipment(candidate, circumstances),
        *_exception(candidate, snapshot),
        *_never_approved(candidate, snapshot, circumstances),
        *_quantity(candidate),
        *_disposition(candidate),
    )


def _finding(
    candidate: Candidate,
    kind: str,
    statement: Sentence | tuple[Sentence, ...],
    grounds: Iterable[Sentence],
    alternatives: tuple[Sentence, ...],
) -> Finding:
    said = statement if isinstance(statement, tuple) else (statement,)
    return Finding(
        kind=kind,
        statement=(*said, CONFIDENCE[candidate.verdict]),
        grounds=tuple(grounds),
        alternatives=alternatives,
    )


def _names_another(candidate: Candidate) -> Iterator[Finding]:
    yield _finding(
        candidate,
        "plate_names_another",
        say("finding.names-another"),
        candidate.against,
        (
            say("alternative.same-serial"),
            say("alternative.unknown-name"),
            MISREAD,
            MOVED,
            COUNTERFEIT,
            RECORD,
        ),
    )


def _model_only(candidate: Candidate) -> Iterator[Finding]:
    read = {one.feature: one.seen or "" for one in candidate.features}
    yield _finding(
        candidate,
        "only_maker_and_model",
        say("finding.only-model"),
        [
            say(
                "ground.recorded-model",
                maker=shown_maker(candidate.maker, candidate.line.maker_as_written),
                model=candidate.model,
                maker_read=read.get("maker", ""),
                model_read=read.get("model", ""),
            )
        ],
        (say("alternative.any-unit"),),
    )


def _end_user(candidate: Candidate, given: Circumstances) -> Iterator[Finding]:
    users = candidate.permit.parties_as(*END_USERS)
    if not (given.found_with or given.found_country) or not users:
        return
    named = [user for user in users if user.name.readable]
    place = compare_with_any(
        (user.country for user in users), given.found_country, when=_recorded_on(candidate)
    )
    differs_in = bool(given.found_country) and place.answer == "different"
    party = compare_with_any_party((user.name.value for user in named), given.found_with)
    differs_by = bool(given.found_with and named) and party.answer == "different"
    grounds = [*_users(users), *_undertakings(candidate.permit), *_place(given)]
    if differs_in or differs_by:
        in_, by = say("finding.end-user-elsewhere"), say("finding.end-user-another")
        yield _finding(candidate, "end_user_differs", in_ if differs_in else by, grounds, ELSEWHERE)
    elif (given.found_country and place.answer == "cannot be told") or (
        given.found_with and party.answer == "cannot be told"
    ):
        reasons = (place.reason, party.reason if given.found_with else None)
        yield _finding(
            candidate,
            "end_user_not_comparable",
            say("finding.end-user-not-comparable"),
            [*grounds, *(reason for reason in reasons if reason is not None)],
            _not_comparable(users, given),
        )


def _not_comparable(users: Sequence[Party], given: Circumstances) -> tuple[Sentence, ...]:
    """Explain why two places cannot be compared: what is open about each of them."""
    names = [user.country for user in users]
    places = [read_place(name) for name in (*names, given.found_country) if name]
    why = (
        (say("alternative.any-state"), any(len(one.codes) > 1 for one in places)),
        (
            say("alternative.withheld-user"),
            not all(names) or not all(user.name.readable for user in users),
        ),
        (say("alternative.no-country"), any(not one.codes for one in places)),
    )
    return tuple(said for said, open_ in why if open_) or (RECORD,)


def _recorded_on(candidate: Candidate) -> PartialDate:
    """Return the day the record refers to: names of states mean what they meant then."""
    shipped = candidate.delivery.ship_date if candidate.delivery else UNKNOWN
    return shipped if shipped.known else candidate.permit.valid_from


def _same_place(one: str, other: str) -> bool:
    return compare_places(one, other).answer == "equal"


def _same(user: Party, name: str) -> bool:
    return compare_parties(user.name.value, name).answer == "equal"


def _users(users: tuple[Party, ...]) -> list[Sentence]:
    return [
        say(
            "ground.end-user",
            role=user.role,
            name=user.name.value if user.name.readable else "",
            country=user.country,
        )
        for user in users
    ]


def _undertakings(permit: Permit) -> Iterator[Sentence]:
    if permit.undertakings:
        yield say("ground.undertakings", undertakings=permit.undertakings)
    if permit.end_use_text.readable:
        yield say("ground.end-use", text=permit.end_use_text.value)


def _place(given: Circumstances) -> Iterator[Sentence]:
    if given.found_country:
        yield say("ground.found-in", place=given.found_country)
    if given.found_with:
        yield say("ground.found-with", party=given.found_with)


def _events(events: Iterable[StatusEvent]) -> Iterator[Sentence]:
    return (
        say("ground.status", status=one.status, day=str(one.date), authority=one.authority)
        for one in events
    )


def _shipped(delivery: Delivery) -> Sentence:
    return say("ground.shipped", day=str(delivery.ship_date), delivery=delivery.delivery_id)


def _without_approval(candidate: Candidate) -> Iterator[Finding]:
    delivery = candidate.delivery
    if delivery is None or not never_approved(candidate.permit):
        return
    yield _finding(
        candidate,
        "delivered_without_approval",
        say("finding.without-approval"),
        [
            *_events(candidate.permit.status_history),
            _shipped(delivery)
            if delivery.ship_date.known
            else say(
                "ground.received",
                day=str(delivery.received_date),
                delivery=delivery.delivery_id,
            ),
        ],
        ON_PAPER,
    )


def _status_on_ship_date(candidate: Candidate) -> Iterator[Finding]:
    permit, delivery = candidate.permit, candidate.delivery
    if delivery is None or not delivery.ship_date.known or not permit.status_history:
        return
    answer = possible_statuses(permit, delivery.ship_date)
    grounds = [_shipped(delivery)]
    if permit.valid_from.known or permit.valid_to.known:
        grounds.append(say("ground.valid", first=str(permit.valid_from), last=str(permit.valid_to)))
    grounds += _events(answer.grounds)
    if answer.in_force is False:
        yield _finding(
            candidate,
            "permit_not_in_force_on_ship_date",
            say("finding.not-in-force"),
            grounds,
            ON_PAPER,
        )
    elif answer.in_force is None:
        missing = what_is_missing(permit, delivery.ship_date)
        yield _finding(
            candidate,
            "permit_status_on_ship_date_open",
            (say("finding.status-open"), *missing),
            grounds,
            (say("alternative.order-within-dates"),),
        )


def _photo_and_shipment(candidate: Candidate, given: Circumstances) -> Iterator[Finding]:
    shipped = candidate.delivery.ship_date if candidate.delivery else UNKNOWN
    for claim, day in (("taken", given.photo_taken), ("published", given.photo_published)):
        if not (day.known and shipped.known):
            continue
        grounds = [
            say("ground.photo", claim=claim, day=str(day)),
            say("ground.shipped-as-recorded", day=str(shipped)),
        ]
        before = day.is_before(shipped)
        if before:
            yield _finding(
                candidate,
                "photo_predates_shipment",
                say("finding.photo-before-shipment", claim=claim),
                grounds,
                (
                    say("alternative.photo-date"),
                    say("alternative.ship-date"),
                    say("alternative.before-paperwork"),
                    MISREAD,
                    MOVED,
                    COUNTERFEIT,
                ),
            )
        elif before is None:
            yield _finding(
                candidate,
                "photo_and_shipment_order_open",
                say("finding.photo-order-open", claim=claim),
                grounds,
                (say("alternative.either-order"),),
            )


def _exception(candidate: Candidate, snapshot: Snapshot) -> Iterator[Finding]:
    """Find permits that were in force while others to the same destination were suspended."""
    permit, delivery = candidate.permit, candidate.delivery
    when = delivery.ship_date if delivery else UNKNOWN
    if not when.known or possible_statuses(permit, when).in_force is not True:
        return
    suspended = [
        other
        for other in snapshot.permits_for(
            maker_id=candidate.maker_id, model=candidate.model, never_approved=False
        )[:MOST_PERMITS]
        if other.permit_id != permit.permit_id
        and _same_place(other.country_final_destination, permit.country_final_destination)
        and possible_statuses(other, when).statuses == ("suspended",)
    ]
    conditions = [text for text in permit.conditions if "exception" in text.lower()]
    if suspended or conditions:
        yield _finding(
            candidate,
            "exception_during_ban",
            say("finding.exception"),
            [
                *(
                    say(
                        "ground.suspended",
                        day=str(when),
                        destination=other.country_final_destination,
                        permit=_number(other),
                        record=other.permit_id,
                    )
                    for other in suspended[:MOST_SUSPENDED]
                ),
                *(say("ground.condition", text=text) for text in conditions),
            ],
            (say("alternative.narrower-restriction"), RECORD, MISREAD),
        )


MOST_PERMITS: Final = 500
"""Permits of one model that are searched for a finding."""

MOST_SUSPENDED: Final = 5
"""Suspended permits that are named with an exception."""


def _never_approved(
    candidate: Candidate, snapshot: Snapshot, given: Circumstances
) -> Iterator[Finding]:
    if not given.found_with and not given.found_country:
        return
    for permit in snapshot.permits_for(
        maker_id=candidate.maker_id, model=candidate.model, never_approved=True
    ):
        users = permit.parties_as(*END_USERS)
        by_name = [u for u in users if u.name.readable and _same(u, given.found_with)]
        in_place = [u for u in users if _same_place(u.country, given.found_country)]
        if by_name or in_place:
            party, place = say("finding.refused-party"), say("finding.refused-country")
            last = permit.status_history[-1]
            yield _finding(
                candidate,
                "never_approved_application",
                party if by_name else place,
                [
                    say(
                        "ground.application",
                        permit=_number(permit),
                        record=permit.permit_id,
                        status=last.status,
                        day=str(last.date),
                    ),
                    *_users(tuple(by_name or in_place)),
                    *_place(given),
                ],
                (say("alternative.other-supply"), RETRANSFER, THEFT, RECORD),
            )


def _quantity(candidate: Candidate) -> Iterator[Finding]:
    line = candidate.line
    if line.quantity is None or not line.deliveries:
        return
    delivered = sum(_units(delivery) for delivery in line.deliveries)
    if delivered > line.quantity:
        yield _finding(
            candidate,
            "quantity_exceeded",
            say("finding.too-many"),
            [
                say(
                    "ground.quantity",
                    permitted=line.quantity,
                    delivered=delivered,
                    deliveries=len(line.deliveries),
                )
            ],
            (say("alternative.amendment"), say("alternative.recorded-twice"), RECORD),
        )


def _units(delivery: Delivery) -> int:
    """Count the units of a delivery: as stated, otherwise from its entries."""
    if delivery.quantity is not None:
        return delivery.quantity
    return (delivery.serials_recorded or 0) + sum(item.quantity or 0 for item in delivery.serials)


def _number(permit: Permit) -> str:
    """The number of a permit; empty if it is not legible."""
    return permit.number.value if permit.number.readable else ""


def _disposition(candidate: Candidate) -> Iterator[Finding]:
    if candidate.serial is None or candidate.serial.disposition in ("delivered", "unknown"):
        return
    became = candidate.serial.disposition
    yield _finding(
        candidate,
        "unit_recorded_otherwise",
        say("finding.recorded-otherwise", disposition=became),
        [say("ground.serial", serial=candidate.serial.value, disposition=became)],
        (RECORD, MISREAD, MOVED),
    )
