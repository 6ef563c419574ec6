"""Results and findings as plain JSON, for screens, bundles and reports alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog import compare
from catalog.bands import BANDS
from catalog.bands import VERSION as SCALE
from catalog.kept_search import FORMAT
from catalog.records_json import to_json

if TYPE_CHECKING:
    from catalog.matching.leads import Leads
    from catalog.results import Candidate, Fit, Neighbour, SearchResult
    from catalog.types import Delivery, FeatureScore, FieldEvidence, Finding, Permit, Redactable


def result_to_json(result: SearchResult) -> dict[str, Any]:
    """Write a search result as JSON-able values, with every record that it shows."""
    return {
        "format": FORMAT,
        "query": {
            name: _evidence(getattr(result.query, name))
            for name in ("maker", "model", "serial", "part_number")
        },
        "verdict": result.verdict,
        "explanation": result.explanation,
        "coverage_note": result.coverage_note,
        "snapshot_sha256": result.snapshot_sha256,
        "algorithm": result.algorithm,
        "scale": {
            "version": SCALE,
            "bands": [{"least": band.least, "words": band.words} for band in BANDS],
        },
        "limits": list(result.limits),
        "uncatalogued_fitting": result.uncatalogued_fitting,
        "candidates": [candidate_to_json(candidate) for candidate in result.candidates],
        "applications": [_permit(permit) for permit in result.applications],
        "leads": [leads_to_json(one) for one in result.leads],
    }


def leads_to_json(leads: Leads) -> dict[str, Any]:
    """Write the leads of one kind, with how many there are in all."""
    return {
        "kind": leads.kind,
        "words": leads.words,
        "total": leads.total,
        "more": leads.more,
        "leads": [to_json(lead) for lead in leads.shown],
    }


def candidate_to_json(candidate: Candidate) -> dict[str, Any]:
    """Write one candidate, with its permit, delivery and weight."""
    weight = candidate.weight
    return {
        "key": candidate.key,
        "maker_id": candidate.maker_id,
        "maker": candidate.maker,
        "model": candidate.model,
        "serial": candidate.serial.value if candidate.serial else None,
        "serial_basis": candidate.serial.basis if candidate.serial else None,
        "disposition": candidate.serial.disposition if candidate.serial else None,
        "verdict": candidate.verdict,
        "lr": weight.lr if weight else None,
        "log10_lr": weight.log10_lr if weight else None,
        "band": candidate.band,
        "posterior": weight.posterior if weight else None,
        "one_over_p": weight.lr if weight else None,
        "one_over_np": weight.after_search if weight else None,
        "compared": weight.compared if weight else None,
        "explanation": candidate.explanation,
        "against": list(candidate.against),
        "features": [_feature(feature) for feature in candidate.features],
        "characters": [
            {"place": c.place, "recorded": c.recorded, "weight_bits": c.weight_bits}
            for c in candidate.characters
        ],
        "fit": _fit(candidate.fit),
        "neighbours": [_neighbour(neighbour) for neighbour in candidate.neighbours],
        "sensitivity": [
            {"assumption": row.assumption, "lr": row.lr, "posterior": row.posterior}
            for row in candidate.sensitivity
        ],
        "limits": list(candidate.limits),
        "permit": _permit(candidate.permit),
        "line": {k: v for k, v in to_json(candidate.line).items() if k != "deliveries"},
        "delivery": _delivery(candidate.delivery),
    }


def finding_to_json(finding: Finding) -> dict[str, Any]:
    """Write one finding with its grounds and alternatives."""
    return {
        "kind": finding.kind,
        "statement": finding.statement,
        "grounds": list(finding.grounds),
        "alternatives": list(finding.alternatives),
    }


def _evidence(evidence: FieldEvidence | None) -> dict[str, Any] | None:
    if evidence is None:
        return None
    return {
        "text": evidence.text,
        "origin": evidence.origin,
        "alternatives": [[text, share] for text, share in evidence.alternatives],
        "pixels_asked": evidence.likelihood is not None,
    }


def _feature(feature: FeatureScore) -> dict[str, Any]:
    return {
        "feature": feature.feature,
        "weight_bits": feature.weight_bits,
        "detail": feature.detail,
        "seen": feature.seen,
        "recorded": feature.recorded,
        "about": compare.explain(feature.feature),
    }


def _fit(fit: Fit | None) -> dict[str, Any] | None:
    if fit is None:
        return None
    return {
        "n": fit.fitting,
        "of": fit.units,
        "catalogued_n": fit.catalogued_fitting,
        "catalogued_of": fit.catalogued,
        "words": fit.words,
    }


def _neighbour(neighbour: Neighbour) -> dict[str, Any]:
    return {
        "serial": neighbour.serial,
        "differs": neighbour.differs,
        "places": list(neighbour.places),
        "lr": neighbour.lr,
        "fits": neighbour.fits,
        "catalogued": neighbour.catalogued,
    }


def _redactable(text: Redactable) -> dict[str, str]:
    return {"value": text.value, "redaction": text.redaction}


def _permit(permit: Permit) -> dict[str, Any]:
    """Write a permit for people and for programs; its lines stay in the snapshot."""
    return {
        "permit_id": permit.permit_id,
        "number": _redactable(permit.number),
        "issuer": permit.issuer,
        "type": permit.permit_type,
        "status": [
            {
                "status": event.status,
                "date": str(event.date),
                "authority": event.authority,
                "source": event.source,
            }
            for event in permit.status_history
        ],
        "valid_from": str(permit.valid_from),
        "valid_to": str(permit.valid_to),
        "country_final_destination": permit.country_final_destination,
        "country_of_use": permit.country_of_use,
        "parties": [
            {"role": party.role, "name": _redactable(party.name), "country": party.country}
            for party in permit.parties
        ],
        "end_use": _redactable(permit.end_use_text),
        "undertakings": list(permit.undertakings),
        "conditions": list(permit.conditions),
        "sources": list(permit.sources),
        "synthetic": permit.synthetic,
    }


def _delivery(delivery: Delivery | None) -> dict[str, Any] | None:
    if delivery is None:
        return None
    return {
        "delivery_id": delivery.delivery_id,
        "shipped": str(delivery.ship_date),
        "received": str(delivery.received_date),
        "consignee": _redactable(delivery.consignee),
        "quantity": delivery.quantity,
        "document_type": delivery.document_type,
        "document_sha256": delivery.document_sha256,
        "page": delivery.page,
        "source": delivery.source,
    }
