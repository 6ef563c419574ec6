"""The records of a case state, one class for each thing that entries are about.

People are given by their identifiers. Times are UTC.
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
    """A plate region from the latest reading of its exhibit."""

    exhibit_id: str
    region_id: str
    plate_id: str
    fields: Sequence[tuple[str, str, float, str]]
    """For each combined field: name, text, confidence (0–1), and stated, offered or unreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitRecord:
    """An exhibit, and the blob of its latest reading."""

    exhibit_id: str
    sequence: int
    """Sequence of the entry that added it."""
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
    """Who added it; for a frame, who added its clip."""
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
    """A search; its result is stored as a blob."""

    sequence: int
    at: datetime
    by: str
    plate_id: str
    members: tuple[tuple[str, str], ...]
    """The regions (exhibit, region) of that plate at the time."""
    snapshot: str
    query: Mapping[SearchedField, AskedField]
    """As it was recorded."""
    result_sha256: Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """A person's decision on a candidate of a search, or that none is the unit."""

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
    """False if its author had added what they decided on, or a copy of it."""
    members: tuple[str, ...] = ()
    """The exhibits that showed the plate at the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideEntry:
    """An entry in the log that cannot be folded, and why."""

    sequence: int
    why: str
