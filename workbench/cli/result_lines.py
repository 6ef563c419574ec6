"""A search result as lines for a terminal: the verdict, each candidate, and the findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.report.numbers import bits, ratio
from workbench.report.result import (
    applications_of,
    candidates_of,
    finding_of,
    leads_of,
    verdict_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from catalog.findings.stored_search import StoredFinding, StoredResult
    from workbench.report.types import ReportCandidate, ReportFinding

Cells = tuple[str, ...]


def result_lines(result: StoredResult, findings: Sequence[StoredFinding]) -> Iterator[Cells]:
    """The parts of each line; a line with an empty first part belongs to the one before it."""
    yield "verdict", verdict_of(result), result.explanation
    for candidate in candidates_of(result):
        yield from _candidate(candidate)
    for number, what in applications_of(result):
        yield "application, never approved", number, what
    said = ""
    for words, lead in leads_of(result):
        if words != said:
            yield "leads", words
        said = words
        yield "", lead
    for finding in findings:
        yield from _finding(finding_of(finding))
    if result.coverage_note:
        yield "coverage", result.coverage_note
    for limit in result.limits:
        yield "limit", limit


def _candidate(candidate: ReportCandidate) -> Iterator[Cells]:
    weight = f"likelihood ratio {ratio(candidate.likelihood_ratio)}"
    yield (
        "candidate",
        candidate.key,
        candidate.title,
        candidate.verdict,
        f"{weight}: {candidate.band}" if candidate.band else weight,
    )
    for sentence in (*candidate.explanation.splitlines(), candidate.fit, *candidate.notes):
        if sentence:
            yield "", sentence
    for feature in candidate.features:
        yield "", feature.feature, f"{bits(feature.weight_bits)} bits", feature.detail
    for serial, differs in candidate.neighbours:
        yield "", "neighbour", serial, differs
    for name, value in candidate.records:
        yield "", name, value


def _finding(finding: ReportFinding) -> Iterator[Cells]:
    yield "finding", finding.candidate, finding.statement
    for ground in finding.grounds:
        yield "", "based on", ground
    for alternative in finding.alternatives:
        yield "", "alternative", alternative
