"""Redaction of a bundle of real JPEG files whose metadata tells too much.

The last test looks for every withheld value in every byte of the public bundle with a search
of its own, not with the one that redaction itself uses.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import re
import urllib.parse
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from benchmarks.bundle_sample import (
    ACCOUNT,
    CUSTODIAN,
    LOG,
    PLACE,
    SERIAL,
    WITNESS,
    Photo,
    Sample,
    make_sample,
)
from evidence_store.bundle.errors import BundleExists, BundleRefused, RedactionRefused
from evidence_store.bundle.hashing import sha256_bytes
from evidence_store.bundle.layout import PayloadFile, RequiredSigner, Role, content_path
from evidence_store.bundle.redact import ExhibitChoice, FieldChoice, RedactionPlan, redact
from evidence_store.bundle.seal import SealedBundle
from evidence_store.bundle.verify import VerificationReport, verify

if TYPE_CHECKING:
    from pathlib import Path

LATITUDE = (39.0, 31.0, 12.75)


def jpeg(number: int) -> bytes:
    """A small photo with GPS, an author, a comment and a time in its metadata."""
    picture = Image.new("RGB", (64, 48), (40 * number, 90, 120))
    exif = Image.Exif()
    exif[0x013B] = WITNESS
    exif[0x0112] = 6
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", LATITUDE, "E", (46.0, 49.0, 8.5)
    gps[29] = "2020:10:19"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, comment=f"by {ACCOUNT}".encode(), quality=90)
    return out.getvalue()


def plan(**changes: object) -> RedactionPlan:
    base = RedactionPlan(
        required_signers=(RequiredSigner(role=Role.CUSTODIAN, person=CUSTODIAN),),
        fields=(FieldChoice(name="source_account"), FieldChoice(name="claimed_place")),
        exhibits=(ExhibitChoice(exhibit="EX-0003"),),
        values=(WITNESS,),
        reasons=("To protect a source.",),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    photos = [Photo(exhibit=f"EX-{n:04}", data=jpeg(n)) for n in (1, 2, 3)]
    made = make_sample(tmp_path_factory.mktemp("redaction-store"), photos)
    report = PayloadFile(path="report.html", source=f"<p>From {ACCOUNT}</p>".encode())
    table = PayloadFile(path="tables/names.csv", source=f"who\n{WITNESS}\n".encode())
    contents = replace(made.contents, payload=(*made.contents.payload, report, table))
    return replace(made, contents=contents)


@pytest.fixture(scope="module")
def sealed(case: Sample, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return case.seal(tmp_path_factory.mktemp("sealed") / "bundle").path


Make = Callable[..., SealedBundle]


@pytest.fixture(scope="module")
def make(case: Sample, sealed: Path) -> Make:
    def run(destination: Path, **changes: object) -> SealedBundle:
        return redact(
            sealed,
            plan(**changes),
            destination=destination,
            signers=case.signers()[:1],
            allowed_signers=case.allowed_signers,
        )

    return run


@pytest.fixture(scope="module")
def public(make: Make, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("public") / "bundle").path


def files_of(top: Path) -> dict[str, bytes]:
    return {str(p.relative_to(top)): p.read_bytes() for p in top.rglob("*") if p.is_file()}


def report_on(case: Sample, public: Path, sealed: Path | None = None) -> VerificationReport:
    return verify(public, allowed_signers=case.allowed_signers, sealed=sealed)


def test_a_public_bundle_verifies_and_hangs_on_the_sealed_one(
    case: Sample, public: Path, sealed: Path
) -> None:
    report = report_on(case, public, sealed)
    assert report.withheld is not None
    assert report.withheld.reasons == ("To protect a source.",)
    assert any("withheld" in remark for remark in report.remarks)
    assert (public / "data/ledger/entries.jsonl").read_bytes() == (
        sealed / "data/ledger/entries.jsonl"
    ).read_bytes()


def test_another_sealed_bundle_is_not_its_source(
    case: Sample, public: Path, tmp_path: Path
) -> None:
    other = replace(case, contents=replace(case.contents, notes=("Another export.",)))
    elsewhere = other.seal(tmp_path / "other").path
    with pytest.raises(BundleRefused) as refusal:
        report_on(case, public, elsewhere)
    assert {fault.code for fault in refusal.value.faults} == {"not-from-sealed"}


def test_what_is_not_withheld_still_opens(public: Path) -> None:
    disclosed = (public / "data/ledger/disclosures.jsonl").read_text()
    assert SERIAL in disclosed
    assert "EX-0001.jpg" in disclosed


def test_it_says_what_is_withheld(public: Path) -> None:
    withheld = json.loads((public / "data/bundle.json").read_bytes())["withheld"]
    names = {field["name"] for field in withheld["fields"]}
    assert {"source_account", "claimed_place", "reason", "original_blob", "file_name"} <= names
    assert withheld["exhibits"] == [{"exhibit": "EX-0003", "how": "full"}]
    assert {"data/report.html", "data/tables/names.csv"} <= set(withheld["files"])


def test_released_photos_keep_every_pixel_and_lose_their_metadata(
    case: Sample, public: Path
) -> None:
    pictures = sorted((public / "data/derived").iterdir())
    assert len(pictures) == 2
    for picture in pictures:
        with Image.open(picture) as clean:
            exif = clean.getexif()
            assert dict(exif) == {0x0112: 6}
            assert "comment" not in clean.info
            pixels = clean.tobytes()
        assert any(Image.open(io.BytesIO(jpeg(n))).tobytes() == pixels for n in (1, 2))


def test_a_blurred_photo_can_stand_in(make: Make, case: Sample, tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), (90, 90, 90)).save(out, "PNG")
    blurred = out.getvalue()
    stand_in = PayloadFile(
        path=content_path("derived", sha256_bytes(blurred), "png"),
        source=blurred,
        media_type="image/png",
        about=("EX-0003",),
        made_by="Blurred over 12 pixels.",
    )
    choice = ExhibitChoice(exhibit="EX-0003", replacement=stand_in)
    public = make(tmp_path / "public", exhibits=(choice,)).path
    report = report_on(case, public)
    assert report.withheld is not None
    assert report.withheld.exhibits == (("EX-0003", "replaced"),)
    assert (public / "data" / stand_in.path).read_bytes() == blurred


def test_one_entrys_field_alone_can_be_withheld(make: Make, case: Sample, tmp_path: Path) -> None:
    public = make(
        tmp_path / "public",
        fields=(FieldChoice(name="file_name", exhibit="EX-0002"),),
        exhibits=(),
        values=(),
    ).path
    report = report_on(case, public)
    assert report.withheld is not None
    assert [name for _, name in report.withheld.fields] == ["file_name"]


def test_a_disclosure_slipped_back_in_is_seen(case: Sample, public: Path, sealed: Path) -> None:
    from evidence_store.bundle.description import parse_description
    from evidence_store.bundle.record_check import RecordCheck

    description = parse_description((public / "data/bundle.json").read_bytes())
    check = RecordCheck(description)
    check.run(sealed)
    assert "disclosure-unexpected" in {fault.code for fault in check.faults}


def test_a_report_that_leaks_is_refused_and_nothing_is_left(make: Make, tmp_path: Path) -> None:
    leaky = PayloadFile(path="report.html", source=f"<p>{PLACE}</p>".encode("utf-16-le"))
    with pytest.raises(RedactionRefused) as refusal:
        make(tmp_path / "public", payload=(leaky,))
    assert PLACE not in refusal.value.diagnostics()
    assert "report.html" in refusal.value.diagnostics()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"fields": (FieldChoice(name="no_such_field"),)}, "no private field"),
        ({"exhibits": (ExhibitChoice(exhibit="EX-0099"),)}, "No file"),
        ({"values": ("two_people",)}, "cannot be withheld"),
        ({"title": f"The case of {ACCOUNT}"}, "would reveal"),
    ],
)
def test_a_plan_that_cannot_be_kept_is_refused(
    make: Make, tmp_path: Path, changes: dict[str, object], words: str
) -> None:
    with pytest.raises(RedactionRefused, match=words):
        make(tmp_path / "public", **changes)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_and_public_ones_are_final(
    make: Make, case: Sample, public: Path, tmp_path: Path
) -> None:
    with pytest.raises(BundleExists):
        make(public)
    with pytest.raises(RedactionRefused, match="already a public bundle"):
        redact(
            public,
            plan(),
            destination=tmp_path / "again",
            signers=case.signers()[:1],
            allowed_signers=case.allowed_signers,
        )


def disguises(value: str) -> list[bytes]:
    """Forms in which a value might still stand; written apart from the product's own list."""
    raw = value.encode()
    return [
        raw,
        value.encode("utf-16-le"),
        value.encode("utf-16-be"),
        raw.hex().encode(),
        urllib.parse.quote(value).encode(),
        "".join(f"\\u{ord(c):04x}" for c in value).encode(),
        "".join(f"&#{ord(c)};" for c in value).encode(),
        base64.b64encode(raw)[:-4],
        base64.b64encode(b"x" + raw)[4:-4],
        base64.b64encode(b"xx" + raw)[4:-4],
        raw[::-1],
    ]


def test_no_withheld_value_is_anywhere_in_the_public_bundle(public: Path) -> None:
    hidden = jpeg(3)
    hashes = [hashlib.new(name, hidden) for name in ("md5", "sha1", "sha256", "sha512")]
    values = [ACCOUNT, PLACE, WITNESS, "EX-0003.jpg", *(digest.hexdigest() for digest in hashes)]
    needles = [(value, form) for value in values for form in disguises(value) if len(form) > 5]
    needles += [(digest.name, digest.digest()) for digest in hashes]
    everything = files_of(public)
    for path, data in everything.items():
        for value, form in needles:
            assert form.lower() not in data.lower(), f"{value} in {path}"
            assert form.lower() not in path.encode().lower()
    assert hidden not in everything.values()
    assert not any(b"2020:10:19" in data for data in everything.values())
    assert not any(re.search(rb"Exif\0\0(?!MM\0\*)", data) for data in everything.values())
    assert LOG.encode() in everything["bag-info.txt"]


def test_the_sealed_bundle_did_hold_them_all(sealed: Path) -> None:
    everything = b"".join(files_of(sealed).values())
    for value in (ACCOUNT, PLACE, WITNESS, sha256_bytes(jpeg(3))):
        assert value.encode() in everything


def test_a_withheld_text_is_not_spelled_out_by_a_lattice(
    make: Make, public: Path, tmp_path: Path
) -> None:
    assert (public / "data/readings/EX-0001.json").exists()
    text = make(
        tmp_path / "text", fields=(FieldChoice(name="serial"), FieldChoice(name="text"))
    ).path
    assert SERIAL.encode() not in b"".join(files_of(text).values())
    assert not (text / "data/readings").exists()


def test_of_a_labelled_fact_the_value_counts_and_small_words_do_not() -> None:
    from evidence_store.bundle.leaks import text_forms

    embedded = {
        "facts": [
            {"group": "EXIF", "name": "GPSLatitude", "value": "39.0, 31.0, 51/4"},
            {"group": "file", "name": "Format", "value": "JPEG"},
        ],
        "latitude": 39.52020833333333,
    }
    assert set(text_forms(embedded)) == {"39.0, 31.0, 51/4", "39.520"}
    assert list(text_forms(" @me ")) == ["@me"]


def test_of_a_sentence_its_data_and_its_text_give_something_away_and_not_which_it_is() -> None:
    from evidence_store.bundle.leaks import text_forms

    parameters = [["others", ["AB10836"]], ["share", 0.98765432], ["value", "CMX15D-0836"]]
    said = {"id": "copy.same-value", "parameters": parameters, "shown": "Both read CMX15D-0836."}
    given = {"AB10836", "CMX15D-0836", "Both read CMX15D-0836."}
    assert set(text_forms({"why": said})) == given
    assert set(text_forms({"why": {**said, "parameters": ["odd text"]}})) == {said["shown"]}
