"""Publication and timestamps: what can be done with a sealed bundle.

A public bundle is made from a sealed one, never from the case itself, so that the two can be
compared.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageFilter

from evidence_store.blobs.store import sha256_of
from evidence_store.bundle.description import parse_description
from evidence_store.bundle.layout import (
    DESCRIPTION,
    PayloadFile,
    RequiredSigner,
    content_path,
)
from evidence_store.bundle.layout import Role as SigningRole
from evidence_store.bundle.leaks import Scanner
from evidence_store.bundle.redact import redact
from evidence_store.bundle.redact_fields import FieldChoices, choose_fields
from evidence_store.bundle.redaction_plan import ExhibitChoice, FieldChoice, RedactionPlan
from evidence_store.bundle.sealed_log import SealedLog
from evidence_store.bundle.stamps import attach_answer, keep_request, stamp_bundle
from evidence_store.bundle.timestamp import AuthorityUnavailable
from workbench import events
from workbench.errors import BadRequest, NotFound
from workbench.export.bundle_folder import BundleFolder
from workbench.export.case_file import report_of
from workbench.export.contents import contents_of
from workbench.export.software import software
from workbench.export.tabulate import tables_of
from workbench.publication.public_report import PublicEdition
from workbench.report.build import build_report
from workbench.report.types import Picture
from workbench.rules.disclosure import standing, texts_to_look_for
from workbench.tables.exposures import showing
from workbench.typed_text import check_typed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from evidence_store.bundle.redact_fields import HeldBack
    from evidence_store.types import Checkpoint
    from workbench.cases.images import Images
    from workbench.export.contents import Contents
    from workbench.export.export import Exports
    from workbench.people.people import People
    from workbench.report.types import ReportCase
    from workbench.state import CaseState, StateLoader
    from workbench.stores.stores import Stores
    from workbench.types import Actor, SealedView

BLURRED_TO = 24
"""The longer side of a blurred photo in pixels before it is enlarged again; no letter survives."""
SHOWN_AT = 480


class Verdict(StrEnum):
    """What a publisher decides about words that nearly match what is withheld."""

    RELEASED = "released"
    WITHHELD = "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The decision on one near hit, identified by its words."""

    words: str
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Withholding:
    """What a public bundle leaves out."""

    fields: tuple[FieldChoice, ...] = ()
    """Private fields by name: everywhere, in one exhibit, or in one entry."""
    exhibits: tuple[str, ...] = ()
    """Exhibits that are not shown at all."""
    blurred: tuple[str, ...] = ()
    """Exhibits that are shown as a blurred photo."""
    values: tuple[str, ...] = ()
    """Words that must appear nowhere, for example a name."""
    harmless: tuple[str, ...] = ()
    """Words of withheld fields that reveal nothing."""
    released: tuple[FieldChoice, ...] = ()
    """Fields released on purpose, though the rule of disclosure withholds them."""
    released_copies: tuple[str, ...] = ()
    """Exhibits shown on purpose, though they show the same as a withheld one."""
    answers: tuple[Answer, ...] = ()
    """The decisions on near hits."""
    title: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicView:
    """A public bundle that was made."""

    sequence: int
    folder: str
    came_from: str
    tagmanifest_sha256: str


class Publication:
    """Makes public bundles, and has sealed bundles timestamped."""

    def __init__(
        self, stores: Stores, people: People, exports: Exports, states: StateLoader, images: Images
    ) -> None:
        self._stores = stores
        self._people = people
        self._exports = exports
        self._states = states
        self._images = images
        self._bundles = BundleFolder(stores)

    def publish(
        self, actor: Actor, case_id: str, sequence: int, withholding: Withholding
    ) -> PublicView:
        """Make a public bundle from a sealed one, with a report and tables of what is left.

        What the rule of disclosure withholds is withheld unless it is in `released`; an exhibit
        that shows the same as a withheld or blurred one is withheld or blurred with it. Raises
        NotFound, NotAllowed, BadRequest if the case has changed since it was sealed, and the
        store's errors: `RedactionRefused` names each place where a value would remain,
        `AnswersMissing` each near hit that is not in `answers`. Then nothing is written.
        """
        self._stores.admit(actor, case_id, "bundle.published", verb="publish a bundle")
        check_typed(title=withholding.title)
        for reason in withholding.reasons:
            check_typed(reason=reason)
        self._exports.require_clock(actor)
        view = self._sealed(case_id, sequence)
        top = self._bundles.path / view.folder
        checkpoint = self._checkpoint(case_id, view)
        description = parse_description((top / DESCRIPTION).read_bytes())
        store = self._states.store()
        state = self._states.case(case_id, store, size=checkpoint.size)
        plan = self._plan(actor, state, withholding)
        held = choose_fields(SealedLog(top), description, plan, top)
        hidden = {choice.exhibit for choice in plan.exhibits}
        made = contents_of(state, store, self._images, without=hidden)
        case = report_of(
            state,
            store,
            checkpoint,
            made,
            keys=self._people.keys(),
            software=software(),
            signers=plan.required_signers,
        )
        payload = (
            *_report(state, case, plan, held),
            *_tables(state, made, hidden, held),
        )
        with tempfile.NamedTemporaryFile("w", suffix=".allowed_signers") as signers:
            signers.write(self._people.allowed_signers_text())
            signers.flush()
            public = redact(
                top,
                replace(plan, payload=payload),
                destination=self._bundles.free(f"{view.folder}-public"),
                signers=[self._bundles.signer(actor, SigningRole.CUSTODIAN)],
                allowed_signers=Path(signers.name),
                clock=self._stores.clock,
            )
        self._exports.require_sound(public.path)
        entry = self._stores.append(
            case_id,
            events.BundlePublished(
                bundle=public.path.name,
                came_from=view.folder,
                tagmanifest_sha256=public.tagmanifest_sha256,
                withheld_fields=len(held.fields),
                withheld_exhibits=tuple(choice.exhibit for choice in plan.exhibits),
                answers=tuple((one.words, one.verdict.value) for one in withholding.answers),
                released=(
                    *(
                        f"{one.name}@{one.exhibit or one.sequence or ''}"
                        for one in withholding.released
                    ),
                    *withholding.released_copies,
                ),
            ).draft(actor.person_id),
        )[0]
        self._bundles.pack(public.path.name)
        return PublicView(
            sequence=entry.sequence,
            folder=public.path.name,
            came_from=view.folder,
            tagmanifest_sha256=public.tagmanifest_sha256,
        )

    def published(self, case_id: str) -> tuple[PublicView, ...]:
        """Public bundles of a case, the latest first."""
        sealed = self._exports.sealed(case_id)
        if not sealed:
            return ()
        first = min(view.sequence for view in sealed)
        made = [
            PublicView(
                sequence=entry.sequence,
                folder=str(entry.body["bundle"]),
                came_from=str(entry.body["from"]),
                tagmanifest_sha256=str(entry.body["tagmanifest_sha256"]),
            )
            for entry in self._stores.ledger.entries(case_id, after=first)
            if entry.kind == "bundle.published"
        ]
        return tuple(reversed(made))

    def folder_path(self, case_id: str, sequence: int) -> Path:
        """The folder of a public bundle."""
        for view in self.published(case_id):
            if view.sequence == sequence:
                return self._bundles.path / view.folder
        raise NotFound(
            f"This case has no public bundle made in entry {sequence}.", kind="public bundle"
        )

    def stamp(
        self, actor: Actor, case_id: str, sequence: int, urls: Sequence[str]
    ) -> tuple[str, ...]:
        """Have a sealed bundle timestamped by outside authorities, one after the other.

        Raises `AuthorityUnavailable` if one does not answer; the request to it is then stored in
        the bundle, and its answer can be attached later.
        """
        top = self._stampable(actor, case_id, sequence)
        stamped: list[str] = []
        for url in urls:
            try:
                stamped.extend(stamp_bundle(top, [url]))
            except AuthorityUnavailable:
                self._record_stamp(actor, case_id, top, authority=url, answered=False)
                raise
            self._record_stamp(actor, case_id, top, authority=url, answered=True)
        return tuple(stamped)

    def request_stamp(self, actor: Actor, case_id: str, sequence: int) -> Path:
        """Store a timestamp request in a sealed bundle; returns the file to send."""
        top = self._stampable(actor, case_id, sequence)
        path = top / keep_request(top)
        self._record_stamp(actor, case_id, top, authority="", answered=False)
        return path

    def attach_stamp(self, actor: Actor, case_id: str, sequence: int, answer: bytes) -> str:
        """Attach an authority's answer to the request that is stored in a sealed bundle."""
        top = self._stampable(actor, case_id, sequence)
        path = attach_answer(top, answer)
        self._record_stamp(actor, case_id, top, authority="", answered=True)
        return path

    # --- parts ---------------------------------------------------------------------------

    def _stampable(self, actor: Actor, case_id: str, sequence: int) -> Path:
        self._stores.admit(actor, case_id, "bundle.stamped", verb="timestamp a bundle")
        return self._bundles.path / self._sealed(case_id, sequence).folder

    def _record_stamp(
        self, actor: Actor, case_id: str, top: Path, *, authority: str, answered: bool
    ) -> None:
        draft = events.BundleStamped(bundle=top.name, authority=authority, answered=answered).draft(
            actor.person_id
        )
        self._stores.append(case_id, draft)
        self._bundles.pack(top.name)

    def _sealed(self, case_id: str, sequence: int) -> SealedView:
        for view in self._exports.sealed(case_id):
            if view.sequence == sequence:
                return view
        raise NotFound(f"This case has no bundle sealed in entry {sequence}.", kind="bundle")

    def _checkpoint(self, case_id: str, view: SealedView) -> Checkpoint:
        """The checkpoint of a sealed bundle, if the case is still as it was then."""
        later = self._stores.ledger.entries(case_id, after=view.entries - 1)
        if any(not entry.kind.startswith(("bundle.", "refused")) for entry in later):
            raise BadRequest(
                "The case has changed since this bundle was sealed. Seal it again, then publish."
            )
        for checkpoint in self._stores.ledger.checkpoints(case_id):
            if checkpoint.size == view.entries:
                return checkpoint
        raise NotFound(f"The checkpoint of {view.folder} is no longer in the store.")

    def _plan(self, actor: Actor, state: CaseState, withholding: Withholding) -> RedactionPlan:
        withholding = _with_copies(state, withholding)
        return RedactionPlan(
            required_signers=(
                RequiredSigner(
                    role=SigningRole.CUSTODIAN,
                    person=actor.person_id,
                    key_held=self._bundles.key_held(actor.person_id),
                ),
            ),
            fields=(*map(_as_ruled, withholding.fields), *_by_rule(state, withholding)),
            exhibits=(
                *(ExhibitChoice(exhibit=exhibit) for exhibit in withholding.exhibits),
                *(self._blurred(state, exhibit) for exhibit in withholding.blurred),
            ),
            values=(*withholding.values, *_answered(withholding, Verdict.WITHHELD)),
            harmless=(*withholding.harmless, *_answered(withholding, Verdict.RELEASED)),
            title=withholding.title,
            reasons=withholding.reasons,
        )

    def shows_the_same(self, case_id: str, exhibits: Iterable[str]) -> tuple[str, ...]:
        """Exhibits that show what one of these shows: copies, a clip and its stills."""
        wanted = set(exhibits)
        if not wanted:
            return ()
        with self._stores.projection.read(case_id) as connection:
            shown = [row.exhibit_id for row in showing(connection, case_id, wanted)]
        return tuple(name for name in shown if name not in wanted)

    def _blurred(self, state: CaseState, exhibit: str) -> ExhibitChoice:
        sha256 = state.record(exhibit).sha256
        data = blurred_png(self._images.upright_png(sha256, longest=SHOWN_AT))
        stand_in = PayloadFile(
            path=content_path("derived", sha256_of(data), "png"),
            source=data,
            media_type="image/png",
            title=f"{exhibit}, blurred",
            about=(exhibit,),
            made_by=f"Reduced to {BLURRED_TO} pixels on its longer side, then enlarged again.",
        )
        return ExhibitChoice(exhibit=exhibit, replacement=stand_in)


def _report(
    state: CaseState, case: ReportCase, plan: RedactionPlan, held: HeldBack
) -> Iterator[PayloadFile]:
    """The report of a case, without what is withheld."""
    edition = PublicEdition(
        held,
        state.entries,
        hidden={choice.exhibit: _picture(choice) for choice in plan.exhibits},
        reasons=plan.reasons,
        title=plan.title,
    )
    report = build_report(edition.of(case))
    yield PayloadFile(
        path="report.pdf",
        source=report.pdf,
        media_type="application/pdf",
        title="The public edition of the case file, for reading and printing",
    )
    yield PayloadFile(
        path="report.html",
        source=report.html,
        media_type="text/html",
        title="The public edition of the case file, for reading on a screen",
    )


def _tables(
    state: CaseState, made: Contents, hidden: Collection[str], held: HeldBack
) -> Iterator[PayloadFile]:
    """Tables of the exhibits that are left, unless something withheld is still in them.

    If nothing of an exhibit is withheld, the sealed bundle's own tables are carried over.
    """
    left = [exhibit_id for exhibit_id in state.exhibits if exhibit_id not in hidden]
    if not hidden or not left:
        return
    scanner = Scanner(held.secrets)
    for file in tables_of(left, made.readings, made.judgements):
        # The schemas are carried over with the sealed bundle's files.
        if not file.path.startswith("tables/") or not isinstance(file.source, bytes):
            continue
        if not any(not leak.is_near for leak in scanner.in_bytes(file.source, where="")):
            yield file


def _by_rule(state: CaseState, withholding: Withholding) -> Iterator[FieldChoice]:
    """The fields that the rule of disclosure withholds, except those released on purpose."""
    _refuse_unknown(withholding.released)
    released = FieldChoices(withholding.released)
    for entry in state.entries:
        for name, value in entry.private.items():
            rule = standing(entry.kind, name)
            if rule.is_public or not value or released.fitting(entry, name):
                continue
            yield FieldChoice(
                name=name,
                sequence=entry.sequence,
                strict=False,
                texts=texts_to_look_for(name, value) if rule.is_searched else (),
            )


def _with_copies(state: CaseState, withholding: Withholding) -> Withholding:
    """Withhold or blur what shows the same as something withheld or blurred."""
    kept = {*withholding.released_copies, *withholding.exhibits}
    hidden = [name for name in _kin(state, withholding.exhibits) if name not in kept]
    kept.update(hidden, withholding.blurred)
    blurred = [name for name in _kin(state, withholding.blurred) if name not in kept]
    clips = {one.exhibit_id for one in state.exhibits.values() if one.media == "clip"}
    # A clip cannot be blurred.
    hidden.extend(name for name in (*withholding.blurred, *blurred) if name in clips)
    return replace(
        withholding,
        exhibits=tuple(dict.fromkeys((*withholding.exhibits, *hidden))),
        blurred=tuple(
            name
            for name in dict.fromkeys((*withholding.blurred, *blurred))
            if name not in clips and name not in {*withholding.exhibits, *hidden}
        ),
    )


def _kin(state: CaseState, exhibits: Iterable[str]) -> tuple[str, ...]:
    """Exhibits that share an exposure with one of these, in order, without these."""
    wanted = set(exhibits)
    return tuple(name for name in state.showing(wanted) if name not in wanted)


def withheld_by_rule() -> frozenset[str]:
    """The names of the private fields that the rule of disclosure withholds in any kind of entry.

    They come from the marks of the fields themselves, so that no field is left out by oversight.
    """
    private = (
        (kind.name, path.partition(".")[0])
        for kind in events.KINDS.values()
        for path, mark in kind.fields.items()
        if not mark.is_open
    )
    return frozenset(name for kind, name in private if not standing(kind, name).is_public)


def _refuse_unknown(released: Iterable[FieldChoice]) -> None:
    """Raise BadRequest for released fields that the rule of disclosure does not withhold."""
    withheld = withheld_by_rule()
    for choice in released:
        if choice.name not in withheld:
            raise BadRequest(
                f"The field {choice.name!r} is not withheld by rule; these are: "
                f"{', '.join(sorted(withheld))}."
            )


def _as_ruled(choice: FieldChoice) -> FieldChoice:
    """Let the rule of disclosure decide which of a file's embedded facts are searched for."""
    return replace(choice, texts=()) if choice.name == "embedded" else choice


def _answered(withholding: Withholding, verdict: Verdict) -> Iterator[str]:
    return (one.words for one in withholding.answers if one.verdict is verdict)


def blurred_png(photo: bytes) -> bytes:
    """Reduce a photo until nothing in it can be read, then enlarge it again for display."""
    image = Image.open(io.BytesIO(photo)).convert("RGB")
    size = image.size
    image.thumbnail((BLURRED_TO, BLURRED_TO), Image.Resampling.BOX)
    shown = image.resize(size, Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(4))
    out = io.BytesIO()
    shown.save(out, "PNG", optimize=True)
    return out.getvalue()


def _picture(choice: ExhibitChoice) -> Picture | None:
    if choice.replacement is None or not isinstance(choice.replacement.source, bytes):
        return None
    with Image.open(io.BytesIO(choice.replacement.source)) as image:
        return Picture(
            data=choice.replacement.source,
            media="image/png",
            width=image.width,
            height=image.height,
        )
