"""The words that screens use for the values of the workbench."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.text import counted
from words import times
from words.english.parts import field as field
from workbench.report.fields import by_importance as by_importance
from workbench.report.numbers import bits as bits
from workbench.report.numbers import percent as percent
from workbench.types import ExhibitOrder, ExhibitState, Judgement, Policy, Role

if TYPE_CHECKING:
    from datetime import datetime

    from ui.theme import Tone

ROLES = {
    Role.INVESTIGATOR: "Investigator",
    Role.REVIEWER: "Reviewer",
    Role.CUSTODIAN: "Custodian",
}
ROLE_HELP = {
    Role.INVESTIGATOR: "opens cases, takes in material, starts reading",
    Role.REVIEWER: "judges readings, copies and candidates",
    Role.CUSTODIAN: "enrols people, imports catalogs, writes trace requests, seals bundles",
}
POLICIES = {
    Policy.TWO_PEOPLE: "Two people",
    Policy.TWO_REVIEWERS: "Two reviewers",
    Policy.SOLO: "Solo",
}
JUDGEMENTS = {
    Judgement.CONFIRMED: "Confirmed",
    Judgement.CORRECTED: "Corrected",
    Judgement.REJECTED: "Rejected",
    Judgement.UNSURE: "Unsure",
}
JUDGEMENT_TONES: dict[Judgement, Tone] = {
    Judgement.CONFIRMED: "good",
    Judgement.CORRECTED: "accent",
    Judgement.REJECTED: "stop",
    Judgement.UNSURE: "caution",
}
STATES = {
    ExhibitState.WAITING: "Waiting to be read",
    ExhibitState.READ: "Read, to review",
    ExhibitState.NO_FIELD: "Read, no field",
    ExhibitState.REVIEWED: "Reviewed",
    ExhibitState.CLIP: "Clip",
}
STATE_TONES: dict[ExhibitState, Tone] = {
    ExhibitState.WAITING: "neutral",
    ExhibitState.READ: "caution",
    ExhibitState.NO_FIELD: "neutral",
    ExhibitState.REVIEWED: "good",
    ExhibitState.CLIP: "accent",
}
ORDERS = {
    ExhibitOrder.OLDEST: "As taken in",
    ExhibitOrder.NEWEST: "Newest first",
    ExhibitOrder.LEAST_SURE: "Least sure first",
}
READING_TONES: dict[str, Tone] = {"stated": "good", "offered": "caution", "unreadable": "stop"}
READING_HELP = {
    "stated": "The machine gives this as read.",
    "offered": "The machine does not vouch for this; look whether it is there.",
    "unreadable": "The machine makes no claim here.",
}
PIXELS_HELP = "How surely the pixels show these characters, whatever field they belong to."
RELATIONS = {
    "exact": "Identical file",
    "near": "Looks like a copy of one exposure",
    "hard": "Looks like a copy of one exposure (cropped, turned or altered)",
    "copy": "Proposed as copies of one exposure",
    "same_object": "Proposed as one object, different exposures",
    "none": "Not a copy",
}
VERDICT_TONES: dict[str, Tone] = {
    "identifies_catalog_unit": "good",
    "consistent_with_catalog_unit": "accent",
    "consistent_with_model_only": "neutral",
    "several_candidates": "caution",
    "contradicted": "stop",
    "not_in_catalog": "neutral",
    "excluded": "stop",
    "inconclusive": "caution",
}


def when(moment: datetime) -> str:
    """A time, to the minute, in UTC."""
    return times.moment(moment, short=True)


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 photo`, `2 photos`."""
    return counted(number, one, many)
