"""Redaction of a whole case as the workbench records and seals it, through the real entries."""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from evidence_store.bundle.hashing import sha256_bytes
from evidence_store.bundle.layout import RequiredSigner, Role, Signer
from evidence_store.bundle.redact import redact
from evidence_store.bundle.redaction_plan import ExhibitChoice, FieldChoice, RedactionPlan
from evidence_store.bundle.verify import verify
from tests.unit.workbench.drawn import LINES, plate_jpeg
from workbench.settings import Settings
from workbench.types import Claims, Judgement, Policy, Upload
from workbench.types import Role as Duty
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = "@finder_of_things"
PLACE = "Hadrut, house 14"
NAME = "Witness One"


def tagged(seed: int) -> bytes:
    """A drawn plate with a place and an author in its metadata."""
    picture = Image.open(io.BytesIO(plate_jpeg(seed=seed)))
    exif = Image.Exif()
    exif[0x013B] = NAME
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (39.0, 31.0, 12.75), "E", (46.0, 49.0, 8.5)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=90)
    return out.getvalue()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbench:
    script = [{"text": text, "confidence": 0.97, "box": box} for text, box in LINES]
    (tmp_path / "script.json").write_text(json.dumps(script))
    monkeypatch.setenv("NAMEPLATE_SCRIPT", str(tmp_path / "script.json"))
    return Workbench.open(Settings.for_store(tmp_path / "store", readers=("scripted",)))


def test_nothing_withheld_is_left_of_a_real_case(bench: Workbench, tmp_path: Path) -> None:
    person = bench.people.enrol("Investigator one", (Duty.INVESTIGATOR, Duty.REVIEWER))
    actor = bench.people.sign_in(person.person_id)
    case = bench.cases.open_case(actor, title="A turret", policy=Policy.SOLO).case_id
    source = Claims(
        source_account=ACCOUNT,
        source_url=f"https://example.invalid/{ACCOUNT}/status/1",
        claimed_place=PLACE,
        note=f"{NAME} took it.",
    )
    photos = [tagged(1), tagged(2)]
    bench.intake.take_in(actor, case, [Upload(name="one.jpg", data=photos[0])], source)
    bench.intake.take_in(actor, case, [Upload(name="two.jpg", data=photos[1])], Claims())
    bench.reading.read_pending(actor, case)
    bench.review.judge_field(
        actor,
        case,
        exhibit_id="EX-0001",
        region_id="R1",
        field="serial",
        judgement=Judgement.CONFIRMED,
        seen=bench.stores.ledger.size(case),
        reason=f"{NAME} confirmed it by telephone.",
    )
    sealed = bench.exports.folder_path(case, bench.exports.seal(actor, case).sequence)
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(bench.people.allowed_signers_text())

    def sign(message: bytes, namespace: str) -> str:
        return bench.stores.keys.sign(actor.person_id, message, namespace=namespace)

    plan = RedactionPlan(
        required_signers=(RequiredSigner(role=Role.CUSTODIAN, person=actor.person_id),),
        fields=tuple(FieldChoice(name=n) for n in ("source_account", "claimed_place", "embedded")),
        exhibits=(ExhibitChoice(exhibit="EX-0002"),),
        values=(NAME,),
        harmless=("one-witness",),  # the name of a rule of reading
    )
    public = redact(
        sealed,
        plan,
        destination=tmp_path / "public",
        signers=[Signer(role=Role.CUSTODIAN, person=actor.person_id, sign=sign)],
        allowed_signers=allowed,
    ).path
    bench.close()

    report = verify(public, allowed_signers=allowed, sealed=sealed)
    assert report.withheld is not None
    fields = {name for _, name in report.withheld.fields}
    assert {"source_account", "source_url", "claimed_place", "embedded", "note", "reason"} <= fields
    everything = {p: p.read_bytes() for p in public.rglob("*") if p.is_file()}
    hidden = [ACCOUNT, PLACE, NAME, "two.jpg", sha256_bytes(photos[1]), "39.5202", "46.8190"]
    for path, data in everything.items():
        for value in hidden:
            assert value.encode() not in data, f"{value} in {path}"
            assert base64.b64encode(value.encode())[:-4] not in data or len(value) < 9
        assert photos[1][:600] not in data
        assert b"GPS" not in data or path.name == "entries.jsonl"
    assert b"CMX15D-0836" in b"".join(everything.values())
