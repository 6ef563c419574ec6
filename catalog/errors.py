"""What can go wrong in the catalog, each with a sentence on what happened and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.errors import Exit, NameplateError

if TYPE_CHECKING:
    from collections.abc import Sequence


class CatalogError(NameplateError):
    """Something about a catalog that its user can put right."""

    exit_code = Exit.NOT_RUN

    def __init__(self, happened: str, *, remedy: str) -> None:
        super().__init__(happened, remedy=remedy)


class ImportRefused(CatalogError):
    """A file that cannot be read as a catalog at all; nothing of it was taken."""


class RecordInvalid(CatalogError):
    """A record that contradicts itself or uses a word that the catalog does not know."""


class SnapshotExists(CatalogError):
    """A snapshot would overwrite a file; snapshots are never overwritten."""


class SnapshotUnreadable(CatalogError):
    """A file that is not a snapshot, or one of a version that this program does not know."""


class SnapshotDamaged(CatalogError):
    """A snapshot whose content is not what its manifest says; carries every fault found."""

    exit_code = Exit.DAMAGED

    def __init__(self, happened: str, *, remedy: str, faults: Sequence[str]) -> None:
        super().__init__(happened, remedy=remedy)
        self.faults = tuple(faults)

    def diagnostics(self) -> str:
        """Say what happened, each fault, and what to do."""
        return " ".join((self.message, *self.faults, self.remedy))
