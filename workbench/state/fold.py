"""Fold a log into a state: the effect of each kind of entry on a case, and on the store.

An entry that this program does not understand (such as one of an unknown kind) is set aside and
listed, and everything else continues.
"""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatchmethod
from types import MappingProxyType
from typing import TYPE_CHECKING

from evidence_store.types import OWN_KINDS
from vision.types import EmbeddedFacts
from workbench import events
from workbench.rules.blindness import EACH
from workbench.rules.exposure import in_order
from workbench.state.case_state import CaseState
from workbench.state.records import (
    DecisionRecord,
    ExhibitRecord,
    GroupJudged,
    PairProposed,
    RegionRecord,
    SearchRecord,
    SetAsideEntry,
)
from workbench.state.store_state import CatalogRecord, StoreState
from workbench.trace_request import Trace, TraceAnswer, TraceRequest
from workbench.types import Person, Review, Role, SealedView

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from evidence_store.blobs.store import BlobStore
    from evidence_store.types import Entry
    from workbench.rules.blindness import Place

NO_FACTS = EmbeddedFacts(facts=())
"""For a still, which has no file of its own."""


def fold_case(entries: Iterable[Entry], *, names: Mapping[str, str], blobs: BlobStore) -> CaseState:
    """Fold the log of a case, from its first entry on.

    `names` are the names of people (`StoreState.names`); `blobs` is where readings and results are
    stored. Raises ValueError if no entry opens the case.
    """
    folding = _Case(names)
    for entry in entries:
        folding.take(entry)
    return folding.state(blobs)


def fold_store(entries: Iterable[Entry]) -> StoreState:
    """Fold the store's own log."""
    folding = _Store()
    for entry in entries:
        folding.take(entry)
    return folding.state()


class _Folding:
    """Dispatches each entry to the method for its class."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.set_aside: list[SetAsideEntry] = []

    def take(self, entry: Entry) -> None:
        self.entries.append(entry)
        if entry.kind in OWN_KINDS:
            return
        try:
            self.apply(events.of(entry), entry)
        except (LookupError, ValueError) as error:  # NotUnderstood is a ValueError
            self.set_aside.append(SetAsideEntry(sequence=entry.sequence, why=str(error)))

    def apply(self, event: events.Event, entry: Entry) -> None:
        raise NotImplementedError


class _Case(_Folding):
    """The state of a case so far. Each method first creates its record, then adds it."""

    def __init__(self, names: Mapping[str, str]) -> None:
        super().__init__()
        self._names = names
        self._opened: tuple[events.CaseOpened, Entry] | None = None
        self._exhibits: dict[str, ExhibitRecord] = {}
        self._regions: dict[tuple[str, str], RegionRecord] = {}
        self._region_ids: dict[str, list[str]] = {}
        self._reviews: list[Review] = []
        self._pairs: list[PairProposed] = []
        self._judged: list[GroupJudged] = []
        self._searches: list[SearchRecord] = []
        self._decisions: list[DecisionRecord] = []
        self._traces: dict[str, Trace] = {}
        self._sealed: list[SealedView] = []
        self._shown: dict[str, set[Place]] = {}

    def state(self, blobs: BlobStore) -> CaseState:
        if self._opened is None:
            raise ValueError("No entry of this log opens a case.")
        opened, entry = self._opened
        return CaseState(
            case_id=entry.log,
            title=opened.title,
            policy=opened.policy,
            provenance=opened.provenance,
            synthetic=opened.synthetic,
            opened_at=entry.at,
            opened_by=entry.actor,
            entries=tuple(self.entries),
            exhibits=MappingProxyType(
                dict(sorted(self._exhibits.items(), key=lambda item: in_order(item[0])))
            ),
            regions=MappingProxyType(self._regions),
            judgements=tuple(self._reviews),
            pairs=tuple(self._pairs),
            judged=tuple(self._judged),
            asked=tuple(self._searches),
            decisions=tuple(self._decisions),
            traces=tuple(replace(trace, seen=len(self.entries)) for trace in self._traces.values()),
            sealed=tuple(self._sealed),
            shown={person: frozenset(places) for person, places in self._shown.items()},
            set_aside=tuple(self.set_aside),
            names=self._names,
            blobs=blobs,
        )

    def _add(self, exhibit: ExhibitRecord) -> None:
        if exhibit.exhibit_id in self._exhibits:
            raise ValueError(f"there is already an exhibit {exhibit.exhibit_id}")
        self._exhibits[exhibit.exhibit_id] = exhibit

    def _known(self, exhibit_id: str) -> None:
        if exhibit_id not in self._exhibits:
            raise ValueError(f"there is no exhibit {exhibit_id}")

    def _name(self, person_id: str) -> str:
        return self._names.get(person_id, person_id)

    def _members(self, plate_id: str) -> tuple[tuple[str, str], ...]:
        """The regions of a plate at this entry."""
        return tuple(at for at, region in self._regions.items() if region.plate_id == plate_id)

    def _show(self, entry: Entry, *places: Place) -> None:
        self._shown.setdefault(entry.actor, set()).update(places)

    @singledispatchmethod
    def apply(self, event: events.Event, entry: Entry) -> None:
        """Other kinds do not change the state; they are only in the log."""

    @apply.register(events.CaseOpened)
    def _(self, event: events.CaseOpened, entry: Entry) -> None:
        self._opened = event, entry

    @apply.register(events.ExhibitTakenIn)
    def _(self, event: events.ExhibitTakenIn, entry: Entry) -> None:
        self._add(
            ExhibitRecord(
                exhibit_id=event.exhibit,
                sequence=entry.sequence,
                media=event.media,
                file_name=event.file_name,
                sha256=event.original,
                size=event.size,
                width=event.width,
                height=event.height,
                taken_in_at=entry.at,
                taken_in_by=entry.actor,
                parent=None,
                claims=event.claims,
                embedded=event.embedded or NO_FACTS,
                derived_how=None,
            )
        )

    @apply.register(events.FrameTaken)
    def _(self, event: events.FrameTaken, entry: Entry) -> None:
        clip = self._exhibits[event.parent]
        self._add(
            ExhibitRecord(
                exhibit_id=event.exhibit,
                sequence=entry.sequence,
                media="frame",
                file_name=event.called(clip.file_name),
                sha256=event.original,
                size=event.size,
                width=event.width,
                height=event.height,
                taken_in_at=entry.at,
                taken_in_by=clip.taken_in_by,
                parent=event.parent,
                claims=clip.claims,
                embedded=NO_FACTS,
                derived_how=event.how,
            )
        )

    @apply.register(events.CopiesProposed)
    def _(self, event: events.CopiesProposed, entry: Entry) -> None:  # noqa: ARG002
        self._known(event.exhibit)
        self._known(event.of)
        self._pairs.append(
            PairProposed(
                exhibit_id=event.exhibit,
                of=event.of,
                relation=event.relation,
                evidence=event.evidence,
            )
        )

    @apply.register(events.CopiesJudged)
    def _(self, event: events.CopiesJudged, entry: Entry) -> None:
        self._judged.append(
            GroupJudged(
                sequence=entry.sequence,
                group_id=event.group,
                exhibits=event.exhibits,
                judgement=event.judgement,
                by=entry.actor,
                reason=event.reason,
            )
        )

    @apply.register(events.ExhibitRead)
    def _(self, event: events.ExhibitRead, entry: Entry) -> None:
        before = self._exhibits[event.exhibit]
        plates = {
            name: self._regions[event.exhibit, name].plate_id
            for name in self._region_ids.get(event.exhibit, ())
        }
        regions = [
            RegionRecord(
                exhibit_id=event.exhibit,
                region_id=region.region,
                plate_id=plates.get(region.region, f"{event.exhibit}/{region.region}"),
                fields=region.fields,
            )
            for region in event.regions
        ]
        # The latest reading stands; regions it no longer finds are only in the log.
        for name in plates:
            del self._regions[event.exhibit, name]
        self._region_ids[event.exhibit] = [region.region_id for region in regions]
        self._regions.update({(event.exhibit, region.region_id): region for region in regions})
        self._exhibits[event.exhibit] = replace(
            before,
            read=before.read or event.whole,
            reading_sha256=event.reading,
            reading_sequence=entry.sequence,
            fields=event.regions[0].fields if event.regions else (),
        )

    @apply.register(events.PlatesJoined)
    def _(self, event: events.PlatesJoined, entry: Entry) -> None:  # noqa: ARG002
        for member in event.members:
            if member in self._regions:
                self._regions[member] = replace(self._regions[member], plate_id=event.plate)

    @apply.register(events.FieldJudged)
    def _(self, event: events.FieldJudged, entry: Entry) -> None:
        self._known(event.exhibit)
        self._reviews.append(
            Review(
                sequence=entry.sequence,
                at=entry.at,
                reviewer=self._name(entry.actor),
                reviewer_id=entry.actor,
                exhibit_id=event.exhibit,
                region_id=event.region,
                field=event.field,
                judgement=event.judgement,
                text=event.text,
                machine_text=event.machine_text,
                blind=event.blind,
                reason=event.reason,
                supersedes=event.supersedes,
                counts=True,
            )
        )
        # A person who judged a field has from then on been shown what was read there.
        self._show(entry, (event.exhibit, event.region, event.field))

    @apply.register(events.WordsShown)
    def _(self, event: events.WordsShown, entry: Entry) -> None:
        self._show(entry, *event.places)

    @apply.register(events.CandidatesSearched)
    def _(self, event: events.CandidatesSearched, entry: Entry) -> None:
        members = self._members(event.plate)
        self._searches.append(
            SearchRecord(
                sequence=entry.sequence,
                at=entry.at,
                by=entry.actor,
                plate_id=event.plate,
                members=members,
                snapshot=event.snapshot,
                query=MappingProxyType(event.query),
                result_sha256=event.result,
            )
        )
        # A person who searched has seen the candidates, which reveal what the plate may say.
        self._show(entry, *((exhibit_id, region_id, EACH) for exhibit_id, region_id in members))

    @apply.register(events.CandidateJudged)
    def _(self, event: events.CandidateJudged, entry: Entry) -> None:
        self._decisions.append(
            DecisionRecord(
                sequence=entry.sequence,
                at=entry.at,
                by=entry.actor,
                search_sequence=event.search,
                plate_id=event.plate,
                candidate=event.candidate,
                judgement=event.judgement,
                reason=event.reason,
                supersedes=event.supersedes,
                members=tuple(
                    dict.fromkeys(exhibit_id for exhibit_id, _ in self._members(event.plate))
                ),
            )
        )

    @apply.register(events.TraceAsked)
    def _(self, event: events.TraceAsked, entry: Entry) -> None:
        if event.trace in self._traces:
            raise ValueError(f"there is already a trace request {event.trace}")
        self._traces[event.trace] = Trace(
            trace_id=event.trace,
            sequence=entry.sequence,
            at=entry.at,
            by=self._name(entry.actor),
            plate_id=event.plate,
            exhibits=event.exhibits,
            request=TraceRequest(
                addressee=event.addressee,
                addressee_is=event.addressee_is,
                sent_on=event.sent_on,
                reply_to=event.reply_to,
                seen=event.seen,
                further=event.further,
            ),
            letter_sha256=event.letter,
            answers=(),
            seen=0,
        )

    @apply.register(events.TraceAnswered)
    def _(self, event: events.TraceAnswered, entry: Entry) -> None:
        trace = self._traces[event.trace]
        answer = TraceAnswer(
            sequence=entry.sequence,
            at=entry.at,
            by=self._name(entry.actor),
            answer=event.answer,
            received_on=event.received_on,
            words=event.answer_words,
            papers=event.papers,
        )
        self._traces[event.trace] = replace(trace, answers=(*trace.answers, answer))

    @apply.register(events.BundleSealed)
    def _(self, event: events.BundleSealed, entry: Entry) -> None:
        self._sealed.append(
            SealedView(
                sequence=entry.sequence,
                at=entry.at,
                by=self._name(entry.actor),
                folder=event.bundle,
                tagmanifest_sha256=event.tagmanifest_sha256,
                entries=event.entries,
            )
        )
        self._show(entry, (EACH, EACH, EACH))  # its report contains everything that was read


class _Store(_Folding):
    """The state of people and catalogs so far."""

    def __init__(self) -> None:
        super().__init__()
        self._people: dict[str, Person] = {}
        self._catalogs: dict[str, CatalogRecord] = {}

    def state(self) -> StoreState:
        size = len(self.entries)
        return StoreState(
            size=size,
            people=tuple(replace(person, seen=size) for person in self._people.values()),
            catalogs=MappingProxyType(self._catalogs),
        )

    @singledispatchmethod
    def apply(self, event: events.Event, entry: Entry) -> None:
        """Other kinds do not change the state."""

    @apply.register(events.PersonEnrolled)
    def _(self, event: events.PersonEnrolled, entry: Entry) -> None:
        if event.person in self._people:
            raise ValueError(f"there is already a person {event.person}")
        roles = tuple(role for role in Role if role in event.roles)
        self._people[event.person] = Person(
            person_id=event.person,
            name=event.name,
            roles=roles,
            public_key=event.public_key,
            has_passphrase=event.passphrase,
            enrolled_at=entry.at,
            held_by=event.key_held_by,
            roles_ever=roles,
            left_at=None,
            key_ends=None,
            seen=0,
        )

    @apply.register(events.KeyBegun)
    def _(self, event: events.KeyBegun, entry: Entry) -> None:  # noqa: ARG002
        self._people[event.person] = replace(
            self._people[event.person],
            public_key=event.public_key,
            has_passphrase=event.passphrase,
            held_by=event.key_held_by,
            key_ends=None,
        )

    @apply.register(events.KeyEnded)
    def _(self, event: events.KeyEnded, entry: Entry) -> None:  # noqa: ARG002
        person = self._people[event.person]
        if person.public_key == event.public_key:
            self._people[event.person] = replace(person, key_ends=event.valid_before)

    @apply.register(events.PersonEnded)
    def _(self, event: events.PersonEnded, entry: Entry) -> None:
        person = self._people[event.person]
        self._people[event.person] = replace(person, left_at=entry.at, roles=())

    @apply.register(events.RoleBegun)
    def _(self, event: events.RoleBegun, entry: Entry) -> None:  # noqa: ARG002
        person = self._people[event.person]
        self._people[event.person] = replace(
            person,
            roles=tuple(role for role in Role if role in {*person.roles, event.role}),
            roles_ever=tuple(role for role in Role if role in {*person.roles_ever, event.role}),
        )

    @apply.register(events.RoleEnded)
    def _(self, event: events.RoleEnded, entry: Entry) -> None:  # noqa: ARG002
        person = self._people[event.person]
        roles = tuple(role for role in person.roles if role is not event.role)
        self._people[event.person] = replace(person, roles=roles)

    @apply.register(events.CatalogImported)
    def _(self, event: events.CatalogImported, entry: Entry) -> None:
        self._catalogs.setdefault(
            event.snapshot,
            CatalogRecord(
                sha256=event.snapshot,
                name=event.name,
                imported_at=entry.at,
                imported_by=entry.actor,
                manifest=event.manifest,
            ),
        )
