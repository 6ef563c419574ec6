"""Leads: other register entries that may be related to a plate. They carry no weight.

*Not in the catalog* refers to serials. A register also contains units without serials, models
written differently, the same serial under another model, and applications that were never approved.
Each is listed here with its total number, separate from the verdict: a lead is for a person to
follow, and matches nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from catalog.records.makers import shown_maker
from catalog.records.status import delivered, never_approved
from catalog.snapshot.cached import cached
from catalog.snapshot.gaps import without_serials
from values.rule import Declared
from values.sentence import Sentence, say
from values.text import fold, plain, skeleton, sound

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from catalog.snapshot.reader import Snapshot
    from catalog.types import Delivery, FieldEvidence, Permit, PermitLine, Unit, UnitGroup

LeadKind = Literal[
    "units_without_serials",
    "same_serial_elsewhere",
    "part_of_serial",
    "near_models",
    "registers_not_asked",
]

MOST_LEADS: Final = 20
"""Maximum number of leads of one kind that are shown; all are counted."""

MOST_PERMITS: Final = 500
"""Maximum number of permits of one model that are searched for units without serials."""

MOST_COUNTED: Final = 1000
"""Serials that contain the reading are counted up to this many, and reported as *more than* beyond.
"""

SHORTEST_PART: Final = 3
"""Minimum number of characters of a partial serial; fewer occur in too many serials to be of use.
"""

RULES: Final = Declared(
    "leads",
    test="tests/unit/catalog/matching/test_leads.py",
    source="decision 0057; assumed",
    units={
        "MOST_LEADS": "leads of one kind",
        "MOST_PERMITS": "permits",
        "MOST_COUNTED": "serials",
        "SHORTEST_PART": "characters",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """One lead: a sentence, and the record that it names."""

    said: Sentence
    permit_id: str = ""
    maker: str = ""
    model: str = ""
    serial: str = ""
    quantity: int | None = None
    party: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """All leads of one kind: their number, and those that are shown."""

    kind: LeadKind
    total: int
    shown: tuple[Lead, ...]
    more: bool = False
    """Whether there are more than `total`, at which counting stopped."""

    @property
    def said(self) -> Sentence:
        """Describe them, and how many are shown."""
        return say(
            "leads.of-kind",
            kind=self.kind,
            total=self.total,
            more=self.more,
            shown=len(self.shown),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """An imported register: its name, the SHA-256 of its snapshot, its contents."""

    name: str
    sha256: str
    permits: int
    serials: int


def leads(
    snapshot: Snapshot,
    groups: tuple[UnitGroup, ...],
    *,
    model: FieldEvidence | None,
    serial: FieldEvidence | None,
    fits: bool,
) -> tuple[Leads, ...]:
    """Find other register entries that may be related to a plate.

    `groups` are the makers and models that competed, `fits` says that a catalogued unit fits: then
    only the same serial elsewhere is searched.
    """
    found = []
    if serial is not None:
        found.append(_same_serial(snapshot, groups, serial.text))
    if not fits:
        if serial is not None and serial.origin != "machine":
            found.append(_part_of_serial(snapshot, groups, serial.text))
        found.append(_without_serials(snapshot, tuple(group.group_id for group in groups)))
        if model is not None:
            found.append(_near_models(snapshot, model.text))
    return tuple(one for one in found if one.total)


def not_asked(registers: Iterable[Register]) -> Leads:
    """List the imported registers that were not searched."""
    every = tuple(registers)
    return Leads(
        kind="registers_not_asked",
        total=len(every),
        shown=tuple(
            Lead(
                said=say(
                    "lead.not-asked",
                    name=one.name,
                    sha256=one.sha256,
                    permits=one.permits,
                    serials=one.serials,
                )
            )
            for one in every[:MOST_LEADS]
        ),
    )


def _same_serial(snapshot: Snapshot, groups: tuple[UnitGroup, ...], text: str) -> Leads:
    """Find units with exactly this serial that did not compete, or that were never delivered."""
    competed = {group.group_id for group in groups}
    total, more = 0, False
    found: list[Lead] = []
    for (group_id, place), refused in snapshot.find_places(text) if "?" not in text else ():
        if group_id in competed and (
            not refused or delivered(snapshot.records_for(group_id, place).delivery)
        ):
            continue
        if total == MOST_COUNTED:
            more = True
            break
        total += 1
        if len(found) < MOST_LEADS:
            found.append(_of_unit(snapshot, snapshot.records_for(group_id, place)))
    return Leads(kind="same_serial_elsewhere", total=total, shown=tuple(found), more=more)


def _of_unit(snapshot: Snapshot, unit: Unit) -> Lead:
    maker = _maker(snapshot, unit.line)
    party = _party(unit.permit, unit.delivery)
    return Lead(
        said=say(
            "lead.serial-elsewhere",
            serial=unit.serial.value,
            maker=maker,
            model=unit.line.model,
            permit=_number(unit.permit),
            record=unit.permit.permit_id,
            party=party,
            never_approved=never_approved(unit.permit),
        ),
        permit_id=unit.permit.permit_id,
        maker=maker,
        model=unit.line.model,
        serial=unit.serial.value,
        quantity=1,
        party=party,
    )


def _part_of_serial(snapshot: Snapshot, groups: tuple[UnitGroup, ...], text: str) -> Leads:
    """Find catalogued serials that contain the reading and more."""
    key = fold(text)
    found: list[Lead] = []
    total, more = 0, False
    if len(key) >= SHORTEST_PART and "?" not in text:
        for group in groups or snapshot.groups():
            for place in _holding(snapshot.keys(group.group_id), key.encode()):
                if total == MOST_COUNTED:
                    more = True
                    break
                total += 1
                if len(found) < MOST_LEADS:
                    found.append(_of_unit(snapshot, snapshot.records_for(group.group_id, place)))
            if more:
                break
    return Leads(kind="part_of_serial", total=total, shown=tuple(found), more=more)


def _holding(keys: np.ndarray[tuple[int], np.dtype[np.bytes_]], part: bytes) -> Iterator[int]:
    """Yield the index of each key that contains the part and more, in order."""
    width, last = keys.dtype.itemsize, -1
    if not keys.size:
        return
    for met in re.finditer(re.escape(part), np.ascontiguousarray(keys).view(np.uint8).data):
        place, at = divmod(met.start(), width)
        if place != last and at + len(part) <= width and keys[place] != part:
            last = place
            yield place


@cached
def _without_serials(snapshot: Snapshot, group_ids: tuple[int, ...]) -> Leads:
    """Find permit lines of these models with units whose serials are not on record."""
    groups = [snapshot.groups()[group_id] for group_id in group_ids]
    found: list[Lead] = []
    for group in groups:
        if not group.open_permits:
            continue
        permits = snapshot.permits_for(
            maker_id=group.maker_id, model=group.model, never_approved=False
        )
        for permit in permits[:MOST_PERMITS]:
            if len(found) == MOST_LEADS:
                break
            found += _lines_without(snapshot, group, permit)
    return Leads(
        kind="units_without_serials",
        total=sum(group.open_permits for group in groups),
        shown=tuple(found[:MOST_LEADS]),
    )


def _lines_without(snapshot: Snapshot, group: UnitGroup, permit: Permit) -> Iterator[Lead]:
    """Yield at most one lead per permit: its first line without serials, and how many there are."""
    units, exact = 0, True
    first: tuple[PermitLine, Delivery | None] | None = None
    for line in permit.lines:
        if snapshot.group(line.maker_id, line.model) != group:
            continue
        gap = without_serials(line)
        if not gap.any:
            continue
        first = first or (line, gap.delivery)
        units, exact = units + gap.units, exact and gap.exact
    if first is None:
        return
    line, delivery = first
    party, maker = _party(permit, delivery), _maker(snapshot, line)
    yield Lead(
        said=say(
            "lead.without-serials",
            permit=_number(permit),
            record=permit.permit_id,
            units=units,
            exact=exact,
            maker=maker,
            model=line.model,
            delivered=delivery is not None,
            party=party,
        ),
        permit_id=permit.permit_id,
        maker=maker,
        model=line.model,
        quantity=units if exact else None,
        party=party,
    )


@cached
def _near_models(snapshot: Snapshot, text: str) -> Leads:
    """Find models that are not the one read but are spelt similarly."""
    total = 0
    found: list[Lead] = []
    for group in snapshot.groups():
        if not near_model(text, group.model):
            continue
        total += 1
        if len(found) < MOST_LEADS:
            maker, permits = snapshot.maker(group.maker_id), snapshot.permits_of(group.group_id)
            name = maker.canonical if maker else group.maker_id
            found.append(
                Lead(
                    said=say(
                        "lead.near-model",
                        model=group.model,
                        maker=name,
                        permits=permits,
                        read=text,
                    ),
                    maker=name,
                    model=group.model,
                )
            )
    return Leads(kind="near_models", total=total, shown=tuple(found))


def near_model(read: str, recorded: str) -> bool:
    """Whether a model as read is part of a recorded one, or the reverse, or similar to it."""
    mine, other = fold(read), fold(recorded)
    if not mine or not other or mine == other:
        return False
    if read.isascii() != recorded.isascii():
        mine, other = sound(read), sound(recorded)
        if mine == other:
            return True
    if _run_of(fold(read), recorded) or _run_of(fold(recorded), read):
        return True
    shorter, longer = sorted((mine, other), key=len)
    if len(shorter) >= SHORTEST_PART and shorter in longer:
        return True
    return len(shorter) > SHORTEST_PART and _one_apart(skeleton(mine), skeleton(other))


def _run_of(key: str, text: str) -> bool:
    """Whether consecutive whole words of a text are this model."""
    words = [fold(word) for word in re.split(r"[\s/,;()\[\]|+]+", plain(text))]
    return any(
        "".join(words[first:last]) == key
        for first in range(len(words))
        for last in range(first + 1, len(words) + 1)
        if last - first < len(words)
    )


def _one_apart(one: str, other: str) -> bool:
    """Whether two texts differ in at most one character."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = next(
        (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )
    a, b = one[same:], other[same:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:]


def _number(permit: Permit) -> str:
    """The number of a permit; empty if it is not legible."""
    return permit.number.value if permit.number.readable else ""


def _party(permit: Permit, delivery: Delivery | None) -> str:
    """The party named by a permit or delivery: the end user, else the consignee; "" if none."""
    users = [
        party.name.value
        for party in permit.parties_as("ultimate_end_user", "end_user", "ultimate_consignee")
        if party.name.readable
    ]
    if users:
        return users[0]
    if delivery is not None and delivery.consignee.readable:
        return delivery.consignee.value
    return ""


def _maker(snapshot: Snapshot, line: PermitLine) -> str:
    known = snapshot.maker(line.maker_id)
    name = known.canonical if known else line.maker_as_written
    return shown_maker(name, line.maker_as_written)
