from __future__ import annotations

from workbench.report.result import (
    applications_of,
    candidates_of,
    finding_of,
    limits_of,
    verdict_of,
)

CANDIDATE = {
    "key": "u1",
    "maker": "L3Harris Wescam",
    "model": "CMX-15D",
    "serial": "CMX15D-0836",
    "verdict": "identifies_catalog_unit",
    "lr": 7214.0,
    "one_over_np": 240.0,
    "band": "strong",
    "explanation": "It fits.",
    "features": [
        {
            "feature": "serial_reading",
            "weight_bits": 11.3,
            "detail": "d",
            "seen": "a",
            "recorded": "b",
        }
    ],
    "fit": {"n": 1, "of": 1200, "words": "1 of 1,200 units fit"},
    "neighbours": [{"serial": "CMX15D-0838", "differs": "one character"}],
    "sensitivity": [{"assumption": "errors twice as frequent", "lr": 3600.0, "posterior": 0.7}],
    "limits": ["One field was not compared."],
    "permit": {
        "number": {"value": "", "redaction": "redacted_full"},
        "issuer": "Demo authority",
        "status": [
            {"status": "issued", "date": "2020-05", "authority": "GAC"},
            {"status": "suspended", "date": "2020-10-05", "authority": ""},
        ],
        "parties": [
            {
                "role": "end_user",
                "name": {"value": "Naval Forces", "redaction": "not_redacted"},
                "country": "TR",
            }
        ],
        "end_use": "will not be diverted",
    },
    "delivery": {
        "shipped": "2020-09",
        "consignee": {"value": "In", "redaction": "redacted_partial"},
    },
}


def test_a_candidate_is_read_in_words() -> None:
    (candidate,) = candidates_of({"candidates": [CANDIDATE]})
    assert candidate.title == "L3Harris Wescam CMX-15D, serial CMX15D-0836"
    assert candidate.verdict == "Identifies a catalog unit"
    assert candidate.fit == "1 of 1,200 units fit."
    assert candidate.sensitivity == (("errors twice as frequent", "3,600"),)
    assert candidate.after_search == 240.0
    assert candidate.notes == ("One field was not compared.",)
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


def test_a_candidate_without_a_serial_has_no_ratio() -> None:
    (candidate,) = candidates_of({"candidates": [{"key": "x", "lr": None, "log10_lr": None}]})
    assert candidate.likelihood_ratio is None


def test_the_words_of_a_whole_search() -> None:
    result = {
        "verdict": "not_in_catalog",
        "limits": ["No serial."],
        "applications": [CANDIDATE["permit"]],
    }
    assert verdict_of(result) == "Not in this catalog"
    assert limits_of(result) == ("No serial.",)
    ((number, said),) = applications_of(result)
    assert number == "redacted in full"
    assert said.startswith("End user: Naval Forces (TR); issued 2020-05 (GAC)")


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
