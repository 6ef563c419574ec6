"""`allowed_signers`: whose keys may sign what, and when; parsed as ssh-keygen does.

The file always comes from outside the bundle. It is the only root of trust for signatures, and for
checkpoints too: the key of a log is listed under the log's origin, with the namespace
`checkpoint@ledger.nameplate`.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from evidence_store.bundle.errors import BundleUnreadable

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CHECKPOINT_NAMESPACE = "checkpoint@ledger.nameplate"

_MAX_BYTES = 16 * 1024 * 1024
_KEY_TYPES = {
    "ssh-ed25519": 1,
    "sk-ssh-ed25519@openssh.com": 2,
    "ecdsa-sha2-nistp256": 2,
    "ecdsa-sha2-nistp384": 2,
    "ecdsa-sha2-nistp521": 2,
    "sk-ecdsa-sha2-nistp256@openssh.com": 3,
    "ssh-rsa": 2,
}
"""Number of strings or integers that follow the type in the key itself (RFC 4253, 5656 and 8709;
OpenSSH's PROTOCOL.u2f).
"""
_QUOTED = r'"(?:\\"|[^"\\]|\\(?!"))*"'
_OPTION = re.compile(rf"(?P<name>[A-Za-z-]+)=(?P<value>{_QUOTED})")
_PRINCIPALS = re.compile(r'[^ \t"]*(?:"[^"]*")?(?=[ \t])')
_OPTIONS = re.compile(rf'(?:{_QUOTED}|\\"|\\(?!")|[^ \t"\\])+(?=[ \t])')
_TIME = re.compile(r"(\d{8})(?:(\d{4})(\d{2})?)?(Z|UTC)?", re.ASCII | re.IGNORECASE)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_PATTERN = 1_000
"""Longest pattern in bytes; ssh-keygen rejects a list with one of 1,023 or more."""
BYTE_ORDER_MARK = "\ufeff"
"""Some editors put it before UTF-8; ssh-keygen treats it as part of the first name."""
_ED25519_BYTES = 32
_ED25519_PREFIX = b"\x00\x00\x00\x0bssh-ed25519\x00\x00\x00\x20"


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedKey:
    """One line of the file."""

    principals: tuple[str, ...]
    """Patterns with `*` and `?`; a leading `!` excludes a match."""
    namespaces: tuple[str, ...] | None
    """Patterns, or None if the key may sign anything."""
    valid_after: datetime | None
    valid_before: datetime | None
    key: bytes
    """The public key in SSH wire format."""

    def is_for(self, principal: str, namespace: str) -> bool:
        """Whether the line allows this principal to sign for this purpose."""
        if self.namespaces is not None and not _matches(namespace, self.namespaces):
            return False
        return _matches(principal, self.principals)

    def is_valid_at(self, at: datetime) -> bool:
        """Whether the key was valid at a time, both ends included as in ssh-keygen."""
        after = self.valid_after is None or at >= self.valid_after
        return after and (self.valid_before is None or at <= self.valid_before)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedSigners:
    """All keys of one file."""

    keys: tuple[AllowedKey, ...]

    def matching(self, principal: str, namespace: str) -> tuple[AllowedKey, ...]:
        """Return the lines that allow this principal to sign for this purpose, at any time."""
        return tuple(key for key in self.keys if key.is_for(principal, namespace))

    def names_of(self, key: bytes) -> tuple[str, ...]:
        """Return the principals under which a key is listed."""
        return tuple(name for line in self.keys if line.key == key for name in line.principals)


def read_allowed_signers(path: Path) -> AllowedSigners:
    """Read the file.

    Raises `BundleUnreadable` that names the line if anything in it is invalid: a partly understood
    root of trust must not be used.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BundleUnreadable(
            f"The list of allowed signers {path} cannot be read: {error}.",
            remedy="Give the allowed_signers file that you got from the custodian.",
        ) from error
    if len(data) > _MAX_BYTES:
        raise BundleUnreadable(f"The list of allowed signers {path} is larger than 16 MB.")
    return parse_allowed_signers(text, name=str(path))


def parse_allowed_signers(text: str, *, name: str = "allowed_signers") -> AllowedSigners:
    """Parse the text of such a file; raises like `read_allowed_signers`."""
    keys = []
    # Only line feeds end a line, as in ssh-keygen: others could hide a key in a comment.
    for number, line in enumerate(text.split("\n"), start=1):
        mark = BYTE_ORDER_MARK if number == 1 and line.startswith(BYTE_ORDER_MARK) else ""
        # A carriage return ends a line of Windows; before the name it is part of it.
        line = line.removeprefix(mark).lstrip(" \t").rstrip(" \t\r")
        if not line or line.startswith("#"):
            continue
        try:
            if not line.replace("\t", " ").isprintable():
                raise ValueError("it contains a control character")
            keys.append(_parse_line(mark + line))
        except ValueError as error:
            raise BundleUnreadable(
                f"{name}, line {number}: {error}",
                remedy="Each line is: principal, options, key type, key.",
            ) from error
    if not keys:
        raise BundleUnreadable(
            f"{name} names no key.",
            remedy="Give the allowed_signers file that you got from the custodian.",
        )
    return AllowedSigners(keys=tuple(keys))


def checkpoint_line(origin: str, public_key: str) -> str:
    """Return the line that allows a key to sign the checkpoints of every log of a store.

    `origin` is the ledger's (without the name of a log), `public_key` is `ssh-ed25519 AAAA…`.
    """
    return f'{origin}/* namespaces="{CHECKPOINT_NAMESPACE}" {public_key}'


def ed25519_key(blob: bytes) -> bytes | None:
    """Return the 32 bytes of an Ed25519 public key in SSH wire format; None for other types."""
    if blob.startswith(_ED25519_PREFIX) and len(blob) == len(_ED25519_PREFIX) + _ED25519_BYTES:
        return blob[len(_ED25519_PREFIX) :]
    return None


def parse_time(text: str) -> datetime:
    """Parse a time in ssh-keygen's form YYYYMMDD[HHMM[SS]]Z, after 1970; the Z is required.

    Raises `ValueError` otherwise: local time means another moment on another machine.
    """
    match = _TIME.fullmatch(text)
    if match is None or not match[4]:
        raise ValueError(f"the time {text!r} is not of the form YYYYMMDDHHMMSSZ")
    at = datetime.strptime(
        match[1] + (match[2] or "0000") + (match[3] or "00"), "%Y%m%d%H%M%S"
    ).replace(tzinfo=UTC)
    if at <= _EPOCH:
        raise ValueError(f"the time {text!r} is not after 1970")
    return at


def format_time(at: datetime) -> str:
    """Format a time in ssh-keygen's form, in UTC and whole seconds."""
    return at.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")


def _parse_line(line: str) -> AllowedKey:
    """Parse one line like OpenSSH's sshsig.c: names, options or none, type, key, a comment."""
    names = _PRINCIPALS.match(line)
    if names is None or not names[0].replace('"', ""):
        raise ValueError("it does not begin with a name and a blank")
    rest = line[names.end() :].lstrip(" \t")
    options: dict[str, str] = {}
    if rest.split(maxsplit=1)[:1] and rest.split(maxsplit=1)[0] not in _KEY_TYPES:
        given = _OPTIONS.match(rest)
        if given is None:
            raise ValueError("it has an unclosed quote, or no key")
        options = _parse_options(given[0])
        rest = rest[given.end() :].lstrip(" \t")
    kind, _, rest = rest.replace("\t", " ").partition(" ")
    if kind not in _KEY_TYPES or not rest.strip():
        raise ValueError("it has no key of a known type")
    after, before = _time_option(options, "valid-after"), _time_option(options, "valid-before")
    if after is not None and before is not None and before <= after:
        raise ValueError("its key ends before it begins")
    namespaces = options.get("namespaces")
    return AllowedKey(
        principals=_patterns(names[0].replace('"', "")),
        namespaces=None if namespaces is None else _patterns(namespaces),
        valid_after=after,
        valid_before=before,
        key=_key_blob(kind, rest.split()[0]),
    )


def _parse_options(text: str) -> dict[str, str]:
    options: dict[str, str] = {}
    place = 0
    while True:
        match = _OPTION.match(text, place)
        name = match["name"].lower() if match else ""
        if match is None or name not in {"namespaces", "valid-after", "valid-before"}:
            raise ValueError(f"the option {text[place : place + 40]!r} is not known here")
        if name in options:
            raise ValueError(f"the option {name} is given twice")
        options[name] = match["value"][1:-1].replace('\\"', '"')
        place = match.end()
        if place == len(text):
            return options
        if text[place] != ",":
            raise ValueError("its list of options contains something that is not an option")
        place += 1


def _time_option(options: dict[str, str], name: str) -> datetime | None:
    return parse_time(options[name]) if name in options else None


def _patterns(text: str) -> tuple[str, ...]:
    patterns = tuple(text.split(","))
    if any(len(pattern.encode()) > _LONGEST_PATTERN for pattern in patterns):
        raise ValueError(f"it has a name of more than {_LONGEST_PATTERN:,} bytes")
    return patterns


def _key_blob(kind: str, text: str) -> bytes:
    try:
        blob = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("its key is not base64") from error
    # Python accepts several encodings of the same bytes; ssh-keygen only one.
    if base64.b64encode(blob) != text.encode():
        raise ValueError("its key is not canonical base64")
    parts = _wire_strings(blob)
    if not parts or parts[0] != kind.encode("ascii"):
        raise ValueError(f"its key is not of the stated type {kind}")
    if len(parts) != 1 + _KEY_TYPES[kind] or (
        "ed25519" in kind and len(parts[1]) != _ED25519_BYTES
    ):
        raise ValueError("its key has too many or too few bytes")
    return blob


def _wire_strings(blob: bytes) -> list[bytes]:
    """Split an SSH blob into its strings (RFC 4251, section 5); none if it is incomplete."""
    parts = []
    while blob:
        length = int.from_bytes(blob[:4], "big")
        if len(blob) < 4 + length:
            return []
        parts.append(blob[4 : 4 + length])
        blob = blob[4 + length :]
    return parts


def _matches(text: str, patterns: Iterable[str]) -> bool:
    matched = False
    for pattern in patterns:
        if _pattern(pattern.removeprefix("!")).fullmatch(text):
            if pattern.startswith("!"):
                return False
            matched = True
    return matched


def _pattern(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(c, re.escape(c)) for c in pattern), re.DOTALL)
