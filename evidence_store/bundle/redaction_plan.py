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
    """Whether to refuse if the open part of an entry says what is to be withheld."""
    texts: tuple[str, ...] | None = None
    """What of its value must stand nowhere; None for all texts in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExhibitChoice:
    """A photo or clip to withhold, with or without something shown in its place."""

    exhibit: str
    replacement: PayloadFile | None = None
    """For example a blurred copy, under `derived/`; how it was made stands in its `made_by`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedactionPlan:
    """What a public bundle leaves out of a sealed one, and what it adds."""

    required_signers: tuple[RequiredSigner, ...]
    fields: tuple[FieldChoice, ...] = ()
    exhibits: tuple[ExhibitChoice, ...] = ()
    values: tuple[str, ...] = ()
    """Further words that must stand nowhere, for example a person's name."""
    harmless: tuple[str, ...] = ()
    """Words that may stand: such as give nothing away (`JPEG`), and near hits that were released
    on purpose."""
    payload: tuple[PayloadFile, ...] = ()
    """Files made for the public bundle, such as a report on what is left of the case."""
    title: str = ""
    notes: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    """Why something is withheld, in words that may be read by all."""
