"""Timestamps against a real `openssl ts` authority over HTTP on the loopback interface."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from benchmarks.local_tsa import LocalAuthority
from evidence_store.bundle.errors import SigningFailed, TimestampFailed
from evidence_store.bundle.layout import Role
from evidence_store.bundle.seals import reseal
from evidence_store.bundle.stamps import attach_answer, keep_request, stamp_bundle
from evidence_store.bundle.timestamp import (
    AuthorityUnavailable,
    TimestampInvalid,
    TimestampMalformed,
    ask_authority,
    asks,
    check_stamp,
    make_request,
    read_roots,
)
from evidence_store.bundle.verify import VerificationReport

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bundle_sample import Sample

Check = Callable[..., VerificationReport]
Codes = Callable[..., set[str]]


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalAuthority]:
    with LocalAuthority(tmp_path_factory.mktemp("authority")) as running:
        yield running


@pytest.fixture(scope="session")
def other_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("other-authority")
    with LocalAuthority(folder) as other:
        return other.root


def test_a_stamped_bundle_verifies_with_the_authoritys_time(
    bundle: Path, authority: LocalAuthority, check: Check
) -> None:
    assert stamp_bundle(bundle, [authority.url]) == ("signatures/seal-1.tsr",)
    report = check(bundle, tsa_roots=authority.root, require_timestamp=True)
    assert [stamp.trusted for stamp in report.stamps] == [True]
    assert report.time_basis == "timestamp"
    assert {one.valid_at for one in report.signatures} == {report.stamps[0].at}


def test_without_a_root_the_stamp_is_not_believed(
    bundle: Path, authority: LocalAuthority, check: Check, codes: Codes
) -> None:
    stamp_bundle(bundle, [authority.url])
    report = check(bundle)
    assert [stamp.trusted for stamp in report.stamps] == [False]
    assert report.time_basis == "stated"
    assert any("not checked" in remark for remark in report.remarks)
    assert codes(bundle, require_timestamp=True) == {"timestamp-missing"}


def test_another_authoritys_root_is_refused(
    bundle: Path, authority: LocalAuthority, other_root: Path, codes: Codes
) -> None:
    stamp_bundle(bundle, [authority.url])
    assert codes(bundle, tsa_roots=other_root) == {"timestamp-invalid"}


def test_two_authorities_stamp_one_after_the_other(
    bundle: Path, authority: LocalAuthority, check: Check
) -> None:
    assert len(stamp_bundle(bundle, [authority.url, authority.url])) == 2
    assert len(check(bundle, tsa_roots=authority.root).stamps) == 2


def test_a_request_is_kept_and_answered_later_beside_a_late_signature(
    sample: Sample, tmp_path: Path, authority: LocalAuthority, check: Check
) -> None:
    from evidence_store.bundle.signing import add_signature

    custodian, reviewer = sample.signers()
    top = sample.seal(tmp_path / "bundle", signers=[custodian]).path
    request = top / keep_request(top)
    add_signature(top, reviewer)
    assert attach_answer(top, authority.answer(request.read_bytes())) == "signatures/seal-1.tsr"
    report = check(top, tsa_roots=authority.root)
    assert {one.role: one.time_basis for one in report.signatures} == {
        Role.CUSTODIAN: "timestamp",
        Role.REVIEWER: "stated",
    }
    assert any("No timestamp covers the signature of" in remark for remark in report.remarks)


def test_a_request_has_one_form() -> None:
    """What an authority is asked stands in the bundle, so that no byte of it may be free."""
    request = make_request(b"seal")
    digest = hashlib.sha256(b"seal").digest()
    assert asks(request, digest)
    for spoilt in (request + b"\0", b"\0" + request, request[:-3], b"", request[:40]):
        assert not asks(spoilt, digest)


def test_a_spoilt_answer_is_refused_or_read_and_never_a_crash(authority: LocalAuthority) -> None:
    """Any byte of an answer may have been changed by whoever hands the bundle over."""
    answer = authority.answer(make_request(b"these bytes"))
    roots = read_roots(authority.root)
    for place in range(len(answer)):
        data = bytearray(answer)
        data[place] ^= 1 << place % 8
        with contextlib.suppress(TimestampMalformed, TimestampInvalid):
            check_stamp(bytes(data), message=b"these bytes", roots=roots)


def test_an_answer_to_another_request_is_refused(bundle: Path, authority: LocalAuthority) -> None:
    keep_request(bundle)
    seal = (bundle / "signatures/seal-1.sha256").read_bytes()
    with pytest.raises(TimestampFailed, match="no open request"):
        attach_answer(bundle, authority.answer(make_request(seal)))


def test_a_stamp_of_something_else_is_a_fault(
    bundle: Path, authority: LocalAuthority, codes: Codes
) -> None:
    reseal(bundle, {"signatures/seal-1.tsr": authority.answer(make_request(b"something else"))})
    assert codes(bundle) == {"timestamp-foreign"}


def test_an_authority_that_is_away_leaves_the_request(bundle: Path, codes: Codes) -> None:
    with pytest.raises(AuthorityUnavailable):
        stamp_bundle(bundle, ["http://127.0.0.1:9/"])
    assert (bundle / "signatures/seal-1.tsq").exists()
    assert codes(bundle) == set()


def test_only_web_addresses_are_asked() -> None:
    with pytest.raises(AuthorityUnavailable, match="not the web address"):
        ask_authority("file:///etc/passwd", b"")


def test_a_stamp_needs_the_very_bytes(authority: LocalAuthority) -> None:
    answer = authority.answer(make_request(b"these bytes"))
    roots = read_roots(authority.root)
    check_stamp(answer, message=b"these bytes", roots=roots)
    with pytest.raises(TimestampInvalid):
        check_stamp(answer, message=b"other bytes", roots=roots)
    for spoilt in (answer + b"\x00", answer[:-1], b"", b"\x30\x00"):
        with pytest.raises(TimestampMalformed):
            check_stamp(spoilt, message=b"these bytes", roots=roots)


def test_the_stock_lines_check_a_stamp(
    bundle: Path, authority: LocalAuthority, other_root: Path
) -> None:
    from evidence_store.bundle.instructions import instruction_lines

    stamp_bundle(bundle, [authority.url])
    lines = instruction_lines((bundle / "data/VERIFY.txt").read_bytes())
    (line,) = [line for line in lines if "openssl ts -verify" in line]
    for root, good in ((authority.root, True), (other_root, False)):
        done = subprocess.run(
            ["bash", "-c", line],
            cwd=bundle,
            env={"PATH": "/usr/bin:/bin", "TSA_ROOT": str(root)},
            capture_output=True,
            check=False,
        )
        assert (done.returncode == 0) is good, done.stderr


def test_nothing_is_stamped_on_a_broken_seal(bundle: Path, authority: LocalAuthority) -> None:
    (bundle / "signatures/custodian.sig").write_bytes(b"other")
    with pytest.raises(SigningFailed, match="is not valid"):
        stamp_bundle(bundle, [authority.url])
