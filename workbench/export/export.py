"""Export: a case, up to its last entry, becomes a signed bundle that an outsider can check."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from evidence_store.bundle.errors import BundleRefused, BundleUnsound
from evidence_store.bundle.layout import (
    BundleContents,
    PayloadFile,
    RequiredSigner,
    Signer,
    Software,
)
from evidence_store.bundle.layout import Role as SigningRole
from evidence_store.bundle.seal import seal
from evidence_store.bundle.signing import add_signature
from evidence_store.bundle.verify import verify
from evidence_store.errors import ClockBehind, SignatureMalformed, StoreError
from evidence_store.keys.signing import parse_sshsig
from values.hashes import is_sha256
from workbench import events, tables
from workbench.errors import BadRequest, NotFound
from workbench.export.bundle_folder import BundleFolder
from workbench.export.case_file import counts, report_of, required_reviewers
from workbench.export.contents import contents_of
from workbench.export.payload import Suffixes, rules_file
from workbench.export.software import software
from workbench.export.tabulate import tables_of
from workbench.report.build import build_report
from workbench.rules import policy as rules
from workbench.types import SealedView

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Row

    from evidence_store.types import Checkpoint, Fault
    from workbench.cases.cases import Cases, OnStep
    from workbench.cases.images import Images
    from workbench.people.people import People
    from workbench.state import CaseState, StateLoader, StoreState
    from workbench.stores.stores import Stores
    from workbench.types import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyView:
    """The result of checking a bundle."""

    ok: bool
    faults: tuple[Fault, ...]
    checked: tuple[str, ...]
    """What was found valid, in sentences."""
    trust: str
    """Where the signers' keys came from; never from the bundle itself."""
    remarks: tuple[str, ...] = ()
    """What a reader must know besides "it verifies", a sentence each."""


class Exports:
    """Seals bundles, lets people sign them, and checks bundles from anywhere."""

    def __init__(
        self, stores: Stores, people: People, cases: Cases, states: StateLoader, images: Images
    ) -> None:
        self._stores = stores
        self._people = people
        self._cases = cases
        self._states = states
        self._images = images
        self._bundles = BundleFolder(stores)

    def seal(self, actor: Actor, case_id: str, *, on_step: OnStep | None = None) -> SealedView:
        """Seal the case as it is now; required reviewers can sign afterwards.

        Raises NotFound, NotAllowed, and the store's errors; then nothing is left behind.
        """
        self._cases.policy_of(case_id)
        self._stores.admit(actor, case_id, "bundle.sealed", verb="seal a bundle")
        self.require_clock(actor)
        step = on_step or (lambda _what, _done, _total: None)
        step("Signing a checkpoint of the log", 0, 4)
        checkpoint = self._stores.ledger.checkpoint(case_id)
        step("Typesetting the case file", 1, 4)
        contents = self._contents(actor, case_id, checkpoint)
        step("Copying and hashing", 2, 4)
        name = f"{case_id}-{checkpoint.size}"
        sealed = seal(
            contents,
            ledger=self._stores.ledger,
            blobs=self._stores.blobs,
            destination=self._bundles.free(name),
            signers=[
                self._bundles.signer(actor, signer.role)
                for signer in contents.required_signers
                if signer.person == actor.person_id
            ],
            clock=self._stores.clock,
        )
        self.require_sound(sealed.path)
        entry = self._stores.append(
            case_id,
            events.BundleSealed(
                bundle=sealed.path.name,
                entries=checkpoint.size,
                tagmanifest_sha256=sealed.tagmanifest_sha256,
                required_signers=tuple(
                    signer.signature_file for signer in contents.required_signers
                ),
            ).draft(actor.person_id),
        )[0]
        step("Packing", 3, 4)
        self._bundles.pack(sealed.path.name)
        step("", 4, 4)
        return self._one(case_id, entry.sequence)

    def sign(self, actor: Actor, case_id: str, sequence: int) -> SealedView:
        """Add this person's signature to a sealed bundle that requires it."""
        self._stores.admit(actor, case_id, "bundle.signed", verb="sign a bundle")
        view = self._one(case_id, sequence)
        wanted = {signer.person: signer.role for signer in self._required(case_id, view)}
        if actor.person_id not in wanted:
            raise self._stores.refuse(
                case_id,
                actor,
                verb="sign a bundle",
                why=f"{view.folder} does not require a signature by {actor.name}.",
            )
        self._check_began(view, actor.person_id)
        self._stores.ledger.require_clock(what="The signature must wait")
        path = self._bundles.path / view.folder
        role = wanted[actor.person_id]
        add_signature(path, self._bundles.signer(actor, role))
        self._stores.append(
            case_id, events.BundleSigned(bundle=view.folder, role=role.value).draft(actor.person_id)
        )
        self._bundles.pack(path.name)
        return view

    def attach_signature(
        self, actor: Actor, case_id: str, sequence: int, armour: str
    ) -> SealedView:
        """Add a signature that a required signer made on their own machine.

        `armour` is the .sig file that `python -m evidence_store sign` left in their copy of the
        bundle. It must be made with the key that this person has in use here, whoever hands it in.
        Raises BadRequest if it is not by a required signer who has yet to sign, NotFound, and the
        store's errors; the bundle is then unchanged.
        """
        view = self._one(case_id, sequence)
        self._stores.admit(actor, case_id, "bundle.signed", verb="sign a bundle")
        key = _key_of(armour)
        waiting = self.unsigned(case_id, sequence)
        for signer in self._required(case_id, view):
            if signer.person in waiting and self._stores.keys.public(signer.person).line == key:
                break
        else:
            raise BadRequest(
                f"The signature is by the key {key[:60]}…, which is not the key in use of anybody "
                f"who has yet to sign {view.folder}."
            )
        self._check_began(view, signer.person)
        self._stores.ledger.require_clock(what="The signature must wait")
        path = self._bundles.path / view.folder
        add_signature(
            path, Signer(role=signer.role, person=signer.person, sign=lambda _m, _n: armour)
        )
        self._stores.keys.note_signature(signer.person)
        self._stores.append(
            case_id,
            events.BundleSigned(
                bundle=view.folder,
                role=signer.role.value,
                brought_by=actor.person_id,
            ).draft(signer.person),
        )
        self._bundles.pack(path.name)
        return view

    def unsigned(self, case_id: str, sequence: int) -> tuple[str, ...]:
        """Identifiers of the required signers who have not signed a sealed bundle yet."""
        view = self._one(case_id, sequence)
        return tuple(
            signer.person
            for signer in self._required(case_id, view)
            if not (self._bundles.path / view.folder / signer.signature_file).exists()
        )

    def sealed(self, case_id: str) -> tuple[SealedView, ...]:
        """Bundles sealed from a case, the latest first."""
        self._cases.policy_of(case_id)
        with self._stores.projection.read(case_id) as connection:
            rows = connection.execute(
                select(tables.sealed)
                .where(tables.sealed.c.case_id == case_id)
                .order_by(tables.sealed.c.sequence.desc())
            ).all()
        names = self._people.names()
        return tuple(_sealed(row, names) for row in rows)

    def folder_path(self, case_id: str, sequence: int) -> Path:
        """The folder of a sealed bundle."""
        return self._bundles.path / self._one(case_id, sequence).folder

    def zip_bytes_path(self, case_id: str, sequence: int) -> Path:
        """The ZIP form of a sealed bundle, packed again if it is gone."""
        folder = self.folder_path(case_id, sequence)
        packed = folder.with_name(f"{folder.name}.zip")
        return packed if packed.exists() else self._bundles.pack(folder.name)

    def verify(
        self,
        path: Path,
        *,
        allowed_signers_text: str | None = None,
        tsa_roots: bytes | None = None,
        sealed: Path | None = None,
    ) -> VerifyView:
        """Check a bundle (a folder or a ZIP) with keys from outside it.

        Without `allowed_signers_text`, the people of this store are the trusted signers, which
        proves nothing about a bundle from elsewhere. `tsa_roots` are root certificates in PEM;
        `sealed` is the sealed bundle from which a public one must come.
        """
        given = allowed_signers_text is not None
        text = allowed_signers_text if given else self._people.allowed_signers_text()
        trust = "The allowed signers that you provided." if given else "The people of this store."
        with tempfile.TemporaryDirectory(prefix="nameplate-trust-") as folder:
            signers, roots = Path(folder) / "allowed_signers", Path(folder) / "roots.pem"
            signers.write_text(text or "", encoding="utf-8")
            if tsa_roots is not None:
                roots.write_bytes(tsa_roots)
            try:
                report = verify(
                    path,
                    allowed_signers=signers,
                    tsa_roots=None if tsa_roots is None else roots,
                    sealed=sealed,
                    now=self._stores.clock(),
                )
            except BundleRefused as refused:
                return VerifyView(ok=False, faults=refused.faults, checked=(), trust=trust)
        return VerifyView(
            ok=True,
            faults=(),
            checked=report.sentences(),
            remarks=report.remarks,
            trust=trust,
        )

    def require_clock(self, actor: Actor) -> None:
        """Refuse a seal while the clock is behind the last entry, or behind the key's beginning.

        Raises ClockBehind; KeyMissing if no key is in use.
        """
        self._stores.ledger.require_clock(what="Sealing must wait")
        began, now = self._stores.keys.public(actor.person_id).valid_after, self._stores.clock()
        if now < began:
            raise ClockBehind(
                f"Sealing must wait: the key of {actor.name} began at {began:%Y-%m-%d %H:%M:%S} "
                f"UTC, but the clock of this machine says {now:%Y-%m-%d %H:%M:%S} UTC.",
                remedy="Set the clock right; or, if it is right, create another key and seal then.",
            )

    def require_sound(self, path: Path) -> None:
        """Verify a bundle that was just made, before it counts as sealed; remove it if it fails.

        Signatures that are still to come are not faults. Raises BundleUnsound.
        """
        try:
            faults = self.verify(path).faults
            wrong = [one.message for one in faults if one.code != "signature-missing"]
        except StoreError as error:
            wrong = [error.message]
        if wrong:
            shutil.rmtree(path, ignore_errors=True)
            raise BundleUnsound(
                f"The bundle did not verify, so nothing was sealed. {wrong[0]}",
                remedy="Run the audit of the store, then seal again.",
            )

    # --- contents ------------------------------------------------------------------------

    def _contents(self, actor: Actor, case_id: str, checkpoint: Checkpoint) -> BundleContents:
        """The contents of the bundle, all from the log and the stored bytes, in one walk."""
        store = self._states.store()
        state = self._states.case(case_id, store, size=checkpoint.size)
        made = contents_of(state, store, self._images, suffixes=Suffixes(self._stores.blobs))
        signers = tuple(self._signers(actor, state, store))
        parts = software()
        report = build_report(
            report_of(
                state,
                store,
                checkpoint,
                made,
                keys=self._people.keys(),
                software=parts,
                signers=signers,
            )
        )
        return BundleContents(
            title=state.title,
            log=case_id,
            size=checkpoint.size,
            synthetic=state.synthetic,
            payload=(
                rules_file(self._stores.settings),
                *made.files,
                *tables_of(
                    tuple(state.exhibits),
                    made.readings,
                    (*made.judgements, *made.decisions),
                    state.traces,
                ),
                *events.table_files_of(state.entries),
                PayloadFile(
                    path="report.pdf",
                    source=report.pdf,
                    media_type="application/pdf",
                    title="The case file, for reading and printing",
                ),
                PayloadFile(
                    path="report.html",
                    source=report.html,
                    media_type="text/html",
                    title="The case file, for reading on a screen",
                ),
            ),
            required_signers=signers,
            notes=(rules.POLICY_WORDS[state.policy], counts(state.summary)),
            software=(
                *(Software(name=name, version=version) for name, version in parts),
                *(
                    Software(
                        name=f"{engine.name} (OCR engine)",
                        version=engine.version,
                        sha256=engine.weights_sha256 if is_sha256(engine.weights_sha256) else None,
                    )
                    for engine in made.engines
                ),
            ),
        )

    def _signers(
        self, actor: Actor, state: CaseState, store: StoreState
    ) -> Iterator[RequiredSigner]:
        """Who has to sign: the administrator, and every reviewer whose judgement stands."""
        yield RequiredSigner(
            role=SigningRole.CUSTODIAN,
            person=actor.person_id,
            key_held=self._bundles.key_held(actor.person_id),
            name=actor.name,
        )
        for person in required_reviewers(state):
            if person in store.names:
                yield RequiredSigner(
                    role=SigningRole.REVIEWER,
                    person=person,
                    key_held=self._bundles.key_held(person),
                    name=store.names[person],
                )

    # --- signing -------------------------------------------------------------------------

    def _check_began(self, view: SealedView, person: str) -> None:
        """Refuse a key that began after the sealing: a verifier would not accept it."""
        began = self._stores.keys.public(person).valid_after
        if began > view.at:
            raise BadRequest(
                f"The key began on {began:%Y-%m-%d %H:%M:%S} UTC, after {view.folder} was sealed: "
                "no verifier would accept it for that bundle. Seal the case again and sign that."
            )

    def _required(self, case_id: str, view: SealedView) -> Iterator[RequiredSigner]:
        with self._stores.projection.read(case_id) as connection:
            files = connection.execute(
                select(tables.sealed.c.required_signers).where(
                    tables.sealed.c.case_id == case_id,
                    tables.sealed.c.sequence == view.sequence,
                )
            ).scalar_one()
            by = connection.execute(
                select(tables.sealed.c.by).where(
                    tables.sealed.c.case_id == case_id,
                    tables.sealed.c.sequence == view.sequence,
                )
            ).scalar_one()
        for file in files:
            name = Path(file).stem
            role, _dash, person = name.partition("-")
            yield RequiredSigner(role=SigningRole(role), person=person or by)

    def _one(self, case_id: str, sequence: int) -> SealedView:
        for view in self.sealed(case_id):
            if view.sequence == sequence:
                return view
        raise NotFound(f"This case has no bundle sealed in entry {sequence}.", kind="bundle")


def _key_of(armour: str) -> str:
    try:
        return parse_sshsig(armour).public_key
    except SignatureMalformed as error:
        raise BadRequest(
            f"Not a signature file: {error.message} Use the .sig file as ssh-keygen wrote it."
        ) from error


def _sealed(row: Row[Any], names: Mapping[str, str]) -> SealedView:
    return SealedView(
        sequence=row.sequence,
        at=datetime.fromisoformat(row.at),
        by=names.get(row.by, row.by),
        folder=row.bundle,
        tagmanifest_sha256=row.tagmanifest_sha256,
        entries=row.entries,
    )
