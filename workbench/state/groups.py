"""Groups of exhibits that are, or may be, copies of one exposure, or exposures of one object.

Used by screens, with rows of their tables, and by the case state, with its records.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.rules.exposure import SAME_OBJECT, joined
from workbench.types import CopyGroupView

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workbench.state.records import GroupJudged, PairProposed


def group_views(
    pairs: Sequence[PairProposed],
    judged: Iterable[GroupJudged],
    exposure: Mapping[str, str],
    names: Mapping[str, str],
    *,
    seen: int,
) -> tuple[CopyGroupView, ...]:
    """Proposed and judged groups, copies first; pairs and judgements in the order of the log.

    `exposure` maps each exhibit in a pair to its exposure.
    """
    latest = {one.group_id: one for one in judged}
    views = []
    for relation in ("copy", SAME_OBJECT):
        wanted = [pair for pair in pairs if (pair.relation == SAME_OBJECT) is (relation != "copy")]
        groups = joined((), ((pair.of, pair.exhibit_id) for pair in wanted))
        group_of = {exhibit_id: members for members in groups for exhibit_id in members}
        evidence: dict[tuple[str, ...], list[PairProposed]] = {members: [] for members in groups}
        for pair in wanted:
            evidence[group_of[pair.exhibit_id]].append(pair)
        for members in groups:
            group_id = f"{relation}:{members[0]}"
            said = latest.get(group_id)
            if said is not None and not set(members) <= set(said.exhibits):
                said = None  # it has grown since: nobody has judged it as it is now
            counted: dict[str, list[str]] = {}
            for name in members:
                counted.setdefault(exposure[name], []).append(name)
            views.append(
                CopyGroupView(
                    group_id=group_id,
                    exhibit_ids=members,
                    evidence=tuple(pair.evidence for pair in evidence[members]),
                    judgement=said.judgement if said else None,
                    judged_by=names.get(said.by, said.by) if said else None,
                    reason=said.reason if said else "",
                    relation=relation,
                    exposures=tuple(map(tuple, counted.values())),
                    seen=seen,
                )
            )
    return tuple(views)
