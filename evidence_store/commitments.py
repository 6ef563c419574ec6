"""Salted commitments: a hash replaces a private field in the leaf, so that it can be withheld."""

from __future__ import annotations

import hashlib
import re
import secrets

from evidence_store.canonical import canonical_json
from evidence_store.errors import BadInput
from evidence_store.types import Json, Sha256

DOMAIN = b"nameplate commitment v1\n"
"""Hashed first, so that a commitment cannot be confused with a hash made for another purpose."""

_SALT_BYTES = 32
_SALT = re.compile(rf"[0-9a-f]{{{2 * _SALT_BYTES}}}")


def new_salt() -> str:
    """Draw 256 random bits from the operating system, as 64 hexadecimal characters."""
    return secrets.token_hex(_SALT_BYTES)


def commit(salt: str, name: str, value: Json) -> Sha256:
    """Commit to one named value: SHA-256 over the domain, the salt's bytes, and [name, value].

    Name and value are in canonical JSON. The salt must be 64 hexadecimal characters: without 256
    random bits, a short value could be found by trying all.
    """
    return commit_json(salt, name, canonical_json(value))


def commit_json(salt: str, name: str, value: bytes) -> Sha256:
    """Commit to a named value already in canonical JSON; the same as `commit`."""
    if not _SALT.fullmatch(salt):
        raise BadInput("A salt is 64 lower-case hexadecimal characters (256 bits).")
    body = b"[" + canonical_json(name) + b"," + value + b"]"
    return Sha256(hashlib.sha256(DOMAIN + bytes.fromhex(salt) + body).hexdigest())


def opens(commitment: Sha256, *, salt: str, name: str, value: Json) -> bool:
    """Whether the commitment was made from this salt, name and value."""
    return opens_json(commitment, salt=salt, name=name, value=canonical_json(value))


def opens_json(commitment: Sha256, *, salt: str, name: str, value: bytes) -> bool:
    """The same for a value already in canonical JSON."""
    return bool(_SALT.fullmatch(salt)) and commit_json(salt, name, value) == commitment
