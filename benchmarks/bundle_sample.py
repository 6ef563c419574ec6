"""A small synthetic case with everything a bundle can contain, for tests and benchmarks.

The ledger, the blobs, the keys and the signatures are real; only the content of the case is made
up. Keys, salts and times differ at each run, so no bytes are ever compared across runs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from evidence_store.blobs.store import BlobStore
from evidence_store.bundle.layout import (
    BundleContents,
    PayloadFile,
    RequiredSigner,
    Role,
    Signer,
    Software,
    content_path,
)
from evidence_store.bundle.seal import SealedBundle, seal
from evidence_store.bundle.signers import checkpoint_line
from evidence_store.keys.keys import KeyFolder
from evidence_store.ledger.ledger import Ledger
from evidence_store.types import Draft

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from evidence_store.types import Sha256

CUSTODIAN = "person-cust0"
REVIEWER = "person-rev1"
LOG = "case-sample"
ORIGIN = "nameplate.example/sample"
ACCOUNT = "@field_observer_77"
PLACE = "Hadrut, northern approach, house 14"
WITNESS = "Witness One"
SERIAL = "CMX15D-0836"
START = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """One original of the sample, as received."""

    exhibit: str
    data: bytes
    suffix: str = "jpg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The store of the sample case, and the contents of a bundle of it."""

    root: Path
    ledger: Ledger
    blobs: BlobStore
    keys: KeyFolder
    contents: BundleContents
    allowed_signers: Path

    def signer(self, role: Role, person: str) -> Signer:
        """Return a signer whose key is in the sample's key folder."""

        def sign(message: bytes, namespace: str) -> str:
            return self.keys.sign(person, message, namespace=namespace)

        return Signer(role=role, person=person, sign=sign)

    def signers(self) -> tuple[Signer, ...]:
        """Return the custodian and the reviewer."""
        return self.signer(Role.CUSTODIAN, CUSTODIAN), self.signer(Role.REVIEWER, REVIEWER)

    def seal(
        self,
        destination: Path,
        *,
        signers: Sequence[Signer] | None = None,
        at: datetime = START + timedelta(hours=2),
    ) -> SealedBundle:
        """Seal the sample case, by default some time after its last entry."""
        return seal(
            self.contents,
            ledger=self.ledger,
            blobs=self.blobs,
            destination=destination,
            signers=self.signers() if signers is None else signers,
            clock=lambda: at,
        )


class _Clock:
    """A clock that advances one second at each call, so that a sample needs no waiting."""

    def __init__(self) -> None:
        self._at = START

    def __call__(self) -> datetime:
        self._at += timedelta(seconds=1)
        return self._at


def make_sample(root: Path, photos: Sequence[Photo] | None = None) -> Sample:
    """Build the store of a synthetic case in a folder."""
    keys = KeyFolder(root / "keys", clock=lambda: START)
    for person in (CUSTODIAN, REVIEWER, "nameplate-log"):
        keys.create(person)
    ledger = Ledger(
        f"sqlite:///{root / 'ledger.sqlite'}",
        clock=_Clock(),
        origin=ORIGIN,
        signer=keys.note_signer("nameplate-log"),
    )
    blobs = BlobStore(root / "blobs")
    ledger.create_log(LOG)
    payload = _record_case(ledger, blobs, photos if photos is not None else sample_photos())
    return Sample(
        root=root,
        ledger=ledger,
        blobs=blobs,
        keys=keys,
        contents=_contents(payload),
        allowed_signers=_write_allowed(root, keys),
    )


def sample_photos() -> tuple[Photo, ...]:
    """Three stand-ins for photos: no pictures, but bytes of different lengths."""
    return tuple(
        Photo(exhibit=f"EX-{number:04}", data=bytes(range(256)) * number + b"synthetic\xff\xd9")
        for number in (1, 2, 3)
    )


def _record_case(
    ledger: Ledger, blobs: BlobStore, photos: Sequence[Photo]
) -> tuple[PayloadFile, ...]:
    ledger.append(LOG, Draft(kind="case-opened", actor=CUSTODIAN, body={"policy": "two_people"}))
    payload: list[PayloadFile] = []
    for photo in photos:
        original = blobs.put(photo.data)
        intake = ledger.append(LOG, _intake(photo, original))[0].sequence
        reading = json.dumps({"exhibit": photo.exhibit, "glyphs": _glyphs()}).encode()
        read = ledger.append(LOG, _reading(photo, blobs.put(reading)))[0].sequence
        payload.extend(_files(photo, original, intake, reading, read))
    ledger.append(LOG, _review("confirmed", "The last digit is clear in the second look."))
    ledger.append(LOG, _review("unsure", f"{WITNESS} could not make out the third digit."))
    payload.append(
        PayloadFile(
            path="reviews/decisions.json",
            source=json.dumps([{"judgement": "confirmed"}, {"judgement": "unsure"}]).encode(),
            media_type="application/json",
            title="Decisions and dissent",
        )
    )
    return tuple(payload)


def _intake(photo: Photo, original: Sha256) -> Draft:
    return Draft(
        kind="intake",
        actor=CUSTODIAN,
        body={"exhibit": photo.exhibit, "bytes": len(photo.data)},
        private={
            "original_blob": original,
            "source_account": ACCOUNT,
            "claimed_place": PLACE,
            "file_name": f"{photo.exhibit}.jpg",
        },
        kept={"original_blob": "blob"},
    )


def _reading(photo: Photo, reading: Sha256) -> Draft:
    return Draft(
        kind="reading",
        actor="nameplate",
        body={"exhibit": photo.exhibit, "engine": "scripted"},
        private={"reading_blob": reading, "serial": SERIAL},
        kept={"reading_blob": "blob"},
    )


def _review(judgement: str, reason: str) -> Draft:
    return Draft(
        kind="review",
        actor=REVIEWER,
        body={"exhibit": "EX-0001", "field": "serial", "judgement": judgement},
        private={"text": SERIAL, "reason": reason},
    )


def _glyphs() -> list[dict[str, object]]:
    return [{"options": [{"char": char, "probability": 0.9}]} for char in SERIAL]


def _files(
    photo: Photo, original: Sha256, intake: int, reading: bytes, read: int
) -> tuple[PayloadFile, ...]:
    path = content_path("originals", original, photo.suffix)
    return (
        PayloadFile(
            path=path,
            source=original,
            media_type="image/jpeg",
            title=f"{photo.exhibit}, as it arrived",
            about=(photo.exhibit,),
            recorded_in=intake,
        ),
        PayloadFile(
            path=f"readings/{photo.exhibit}.json",
            source=reading,
            media_type="application/json",
            title=f"Machine reading of {photo.exhibit}",
            about=(photo.exhibit,),
            derived_from=(path,),
            made_by="Read by a scripted engine.",
            recorded_in=read,
        ),
    )


def _contents(payload: tuple[PayloadFile, ...]) -> BundleContents:
    return BundleContents(
        title="Sample case",
        log=LOG,
        payload=payload,
        required_signers=(
            RequiredSigner(role=Role.CUSTODIAN, person=CUSTODIAN),
            RequiredSigner(role=Role.REVIEWER, person=REVIEWER),
        ),
        notes=("Everything in this case is synthetic.",),
        software=(Software(name="scripted-engine", version="1"),),
        synthetic=True,
    )


def _write_allowed(root: Path, keys: KeyFolder) -> Path:
    namespaces = {CUSTODIAN: [Role.CUSTODIAN.namespace], REVIEWER: [Role.REVIEWER.namespace]}
    log_key = checkpoint_line(ORIGIN, keys.public("nameplate-log").line)
    path = root / "allowed_signers"
    path.write_text(keys.allowed_signers_text(namespaces) + log_key + "\n", encoding="ascii")
    return path
