from __future__ import annotations

import base64
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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


ODD = {
    "an extra =": f"person-a {KEY}=",
    "an extra = and a comment": f"person-a {KEY}== a comment",
    "no =": f"person-a {KEY.rstrip('=')}A",
    "bits that count for nothing": f"person-a ssh-ed25519 {base64.b64encode(BLOB + b'x').decode()}",
    "bytes after the key": f"person-a ssh-ed25519 {base64.b64encode(BLOB + bytes(3)).decode()}",
    "a short key": f"person-a ssh-ed25519 {base64.b64encode(BLOB[:-1]).decode()}",
    "an unclosed quote": f'person-a namespaces="ns {KEY}',
    "an unclosed quote in the name": f'"person-a {KEY}',
    "a comma at the end": f'person-a namespaces="ns", {KEY}',
    "a comma at the beginning": f'person-a ,namespaces="ns" {KEY}',
    "two commas": f'person-a namespaces="ns",,valid-after="20200101Z" {KEY}',
    "no comma": f'person-a namespaces="ns"valid-after="20200101Z" {KEY}',
    "no quotes": f"person-a namespaces=ns {KEY}",
    "no value": f"person-a namespaces {KEY}",
    "something after the quote": f'person-a namespaces="ns"x {KEY}',
    "a blank before the comma": f'person-a namespaces="ns" ,valid-after="20200101Z" {KEY}',
    "digits of another script": f'person-a valid-after="٢٠٢٠٠١٠١Z" {KEY}',
    "a time before 1970": f'person-a valid-after="19600101Z" {KEY}',
    "the epoch": f'person-a valid-after="19700101Z" {KEY}',
    "two keys": f"person-a ssh-rsa {KEY}",
}


@pytest.mark.parametrize("line", ODD.values(), ids=ODD)
def test_an_odd_line_is_refused(line: str) -> None:
    with pytest.raises(BundleUnreadable):
        parse_allowed_signers(line)


class Stock:
    """The real ssh-keygen with one signature, asked whether a list lets `person-a` make it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        key = folder / "key"
        quiet = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)]
        subprocess.run(quiet, check=True)
        (folder / "text").write_bytes(b"text")
        sign = ["ssh-keygen", "-Y", "sign", "-q", "-f", str(key), "-n", "ns", str(folder / "text")]
        subprocess.run(sign, check=True, capture_output=True)
        self.key = " ".join(key.with_suffix(".pub").read_text().split()[:2])

    def allows(self, listed: bytes) -> bool:
        (self.folder / "allowed").write_bytes(listed)
        verify = ["ssh-keygen", "-Y", "verify", "-O", "verify-time=20261101Z", "-I", "person-a"]
        verify += ["-f", str(self.folder / "allowed"), "-n", "ns"]
        verify += ["-s", str(self.folder / "text.sig")]
        done = subprocess.run(verify, input=b"text", capture_output=True, check=False)
        return done.returncode == 0


@pytest.fixture(scope="module")
def stock(tmp_path_factory: pytest.TempPathFactory) -> Stock:
    return Stock(tmp_path_factory.mktemp("stock"))


def ours(listed: bytes) -> bool:
    """What we say to the same list."""
    try:
        lines = parse_allowed_signers(listed.decode()).matching("person-a", "ns")
    except (BundleUnreadable, UnicodeDecodeError):
        return False
    return any(line.is_valid_at(parse_time("20261101Z")) for line in lines)


MARK = "\ufeff"
READ_ALIKE = {
    "a byte order mark before the name": (MARK + "person-a {key}\n", False),
    "a byte order mark before a comment": (MARK + "# keys\r\nperson-a {key}\r\n", True),
    "a byte order mark before another name": (MARK + "person-b {key}\nperson-a {key}\n", True),
    "a byte order mark on a line of its own": (MARK + "\nperson-a {key}\n", True),
    "lines as on Windows": ("# keys\r\n\r\nperson-a {key}\r\n", True),
    "no line feed at the end": ("person-a {key}", True),
    "tabs and blanks": (" \tperson-a\t {key} \t a comment", True),
    "names in quotes": ('"person-b,person-a" {key}', True),
    "names partly in quotes": ('person-b,"person-a" {key}', True),
    "capitals in an option": ('person-a NameSpaces="ns" {key}', True),
    "a quote in an option": ('person-a namespaces="a\\"b,ns" {key}', True),
    "UTC in words": ('person-a valid-after="20260101UTC",valid-before="20270101z" {key}', True),
    "a name taken away": ("*,!person-a {key}", False),
    "a very long name": ("{long},person-a {key}", False),
}


@pytest.mark.parametrize(("text", "good"), READ_ALIKE.values(), ids=READ_ALIKE)
def test_a_list_is_read_as_ssh_keygen_reads_it(stock: Stock, text: str, good: bool) -> None:
    listed = text.format(key=stock.key, long="x" * 1500).encode()
    assert stock.allows(listed) is good
    assert ours(listed) is good


def test_whom_a_byte_order_mark_keeps_out_is_told_so() -> None:
    """The list reads, and gives the key to a name that nobody can see."""
    (line,) = parse_allowed_signers(f"{MARK}person-a {KEY}\n").keys
    assert line.principals == (f"{MARK}person-a",)


NAMES = ("person-a", "person-*", "*", "!person-a", "person-b", '"person-a"', "person-a,", ",", "?")


def test_a_carriage_return_ends_a_line_and_begins_no_name(stock: Stock) -> None:
    line = f"person-a {stock.key}"
    assert parse_allowed_signers(f"{line}\r\n\r\n{line}\r").keys
    for odd in (f"\r{line}", f" \r{line}", f"\r\r\n\r{line}"):
        with pytest.raises(BundleUnreadable, match="control character"):
            parse_allowed_signers(odd)


OPTIONS = (
    'namespaces="ns"', 'namespaces="*"', 'namespaces="!ns,*"', 'namespaces=""', "namespaces=ns",
    'NAMESPACES="ns"', 'valid-after="20200101Z"', 'valid-before="20300101UTC"', 'namespaces="ns',
    'valid-after="2020Z"', 'valid-before="20200101Z"', "cert-authority", 'valid-after=""', "x",
    'namespaces="n\\"s,ns"', 'namespaces="ns\\"',
)  # fmt: skip


@given(data=st.data())
@settings(
    max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_nothing_is_accepted_that_ssh_keygen_refuses(stock: Stock, data: st.DataObject) -> None:
    """Lines put together from parts, right and wrong ones, then spoilt in a place or two."""
    lines = []
    for _ in range(data.draw(st.integers(1, 2))):
        names = ",".join(data.draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)))
        options = data.draw(st.lists(st.sampled_from(OPTIONS), max_size=3))
        parts = [names, ",".join(options), stock.key, data.draw(st.sampled_from(("", "a comment")))]
        gap = data.draw(st.sampled_from((" ", "\t", "  ")))
        lines.append(gap.join(part for part in parts if part))
    text = data.draw(st.sampled_from(("", MARK))) + "\n".join(lines)
    for _ in range(data.draw(st.integers(0, 2))):
        at = data.draw(st.integers(0, len(text)))
        odd = data.draw(st.sampled_from((*'",=\\ #!*?\t\r\nA', MARK, "")))
        text = text[:at] + odd + text[at + data.draw(st.integers(0, 1)) :]
    listed = text.encode()
    if ours(listed):
        assert stock.allows(listed), text
