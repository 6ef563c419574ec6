"""What a case state is made of: one record for each thing that entries speak of.

People are named by their identifiers here. Times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from evidence_store.types import Sha256
    from vision.types import CopyEvidence, EmbeddedFacts
    from workbench.types import AskedField, Claims, Judgement, SearchedField


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionRecord:
    """A plate region as the latest reading of its exhibit has it."""

    exhibit_id: str
    region_id: str
    plate_id: str
    fields: Sequence[tuple[str, str, float, str]]
    """Of each combined field: name, text, confidence (0–1), stated, offered or unreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRecord:
    """An exhibit, and where its latest reading is kept."""

    exhibit_id: str
    sequence: int
    """Of the entry that took it in."""
    media: str
    """photo, clip or frame."""
    file_name: str
    sha256: Sha256
    size: int
    """Bytes, as recorded."""
    width: int
    height: int
    taken_in_at: datetime
    taken_in_by: str
    """Of a frame: who took in its clip."""
    parent: str | None
    """The clip that it is a still of."""
    claims: Claims
    embedded: EmbeddedFacts
    derived_how: str | None
    read: bool = False
    """Whether it was read as a whole."""
    reading_sha256: Sha256 | None = None
    reading_sequence: int | None = None
    fields: Sequence[tuple[str, str, float, str]] = ()
    """Those of the first region of its latest reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairProposed:
    """The program found two exhibits alike."""

    exhibit_id: str
    of: str
    relation: str
    evidence: CopyEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupJudged:
    """A person judged a group of copies, or of exposures of one object."""

    sequence: int
    group_id: str
    exhibits: tuple[str, ...]
    judgement: Judgement
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRecord:
    """A search; what it found is kept as a blob."""

    sequence: int
    at: datetime
    by: str
    plate_id: str
    members: tuple[tuple[str, str], ...]
    """The regions (exhibit, region) that were that plate then."""
    snapshot: str
    query: Mapping[SearchedField, AskedField]
    """As it was recorded."""
    result_sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """What somebody decided on a candidate of a search, or that none is the unit."""

    sequence: int
    at: datetime
    by: str
    search_sequence: int
    plate_id: str
    candidate: str
    judgement: Judgement
    reason: str
    supersedes: int | None
    counts: bool = True
    """False where its author had taken in what they decided on, or a copy of it."""
    members: tuple[str, ...] = ()
    """The exhibits on which the plate was seen then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideEntry:
    """An entry that stands in the log and cannot be folded, and why."""

    sequence: int
    why: str
