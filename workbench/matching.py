"""Matching: what stands for a plate is held against the catalog, and people decide.

Which unit and what it means are kept apart: candidates with their weight here, findings with
their grounds there. The result is recorded as it was shown.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import select

from catalog.findings import Circumstances, findings
from catalog.search import search
from catalog.serialize import finding_to_json, result_to_json
from evidence_store.blobs import checked_sha256
from evidence_store.canonical import canonical_json
from workbench import entries, tables
from workbench import policy as rules
from workbench.errors import BadRequest, NotAllowed, NotFound
from workbench.exhibits import exhibit_row, kept_reading
from workbench.limits import MAX_REASON
from workbench.plain import plain
from workbench.queries import build_query, looks_at, query_to_json
from workbench.types import DecisionView, JsonMap, Judgement, Policy, Role, SearchView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection, Row

    from catalog.snapshot import Snapshot
    from evidence_store.types import Draft
    from vision.types import PhotoReading
    from workbench.cases import Cases
    from workbench.catalogs import Catalogs
    from workbench.people import People
    from workbench.reading import ReadingRoom
    from workbench.review import ReviewRoom
    from workbench.stores import Stores
    from workbench.types import Actor, PlateView


class Matching:
    """Searches the catalog for reviewed plates and records decisions."""

    def __init__(
        self,
        stores: Stores,
        people: People,
        cases: Cases,
        review: ReviewRoom,
        catalogs: Catalogs,
        reading: ReadingRoom,
    ) -> None:
        self._stores = stores
        self._people = people
        self._cases = cases
        self._review = review
        self._catalogs = catalogs
        self._reading = reading

    def search(
        self,
        actor: Actor,
        case_id: str,
        plate_id: str,
        *,
        circumstances: Mapping[str, str] | None = None,
    ) -> SearchView:
        """Hold a reviewed plate against the current snapshot.

        Candidates come after review, never before: raises NotAllowed while a field that the
        program offered has no judgement, since who sees the catalog first reads it into the
        plate. Raises NotFound without a catalog.
        """
        self._cases.policy_of(case_id)
        why = rules.missing_role(actor, Role.REVIEWER)
        if why is not None:
            raise self._stores.refuse(case_id, actor, verb="search the catalog", why=why)
        plate = self._review.plate(case_id, plate_id)
        if not plate.ready:
            what = ", ".join(plate.missing) or "any of maker, model and serial"
            raise NotAllowed(
                f"Candidates are shown once a person has judged what was read. "
                f"Not judged yet: {what}."
            )
        current = self._catalogs.current()
        if current is None:
            raise NotFound("There is no catalog yet; a custodian can import one.", kind="catalog")
        snapshot = self._catalogs.snapshot(current.sha256)
        readings, exposures = self._readings(case_id, plate)
        stack = self._reading.stacked(case_id, looks_at("serial", plate, readings, exposures))
        query = build_query(plate, readings, exposures, stack=stack)
        given = _circumstances(circumstances or {})
        shown = _shown(search(query, snapshot), snapshot, given)
        kept = self._stores.blobs.put(canonical_json(shown))
        entry = self._stores.append(
            case_id,
            entries.candidates_searched(
                actor.person_id,
                plate=plate_id,
                snapshot=current.sha256,
                query=query_to_json(query),
                result=kept,
                circumstances=plain(dict(circumstances or {})),
            ),
        )[0]
        return self.search_view(case_id, entry.sequence)

    def searches(self, case_id: str, *, plate_id: str | None = None) -> tuple[SearchView, ...]:
        """All searches of a case, or of one plate of it, the latest first."""
        self._cases.policy_of(case_id)
        asked = (
            select(tables.search)
            .where(tables.search.c.case_id == case_id)
            .order_by(tables.search.c.sequence.desc())
        )
        if plate_id is not None:
            asked = asked.where(tables.search.c.plate_id == plate_id)
        with self._stores.projection.read(case_id) as connection:
            rows = connection.execute(asked).all()
            return tuple(self._view(connection, row) for row in rows)

    def search_view(self, case_id: str, sequence: int) -> SearchView:
        """One search as it was shown. Raises NotFound."""
        self._cases.policy_of(case_id)
        with self._stores.projection.read(case_id) as connection:
            row = connection.execute(
                select(tables.search).where(
                    tables.search.c.case_id == case_id, tables.search.c.sequence == sequence
                )
            ).first()
            if row is None:
                raise NotFound(f"This case has no search {sequence}.", kind="search")
            return self._view(connection, row)

    def result_sha256(self, case_id: str, sequence: int) -> str:
        """The blob that holds a search's result as it was shown. Raises NotFound."""
        self._cases.policy_of(case_id)
        with self._stores.projection.read(case_id) as connection:
            found = connection.execute(
                select(tables.search.c.result_sha256).where(
                    tables.search.c.case_id == case_id, tables.search.c.sequence == sequence
                )
            ).scalar_one_or_none()
        if found is None:
            raise NotFound(f"This case has no search {sequence}.", kind="search")
        return str(found)

    def decide(
        self,
        actor: Actor,
        case_id: str,
        *,
        search_sequence: int,
        candidate: str,
        judgement: Judgement,
        reason: str,
    ) -> DecisionView:
        """Judge a candidate of a search, or (empty candidate) that none of them is the unit.

        Raises NotAllowed where a rule forbids it, BadRequest without a reason.
        """
        view = self.search_view(case_id, search_sequence)
        why = self.why_not(actor, case_id, view.plate_id)
        if why is not None:
            raise self._stores.refuse(case_id, actor, verb="decide on a candidate", why=why)
        reason = reason.strip()
        if judgement is Judgement.CORRECTED:
            raise BadRequest("A candidate can be confirmed, rejected or left unsure.")
        if not reason or len(reason) > MAX_REASON:
            raise BadRequest(
                f"Say in 1 to {MAX_REASON} characters why; the reason travels with the decision."
            )
        keys = {str(item["key"]) for item in cast("list[JsonMap]", view.result["candidates"])}
        if candidate and candidate not in keys:
            raise BadRequest(
                f"{candidate!r} is no candidate of search {search_sequence}. "
                + (f"Its candidates are {', '.join(sorted(keys))}." if keys else "It found none.")
            )

        def make() -> tuple[Draft, ...]:
            mine = [
                decision.sequence
                for decision in self.search_view(case_id, search_sequence).decisions
                if decision.by_id == actor.person_id and decision.candidate == candidate
            ]
            return (
                entries.candidate_judged(
                    actor.person_id,
                    search=search_sequence,
                    plate=view.plate_id,
                    candidate=candidate,
                    judgement=judgement,
                    reason=reason,
                    supersedes=mine[-1] if mine else None,
                ),
            )

        entry = self._stores.append_seeing(case_id, make)[0]
        return next(
            decision
            for decision in self.search_view(case_id, search_sequence).decisions
            if decision.sequence == entry.sequence
        )

    def why_not(self, actor: Actor, case_id: str, plate_id: str) -> str | None:
        """The sentence that says why this person may not decide on a plate; None if they may."""
        plate = self._review.plate(case_id, plate_id)
        with self._stores.projection.read(case_id) as connection:
            owners = [
                exhibit_row(connection, case_id, exhibit_id).taken_in_by
                for exhibit_id, _region in plate.members
            ]
        return rules.missing_role(actor, Role.REVIEWER) or rules.own_material(
            self._cases.policy_of(case_id), actor, owners
        )

    def _readings(
        self, case_id: str, plate: PlateView
    ) -> tuple[dict[str, PhotoReading], dict[str, str]]:
        """The kept reading of each exhibit of a plate, and the exposure that each shows."""
        readings = {}
        with self._stores.projection.read(case_id) as connection:
            rows = [
                exhibit_row(connection, case_id, exhibit_id)
                for exhibit_id in dict.fromkeys(member[0] for member in plate.members)
            ]
        for row in rows:
            if row.reading_sha256:
                readings[row.exhibit_id] = kept_reading(self._stores.blobs, row.reading_sha256)
        return readings, {row.exhibit_id: _exposure(row, rows) for row in rows}

    def _view(self, connection: Connection, row: Row[Any]) -> SearchView:
        shown = json.loads(self._stores.blobs.get(checked_sha256(row.result_sha256)))
        decisions = connection.execute(
            select(tables.decision)
            .where(
                tables.decision.c.case_id == row.case_id,
                tables.decision.c.search_sequence == row.sequence,
            )
            .order_by(tables.decision.c.sequence)
        ).all()
        policy = self._cases.policy_of(row.case_id)
        names = self._people.names()
        return SearchView(
            sequence=row.sequence,
            case_id=row.case_id,
            plate_id=row.plate_id,
            at=datetime.fromisoformat(row.at),
            by=names.get(row.by, row.by),
            snapshot_sha256=row.snapshot,
            query=row.query,
            result=shown["result"],
            findings=tuple(shown["findings"]),
            decisions=tuple(
                _decision(decision, decisions, policy, names) for decision in decisions
            ),
        )


def _circumstances(given: Mapping[str, str]) -> Circumstances:
    """Where, with whom and when the item was seen, as far as somebody says so."""
    try:
        return Circumstances.from_words(given)
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _exposure(row: Row[Any], others: Sequence[Row[Any]]) -> str:
    """Which exposure an exhibit shows: its own, that which it repeats, or that which holds it.

    A frame of a clip adds nothing to a still in which it was laid over its neighbours.
    """
    if row.copy_of:
        return str(row.copy_of)
    holding = [
        other.exhibit_id
        for other in others
        if row.parent and other.parent == row.parent and set(row.shows) < set(other.shows)
    ]
    return str(min(holding, default=row.exhibit_id))


def _shown(result: Any, snapshot: Snapshot, given: Circumstances) -> dict[str, Any]:
    """The result and, for each candidate that is worth one, its findings: what is recorded."""
    return {
        "result": result_to_json(result),
        "findings": [
            {"candidate": candidate.key, **finding_to_json(finding)}
            for candidate in result.candidates
            for finding in findings(candidate, snapshot, given)
        ],
    }


def _decision(
    row: Row[Any], all_rows: Any, policy: Policy, names: Mapping[str, str]
) -> DecisionView:
    superseded = {other.supersedes for other in all_rows}
    agreeing = [
        other.by
        for other in all_rows
        if other.candidate == row.candidate
        and other.judgement == row.judgement
        and other.sequence not in superseded
    ]
    judgement = Judgement(row.judgement)
    return DecisionView(
        sequence=row.sequence,
        at=datetime.fromisoformat(row.at),
        by=names.get(row.by, row.by),
        by_id=row.by,
        search_sequence=row.search_sequence,
        candidate=row.candidate,
        judgement=judgement,
        reason=row.reason,
        stands=row.sequence not in superseded and rules.stands(policy, judgement, agreeing),
        replaced=row.sequence in superseded,
    )
