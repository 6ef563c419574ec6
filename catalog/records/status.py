"""The status of a permit on a given day, exact about what its history leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.vocabulary import IN_FORCE, NEVER_IN_FORCE
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from catalog.types import Delivery, Permit, StatusEvent
    from values.dates import PartialDate


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusAnswer:
    """The possible statuses of a permit at a time, and the events that show them.

    `in_force` is True or False if every possible status agrees and the validity allows it,
    otherwise None. An empty `statuses` means that the history says nothing about that time.
    """

    statuses: tuple[str, ...]
    in_force: bool | None
    grounds: tuple[StatusEvent, ...]


def possible_statuses(permit: Permit, when: PartialDate) -> StatusAnswer:
    """Find every possible status of the permit on the day, or some day, `when`.

    On the day of a change both the old and the new status are possible, since the hour is not
    recorded. Of two events on one known day, the one listed later is the later one.
    """
    history = permit.status_history
    latest = tuple(
        event
        for place, event in enumerate(history)
        if event.date.is_after(when) is not True
        and not any(
            _replaces(later, event, when, listed_later=other > place)
            for other, later in enumerate(history)
        )
    )
    return StatusAnswer(
        statuses=tuple(dict.fromkeys(event.status for event in latest)),
        in_force=_in_force(permit, when, latest),
        grounds=latest,
    )


def what_is_missing(permit: Permit, when: PartialDate) -> tuple[Sentence, ...]:
    """Report what is missing in the record to determine the status on a day; () if nothing is."""
    answer = possible_statuses(permit, when)
    if answer.in_force is not None:
        return ()
    known = [event for event in answer.grounds if event.status != "unknown"]
    # Where the order of two events is open, so is which of their statuses was the last.
    disputed = [
        event
        for event in known
        if any(
            (other.status in IN_FORCE) != (event.status in IN_FORCE)
            and other.date.is_after(event.date) is None
            for other in known
        )
    ]
    said = [
        say("missing.day-of-status", span=str(event.date), status=event.status)
        if event.date.known
        else say("missing.since", status=event.status)
        for event in permit.status_history
        if event.status != "unknown"
        and not event.date.exact
        and (event.date.is_after(when) is None or event in disputed)
    ]
    if _open(permit.valid_from, when):
        said.append(say("missing.day-of-beginning", span=str(permit.valid_from)))
    if _open(permit.valid_to, when):
        said.append(say("missing.day-of-end", span=str(permit.valid_to)))
    if not when.exact:
        said.append(say("missing.day-shipped", span=str(when)))
    if any(event.status == "unknown" for event in answer.grounds):
        said.append(say("missing.status"))
    if not answer.grounds:
        said.append(say("missing.status-on", day=str(when)))
    if any(event.date.exact and event.date == when for event in permit.status_history):
        said.append(say("missing.hour", day=str(when)))
    return tuple(dict.fromkeys(said))


def _open(day: PartialDate, when: PartialDate) -> bool:
    """Whether a validity date is too imprecise to compare with another day."""
    return day.known and day.is_after(when) is None and not day.exact


def never_approved(permit: Permit) -> bool:
    """Whether the history is known and has no status that allowed a shipment."""
    statuses = {event.status for event in permit.status_history}
    return bool(statuses) and statuses <= NEVER_IN_FORCE


def delivered(delivery: Delivery) -> bool:
    """Whether a delivery is recorded as having taken place: with a day of shipment or receipt."""
    return delivery.ship_date.known or delivery.received_date.known


def _replaces(
    later: StatusEvent, event: StatusEvent, when: PartialDate, *, listed_later: bool
) -> bool:
    if later.date.is_before(when) is not True:
        return False
    same_day = later.date.exact and later.date == event.date
    return listed_later if same_day else later.date.is_after(event.date) is True


def _in_force(permit: Permit, when: PartialDate, latest: tuple[StatusEvent, ...]) -> bool | None:
    if permit.valid_from.is_after(when) or permit.valid_to.is_before(when):
        return False
    allowed = {event.status in IN_FORCE for event in latest if event.status != "unknown"}
    certain = any(event.date.is_after(when) is False for event in latest)
    if not certain or len(allowed) != 1 or any(event.status == "unknown" for event in latest):
        return None
    if allowed == {False}:
        return False
    begun = not permit.valid_from.known or permit.valid_from.is_after(when) is False
    not_over = not permit.valid_to.known or permit.valid_to.is_before(when) is False
    return True if begun and not_over else None
