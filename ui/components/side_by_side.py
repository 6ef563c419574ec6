"""Candidates in a few words each, one row per candidate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ui.components import markup
from workbench.report.numbers import ratio

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.report.types import ReportCandidate

RECORDED = ("End user", "Shipped", "Permit")


def side_by_side(candidates: Sequence[ReportCandidate]) -> None:
    """All candidates in a few words each, so that a reviewer sees how alike they are."""
    markup.table(
        ("Candidate", "Likelihood ratio", "", *RECORDED),
        [
            (
                markup.safe(candidate.title),
                markup.safe(ratio(candidate.likelihood_ratio))
                if candidate.likelihood_ratio is not None
                else "not compared",
                markup.chip(candidate.verdict),
                *(_recorded(candidate, name) for name in RECORDED),
            )
            for candidate in candidates
        ],
        numeric=(1,),
    )


def _recorded(candidate: ReportCandidate, name: str) -> str:
    said = "; ".join(value for label, value in candidate.records if label == name)
    wrap = "normal" if " " in said else "nowrap"
    return f'<span style="white-space:{wrap}">{markup.safe(said)}</span>'
