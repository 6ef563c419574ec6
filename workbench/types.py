"""The values that the verbs of the workbench take and give: what screens and commands show.

Machine words and human words never share a field: `reading` is the machine's, `transcription`
a person's. Claimed and embedded facts stay apart. Times are UTC with a zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from datetime import datetime

    from catalog.types import Query
    from vision.types import CopyEvidence, EmbeddedFacts, FieldName, PhotoReading, PlateRegion

JsonMap: TypeAlias = Mapping[str, object]

#: The fields that a search is made of; a person judges each before candidates are shown.
SEARCHED_FIELDS: tuple[FieldName, ...] = ("maker", "model", "serial")


class Role(StrEnum):
    """What a person may do; a person may hold several."""

    INVESTIGATOR = "investigator"
    """Opens cases, takes in material, starts reading."""
    REVIEWER = "reviewer"
    """Judges readings, groups and candidates."""
    CUSTODIAN = "custodian"
    """Enrols people, imports catalogs, writes trace requests, seals bundles."""


class Policy(StrEnum):
    """How many people a decision needs; set when a case is opened, kept by the services."""

    TWO_PEOPLE = "two_people"
    """Whoever took the exhibit in may not be the one who confirms it."""
    TWO_REVIEWERS = "two_reviewers"
    """As above, and two different reviewers must confirm before a candidate stands."""
    SOLO = "solo"
    """One person may do everything; every screen and bundle of the case says so."""


class Judgement(StrEnum):
    """A reviewer's answer. No entry at all means: not judged."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    REJECTED = "rejected"
    UNSURE = "unsure"


class ExhibitState(StrEnum):
    """How far an exhibit has come."""

    WAITING = "waiting"
    """Taken in, not yet read."""
    COPY = "copy"
    """A copy of an exhibit of this case; not read unless someone asks."""
    READ = "read"
    """Read; at least one field that the program offered has no person's judgement yet."""
    NO_FIELD = "no_field"
    """Read, and no field was offered: a person may still draw a region or write what they see."""
    REVIEWED = "reviewed"
    """Every field that the program offered has a person's judgement."""
    CLIP = "clip"
    """Footage; its frames are exhibits of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Someone enrolled in this store, with the public half of their key."""

    person_id: str
    name: str
    roles: tuple[Role, ...]
    public_key: str
    """The OpenSSH public key line, without a comment."""
    has_passphrase: bool
    enrolled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person; every verb that records something takes one."""

    person_id: str
    name: str
    roles: tuple[Role, ...]
    passphrase: str | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the uploader or the source says of the material. None of it is checked."""

    source_url: str = ""
    source_account: str = ""
    obtained_at: str = ""
    """ISO 8601 date or time as precise as known."""
    claimed_place: str = ""
    claimed_date: str = ""
    """ISO 8601, as precise as known: `2020`, `2020-10`, `2020-10-19`."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file as it arrived: the name is a claim, the bytes are the evidence."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A file that was not taken in, and the sentence that says why and what to do."""

    name: str
    reason: str


class ExhibitOrder(StrEnum):
    """In which order exhibits are listed."""

    OLDEST = "oldest"
    NEWEST = "newest"
    LEAST_SURE = "least_sure"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeReport:
    """What became of one upload."""

    accepted: tuple[str, ...] = ()
    """Exhibit identifiers, in order."""
    copies: tuple[tuple[str, str], ...] = ()
    """(new exhibit, exhibit it repeats)."""
    refused: tuple[Refusal, ...] = ()
    problems: tuple[str, ...] = ()
    """What of an accepted clip could not be had."""
    known: tuple[str, ...] = ()
    """Exhibits that a file of this upload already is, under the same name and claims."""
    name: str = ""
    """The file, or file in a ZIP, that was looked at last."""
    done: int = 0
    total: int = 0
    """How many files of the upload were looked at wholly, of how many."""

    @property
    def stopped(self) -> str:
        """What stands after an upload that was stopped, in words; empty if it was not."""
        left = self.total - self.done
        if not left:
            return ""
        kept = f"{len(self.accepted)} {'exhibit' if len(self.accepted) == 1 else 'exhibits'}"
        return (
            f"Stopped: {kept} kept; {left} of {self.total} files were not taken in, or not wholly. "
            "Take the same files in again to go on; what is here already is passed over."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseSummary:
    """One row of the list of cases."""

    case_id: str
    title: str
    policy: Policy
    provenance: str
    synthetic: bool
    opened_at: datetime
    opened_by: str
    exhibits: int
    waiting: int
    to_review: int
    decided: int
    """Plates on which a decision was made and none waits."""
    awaiting: int
    """Plates on which a confirmation waits for another reviewer, as the policy asks."""
    sealed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitSummary:
    """One row or tile of the list of exhibits."""

    exhibit_id: str
    state: ExhibitState
    media: str
    file_name: str
    sha256: str
    width: int
    height: int
    taken_in_at: datetime
    taken_in_by: str
    parent: str | None
    copy_of: str | None
    fields: tuple[tuple[FieldName, str, str], ...]
    """(field, text, state) of the combined reading's best plate, machine's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One person's judgement of one field of one region; later ones supersede, none vanish."""

    sequence: int
    at: datetime
    reviewer: str
    reviewer_id: str
    exhibit_id: str
    region_id: str
    field: FieldName
    judgement: Judgement
    text: str
    """The person's transcription; `?` for a character that could not be read. May be empty."""
    machine_text: str
    blind: bool
    """True if the person wrote it before the machine's reading was shown."""
    reason: str
    supersedes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitView:
    """Everything a screen shows of one exhibit."""

    summary: ExhibitSummary
    claims: Claims
    embedded: EmbeddedFacts
    reading: PhotoReading | None
    reading_sequence: int | None
    drawn_regions: tuple[PlateRegion, ...]
    reviews: tuple[Review, ...]
    """In order; the last one of each (region, field) stands."""
    frames: tuple[str, ...]
    derived_how: str | None
    """For a frame: timecode, why it was chosen, the command that makes it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyGroupView:
    """Exhibits that are, or may be, copies of one exposure."""

    group_id: str
    exhibit_ids: tuple[str, ...]
    evidence: tuple[CopyEvidence, ...]
    judgement: Judgement | None
    judged_by: str | None
    reason: str
    relation: str
    """`copy` or `same_object`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateView:
    """One physical plate: the regions that show it, and what stands for each field."""

    plate_id: str
    members: tuple[tuple[str, str], ...]
    """(exhibit, region)."""
    fields: tuple[FieldStanding, ...]
    ready: bool
    """True once a person has judged maker, model and serial as far as they were offered."""
    missing: tuple[FieldName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldStanding:
    """What stands for one field: the machine's words and the people's, side by side."""

    field: FieldName
    machine_text: str
    machine_at: tuple[str, str] | None
    """Exhibit and region of the reading that speaks for the program; none where it read nothing."""
    human_text: str | None
    judgement: Judgement | None
    reviewers: tuple[str, ...]
    exhibit_id: str
    region_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSummary:
    """One snapshot of the catalog that this store holds."""

    sha256: str
    name: str
    imported_at: datetime
    imported_by: str
    synthetic: bool
    serials: int
    permits: int
    coverage: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """One search as it was shown: what was asked, of which snapshot, what came back."""

    sequence: int
    case_id: str
    plate_id: str
    at: datetime
    by: str
    snapshot_sha256: str
    query: Query | None
    result: JsonMap
    """`catalog.serialize.result_to_json` of the result, exactly as recorded."""
    findings: tuple[JsonMap, ...]
    decisions: tuple[DecisionView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """One reviewer's judgement of one candidate, or of there being none."""

    sequence: int
    at: datetime
    by: str
    by_id: str
    search_sequence: int
    candidate: str
    """The candidate's key in the result, or empty for *none of them*."""
    judgement: Judgement
    reason: str
    stands: bool
    """False while the case's policy asks for another person, and where it was replaced."""
    replaced: bool = False
    """Whether the same reviewer decided again later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """One entry of a log, in words."""

    sequence: int
    at: datetime
    actor: str
    kind: str
    summary: str
    leaf_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedView:
    """A bundle that was sealed from a case."""

    sequence: int
    at: datetime
    by: str
    folder: str
    tagmanifest_sha256: str
    entries: int


class FoundBy(StrEnum):
    """Whose words a hit stands in."""

    PERSON = "person"
    MACHINE = "machine"
    """A field as the machine gave it."""
    ALSO = "also"
    """An alternative, or a line that became no field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A plate region in which a fragment was found, and the text that holds it."""

    case_id: str
    exhibit_id: str
    region_id: str
    file_name: str
    field: str
    """Empty for a text of no field."""
    text: str
    by: FoundBy
    exact: bool
    """False if only look-alikes fit: O for 0, I for 1 …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlace:
    """One plate region in the order of review, and how far it is."""

    exhibit_id: str
    region_id: str
    plate_id: str
    offered: int
    """Fields that the program offers."""
    open: int
    """Of these, how many nobody has judged."""
    words: str
    """The machine's serial, else model, else maker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """How far the review of a case is."""

    regions: int
    open: int
    """Of these, how many have a field that nobody has judged."""
