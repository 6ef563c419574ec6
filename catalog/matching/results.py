"""The result of a search: candidates with their weight, and the sentences that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from values.sentence import Sentence, say

if TYPE_CHECKING:
    from catalog.likelihood.weight import UnitWeight
    from catalog.matching.leads import Leads
    from catalog.types import (
        Delivery,
        FeatureScore,
        Permit,
        PermitLine,
        Query,
        Redaction,
        Serial,
        Verdict,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterWeight:
    """What one character of the serial adds to the weight, in bits, given those before it."""

    place: int
    """Counted from 1 in the folded serial."""
    recorded: str
    weight_bits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Another serial near the reading, and what would have to be read for it to be the answer."""

    serial: str
    """Folded for comparison: letters and digits only."""
    differs: Sentence
    """Which character would change the answer to this serial."""
    places: tuple[int, ...]
    """Places, counted from 1, in which it differs from the candidate; () if lengths differ."""
    lr: float
    fits: bool
    catalogued: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The same weight under another assumption."""

    assumption: Sentence
    lr: float
    posterior: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """How many of the units assumed to exist fit the reading."""

    fitting: float
    units: float
    catalogued_fitting: int
    catalogued: int

    @property
    def said(self) -> Sentence:
        """The sentence shown beside every likelihood ratio."""
        return say("fit.units", fitting=self.fitting, of=self.units)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A catalog unit (or a line without serials) that a plate may belong to, and its weight.

    `weight` is None if no serial could be compared: then only maker and model are consistent, which
    is never called a match. `features` add up to the weight in bits.
    """

    key: str
    """Stable within a snapshot: permit, delivery and folded serial."""
    maker_id: str
    maker: str
    model: str
    permit: Permit
    line: PermitLine
    delivery: Delivery | None
    serial: Serial | None
    weight: UnitWeight | None
    band: Sentence | None
    """The words beside the weight; None without a weight."""
    verdict: Verdict
    features: tuple[FeatureScore, ...]
    characters: tuple[CharacterWeight, ...]
    fit: Fit | None
    neighbours: tuple[Neighbour, ...]
    sensitivity: tuple[Sensitivity, ...]
    limits: tuple[Sentence, ...]
    explanation: tuple[Sentence, ...]
    against: tuple[Sentence, ...] = ()
    """What the plate names differently from the record."""
    tested: tuple[Sentence, ...] = ()
    """How far such an identification was tested; shown on its own line."""

    @property
    def lr(self) -> float | None:
        """How many times more probable the reading is under this unit than under another."""
        return self.weight.lr if self.weight else None

    @property
    def log10_lr(self) -> float | None:
        """The same as a power of ten."""
        return self.weight.log10_lr if self.weight else None

    @property
    def permit_number(self) -> tuple[str, Redaction]:
        """The permit's number as far as disclosed, and its redaction."""
        return self.permit.number.value, self.permit.number.redaction


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResult:
    """The answer to one query against one snapshot, with both."""

    query: Query
    candidates: tuple[Candidate, ...]
    verdict: Verdict
    snapshot_sha256: str
    algorithm: str
    coverage_note: tuple[Sentence, ...]
    explanation: tuple[Sentence, ...]
    applications: tuple[Permit, ...] = ()
    """Applications for this maker and model that were never approved: no deliveries."""
    limits: tuple[Sentence, ...] = ()
    leads: tuple[Leads, ...] = ()
    """Other register entries that may be related to the plate; unscored."""
    uncatalogued_fitting: float = 0.0
    """Expected number of units outside the catalog that fit the reading."""
