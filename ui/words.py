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
    Role.CUSTODIAN: "Administrator (custodian)",
}
ROLE_HELP = {
    Role.INVESTIGATOR: "opens cases, adds photos and clips, starts reading",
    Role.REVIEWER: "judges readings, copies and candidates",
    Role.CUSTODIAN: "adds people, imports catalogs, writes trace requests, seals bundles",
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
    ExhibitState.READ: "To review",
    ExhibitState.NO_FIELD: "No field read",
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
    ExhibitOrder.OLDEST: "Oldest first",
    ExhibitOrder.NEWEST: "Newest first",
    ExhibitOrder.LEAST_SURE: "Least sure first",
}
READING_TONES: dict[str, Tone] = {"stated": "good", "offered": "caution", "unreadable": "stop"}
READING_HELP = {
    "stated": "The program gives this as what the plate says.",
    "offered": "The program does not vouch for this. Check it against the photo.",
    "unreadable": "The program makes no claim here.",
}
PIXELS_HELP = "How clearly the pixels show these characters, whichever field they belong to."
RELATIONS = {
    "exact": "Identical files",
    "near": "Look like copies of one exposure",
    "hard": "Look like copies of one exposure (cropped, rotated or altered)",
    "copy": "Proposed as copies of one exposure",
    "same_object": "Proposed as the same object, different exposures",
    "none": "Not copies",
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
