from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from evidence_store.bundle.errors import BundleUnreadable
from evidence_store.bundle.signers import (
    checkpoint_line,
    ed25519_key,
    format_time,
    parse_allowed_signers,
    parse_time,
)

if TYPE_CHECKING:
    from pathlib import Path

RAW = bytes(range(32))
BLOB = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20" + RAW
KEY = "ssh-ed25519 " + base64.b64encode(BLOB).decode()
THEN = datetime(2026, 11, 1, 12, tzinfo=UTC)


def test_a_line_of_each_kind() -> None:
    signers = parse_allowed_signers(
        f"""# who may sign
person-a {KEY}
person-b,person-c namespaces="custodian@bundle.nameplate" {KEY} a comment
person-d valid-after="20261101Z",valid-before="20261201000000Z" {KEY}

*@desk.example,!intern@desk.example {KEY}
"""
    )
    assert len(signers.keys) == 4
    assert signers.matching("person-a", "anything")
    assert signers.matching("person-c", "custodian@bundle.nameplate")
    assert not signers.matching("person-c", "reviewer@bundle.nameplate")
    assert signers.matching("chief@desk.example", "x")
    assert not signers.matching("intern@desk.example", "x")
    (dated,) = signers.matching("person-d", "x")
    assert dated.is_valid_at(THEN)
    assert not dated.is_valid_at(datetime(2026, 12, 2, tzinfo=UTC))
    assert not dated.is_valid_at(datetime(2026, 10, 31, tzinfo=UTC))
    assert ed25519_key(dated.key) == RAW


def test_the_key_of_a_log_is_for_its_own_logs_only() -> None:
    signers = parse_allowed_signers(checkpoint_line("nameplate.example/desk", KEY))
    assert signers.matching("nameplate.example/desk/case-1", "checkpoint@ledger.nameplate")
    assert not signers.matching("nameplate.example/other/case-1", "checkpoint@ledger.nameplate")
    assert not signers.matching("nameplate.example/desk/case-1", "custodian@bundle.nameplate")


@pytest.mark.parametrize(
    "line",
    [
        f'a valid-after="20260101Z",valid-before="20250101Z" {KEY}',
        "person-a",
        "person-a ssh-ed25519",
        "person-a ssh-ed25519 !!!",
        f"person-a ssh-dss {KEY.split()[1]}",
        f"person-a ecdsa-sha2-nistp256 {KEY.split()[1]}",
        f"person-a cert-authority {KEY}",
        f'person-a valid-after="20261101" {KEY}',
        f'person-a valid-after="yesterday" {KEY}',
        f'person-a valid-after="20261399Z" {KEY}',
        f'person-a namespaces="a",namespaces="b" {KEY}',
        "",
    ],
)
def test_what_is_not_understood_is_refused(line: str) -> None:
    with pytest.raises(BundleUnreadable):
        parse_allowed_signers(line)


def test_times_are_utc_only() -> None:
    assert parse_time("202611011200Z") == THEN
    assert parse_time(format_time(THEN)) == THEN
    with pytest.raises(ValueError, match="not of the form"):
        parse_time("20261101120000")


@pytest.mark.parametrize(
    ("options", "namespace", "at", "good"),
    [
        ("", "a@b", "20261101Z", True),
        ('namespaces="a@*"', "a@b", "20261101Z", True),
        ('namespaces="c@d"', "a@b", "20261101Z", False),
        ('namespaces="*,!a@b"', "a@b", "20261101Z", False),
        ('valid-before="20261101Z"', "a@b", "20261101Z", True),
        ('valid-before="20261101Z"', "a@b", "20261101000001Z", False),
        ('valid-after="20261101Z"', "a@b", "20261101Z", True),
        ('valid-after="20261102Z"', "a@b", "20261101Z", False),
    ],
)
def test_we_and_ssh_keygen_agree(
    tmp_path: Path, options: str, namespace: str, at: str, good: bool
) -> None:
    key = tmp_path / "key"
    quiet = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)]
    subprocess.run(quiet, check=True)
    line = f"person-a {options} {key.with_suffix('.pub').read_text()}"
    (tmp_path / "allowed").write_text(line)
    (tmp_path / "text").write_bytes(b"text")
    sign = [
        "ssh-keygen",
        "-Y",
        "sign",
        "-q",
        "-f",
        str(key),
        "-n",
        namespace,
        str(tmp_path / "text"),
    ]
    subprocess.run(sign, check=True, capture_output=True)
    verify = ["ssh-keygen", "-Y", "verify", "-O", f"verify-time={at}", "-I", "person-a"]
    verify += ["-f", str(tmp_path / "allowed"), "-n", namespace, "-s", str(tmp_path / "text.sig")]
    theirs = subprocess.run(verify, input=b"text", capture_output=True, check=False)
    ours = parse_allowed_signers(line).matching("person-a", namespace)
    assert (theirs.returncode == 0) is good
    assert any(key.is_valid_at(parse_time(at)) for key in ours) is good


@pytest.mark.parametrize("gap", ["\u2028", "\x0b", "\x0c", "\x85", "\x1c"])
def test_no_key_hides_in_a_comment(gap: str) -> None:
    """To ssh-keygen, and to an eye, all of it is one comment."""
    with pytest.raises(BundleUnreadable, match="names no key"):
        parse_allowed_signers(f"# retired{gap}person-one {KEY}\n")


def test_lines_that_end_as_on_windows_are_read() -> None:
    assert len(parse_allowed_signers(f"# keys\r\nperson-one {KEY}\r\n\r\n").keys) == 1
