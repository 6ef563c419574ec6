"""The decisions on the candidates of one search, and which of them stand.

Used by screens and by the case state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.rules import policy as rules
from workbench.types import DecisionView, Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.state.records import DecisionRecord
    from workbench.types import Policy


def decision_views(
    decisions: Sequence[DecisionRecord], policy: Policy, names: Mapping[str, str]
) -> tuple[DecisionView, ...]:
    """The decisions on one search, in the order of the log."""
    superseded = {one.supersedes for one in decisions}
    return tuple(
        DecisionView(
            sequence=one.sequence,
            at=one.at,
            by=names.get(one.by, one.by),
            by_id=one.by,
            search_sequence=one.search_sequence,
            candidate=one.candidate,
            judgement=one.judgement,
            reason=one.reason,
            stands=one.counts
            and one.sequence not in superseded
            and rules.stands(
                policy,
                one.judgement,
                [
                    other.by
                    for other in decisions
                    if other.candidate == one.candidate
                    and other.judgement == one.judgement
                    and other.sequence not in superseded
                    and other.counts
                ],
            ),
            replaced=one.sequence in superseded,
        )
        for one in decisions
    )


def awaiting(decisions: Sequence[DecisionRecord], policy: Policy) -> set[str]:
    """Plates with a confirmation that still waits for another reviewer under the policy."""
    superseded = {one.supersedes for one in decisions}
    confirming: dict[tuple[str, int, str], set[str]] = {}
    for one in decisions:
        if one.judgement is Judgement.CONFIRMED and one.sequence not in superseded:
            people = confirming.setdefault(
                (one.plate_id, one.search_sequence, one.candidate), set()
            )
            people.update([one.by] if one.counts else ())
    return {
        plate_id
        for (plate_id, _search, _candidate), people in confirming.items()
        if not rules.stands(policy, Judgement.CONFIRMED, sorted(people))
    }
