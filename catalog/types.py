"""The values of the catalog: what was permitted, what was delivered, and how a reading compares.

Permit -> PermitLine -> Delivery -> Serial. Dates are `PartialDate`s: a permit or a delivery is
often known only to the month or year. Redacted is not empty: a redacted value neither matches nor
excludes. Maker, integrator, consignee and end user are different parties and are never merged.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, Protocol

from catalog.errors import RecordInvalid
from catalog.grammar import compiled
from catalog.vocabulary import (
    DISPOSITIONS,
    DOCUMENT_TYPES,
    PARTY_ROLES,
    PERMIT_STATUSES,
    PERMIT_TYPES,
    UNDERTAKINGS,
)
from values.dates import UNKNOWN, PartialDate

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from values.sentence import Sentence

Redaction = Literal[
    "not_redacted", "redacted_full", "redacted_partial", "withheld", "illegible", "not_collected"
]
SerialBasis = Literal[
    "single",
    "range",
    "list",
    "not_on_permit_from_delivery_record",
    "quantity_only",
    "redacted",
]
WITHOUT_SERIAL: Final[frozenset[SerialBasis]] = frozenset({"quantity_only", "redacted"})
"""Bases of entries for units with unknown serials: they match no reading."""
GONE_BACK: Final = frozenset({"returned", "retransferred_with_consent"})
"""Dispositions of a unit that may be delivered again: its serial may occur in the catalog twice."""
SchemeKind = Literal["sequential", "prefixed", "dated", "unknown"]
AliasKind = Literal["legal", "trading", "former", "predecessor", "alias", "misspelling"]
Completeness = Literal["complete", "partial", "unknown"]
Verdict = Literal[
    "identifies_catalog_unit",
    "consistent_with_catalog_unit",
    "consistent_with_model_only",
    "several_candidates",
    "contradicted",
    "not_in_catalog",
    "excluded",
    "inconclusive",
]


def _known(word: str, words: tuple[str, ...], what: str) -> None:
    if word not in words:
        raise RecordInvalid(
            f"{word!r} is not a known {what}",
            remedy=f"Use one of: {', '.join(words)}",
        )


MOST_UNITS = 10**12
"""Largest possible number of units of a permit, shipment or entry."""


def _possible(quantity: int | None, what: str) -> None:
    if quantity is not None and not 0 <= quantity < MOST_UNITS:
        shown = quantity if abs(quantity) < MOST_UNITS else "far too many"
        raise RecordInvalid(f"{what} stands for {shown} units", remedy="Correct the quantity")


class Likelihood(Protocol):
    """How likely given strings are under the pixels, or under a human transcription."""

    def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Natural logarithms, same order, shape (n,)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Redactable:
    """A text that may be withheld: the value as far as known, and its redaction."""

    value: str
    redaction: Redaction = "not_redacted"

    @property
    def readable(self) -> bool:
        """Whether there is a value to compare."""
        return self.redaction == "not_redacted" and bool(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent:
    """One step in a permit's history; the question is always the status on a given day.

    `status` is a word of `vocabulary.PERMIT_STATUSES`; raises RecordInvalid for another.
    """

    status: str
    date: PartialDate
    authority: str
    source: str

    def __post_init__(self) -> None:
        """Reject an unknown status."""
        _known(self.status, PERMIT_STATUSES, "status of a permit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Someone named on a permit, in one role: a word of `vocabulary.PARTY_ROLES`."""

    role: str
    name: Redactable
    address: str = ""
    country: str = ""

    def __post_init__(self) -> None:
        """Reject an unknown role."""
        _known(self.role, PARTY_ROLES, "role of a party")


@dataclass(frozen=True, slots=True, kw_only=True)
class Serial:
    """One unit of a delivery, or a number of units without known serials.

    `quantity` is 1 for a unit with a serial. For `quantity_only` and `redacted` it is the number of
    units in the entry (None: not known), and `value` is empty.
    """

    value: str
    basis: SerialBasis
    redaction: Redaction = "not_redacted"
    quantity: int | None = 1
    disposition: str = "delivered"

    def __post_init__(self) -> None:
        """Reject an unknown disposition, a unit without a serial, and a negative quantity."""
        if self.disposition not in DISPOSITIONS:
            _known(self.disposition, DISPOSITIONS, "disposition of a unit")
        if not self.value and self.is_unit:
            raise RecordInvalid(
                f"a serial entry called {self.basis} has no serial",
                remedy="Write the serial, or call the entry quantity_only or redacted",
            )
        if self.quantity != 1:
            _possible(self.quantity, "a serial entry")

    @property
    def is_unit(self) -> bool:
        """Whether it is one unit, known by its serial."""
        return self.basis not in WITHOUT_SERIAL

    @property
    def has_gone_back(self) -> bool:
        """Whether the unit was returned, so that its serial may be delivered again."""
        return self.disposition in GONE_BACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One shipment under a permit line. `quantity` in units, None if not stated.

    As read from a snapshot, `serials` holds only the entries without a serial (quantities and
    redactions), and `serials_recorded` counts the units whose serials the snapshot knows.
    """

    delivery_id: str
    ship_date: PartialDate = UNKNOWN
    received_date: PartialDate = UNKNOWN
    consignee: Redactable = Redactable(value="")
    quantity: int | None = None
    document_type: str = ""
    document_sha256: str = ""
    page: str = ""
    source: str = ""
    serials: tuple[Serial, ...] = ()
    serials_recorded: int | None = None

    def __post_init__(self) -> None:
        """Reject an unknown kind of document, receipt before shipment, or an invalid quantity."""
        _possible(self.quantity, f"delivery {self.delivery_id!r}")
        if self.document_type:
            _known(self.document_type, DOCUMENT_TYPES, "type of document")
        if self.received_date.is_before(self.ship_date):
            raise RecordInvalid(
                f"delivery {self.delivery_id!r} was received ({self.received_date}) before it was "
                f"shipped ({self.ship_date})",
                remedy="Check both dates",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitLine:
    """One item of a permit. Values are texts as printed; money amounts are never computed with."""

    line_id: str
    maker_id: str
    maker_as_written: str
    model: str
    part_number: str = ""
    description: str = ""
    control_code: str = ""
    quantity: int | None = None
    unit_value: str = ""
    total_value: str = ""
    country_of_origin: str = ""
    us_origin_share_pct: str = ""
    deliveries: tuple[Delivery, ...] = ()

    def __post_init__(self) -> None:
        """Reject an impossible quantity."""
        _possible(self.quantity, f"line {self.line_id!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """An export permit or an application for one, with its whole history.

    `synthetic` marks invented records, so that no page shows one without saying so.
    """

    permit_id: str
    number: Redactable
    issuer: str
    permit_type: str = "other"
    status_history: tuple[StatusEvent, ...] = ()
    valid_from: PartialDate = UNKNOWN
    valid_to: PartialDate = UNKNOWN
    country_final_destination: str = ""
    country_of_use: str = ""
    parties: tuple[Party, ...] = ()
    end_use_text: Redactable = Redactable(value="")
    undertakings: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    synthetic: bool = False
    lines: tuple[PermitLine, ...] = ()

    def __post_init__(self) -> None:
        """Reject an unknown type of permit and an unknown undertaking."""
        _known(self.permit_type, PERMIT_TYPES, "type of permit")
        for word in self.undertakings:
            _known(word, UNDERTAKINGS, "undertaking")

    def parties_as(self, *roles: str) -> tuple[Party, ...]:
        """Return the parties in any of these roles, in the permit's order."""
        return tuple(party for party in self.parties if party.role in roles)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerAlias:
    """One name of a maker and when it was in use; plates lag behind, so dates are soft."""

    name: str
    kind: AliasKind
    valid_from: PartialDate = UNKNOWN
    valid_to: PartialDate = UNKNOWN
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialScheme:
    """How a maker numbers its units, as declared by someone; "unknown" if nobody has.

    `pattern` is a regular expression for the whole folded serial (see `values.text.fold`),
    `charset` the characters that can occur in one; either may be empty.
    """

    kind: SchemeKind = "unknown"
    charset: str = ""
    pattern: str = ""
    unique_within: Literal["maker", "part_number", "model"] = "maker"
    model: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        """Reject a pattern that is invalid or too slow to match (see `grammar.compiled`)."""
        if self.pattern:
            compiled(self.pattern)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelNames:
    """A model and its declared spelling variants (CMX-15D: MX-15D)."""

    model: str
    variants: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Maker:
    """A maker of units under one stable id, with its names through time.

    `parents` are the ids of companies it belongs or belonged to; a plate may carry their names.
    """

    maker_id: str
    canonical: str
    aliases: tuple[MakerAlias, ...] = ()
    cage: tuple[str, ...] = ()
    country: str = ""
    parents: tuple[str, ...] = ()
    models: tuple[ModelNames, ...] = ()
    schemes: tuple[SerialScheme, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverageEntry:
    """What one source can be expected to contain. An empty maker or issuer means all."""

    maker_id: str = ""
    issuer: str = ""
    first: PartialDate = UNKNOWN
    last: PartialDate = UNKNOWN
    completeness: Completeness = "unknown"
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """A catalog's contents for one maker and issuer, as counted, not declared.

    `first` and `last` are the earliest and latest possible day of its known ship and decision
    dates; `permits` counts applications too, `units` only those with a serial.
    """

    maker_id: str
    issuer: str
    first: PartialDate = UNKNOWN
    last: PartialDate = UNKNOWN
    permits: int = 0
    units: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """The rows that one column excluded from an import, and the first of them.

    A row with errors in two columns counts for both. `problem` is that of the first row, in words
    that may quote its cell; empty if cells must not be shown.
    """

    column: str
    rows: int
    first_row: int
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """The source of records: a file by its hash, or a publication by its name.

    Rows read and not accepted were left out; `left_out` says why, by column.
    """

    name: str
    sha256: str = ""
    rows_read: int | None = None
    rows_accepted: int | None = None
    left_out: tuple[LeftOut, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogRecords:
    """Everything that goes into one snapshot; makers and permits each sorted by id."""

    makers: tuple[Maker, ...] = ()
    permits: tuple[Permit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One delivered unit with everything above it.

    `position` is the unit's index in its group's sorted keys, `key` its folded serial.
    """

    group_id: int
    position: int
    key: str
    permit: Permit
    line: PermitLine
    delivery: Delivery
    serial: Serial


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitGroup:
    """All units of one maker and model. `key_lengths` are (key length, number of keys) pairs.

    `unserialised` counts delivered units with redacted or unrecorded serials, as far as quantities
    are stated: they neither match nor exclude.
    """

    group_id: int
    maker_id: str
    model: str
    units: int
    key_lengths: tuple[tuple[int, int], ...]
    unserialised: int = 0
    without_serials: int = 0
    """Units, delivered or only permitted, without a serial on record, as far as stated."""
    open_permits: int = 0
    """Permits with such units."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RowIssue:
    """What is wrong with one cell of an import, and what to do about it.

    `row` is counted as in a spreadsheet (the header is row 1); for JSON it is the position of the
    permit or maker in its list, from 1.
    """

    row: int
    column: str
    value: str
    problem: str
    remedy: str
    severity: Literal["error", "warning"] = "error"

    @property
    def sentence(self) -> str:
        """What is wrong and what to do about it."""
        return f"{self.problem}: {self.remedy}."


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEvidence:
    """The evidence for one field of the plate that is being looked up."""

    text: str
    origin: Literal["machine", "human", "code"]
    alternatives: tuple[tuple[str, float], ...] = ()
    likelihood: Likelihood | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One plate's fields as a search query. A missing field is None, never an empty text."""

    maker: FieldEvidence | None = None
    model: FieldEvidence | None = None
    serial: FieldEvidence | None = None
    part_number: FieldEvidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureScore:
    """One feature's contribution to the weight, in bits, and its explanation.

    `seen` is None if it was not read, `recorded` if the record does not state it.
    """

    feature: str
    weight_bits: float
    detail: tuple[Sentence, ...]
    seen: str | None
    recorded: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a candidate may mean, separate from which unit it is."""

    kind: str
    statement: tuple[Sentence, ...]
    """The finding, and last how far the identity is trusted."""
    grounds: tuple[Sentence, ...]
    alternatives: tuple[Sentence, ...]
