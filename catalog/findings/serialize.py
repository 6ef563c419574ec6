"""Convert results and findings to their storage form, with every record and text shown.

The caller, which knows the language, passes `text` to render each sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.findings.stored_search import (
    FORMAT,
    StoredAlternative,
    StoredBand,
    StoredCandidate,
    StoredCharacter,
    StoredDelivery,
    StoredEvidence,
    StoredFeature,
    StoredFinding,
    StoredFit,
    StoredLead,
    StoredLeads,
    StoredLine,
    StoredNeighbour,
    StoredParty,
    StoredPermit,
    StoredQuery,
    StoredResult,
    StoredScale,
    StoredSensitivity,
    StoredStatus,
    StoredText,
)
from catalog.matching import compare
from catalog.matching.bands import BANDS
from catalog.matching.bands import VERSION as SCALE
from values.sentence import Sentence, say, stored_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from catalog.matching.leads import Lead, Leads
    from catalog.matching.results import Candidate, Fit, Neighbour, SearchResult, Sensitivity
    from catalog.types import (
        Delivery,
        FeatureScore,
        FieldEvidence,
        Finding,
        Permit,
        PermitLine,
        Redactable,
    )

    Text = Callable[[Sentence], str]


def stored_result(result: SearchResult, text: Text, *, more: Iterable[Leads] = ()) -> StoredResult:
    """Return the storage form of a search result; the `more` leads come last."""
    query = result.query
    return StoredResult(
        format=FORMAT,
        query=StoredQuery(
            maker=_evidence(query.maker),
            model=_evidence(query.model),
            serial=_evidence(query.serial),
            part_number=_evidence(query.part_number),
        ),
        verdict=result.verdict,
        explanation=_text(result.explanation, text),
        coverage_note=_text(result.coverage_note, text),
        snapshot_sha256=result.snapshot_sha256,
        algorithm=result.algorithm,
        scale=StoredScale(
            version=SCALE,
            bands=tuple(StoredBand(least=band.least, words=band.words) for band in BANDS),
        ),
        limits=tuple(map(text, result.limits)),
        uncatalogued_fitting=result.uncatalogued_fitting,
        candidates=tuple(_candidate(one, text) for one in result.candidates),
        applications=tuple(map(_permit, result.applications)),
        leads=tuple(_leads(one, text) for one in (*result.leads, *more)),
        said=stored_sentences(
            explanation=result.explanation,
            coverage_note=result.coverage_note,
            limits=result.limits,
        ),
    )


def stored_finding(candidate: str, finding: Finding, text: Text) -> StoredFinding:
    """Return the storage form of a finding on a candidate, named by its key."""
    return StoredFinding(
        candidate=candidate,
        kind=finding.kind,
        statement=_text(finding.statement, text),
        grounds=tuple(map(text, finding.grounds)),
        alternatives=tuple(map(text, finding.alternatives)),
        said=stored_sentences(
            statement=finding.statement,
            grounds=finding.grounds,
            alternatives=finding.alternatives,
        ),
    )


def _text(said: Iterable[Sentence], text: Text) -> str:
    return " ".join(map(text, said))


def _leads(leads: Leads, text: Text) -> StoredLeads:
    return StoredLeads(
        kind=leads.kind,
        words=text(leads.said),
        total=leads.total,
        more=leads.more,
        leads=tuple(_lead(one, text) for one in leads.shown),
        said=stored_sentences(words=(leads.said,)),
    )


def _lead(lead: Lead, text: Text) -> StoredLead:
    return StoredLead(
        sentence=text(lead.said),
        permit_id=lead.permit_id,
        maker=lead.maker,
        model=lead.model,
        serial=lead.serial,
        quantity=lead.quantity,
        party=lead.party,
        said=stored_sentences(sentence=(lead.said,)),
    )


def _candidate(candidate: Candidate, text: Text) -> StoredCandidate:
    weight, serial = candidate.weight, candidate.serial
    lines = (_text(part, text) for part in (candidate.explanation, candidate.tested) if part)
    band = () if candidate.band is None else (candidate.band,)
    return StoredCandidate(
        key=candidate.key,
        maker_id=candidate.maker_id,
        maker=candidate.maker,
        model=candidate.model,
        serial=serial.value if serial else None,
        serial_basis=serial.basis if serial else None,
        disposition=serial.disposition if serial else None,
        verdict=candidate.verdict,
        lr=weight.lr if weight else None,
        log10_lr=weight.log10_lr if weight else None,
        band=_text(band, text),
        posterior=weight.posterior if weight else None,
        one_over_p=weight.lr if weight else None,
        one_over_np=weight.after_search if weight else None,
        compared=weight.compared if weight else None,
        explanation="\n".join(lines),
        against=tuple(map(text, candidate.against)),
        features=tuple(_feature(one, text) for one in candidate.features),
        characters=tuple(
            StoredCharacter(place=one.place, recorded=one.recorded, weight_bits=one.weight_bits)
            for one in candidate.characters
        ),
        fit=_fit(candidate.fit, text),
        neighbours=tuple(_neighbour(one, text) for one in candidate.neighbours),
        sensitivity=tuple(_sensitivity(one, text) for one in candidate.sensitivity),
        limits=tuple(map(text, candidate.limits)),
        permit=_permit(candidate.permit),
        line=_line(candidate.line),
        delivery=_delivery(candidate.delivery),
        said=stored_sentences(
            band=band,
            explanation=(*candidate.explanation, *candidate.tested),
            against=candidate.against,
            limits=candidate.limits,
        ),
    )


def _evidence(evidence: FieldEvidence | None) -> StoredEvidence | None:
    if evidence is None:
        return None
    return StoredEvidence(
        text=evidence.text,
        origin=evidence.origin,
        alternatives=tuple(StoredAlternative(*one) for one in evidence.alternatives),
        pixels_asked=evidence.likelihood is not None,
    )


def _feature(feature: FeatureScore, text: Text) -> StoredFeature:
    about = compare.ABOUT[feature.feature]
    seen = () if feature.seen is not None else (say("feature.not-read"),)
    recorded = () if feature.recorded is not None else (say("feature.not-recorded"),)
    return StoredFeature(
        feature=feature.feature,
        weight_bits=feature.weight_bits,
        detail=_text(feature.detail, text),
        seen=feature.seen if feature.seen is not None else _text(seen, text),
        recorded=feature.recorded if feature.recorded is not None else _text(recorded, text),
        about=text(about),
        said=stored_sentences(detail=feature.detail, seen=seen, recorded=recorded, about=(about,)),
    )


def _fit(fit: Fit | None, text: Text) -> StoredFit | None:
    if fit is None:
        return None
    return StoredFit(
        n=fit.fitting,
        of=fit.units,
        catalogued_n=fit.catalogued_fitting,
        catalogued_of=fit.catalogued,
        words=text(fit.said),
        said=stored_sentences(words=(fit.said,)),
    )


def _neighbour(neighbour: Neighbour, text: Text) -> StoredNeighbour:
    return StoredNeighbour(
        serial=neighbour.serial,
        differs=text(neighbour.differs),
        places=neighbour.places,
        lr=neighbour.lr,
        fits=neighbour.fits,
        catalogued=neighbour.catalogued,
        said=stored_sentences(differs=(neighbour.differs,)),
    )


def _sensitivity(row: Sensitivity, text: Text) -> StoredSensitivity:
    return StoredSensitivity(
        assumption=text(row.assumption),
        lr=row.lr,
        posterior=row.posterior,
        said=stored_sentences(assumption=(row.assumption,)),
    )


def _redactable(text: Redactable) -> StoredText:
    return StoredText(value=text.value, redaction=text.redaction)


def _permit(permit: Permit) -> StoredPermit:
    """Return a permit for people and for programs; its lines stay in the snapshot."""
    return StoredPermit(
        permit_id=permit.permit_id,
        number=_redactable(permit.number),
        issuer=permit.issuer,
        type=permit.permit_type,
        status=tuple(
            StoredStatus(
                status=event.status,
                date=str(event.date),
                authority=event.authority,
                source=event.source,
            )
            for event in permit.status_history
        ),
        valid_from=str(permit.valid_from),
        valid_to=str(permit.valid_to),
        country_final_destination=permit.country_final_destination,
        country_of_use=permit.country_of_use,
        parties=tuple(
            StoredParty(role=party.role, name=_redactable(party.name), country=party.country)
            for party in permit.parties
        ),
        end_use=_redactable(permit.end_use_text),
        undertakings=permit.undertakings,
        conditions=permit.conditions,
        sources=permit.sources,
        synthetic=permit.synthetic,
    )


def _line(line: PermitLine) -> StoredLine:
    return StoredLine(
        line_id=line.line_id,
        maker_id=line.maker_id,
        maker_as_written=line.maker_as_written,
        model=line.model,
        part_number=line.part_number,
        description=line.description,
        control_code=line.control_code,
        quantity=line.quantity,
        unit_value=line.unit_value,
        total_value=line.total_value,
        country_of_origin=line.country_of_origin,
        us_origin_share_pct=line.us_origin_share_pct,
    )


def _delivery(delivery: Delivery | None) -> StoredDelivery | None:
    if delivery is None:
        return None
    return StoredDelivery(
        delivery_id=delivery.delivery_id,
        shipped=str(delivery.ship_date),
        received=str(delivery.received_date),
        consignee=_redactable(delivery.consignee),
        quantity=delivery.quantity,
        document_type=delivery.document_type,
        document_sha256=delivery.document_sha256,
        page=delivery.page,
        source=delivery.source,
    )
