"""What a public bundle leaves out of a sealed one, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence_store.bundle.layout import PayloadFile, RequiredSigner


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChoice:
    """A private field to withhold: in all entries, in those about an exhibit, or in one."""

    name: str
    exhibit: str | None = None
    sequence: int | None = None
    strict: bool = True
    """Whether to refuse if the open part of an entry contains the withheld value."""
    texts: tuple[str, ...] | None = None
    """Parts of its value that must not occur anywhere; None for all texts in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitChoice:
    """A photo or clip to withhold, optionally with a replacement."""

    exhibit: str
    replacement: PayloadFile | None = None
    """For example a blurred copy, under `derived/`; its `made_by` says how it was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionPlan:
    """What a public bundle leaves out of a sealed one, and what it adds."""

    required_signers: tuple[RequiredSigner, ...]
    fields: tuple[FieldChoice, ...] = ()
    exhibits: tuple[ExhibitChoice, ...] = ()
    values: tuple[str, ...] = ()
    """Further words that must not occur anywhere, for example a person's name."""
    harmless: tuple[str, ...] = ()
    """Words that may occur: those that reveal nothing (`JPEG`), and near hits released on purpose.
    """
    payload: tuple[PayloadFile, ...] = ()
    """Files made for the public bundle, such as a report on the rest of the case."""
    title: str = ""
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why something is withheld, in words for the public."""
