"""The words that screens use for the values of the workbench."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.types import ExhibitOrder, ExhibitState, Judgement, Policy, Role

if TYPE_CHECKING:
    from datetime import datetime

    from ui.components.markup import Tone

ROLES = {
    Role.INVESTIGATOR: "Investigator",
    Role.REVIEWER: "Reviewer",
    Role.CUSTODIAN: "Custodian",
}
ROLE_HELP = {
    Role.INVESTIGATOR: "opens cases, takes in material, starts reading",
    Role.REVIEWER: "judges readings, copies and candidates",
    Role.CUSTODIAN: "enrols people, imports catalogs, seals bundles",
}
POLICIES = {
    Policy.TWO_PEOPLE: "Two people",
    Policy.TWO_REVIEWERS: "Two reviewers",
    Policy.SOLO: "Solo",
}
POLICY_HELP = {
    Policy.TWO_PEOPLE: "Whoever took a photo in may not be the one who confirms it.",
    Policy.TWO_REVIEWERS: "Besides, two different reviewers must confirm before a match stands.",
    Policy.SOLO: "One person may do everything. Every screen and bundle of the case says so.",
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
    ExhibitState.COPY: "Copy",
    ExhibitState.READ: "Read, to review",
    ExhibitState.NO_FIELD: "Read, no field",
    ExhibitState.REVIEWED: "Reviewed",
    ExhibitState.CLIP: "Clip",
}
STATE_TONES: dict[ExhibitState, Tone] = {
    ExhibitState.WAITING: "neutral",
    ExhibitState.COPY: "neutral",
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
FIELDS = {
    "maker": "Maker",
    "model": "Model",
    "serial": "Serial number",
    "part_number": "Part number",
    "date": "Date",
    "nsn": "NSN",
    "cage": "CAGE code",
    "contract": "Contract",
    "lot": "Lot",
    "weight": "Weight",
    "voltage": "Voltage",
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
    "near": "Copy of one exposure",
    "hard": "Copy of one exposure (cropped, turned or altered)",
    "copy": "Copies of one exposure",
    "same_object": "Same object, another exposure",
    "none": "Not a copy",
}
VERDICTS = {
    "identifies_catalog_unit": "Identifies a catalog unit",
    "consistent_with_catalog_unit": "Consistent with a catalog unit",
    "consistent_with_model_only": "Consistent with the model only – not a match",
    "several_candidates": "Several units fit",
    "not_in_catalog": "Not in this catalog",
    "excluded": "Excluded",
    "inconclusive": "Inconclusive",
}
VERDICT_TONES: dict[str, Tone] = {
    "identifies_catalog_unit": "good",
    "consistent_with_catalog_unit": "accent",
    "consistent_with_model_only": "neutral",
    "several_candidates": "caution",
    "not_in_catalog": "neutral",
    "excluded": "stop",
    "inconclusive": "caution",
}


def field(name: str) -> str:
    """The word for a field of a plate."""
    return FIELDS.get(name, name.replace("_", " ").capitalize())


def by_importance(name: str) -> int:
    """Where a field stands in a list: maker, model and serial first."""
    order = tuple(FIELDS)
    return order.index(name) if name in order else len(order)


def when(moment: datetime) -> str:
    """A time, to the minute, in UTC."""
    return moment.strftime("%-d %b %Y, %H:%M UTC")


def count(number: int, one: str, many: str | None = None) -> str:
    """`1 photo`, `2 photos`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def percent(share: float) -> str:
    """A probability as per cent, without claiming certainty by rounding."""
    if 0.995 <= share < 1:
        return "> 99 %"
    if 0 < share < 0.005:
        return "< 1 %"
    return f"{share * 100:.0f} %"


def bits(weight: float) -> str:
    """A weight in bits, signed."""
    return f"{weight:+.1f}".replace("-", "−")


def ratio(value: float) -> str:
    """A likelihood ratio in two or three figures."""
    if value >= 1_000_000:
        power = len(f"{value:.0f}") - 1
        return f"{value / 10**power:.1f} × 10{_superscript(power)}"
    if value >= 100:
        return f"{float(f'{value:.3g}'):,.0f}"
    if value >= 0.01:
        return f"{value:.2g}"
    return "less than 0.01"


def _superscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
