from __future__ import annotations

from dataclasses import replace

from catalog.findings.stored_search import (
    FORMAT,
    StoredCandidate,
    StoredDelivery,
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
from workbench.report.result import (
    REDACTIONS,
    VERDICTS,
    applications_of,
    candidates_of,
    finding_of,
    leads_of,
    verdict_of,
)

PERMIT = StoredPermit(
    permit_id="P-1",
    number=StoredText(value="", redaction="redacted_full"),
    issuer="Demo authority",
    type="other",
    status=(
        StoredStatus(status="issued", date="2020-05", authority="GAC", source=""),
        StoredStatus(status="suspended", date="2020-10-05", authority="", source=""),
    ),
    valid_from="2020-05",
    valid_to="",
    country_final_destination="TR",
    country_of_use="",
    parties=(
        StoredParty(
            role="end_user",
            name=StoredText(value="Naval Forces", redaction="not_redacted"),
            country="TR",
        ),
    ),
    end_use=StoredText(value="will not be diverted", redaction="not_redacted"),
    undertakings=("no_diversion",),
    conditions=("A sentence stays.",),
    sources=("A source",),
    synthetic=True,
)
CANDIDATE = StoredCandidate(
    key="u1",
    maker_id="wescam",
    maker="L3Harris Wescam",
    model="CMX-15D",
    serial="CMX15D-0836",
    serial_basis="single",
    disposition="delivered",
    verdict="identifies_catalog_unit",
    lr=7214.0,
    log10_lr=3.86,
    band="strong",
    posterior=0.9,
    one_over_p=7214.0,
    one_over_np=240.0,
    compared=30,
    explanation="It fits.",
    against=(),
    features=(
        StoredFeature(
            feature="serial_reading",
            weight_bits=11.3,
            detail="",
            seen="a",
            recorded="b",
            about="What it is.",
        ),
    ),
    characters=(),
    fit=StoredFit(n=1, of=1200, catalogued_n=1, catalogued_of=30, words="1 of 1,200 units fit"),
    neighbours=(
        StoredNeighbour(
            serial="CMX15D-0838",
            differs="one character",
            places=(10,),
            lr=0.9,
            fits=False,
            catalogued=True,
        ),
    ),
    sensitivity=(
        StoredSensitivity(assumption="errors twice as frequent", lr=3600.0, posterior=0.7),
    ),
    limits=("One field was not compared.",),
    permit=PERMIT,
    line=StoredLine(
        line_id="P-1/1",
        maker_id="wescam",
        maker_as_written="L3Harris Wescam",
        model="CMX-15D",
        description="Turret",
    ),
    delivery=StoredDelivery(
        delivery_id="D-1",
        shipped="2020-09",
        received="",
        consignee=StoredText(value="In", redaction="redacted_partial"),
        quantity=None,
        document_type="",
        document_sha256="",
        page="",
        source="",
    ),
)
RESULT = StoredResult(
    format=FORMAT,
    query=StoredQuery(maker=None, model=None, serial=None, part_number=None),
    verdict="not_in_catalog",
    explanation="",
    coverage_note="",
    snapshot_sha256="ab" * 32,
    algorithm="a",
    scale=StoredScale(version="1", bands=()),
    limits=("No serial.",),
    uncatalogued_fitting=0,
    candidates=(CANDIDATE,),
    applications=(PERMIT,),
    leads=(
        StoredLeads(
            kind="units",
            words="Units: 2",
            total=2,
            more=False,
            leads=(StoredLead(sentence="One."), StoredLead(sentence="Two.")),
        ),
    ),
)


def test_a_candidate_is_said_in_words() -> None:
    (candidate,) = candidates_of(RESULT)
    assert candidate.title == "L3Harris Wescam CMX-15D, serial CMX15D-0836"
    assert candidate.verdict == "Identifies a catalog unit"
    assert candidate.fit == "1 of 1,200 units fit."
    assert candidate.sensitivity == (("errors twice as frequent", "3,600"),)
    assert candidate.after_search == 240.0
    assert candidate.notes == ("One field was not compared.",)
    assert candidate.neighbours == (("CMX15D-0838", "one character"),)
    (feature,) = candidate.features
    assert (feature.feature, feature.detail) == ("serial reading", "What it is.")
    assert dict(candidate.records) == {
        "Permit": "redacted in full",
        "Issued by": "Demo authority",
        "Valid": "2020-05",
        "Status": "issued 2020-05 (GAC); suspended 2020-10-05",
        "End user": "Naval Forces (TR)",
        "Destination": "TR",
        "End use": "will not be diverted",
        "Undertaking": "No diversion",
        "Condition": "A sentence stays.",
        "Line": "Turret",
        "Shipped": "2020-09",
        "Consignee": "In (redacted in part)",
        "Source": "A source",
    }


def test_redacted_and_empty_are_two_things() -> None:
    empty = replace(PERMIT, number=StoredText(value="", redaction="not_redacted"))
    (candidate,) = candidates_of(replace(RESULT, candidates=(replace(CANDIDATE, permit=empty),)))
    assert "Permit" not in dict(candidate.records)


def test_what_was_not_delivered_has_no_delivery() -> None:
    (candidate,) = candidates_of(replace(RESULT, candidates=(replace(CANDIDATE, delivery=None),)))
    assert not {"Shipped", "Consignee"} & dict(candidate.records).keys()


def test_a_ratio_too_large_for_a_float_is_still_shown() -> None:
    huge = replace(CANDIDATE, lr=None, log10_lr=400.0)
    (candidate,) = candidates_of(replace(RESULT, candidates=(huge,)))
    assert candidate.likelihood_ratio == 1e300


def test_a_candidate_without_a_serial_has_no_ratio() -> None:
    bare = replace(CANDIDATE, serial=None, lr=None, log10_lr=None, fit=None)
    (candidate,) = candidates_of(replace(RESULT, candidates=(bare,)))
    assert candidate.likelihood_ratio is None
    assert candidate.title == "L3Harris Wescam CMX-15D"
    assert candidate.fit == ""


def test_the_words_of_a_whole_search() -> None:
    assert verdict_of(RESULT) == "No unit in this catalog fits"
    ((number, said),) = applications_of(RESULT)
    assert number == "redacted in full"
    assert said.startswith("End user: Naval Forces (TR); issued 2020-05 (GAC)")
    assert leads_of(RESULT) == (("Units: 2", "One."), ("Units: 2", "Two."))


def test_every_verdict_and_every_redaction_has_words() -> None:
    from typing import get_args

    from catalog.types import Redaction, Verdict

    assert VERDICTS.keys() == set(get_args(Verdict))
    assert REDACTIONS.keys() == set(get_args(Redaction)) - {"not_redacted"}


def test_a_result_without_candidates_has_none() -> None:
    assert candidates_of(replace(RESULT, candidates=())) == ()


def test_a_finding_keeps_its_grounds_and_alternatives() -> None:
    finding = finding_of(
        StoredFinding(
            candidate="u1", kind="k", statement="s", grounds=("g",), alternatives=("a", "b")
        )
    )
    assert (finding.statement, finding.grounds, finding.alternatives, finding.candidate) == (
        "s",
        ("g",),
        ("a", "b"),
        "u1",
    )
