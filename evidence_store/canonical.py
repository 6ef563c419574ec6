"""Canonical JSON (RFC 8785) and the leaf of an entry: one value, exactly one byte sequence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, cast, get_args

import rfc8785

from evidence_store.errors import BadInput, NotCanonical
from evidence_store.merkle import leaf_hash
from evidence_store.types import Entry, Json, Sha256, StoredKind
from values.hashes import is_sha256

LEAF_VERSION = 1
"""The version of the leaf format, written into every leaf as `v`."""

_LEAF_MEMBERS = frozenset({"actor", "at", "body", "commitments", "kind", "log", "sequence", "v"})
_SOMETIMES = {"clock_at", "kept"}
_KEPT = frozenset(get_args(StoredKind))
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z")
_LAST_BEFORE_SURROGATES = "\ud7ff"
_LARGEST_INTEGER = 2**53 - 1
_PLAIN_FROM, _PLAIN_BELOW = 1e-4, 1e16
"""Between these, Python and ECMAScript both write a float without an exponent."""
_COMPACT = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class _OddNumber(Exception):
    """A number that the fast path cannot handle reliably."""


def _odd(_text: str) -> NoReturn:
    raise _OddNumber


def _short_integer(text: str) -> int:
    if len(text) >= _LONG_DIGITS:
        raise _OddNumber
    return int(text)


_LONG_DIGITS = 16
_PLAIN_READER = json.JSONDecoder(parse_float=_odd, parse_int=_short_integer, parse_constant=_odd)
"""Reads ASCII JSON with short integers only; the fast writer writes such text identically."""


def canonical_json(value: object) -> bytes:
    """Write a JSON value in the form of RFC 8785, as UTF-8.

    Mappings become objects, tuples arrays. Raises `NotCanonical` for what has no such form: NaN,
    infinities, integers beyond ±(2^53 - 1), lone surrogates, other types.
    """
    try:
        if _writes_alike(value):
            return _COMPACT.encode(value).encode()
        return rfc8785.dumps(_plain(value))
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise NotCanonical(f"The value has no canonical JSON form: {_reason(error)}") from error


def parse_canonical(data: bytes) -> Json:
    """Parse JSON that must be in RFC 8785 form; raises `NotCanonical` if it is not."""
    try:
        try:
            value: Json = _PLAIN_READER.decode(data.decode("ascii"))
            written = _COMPACT.encode(value).encode()
        except (_OddNumber, UnicodeDecodeError):
            value = json.loads(data)
            written = canonical_json(value)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"This is not JSON: {_reason(error)}") from error
    if written != data:
        raise NotCanonical("This JSON is not in its canonical form (RFC 8785).")
    return value


def _reason(error: Exception) -> str:
    """The library's message, as the end of a sentence."""
    return f"{str(error).rstrip('.')}."


def is_canonical(data: bytes) -> bool:
    """Whether the bytes are the RFC 8785 form of the value they contain."""
    try:
        parse_canonical(data)
    except NotCanonical:
        return False
    return True


def in_utc(at: datetime) -> datetime:
    """Return the same moment in UTC; a time without a zone is rejected, never guessed."""
    if at.tzinfo is None:
        raise BadInput(f"The time {at.isoformat()} has no zone; give it in UTC.")
    return at.astimezone(UTC)


def format_time(at: datetime) -> str:
    """Format a moment as `2026-11-22T10:00:00.000000Z`: UTC, always six decimals."""
    return in_utc(at).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """Parse a moment written by `format_time`; any other form raises `NotCanonical`."""
    if not _TIME.fullmatch(text):
        raise NotCanonical(f"{text[:60]!r} is not a time of the form 2026-11-22T10:00:00.000000Z.")
    try:
        return datetime.fromisoformat(text)
    except ValueError as error:
        raise NotCanonical(f"{text!r} is not a time: {_reason(error)}") from error


def leaf_bytes(entry: Entry) -> bytes:
    """Write the leaf of an entry: what the Merkle tree hashes. It contains no private values."""
    leaf: dict[str, object] = {
        "actor": entry.actor,
        "at": format_time(entry.at),
        "body": entry.body,
        "commitments": entry.commitments,
        "kind": entry.kind,
        "log": entry.log,
        "sequence": entry.sequence,
        "v": LEAF_VERSION,
    }
    if entry.clock_at is not None:
        leaf["clock_at"] = format_time(entry.clock_at)
    if entry.kept:
        leaf["kept"] = entry.kept
    return canonical_json(leaf)


def entry_from_leaf(leaf: bytes) -> Entry:
    """Parse a leaf into an entry without private values.

    Raises `NotCanonical` if the bytes are not a leaf of version 1 in canonical form.
    """
    value = cast("dict[str, Any]", parse_canonical(leaf))
    if not isinstance(value, dict) or value.keys() - _SOMETIMES != _LEAF_MEMBERS:
        raise NotCanonical("The leaf does not have exactly the members of a ledger entry.")
    if value["v"] != LEAF_VERSION or isinstance(value["v"], bool):
        raise NotCanonical(f"The leaf has version {value['v']!r}; this program knows version 1.")
    _check_members(value)
    clock_at = value.get("clock_at")
    return Entry(
        log=value["log"],
        sequence=value["sequence"],
        at=parse_time(value["at"]),
        kind=value["kind"],
        actor=value["actor"],
        body=value["body"],
        private={},
        commitments={name: Sha256(digest) for name, digest in value["commitments"].items()},
        leaf_hash=Sha256(leaf_hash(leaf).hex()),
        clock_at=None if clock_at is None else parse_time(clock_at),
        kept=value.get("kept", {}),
    )


def _check_members(leaf: dict[str, Json]) -> None:
    for name in ("actor", "at", "kind", "log", "clock_at"):
        if not isinstance(leaf.get(name, ""), str):
            raise NotCanonical(f"The leaf's {name} is not a string.")
    sequence = leaf["sequence"]
    if not isinstance(sequence, int) or isinstance(sequence, bool) or sequence < 0:
        raise NotCanonical("The leaf's sequence is not a whole number from 0.")
    if not isinstance(leaf["body"], dict) or not isinstance(leaf["commitments"], dict):
        raise NotCanonical("The leaf's body or its commitments are not an object.")
    kept = leaf.get("kept", {"": "blob"})  # never written empty: one entry, one leaf
    if not isinstance(kept, dict) or not kept or not _KEPT.issuperset(map(str, kept.values())):
        raise NotCanonical("The leaf does not say what bytes it names.")
    for name, digest in leaf["commitments"].items():
        if not is_sha256(digest):
            raise NotCanonical(f"The leaf's commitment {name[:60]!r} is not a SHA-256.")


def _writes_alike(value: object) -> bool:
    """Whether the standard library's writer gives this value its RFC 8785 form.

    It does, eight times as fast as the full rules, except for: numbers that ECMAScript writes
    differently (whole or very small or large floats) or not at all; member names and texts beyond
    U+D7FF, whose order in UTF-16 differs; and types that only resemble JSON's.
    """
    kind = type(value)
    if kind is str:
        text = cast("str", value)
        return text.isascii() or max(text) <= _LAST_BEFORE_SURROGATES
    if kind is dict:
        members = cast("dict[object, object]", value)
        return all(type(name) is str and _writes_alike(name) for name in members) and all(
            map(_writes_alike, members.values())
        )
    if kind is list or kind is tuple:
        return all(map(_writes_alike, cast("list[object]", value)))
    if kind is int:
        return abs(cast("int", value)) <= _LARGEST_INTEGER
    if kind is float:
        number = cast("float", value)
        return _PLAIN_FROM <= abs(number) < _PLAIN_BELOW and not number.is_integer()
    return kind is bool or value is None


def _plain(value: object) -> Json:
    """Convert frozen mappings and tuples to the dicts and lists that the writer knows."""
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    if isinstance(value, float) and value.is_integer() and abs(value) > _LARGEST_INTEGER:
        raise NotCanonical(f"The number {value!r} is too large to be read back exactly.")
    return cast("Json", value)
