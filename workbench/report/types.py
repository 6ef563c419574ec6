"""The values from which a case file is made, and the file that comes back.

Everything here is already in words or plain numbers: the report decides nothing, looks nothing up
and reads no clock. Times are UTC. Pixel coordinates are those of the upright photo, with the origin
at the top left. Probabilities are 0–1; weights are in bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from datetime import datetime

Point = tuple[float, float]
Corners = tuple[Point, Point, Point, Point]
Row = tuple[str, str]
"""(label, value), both inert text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An encoded picture to embed; width and height in its own pixels."""

    data: bytes = field(repr=False)
    media: Literal["image/png", "image/jpeg"]
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPerson:
    """A person who acted in the case or is to sign; `key` is their public key line at that time."""

    person_id: str
    name: str
    roles: tuple[str, ...]
    key: str
    fingerprint: str = ""
    """Fingerprint of that key, as `ssh-keygen -l` prints it: what two people compare by voice."""
    held_by: str = ""
    """Who holds the private half: `server` or `person`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportReview:
    """One person's judgement of one field, superseded ones included."""

    sequence: int
    at: datetime
    reviewer: str
    judgement: str
    text: str
    machine_text: str
    blind: bool
    reason: str
    stands: bool = True
    counts: bool = True
    """False if the person had added this picture, or a copy of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportField:
    """One field of one region: the machine's words and its doubt, and people's words."""

    field: str
    text: str
    state: str
    why: str = ""
    """Why it has this level and no other."""
    pixels: float = 0.0
    """How surely the pixels show these characters (0–1)."""
    glyphs: tuple[tuple[tuple[str, float], ...], ...] = ()
    """For each character, its options as (character, probability), best first."""
    alternatives: tuple[tuple[str, float], ...] = ()
    readers: tuple[Row, ...] = ()
    """(engine, its text for this field)."""
    notes: tuple[str, ...] = ()
    reviews: tuple[ReportReview, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRegion:
    """One plate region of an exhibit, cut out and rectified."""

    region_id: str
    corners: Corners
    crop: Picture | None
    fields: tuple[ReportField, ...]
    drawn_by: str = ""
    """Empty if the program found the region; otherwise who drew it."""
    as_drawn: str = ""
    """For a drawn region, its corners, and separately those of what the machine found in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportExhibit:
    """One exhibit as the case file shows it."""

    exhibit_id: str
    file_name: str
    media: str
    sha256: str
    bytes: int
    """0 if the size is withheld."""
    width: int
    height: int
    """Size in pixels of the upright photo, to which all corners refer; 0 for a clip."""
    taken_in_at: datetime
    taken_in_by: str
    photo: Picture | None
    """A picture for printing; the original is in the bundle."""
    claims: tuple[Row, ...] = ()
    """(key of the claim, its value); the layout has the word for the key."""
    embedded: tuple[Row, ...] = ()
    regions: tuple[ReportRegion, ...] = ()
    copy_of: str = ""
    copy_is_settled: bool = False
    """Whether equal bytes or a person's judgement say so; otherwise the program proposes it."""
    derived_how: str = ""
    notes: tuple[str, ...] = ()
    file_notes: tuple[str, ...] = ()
    """Oddities in the facts embedded in the file."""
    withheld: str = ""
    """If not empty, a sentence on what of this exhibit is withheld, and why."""
    reading_withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPlate:
    """One physical plate, the regions that show it, and what stands for each of its fields."""

    plate_id: str
    members: tuple[tuple[str, str], ...]
    """(exhibit, region)."""
    fields: tuple[tuple[str, str, str, str], ...]
    """(field, machine's text, person's text or empty, judgement or empty)."""
    captures: str = ""
    """A sentence on the number of independent captures, and since when there are any."""
    captures_undated: str = ""
    """The same without dates and without a full stop."""
    dissent: tuple[str, ...] = ()
    """Who read a field differently from what stands, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportGroup:
    """Exhibits that are, or may be, copies of one exposure, and a person's judgement of that."""

    exhibit_ids: tuple[str, ...]
    relation: str
    """`copy` or `same_object`, followed by `_proposed` or `_split` if it is not settled."""
    counted: str
    """The exhibits grouped by the exposure that each counts as, in words."""
    why: tuple[str, ...]
    judgement: str
    judged_by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFeature:
    """One step of the waterfall."""

    feature: str
    weight_bits: float
    detail: str
    seen: str
    recorded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCandidate:
    """One catalog unit as it was shown to the reviewer."""

    key: str
    title: str
    """Maker, model and serial as recorded."""
    verdict: str
    likelihood_ratio: float | None
    """None if no serial could be compared."""
    band: str
    explanation: str
    features: tuple[ReportFeature, ...]
    records: tuple[Row, ...]
    """Permit, delivery, parties and status as recorded; redactions are said in words."""
    fit: str = ""
    """How many of how many units fit what was read."""
    neighbours: tuple[Row, ...] = ()
    """(serial, what would distinguish it)."""
    sensitivity: tuple[Row, ...] = ()
    """(another assumption, the likelihood ratio under it)."""
    after_search: float | None = None
    """The likelihood ratio divided by the number of catalog units that were compared."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFinding:
    """What a candidate means, apart from which unit it is."""

    kind: str
    statement: str
    grounds: tuple[str, ...]
    alternatives: tuple[str, ...]
    candidate: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDecision:
    """One reviewer's judgement of a candidate, dissent and superseded ones included."""

    sequence: int
    at: datetime
    by: str
    candidate: str
    judgement: str
    reason: str
    stands: bool
    replaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSearch:
    """One search as it was shown, and what people decided on it."""

    sequence: int
    plate_id: str
    at: datetime
    by: str
    asked: tuple[Row, ...]
    snapshot_sha256: str
    catalog_name: str
    coverage: str
    explanation: str
    synthetic_catalog: bool
    candidates: tuple[ReportCandidate, ...]
    findings: tuple[ReportFinding, ...]
    decisions: tuple[ReportDecision, ...]
    verdict: str = ""
    limits: tuple[str, ...] = ()
    """What the search could not take into account, in sentences."""
    dissent: tuple[str, ...] = ()
    """Who read a field of the plate differently from what stands, a sentence each."""
    applications: tuple[Row, ...] = ()
    """(permit or application, its status): those for this maker and model that were never approved.
    """
    leads: tuple[Row, ...] = ()
    """(heading with how many of how many are shown, one of them): unscored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTraceAnswer:
    """One answer to a trace request: that party's word, as somebody recorded it."""

    sequence: int
    at: datetime
    by: str
    answer: str
    """What the answer amounts to, in a sentence without its full stop."""
    received_on: str
    words: str
    papers: tuple[Row, ...] = ()
    """(name, SHA-256) of each file that came with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTrace:
    """One trace request; dates are in words."""

    trace_id: str
    sequence: int
    by: str
    plate_id: str
    addressee: str
    addressee_is: str
    sent_on: str
    answer_by: str
    comment_by: str
    standing: str
    """Its status as of the state of the log that the report shows, in one sentence."""
    letter_sha256: str
    seen: str = ""
    further: str = ""
    answers: tuple[ReportTraceAnswer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportEntry:
    """One line of the chain of custody."""

    sequence: int
    at: datetime
    actor: str
    kind: str
    summary: str
    leaf_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportCase:
    """Everything in a case file, as of one state of the case's log."""

    case_id: str
    title: str
    provenance: str
    policy: Literal["two_people", "two_reviewers", "solo"]
    synthetic: bool
    opened_at: datetime
    opened_by: str
    as_of: datetime
    """The time of the last entry that the report covers; also the date of the document."""
    log_size: int
    log_root: str
    people: tuple[ReportPerson, ...]
    exhibits: tuple[ReportExhibit, ...]
    groups: tuple[ReportGroup, ...]
    plates: tuple[ReportPlate, ...]
    searches: tuple[ReportSearch, ...]
    custody: tuple[ReportEntry, ...]
    software: tuple[Row, ...]
    """(what, version or hash of weights)."""
    signers: tuple[Row, ...] = ()
    """(role, person_id) of everyone whose signature the bundle requires."""
    withheld: tuple[str, ...] = ()
    """Sentences on what a public edition of the file leaves out; empty in the sealed one."""
    traces: tuple[ReportTrace, ...] = ()
    withheld_searches: int = 0
    withheld_decisions: int = 0
    withheld_traces: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The case file in both formats."""

    pdf: bytes = field(repr=False)
    html: bytes = field(repr=False)
