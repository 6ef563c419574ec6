"""Checkpoints in the C2SP forms."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.checkpoint import (
    Ed25519NoteSigner,
    check_origin,
    key_id,
    parse_note,
    verifier_key,
    verify_note,
    write_note,
)
from evidence_store.errors import BadInput, NoteMalformed, SignatureInvalid

SIGNER = Ed25519NoteSigner(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = Ed25519NoteSigner(Ed25519PrivateKey.from_private_bytes(bytes(32)))
ORIGIN = "nameplate.example/archive/case-1"
ROOT = bytes(range(32))
NOTE = write_note(ORIGIN, 21, ROOT, SIGNER)

PUBLISHED = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
"""  # noqa: E501 (the example of c2sp.org/tlog-checkpoint)


def test_a_note_has_exactly_these_lines() -> None:
    body, signature = NOTE.split("\n\n")
    assert body == f"{ORIGIN}\n21\n{base64.b64encode(ROOT).decode()}"
    dash, name, value = signature.split(" ")
    raw = base64.b64decode(value)
    assert (dash, name, raw[:4]) == ("—", ORIGIN, key_id(ORIGIN, SIGNER.public_key))
    assert raw[4:] == SIGNER.sign(f"{body}\n".encode())
    assert write_note(ORIGIN, 21, ROOT, SIGNER) == NOTE


def test_the_published_example_is_read() -> None:
    note = parse_note(PUBLISHED)
    assert (note.origin, note.size) == ("example.com/behind-the-sofa", 20852163)
    assert note.signatures[0].key_id.hex() == "033de0ae"


def test_the_key_id_and_verifier_key_are_those_of_signed_note() -> None:
    """The key that Go's `golang.org/x/mod/sumdb/note` documents for PeterNeumann."""
    published = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    key = base64.b64decode(published.split("+", 2)[2])[1:]
    assert verifier_key("PeterNeumann", key) == published


def test_it_verifies_with_its_key_only() -> None:
    assert verify_note(NOTE, public_key=SIGNER.public_key, origin=ORIGIN).size == 21
    with pytest.raises(SignatureInvalid, match="not signed by the given key"):
        verify_note(NOTE, public_key=OTHER.public_key)
    with pytest.raises(SignatureInvalid, match=r"is for .*, not "):
        verify_note(NOTE, public_key=SIGNER.public_key, origin="elsewhere.example/case-1")


def test_cosignatures_of_witnesses_are_let_stand() -> None:
    cosigned = NOTE + "— witness.example/w1 " + base64.b64encode(bytes(76)).decode() + "\n"
    parsed = verify_note(cosigned, public_key=SIGNER.public_key)
    assert [line.name for line in parsed.signatures] == [ORIGIN, "witness.example/w1"]


def test_a_signature_taken_from_another_note_is_refused() -> None:
    other = write_note(ORIGIN, 22, ROOT, SIGNER)
    mixed = NOTE.split("\n\n")[0] + "\n\n" + other.split("\n\n")[1]
    with pytest.raises(SignatureInvalid, match="is wrong"):
        verify_note(mixed, public_key=SIGNER.public_key)


@given(st.integers(0, len(NOTE.encode()) - 1), st.integers(0, 7))
def test_any_changed_bit_is_refused(place: int, bit: int) -> None:
    changed = bytearray(NOTE.encode())
    changed[place] ^= 1 << bit
    with pytest.raises((NoteMalformed, SignatureInvalid)):
        verify_note(changed.decode(errors="replace"), public_key=SIGNER.public_key)


@pytest.mark.parametrize(
    "note",
    [
        "", "\n\n", NOTE[:-1], NOTE.replace("example", "ex\ud800ample"),
        NOTE.replace("\n\n", "\n"), NOTE.replace("21", "021"),
        NOTE.replace("21", "-1"), NOTE.replace("21", "21 "), NOTE.replace("—", "--"),
        NOTE.replace("\n", "\r\n"), NOTE + "\n", NOTE + "junk\n", "x" * 70_000 + NOTE,
        NOTE.replace(base64.b64encode(ROOT).decode(), "AAAA"),
        NOTE.replace("\n\n", "\n\n" + "— a AAAAAAAA\n" * 100),
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(NoteMalformed):
        parse_note(note)


@pytest.mark.parametrize("origin", ["", "two words", "a+b", "SSHSIG.example", "a\nb", "x" * 201])
def test_an_origin_that_could_be_misread_is_refused(origin: str) -> None:
    with pytest.raises(BadInput):
        check_origin(origin)
