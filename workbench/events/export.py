"""Bundles: sealed, signed, timestamped, published."""

from typing import Annotated

from pydantic import Field
from sqlalchemy import Connection, insert

from evidence_store.types import Entry
from values.text import counted
from workbench import tables
from workbench.events.event import Event, event
from workbench.events.marks import MAY_BE_MISSING, BundleHash, Open, Private
from workbench.events.places import show


@event("bundle.sealed")
class BundleSealed(Event):
    """A bundle was sealed over the log's first `entries` entries; this entry comes after them."""

    bundle: Open[str]
    entries: Open[int]
    required_signers: Open[tuple[str, ...]]
    tagmanifest_sha256: BundleHash[str]

    def sentence(self) -> str:
        return f"Sealed {self.bundle}, which covers {self.entries} entries."

    def fold(self, connection: Connection, entry: Entry) -> None:
        show(connection, entry, [("*", "*", "*")])  # its report contains everything that was read
        connection.execute(
            insert(tables.sealed),
            {
                "case_id": entry.log,
                "sequence": entry.sequence,
                "at": entry.at.isoformat(),
                "by": entry.actor,
                "bundle": self.bundle,
                "tagmanifest_sha256": self.tagmanifest_sha256,
                "entries": self.entries,
                "required_signers": self.required_signers,
            },
        )


@event("bundle.signed")
class BundleSigned(Event):
    """A person signed a sealed bundle, here or on their own machine."""

    bundle: Open[str]
    role: Open[str]
    brought_by: Annotated[Open[str], MAY_BE_MISSING] = ""
    """Who imported a signature that was made elsewhere."""

    def sentence(self) -> str:
        where = ", on their own machine." if self.brought_by else "."
        return f"Signed {self.bundle} as {self.role}{where}"


@event("bundle.stamped")
class BundleStamped(Event):
    """A timestamp of a sealed bundle was requested, or its answer was attached."""

    bundle: Open[str]
    authority: Open[str]
    answered: Open[bool]

    def sentence(self) -> str:
        what = "Timestamped" if self.answered else "Stored a request for a timestamp of"
        by = f" by {self.authority}" if self.authority else ""
        return f"{what} {self.bundle}{by}."


@event("bundle.published")
class BundlePublished(Event):
    """A public bundle was made. What it withholds is counted, never repeated."""

    bundle: Open[str]
    came_from: Annotated[Open[str], Field(alias="from")]
    withheld_fields: Open[int]
    withheld_exhibits: Open[tuple[str, ...]]
    answers: Annotated[Private[tuple[tuple[str, str], ...]], MAY_BE_MISSING] = ()
    """The near hits that a person had to answer, each with `released` or `withheld`."""
    released: Annotated[Private[tuple[str, ...]], MAY_BE_MISSING] = ()
    """The fields and the copies that were released on purpose."""
    tagmanifest_sha256: BundleHash[str]

    def sentence(self) -> str:
        return (
            f"Made the public bundle {self.bundle} from {self.came_from}, withholding "
            f"{counted(self.withheld_fields, 'field')} and "
            f"{counted(len(self.withheld_exhibits), 'exhibit')}."
        )
