"""The values of the catalog: what was permitted, what was delivered, and how a reading compares.

Dates are `PartialDate`s: a permit or a delivery is often known to a month or a year only.
Redacted is not empty: a redacted value neither matches nor excludes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

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
Verdict = Literal[
    "identifies_catalog_unit",
    "consistent_with_catalog_unit",
    "consistent_with_model_only",
    "several_candidates",
    "not_in_catalog",
    "excluded",
    "inconclusive",
]


class Likelihood(Protocol):
    """How likely given strings are under the pixels, or under a human transcription."""

    def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Natural logarithms, same order, shape (n,)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Redactable:
    """A text that may be withheld: the value as far as it is known, and how it was redacted."""

    value: str
    redaction: Redaction = "not_redacted"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusEvent:
    """One step in a permit's history; the question is always the status on a given day."""

    status: str
    date: str
    authority: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Someone named on a permit, in one role."""

    role: str
    name: Redactable
    address: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowIssue:
    """What is wrong with one cell of an import, and what to do about it."""

    row: int
    column: str
    value: str
    problem: str
    remedy: str
    severity: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldEvidence:
    """What is known of one field of the plate that is being looked up."""

    text: str
    origin: Literal["machine", "human", "code"]
    alternatives: tuple[tuple[str, float], ...] = ()
    likelihood: Likelihood | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One plate's fields, as they go into the search. A missing field is None, never empty text."""

    maker: FieldEvidence | None = None
    model: FieldEvidence | None = None
    serial: FieldEvidence | None = None
    part_number: FieldEvidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureScore:
    """One feature's share in the weight, in bits, and the words that explain it."""

    feature: str
    weight_bits: float
    detail: str
    seen: str
    recorded: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a candidate means, kept apart from which unit it is."""

    kind: str
    statement: str
    grounds: tuple[str, ...]
    alternatives: tuple[str, ...]
