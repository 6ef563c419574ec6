"""Gathers what a trace request says about a plate: what people read, and pictures of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from words.english.parts import field as field_word
from workbench.report.case_pages import report_exhibit
from workbench.report.fields import by_importance
from workbench.report.letter import LetterField, TraceLetter
from workbench.report.numbers import percent
from workbench.types import Judgement

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.cases.images import Images
    from workbench.report.types import ReportExhibit, ReportField
    from workbench.state import CaseState
    from workbench.trace_request import TraceRequest
    from workbench.types import Actor, FieldStanding, PlateView

MOST_PICTURES = 6
"""Most exhibits that a letter shows; it says so if the plate is in more."""
MOST_ALTERNATIVES, LEAST_TELLING = 4, 0.01
"""How many other values of a field are named, and the least probability (0–1) of one that is named.
"""


def letter_about(
    state: CaseState,
    images: Images,
    actor: Actor,
    plate_id: str,
    reference: str,
    request: TraceRequest,
) -> TraceLetter:
    """A letter about a plate. It mentions no candidates, records or findings.

    Otherwise the addressee would read the catalog's answer back to us. Raises NotFound.
    """
    plate = state.plate(plate_id)
    members = dict(plate.members)
    summaries = [state.exhibit_summary(exhibit_id) for exhibit_id in members]
    # A settled copy shows nothing that the exhibit it repeats does not show.
    telling = [
        one.exhibit_id for one in summaries if not (one.copy_is_settled and one.copy_of in members)
    ]
    exhibits = tuple(
        _of_plate(
            report_exhibit(state.exhibit(exhibit_id), state.record(exhibit_id).size, images), plate
        )
        for exhibit_id in telling[:MOST_PICTURES]
    )
    return TraceLetter(
        reference=reference,
        case_id=state.case_id,
        synthetic=state.synthetic,
        asked_by=actor.name,
        plate_id=plate_id,
        request=request,
        fields=_fields(plate.fields, exhibits),
        exhibits=exhibits,
        exhibit_ids=tuple(members),
        not_shown=len(telling) - len(exhibits),
    )


def _of_plate(exhibit: ReportExhibit, plate: PlateView) -> ReportExhibit:
    """An exhibit with only those of its regions that show the plate."""
    mine = {region for exhibit_id, region in plate.members if exhibit_id == exhibit.exhibit_id}
    return replace(
        exhibit,
        regions=tuple(region for region in exhibit.regions if region.region_id in mine),
    )


def _fields(
    standing: Sequence[FieldStanding], exhibits: Sequence[ReportExhibit]
) -> tuple[LetterField, ...]:
    read = {
        (exhibit.exhibit_id, region.region_id, field.field): field
        for exhibit in exhibits
        for region in exhibit.regions
        for field in region.fields
    }
    return tuple(
        LetterField(
            label=field_word(one.field),
            person=one.human_text or "",
            unsure=one.judgement is Judgement.UNSURE,
            machine=one.machine_text,
            instead=_instead(read.get((*one.machine_at, one.field)) if one.machine_at else None),
        )
        for one in sorted(standing, key=lambda one: by_importance(one.field))
        if one.judgement is not Judgement.REJECTED
    )


def _instead(field: ReportField | None) -> tuple[str, ...]:
    """Other values that the machine considers for the field, the most likely first."""
    return tuple(
        f"{text} ({percent(share)})"
        for text, share in (field.alternatives if field else ())
        if share >= LEAST_TELLING
    )[:MOST_ALTERNATIVES]
