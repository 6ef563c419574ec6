"""A stored search result in words, as the case file prints it and screens show it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from catalog.records.makers import shown_maker
from workbench.report.numbers import ratio
from workbench.report.types import ReportCandidate, ReportFeature, ReportFinding, Row

if TYPE_CHECKING:
    from catalog.findings.stored_search import (
        StoredCandidate,
        StoredFeature,
        StoredFinding,
        StoredParty,
        StoredResult,
        StoredStatus,
        StoredText,
    )

_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")

VERDICTS = {
    "identifies_catalog_unit": "Identifies a catalog unit",
    "consistent_with_catalog_unit": "Consistent with a catalog unit",
    "consistent_with_model_only": "Consistent with maker or model only, which is not a match",
    "several_candidates": "Several units fit",
    "contradicted": "Contradicted by the rest of the plate",
    "not_in_catalog": "No unit in this catalog fits",
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


def candidates_of(result: StoredResult) -> tuple[ReportCandidate, ...]:
    """The candidates of a result, in its order."""
    return tuple(map(_candidate, result.candidates))


def finding_of(finding: StoredFinding) -> ReportFinding:
    """One finding."""
    return ReportFinding(
        kind=finding.kind,
        statement=finding.statement,
        grounds=finding.grounds,
        alternatives=finding.alternatives,
        candidate=finding.candidate,
    )


def verdict_of(result: StoredResult) -> str:
    """The verdict on the whole search, in words."""
    return VERDICTS[result.verdict]


def applications_of(result: StoredResult) -> tuple[Row, ...]:
    """Applications for this maker and model that were never approved, with their status."""
    return tuple(
        (
            _redactable(permit.number) or permit.permit_id,
            "; ".join(
                part
                for part in (
                    *(f"{role}: {name}" for role, name in map(_party, permit.parties)),
                    *map(_status, permit.status),
                )
                if part
            ),
        )
        for permit in result.applications
    )


def leads_of(result: StoredResult) -> tuple[Row, ...]:
    """Leads by kind: how many there are and how many are shown, then a sentence for each."""
    return tuple((kind.words, lead.sentence) for kind in result.leads for lead in kind.leads)


def _candidate(item: StoredCandidate) -> ReportCandidate:
    maker = shown_maker(item.maker, *filter(None, (item.line.maker_as_written,)))
    named = " ".join(part for part in (maker, item.model) if part)
    return ReportCandidate(
        key=item.key,
        title=f"{named}, serial {item.serial}" if item.serial else named or item.key,
        verdict=VERDICTS[item.verdict],
        likelihood_ratio=_ratio(item),
        band=item.band,
        explanation=item.explanation,
        features=tuple(map(_feature, item.features)),
        records=_records(item),
        fit=f"{item.fit.words.rstrip('.')}." if item.fit is not None else "",
        neighbours=tuple((other.serial, other.differs) for other in item.neighbours),
        sensitivity=tuple((row.assumption, ratio(row.lr)) for row in item.sensitivity),
        after_search=item.one_over_np,
        notes=item.limits,
    )


def _ratio(item: StoredCandidate) -> float | None:
    if item.lr is None and item.log10_lr is not None:
        return float(10.0 ** min(item.log10_lr, 300.0))
    return item.lr


def _feature(feature: StoredFeature) -> ReportFeature:
    return ReportFeature(
        feature=feature.feature.replace("_", " "),
        weight_bits=feature.weight_bits,
        detail=feature.detail or feature.about,
        seen=feature.seen,
        recorded=feature.recorded,
    )


def _records(item: StoredCandidate) -> tuple[Row, ...]:
    permit, line, delivery = item.permit, item.line, item.delivery
    rows: list[Row] = [
        ("Permit", _redactable(permit.number)),
        ("Issued by", permit.issuer),
        ("Valid", " to ".join(part for part in (permit.valid_from, permit.valid_to) if part)),
        ("Status", "; ".join(map(_status, permit.status))),
        *map(_party, permit.parties),
        ("Destination", permit.country_final_destination),
        ("End use", _redactable(permit.end_use)),
        *(("Undertaking", _words(text)) for text in permit.undertakings),
        *(("Condition", _words(text)) for text in permit.conditions),
        ("Line", line.description or line.model),
        ("Shipped", delivery.shipped if delivery is not None else ""),
        ("Consignee", _redactable(delivery.consignee) if delivery is not None else ""),
        *(("Source", text) for text in permit.sources),
    ]
    return tuple(row for row in rows if row[1])


def _status(step: StoredStatus) -> str:
    dated = " ".join(part for part in (step.status.replace("_", " "), step.date) if part)
    return f"{dated} ({step.authority})" if step.authority else dated


def _party(party: StoredParty) -> Row:
    role = party.role.replace("_", " ")
    name = _redactable(party.name)
    shown = f"{name} ({party.country})" if party.country and name else name
    return (role[:1].upper() + role[1:], shown)


def _redactable(text: StoredText) -> str:
    if text.redaction == "not_redacted":
        return text.value
    words = REDACTIONS[text.redaction]
    return f"{text.value} ({words})" if text.value else words


def _words(text: str) -> str:
    """A code from the catalog's vocabulary as words; a sentence is left unchanged."""
    if not _CODE.fullmatch(text):
        return text
    return text.replace("_", " ").capitalize()
