from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.bundle_sample import LOG, Sample
from evidence_store.bundle.errors import BundleContentsError, BundleExists, SigningFailed
from evidence_store.bundle.layout import PayloadFile, Role, Signer
from evidence_store.errors import BlobMissing
from evidence_store.types import Draft, Sha256


def payload_of(top: Path) -> dict[str, bytes]:
    files = (path for path in (top / "data").rglob("*") if path.is_file())
    return {str(path.relative_to(top)): path.read_bytes() for path in files}


def test_a_sealed_bundle_has_the_layout_of_the_specification(pristine: Path) -> None:
    names = {str(path.relative_to(pristine)) for path in pristine.rglob("*") if path.is_file()}
    assert {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "data/bundle.json",
        "data/ro-crate-metadata.json",
        "data/VERIFY.txt",
        "data/ledger/entries.jsonl",
        "data/ledger/disclosures.jsonl",
        "data/ledger/checkpoint.txt",
        "signatures/custodian.sig",
        "signatures/reviewer-person-rev1.sig",
        "signatures/seal.sha256",
    } <= names
    assert all(name.isascii() for name in names)
    assert sum(name.startswith("data/originals/") for name in names) == 3


def test_the_same_case_seals_to_the_same_payload(sample: Sample, tmp_path: Path) -> None:
    one = sample.seal(tmp_path / "one")
    two = sample.seal(tmp_path / "two")
    assert payload_of(one.path) == payload_of(two.path)


def test_a_case_sealed_up_to_an_earlier_entry_gives_the_same_payload_again(
    sample: Sample, tmp_path: Path
) -> None:
    size = sample.ledger.checkpoint(LOG).size
    whole = replace(sample, contents=replace(sample.contents, size=size))
    before = payload_of(whole.seal(tmp_path / "before").path)
    sample.ledger.append(LOG, Draft(kind="export", actor="nameplate", body={}))
    sample.ledger.checkpoint(LOG)
    assert payload_of(whole.seal(tmp_path / "after").path) == before


def test_what_is_at_the_destination_is_left_alone(sample: Sample, tmp_path: Path) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(BundleExists):
        sample.seal(tmp_path / "there")
    assert (tmp_path / "there").read_text() == "mine"


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../outside.txt", "no place"),
        ("/etc/passwd", "no place"),
        ("elsewhere/file.txt", "no place"),
        ("readings/with space.json", "no place"),
        ("readings/ünicode.json", "no place"),
        ("ledger/entries.jsonl", "no place"),
        ("originals/photo.jpg", "SHA-256"),
    ],
)
def test_a_payload_path_without_a_place_is_refused(path: str, words: str) -> None:
    with pytest.raises(BundleContentsError, match=words):
        PayloadFile(path=path, source=b"x")


def test_a_blob_whose_bytes_are_gone_leaves_nothing_behind(sample: Sample, tmp_path: Path) -> None:
    lost = Sha256("0" * 64)
    file = PayloadFile(path=f"originals/{lost}", source=lost)
    broken = replace(
        sample, contents=replace(sample.contents, payload=(*sample.contents.payload, file))
    )
    with pytest.raises(BlobMissing):
        broken.seal(tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_its_entry_does_not_record_is_refused(sample: Sample, tmp_path: Path) -> None:
    file = PayloadFile(path="readings/other.json", source=b"{}", recorded_in=1)
    wrong = replace(
        sample, contents=replace(sample.contents, payload=(*sample.contents.payload, file))
    )
    with pytest.raises(BundleContentsError, match="does not name"):
        wrong.seal(tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_a_signer_that_signs_something_else_seals_nothing(sample: Sample, tmp_path: Path) -> None:
    custodian = sample.signers()[0]

    def other(message: bytes, namespace: str) -> str:
        return custodian.sign(message + b"!", namespace)

    with pytest.raises(SigningFailed):
        sample.seal(
            tmp_path / "bundle",
            signers=[Signer(role=Role.CUSTODIAN, person="person-cust0", sign=other)],
        )
    assert list(tmp_path.iterdir()) == []


def test_nobody_seals_without_the_custodian(sample: Sample, tmp_path: Path) -> None:
    with pytest.raises(BundleContentsError, match="custodian does not sign"):
        sample.seal(tmp_path / "bundle", signers=sample.signers()[1:])


def test_a_stranger_cannot_sign_along(sample: Sample, tmp_path: Path) -> None:
    stranger = Signer(role=Role.REVIEWER, person="person-else", sign=lambda *_: "")
    with pytest.raises(BundleContentsError, match="not a required signer"):
        sample.seal(tmp_path / "bundle", signers=[*sample.signers(), stranger])


def test_a_failing_disk_leaves_no_bundle(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(handle: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="Input/output"):
        sample.seal(tmp_path / "bundle")
    assert list(tmp_path.iterdir()) == []


def test_everything_is_synced_before_the_bundle_appears(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: set[int] = set()
    real = os.fsync

    def watched(handle: int) -> None:
        synced.add(os.fstat(handle).st_ino)
        real(handle)

    monkeypatch.setattr(os, "fsync", watched)
    top = sample.seal(tmp_path / "bundle").path
    assert {path.stat().st_ino for path in [top, *top.rglob("*")]} <= synced


def test_blobs_are_copied_not_linked(sample: Sample, bundle: Path) -> None:
    original = next((bundle / "data/originals").iterdir())
    original.write_bytes(b"spoilt")
    sample.blobs.check(Sha256(original.stem))


def test_what_a_killed_process_left_is_cleared_and_a_living_ones_is_not(
    sample: Sample, tmp_path: Path
) -> None:
    from evidence_store.locks import held

    left = tmp_path / ".another.0123456789ab.partial"
    living = tmp_path / ".bundle.ba9876543210.partial"
    for folder in (left, living):
        folder.mkdir()
        (folder / "half").write_bytes(b"half")
    with held(living):
        sample.seal(tmp_path / "bundle")
    assert sorted(path.name for path in tmp_path.iterdir()) == [living.name, "bundle"]


def test_an_interrupted_signature_is_seen_and_completed_by_another_try(
    sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from evidence_store.bundle.errors import BundleRefused
    from evidence_store.bundle.signing import add_signature
    from evidence_store.bundle.verify import verify

    custodian, reviewer = sample.signers()
    real = Path.replace
    for steps in range(3):
        top = sample.seal(tmp_path / f"bundle{steps}", signers=[custodian]).path
        left = [steps]

        def dying(self: Path, target: Path, left: list[int] = left) -> Path:
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
            return real(self, target)

        monkeypatch.setattr(Path, "replace", dying)
        with pytest.raises(KeyboardInterrupt):
            add_signature(top, reviewer)
        monkeypatch.setattr(Path, "replace", real)
        with pytest.raises(BundleRefused):
            verify(top, allowed_signers=sample.allowed_signers)
        add_signature(top, reviewer)
        verify(top, allowed_signers=sample.allowed_signers)


def test_two_who_sign_at_once_both_stay(sample: Sample, tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from evidence_store.bundle.layout import RequiredSigner
    from evidence_store.bundle.signing import add_signature
    from evidence_store.bundle.verify import verify

    people = [f"person-many{number}" for number in range(4)]
    namespaces = {}
    for person in people:
        if person not in sample.keys.people():
            sample.keys.create(person)
        namespaces[person] = [Role.REVIEWER.namespace]
    allowed = tmp_path / "allowed_signers"
    allowed.write_text(
        sample.allowed_signers.read_text() + sample.keys.allowed_signers_text(namespaces)
    )
    required = (
        sample.contents.required_signers[0],
        *(RequiredSigner(role=Role.REVIEWER, person=person) for person in people),
    )
    whole = replace(sample, contents=replace(sample.contents, required_signers=required))
    top = whole.seal(tmp_path / "bundle", signers=sample.signers()[:1]).path
    signers = [sample.signer(Role.REVIEWER, person) for person in people]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda signer: add_signature(top, signer), signers))
    assert len(verify(top, allowed_signers=allowed).signatures) == 5
    assert (top / "signatures/seal-4.sha256").exists()
