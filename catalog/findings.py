"""What a candidate means, kept apart from which unit it is: each finding with its alternatives.

A finding follows from records and from what somebody says about the circumstances. It is worded as
ICD 203 asks: how likely, on which grounds, what else could explain it; how far the identity is
trusted is a sentence of its own, since confidence and likelihood do not belong into one. None
claims to be proof.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from catalog.compare import NOT_READ
from catalog.makers import shown_maker
from catalog.parties import compare_parties, compare_with_any_party
from catalog.places import compare_places, compare_with_any, read_place
from catalog.status import never_approved, possible_statuses, what_is_missing
from catalog.types import Finding
from values.dates import UNKNOWN, PartialDate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from catalog.results import Candidate
    from catalog.snapshot import Snapshot
    from catalog.types import Delivery, Party, Permit, Verdict

RETRANSFER = "a retransfer to which the issuing state consented"
THEFT = "theft or loss, or capture by an opposing side"
MOVED = "a plate moved from another item"
COUNTERFEIT = "a counterfeit plate"
RECORD = "an error or a gap in the catalog"
MISREAD = "a plate that was read wrongly"

ELSEWHERE = (RETRANSFER, THEFT, MOVED, COUNTERFEIT, RECORD, MISREAD)
ON_PAPER = (RECORD, "an authorisation that the catalog does not hold", MISREAD, MOVED)

CONFIDENCE: Mapping[Verdict, str] = {
    "identifies_catalog_unit": "Confidence that the plate is of this unit: high.",
    "consistent_with_catalog_unit": "Confidence that the plate is of this unit: moderate.",
    "several_candidates": "Confidence that the plate is of this unit: low; it is one of several.",
    "consistent_with_model_only": "No more is known than that.",
    "inconclusive": "Confidence that the plate is of this unit: low.",
    "contradicted": "Confidence that the plate is of this unit: low; it names another.",
}
"""What the identity rests on, in the words of ICD 203; every finding ends with it."""

END_USERS = ("end_user", "ultimate_end_user")


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What somebody says about how the item was found; everything may be missing."""

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
                f"{unknown[0]!r} is no circumstance; known are {', '.join(sorted(known))}"
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
    """Say what the records and the circumstances together suggest about one candidate.

    Excluded candidates and units that are not in the catalog have none.
    """
    if candidate.verdict not in CONFIDENCE:
        return ()
    if candidate.verdict == "contradicted":
        # It is not taken to be this unit, so nothing follows from this unit's delivery.
        return tuple(_names_another(candidate))
    if candidate.verdict == "consistent_with_model_only":
        # Which delivery it would be is not known, so nothing can be said of that delivery.
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
    statement: str,
    grounds: list[str],
    alternatives: tuple[str, ...],
) -> Finding:
    return Finding(
        kind=kind,
        statement=f"{statement} {CONFIDENCE[candidate.verdict]}",
        grounds=tuple(ground for ground in grounds if ground),
        alternatives=alternatives,
    )


def _names_another(candidate: Candidate) -> Iterator[Finding]:
    yield _finding(
        candidate,
        "plate_names_another",
        "What else was read on the plate is not this unit’s, so it is unlikely that the plate is "
        "of this unit, whatever the serial says.",
        list(candidate.against),
        (
            "a unit of another maker or model that bears the same serial",
            "a brand, an integrator or another name of this maker that the catalog does not know",
            MISREAD,
            MOVED,
            COUNTERFEIT,
            RECORD,
        ),
    )


def _model_only(candidate: Candidate) -> Iterator[Finding]:
    maker = shown_maker(candidate.maker, candidate.line.maker_as_written)
    read = [
        f"{one.feature} “{one.seen}”"
        for one in candidate.features
        if one.feature in ("maker", "model") and one.seen != NOT_READ
    ]
    yield _finding(
        candidate,
        "only_maker_and_model",
        "What was read is consistent with every unit of that model, which is not a match.",
        [f"Recorded: {maker}, {candidate.model}; read: {', '.join(read) or 'neither'}."],
        ("any other unit of that maker and model, catalogued or not",),
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
        what = "where it was found" if differs_in else "the party it was found with"
        yield _finding(
            candidate,
            "end_user_differs",
            f"If it is this unit, the recorded end user very likely differs from {what}.",
            grounds,
            ELSEWHERE,
        )
    elif (given.found_country and place.answer == "cannot be told") or (
        given.found_with and party.answer == "cannot be told"
    ):
        yield _finding(
            candidate,
            "end_user_not_comparable",
            "Whether the recorded end user differs from where, or with whom, the item was found "
            "cannot be told.",
            [
                *grounds,
                f"Not comparable: {place.reason}." if place.reason else "",
                f"Not comparable: {party.reason}."
                if given.found_with and party.answer == "cannot be told"
                else "",
            ],
            _not_comparable(users, given),
        )


def _not_comparable(users: Sequence[Party], given: Circumstances) -> tuple[str, ...]:
    """Why two places cannot be compared: what is open about each of them."""
    names = [user.country for user in users]
    places = [read_place(name) for name in (*names, given.found_country) if name]
    why = {
        "any of the states that the name may mean": any(len(one.codes) > 1 for one in places),
        "the record withholds the end user or its country": not all(names)
        or not all(user.name.readable for user in users),
        "a place that is no country": any(not one.codes for one in places),
    }
    return tuple(words for words, open_ in why.items() if open_) or (RECORD,)


def _recorded_on(candidate: Candidate) -> PartialDate:
    """Give the day that the record speaks of: names of states mean what they meant then."""
    shipped = candidate.delivery.ship_date if candidate.delivery else UNKNOWN
    return shipped if shipped.known else candidate.permit.valid_from


def _same_place(one: str, other: str) -> bool:
    return compare_places(one, other).answer == "equal"


def _same(user: Party, name: str) -> bool:
    return compare_parties(user.name.value, name).answer == "equal"


def _users(users: tuple[Party, ...]) -> list[str]:
    return [
        f"Recorded {user.role.replace('_', ' ')}: "
        f"{user.name.value if user.name.readable else 'withheld in the record'}"
        f"{f' ({user.country})' if user.country else ''}."
        for user in users
    ]


def _undertakings(permit: Permit) -> list[str]:
    words = ", ".join(text.replace("_", " ") for text in permit.undertakings)
    return [
        f"Undertakings: {words}." if words else "",
        f"End-use statement: “{permit.end_use_text.value}”" if permit.end_use_text.readable else "",
    ]


def _place(given: Circumstances) -> list[str]:
    return [
        f"Said to have been found in: {given.found_country}." if given.found_country else "",
        f"Said to have been found with: {given.found_with}." if given.found_with else "",
    ]


def _without_approval(candidate: Candidate) -> Iterator[Finding]:
    if candidate.delivery is None or not never_approved(candidate.permit):
        return
    yield _finding(
        candidate,
        "delivered_without_approval",
        "If it is this unit, it was very likely delivered although the record holds no approval.",
        [
            *(
                f"{event.status} {event.date} {event.authority}".strip() + "."
                for event in candidate.permit.status_history
            ),
            f"Shipped {candidate.delivery.ship_date} ({candidate.delivery.delivery_id})."
            if candidate.delivery.ship_date.known
            else f"Received {candidate.delivery.received_date} ({candidate.delivery.delivery_id}).",
        ],
        ON_PAPER,
    )


def _status_on_ship_date(candidate: Candidate) -> Iterator[Finding]:
    delivery = candidate.delivery
    if delivery is None or not delivery.ship_date.known or not candidate.permit.status_history:
        return
    answer = possible_statuses(candidate.permit, delivery.ship_date)
    grounds = [
        f"Shipped {delivery.ship_date} ({delivery.delivery_id}).",
        f"Valid from {candidate.permit.valid_from} to {candidate.permit.valid_to}."
        if candidate.permit.valid_from.known or candidate.permit.valid_to.known
        else "",
        *(
            f"{event.status} {event.date} {event.authority}".strip() + "."
            for event in answer.grounds
        ),
    ]
    if answer.in_force is False:
        yield _finding(
            candidate,
            "permit_not_in_force_on_ship_date",
            "If it is this unit, it was very likely shipped when its permit was not in force.",
            grounds,
            ON_PAPER,
        )
    elif answer.in_force is None:
        missing = what_is_missing(candidate.permit, delivery.ship_date)
        yield _finding(
            candidate,
            "permit_status_on_ship_date_open",
            "Whether its permit was in force on the ship date cannot be told from the record"
            + (f": it does not say {', nor '.join(missing)}." if missing else "."),
            grounds,
            ("either order of events within the dates as far as they are known",),
        )


def _photo_and_shipment(candidate: Candidate, given: Circumstances) -> Iterator[Finding]:
    shipped = candidate.delivery.ship_date if candidate.delivery else UNKNOWN
    for name, day in (("taken", given.photo_taken), ("published", given.photo_published)):
        if not (day.known and shipped.known):
            continue
        grounds = [f"Photo {name} {day} (as claimed).", f"Shipped {shipped} (as recorded)."]
        before = day.is_before(shipped)
        if before:
            yield _finding(
                candidate,
                "photo_predates_shipment",
                f"The photo is said to have been {name} before the unit was shipped; it is very "
                "unlikely that the identity and both dates are all right.",
                grounds,
                (
                    "a wrong claim about the photo’s date",
                    "a wrong ship date in the record",
                    "a unit that left before its paperwork",
                    MISREAD,
                    MOVED,
                    COUNTERFEIT,
                ),
            )
        elif before is None:
            yield _finding(
                candidate,
                "photo_and_shipment_order_open",
                f"Whether the photo was {name} before the unit was shipped cannot be told from "
                "the dates as far as they are known.",
                grounds,
                ("either order of events",),
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
    said = [text for text in permit.conditions if "exception" in text.lower()]
    if suspended or said:
        yield _finding(
            candidate,
            "exception_during_ban",
            "If it is this unit, it was likely shipped under a permit that was in force while "
            "exports to that destination were restricted: an exception.",
            [
                *(
                    f"On {when}, when the unit was shipped, another permit to "
                    f"{o.country_final_destination} stood suspended: {_name(o)}."
                    for o in suspended[:5]
                ),
                *(f"Condition: {text}." for text in said),
            ],
            ("a restriction that did not cover this item or end user", RECORD, MISREAD),
        )


MOST_PERMITS = 500
"""Permits of one model that are looked through for a finding."""


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
            whom = "the party it was found with" if by_name else "a party in that country"
            last = permit.status_history[-1]
            yield _finding(
                candidate,
                "never_approved_application",
                f"An application for this model that named {whom} as end user was very likely "
                "never approved.",
                [
                    f"Application {_name(permit)}: {last.status} {last.date}.",
                    *_users(tuple(by_name or in_place)),
                    *_place(given),
                ],
                ("another way of supply, lawful or not", RETRANSFER, THEFT, RECORD),
            )


def _quantity(candidate: Candidate) -> Iterator[Finding]:
    line = candidate.line
    if line.quantity is None or not line.deliveries:
        return
    delivered = sum(_units(delivery) for delivery in line.deliveries)
    shipments = len(line.deliveries)
    if delivered > line.quantity:
        yield _finding(
            candidate,
            "quantity_exceeded",
            "More units were likely delivered on this line than it permits.",
            [
                f"Permitted: {line.quantity}. Delivered: {delivered} ({shipments} deliveries).",
            ],
            ("an amendment that the catalog does not hold", "a delivery recorded twice", RECORD),
        )


def _units(delivery: Delivery) -> int:
    """Count the units of a delivery: as stated, or else as many as its entries speak for."""
    if delivery.quantity is not None:
        return delivery.quantity
    return (delivery.serials_recorded or 0) + sum(item.quantity or 0 for item in delivery.serials)


def _name(permit: Permit) -> str:
    if permit.number.readable:
        return permit.number.value
    return f"record {permit.permit_id}, whose number is not readable"


def _disposition(candidate: Candidate) -> Iterator[Finding]:
    if candidate.serial is None or candidate.serial.disposition in ("delivered", "unknown"):
        return
    words = candidate.serial.disposition.replace("_", " ")
    yield _finding(
        candidate,
        "unit_recorded_otherwise",
        f"The record has this unit as {words}.",
        [f"Serial {candidate.serial.value}, {words}."],
        (RECORD, MISREAD, MOVED),
    )
