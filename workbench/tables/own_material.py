"""Which judgements count under the two-person rule, in the tables, as exposures stand now.

The rule is `workbench.rules.policy.counts`. A tie found or confirmed later can show that somebody
judged a picture that they had added themselves; the judgement stays on record and no longer counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from workbench import tables
from workbench.rules import policy as rules
from workbench.tables.exposures import taken_in_by
from workbench.types import Policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection, Table

_REVIEW, _DECISION = tables.review.c, tables.decision.c
_REGION, _EXHIBIT = tables.region.c, tables.exhibit.c
_ON = tables.decision_exhibit.c


def counts(
    connection: Connection, case_id: str, author: str, exhibit_ids: Iterable[str], *, at: int
) -> bool:
    """Whether the author's judgement of these exhibits, made in the entry `at`, counts."""
    policy = _policy(connection, case_id)
    if policy is Policy.SOLO:
        return True
    return rules.counts(policy, author, taken_in_by(connection, case_id, exhibit_ids, before=at))


def count_again(connection: Connection, case_id: str, exhibit_ids: Iterable[str]) -> set[str]:
    """Determine again which judgements count, now that exposures of these exhibits have changed.

    Returns the exhibits with fields of which a judgement counts differently from before.
    """
    if _policy(connection, case_id) is Policy.SOLO:
        return set()
    changed = set[str]()
    exposures = select(_EXHIBIT.exposure).where(
        _EXHIBIT.case_id == case_id, _EXHIBIT.exhibit_id.in_([*exhibit_ids])
    )
    concerned = (_EXHIBIT.case_id == case_id) & _EXHIBIT.exposure.in_(exposures)
    for row in connection.execute(
        select(_REVIEW.sequence, _REVIEW.by, _REVIEW.exhibit_id, _REVIEW.counts)
        .join(
            tables.exhibit,
            (_EXHIBIT.case_id == _REVIEW.case_id) & (_EXHIBIT.exhibit_id == _REVIEW.exhibit_id),
        )
        .where(_REVIEW.case_id == case_id, concerned)
    ).all():
        now = counts(connection, case_id, row.by, (row.exhibit_id,), at=row.sequence)
        if now is not row.counts:
            _set(connection, tables.review, case_id, row.sequence, counts=now)
            changed.add(row.exhibit_id)
    touched = (
        select(_ON.sequence)
        .join(
            tables.exhibit,
            (_EXHIBIT.case_id == _ON.case_id) & (_EXHIBIT.exhibit_id == _ON.exhibit_id),
        )
        .where(_ON.case_id == case_id, concerned)
    )
    for decision in connection.execute(
        select(_DECISION.sequence, _DECISION.by, _DECISION.counts).where(
            _DECISION.case_id == case_id, _DECISION.sequence.in_(touched)
        )
    ).all():
        members = connection.execute(
            select(_ON.exhibit_id).where(_ON.case_id == case_id, _ON.sequence == decision.sequence)
        ).scalars()
        now = counts(connection, case_id, decision.by, [*members], at=decision.sequence)
        if now is not decision.counts:
            _set(connection, tables.decision, case_id, decision.sequence, counts=now)
    return changed


def shown_on(connection: Connection, case_id: str, plate_id: str) -> list[str]:
    """The exhibits that show a plate."""
    members = (
        select(_REGION.exhibit_id)
        .distinct()
        .where(_REGION.case_id == case_id, _REGION.plate_id == plate_id)
    )
    return [*connection.execute(members).scalars()]


def _policy(connection: Connection, case_id: str) -> Policy:
    of_case = select(tables.case.c.policy).where(tables.case.c.case_id == case_id)
    return Policy(connection.execute(of_case).scalar_one())


def _here(table: Table) -> ColumnElement[bool]:
    return (table.c.case_id == bindparam("of_case")) & (table.c.sequence == bindparam("of_entry"))


def _set(
    connection: Connection, table: Table, case_id: str, sequence: int, *, counts: bool
) -> None:
    connection.execute(
        update(table).where(_here(table)),
        {"of_case": case_id, "of_entry": sequence, "counts": counts},
    )
