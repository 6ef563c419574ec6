"""Checkpoints: a log's size and root as a C2SP signed note that witnesses could cosign.

The formats are c2sp.org/signed-note and c2sp.org/tlog-checkpoint: an origin line, the size in
decimal, the root in base64, an empty line, and one signature line per key. No time is signed, so
the same log at the same size always gives the same note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from evidence_store.errors import BadInput, NoteMalformed, SignatureInvalid
from evidence_store.types import Sha256

_ED25519 = b"\x01"
_SIGNATURE_LINE = re.compile(r"— (?P<name>[^\s+]+) (?P<signature>[A-Za-z0-9+/]+=*)")
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
_ORIGIN = re.compile(r"[a-z0-9][A-Za-z0-9._~/-]{0,199}")
_MOST_SIGNATURES = 100
"""The limit of Go's note.Open, so that others accept what we accept."""
_MOST_CHARACTERS = 64 * 1024
"""A checkpoint with a hundred cosignatures has about 16 KB; a longer text is not a checkpoint."""


class NoteSigner(Protocol):
    """Signs checkpoints with an Ed25519 key, wherever it is stored."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes of the Ed25519 public key."""

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of the message."""


class Ed25519NoteSigner:
    """A `NoteSigner` over a private key in memory."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._key = private_key
        self.public_key: bytes = private_key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of the message, the same each time."""
        return self._key.sign(message)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteSignature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    """Four bytes that identify the key; they prove nothing."""
    signature: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedNote:
    """A parsed checkpoint; its signatures have not been checked."""

    origin: str
    size: int
    root: Sha256
    signatures: tuple[NoteSignature, ...]
    text: str
    """The signed text: everything before the empty line, including its line end."""


def check_origin(origin: str) -> str:
    """Return the origin if it can name a log: ASCII, not empty, no spaces, no plus sign."""
    if not _ORIGIN.fullmatch(origin):
        raise BadInput(
            f"{origin[:80]!r} cannot be the origin of a log.",
            remedy="Use a schema-less address such as `nameplate.example/archive`: lower-case "
            "first, then letters, digits, and . _ ~ / -",
        )
    return origin


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the four bytes by which a signature line identifies its key (signed-note)."""
    return hashlib.sha256(name.encode() + b"\n" + _ED25519 + public_key).digest()[:4]


def verifier_key(origin: str, public_key: bytes) -> str:
    """Write the key as C2SP's `vkey` text: name, key id and key, for other tools."""
    encoded = base64.b64encode(_ED25519 + public_key).decode()
    return f"{origin}+{key_id(origin, public_key).hex()}+{encoded}"


def write_note(origin: str, size: int, root: bytes, signer: NoteSigner) -> str:
    """Write and sign a checkpoint. The key's name is the origin, as C2SP recommends."""
    text = f"{check_origin(origin)}\n{size}\n{base64.b64encode(root).decode()}\n"
    signature = key_id(origin, signer.public_key) + signer.sign(text.encode())
    return f"{text}\n— {origin} {base64.b64encode(signature).decode()}\n"


def parse_note(note: str) -> SignedNote:
    """Parse a checkpoint without checking its signatures; `NoteMalformed` says what is wrong."""
    text, lines = _split(note)
    head = text.split("\n")[:-1]
    if len(head) < 3 or not all(head):
        raise NoteMalformed("A checkpoint begins with an origin, a size and a root, one per line.")
    if not _ORIGIN.fullmatch(head[0]):
        raise NoteMalformed(f"The origin line {head[0][:80]!r} is not the name of a log.")
    if not _SIZE.fullmatch(head[1]):
        raise NoteMalformed(f"The size line {head[1][:40]!r} is not a number in decimal.")
    root = _base64(head[2], "root")
    if len(root) != hashlib.sha256().digest_size:
        raise NoteMalformed("The root of a checkpoint is not 32 bytes.")
    return SignedNote(
        origin=head[0],
        size=int(head[1]),
        root=Sha256(root.hex()),
        signatures=tuple(_signature(line) for line in lines),
        text=text,
    )


def verify_note(note: str, *, public_key: bytes, origin: str | None = None) -> SignedNote:
    """Parse a checkpoint and check its log's own signature.

    If `origin` is given, the checkpoint must be of that log. Raises `SignatureInvalid` if the key
    has no valid signature on it. Lines of other keys (witnesses) are ignored.
    """
    parsed = parse_note(note)
    if origin is not None and parsed.origin != origin:
        raise SignatureInvalid(f"The checkpoint is for {parsed.origin!r}, not {origin!r}.")
    wanted = key_id(parsed.origin, public_key)
    for line in parsed.signatures:
        if line.name == parsed.origin and line.key_id == wanted:
            _verify(public_key, line.signature, parsed)
            return parsed
    raise SignatureInvalid(f"The checkpoint of {parsed.origin!r} is not signed by the given key.")


def _verify(public_key: bytes, signature: bytes, note: SignedNote) -> None:
    try:
        key = Ed25519PublicKey.from_public_bytes(public_key)
        key.verify(signature, note.text.encode())
    except (InvalidSignature, ValueError) as error:
        raise SignatureInvalid(
            f"The signature on the checkpoint of {note.origin!r} at size {note.size} is wrong."
        ) from error


def _split(note: str) -> tuple[str, list[str]]:
    if len(note) > _MOST_CHARACTERS:
        raise NoteMalformed("The note is larger than 64 KB.")
    if any("\ud800" <= character <= "\udfff" for character in note):
        raise NoteMalformed("The note contains half of a character.")
    if any(ord(character) < 0x20 and character != "\n" for character in note):
        raise NoteMalformed("The note contains control characters.")
    text, gap, signatures = note.rpartition("\n\n")
    if not gap or not signatures.endswith("\n"):
        raise NoteMalformed("The note has no empty line before its signatures, or is cut short.")
    lines = signatures[:-1].split("\n")
    if len(lines) > _MOST_SIGNATURES:
        raise NoteMalformed(f"The note has more than {_MOST_SIGNATURES} signatures.")
    return text + "\n", lines


def _signature(line: str) -> NoteSignature:
    match = _SIGNATURE_LINE.fullmatch(line)
    if match is None:
        raise NoteMalformed(f"{line[:80]!r} is not a signature line.")
    signature = _base64(match["signature"], "signature")
    if len(signature) <= len(b"kkkk"):
        raise NoteMalformed(f"The signature of {match['name']!r} is too short.")
    return NoteSignature(name=match["name"], key_id=signature[:4], signature=signature[4:])


def _base64(text: str, what: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteMalformed(f"The {what} is not base64.") from error
    if base64.b64encode(data).decode() != text:
        raise NoteMalformed(f"The {what} is not in the one form of base64.")
    return data
