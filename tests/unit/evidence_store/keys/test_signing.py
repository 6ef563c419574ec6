"""SSHSIG: the real ssh-keygen verifies ours, ours verifies the real one's, to the byte."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.errors import BadInput, KeyMissing, SignatureInvalid, SignatureMalformed
from evidence_store.keys import signing
from evidence_store.keys.signing import (
    allowed_signers_line,
    fingerprint,
    parse_sshsig,
    public_line,
    raw_public_key,
    read_public_line,
    sign_sshsig,
    sign_with_ssh_keygen,
    verify_sshsig,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
RAW = KEY.public_key().public_bytes_raw()
LINE = public_line(RAW)
SPACE = "reviewer@bundle.nameplate"
DATA = b"what is signed\n"
ARMOUR = sign_sshsig(KEY, DATA, SPACE)


def keygen(*words: object, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = ["ssh-keygen", *map(str, words)]
    return subprocess.run(command, input=data, capture_output=True, check=False)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "id"
    path.write_bytes(
        KEY.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
    )
    path.chmod(0o600)
    return path


def accepted_by_keygen(
    tmp_path: Path, armour: str, *, line: str = LINE, data: bytes = DATA
) -> bool:
    (tmp_path / "signers").write_text(allowed_signers_line("r-1", line, namespaces=[SPACE]) + "\n")
    (tmp_path / "sig").write_text(armour)
    words = ("-f", tmp_path / "signers", "-I", "r-1", "-n", SPACE, "-s", tmp_path / "sig")
    return keygen("-Y", "verify", *words, data=data).returncode == 0


def test_ssh_keygen_verifies_ours(tmp_path: Path) -> None:
    assert accepted_by_keygen(tmp_path, ARMOUR)
    assert not accepted_by_keygen(tmp_path, ARMOUR, data=DATA + b"!")


@pytest.mark.parametrize("data", [b"", b"\x00" * 70, b"x" * 100_000])
def test_ours_is_ssh_keygens_to_the_byte(key_file: Path, data: bytes) -> None:
    done = keygen("-Y", "sign", "-f", key_file, "-n", SPACE, data=data)
    assert done.stdout.decode() == sign_sshsig(KEY, data, SPACE)
    assert verify_sshsig(done.stdout, data, SPACE) == base64.b64decode(LINE.split()[1])


def test_a_signature_with_the_other_hash_verifies(key_file: Path) -> None:
    done = keygen("-Y", "sign", "-O", "hashalg=sha256", "-f", key_file, "-n", SPACE, data=DATA)
    assert parse_sshsig(done.stdout).hash_algorithm == "sha256"
    verify_sshsig(done.stdout, DATA, SPACE)


def test_a_file_is_signed_and_verified_like_its_bytes() -> None:
    assert sign_sshsig(KEY, BytesIO(DATA), SPACE) == ARMOUR
    verify_sshsig(ARMOUR, BytesIO(DATA), SPACE)


def test_other_data_and_other_namespaces_are_refused() -> None:
    with pytest.raises(SignatureInvalid, match="did not sign this"):
        verify_sshsig(ARMOUR, DATA + b"!", SPACE)
    with pytest.raises(SignatureInvalid, match="is for the namespace"):
        verify_sshsig(ARMOUR, DATA, "custodian@bundle.nameplate")


@given(st.integers(0, len(ARMOUR) - 1), st.integers(0, 7))
def test_any_changed_bit_is_refused(place: int, bit: int) -> None:
    changed = bytearray(ARMOUR.encode())
    changed[place] ^= 1 << bit
    with pytest.raises((SignatureMalformed, SignatureInvalid)):
        verify_sshsig(bytes(changed), DATA, SPACE)


@given(st.integers(0, len(ARMOUR)), st.sampled_from(["\n", " ", "A", "=", "\r", "\t", "-"]))
def test_any_added_character_is_refused(place: int, added: str) -> None:
    with pytest.raises(SignatureMalformed):
        parse_sshsig(ARMOUR[:place] + added + ARMOUR[place:])


LINES = ARMOUR.splitlines(keepends=True)
TRICKS = {
    "junk after": ARMOUR + "junk\n",
    "junk before": "junk\n" + ARMOUR,
    "two signatures": ARMOUR + ARMOUR,
    "no last line end": ARMOUR[:-1],
    "other line ends": ARMOUR.replace("\n", "\r\n"),
    "one long line": LINES[0] + "".join(LINES[1:-1]).replace("\n", "") + "\n" + LINES[-1],
    "first lines joined": ARMOUR.replace(LINES[1], LINES[1].rstrip("\n"), 1),
    "wrapped at 64": LINES[0]
    + "".join(
        text[start : start + 64] + "\n"
        for text in ["".join(LINES[1:-1]).replace("\n", "")]
        for start in range(0, len(text), 64)
    )
    + LINES[-1],
    "not ascii": LINES[0] + LINES[1].replace("A", "А", 1) + "".join(LINES[2:]),
    "empty": "",
    "too long": LINES[0] + ("A" * 70 + "\n") * 200 + LINES[-1],
}


@pytest.mark.parametrize("armour", TRICKS.values(), ids=TRICKS.keys())
def test_armour_in_any_other_form_is_refused(armour: str) -> None:
    with pytest.raises(SignatureMalformed):
        parse_sshsig(armour)
    with pytest.raises(SignatureMalformed):
        parse_sshsig(armour.encode())


def test_ssh_keygen_itself_takes_some_of_these(tmp_path: Path) -> None:
    """Why the canonical form is enforced at all: stock tools let these through."""
    assert accepted_by_keygen(tmp_path, TRICKS["junk after"])
    assert accepted_by_keygen(tmp_path, TRICKS["wrapped at 64"])


def rebuilt(**changes: bytes) -> str:
    """The signature with parts of its blob replaced, in perfect armour."""
    blob = base64.b64decode("".join(LINES[1:-1]))
    names = ("public", "namespace", "reserved", "hash", "signature")
    parts = dict(zip(names, signing._strings(blob[10:], 5), strict=True)) | changes
    head = changes.get("head", blob[:10])
    tail = changes.get("tail", b"")
    return signing._armour(head + b"".join(signing._string(parts[name]) for name in names) + tail)


RSA = base64.b64decode("AAAAB3NzaC1yc2EAAAADAQABAAAAAQE=")


@pytest.mark.parametrize(
    "changes",
    [
        {"head": b"SSHSIG\x00\x00\x00\x02"}, {"head": b"SSHSIH\x00\x00\x00\x01"}, {"tail": b"x"},
        {"reserved": b"x"}, {"hash": b"md5"}, {"namespace": b""}, {"namespace": b'a"b'},
        {"public": RSA}, {"public": b""}, {"signature": b""}, {"signature": b"\xff" * 90},
    ],
    ids=str,
)  # fmt: skip
def test_a_blob_in_any_other_form_is_refused(changes: dict[str, bytes]) -> None:
    assert rebuilt() == ARMOUR
    with pytest.raises(SignatureMalformed):
        parse_sshsig(rebuilt(**changes))


APPLICATION = b"ssh:nameplate"


def token_signature(flags: int) -> tuple[str, str]:
    """What a hardware token makes (PROTOCOL.u2f), with a key in software; (key line, armour)."""
    kind = signing.ED25519_ON_TOKEN.encode()
    strings = signing._string
    public = strings(kind) + strings(RAW) + strings(APPLICATION)
    digest = hashlib.sha512(DATA).digest()
    message = signing._signed_data(SPACE, "sha512", digest)
    state = bytes([flags]) + (7).to_bytes(4, "big")
    hashed = hashlib.sha256(APPLICATION).digest() + state + hashlib.sha256(message).digest()
    signature = strings(kind) + strings(KEY.sign(hashed)) + state
    armour = signing._armour(signing._blob(public, SPACE, "sha512", signature))
    return f"{kind.decode()} {base64.b64encode(public).decode()}", armour


def test_a_hardware_tokens_signature_verifies_here_as_with_ssh_keygen(tmp_path: Path) -> None:
    line, armour = token_signature(flags=1)
    assert read_public_line(f"{line} my token") == line
    assert verify_sshsig(armour, DATA, SPACE) == base64.b64decode(line.split()[1])
    assert parse_sshsig(armour).counter == 7
    assert accepted_by_keygen(tmp_path, armour, line=line)
    with pytest.raises(SignatureInvalid):
        verify_sshsig(armour, DATA + b"!", SPACE)


def test_a_token_that_was_not_touched_is_refused_though_ssh_keygen_takes_it(
    tmp_path: Path,
) -> None:
    line, armour = token_signature(flags=0)
    with pytest.raises(SignatureInvalid, match="not touched"):
        verify_sshsig(armour, DATA, SPACE)
    assert accepted_by_keygen(tmp_path, armour, line=line)


def test_ssh_keygen_signs_for_us(key_file: Path) -> None:
    assert sign_with_ssh_keygen(key_file, DATA, SPACE) == ARMOUR
    with pytest.raises(KeyMissing, match="did not sign"):
        sign_with_ssh_keygen(key_file.with_name("none"), DATA, SPACE)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Path]:
    """A real ssh-agent of our own; gives its socket."""
    socket = Path(os.path.relpath(tmp_path / "agent"))
    with subprocess.Popen(["ssh-agent", "-D", "-a", socket], stdout=subprocess.PIPE) as process:
        assert process.stdout
        process.stdout.readline()
        yield socket
        process.terminate()


def test_a_key_that_only_the_agent_holds_signs(
    key_file: Path, agent: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SSH_AUTH_SOCK", str(agent))
    subprocess.run(["ssh-add", "-q", key_file], check=True, capture_output=True)
    key_file.unlink()
    public = tmp_path / "only.pub"
    public.write_text(f"{LINE}\n")
    assert sign_with_ssh_keygen(public, DATA, SPACE) == ARMOUR


def test_keys_are_written_and_read_as_openssh_does(key_file: Path) -> None:
    assert keygen("-y", "-f", key_file).stdout.decode().split()[:2] == LINE.split()
    assert fingerprint(LINE) in keygen("-l", "-f", key_file).stdout.decode()
    assert read_public_line(f"{LINE} someone@somewhere\n") == LINE
    assert raw_public_key(LINE) == RAW


@pytest.mark.parametrize(
    "text",
    [
        "", "ssh-ed25519", f"{LINE}\n{LINE}", LINE.replace("ssh-ed25519", "ssh-rsa"),
        "ssh-ed25519 !!!!", "ssh-ed25519 ААААА",
        f"ssh-rsa {base64.b64encode(RSA).decode()}", LINE[:-8],
    ],
)  # fmt: skip
def test_a_public_key_that_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        read_public_line(text)


def test_an_allowed_signers_line_limits_namespace_and_time(tmp_path: Path) -> None:
    line = allowed_signers_line(
        "r-1",
        LINE,
        namespaces=[SPACE, "other@bundle.nameplate"],
        valid_after=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        valid_before=datetime(2026, 6, 7, 8, 9, 10, tzinfo=UTC),
    )
    (tmp_path / "signers").write_text(f"{line}\n")
    (tmp_path / "sig").write_text(ARMOUR)
    for time, good in (
        ("20260102030404Z", False),
        ("20260102030405Z", True),
        ("20260607080910Z", True),
        ("20260607080911Z", False),
    ):
        words = ("-O", f"verify-time={time}", "-f", tmp_path / "signers", "-I", "r-1", "-n", SPACE)
        done = keygen("-Y", "verify", *words, "-s", tmp_path / "sig", data=DATA)
        assert (done.returncode == 0) == good, time


@pytest.mark.parametrize("principal", ["", "two words", "ключ"])
def test_a_principal_that_would_break_the_line_is_refused(principal: str) -> None:
    with pytest.raises(BadInput):
        allowed_signers_line(principal, LINE)


@pytest.mark.parametrize("namespace", ["", 'a"b', "two words", "ö"])
def test_a_namespace_that_would_break_the_line_is_refused(namespace: str) -> None:
    with pytest.raises(BadInput):
        allowed_signers_line("r-1", LINE, namespaces=[namespace])
    with pytest.raises(BadInput):
        sign_sshsig(KEY, DATA, namespace)
