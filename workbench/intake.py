"""Intake: bytes are hashed and kept, then decoded; facts are read, copies are looked for.

A file that cannot be used is refused with a sentence, and everything else of the same upload
is kept.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select

from evidence_store.blobs import checked_sha256
from evidence_store.errors import BlobDamaged, BlobMissing
from vision.archive import ArchiveMember, read_archive
from vision.copies import fingerprint
from vision.decode import HEAD_BYTES, decode_photo, sniff
from vision.errors import DecodeError, VisionError
from vision.frames import choose_frames, grab_frame, probe_clip
from vision.metadata import read_embedded
from vision.types import EmbeddedFacts
from workbench import entries, tables
from workbench import policy as rules
from workbench.claims import check_claims
from workbench.errors import BadRequest
from workbench.plain import plain
from workbench.source_list import NO_LIST
from workbench.types import (
    Claims,
    IntakeReport,
    Refusal,
    Role,
    Upload,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from fractions import Fraction

    from evidence_store.types import Draft, Sha256
    from vision.clip import ClipFacts
    from vision.types import Fingerprint, Frame, Photo
    from workbench.cases import Cases
    from workbench.copies import Copies
    from workbench.exhibits import Exhibits
    from workbench.images import Images
    from workbench.source_list import SourceList
    from workbench.stores import Stores
    from workbench.types import Actor


class Intake:
    """Takes material in."""

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
        uploads: Iterable[Upload],
        claims: Claims,
        *,
        sources: SourceList = NO_LIST,
    ) -> IntakeReport:
        """Take photos, clips and ZIP archives of them into a case.

        `sources` says of single files what `claims` do not. Raises NotFound, NotAllowed and, for
        claims that are too long and a list with errors, BadRequest. Files that cannot be used are
        in the report and in the log, not raised.
        """
        uploads = tuple(uploads)
        return together(
            self.taking_in(actor, case_id, uploads, claims, total=len(uploads), sources=sources)
        )

    def taking_in(
        self,
        actor: Actor,
        case_id: str,
        uploads: Iterable[Upload],
        claims: Claims,
        *,
        total: int,
        sources: SourceList = NO_LIST,
    ) -> Iterator[IntakeReport]:
        """Do what `take_in` does, and say after each photo or clip what became of it.

        Whoever asks for no more stops the upload there. What was taken in stays, and the same
        files given again go on where it stopped: what the case already has under the same name
        and with the same claims is passed over.
        """
        self._cases.policy_of(case_id)
        why = rules.missing_role(actor, Role.INVESTIGATOR)
        if why is not None:
            raise self._stores.refuse(case_id, actor, verb="take in material", why=why)
        check_claims(claims)
        if sources.errors:
            first, many = sources.errors[0], len(sources.errors)
            raise BadRequest(
                f"The source list has {many} error{'s' if many > 1 else ''}, and nothing was taken "
                f"in; the first is in row {first.row}, {first.column}: {first.sentence}"
            )
        used: set[str] = set()
        for number, upload in enumerate(uploads):
            pieces = self._unpack(upload)
            piece = next(pieces, None)
            if piece is None:
                yield IntakeReport(name=upload.name, done=number + 1, total=total)
            while piece is not None:
                name = piece.name
                used.add(sources.named(name) or "")
                own = sources.claims_of(name, claims)
                report = self._take_piece(actor, case_id, piece, own)
                piece = next(pieces, None)
                yield replace(report, name=name, done=number + (piece is None), total=total)
        unused = sources.unused(used)
        if unused:
            yield IntakeReport(problems=unused, done=total, total=total)

    def _unpack(self, upload: Upload) -> Iterator[Upload | Refusal]:
        """The file itself, or what a ZIP holds, with refusals among it."""
        most = self._stores.settings.max_file_bytes
        if len(upload.data) > most:
            yield Refusal(
                name=upload.name,
                reason=f"{upload.name} has {len(upload.data)} bytes; {most} are the most that "
                "one file may have. Cut the clip or split the archive.",
            )
            return
        if sniff(upload.data[:HEAD_BYTES]) != "zip":
            yield upload
            return
        try:
            for member in read_archive(upload.data, name=upload.name):
                if isinstance(member, ArchiveMember):
                    yield Upload(name=f"{upload.name}/{member.name}", data=member.data)
                else:
                    yield Refusal(
                        name=f"{upload.name}/{member.name}",
                        reason=f"{upload.name}/{member.name}: {member.problem}",
                    )
        except DecodeError as error:
            yield Refusal(name=upload.name, reason=error.diagnostics())

    def _take_piece(
        self, actor: Actor, case_id: str, piece: Upload | Refusal, claims: Claims
    ) -> IntakeReport:
        if isinstance(piece, Refusal):
            self._record_refusal(actor, case_id, piece, None)
            return IntakeReport(refused=(piece,))
        original: Sha256 | None = None
        try:
            if not piece.data:
                raise BadRequest(
                    f"{piece.name} is empty (0 bytes). Fetch it again from where it came from."
                )
            original = self._stores.blobs.put(piece.data)
            if sniff(piece.data[:HEAD_BYTES]) == "clip":
                return self._take_clip(actor, case_id, piece, original, claims)
            known = self._known(case_id, piece.name, original, claims)
            if known is not None:
                return IntakeReport(known=(known,))
            photo = decode_photo(piece.data, name=piece.name)
            return self._take_photo(actor, case_id, piece, original, claims, photo)
        except (VisionError, BadRequest) as error:
            refusal = Refusal(name=piece.name, reason=error.diagnostics())
            self._record_refusal(actor, case_id, refusal, original)
            return IntakeReport(refused=(refusal,))
        except (BlobDamaged, BlobMissing) as error:  # of an earlier exhibit; the rest goes on
            return IntakeReport(problems=(f"{piece.name}: {error.diagnostics()}",))

    def _known(self, case_id: str, name: str, original: Sha256, claims: Claims) -> str | None:
        """The exhibit that already is this file, under this name and with these claims."""
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
        upload: Upload,
        original: Sha256,
        claims: Claims,
        photo: Photo,
    ) -> IntakeReport:
        print_ = fingerprint(photo)
        embedded = plain(read_embedded(upload.data))

        def draft(exhibit_id: str) -> Draft:
            return entries.exhibit_taken_in(
                actor.person_id,
                exhibit=exhibit_id,
                media="photo",
                original=original,
                size=len(upload.data),
                file_name=upload.name,
                claims=claims,
                embedded=embedded,
                width=photo.width,
                height=photo.height,
                fingerprint=plain(print_),
            )

        exhibit_id, new = self._numbered(
            case_id, draft, lambda: self._known(case_id, upload.name, original, claims)
        )
        if not new:
            return IntakeReport(known=(exhibit_id,))
        self._images.thumbnail(original, photo)
        try:
            of = self._copies.propose(actor, case_id, exhibit_id, photo, print_)
        except (BlobDamaged, BlobMissing) as error:
            problem = (
                f"{upload.name} is taken in as {exhibit_id}, but was not held against all earlier "
                f"photos: {error.diagnostics()}"
            )
            return IntakeReport(accepted=(exhibit_id,), problems=(problem,))
        copies = () if of is None else ((exhibit_id, of),)
        return IntakeReport(accepted=(exhibit_id,), copies=copies)

    def _take_clip(
        self,
        actor: Actor,
        case_id: str,
        upload: Upload,
        original: Sha256,
        claims: Claims,
    ) -> IntakeReport:
        """Keep a clip and take the frames that are worth reading as exhibits of their own.

        Of a clip that is here already, only frames that are missing are taken.
        """
        with self._stores.blobs.local_path(original) as path:
            facts = probe_clip(path, name=upload.name)
            clip_id, clip_is_new = self._numbered(
                case_id,
                lambda exhibit_id: entries.exhibit_taken_in(
                    actor.person_id,
                    exhibit=exhibit_id,
                    media="clip",
                    original=original,
                    size=len(upload.data),
                    file_name=upload.name,
                    claims=claims,
                    embedded=plain(_embedded(facts)),
                    width=facts.width,
                    height=facts.height,
                    fingerprint=None,
                ),
                lambda: self._known(case_id, upload.name, original, claims),
            )
            taken = [clip_id] if clip_is_new else []
            missing: list[str] = []
            try:
                for frame in choose_frames(path, on_problem=missing.append, name=upload.name):
                    frame_id, new = self._take_frame(actor, case_id, clip_id, original, frame)
                    taken += [frame_id] if new else []
            except DecodeError as error:
                missing.append(error.diagnostics())
        if missing and clip_is_new:
            # What could be had stays; what could not is said here and in the log.
            self._stores.append(
                case_id,
                entries.frames_missing(actor.person_id, exhibit=clip_id, problems=missing),
            )
        return IntakeReport(
            accepted=tuple(taken),
            known=() if clip_is_new else (clip_id,),
            problems=tuple(f"{upload.name} ({clip_id}): {text}" for text in missing),
        )

    def _frame(self, case_id: str, clip_id: str, original: Sha256) -> str | None:
        """The exhibit that already is this frame of this clip."""
        exhibit = tables.exhibit.c
        query = select(exhibit.exhibit_id).where(
            exhibit.sha256 == original, exhibit.case_id == case_id, exhibit.parent == clip_id
        )
        with self._stores.projection.read(case_id) as connection:
            return connection.execute(query.order_by(exhibit.number)).scalars().first()

    def _take_frame(
        self, actor: Actor, case_id: str, clip_id: str, clip: str, frame: Frame
    ) -> tuple[str, bool]:
        """Make a frame an exhibit; gives its identifier and whether it is new."""
        original = self._stores.blobs.put(frame.png)
        known = self._frame(case_id, clip_id, original)
        if known is not None:
            return known, False
        photo = decode_photo(frame.png, name=f"frame at {frame.timecode} s")
        print_: Fingerprint = fingerprint(photo)
        exhibit_id, new = self._numbered(
            case_id,
            lambda exhibit_id: entries.frame_taken(
                actor.person_id,
                exhibit=exhibit_id,
                parent=clip_id,
                parent_original=clip,
                original=original,
                frame=frame,
                width=photo.width,
                height=photo.height,
                fingerprint=plain(print_),
            ),
            lambda: self._frame(case_id, clip_id, original),
        )
        if new:
            self._copies.propose(actor, case_id, exhibit_id, photo, print_, clip=clip_id)
        return exhibit_id, new

    def grab_frame(
        self, actor: Actor, case_id: str, clip_exhibit_id: str, *, seconds: float | Fraction
    ) -> str:
        """Take the frame that is shown at a given second of a clip; gives the new exhibit."""
        why = rules.missing_role(actor, Role.INVESTIGATOR) and rules.missing_role(
            actor, Role.REVIEWER
        )
        if why is not None:
            raise self._stores.refuse(case_id, actor, verb="take a frame", why=why)
        clip = self._exhibits.one(case_id, clip_exhibit_id).summary
        if clip.media != "clip":
            raise BadRequest(f"{clip_exhibit_id} is a photo; only clips have frames.")
        sha256 = checked_sha256(clip.sha256)
        with self._stores.blobs.local_path(sha256) as path:
            frame = grab_frame(path, seconds=seconds)
        exhibit_id, _new = self._take_frame(actor, case_id, clip_exhibit_id, clip.sha256, frame)
        return exhibit_id

    def _numbered(
        self, case_id: str, draft: Callable[[str], Draft], known: Callable[[], str | None]
    ) -> tuple[str, bool]:
        """Record an exhibit under the next free number; gives its identifier and whether it is new.

        `known` says which exhibit it is already. It is asked at the moment of recording, since the
        same files may be taken in twice at once: an upload that was stopped finishes its photo.
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

    def _record_refusal(
        self, actor: Actor, case_id: str, refusal: Refusal, original: Sha256 | None
    ) -> None:
        self._stores.append(
            case_id,
            entries.exhibit_refused(
                actor.person_id,
                file_name=refusal.name,
                original=original,
                reason=refusal.reason,
            ),
        )


def together(reports: Iterable[IntakeReport]) -> IntakeReport:
    """What became of an upload, from what became of its pieces."""
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
    """What a clip's container says of itself."""
    said = {fact.name: fact.value for fact in clip.facts}
    return EmbeddedFacts(
        facts=clip.facts, captured_at=said.get("creation_time"), problems=clip.problems
    )
