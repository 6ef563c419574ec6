"""Matching: what stands for a plate is compared with the catalog, and people decide.

Which unit it is and what that means are separate: candidates with their weights, and findings with
their grounds. The result is recorded as it was shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from catalog.findings.findings import Circumstances, findings
from catalog.findings.serialize import stored_finding
from catalog.findings.stored_search import StoredSearch, search_json, stored_search
from evidence_store.blobs.store import checked_sha256
from evidence_store.canonical import canonical_json
from words import en
from workbench import events, tables
from workbench.cases.exhibits import exhibit_row, kept_reading
from workbench.codec import Codec
from workbench.errors import BadRequest, NotFound
from workbench.matching.queries import asked_fields, build_query, readings_of_field
from workbench.rules import policy as rules
from workbench.rules import seen as marks
from workbench.rules.limits import MAX_REASON
from workbench.state.decisions import decision_views
from workbench.state.records import DecisionRecord
from workbench.state.standing import dissent_on
from workbench.tables.exposures import taken_in_by
from workbench.typed_text import check_typed
from workbench.types import AskedField, DecisionView, Judgement, SearchedField, SearchView

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

    from catalog.findings.stored_search import StoredResult
    from catalog.matching.results import SearchResult
    from catalog.snapshot.reader import Snapshot
    from evidence_store.types import Draft
    from vision.types import PhotoReading
    from workbench.cases.cases import Cases
    from workbench.matching.catalogs import Catalogs
    from workbench.people.people import People
    from workbench.reading.reading import ReadingRoom
    from workbench.review.review import ReviewRoom
    from workbench.stores.stores import Stores
    from workbench.types import Actor, PlateView

_QUERY: Final = Codec(dict[SearchedField, AskedField])


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
        catalog: str | None = None,
    ) -> SearchView:
        """Compare a reviewed plate with the current snapshot, or with `catalog`.

        `catalog` is the SHA-256 of a snapshot, or its beginning. Candidates come after review,
        never before: NotAllowed is raised while a field that the program offered has no judgement,
        since whoever sees the catalog first reads it into the plate. Also raises NotFound without a
        catalog, and Overtaken if what stands for the plate changed meanwhile.
        """
        self._cases.policy_of(case_id)
        self._stores.admit(actor, case_id, "candidates.searched", verb="search the catalog")
        plate = self._review.plate(case_id, plate_id)
        if not plate.ready:
            what = ", ".join(plate.missing) or "any of maker, model and serial"
            raise self._stores.refuse(
                case_id,
                actor,
                verb="search the catalog before review",
                why="Candidates are shown only after a person has judged what was read. "
                f"Not judged yet: {what}.",
            )
        asked = self._catalogs.asked(catalog).sha256
        snapshot = self._catalogs.snapshot(asked)
        readings, exposures = self._readings(case_id, plate)
        stack = self._reading.stacked(
            case_id, readings_of_field("serial", plate, readings, exposures)
        )
        query = build_query(plate, readings, exposures, stack=stack)
        given = _circumstances(circumstances or {})
        result, written = self._catalogs.search(query, asked)
        shown = _shown(result, written, snapshot, given)
        kept = self._stores.blobs.put(canonical_json(search_json(shown)))
        searched = events.CandidatesSearched(
            plate=plate_id,
            snapshot=asked,
            query=asked_fields(query),
            result=kept,
            circumstances=dict(circumstances or {}),
        ).draft(actor.person_id)
        entry = self._stores.record(
            actor,
            case_id,
            lambda: (searched,),
            seen=plate.seen,
            rests_on=marks.standing_of(plate.members),
            verb="search the catalog",
        )[0]
        return self.search_view(case_id, entry.sequence)

    def searches(self, case_id: str, *, plate_id: str | None = None) -> tuple[SearchView, ...]:
        """All searches of a case, or of one plate in it, the latest first."""
        self._cases.policy_of(case_id)
        seen = self._stores.ledger.size(case_id)
        asked = (
            select(tables.search)
            .where(tables.search.c.case_id == case_id)
            .order_by(tables.search.c.sequence.desc())
        )
        if plate_id is not None:
            asked = asked.where(tables.search.c.plate_id == plate_id)
        with self._stores.projection.read(case_id) as connection:
            rows = connection.execute(asked).all()
            return tuple(self._view(connection, row, seen) for row in rows)

    def search_view(self, case_id: str, sequence: int) -> SearchView:
        """One search as it was shown. Raises NotFound."""
        self._cases.policy_of(case_id)
        seen = self._stores.ledger.size(case_id)
        with self._stores.projection.read(case_id) as connection:
            row = connection.execute(
                select(tables.search).where(
                    tables.search.c.case_id == case_id, tables.search.c.sequence == sequence
                )
            ).first()
            if row is None:
                raise NotFound(f"This case has no search {sequence}.", kind="search")
            return self._view(connection, row, seen)

    def result_sha256(self, case_id: str, sequence: int) -> str:
        """The blob with a search's result as it was shown. Raises NotFound."""
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
        seen: int,
    ) -> DecisionView:
        """Judge a candidate of a search or, with an empty candidate, that the unit is none of them.

        `seen` is that of the search that the person looked at. Raises NotAllowed if a rule forbids
        it, BadRequest without a reason, and Overtaken if somebody has since decided on the plate,
        searched for it, or changed what stands for it.
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
                f"Give a reason of 1 to {MAX_REASON} characters; it stays with the decision."
            )
        keys = {item.key for item in view.result.candidates}
        if candidate and candidate not in keys:
            raise BadRequest(
                f"{candidate!r} is not a candidate of search {search_sequence}. "
                + (f"Its candidates are {', '.join(sorted(keys))}." if keys else "It found none.")
            )

        def make() -> tuple[Draft, ...]:
            mine = [
                decision.sequence
                for decision in self.search_view(case_id, search_sequence).decisions
                if decision.by_id == actor.person_id and decision.candidate == candidate
            ]
            return (
                events.CandidateJudged(
                    search=search_sequence,
                    plate=view.plate_id,
                    candidate=candidate,
                    judgement=judgement,
                    reason=reason,
                    supersedes=mine[-1] if mine else None,
                ).draft(actor.person_id),
            )

        plate = self._review.plate(case_id, view.plate_id)
        entry = self._stores.record(
            actor,
            case_id,
            make,
            seen=seen,
            rests_on=(
                marks.decisions_on(view.plate_id),
                marks.search_of(view.plate_id),
                *marks.standing_of(plate.members),
            ),
            verb="decide on a candidate",
        )[0]
        return next(
            decision
            for decision in self.search_view(case_id, search_sequence).decisions
            if decision.sequence == entry.sequence
        )

    def why_not(self, actor: Actor, case_id: str, plate_id: str) -> str | None:
        """A sentence on why this person may not decide on a plate; None if they may."""
        plate = self._review.plate(case_id, plate_id)
        members = [exhibit_id for exhibit_id, _region in plate.members]
        with self._stores.projection.read(case_id) as connection:
            owners = taken_in_by(connection, case_id, members)
        return self._stores.why_not(actor, "candidate.judged") or rules.own_material(
            self._cases.policy_of(case_id), actor, owners
        )

    def _dissent(self, case_id: str, plate_id: str) -> tuple[str, ...]:
        """Who read a field of a plate differently; empty if the plate was joined into another."""
        try:
            return dissent_on(self._review.plate(case_id, plate_id))
        except NotFound:
            return ()

    def _readings(
        self, case_id: str, plate: PlateView
    ) -> tuple[dict[str, PhotoReading], dict[str, str]]:
        """The stored reading of each exhibit of a plate, and the exposure that each shows."""
        readings = {}
        with self._stores.projection.read(case_id) as connection:
            rows = [
                exhibit_row(connection, case_id, exhibit_id)
                for exhibit_id in dict.fromkeys(member[0] for member in plate.members)
            ]
        for row in rows:
            if row.reading_sha256:
                readings[row.exhibit_id] = kept_reading(self._stores.blobs, row.reading_sha256)
        return readings, {row.exhibit_id: row.exposure for row in rows}

    def _view(self, connection: Connection, row: Row[Any], seen: int) -> SearchView:
        shown = stored_search(self._stores.blobs.get(checked_sha256(row.result_sha256)))
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
            query=_QUERY.read(row.query),
            result=shown.result,
            findings=shown.findings,
            dissent=self._dissent(row.case_id, row.plate_id),
            decisions=decision_views([_decided(one) for one in decisions], policy, names),
            seen=seen,
        )


def _circumstances(given: Mapping[str, str]) -> Circumstances:
    """Where, with whom and when the item was seen, as far as that was given."""
    check_typed(**given)
    try:
        return Circumstances.from_words(given)
    except ValueError as error:
        raise BadRequest(str(error)) from error


def _shown(
    result: SearchResult, kept: StoredResult, snapshot: Snapshot, given: Circumstances
) -> StoredSearch:
    """What is recorded: the result and, for each candidate that merits them, its findings."""
    return StoredSearch(
        result=kept,
        findings=tuple(
            stored_finding(candidate.key, finding, en.text)
            for candidate in result.candidates
            for finding in findings(candidate, snapshot, given)
        ),
    )


def _decided(row: Row[Any]) -> DecisionRecord:
    return DecisionRecord(
        sequence=row.sequence,
        at=datetime.fromisoformat(row.at),
        by=row.by,
        search_sequence=row.search_sequence,
        plate_id=row.plate_id,
        candidate=row.candidate,
        judgement=Judgement(row.judgement),
        reason=row.reason,
        supersedes=row.supersedes,
        counts=row.counts,
    )
