"""Intake: store and hash the bytes, then decode them, read the facts and look for copies.

Whatever goes wrong with one file, in whichever program opens it, the refusal of that file is
recorded with its SHA-256 and a sentence, and intake goes on with the next. Files are opened in a
child process that is killed at a limit (`vision.child`). Errors of the store itself, such as a full
disk, are raised, since nothing could be recorded.
"""

from __future__ import annotations

import hashlib
import logging
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import func, select
from sqlalchemy.exc import InterfaceError, OperationalError

from evidence_store.blobs.store import checked_sha256
from evidence_store.errors import BadInput, BlobDamaged, BlobMissing, StoreError
from values.recordable import escaped, unescaped
from values.sentence import say, stored_sentences
from vision.child import DECODERS
from vision.errors import DecodeError
from vision.media.archive import ArchiveLimits, ListedMember, MemberRefusal, printable
from vision.media.clip import ClipLimits
from vision.media.decode import DecodeLimits, sniff
from vision.types import EmbeddedFacts
from words import en
from workbench import events, tables
from workbench.errors import BadRequest, WorkbenchError
from workbench.intake import material as pieces
from workbench.intake.claims import check_claims
from workbench.intake.source_list import NO_LIST
from workbench.rules.limits import Kind, too_large
from workbench.tables.vision_json import embedded_as_shown
from workbench.types import (
    Claims,
    IntakeReport,
    Refusal,
    Upload,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
    from fractions import Fraction
    from pathlib import Path

    from evidence_store.types import Draft, Sha256
    from values.sentence import Said
    from vision.media.clip import ClipFacts
    from vision.types import Fingerprint, Frame, Photo
    from workbench.cases.cases import Cases
    from workbench.cases.exhibits import Exhibits
    from workbench.cases.images import Images
    from workbench.copies.copies import Copies
    from workbench.intake.material import Material, OnDisk
    from workbench.intake.source_list import SourceList
    from workbench.stores.stores import Stores
    from workbench.types import Actor

_log = logging.getLogger(__name__)

MOST_REASON: Final = 2_000
"""Maximum length of the sentence that says why a file was refused."""

NO_SENTENCE: Final = (KeyError, TypeError, ValueError)
"""What `words` raises for an invalid sentence: a compromised decoder may send anything."""

OURS: Final = (OperationalError, InterfaceError, StoreError, WorkbenchError)
"""Errors of the store or of the caller, not of a file; see `_is_ours`."""


def _is_ours(error: Exception) -> bool:
    """Whether the error is not the file's fault: then nothing more could be recorded either."""
    return isinstance(error, OURS) and not isinstance(error, BadInput | BadRequest)


class Intake:
    """Adds material to cases."""

    def __init__(
        self, stores: Stores, cases: Cases, exhibits: Exhibits, copies: Copies, images: Images
    ) -> None:
        self._stores = stores
        self._cases = cases
        self._exhibits = exhibits
        self._copies = copies
        self._images = images

    def take_in(
        self,
        actor: Actor,
        case_id: str,
        uploads: Iterable[Material],
        claims: Claims,
        *,
        sources: SourceList = NO_LIST,
    ) -> IntakeReport:
        """Add photos, clips and ZIP archives of them to a case.

        `sources` holds claims for single files that `claims` leaves open. Raises NotFound,
        NotAllowed and, for over-long claims and a list with errors, BadRequest. Unusable files are
        not raised: they are in the report and in the log.
        """
        uploads = tuple(uploads)
        return together(
            self.taking_in(actor, case_id, uploads, claims, total=len(uploads), sources=sources)
        )

    def taking_in(
        self,
        actor: Actor,
        case_id: str,
        uploads: Iterable[Material],
        claims: Claims,
        *,
        total: int,
        sources: SourceList = NO_LIST,
    ) -> Iterator[IntakeReport]:
        """Do what `take_in` does, and report the result after each photo or clip.

        A caller that stops asking for more stops the upload there. What was added stays, and giving
        the same files again goes on from there: files that the case already has under the same name
        and with the same claims are skipped.
        """
        self._cases.policy_of(case_id)
        self._stores.admit(actor, case_id, "exhibit.taken_in", verb="add material")
        check_claims(claims)
        if sources.errors:
            first, many = sources.errors[0], len(sources.errors)
            raise BadRequest(
                f"The source list has {many} error{'s' if many > 1 else ''}; nothing was added. "
                f"First: row {first.row}, {first.column}: {first.sentence}"
            )
        used: set[str] = set()
        for number, material in enumerate(uploads):
            with closing(self._unpacked(actor, case_id, material)) as found:
                piece = next(found, None)
                if piece is None:
                    yield IntakeReport(name=material.name, done=number + 1, total=total)
                while piece is not None:
                    name = piece.name
                    used.add(sources.named(name) or "")
                    own = sources.claims_of(name, claims)
                    report = self._take_piece(actor, case_id, piece, own)
                    piece = next(found, None)
                    yield replace(report, name=name, done=number + (piece is None), total=total)
        unused = sources.unused(used)
        if unused:
            yield IntakeReport(problems=unused, done=total, total=total)

    def _unpacked(
        self, actor: Actor, case_id: str, material: Material
    ) -> Generator[Upload | OnDisk | Refusal]:
        """The file itself, or the contents of a ZIP with any refusals, one at a time.

        Any failure is a refusal. Sizes are checked here, before any bytes are read.
        """
        name = material.name
        piece: Upload | OnDisk | None = None
        try:
            piece = pieces.fetched(material)
            refusal, kind = self._too_large(piece, name)
            if refusal is not None:
                yield refusal
            elif kind == "zip":
                with pieces.as_file(piece) as path:
                    yield from self._members(actor, case_id, piece, path)
            else:
                yield piece
        except Exception as error:
            if _is_ours(error):
                raise
            yield _refusal(piece, material.name, error)

    def _members(
        self, actor: Actor, case_id: str, archive: Upload | OnDisk, path: Path
    ) -> Iterator[Upload | OnDisk | Refusal]:
        """The contents of a ZIP; the ZIP itself is recorded first, and not stored."""
        name = archive.name
        most = self._stores.settings.max_zip_bytes  # each member has the limit of its own kind
        limits = ArchiveLimits(max_member_bytes=most, max_total_bytes=most)
        members = DECODERS.archive(path, name=name, limits=limits)
        self._stores.append(
            case_id,
            events.ArchiveOpened(
                file_name=name,
                sha256=pieces.hash_of(archive),
                size=pieces.size_of(archive),
                members=len(members),
            ).draft(actor.person_id),
        )
        for member in members:
            whole = escaped(f"{unescaped(name)}/{member.name}")
            if isinstance(member, MemberRefusal):
                yield Refusal(
                    name=whole,
                    reason=en.text(member.problem.given(name=whole)),
                    sha256=_hash_of_refused(path, name, limits, member),
                    size=member.size,
                )
                continue
            try:
                with self._member(path, name, limits, member) as piece:
                    yield piece
            except Exception as error:
                if _is_ours(error):
                    raise
                if isinstance(error, DecodeError):
                    reason = _sentence(whole, type(error)(error.sentence.given(name=whole)))
                else:
                    reason = f"{whole}: {_sentence('', error).strip()}"
                yield Refusal(name=whole, reason=reason, size=member.size)

    @contextmanager
    def _member(
        self, path: Path, name: str, limits: ArchiveLimits, member: ListedMember
    ) -> Iterator[Upload | OnDisk | Refusal]:
        """One member of a ZIP, unpacked up to the size limit of its kind."""
        whole = escaped(f"{unescaped(name)}/{member.name}")
        parts = DECODERS.member(path, name=name, limits=limits, member=member)
        with closing(parts):
            first = next(parts, b"")
            kind = _kind(first)
            why = too_large(whole, kind, member.size, self._stores.settings.most_bytes(kind))
            if why is not None:
                sha256 = _hash_of_parts(chain((first,), parts))
                yield Refusal(name=whole, reason=why, sha256=sha256, size=member.size)
                return
            with pieces.gathered(unescaped(whole), chain((first,), parts)) as piece:
                yield piece

    def _too_large(self, piece: Upload | OnDisk, name: str) -> tuple[Refusal | None, Kind]:
        """Refuse a file that exceeds the size limit of its kind; also returns that kind."""
        kind = _kind(pieces.head_of(piece))
        size = pieces.size_of(piece)
        why = too_large(name, kind, size, self._stores.settings.most_bytes(kind))
        if why is None:
            return None, kind
        refusal = Refusal(name=piece.name, reason=why, sha256=pieces.hash_of(piece), size=size)
        return refusal, kind

    def _take_piece(
        self, actor: Actor, case_id: str, piece: Upload | OnDisk | Refusal, claims: Claims
    ) -> IntakeReport:
        """Add one file; if anything goes wrong with it, record its refusal."""
        if isinstance(piece, Refusal):
            return self._refused(actor, case_id, piece, None)
        kept: list[Sha256] = []
        try:
            return self._taken(actor, case_id, piece, claims, kept.append)
        except (BlobDamaged, BlobMissing) as error:  # of an earlier exhibit; the rest goes on
            return IntakeReport(problems=(f"{piece.name}: {en.said(error)}",))
        except Exception as error:
            if _is_ours(error):
                raise
            refusal = _refusal(piece, piece.name, error)
            return self._refused(actor, case_id, refusal, kept[0] if kept else None)

    def _taken(
        self,
        actor: Actor,
        case_id: str,
        piece: Upload | OnDisk,
        claims: Claims,
        on_kept: Callable[[Sha256], None],
    ) -> IntakeReport:
        """Store a file's bytes, open it, and make it an exhibit. Raises whatever goes wrong."""
        size = pieces.size_of(piece)
        name = piece.name
        if not size:
            raise BadRequest(f"{name} is empty (0 bytes). Get it again from its source.")
        original = pieces.keep(piece, self._stores.blobs)
        on_kept(original)
        brought = _Brought(
            name=name,
            original=original,
            size=size,
            claims=claims,
        )
        if sniff(pieces.head_of(piece)) == "clip":
            return self._take_clip(actor, case_id, brought)
        known = self._known(case_id, name, original, claims)
        if known is not None:
            return IntakeReport(known=(known,))
        most = self._stores.settings.max_photo_bytes
        data = pieces.bytes_of(piece, most=most)
        photo, print_, embedded = DECODERS.photo(
            data, name=name, limits=DecodeLimits(max_bytes=most)
        )
        if photo.photo_id != original:
            raise BadInput(f"{name} changed while it was being added.")
        return self._take_photo(actor, case_id, brought, photo, print_, embedded)

    def _known(self, case_id: str, name: str, original: Sha256, claims: Claims) -> str | None:
        """The existing exhibit with this file, name and claims, if there is one."""
        exhibit = tables.exhibit.c
        query = select(exhibit.exhibit_id, exhibit.claims).where(
            exhibit.sha256 == original, exhibit.case_id == case_id, exhibit.file_name == name
        )
        with self._stores.projection.read(case_id) as connection:
            for row in connection.execute(query.order_by(exhibit.number)):
                if Claims(**row.claims) == claims:
                    return cast("str", row.exhibit_id)
        return None

    def _take_photo(
        self,
        actor: Actor,
        case_id: str,
        brought: _Brought,
        photo: Photo,
        print_: Fingerprint,
        embedded: EmbeddedFacts,
    ) -> IntakeReport:
        shown = embedded_as_shown(embedded)
        exhibit_id, new = self._numbered(
            case_id,
            lambda exhibit_id: events.ExhibitTakenIn(
                exhibit=exhibit_id,
                media="photo",
                original=brought.original,
                size=brought.size,
                file_name=brought.name,
                **asdict(brought.claims),
                embedded=shown,
                width=photo.width,
                height=photo.height,
                fingerprint=print_,
            ).draft(actor.person_id),
            lambda: self._known(case_id, brought.name, brought.original, brought.claims),
        )
        if not new:
            return IntakeReport(known=(exhibit_id,))
        try:
            self._images.thumbnail(brought.original, photo)
            of = self._copies.propose(actor, case_id, exhibit_id, photo, print_)
        except Exception as error:  # it has been added: no later error is a refusal
            if _is_ours(error) and not isinstance(error, BlobDamaged | BlobMissing):
                raise
            problem = (
                f"{brought.name} was added as {exhibit_id}, but not compared with all earlier "
                f"photos: {_sentence('', error).strip()}"
            )
            return IntakeReport(accepted=(exhibit_id,), problems=(problem,))
        copies = () if of is None else ((exhibit_id, of),)
        return IntakeReport(accepted=(exhibit_id,), copies=copies)

    def _take_clip(self, actor: Actor, case_id: str, brought: _Brought) -> IntakeReport:
        """Store a clip and add the frames worth reading as exhibits of their own.

        Of a clip that the case already has, only missing frames are added. A clip without a single
        frame is refused: the first frame is looked for before the clip becomes an exhibit.
        """
        name, original = brought.name, brought.original
        limits = ClipLimits(max_bytes=self._stores.settings.max_clip_bytes)
        missing: list[Said] = []
        with self._stores.blobs.local_path(original) as path:
            facts = DECODERS.clip(path, name=name, limits=limits)
            embedded = _embedded(facts)
            stills = DECODERS.frames(path, name=name, limits=limits, on_problem=missing.append)
            with closing(stills):
                first = _first(name, stills, missing)
                clip_id, clip_is_new = self._numbered(
                    case_id,
                    lambda exhibit_id: events.ExhibitTakenIn(
                        exhibit=exhibit_id,
                        media="clip",
                        original=original,
                        size=brought.size,
                        file_name=name,
                        **asdict(brought.claims),
                        embedded=embedded,
                        width=facts.width,
                        height=facts.height,
                        fingerprint=None,
                    ).draft(actor.person_id),
                    lambda: self._known(case_id, name, original, brought.claims),
                )
                taken = [clip_id] if clip_is_new else []
                frames = chain((first,), stills)
                taken += self._take_frames(actor, case_id, clip_id, original, frames, missing)
        problems = tuple(map(_text, missing))
        if missing and clip_is_new:
            # What was decoded stays; what could not be is reported here and in the log.
            self._stores.append(
                case_id,
                events.FramesMissing(
                    exhibit=clip_id,
                    problems=problems,
                    said=stored_sentences(
                        **{f"problems.{place}": (one,) for place, one in enumerate(missing)}
                    ),
                ).draft(actor.person_id),
            )
        return IntakeReport(
            accepted=tuple(taken),
            known=() if clip_is_new else (clip_id,),
            problems=tuple(f"{name} ({clip_id}): {text}" for text in problems),
        )

    def _take_frames(
        self,
        actor: Actor,
        case_id: str,
        clip_id: str,
        clip: str,
        frames: Iterator[Frame],
        missing: list[Said],
    ) -> Iterator[str]:
        """Make each frame an exhibit; an error with one frame loses only that frame."""
        while True:
            try:
                frame = next(frames, None)
            except DecodeError as error:  # the clip gives no more
                missing.append(error.sentence)
                return
            if frame is None:
                return
            try:
                frame_id, new = self._take_frame(actor, case_id, clip_id, clip, frame)
            except Exception as error:
                if _is_ours(error):
                    raise
                missing += (
                    say("clip.frame-not-added", timecode=frame.timecode),
                    error.sentence if isinstance(error, DecodeError) else _sentence("", error),
                )
                continue
            if new:
                yield frame_id

    def _frame(self, case_id: str, clip_id: str, original: Sha256) -> str | None:
        """The existing exhibit with this frame of this clip, if there is one."""
        exhibit = tables.exhibit.c
        query = select(exhibit.exhibit_id).where(
            exhibit.sha256 == original, exhibit.case_id == case_id, exhibit.parent == clip_id
        )
        with self._stores.projection.read(case_id) as connection:
            return connection.execute(query.order_by(exhibit.number)).scalars().first()

    def _take_frame(
        self, actor: Actor, case_id: str, clip_id: str, clip: str, frame: Frame
    ) -> tuple[str, bool]:
        """Make a frame an exhibit; returns its identifier and whether it is new."""
        original = self._stores.blobs.put(frame.png)
        known = self._frame(case_id, clip_id, original)
        if known is not None:
            return known, False
        name = f"frame at {frame.timecode} s"
        photo, print_, _none = DECODERS.photo(frame.png, name=name)
        try:
            why = en.text(frame.why)
        except NO_SENTENCE as error:
            raise DecodeError(say("clip.frame-unexplained", name=name)) from error
        exhibit_id, new = self._numbered(
            case_id,
            lambda exhibit_id: events.FrameTaken(
                exhibit=exhibit_id,
                parent=clip_id,
                parent_original=clip,
                original=original,
                size=len(frame.png),
                timecode=frame.timecode,
                seconds=frame.seconds,
                why=why,
                said=stored_sentences(why=(frame.why,)),
                command=frame.command,
                laid=frame.laid,
                width=photo.width,
                height=photo.height,
                fingerprint=print_,
            ).draft(actor.person_id),
            lambda: self._frame(case_id, clip_id, original),
        )
        if new:
            self._copies.propose(actor, case_id, exhibit_id, photo, print_, clip=clip_id)
        return exhibit_id, new

    def grab_frame(
        self, actor: Actor, case_id: str, clip_exhibit_id: str, *, seconds: float | Fraction
    ) -> str:
        """Add the frame shown at a given second of a clip; returns the new exhibit."""
        self._stores.admit(actor, case_id, "frame.taken", verb="take a frame")
        clip = self._exhibits.one(case_id, clip_exhibit_id).summary
        if clip.media != "clip":
            raise BadRequest(f"{clip_exhibit_id} is a photo; only clips have frames.")
        sha256 = checked_sha256(clip.sha256)
        with self._stores.blobs.local_path(sha256) as path:
            frame = DECODERS.frame(path, name=clip.file_name, seconds=seconds)
        exhibit_id, _new = self._take_frame(actor, case_id, clip_exhibit_id, clip.sha256, frame)
        return exhibit_id

    def _numbered(
        self, case_id: str, draft: Callable[[str], Draft], known: Callable[[], str | None]
    ) -> tuple[str, bool]:
        """Record an exhibit under the next free number; returns its identifier and if it is new.

        `known` returns the existing exhibit, if any. It is called at the moment of recording, since
        the same files may be added twice at once: a stopped upload finishes its current photo.
        """
        exhibit_id = ""

        def make() -> tuple[Draft, ...]:
            nonlocal exhibit_id
            exhibit_id = known() or ""
            if exhibit_id:
                return ()
            with self._stores.projection.read() as connection:
                last = connection.execute(
                    select(func.max(tables.exhibit.c.number)).where(
                        tables.exhibit.c.case_id == case_id
                    )
                ).scalar_one()
            exhibit_id = f"EX-{(last or 0) + 1:04d}"
            return (draft(exhibit_id),)

        recorded = self._stores.append_seeing(case_id, make)
        return exhibit_id, bool(recorded)

    def _refused(
        self, actor: Actor, case_id: str, refusal: Refusal, original: Sha256 | None
    ) -> IntakeReport:
        """Record a refusal; `original` names the bytes if they are stored anyway."""
        self._stores.append(
            case_id,
            events.ExhibitRefused(
                file_name=refusal.name,
                original=original,
                reason=refusal.reason,
                sha256=refusal.sha256,
                size=refusal.size,
            ).draft(actor.person_id),
        )
        return IntakeReport(refused=(refusal,))

    def refusals(self, case_id: str) -> tuple[Refusal, ...]:
        """Every file of a case that was not added, as recorded in its log, latest first."""
        self._cases.policy_of(case_id)
        name = events.ExhibitRefused.kind.name
        found = (
            events.of(entry) for entry in self._stores.ledger.entries(case_id) if entry.kind == name
        )
        return tuple(
            Refusal(name=one.file_name, reason=one.reason, sha256=one.sha256, size=one.size)
            for one in found
            if isinstance(one, events.ExhibitRefused)
        )[::-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Brought:
    """What is known about a file before it is opened."""

    name: str
    original: Sha256
    size: int
    claims: Claims


def _hash_of_refused(
    path: Path, name: str, limits: ArchiveLimits, member: MemberRefusal
) -> str | None:
    """The SHA-256 of a member that is refused for its name; None if it cannot be unpacked."""
    if member.index is None:
        return None
    listed = ListedMember(index=member.index, name=member.name, size=member.size)
    try:
        return _hash_of_parts(DECODERS.member(path, name=name, limits=limits, member=listed))
    except DecodeError:
        return None


def _hash_of_parts(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _kind(head: bytes) -> Kind:
    """Whose size limit applies to a file; an unknown kind has that of a photo."""
    found = sniff(head)
    return "photo" if found == "unknown" else found


def _refusal(piece: Upload | OnDisk | None, name: str, error: Exception) -> Refusal:
    """Refuse a file because of an error, with as many of its details as can be read."""
    sha256, size = None, None
    if piece is not None:
        try:
            size = pieces.size_of(piece)
            sha256 = pieces.hash_of(piece)
        except Exception:  # its bytes cannot be read, so it has no hash
            _log.info("A refused file cannot be read.", exc_info=True)
    return Refusal(name=name, reason=_sentence(name, error), sha256=sha256, size=size)


def _first(name: str, stills: Iterator[Frame], missing: Sequence[Said]) -> Frame:
    """The first still of a clip. A clip without one is refused, with what could not be decoded."""
    try:
        return next(stills)
    except DecodeError as error:
        if not missing:
            raise
        why = " ".join((_sentence(name, error), *map(_text, missing)))
        raise BadRequest(why) from error


def _text(said: Said) -> str:
    """A message about a clip, in the text that people are shown."""
    with suppress(*NO_SENTENCE):
        return printable(en.text(said), limit=MOST_REASON)
    return "Part of the clip could not be decoded; the decoder did not say which."


def _sentence(name: str, error: Exception) -> str:
    """A sentence on what went wrong with a file; an error with its own explanation is quoted."""
    told = None
    with suppress(*NO_SENTENCE):
        told = en.told(error)
    if told is not None:
        return printable(told, limit=MOST_REASON)
    if isinstance(error, MemoryError):
        return f"{name} needs more memory than this computer has. Make it smaller."
    if isinstance(error, OSError):
        why = error.strerror or type(error).__name__
        return f"{name} cannot be read: {why}. Check that it can be opened, and add it again."
    _log.warning("A file was refused because of an unexpected error.", exc_info=error)
    said = printable(str(error), limit=120)
    return (
        f"{name} could not be opened ({type(error).__name__}: {said}). "
        "Save it again with another program and add that as a second file."
    )


def together(reports: Iterable[IntakeReport]) -> IntakeReport:
    """The report on an upload, from the reports on its pieces."""
    parts = list(reports)
    last = parts[-1] if parts else IntakeReport()
    return IntakeReport(
        accepted=tuple(chain.from_iterable(part.accepted for part in parts)),
        copies=tuple(chain.from_iterable(part.copies for part in parts)),
        refused=tuple(chain.from_iterable(part.refused for part in parts)),
        problems=tuple(chain.from_iterable(part.problems for part in parts)),
        known=tuple(chain.from_iterable(part.known for part in parts)),
        name=last.name,
        done=last.done,
        total=last.total,
    )


def _embedded(clip: ClipFacts) -> EmbeddedFacts:
    """What a clip's container records about itself."""
    said = {fact.name: fact.value for fact in clip.facts}
    return embedded_as_shown(
        EmbeddedFacts(
            facts=clip.facts, captured_at=said.get("creation_time"), problems=clip.problems
        )
    )
