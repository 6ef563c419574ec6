"""Intake: photos, clips, stills of clips, archives, and files or parts that failed."""

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import Field
from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, insert, select

from evidence_store.types import Entry, Sha256
from values.sentence import StoredSentence
from values.text import counted
from vision.types import EmbeddedFacts, Fingerprint
from workbench import tables
from workbench.events import regions
from workbench.events.event import Event, event
from workbench.events.marks import MAY_BE_MISSING, Blob, FromFile, Open, Private, Quoting
from workbench.tables import exposures
from workbench.types import Claims, ExhibitState

Size: TypeAlias = Annotated[Private[int], Field(alias="bytes")]
"""Number of bytes; `bytes` in the log."""
Beside: TypeAlias = Annotated[Quoting[tuple[StoredSentence, ...]], MAY_BE_MISSING]
"""The sentences of an entry's texts, by identifier; none in entries from before they existed."""
GRABBED: Final = "grabbed by hand"
"""How the reason for a requested still begins, in an entry without sentences."""


@event("archive.opened")
class ArchiveOpened(Event):
    """A ZIP was opened whose members are added or refused one by one; it is not stored itself."""

    file_name: Quoting[str]
    sha256: Private[str]
    size: Size
    members: Private[int]

    def sentence(self) -> str:
        return (
            f"Opened {self.file_name}: {counted(self.members, 'member')}, "
            f"{self.size} bytes, SHA-256 {self.sha256[:12]}…"
        )


@event("exhibit.taken_in")
class ExhibitTakenIn(Event):
    """Bytes were stored, then decoded; claimed and embedded facts are separate."""

    exhibit: Open[str]
    media: Open[Literal["photo", "clip"]]
    size: Size
    file_name: Quoting[str]
    embedded: FromFile[EmbeddedFacts | None]
    width: Private[int]
    height: Private[int]
    fingerprint: Private[Fingerprint | None]
    """None for a clip."""
    source_url: Private[str]
    source_account: Private[str]
    obtained_at: Private[str]
    claimed_place: Private[str]
    claimed_date: Private[str]
    note: Private[str]
    original: Blob[Sha256]

    @property
    def claims(self) -> Claims:
        """The claims of whoever brought it."""
        return Claims(
            source_url=self.source_url,
            source_account=self.source_account,
            obtained_at=self.obtained_at,
            claimed_place=self.claimed_place,
            claimed_date=self.claimed_date,
            note=self.note,
        )

    def sentence(self) -> str:
        return (
            f"Added {self.exhibit}: {self.file_name}, {self.size} bytes, "
            f"SHA-256 {self.original[:12]}…"
        )

    def fold(self, connection: Connection, entry: Entry) -> None:
        is_clip = self.media == "clip"
        _insert_exhibit(
            connection,
            entry,
            self,
            state=ExhibitState.CLIP if is_clip else ExhibitState.WAITING,
            media=self.media,
            file_name=self.file_name,
            claims=to_jsonable_python(self.claims),
            embedded=self.embedded,
        )


@event("exhibit.refused")
class ExhibitRefused(Event):
    """A file could not be added; `original` names its bytes if they are stored all the same."""

    file_name: Quoting[str]
    reason: Quoting[str]
    sha256: Private[str | None]
    """Of the bytes as received, stored or not; None if they could not be read."""
    size: Annotated[Private[int | None], Field(alias="bytes")]
    original: Blob[Sha256 | None]

    def sentence(self) -> str:
        return f"Could not add {self.file_name}: {self.reason}"


@event("frame.taken")
class FrameTaken(Event):
    """A still was taken from a clip: a derivative, with exact timecode and how it was made."""

    exhibit: Open[str]
    parent: Open[str]
    size: Size
    timecode: Private[str]
    seconds: Private[float]
    why: Quoting[str]
    command: Quoting[str]
    width: Private[int]
    height: Private[int]
    fingerprint: Private[Fingerprint | None]
    laid: Annotated[Private[tuple[str, ...]], MAY_BE_MISSING] = ()
    """Timecodes of all frames combined in it (multi-frame)."""
    said: Beside = ()
    original: Blob[Sha256]
    parent_original: Blob[str]

    def sentence(self) -> str:
        laid = f", {len(self.laid)} frames stacked" if self.laid else ""
        return f"Took frame {self.exhibit} from {self.parent} at {self.timecode} s{laid}."

    def called(self, clip: str) -> str:
        """The name of the still, after its clip's file name."""
        laid = f", {len(self.laid)} frames laid over each other" if self.laid else ""
        return f"{clip} at {self.seconds:.3f} s{laid}"

    @property
    def by_hand(self) -> bool:
        """Whether a person asked for it; otherwise the program chose it."""
        if not self.said:
            return self.why.startswith(GRABBED)
        return any(one.id == "frame.by-hand" for one in self.said)

    @property
    def how(self) -> str:
        """How it was made, in words."""
        return (
            f"Taken from {self.parent} at exactly {self.timecode} s. "
            f"{self.why} Made by: {self.command}"
        )

    def fold(self, connection: Connection, entry: Entry) -> None:
        parent = connection.execute(
            select(tables.exhibit).where(
                tables.exhibit.c.case_id == entry.log,
                tables.exhibit.c.exhibit_id == self.parent,
            )
        ).one()
        _insert_exhibit(
            connection,
            entry,
            self,
            state=ExhibitState.WAITING,
            media="frame",
            file_name=self.called(parent.file_name),
            claims=parent.claims,
            embedded=None,
            taken_in_by=parent.taken_in_by,
            parent=self.parent,
            derived_how=self.how,
        )


@event("frames.missing")
class FramesMissing(Event):
    """Not all of a clip could be decoded; the rest was added."""

    exhibit: Open[str]
    problems: Quoting[tuple[str, ...]]
    said: Beside = ()

    def sentence(self) -> str:
        return f"Could not decode all of {self.exhibit}: {' '.join(self.problems)}"


def _insert_exhibit(
    connection: Connection,
    entry: Entry,
    said: ExhibitTakenIn | FrameTaken,
    *,
    state: ExhibitState,
    media: str,
    file_name: str,
    claims: Mapping[str, str],
    embedded: EmbeddedFacts | None,
    taken_in_by: str | None = None,
    parent: str | None = None,
    derived_how: str | None = None,
) -> None:
    connection.execute(
        insert(tables.exhibit),
        {
            "case_id": entry.log,
            "exhibit_id": said.exhibit,
            "number": int(said.exhibit.rpartition("-")[2]),
            "sequence": entry.sequence,
            "state": state.value,
            "media": media,
            "file_name": file_name,
            "sha256": said.original,
            "width": said.width,
            "height": said.height,
            "taken_in_at": entry.at.isoformat(),
            "taken_in_by": taken_in_by or entry.actor,
            "parent": parent,
            "exposure": said.exhibit,
            "settled_exposure": said.exhibit,
            "copy_of": None,
            "is_copy": False,
            "copy_is_settled": False,
            "claims": claims,
            "embedded": to_jsonable_python(embedded),
            "fingerprint": to_jsonable_python(said.fingerprint),
            "derived_how": derived_how,
            "read": False,
            "reading_sha256": None,
            "reading_sequence": None,
            "fields": [],
        },
    )
    if exposures.came_in(connection, entry.log, said.exhibit, said.original, clip=parent):
        regions.count_again(connection, entry.log, (said.exhibit,))
