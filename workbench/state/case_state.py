"""CaseState: everything in a case's log, as one immutable value.

Exhibits, regions, judgements and decisions are in memory. Blobs (readings, search results) are read
on demand, since a case of thousands of photos has more of them than fit in memory: to go through a
whole case, read each once, in one walk.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from catalog.findings.stored_search import stored_search
from vision.serialize import reading_from_json
from workbench.errors import NotFound
from workbench.rules import policy as rules
from workbench.rules.exposure import (
    Judged,
    Proposed,
    Shown,
    exposure_of,
    in_order,
    repeated,
    settled_exposure_of,
)
from workbench.rules.progress import open_fields, state_of
from workbench.state.captures import Seen, captures_of
from workbench.state.decisions import awaiting, decision_views
from workbench.state.groups import group_views
from workbench.state.standing import dissent_on, plate_view
from workbench.types import (
    CaseSummary,
    ExhibitState,
    ExhibitSummary,
    ExhibitView,
    Policy,
    SearchView,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from evidence_store.blobs.store import BlobStore
    from evidence_store.types import Entry
    from vision.types import PhotoReading
    from workbench.rules.blindness import Place
    from workbench.state.captures import Captures
    from workbench.state.records import (
        DecisionRecord,
        ExhibitRecord,
        GroupJudged,
        PairProposed,
        RegionRecord,
        SearchRecord,
        SetAsideEntry,
    )
    from workbench.trace_request import Trace
    from workbench.types import CopyGroupView, PlateView, Review, SealedView


@dataclass(frozen=True, kw_only=True)
class CaseState:
    """A case as of its first `size` entries; people's names come from the store's log."""

    case_id: str
    title: str
    policy: Policy
    provenance: str
    synthetic: bool
    opened_at: datetime
    opened_by: str
    """Identifier of the person who opened it."""
    entries: tuple[Entry, ...]
    """The log, in order, from which everything else is folded."""
    exhibits: Mapping[str, ExhibitRecord]
    """By identifier, in the order added."""
    regions: Mapping[tuple[str, str], RegionRecord]
    """By exhibit and region, in the order read."""
    judgements: tuple[Review, ...]
    """Of fields, in the order made; `reviews` says which of them count."""
    pairs: tuple[PairProposed, ...]
    judged: tuple[GroupJudged, ...]
    asked: tuple[SearchRecord, ...]
    decisions: tuple[DecisionRecord, ...]
    """On candidates, in the order made; `decided` says which of them count."""
    traces: tuple[Trace, ...]
    sealed: tuple[SealedView, ...]
    """Sealed bundles, oldest first."""
    shown: Mapping[str, frozenset[Place]]
    """By person: which readings of machines and other people they were shown."""
    set_aside: tuple[SetAsideEntry, ...]
    """Entries that this program does not understand; the rest is as if they were not there."""
    names: Mapping[str, str] = field(repr=False)
    """Names of people, by identifier."""
    blobs: BlobStore = field(repr=False, compare=False)
    """Where readings and results are stored."""

    @property
    def size(self) -> int:
        """Number of entries of the log."""
        return len(self.entries)

    def name(self, person_id: str) -> str:
        """The name of a person; the identifier if unknown."""
        return self.names.get(person_id, person_id)

    # --- exposures -------------------------------------------------------------------------

    @cached_property
    def _shows(self) -> tuple[Shown, ...]:
        return tuple(
            Shown(exhibit_id=one.exhibit_id, sha256=one.sha256, clip=one.parent)
            for one in self.exhibits.values()
        )

    @cached_property
    def _proposed(self) -> tuple[Proposed, ...]:
        return tuple(
            Proposed(one=pair.exhibit_id, other=pair.of, relation=pair.relation)
            for pair in self.pairs
        )

    @cached_property
    def _said(self) -> tuple[Judged, ...]:
        return tuple(
            Judged(
                sequence=one.sequence,
                group=one.group_id,
                exhibits=one.exhibits,
                judgement=one.judgement,
            )
            for one in self.judged
        )

    @cached_property
    def exposure(self) -> Mapping[str, str]:
        """For each exhibit the name of its exposure."""
        return exposure_of(self._shows, self._proposed, self._said)

    @cached_property
    def settled_exposure(self) -> Mapping[str, str]:
        """The same, from settled ties only."""
        return settled_exposure_of(self._shows, self._said)

    @cached_property
    def repeats(self) -> Mapping[str, str]:
        """For each exhibit that repeats another one, which one it was found to repeat."""
        return repeated(self._shows, self._proposed, self.exposure)

    @cached_property
    def _families(self) -> Mapping[str, tuple[str, ...]]:
        """By exposure, its exhibits in order."""
        families: dict[str, list[str]] = {}
        for exhibit_id in sorted(self.exposure, key=in_order):
            families.setdefault(self.exposure[exhibit_id], []).append(exhibit_id)
        return {name: tuple(members) for name, members in families.items()}

    def showing(self, exhibit_ids: Iterable[str]) -> tuple[str, ...]:
        """Every exhibit that shares an exposure with one of these, in order."""
        names = {self.exposure[one] for one in exhibit_ids if one in self.exposure}
        found = (exhibit for name in names for exhibit in self._families[name])
        return tuple(sorted(found, key=in_order))

    def _counts(self, author: str, exhibit_ids: Iterable[str], sequence: int) -> bool:
        """Whether a person's judgement of exhibits in an entry counts, with current exposures."""
        if self.policy is Policy.SOLO:
            return True
        shown = (self.exhibits[name] for name in self.showing(exhibit_ids))
        before = {one.taken_in_by for one in shown if one.sequence < sequence}
        return rules.counts(self.policy, author, before)

    @cached_property
    def reviews(self) -> tuple[Review, ...]:
        """Judgements of fields, each with whether it counts."""
        return tuple(
            replace(one, counts=self._counts(one.reviewer_id, (one.exhibit_id,), one.sequence))
            for one in self.judgements
        )

    @cached_property
    def decided(self) -> tuple[DecisionRecord, ...]:
        """Decisions on candidates, each with whether it counts."""
        return tuple(
            replace(one, counts=self._counts(one.by, one.members, one.sequence))
            for one in self.decisions
        )

    # --- exhibits --------------------------------------------------------------------------

    @cached_property
    def _regions_of(self) -> Mapping[str, tuple[RegionRecord, ...]]:
        found: dict[str, list[RegionRecord]] = {}
        for region in self.regions.values():
            found.setdefault(region.exhibit_id, []).append(region)
        return {exhibit_id: tuple(regions) for exhibit_id, regions in found.items()}

    @cached_property
    def _reviews_of(self) -> Mapping[str, tuple[Review, ...]]:
        found: dict[str, list[Review]] = {}
        for review in self.reviews:
            found.setdefault(review.exhibit_id, []).append(review)
        return {exhibit_id: tuple(reviews) for exhibit_id, reviews in found.items()}

    @cached_property
    def _frames_of(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for one in self.exhibits.values():
            if one.parent is not None:
                found.setdefault(one.parent, []).append(one.exhibit_id)
        return {clip: tuple(frames) for clip, frames in found.items()}

    def record(self, exhibit_id: str) -> ExhibitRecord:
        """What the log says about one exhibit. Raises NotFound."""
        found = self.exhibits.get(exhibit_id)
        if found is None:
            raise NotFound(f"This case has no exhibit {exhibit_id!r}.", kind="exhibit")
        return found

    def _open(self, exhibit_id: str) -> list[tuple[int, bool]]:
        """For each region of an exhibit the number of unjudged fields, and whether it has any."""
        judged: dict[str, set[str]] = {}
        for review in self._reviews_of.get(exhibit_id, ()):
            if review.counts:
                judged.setdefault(review.region_id, set()).add(review.field)
        return [
            (len(open_fields(region.fields, judged.get(region.region_id, ()))), bool(region.fields))
            for region in self._regions_of.get(exhibit_id, ())
        ]

    def exhibit_state(self, exhibit_id: str) -> ExhibitState:
        """The state of an exhibit."""
        one = self.record(exhibit_id)
        if one.media == "clip":
            return ExhibitState.CLIP
        judged = exhibit_id in self._reviews_of
        return state_of(self._open(exhibit_id), read=one.read, judged=judged)

    def exhibit_summary(self, exhibit_id: str) -> ExhibitSummary:
        """One row of the list of exhibits. Raises NotFound."""
        one = self.record(exhibit_id)
        of = self.repeats.get(exhibit_id)
        settled = self.settled_exposure
        return ExhibitSummary(
            exhibit_id=exhibit_id,
            state=self.exhibit_state(exhibit_id),
            media=one.media,
            file_name=one.file_name,
            sha256=one.sha256,
            width=one.width,
            height=one.height,
            taken_in_at=one.taken_in_at,
            taken_in_by=self.name(one.taken_in_by),
            parent=one.parent,
            exposure=self.exposure[exhibit_id],
            copy_of=of,
            copy_is_settled=of is not None and settled[of] == settled[exhibit_id],
            fields=tuple((name, text, state) for name, text, _sure, state in one.fields),  # type: ignore[misc]
        )

    def exhibit(self, exhibit_id: str) -> ExhibitView:
        """Everything about one exhibit; its reading is loaded now. Raises NotFound."""
        one = self.record(exhibit_id)
        reading = self.reading(exhibit_id)
        return ExhibitView(
            summary=self.exhibit_summary(exhibit_id),
            claims=one.claims,
            embedded=one.embedded,
            reading=reading,
            reading_sequence=one.reading_sequence,
            drawn_regions=tuple(
                region
                for region in (reading.regions if reading is not None else ())
                if region.drawn
            ),
            reviews=self._reviews_of.get(exhibit_id, ()),
            frames=self._frames_of.get(exhibit_id, ()),
            derived_how=one.derived_how,
            seen=self.size,
        )

    def walk(self) -> Iterator[ExhibitView]:
        """Every exhibit in the order added; each reading is loaded once, and not cached."""
        return map(self.exhibit, self.exhibits)

    def reading(self, exhibit_id: str) -> PhotoReading | None:
        """The latest reading of an exhibit, from its blob; None if there is none."""
        sha256 = self.record(exhibit_id).reading_sha256
        return None if sha256 is None else reading_from_json(self.blobs.get(sha256))

    # --- plates ----------------------------------------------------------------------------

    @cached_property
    def plates(self) -> tuple[PlateView, ...]:
        """Plates in the order in which their first region was read."""
        members: dict[str, list[RegionRecord]] = {}
        for region in self.regions.values():
            members.setdefault(region.plate_id, []).append(region)
        return tuple(self._plate(plate_id, regions) for plate_id, regions in members.items())

    def _plate(self, plate_id: str, regions: list[RegionRecord]) -> PlateView:
        reviews = [
            review
            for region in regions
            for review in self._reviews_of.get(region.exhibit_id, ())
            if review.region_id == region.region_id
        ]
        return plate_view(plate_id, regions, reviews, seen=self.size)

    @cached_property
    def _plates(self) -> Mapping[str, PlateView]:
        return {plate.plate_id: plate for plate in self.plates}

    def plate(self, plate_id: str) -> PlateView:
        """One plate. Raises NotFound."""
        found = self._plates.get(plate_id)
        if found is None:
            raise NotFound(f"This case has no plate {plate_id!r}.", kind="plate")
        return found

    def captures(self) -> tuple[Captures, ...]:
        """How often each plate was captured independently, in the order of `plates`."""
        seen = {
            one.exhibit_id: Seen(
                exhibit_id=one.exhibit_id,
                exposure=self.exposure[one.exhibit_id],
                settled_exposure=self.settled_exposure[one.exhibit_id],
                clip=one.parent,
                claimed_date=one.claims.claimed_date,
                captured_at=one.embedded.captured_at,
            )
            for one in self.exhibits.values()
        }
        return captures_of(
            self.plates, {name: [seen[one] for one in of] for name, of in self._families.items()}
        )

    def groups(self) -> tuple[CopyGroupView, ...]:
        """Proposed and judged groups: copies first, then exposures of one object."""
        return group_views(self.pairs, self.judged, self.exposure, self.names, seen=self.size)

    # --- searches --------------------------------------------------------------------------

    @cached_property
    def _decisions_on(self) -> Mapping[int, list[DecisionRecord]]:
        found: dict[int, list[DecisionRecord]] = {}
        for one in self.decided:
            found.setdefault(one.search_sequence, []).append(one)
        return found

    def searches(self) -> Iterator[SearchView]:
        """All searches, oldest first; each result is loaded in its turn."""
        return map(self.search, self.asked)

    def search(self, asked: SearchRecord) -> SearchView:
        """A search as it was shown."""
        found = stored_search(self.blobs.get(asked.result_sha256))
        plate = self._plates.get(asked.plate_id)  # None for a plate that was joined into another
        decisions = self._decisions_on.get(asked.sequence, [])
        return SearchView(
            sequence=asked.sequence,
            case_id=self.case_id,
            plate_id=asked.plate_id,
            at=asked.at,
            by=self.name(asked.by),
            snapshot_sha256=asked.snapshot,
            query=asked.query,
            result=found.result,
            findings=found.findings,
            dissent=() if plate is None else dissent_on(plate),
            decisions=decision_views(decisions, self.policy, self.names),
            seen=self.size,
        )

    def searched(self, asked: SearchRecord) -> tuple[str, ...]:
        """The exhibits of the searched plate: as it is now, otherwise as it was then."""
        plate = self._plates.get(asked.plate_id)
        members = asked.members if plate is None else plate.members
        return tuple(dict.fromkeys(exhibit_id for exhibit_id, _region in members))

    # --- the whole -------------------------------------------------------------------------

    @cached_property
    def summary(self) -> CaseSummary:
        """The case and its progress."""
        states = [self.exhibit_state(exhibit_id) for exhibit_id in self.exhibits]
        begun = sum(
            state is ExhibitState.WAITING and any(still for still, _ in self._open(exhibit_id))
            for exhibit_id, state in zip(self.exhibits, states, strict=True)
        )
        waiting = awaiting(self.decided, self.policy)
        return CaseSummary(
            case_id=self.case_id,
            title=self.title,
            policy=self.policy,
            provenance=self.provenance,
            synthetic=self.synthetic,
            opened_at=self.opened_at,
            opened_by=self.name(self.opened_by),
            exhibits=len(states),
            waiting=states.count(ExhibitState.WAITING),
            to_review=states.count(ExhibitState.READ) + begun,
            decided=len({one.plate_id for one in self.decided}) - len(waiting),
            awaiting=len(waiting),
            sealed=len(self.sealed),
        )
