"""StoreState: the people and catalogs according to the store's own log."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from workbench.errors import NotFound
from workbench.state.coverage import coverage_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from workbench.types import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogRecord:
    """A catalog snapshot as first imported."""

    sha256: str
    name: str
    imported_at: datetime
    imported_by: str
    """Identifier of the person who imported it."""
    manifest: Mapping[str, Any]
    """The snapshot's manifest (`catalog.snapshot.reader`)."""

    @property
    def synthetic(self) -> bool:
        """Whether it is synthetic."""
        return bool(self.manifest["synthetic"])

    @property
    def coverage(self) -> str:
        """Its declared coverage, in words."""
        return coverage_words(self.manifest["coverage"])


@dataclass(frozen=True, kw_only=True)
class StoreState:
    """The people of a store, in the order they were added, and its catalog snapshots."""

    size: int
    people: tuple[Person, ...]
    catalogs: Mapping[str, CatalogRecord]
    """By SHA-256."""

    def catalog(self, sha256: str) -> CatalogRecord:
        """One snapshot. Raises NotFound."""
        found = self.catalogs.get(sha256)
        if found is None:
            raise NotFound(f"This store has no catalog snapshot {sha256[:12]}….", kind="catalog")
        return found

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of people, by identifier."""
        return {person.person_id: person.name for person in self.people}
