"""A recorded search result in words: what the case file prints and the screens show.

The result is read as it was recorded, by name and leniently: a result of an older version
that lacks a detail is still shown with what it has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.report.numbers import ratio
from workbench.report.types import ReportCandidate, ReportFeature, ReportFinding, Row

Json = Mapping[str, Any]
_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")

VERDICTS = {
    "identifies_catalog_unit": "Identifies a catalog unit",
    "consistent_with_catalog_unit": "Consistent with a catalog unit",
    "consistent_with_model_only": "Consistent with the model only, which is not a match",
    "several_candidates": "Several units fit",
    "not_in_catalog": "Not in this catalog",
    "excluded": "Excluded",
    "inconclusive": "Inconclusive",
}
REDACTIONS = {
    "redacted_full": "redacted in full",
    "redacted_partial": "redacted in part",
    "withheld": "withheld",
    "illegible": "illegible",
    "not_collected": "not collected",
}


def candidates_of(result: Json) -> tuple[ReportCandidate, ...]:
    """The candidates of a recorded result, in its order."""
    return tuple(_candidate(item) for item in result.get("candidates") or ())


def finding_of(finding: Json) -> ReportFinding:
    """One recorded finding."""
    return ReportFinding(
        kind=_text(finding.get("kind")),
        statement=_text(finding.get("statement")),
        grounds=_texts(finding.get("grounds")),
        alternatives=_texts(finding.get("alternatives")),
        candidate=_text(finding.get("candidate")),
    )


def verdict_of(result: Json) -> str:
    """The verdict on the whole search, in words."""
    verdict = _text(result.get("verdict"))
    return VERDICTS.get(verdict, verdict)


def limits_of(result: Json) -> tuple[str, ...]:
    """What the search could not take into account."""
    return _texts(result.get("limits"))


def applications_of(result: Json) -> tuple[Row, ...]:
    """Applications for this maker and model that were never approved, with their status."""
    return tuple(
        (
            _redactable(permit.get("number")) or _text(permit.get("permit_id")),
            "; ".join(
                part
                for part in (
                    *(f"{role}: {name}" for role, name in map(_party, permit.get("parties") or ())),
                    *(_status(step) for step in _steps(permit)),
                )
                if part
            ),
        )
        for permit in result.get("applications") or ()
    )


def _candidate(item: Json) -> ReportCandidate:
    named = " ".join(part for part in (_text(item.get("maker")), _text(item.get("model"))) if part)
    serial = _text(item.get("serial"))
    title = f"{named}, serial {serial}" if serial else named or _text(item.get("key"))
    verdict = _text(item.get("verdict"))
    return ReportCandidate(
        key=_text(item.get("key")),
        title=title,
        verdict=VERDICTS.get(verdict, verdict),
        likelihood_ratio=_ratio(item),
        band=_text(item.get("band")),
        explanation=_text(item.get("explanation")),
        features=tuple(_feature(feature) for feature in item.get("features") or ()),
        records=_records(item),
        fit=_fit(item),
        neighbours=tuple(_neighbour(other) for other in item.get("neighbours") or ()),
        sensitivity=tuple(
            (_text(row.get("assumption")), ratio(float(row.get("lr") or 0.0)))
            for row in item.get("sensitivity") or ()
        ),
        after_search=_float(item.get("one_over_np")),
        notes=_texts(item.get("limits")),
    )


def _ratio(item: Json) -> float | None:
    value = item.get("lr")
    if value is None and item.get("log10_lr") is not None:
        value = 10.0 ** min(float(item["log10_lr"]), 300.0)
    return None if value is None else float(value)


def _feature(feature: Json) -> ReportFeature:
    return ReportFeature(
        feature=_text(feature.get("feature")).replace("_", " "),
        weight_bits=float(feature.get("weight_bits") or 0.0),
        detail=_text(feature.get("detail") or feature.get("about")),
        seen=_text(feature.get("seen")),
        recorded=_text(feature.get("recorded")),
    )


def _fit(item: Json) -> str:
    fit = item.get("fit")
    if not isinstance(fit, Mapping):
        return _text(fit)
    sentence = _text(fit.get("words"))
    if sentence:
        return sentence if sentence.endswith(".") else f"{sentence}."
    number, whole = fit.get("n"), fit.get("of")
    if number is None or whole is None:
        return ""
    verb = "fits" if _number(number) == "1" else "fit"
    return (
        f"{_number(number)} of {_number(whole)} units of this maker and model {verb} the reading."
    )


def _float(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if value >= 10 or value.is_integer() else f"{value:.2g}"
    return f"{value:,}" if isinstance(value, int) else _text(value)


def _neighbour(other: object) -> Row:
    if isinstance(other, Mapping):
        return (
            _text(other.get("serial")),
            _text(other.get("differs") or other.get("difference") or other.get("note")),
        )
    return (_text(other), "")


def _records(item: Json) -> tuple[Row, ...]:
    permit, line, delivery = (_map(item.get(name)) for name in ("permit", "line", "delivery"))
    valid = " to ".join(
        part for part in (_text(permit.get("valid_from")), _text(permit.get("valid_to"))) if part
    )
    rows: list[Row] = [
        ("Permit", _redactable(permit.get("number"))),
        ("Issued by", _text(permit.get("issuer"))),
        ("Valid", valid),
        ("Status", "; ".join(_status(step) for step in _steps(permit))),
        *(_party(party) for party in permit.get("parties") or ()),
        ("Destination", _text(permit.get("country_final_destination"))),
        ("End use", _redactable(permit.get("end_use") or permit.get("end_use_text"))),
        *(("Undertaking", _words(text)) for text in _texts(permit.get("undertakings"))),
        *(("Condition", _words(text)) for text in _texts(permit.get("conditions"))),
        ("Line", _text(line.get("description") or line.get("model"))),
        ("Shipped", _text(delivery.get("shipped") or delivery.get("ship_date"))),
        ("Consignee", _redactable(delivery.get("consignee"))),
        *(("Source", text) for text in _texts(permit.get("sources"))),
    ]
    return tuple(row for row in rows if row[1])


def _steps(permit: Json) -> Iterable[Json]:
    return permit.get("status") or permit.get("status_history") or ()


def _status(step: object) -> str:
    if not isinstance(step, Mapping):
        return _text(step)
    status = _text(step.get("status")).replace("_", " ")
    dated = " ".join(part for part in (status, _text(step.get("date"))) if part)
    authority = _text(step.get("authority"))
    return f"{dated} ({authority})" if authority else dated


def _party(party: Json) -> Row:
    role = _text(party.get("role")).replace("_", " ")
    country = _text(party.get("country"))
    name = _redactable(party.get("name"))
    return (role[:1].upper() + role[1:], f"{name} ({country})" if country and name else name)


def _redactable(value: object) -> str:
    if not isinstance(value, Mapping):
        return _text(value)
    shown = _text(value.get("value"))
    redaction = _text(value.get("redaction")) or "not_redacted"
    if redaction == "not_redacted":
        return shown
    words = REDACTIONS.get(redaction, redaction.replace("_", " "))
    return f"{shown} ({words})" if shown else words


def _words(text: str) -> str:
    """A code of the catalog's vocabulary as words; a sentence stays as it is."""
    if not _CODE.fullmatch(text):
        return text
    return text.replace("_", " ").capitalize()


def _map(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(_text(item) for item in value) if isinstance(value, Iterable) else ()
