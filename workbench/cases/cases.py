"""Cases: opening them, listing them, and describing the chain of custody in words."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy import case, func, select

from workbench import events, tables
from workbench.errors import BadRequest, NotFound
from workbench.events.narrative import sentence
from workbench.rules import policy as rules
from workbench.rules.limits import MAX_PROVENANCE, MAX_TITLE
from workbench.stores.stores import STORE_LOG, Stores
from workbench.types import (
    Actor,
    CaseSummary,
    ExhibitState,
    Judgement,
    LedgerRow,
    Policy,
)

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from workbench.people.people import People

OnStep = Callable[[str, int, int], None]
"""Called with the name of the step, how many items are done, and how many there are."""


class Cases:
    """Opens cases and reports how far each one is."""

    def __init__(self, stores: Stores, people: People) -> None:
        self._stores = stores
        self._people = people

    def open_case(
        self,
        actor: Actor,
        *,
        title: str,
        policy: Policy = Policy.TWO_PEOPLE,
        provenance: str = "",
        synthetic: bool = False,
    ) -> CaseSummary:
        """Open a case with its own log. Raises BadRequest, NotAllowed."""
        title = title.strip()
        if not title or len(title) > MAX_TITLE:
            raise BadRequest(f"A case needs a title of 1 to {MAX_TITLE} characters.")
        if len(provenance) > MAX_PROVENANCE:
            raise BadRequest(
                f"The note on where the material comes from has {len(provenance)} characters; "
                f"at most {MAX_PROVENANCE} are allowed."
            )
        self._stores.admit(actor, STORE_LOG, "case.opened", verb="open a case")
        case_id = f"case-{secrets.token_hex(6)}"
        self._stores.begin(
            case_id,
            events.CaseOpened(
                case=case_id,
                title=title,
                policy=policy,
                provenance=provenance.strip(),
                synthetic=synthetic,
            ).draft(actor.person_id),
        )
        self._stores.append(STORE_LOG, events.CaseCreated(case=case_id).draft(actor.person_id))
        return self.summary(case_id)

    def all_cases(self) -> tuple[CaseSummary, ...]:
        """All cases, the newest first."""
        logs = [log for log in self._stores.ledger.logs() if log.startswith("case-")]
        with self._stores.projection.read(*logs) as connection:
            rows = connection.execute(
                select(tables.case).order_by(tables.case.c.opened_at.desc())
            ).all()
            counts = _counts(connection, None)
        names = self._people.names()
        return tuple(_summary(row, counts, names) for row in rows)

    def summary(self, case_id: str) -> CaseSummary:
        """One case and its progress. Raises NotFound."""
        with self._stores.projection.read(*self._existing(case_id)) as connection:
            row = connection.execute(
                select(tables.case).where(tables.case.c.case_id == case_id)
            ).first()
            if row is None:
                raise NotFound(f"There is no case {case_id!r} in this store.", kind="case")
            counts = _counts(connection, case_id)
        return _summary(row, counts, self._people.names())

    def policy_of(self, case_id: str) -> Policy:
        """The policy a case was opened with. Raises NotFound."""
        with self._stores.projection.read(*self._existing(case_id)) as connection:
            value = connection.execute(
                select(tables.case.c.policy).where(tables.case.c.case_id == case_id)
            ).scalar_one_or_none()
        if value is None:
            raise NotFound(f"There is no case {case_id!r} in this store.", kind="case")
        return Policy(value)

    def ledger_rows(
        self, case_id: str, *, offset: int = 0, limit: int = 100
    ) -> tuple[LedgerRow, ...]:
        """The chain of custody: entries of a case's log, in order, described in words."""
        self.policy_of(case_id)
        names = self._people.names()
        return tuple(
            LedgerRow(
                sequence=entry.sequence,
                at=entry.at,
                actor=names.get(entry.actor, entry.actor),
                kind=entry.kind,
                summary=sentence(entry),
                leaf_hash=entry.leaf_hash,
            )
            for entry in self._stores.ledger.entries(case_id, after=offset - 1, limit=limit)
        )

    def _existing(self, case_id: str) -> tuple[str, ...]:
        """The log to catch up; empty if there is no such log (an unknown name creates none)."""
        return (case_id,) if case_id in self._stores.ledger.logs() else ()


def _counts(connection: Connection, case_id: str | None) -> Counter[tuple[str, str]]:
    """How many exhibits in each state, decisions and bundles a case, or every case, has."""
    counts: Counter[tuple[str, str]] = Counter()
    states = select(
        tables.exhibit.c.case_id, tables.exhibit.c.state, func.count().label("n")
    ).group_by(tables.exhibit.c.case_id, tables.exhibit.c.state)
    plates = select(
        tables.decision.c.case_id,
        func.count(tables.decision.c.plate_id.distinct()).label("n"),
    ).group_by(tables.decision.c.case_id)
    bundles = select(tables.sealed.c.case_id, func.count().label("n")).group_by(
        tables.sealed.c.case_id
    )
    begun = _begun()
    awaiting = _awaiting().subquery()
    waits = select(awaiting.c.case_id, func.count(awaiting.c.plate_id.distinct()).label("n"))
    waits = waits.group_by(awaiting.c.case_id)
    if case_id is not None:
        states = states.where(tables.exhibit.c.case_id == case_id)
        plates = plates.where(tables.decision.c.case_id == case_id)
        waits = waits.where(awaiting.c.case_id == case_id)
        bundles = bundles.where(tables.sealed.c.case_id == case_id)
        begun = begun.where(tables.exhibit.c.case_id == case_id)
    for row in connection.execute(states):
        counts[row.case_id, row.state] = row.n
    for row in connection.execute(plates):
        counts[row.case_id, "decided"] = row.n
    for row in connection.execute(waits):
        counts[row.case_id, "awaiting"] = row.n
    for row in connection.execute(bundles):
        counts[row.case_id, "sealed"] = row.n
    for row in connection.execute(begun):
        counts[row.case_id, "begun"] = row.n
    return counts


def _begun() -> Select[tuple[str, int]]:
    """For each case, the waiting exhibits on which a drawn region has something to judge."""
    exhibit, region = tables.exhibit.c, tables.region.c
    to_judge = select(region.region_id).where(
        region.case_id == exhibit.case_id,
        region.exhibit_id == exhibit.exhibit_id,
        region.open > 0,
    )
    return (
        select(exhibit.case_id, func.count().label("n"))
        .where(
            exhibit.state == ExhibitState.WAITING.value,
            exhibit.reading_sequence >= 0,  # not “is not null”, for which SQLite reads every row
            to_judge.exists(),
        )
        .group_by(exhibit.case_id)
    )


def _awaiting() -> Select[tuple[str, str]]:
    """Cases and plates where fewer reviewers than the policy requires confirmed a candidate.

    Confirmations that do not count (`workbench.tables.own_material`) are left out.
    """
    decision = tables.decision.c
    later = tables.decision.alias("later")
    policy = tables.case.c.policy
    replaced = select(later.c.sequence).where(
        later.c.case_id == decision.case_id,
        later.c.search_sequence == decision.search_sequence,  # indexed by this
        later.c.supersedes == decision.sequence,
    )
    return (
        select(decision.case_id, decision.plate_id)
        .join(tables.case, tables.case.c.case_id == decision.case_id)
        .where(
            tables.case.c.policy != Policy.SOLO.value,
            decision.judgement == Judgement.CONFIRMED.value,
            ~replaced.exists(),
        )
        .group_by(
            decision.case_id,
            decision.plate_id,
            decision.search_sequence,
            decision.candidate,
            policy,
        )
        .having(
            func.count(case((decision.counts, decision.by)).distinct())
            < case((policy == Policy.TWO_REVIEWERS.value, rules.CONFIRMING), else_=1)
        )
    )


def _summary(
    row: Row[tuple[object, ...]], counts: Counter[tuple[str, str]], names: dict[str, str]
) -> CaseSummary:
    case_id = cast("str", row.case_id)
    return CaseSummary(
        case_id=case_id,
        title=row.title,
        policy=Policy(row.policy),
        provenance=row.provenance,
        synthetic=row.synthetic,
        opened_at=datetime.fromisoformat(row.opened_at),
        opened_by=names.get(row.opened_by, row.opened_by),
        exhibits=sum(counts[case_id, state] for state in ExhibitState),
        waiting=counts[case_id, ExhibitState.WAITING],
        to_review=counts[case_id, ExhibitState.READ] + counts[case_id, "begun"],
        decided=counts[case_id, "decided"] - counts[case_id, "awaiting"],
        awaiting=counts[case_id, "awaiting"],
        sealed=counts[case_id, "sealed"],
    )
