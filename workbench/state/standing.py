"""What currently stands for a plate: the readings of machines and people, field by field.

Used by screens, with rows of their tables, and by the case state, with its records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, get_args

from vision.types import FieldName
from words import times
from workbench.rules.dissent import dissenting, of_own_material, sentence
from workbench.types import SEARCHED_FIELDS, FieldStanding, Judgement, PlateView, Review

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FIELD_ORDER: tuple[FieldName, ...] = get_args(FieldName)

_SPEAKS = frozenset({Judgement.CONFIRMED, Judgement.CORRECTED})
"""Judgements whose text is what a person reads there."""


class Region(Protocol):
    """The parts of a plate region that this module needs."""

    @property
    def exhibit_id(self) -> str:
        """The exhibit that contains it."""

    @property
    def region_id(self) -> str:
        """Its name within the exhibit."""

    @property
    def fields(self) -> Sequence[tuple[str, str, float, str]]:
        """For each field: name, text, confidence (0–1), and state."""


def dissent_of(reviews: Sequence[Review]) -> tuple[str, ...]:
    """Return a sentence for each judgement of one field that differs from what stands, in order.

    Judgements that do not count are included, whatever they say.
    """
    said = (
        *((sentence, one) for one in dissenting([one for one in reviews if one.counts])),
        *((of_own_material, one) for one in reviews if not one.counts),
    )
    return tuple(
        say(one, name=one.reviewer, when=times.moment(one.at), reason=one.reason)
        for say, one in said
    )


def dissent_on(plate: PlateView) -> tuple[str, ...]:
    """A sentence for each person who read a field of a plate differently from what stands."""
    return tuple(
        f"{standing.field.replace('_', ' ').capitalize()}: {one}"
        for standing in plate.fields
        for one in standing.dissent
    )


def plate_view(
    plate_id: str, regions: Sequence[Region], reviews: Iterable[Review], *, seen: int
) -> PlateView:
    """A plate from its regions, in the order read, and the judgements of them."""
    mine = sorted(reviews, key=lambda review: review.sequence)
    standings = [
        standing
        for field in FIELD_ORDER
        if (standing := _standing(field, regions, mine)) is not None
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
        seen=seen,
    )


def _standing(
    field: FieldName, regions: Sequence[Region], reviews: Sequence[Review]
) -> FieldStanding | None:
    """What stands for one field: the machine's best reading, and a person's last judgement."""
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
    counting = [review for review in judged if review.counts]
    if machine is None and not counting:
        return None
    last = counting[-1] if counting else None
    where = last if last is not None else (machine[2] if machine is not None else regions[0])
    return FieldStanding(
        field=field,
        machine_text=machine[1] if machine is not None else "",
        machine_at=(machine[2].exhibit_id, machine[2].region_id) if machine is not None else None,
        human_text=last.text if last is not None and last.judgement in _SPEAKS else None,
        judgement=last.judgement if last is not None else None,
        reviewers=tuple(dict.fromkeys(review.reviewer for review in counting)),
        exhibit_id=where.exhibit_id,
        region_id=where.region_id,
        dissent=dissent_of(judged),
    )
