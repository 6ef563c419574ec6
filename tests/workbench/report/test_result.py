from __future__ import annotations

from workbench.report.result import candidates_of, finding_of

CANDIDATE = {
    "key": "u1", "maker": "L3Harris Wescam", "model": "CMX-15D", "serial": "CMX15D-0836",
    "verdict": "identifies_catalog_unit", "lr": 7214.0, "band": "strong", "explanation": "It fits.",
    "features": [{"feature": "serial_reading", "weight_bits": 11.3, "detail": "d", "seen": "a", "recorded": "b"}],
    "fit": {"n": 1, "of": 1200},
    "neighbours": [{"serial": "CMX15D-0838", "differs": "one character"}],
    "permit": {
        "number": {"value": "", "redaction": "redacted_full"}, "issuer": "Demo authority",
        "status": [{"status": "issued", "date": "2020-05", "authority": "GAC"}, {"status": "suspended", "date": "2020-10-05", "authority": ""}],
        "parties": [{"role": "end_user", "name": {"value": "Naval Forces", "redaction": "not_redacted"}, "country": "TR"}],
        "end_use": "will not be diverted",
    },
    "delivery": {"shipped": "2020-09", "consignee": {"value": "In", "redaction": "redacted_partial"}},
}  # fmt: skip


def test_a_candidate_is_read_in_words() -> None:
    (candidate,) = candidates_of({"candidates": [CANDIDATE]})
    assert candidate.title == "L3Harris Wescam CMX-15D, serial CMX15D-0836"
    assert candidate.verdict == "Identifies a catalog unit"
    assert candidate.fit == "1 of 1,200 units of this maker and model fits the reading."
    assert candidate.neighbours == (("CMX15D-0838", "one character"),)
    assert dict(candidate.records) == {
        "Permit": "redacted in full",
        "Issued by": "Demo authority",
        "Status": "issued 2020-05 (GAC); suspended 2020-10-05",
        "End user": "Naval Forces (TR)",
        "End use": "will not be diverted",
        "Shipped": "2020-09",
        "Consignee": "In (redacted in part)",
    }


def test_redacted_and_empty_are_two_things() -> None:
    empty = CANDIDATE | {
        "permit": {"number": {"value": "", "redaction": "not_redacted"}},
        "delivery": None,
    }
    (candidate,) = candidates_of({"candidates": [empty]})
    assert candidate.records == ()


def test_a_ratio_too_large_for_a_float_is_still_shown() -> None:
    (candidate,) = candidates_of({"candidates": [{"key": "x", "log10_lr": 400.0}]})
    assert candidate.likelihood_ratio == 1e300
    assert candidate.title == "x"


def test_a_result_without_candidates_has_none() -> None:
    assert candidates_of({}) == ()
    assert candidates_of({"candidates": []}) == ()


def test_a_finding_keeps_its_grounds_and_alternatives() -> None:
    finding = finding_of(
        {
            "kind": "k",
            "statement": "s",
            "grounds": ["g"],
            "alternatives": ["a", "b"],
            "candidate": "u1",
        }
    )
    assert (finding.statement, finding.grounds, finding.alternatives, finding.candidate) == (
        "s",
        ("g",),
        ("a", "b"),
        "u1",
    )
