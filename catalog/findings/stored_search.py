"""The storage form of a search: the result as shown, and the findings on its candidates.

`catalog.findings.serialize` creates this form. It is parsed strictly: a missing or unknown member,
or another format, is rejected.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal, NamedTuple, TypeAlias

from pydantic import Field

from catalog.codec import Codec
from catalog.types import Redaction, Verdict  # noqa: TC001 (the codec reads them)
from values.sentence import StoredSentence

if TYPE_CHECKING:
    from catalog.codec import Written

Format: TypeAlias = Literal["nameplate-search-result-1", "nameplate-search-result-2"]
"""Texts alone (1), or with the sentences they were rendered from (2)."""
FORMAT: Final[Format] = "nameplate-search-result-2"

_Text: TypeAlias = Annotated[str, Field(exclude_if=lambda text: not text)]
_Count: TypeAlias = Annotated[int | None, Field(exclude_if=lambda count: count is None)]
"""Members that are left out if empty."""

_Said: TypeAlias = Annotated[tuple[StoredSentence, ...], Field(exclude_if=lambda said: not said)]
"""The sentences of one object's texts, in order; none in results of format 1."""


class StoredAlternative(NamedTuple):
    """Another possible value of a field, and its probability (0–1)."""

    text: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEvidence:
    """One field of the query; `pixels_asked` says whether its pixels were used."""

    text: str
    origin: Literal["machine", "human", "code"]
    alternatives: tuple[StoredAlternative, ...]
    pixels_asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredQuery:
    """The query; None for a field that was not used."""

    maker: StoredEvidence | None
    model: StoredEvidence | None
    serial: StoredEvidence | None
    part_number: StoredEvidence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBand:
    """The likelihood ratio from which a band's words are used."""

    least: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredScale:
    """The verbal scale, with its version."""

    version: str
    bands: tuple[StoredBand, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredText:
    """A text of a record, and how far it is redacted."""

    value: str
    redaction: Redaction


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStatus:
    """A step in the history of a permit; dates as partial as they are known."""

    status: str
    date: str
    authority: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredParty:
    """A party of a permit."""

    role: str
    name: StoredText
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPermit:
    """A permit, or an application for one, without its lines."""

    permit_id: str
    number: StoredText
    issuer: str
    type: str
    status: tuple[StoredStatus, ...]
    valid_from: str
    valid_to: str
    country_final_destination: str
    country_of_use: str
    parties: tuple[StoredParty, ...]
    end_use: StoredText
    undertakings: tuple[str, ...]
    conditions: tuple[str, ...]
    sources: tuple[str, ...]
    synthetic: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLine:
    """An item of a permit; empty members are left out."""

    line_id: str
    maker_id: str
    maker_as_written: str
    model: str
    part_number: _Text = ""
    description: _Text = ""
    control_code: _Text = ""
    quantity: _Count = None
    unit_value: _Text = ""
    total_value: _Text = ""
    country_of_origin: _Text = ""
    us_origin_share_pct: _Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDelivery:
    """A delivery under a permit."""

    delivery_id: str
    shipped: str
    received: str
    consignee: StoredText
    quantity: int | None
    document_type: str
    document_sha256: str
    page: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFeature:
    """One feature's contribution to the weight, in bits, in words."""

    feature: str
    weight_bits: float
    detail: str
    seen: str
    recorded: str
    about: str
    said: _Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCharacter:
    """What one character of the serial contributes to the weight, in bits."""

    place: int
    recorded: str
    weight_bits: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFit:
    """How many units fit, of those assumed to exist and of those in the catalog."""

    n: float
    of: float
    catalogued_n: int
    catalogued_of: int
    words: str
    said: _Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNeighbour:
    """Another serial near the reading."""

    serial: str
    differs: str
    places: tuple[int, ...]
    lr: float
    fits: bool
    catalogued: bool
    said: _Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSensitivity:
    """The weight under another assumption."""

    assumption: str
    lr: float
    posterior: float
    said: _Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCandidate:
    """One candidate as shown; members that belong to a weight are None without one."""

    key: str
    maker_id: str
    maker: str
    model: str
    serial: str | None
    serial_basis: str | None
    disposition: str | None
    verdict: Verdict
    lr: float | None
    log10_lr: float | None
    band: str
    posterior: float | None
    one_over_p: float | None
    one_over_np: float | None
    compared: int | None
    explanation: str
    against: tuple[str, ...]
    features: tuple[StoredFeature, ...]
    characters: tuple[StoredCharacter, ...]
    fit: StoredFit | None
    neighbours: tuple[StoredNeighbour, ...]
    sensitivity: tuple[StoredSensitivity, ...]
    limits: tuple[str, ...]
    permit: StoredPermit
    line: StoredLine
    delivery: StoredDelivery | None
    said: _Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLead:
    """One lead; empty members are left out."""

    sentence: str
    permit_id: _Text = ""
    maker: _Text = ""
    model: _Text = ""
    serial: _Text = ""
    quantity: _Count = None
    party: _Text = ""
    said: _Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLeads:
    """The leads of one kind: their number, and those that are shown."""

    kind: str
    words: str
    total: int
    more: bool
    leads: tuple[StoredLead, ...]
    said: _Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredResult:
    """The result of a search, with every record that it shows."""

    format: Format
    query: StoredQuery
    verdict: Verdict
    explanation: str
    coverage_note: str
    snapshot_sha256: str
    algorithm: str
    scale: StoredScale
    limits: tuple[str, ...]
    uncatalogued_fitting: Annotated[float, Field(ge=0)]
    candidates: tuple[StoredCandidate, ...]
    applications: tuple[StoredPermit, ...]
    leads: tuple[StoredLeads, ...]
    said: _Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFinding:
    """What the records suggest about a candidate, with its grounds and alternatives."""

    candidate: str
    kind: str
    statement: str
    grounds: tuple[str, ...]
    alternatives: tuple[str, ...]
    said: _Said = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSearch:
    """The stored form of a search."""

    result: StoredResult
    findings: tuple[StoredFinding, ...]


_REMEDY: Final = "It was changed, or a newer program wrote it: open it with that one."
_RESULT: Final = Codec(StoredResult, what="The kept result of a search", remedy=_REMEDY)
_SEARCH: Final = Codec(StoredSearch, what="The kept result of a search", remedy=_REMEDY)


def stored_search(data: bytes) -> StoredSearch:
    """Parse a stored search from its JSON. Raises RecordInvalid, which names what is wrong."""
    return _SEARCH.read_bytes(data)


def result_json(result: StoredResult) -> Written:
    """Convert a stored result to JSON-compatible data."""
    return _RESULT.write(result)


def search_json(search: StoredSearch) -> Written:
    """Convert a stored search to JSON-compatible data; its canonical JSON is what is stored."""
    return _SEARCH.write(search)
