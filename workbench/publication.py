"""Publication and timestamps: what becomes of a sealed bundle after it was sealed.

A public bundle is made from a sealed one, never from the case itself, so that the two can be
held against each other.
"""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image, ImageFilter

from evidence_store.blobs import sha256_of
from evidence_store.bundle.archive import zip_bundle
from evidence_store.bundle.description import parse_description
from evidence_store.bundle.layout import (
    DESCRIPTION,
    KeyHeld,
    PayloadFile,
    RequiredSigner,
    Signer,
    content_path,
)
from evidence_store.bundle.layout import Role as SigningRole
from evidence_store.bundle.leaks import Scanner
from evidence_store.bundle.redact import ExhibitChoice, FieldChoice, RedactionPlan, redact
from evidence_store.bundle.redact_fields import choose_fields
from evidence_store.bundle.sealed_log import SealedLog
from evidence_store.bundle.stamps import attach_answer, keep_request, stamp_bundle
from evidence_store.timestamp import AuthorityUnavailable
from workbench import entries
from workbench import policy as rules
from workbench.case_file import gather, views
from workbench.errors import BadRequest, NotFound
from workbench.public_report import PublicEdition
from workbench.report.build import build_report
from workbench.report.types import Picture
from workbench.tabulate import tables_of
from workbench.types import Actor, Role, SealedView

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from evidence_store.bundle.redact_fields import HeldBack
    from evidence_store.types import Checkpoint
    from workbench.workbench import Workbench

BLURRED_TO = 24
"""Pixels that are left of the longer side of a blurred photo; no letter survives it."""
SHOWN_AT = 480


@dataclass(frozen=True, slots=True, kw_only=True)
class Withholding:
    """What a public bundle leaves out."""

    fields: tuple[FieldChoice, ...] = ()
    """Private fields by name: everywhere, of one exhibit, or of one entry."""
    exhibits: tuple[str, ...] = ()
    """Exhibits of which nothing is shown."""
    blurred: tuple[str, ...] = ()
    """Exhibits of which a blurred photo is shown."""
    values: tuple[str, ...] = ()
    """Words that must stand nowhere, for example a name."""
    harmless: tuple[str, ...] = ()
    """Words of withheld fields that give nothing away."""
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
    """Makes public bundles, and has sealed ones timestamped."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self._stores = workbench.stores
        self._folder = self._stores.settings.store / "bundles"

    def publish(
        self, actor: Actor, case_id: str, sequence: int, withholding: Withholding
    ) -> PublicView:
        """Make a public bundle from a sealed one, with a report and tables of what is left.

        Raises NotFound, NotAllowed, BadRequest if the case has gone on since it was sealed, and
        the store's errors: `RedactionRefused` names each place where a value would still stand.
        """
        self._only_custodians(actor, case_id, "publish a bundle")
        view = self._sealed(case_id, sequence)
        top = self._folder / view.folder
        checkpoint = self._checkpoint(case_id, view)
        description = parse_description((top / DESCRIPTION).read_bytes())
        with self._workbench.refolded() as anew:
            plan = self._plan(anew, actor, case_id, withholding)
            held = choose_fields(SealedLog(top), description, plan, top)
            payload = (
                *self._report(anew, case_id, checkpoint, plan, held),
                *self._tables(anew, case_id, plan, held),
            )
        with tempfile.NamedTemporaryFile("w", suffix=".allowed_signers") as signers:
            signers.write(self._workbench.people.allowed_signers_text())
            signers.flush()
            public = redact(
                top,
                replace(plan, payload=payload),
                destination=self._free(f"{view.folder}-public"),
                signers=[self._signer(actor)],
                allowed_signers=Path(signers.name),
                clock=self._stores.clock,
            )
        entry = self._stores.append(
            case_id,
            entries.bundle_published(
                actor.person_id,
                bundle=public.path.name,
                came_from=view.folder,
                tagmanifest=public.tagmanifest_sha256,
                fields=len(held.fields),
                exhibits=[choice.exhibit for choice in plan.exhibits],
            ),
        )[0]
        zip_bundle(public.path)
        return PublicView(
            sequence=entry.sequence,
            folder=public.path.name,
            came_from=view.folder,
            tagmanifest_sha256=public.tagmanifest_sha256,
        )

    def published(self, case_id: str) -> tuple[PublicView, ...]:
        """Public bundles of a case, the latest first."""
        sealed = self._workbench.exports.sealed(case_id)
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
                return self._folder / view.folder
        raise NotFound(
            f"No public bundle of this case was made in entry {sequence}.", kind="public bundle"
        )

    def stamp(
        self, actor: Actor, case_id: str, sequence: int, urls: Sequence[str]
    ) -> tuple[str, ...]:
        """Have a sealed bundle timestamped by outside authorities, one after the other.

        Raises `AuthorityUnavailable` where one does not answer; the request to it is then kept
        in the bundle, and its answer can be attached later.
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
        """Keep a request for a timestamp in a sealed bundle; gives the file to send."""
        top = self._stampable(actor, case_id, sequence)
        path = top / keep_request(top)
        self._record_stamp(actor, case_id, top, authority="", answered=False)
        return path

    def attach_stamp(self, actor: Actor, case_id: str, sequence: int, answer: bytes) -> str:
        """Attach an authority's answer to the request that a sealed bundle keeps."""
        top = self._stampable(actor, case_id, sequence)
        path = attach_answer(top, answer)
        self._record_stamp(actor, case_id, top, authority="", answered=True)
        return path

    # --- parts ---------------------------------------------------------------------------

    def _only_custodians(self, actor: Actor, case_id: str, verb: str) -> None:
        why = rules.missing_role(actor, Role.CUSTODIAN)
        if why is not None:
            raise self._stores.refuse(case_id, actor, verb=verb, why=why)

    def _stampable(self, actor: Actor, case_id: str, sequence: int) -> Path:
        self._only_custodians(actor, case_id, "timestamp a bundle")
        return self._folder / self._sealed(case_id, sequence).folder

    def _record_stamp(
        self, actor: Actor, case_id: str, top: Path, *, authority: str, answered: bool
    ) -> None:
        draft = entries.bundle_stamped(
            actor.person_id, bundle=top.name, authority=authority, answered=answered
        )
        self._stores.append(case_id, draft)
        top.with_name(f"{top.name}.zip").unlink(missing_ok=True)
        zip_bundle(top)

    def _sealed(self, case_id: str, sequence: int) -> SealedView:
        for view in self._workbench.exports.sealed(case_id):
            if view.sequence == sequence:
                return view
        raise NotFound(f"No bundle of this case was sealed in entry {sequence}.", kind="bundle")

    def _checkpoint(self, case_id: str, view: SealedView) -> Checkpoint:
        """The checkpoint of a sealed bundle, if the case is still as it was then."""
        later = self._stores.ledger.entries(case_id, after=view.entries - 1)
        if any(not entry.kind.startswith(("bundle.", "refused")) for entry in later):
            raise BadRequest(
                "The case has gone on since this bundle was sealed. Seal it again, then publish."
            )
        for checkpoint in self._stores.ledger.checkpoints(case_id):
            if checkpoint.size == view.entries:
                return checkpoint
        raise NotFound(f"The checkpoint of {view.folder} is no longer in the store.")

    def _plan(
        self, workbench: Workbench, actor: Actor, case_id: str, withholding: Withholding
    ) -> RedactionPlan:
        held_by = self._stores.keys.public(actor.person_id).held_by
        return RedactionPlan(
            required_signers=(
                RequiredSigner(
                    role=SigningRole.CUSTODIAN,
                    person=actor.person_id,
                    key_held=KeyHeld.OWN if held_by == "person" else KeyHeld.SERVER,
                ),
            ),
            fields=withholding.fields,
            exhibits=(
                *(ExhibitChoice(exhibit=exhibit) for exhibit in withholding.exhibits),
                *(_blurred(workbench, case_id, exhibit) for exhibit in withholding.blurred),
            ),
            values=withholding.values,
            harmless=withholding.harmless,
            title=withholding.title,
            reasons=withholding.reasons,
        )

    def _report(
        self,
        workbench: Workbench,
        case_id: str,
        checkpoint: Checkpoint,
        plan: RedactionPlan,
        held: HeldBack,
    ) -> Iterator[PayloadFile]:
        edition = PublicEdition(
            held,
            self._stores.ledger.entries(case_id, limit=checkpoint.size),
            hidden={choice.exhibit: _picture(choice) for choice in plan.exhibits},
            reasons=plan.reasons,
            title=plan.title,
        )
        report = build_report(
            edition.of(gather(workbench, case_id, checkpoint, plan.required_signers))
        )
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

    @staticmethod
    def _tables(
        workbench: Workbench, case_id: str, plan: RedactionPlan, held: HeldBack
    ) -> Iterator[PayloadFile]:
        """Tables of the exhibits that are left, unless something withheld stands in them.

        Where nothing of an exhibit is withheld, the sealed bundle's own tables are carried over.
        """
        hidden = {choice.exhibit for choice in plan.exhibits}
        if not hidden:
            return
        scanner = Scanner(held.secrets)
        left = [view for view in views(workbench, case_id) if view.summary.exhibit_id not in hidden]
        if not left:
            return
        for file in tables_of(left, ()):
            # The schemas are carried over with the sealed bundle's files.
            if not file.path.startswith("tables/") or not isinstance(file.source, bytes):
                continue
            if not scanner.in_bytes(file.source, where=""):
                yield file

    def _signer(self, actor: Actor) -> Signer:
        def sign(message: bytes, namespace: str) -> str:
            return self._stores.keys.sign(
                actor.person_id, message, namespace=namespace, passphrase=actor.passphrase
            )

        return Signer(role=SigningRole.CUSTODIAN, person=actor.person_id, sign=sign)

    def _free(self, name: str) -> Path:
        path = self._folder / name
        again = 2
        while path.exists():
            path = self._folder / f"{name}-{again}"
            again += 1
        return path


def _blurred(workbench: Workbench, case_id: str, exhibit: str) -> ExhibitChoice:
    data = blurred_png(workbench.exhibits.upright_png(case_id, exhibit, longest=SHOWN_AT))
    stand_in = PayloadFile(
        path=content_path("derived", sha256_of(data), "png"),
        source=data,
        media_type="image/png",
        title=f"{exhibit}, blurred",
        about=(exhibit,),
        made_by=f"Reduced to {BLURRED_TO} pixels on its longer side, and enlarged again.",
    )
    return ExhibitChoice(exhibit=exhibit, replacement=stand_in)


def blurred_png(photo: bytes) -> bytes:
    """Reduce a photo so far that nothing can be read in it, and enlarge it again for showing."""
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
