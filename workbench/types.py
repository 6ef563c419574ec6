"""The values that the workbench's methods take and return, and that screens and commands show.

Machine words and people's words never share a field: `reading` is the machine's, `transcription` a
person's. Claimed and embedded facts are kept apart. Times are UTC with a time zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import Field

from values.recordable import escaped
from values.text import counted

if TYPE_CHECKING:
    from datetime import datetime

    from catalog.findings.stored_search import StoredFinding, StoredResult
    from vision.types import CopyEvidence, EmbeddedFacts, FieldName, PhotoReading, PlateRegion

JsonMap: TypeAlias = Mapping[str, object]

#: The fields of a search; a person judges each before candidates are shown.
SEARCHED_FIELDS: tuple[FieldName, ...] = ("maker", "model", "serial")


class Role(StrEnum):
    """What a person may do; one person may hold several roles."""

    INVESTIGATOR = "investigator"
    """Opens cases, adds material, starts reading."""
    REVIEWER = "reviewer"
    """Judges readings, groups and candidates."""
    CUSTODIAN = "custodian"
    """Adds people, imports catalogs, writes trace requests, seals bundles."""


class Policy(StrEnum):
    """How many people a decision needs; set when a case is opened, enforced by the services."""

    TWO_PEOPLE = "two_people"
    """Whoever added the exhibit may not be the one who confirms it."""
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
    """Added, not yet read as a whole; a region that a person drew may have been read."""
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
    """A person added to this store, with the public half of their key."""

    person_id: str
    name: str
    roles: tuple[Role, ...]
    public_key: str
    """The OpenSSH public key line, without a comment."""
    has_passphrase: bool
    enrolled_at: datetime
    held_by: str
    """Who holds the private half of their key: `server` or `person`."""
    roles_ever: tuple[Role, ...]
    """Every role that they ever held: what they signed in it remains theirs."""
    left_at: datetime | None
    """When they left; None while they are in service."""
    key_ends: datetime | None
    """When their last key ended; None while one is in use."""
    seen: int = field(compare=False)
    """The number of entries in the store's log when this was looked up; an act on it gives this
    number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A signed-in person; every verb that records something takes one."""

    person_id: str
    name: str
    roles: tuple[Role, ...]
    passphrase: str | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """What the uploader or the source claims about the material. None of it is checked."""

    source_url: str = ""
    source_account: str = ""
    obtained_at: str = ""
    """ISO 8601 date or time, as precise as known."""
    claimed_place: str = ""
    claimed_date: str = ""
    """ISO 8601, as precise as known: `2020`, `2020-10`, `2020-10-19`."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One file as it arrived: the name is a claim, the bytes are the evidence."""

    name: str
    """Characters that a log cannot hold are escaped, reversibly (`values.recordable`)."""
    data: bytes = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", escaped(self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A file that was not added, and the sentence that says why and what to do."""

    name: str
    reason: str
    sha256: str | None = None
    """Of the bytes as they came; None if they could not be read."""
    size: int | None = None
    """In bytes; None if it could not be determined."""


class ExhibitOrder(StrEnum):
    """The order in which exhibits are listed."""

    OLDEST = "oldest"
    NEWEST = "newest"
    LEAST_SURE = "least_sure"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeReport:
    """The result of one upload."""

    accepted: tuple[str, ...] = ()
    """Exhibit identifiers, in order."""
    copies: tuple[tuple[str, str], ...] = ()
    """(new exhibit, exhibit it repeats)."""
    refused: tuple[Refusal, ...] = ()
    problems: tuple[str, ...] = ()
    """Parts of an accepted clip that could not be decoded."""
    known: tuple[str, ...] = ()
    """Existing exhibits that equal a file of this upload, with the same name and claims."""
    name: str = ""
    """The file, or file in a ZIP, that was processed last."""
    done: int = 0
    total: int = 0
    """How many files of the upload were processed completely, of how many."""

    @property
    def stopped(self) -> str:
        """The state after an upload that was stopped, in words; empty if it was not."""
        left = self.total - self.done
        if not left:
            return ""
        kept = f"{len(self.accepted)} {'exhibit' if len(self.accepted) == 1 else 'exhibits'}"
        return (
            f"Stopped: {kept} added; {left} of {self.total} files were not added, or only in part. "
            "Add the same files again to continue; what is already here is skipped."
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
    """Plates with a decision and none that waits."""
    awaiting: int
    """Plates with a confirmation that waits for another reviewer, as the policy requires."""
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
    exposure: str
    """The first exhibit of the exposure that it shows; may be this one."""
    copy_of: str | None
    """The exhibit that it was first found to repeat, unless a person split them."""
    copy_is_settled: bool
    """Whether that is so by equal bytes, or confirmed by a person; otherwise it is a proposal."""
    fields: tuple[tuple[FieldName, str, str], ...]
    """(field, text, state) of the best plate in the combined reading, machine's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One person's judgement of one field of one region; later ones supersede, none is removed."""

    sequence: int
    at: datetime
    reviewer: str
    reviewer_id: str
    exhibit_id: str
    region_id: str
    field: FieldName
    judgement: Judgement
    text: str
    """The person's transcription; `?` for an unreadable character. May be empty."""
    machine_text: str
    blind: bool
    """True if the person wrote it before the machine's reading was shown."""
    reason: str
    supersedes: int | None
    counts: bool
    """False if its author had added this picture, or a copy of it, before the judgement."""


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
    """For a frame: timecode, why it was chosen, and the command that extracts it again."""
    seen: int = field(compare=False)
    """The number of entries in the case's log when this was looked up; an act on it gives this
    number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyGroupView:
    """Exhibits that are, or may be, copies of one exposure, or exposures of one object.

    A judgement is of the group as it is: a group that has grown since is not judged.
    """

    group_id: str
    exhibit_ids: tuple[str, ...]
    evidence: tuple[CopyEvidence, ...]
    judgement: Judgement | None
    judged_by: str | None
    reason: str
    relation: str
    """`copy` or `same_object`."""
    exposures: tuple[tuple[str, ...], ...]
    """Its exhibits, grouped by the exposure that each counts as (`workbench.rules.exposure`)."""
    seen: int = field(compare=False)
    """The number of entries in the case's log when this was looked up; an act on it gives this
    number."""

    @property
    def counted(self) -> str:
        """How many exposures it counts as, and the exhibits of each: `1 exposure: EX-1, EX-2`."""
        which = "; ".join(", ".join(exhibits) for exhibits in self.exposures)
        return f"{counted(len(self.exposures), 'exposure')}: {which}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateView:
    """One physical plate: the regions that show it, and what stands for each field."""

    plate_id: str
    members: tuple[tuple[str, str], ...]
    """(exhibit, region)."""
    fields: tuple[FieldStanding, ...]
    ready: bool
    """True once a person has judged maker, model and serial, as far as they were offered."""
    missing: tuple[FieldName, ...]
    seen: int = field(compare=False)
    """The number of entries in the case's log when this was looked up; an act on it gives this
    number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldStanding:
    """What stands for one field: the machine's words and the people's, side by side."""

    field: FieldName
    machine_text: str
    machine_at: tuple[str, str] | None
    """Exhibit and region of the reading that the program relies on; none if it read nothing."""
    human_text: str | None
    judgement: Judgement | None
    reviewers: tuple[str, ...]
    exhibit_id: str
    region_id: str
    dissent: tuple[str, ...]
    """Who answered differently before and did not take it back, a sentence each."""


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
    rows: int
    """Rows or records read from its file."""
    rows_left_out: int
    left_out: str
    """How many rows were left out and why, in words; empty if none was."""
    current: bool
    seen: int = field(compare=False)
    """The number of entries in the store's log when this was looked up; a choice gives this number.
    """


SearchedField: TypeAlias = Literal["maker", "model", "serial", "part_number"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedField:
    """One field as it was searched for; lattices stay in readings."""

    text: str
    origin: Literal["machine", "human", "code"]
    alternatives: tuple[tuple[str, float], ...]
    """Alternatives, each with its probability (0–1)."""
    stack: Annotated[str | None, Field(exclude_if=lambda stack: stack is None)] = None
    """What was read from all exposures aligned and averaged; None if they were not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchView:
    """One search as it was shown: what was asked, of which snapshot, and the result."""

    sequence: int
    case_id: str
    plate_id: str
    at: datetime
    by: str
    snapshot_sha256: str
    query: Mapping[SearchedField, AskedField]
    """What was asked, as recorded; fields that were not asked are missing."""
    result: StoredResult
    """What was found, exactly as it was shown and stored."""
    findings: tuple[StoredFinding, ...]
    dissent: tuple[str, ...]
    """Who read a field of the plate differently from what stands now, a sentence each."""
    decisions: tuple[DecisionView, ...]
    seen: int = field(compare=False)
    """The number of entries in the case's log when this was looked up; an act on it gives this
    number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """One reviewer's judgement of one candidate, or that the unit is none of them."""

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
    """False while the case's policy requires another person, and if it was replaced."""
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
    """Whose words contain a hit."""

    PERSON = "person"
    MACHINE = "machine"
    """A field as the machine read it."""
    ALSO = "also"
    """An alternative, or a line that became no field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A plate region in which a fragment was found, and the text that contains it."""

    case_id: str
    exhibit_id: str
    region_id: str
    file_name: str
    field: str
    """Empty for a text that belongs to no field."""
    text: str
    by: FoundBy
    exact: bool
    """False if only look-alikes fit: O for 0, I for 1 …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlace:
    """One plate region in the order of review, and its progress."""

    exhibit_id: str
    region_id: str
    plate_id: str
    offered: int
    """Fields that the program offers."""
    open: int
    """How many of these nobody has judged."""
    words: str
    """The machine's serial, else model, else maker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The progress of a case's review."""

    regions: int
    open: int
    """How many of these have a field that nobody has judged."""
