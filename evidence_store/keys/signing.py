"""Signatures in OpenSSH's SSHSIG format, which `ssh-keygen -Y verify` can check anywhere.

Implemented on `cryptography`, since the format is small and no library enforces what we need: the
armour must be exactly the bytes that ssh-keygen writes, so that nothing can be hidden in it. The
format is PROTOCOL.sshsig of OpenSSH; hardware keys (`sk-ssh-ed25519@openssh.com`) sign as in
PROTOCOL.u2f.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from evidence_store.errors import BadInput, KeyMissing, SignatureInvalid, SignatureMalformed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ED25519 = "ssh-ed25519"
ED25519_ON_TOKEN = "sk-ssh-ed25519@openssh.com"  # noqa: S105 (the name of a key type)

_MAGIC = b"SSHSIG"
_VERSION = 1
_HASHES = ("sha512", "sha256")
_BEGIN, _END = "-----BEGIN SSH SIGNATURE-----\n", "-----END SSH SIGNATURE-----\n"
_LINE = 70
"""Characters per line of armour, as ssh-keygen writes it."""
_MOST_ARMOUR = 8192
"""Far above any Ed25519 signature (about 300 characters), and small enough to be harmless."""
_USER_PRESENT = 0x01
_PRINCIPAL = re.compile(r"[!-~]+")
_QUOTED = re.compile(r"[!#-~]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SshSignature:
    """A parsed signature; by itself it proves nothing."""

    public_key: str
    """OpenSSH format without a comment: `ssh-ed25519 AAAA…`. Its owner must be determined
    elsewhere.
    """
    namespace: str
    hash_algorithm: str
    signature: bytes
    """The 64 bytes of Ed25519."""
    flags: int | None = None
    """A hardware token's flags on touch; None for a key in a file."""
    counter: int | None = None


def sign_sshsig(private_key: Ed25519PrivateKey, data: bytes | BinaryIO, namespace: str) -> str:
    """Sign the data (or an open file, read in constant memory) like `ssh-keygen -Y sign`.

    The same key, data and namespace give the same text each time.
    """
    if not _QUOTED.fullmatch(namespace):
        raise BadInput(f"{namespace[:60]!r} is not a namespace: printable ASCII without quotes.")
    message = _signed_data(namespace, "sha512", _digest(data, "sha512"))
    signature = _string(ED25519.encode()) + _string(private_key.sign(message))
    raw = private_key.public_key().public_bytes_raw()
    public = _string(ED25519.encode()) + _string(raw)
    return _armour(_blob(public, namespace, "sha512", signature))


def parse_sshsig(armour: str | bytes) -> SshSignature:
    """Parse a signature's armour, strictly in the form that ssh-keygen writes.

    Raises `SignatureMalformed` for other line lengths, junk before or after, other key types than
    Ed25519 (in a file or on a token), bytes left over, or a reserved part in use.
    """
    text = _ascii(armour)
    if not text.startswith(_BEGIN) or not text.endswith(_END) or len(text) > _MOST_ARMOUR:
        raise SignatureMalformed("The signature does not begin and end as ssh-keygen's do.")
    try:
        blob = base64.b64decode(text[len(_BEGIN) : -len(_END)].replace("\n", ""), validate=True)
    except ValueError as error:
        raise SignatureMalformed("The signature's body is not base64.") from error
    if _armour(blob) != text:
        raise SignatureMalformed("The signature is not written in the lines that ssh-keygen uses.")
    return _parse_blob(blob)


def verify_sshsig(armour: str | bytes, data: bytes | BinaryIO, namespace: str) -> bytes:
    """Check a signature over the data (or an open file) for one namespace; return its key.

    The key is returned in SSH wire format, which an `allowed_signers` line has in base64. Raises
    `SignatureMalformed`, or `SignatureInvalid` for another namespace, other data, or a token that
    was not touched. The caller must check whether the key is trusted.
    """
    parsed = parse_sshsig(armour)
    if parsed.namespace != namespace:
        raise SignatureInvalid(
            f"The signature is for the namespace {parsed.namespace!r}, not for {namespace!r}."
        )
    digest = _digest(data, parsed.hash_algorithm)
    message = _signed_data(namespace, parsed.hash_algorithm, digest)
    key = _blob_of_line(parsed.public_key)
    kind, raw, application = _public_parts(key)
    if kind == ED25519_ON_TOKEN:
        message = _token_message(parsed, application, message)
    try:
        Ed25519PublicKey.from_public_bytes(raw).verify(parsed.signature, message)
    except (InvalidSignature, ValueError) as error:
        raise SignatureInvalid(
            f"The key {fingerprint(parsed.public_key)} did not sign this."
        ) from error
    return key


def sign_with_ssh_keygen(key_file: Path, data: bytes, namespace: str) -> str:
    """Sign with `ssh-keygen -Y sign`: for keys in an ssh-agent, on a token, or with a passphrase.

    `key_file` is a private key, or a public key whose private half is in an ssh-agent. ssh-keygen
    itself asks for the passphrase or the touch on the terminal. The result is parsed before it is
    returned, so that only what our own verifier accepts is used.
    """
    command = ["ssh-keygen", "-Y", "sign", "-f", os.fspath(key_file), "-n", namespace]
    try:
        done = subprocess.run(command, input=data, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise KeyMissing("ssh-keygen is not installed.", remedy="Install OpenSSH.") from error
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip()
        raise KeyMissing(
            f"ssh-keygen did not sign with {key_file.name}: {said}.",
            remedy="Check the key file, its passphrase, or that `ssh-add -L` lists the key.",
        )
    armour = done.stdout.decode(errors="replace")
    verify_sshsig(armour, data, namespace)
    return armour


def public_line(raw: bytes) -> str:
    """Write the 32 bytes of an Ed25519 public key as `ssh-ed25519 AAAA…`."""
    blob = _string(ED25519.encode()) + _string(raw)
    return f"{ED25519} {base64.b64encode(blob).decode()}"


def read_public_line(text: str) -> str:
    """Return an OpenSSH public key without its comment; only Ed25519 keys are accepted."""
    words = text.strip().split(maxsplit=2)
    if len(words) < 2 or "\n" in text.strip():
        raise BadInput(
            "This is not one OpenSSH public key.", remedy="Give the one line of a .pub file."
        )
    try:
        blob = base64.b64decode(words[1], validate=True)
        kind, _, _ = _public_parts(blob)
    except (SignatureMalformed, ValueError) as error:
        raise BadInput(
            f"The key of type {words[0][:40]!r} cannot be used: {error}.",
            remedy="Make one with `ssh-keygen -t ed25519` (or ed25519-sk for a hardware token).",
        ) from error
    if kind != words[0]:
        raise BadInput("The key's type and its content differ.")
    return f"{kind} {base64.b64encode(blob).decode()}"


def raw_public_key(line: str) -> bytes:
    """Return the 32 bytes of an Ed25519 public key given in OpenSSH format."""
    return _public_parts(_blob_of_line(read_public_line(line)))[1]


def fingerprint(line: str) -> str:
    """Return a public key's fingerprint as ssh-keygen prints it: `SHA256:…`."""
    digest = hashlib.sha256(_blob_of_line(line)).digest()
    return "SHA256:" + base64.b64encode(digest).decode().rstrip("=")


def allowed_signers_line(
    principal: str,
    public_key: str,
    *,
    namespaces: Sequence[str] = (),
    valid_after: datetime | None = None,
    valid_before: datetime | None = None,
) -> str:
    """Write one line of an `allowed_signers` file (ssh-keygen(1)), without a line end.

    Times are truncated to whole seconds of UTC; no namespaces means any.
    """
    if not _PRINCIPAL.fullmatch(principal):
        raise BadInput(f"{principal[:60]!r} cannot name a signer: printable ASCII, no spaces.")
    options = []
    if namespaces:
        if not all(_QUOTED.fullmatch(name) for name in namespaces):
            raise BadInput("A namespace is printable ASCII without spaces and quotes.")
        options.append(f'namespaces="{",".join(namespaces)}"')
    if valid_after is not None:
        options.append(f'valid-after="{_ssh_time(valid_after)}"')
    if valid_before is not None:
        options.append(f'valid-before="{_ssh_time(valid_before)}"')
    return " ".join([principal, *([",".join(options)] if options else []), public_key])


def _ssh_time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


def _digest(data: bytes | BinaryIO, algorithm: str) -> bytes:
    if isinstance(data, bytes):
        return hashlib.new(algorithm, data).digest()
    digest = hashlib.new(algorithm)
    while piece := data.read(1024 * 1024):
        digest.update(piece)
    return digest.digest()


def _signed_data(namespace: str, algorithm: str, digest: bytes) -> bytes:
    parts = (namespace.encode(), b"", algorithm.encode(), digest)
    return _MAGIC + b"".join(_string(part) for part in parts)


def _token_message(parsed: SshSignature, application: bytes, message: bytes) -> bytes:
    """Build what a token signs: the hashes of application and message, its flags and counter."""
    if parsed.flags is None or parsed.counter is None or not parsed.flags & _USER_PRESENT:
        raise SignatureInvalid("The hardware token was not touched for this signature.")
    state = bytes([parsed.flags]) + parsed.counter.to_bytes(4, "big")
    return hashlib.sha256(application).digest() + state + hashlib.sha256(message).digest()


def _blob(public: bytes, namespace: str, algorithm: str, signature: bytes) -> bytes:
    parts = (public, namespace.encode(), b"", algorithm.encode(), signature)
    return _MAGIC + _VERSION.to_bytes(4, "big") + b"".join(_string(part) for part in parts)


def _armour(blob: bytes) -> str:
    text = base64.b64encode(blob).decode()
    lines = [text[start : start + _LINE] + "\n" for start in range(0, len(text), _LINE)]
    return _BEGIN + "".join(lines) + _END


def _parse_blob(blob: bytes) -> SshSignature:
    head = _MAGIC + _VERSION.to_bytes(4, "big")
    if not blob.startswith(head):
        raise SignatureMalformed("The signature is not an SSHSIG of version 1.")
    public, namespace, reserved, algorithm, signature = _strings(blob[len(head) :], 5)
    if reserved or algorithm.decode("ascii", "replace") not in _HASHES:
        raise SignatureMalformed("The signature uses an unknown part or hash.")
    if not _QUOTED.fullmatch(namespace.decode("ascii", "replace")):
        raise SignatureMalformed("The signature's namespace is not printable ASCII.")
    kind, _, _ = _public_parts(public)
    value, flags, counter = _signature_parts(signature, kind)
    return SshSignature(
        public_key=f"{kind} {base64.b64encode(public).decode()}",
        namespace=namespace.decode(),
        hash_algorithm=algorithm.decode(),
        signature=value,
        flags=flags,
        counter=counter,
    )


def _public_parts(blob: bytes) -> tuple[str, bytes, bytes]:
    """Split a public key into its type, 32 bytes, and (for a token) application."""
    kind = blob[4 : 4 + int.from_bytes(blob[:4], "big")].decode("ascii", "replace")
    if kind == ED25519:
        _, raw = _strings(blob, 2)
        application = b""
    elif kind == ED25519_ON_TOKEN:
        _, raw, application = _strings(blob, 3)
    else:
        raise SignatureMalformed(f"Keys of type {kind[:40]!r} are not supported, only Ed25519.")
    if len(raw) != 32:
        raise SignatureMalformed("An Ed25519 public key has 32 bytes.")
    return kind, raw, application


def _signature_parts(blob: bytes, kind: str) -> tuple[bytes, int | None, int | None]:
    tail = 5 if kind == ED25519_ON_TOKEN else 0
    name, value = _strings(blob[: len(blob) - tail], 2)
    if name.decode("ascii", "replace") != kind or len(value) != 64:
        raise SignatureMalformed("The signature does not belong to its key's type.")
    if not tail:
        return value, None, None
    return value, blob[-5], int.from_bytes(blob[-4:], "big")


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def _strings(blob: bytes, count: int) -> list[bytes]:
    """Split a blob into exactly `count` SSH strings, with nothing left over."""
    found, rest = [], blob
    for _ in range(count):
        length = int.from_bytes(rest[:4], "big")
        if len(rest) < 4 + length or len(rest) < 4:
            raise SignatureMalformed("The signature or key is cut short.")
        found.append(rest[4 : 4 + length])
        rest = rest[4 + length :]
    if rest:
        raise SignatureMalformed("The signature or key has bytes left over.")
    return found


def _blob_of_line(line: str) -> bytes:
    return base64.b64decode(line.split()[1])


def _ascii(armour: str | bytes) -> str:
    try:
        return armour.decode("ascii") if isinstance(armour, bytes) else armour
    except UnicodeDecodeError as error:
        raise SignatureMalformed("The signature contains bytes that are not ASCII.") from error
