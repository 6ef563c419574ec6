"""RFC 3161 timestamps: an outside authority's signed statement that bytes existed at a time.

This machine's clock is never called a trusted time. If no authority can be reached, the request is
stored and its answer can be attached later.
"""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from evidence_store.errors import StoreError
from values.errors import Exit

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MAX_ANSWER = 256 * 1024
"""Largest answer in bytes; real ones with a certificate chain have under 10 KB."""

_SHA256_OID = "2.16.840.1.101.3.4.2.1"
_REQUEST_HEAD = bytes.fromhex("0201013031300d060960864801650304020105000420")
"""DER: version 1; SHA-256 without parameters; the 32 bytes of the hash follow."""
_CERTIFICATES_PLEASE = bytes.fromhex("0101ff")
_LONGEST = 127
"""The longest length that DER writes as one byte; a request with a 64-bit nonce has 69."""


class TimestampMalformed(StoreError):
    """Not an RFC 3161 timestamp answer, or one that grants nothing."""

    exit_code = Exit.NOT_RUN


class TimestampInvalid(StoreError):
    """A timestamp for other bytes, or not signed under any given root certificate."""

    exit_code = Exit.DAMAGED


class AuthorityUnavailable(StoreError):
    """The timestamp authority could not be reached or gave no RFC 3161 answer."""

    exit_code = Exit.LATER

    remedy = "Keep the request and attach the answer later, or try another authority."


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """A parsed timestamp; by itself it proves nothing."""

    at: datetime
    """The time given by the authority, UTC."""
    digest: bytes
    """The SHA-256 that it covers."""
    nonce: int | None
    policy: str
    """The authority's policy OID in dotted form."""


def make_request(message: bytes) -> bytes:
    """Create a timestamp request for some bytes, with a nonce, asking for certificates."""
    builder = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build().as_bytes()


def ask_authority(url: str, request: bytes, *, timeout: float = 20.0) -> bytes:
    """Send a request to an authority over HTTP or HTTPS and return its well-formed answer.

    `timeout` is in seconds. Raises `AuthorityUnavailable`, or `TimestampMalformed` for an invalid
    answer. Use `check_stamp` to check who signed it.
    """
    if not url.startswith(("http://", "https://")):
        raise AuthorityUnavailable(f"{url[:80]!r} is not the web address of an authority.")
    query = urllib.request.Request(  # noqa: S310 (the scheme is checked above)
        url, data=request, headers={"Content-Type": "application/timestamp-query"}
    )
    try:
        with urllib.request.urlopen(query, timeout=timeout) as answer:  # noqa: S310
            data: bytes = answer.read(MAX_ANSWER + 1)
    except (urllib.error.URLError, OSError, ValueError) as error:
        raise AuthorityUnavailable(f"The authority at {url} did not answer: {error}.") from error
    read_stamp(data)
    return data


def read_stamp(answer: bytes) -> Stamp:
    """Parse an answer without checking its signature.

    Raises `TimestampMalformed` for anything but one granted answer with a SHA-256 in it.
    """
    parsed = _parse(answer)
    try:  # the token inside is parsed on first access only
        info = parsed.tst_info
        algorithm = info.message_imprint.hash_algorithm.dotted_string
        stamp = Stamp(
            at=info.gen_time,
            digest=info.message_imprint.message,
            nonce=info.nonce,
            policy=info.policy.dotted_string,
        )
    except ValueError as error:
        raise TimestampMalformed(f"It is not a timestamp answer: {error}.") from error
    if algorithm != _SHA256_OID:
        raise TimestampMalformed(f"It is over a hash of the kind {algorithm}, not SHA-256.")
    return stamp


def answers(stamp: Stamp, *, message: bytes, request: bytes | None = None) -> bool:
    """Whether a timestamp covers these bytes and answers the request, if given."""
    if stamp.digest != hashlib.sha256(message).digest():
        return False
    return request is None or (stamp.nonce is not None and asks(request, stamp.digest, stamp.nonce))


def asks(request: bytes, digest: bytes, nonce: int | None = None) -> bool:
    """Whether a request is for exactly this SHA-256, and has the nonce if one is given.

    It must have the form that `openssl ts -query -sha256 -cert` writes: no policy, no extensions.
    """
    head = b"\x30\x00" + _REQUEST_HEAD + digest + b"\x02"
    length = request[len(head)] if len(request) > len(head) else 0
    body = request[len(head) + 1 : len(head) + 1 + length]
    asked = int.from_bytes(body, "big", signed=True)
    form = bytearray(head + bytes([length]) + body + _CERTIFICATES_PLEASE)
    form[1] = min(len(form) - 2, _LONGEST)
    return request == form and asked > 0 and nonce in (None, asked)


def check_stamp(answer: bytes, *, message: bytes, roots: tuple[x509.Certificate, ...]) -> Stamp:
    """Check an answer for some bytes under root certificates from outside.

    Certificates must be valid at the time given by the authority, not today. Raises
    `TimestampMalformed` or `TimestampInvalid`.
    """
    stamp = read_stamp(answer)
    builder = VerifierBuilder()
    for root in roots:
        builder = builder.add_root_certificate(root)
    try:
        builder.build().verify_message(_parse(answer), message)
    except (VerificationError, ValueError) as error:
        raise TimestampInvalid(f"The timestamp is not valid: {error}.") from error
    return stamp


def read_roots(path: Path) -> tuple[x509.Certificate, ...]:
    """Read root certificates in PEM; raises `TimestampMalformed` if the file has none."""
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except (OSError, ValueError) as error:
        raise TimestampMalformed(
            f"{path} contains no certificates in PEM: {error}.",
            remedy="Give the root certificate that the authority publishes.",
        ) from error


def _parse(answer: bytes) -> TimeStampResponse:
    if len(answer) > MAX_ANSWER:
        raise TimestampMalformed(f"It has more than {MAX_ANSWER:,} bytes.")
    try:
        parsed = decode_timestamp_response(answer)
        granted = parsed.status == 0
        whole = parsed.as_bytes() == answer
    except ValueError as error:
        raise TimestampMalformed(f"It is not a timestamp answer: {error}.") from error
    if not granted:
        raise TimestampMalformed("The authority did not grant a timestamp.")
    if not whole:
        raise TimestampMalformed("There are bytes after the answer.")
    return parsed
