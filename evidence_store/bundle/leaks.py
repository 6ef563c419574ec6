"""Looking for withheld values in bytes that are to be released, in many disguises.

It finds a value as text, escaped, encoded, in other letter case, inside the compressed streams
of a PDF, or spelled out in the alternatives of a lattice. It does not read pictures: what can be
seen in a photo, a person must look for.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import math
import re
import unicodedata
import urllib.parse
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_WINDOW = 8 * 1024 * 1024
_MAX_JSON = 64 * 1024 * 1024
_MAX_STREAM = 64 * 1024 * 1024
_STREAM = re.compile(rb"stream\r?\n")
SHORTEST = 4
"""Characters below which a value is not looked for: it would be found everywhere by chance."""
SHORTEST_NESTED = 6
"""The same for a value inside a list or an object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One value that must not be found anywhere."""

    label: str
    """What it is, in words that may be shown, for example `source_account of entry 3`."""
    text: str
    strict: bool = True
    """False for a value that may stand in the open part of an entry, which then is no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A place where a secret would still stand."""

    where: str
    label: str
    disguise: str
    """The form in which it stands there, for example `base64`."""

    def sentence(self) -> str:
        """Say where what would leak, without saying it."""
        return f"{self.where} holds the {self.label} ({self.disguise})."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needle:
    secret: Secret
    disguise: str
    data: bytes
    folded: bool
    """Whether to look without regard to ASCII letter case."""


class Scanner:
    """Looks for a fixed set of secrets."""

    def __init__(self, secrets: Iterable[Secret]) -> None:
        self._secrets = tuple(dict.fromkeys(secrets))
        self._needles = tuple(_unique(n for secret in self._secrets for n in _needles(secret)))
        self._overlap = max((len(needle.data) for needle in self._needles), default=1)

    def in_bytes(self, data: bytes, *, where: str) -> tuple[Leak, ...]:
        """Find every secret in some bytes, once for each of its disguises."""
        lowered = data.lower()
        leaks = [
            Leak(where=where, label=needle.secret.label, disguise=needle.disguise)
            for needle in self._needles
            if needle.data in (lowered if needle.folded else data)
        ]
        return tuple(dict.fromkeys(leaks))

    def found_in(self, data: bytes) -> frozenset[Secret]:
        """Tell which secrets stand in some bytes."""
        lowered = data.lower()
        return frozenset(
            needle.secret
            for needle in self._needles
            if needle.data in (lowered if needle.folded else data)
        )

    def in_file(self, path: Path, *, where: str) -> tuple[Leak, ...]:
        """Find every secret in a file: its bytes, its name, PDF streams, and JSON lattices."""
        leaks = list(self.in_bytes(where.encode(), where="the name of a file"))
        for piece in self._pieces(path):
            leaks.extend(self.in_bytes(piece, where=where))
        if path.suffix in (".json", ".jsonl") and path.stat().st_size <= _MAX_JSON:
            leaks.extend(self._spelled(path.read_bytes(), where))
        return tuple(dict.fromkeys(leaks))

    def _pieces(self, path: Path) -> Iterator[bytes]:
        tail = b""
        with path.open("rb") as stream:
            head = stream.read(5)
            stream.seek(0)
            while window := stream.read(_WINDOW):
                yield tail + window
                tail = window[-self._overlap :]
        if head == b"%PDF-":
            yield from _inflated(path.read_bytes())

    def _spelled(self, data: bytes, where: str) -> Iterator[Leak]:
        for line in [data] if where.endswith(".json") else data.splitlines():
            try:
                value = json.loads(line)
            except (ValueError, RecursionError):
                continue
            for glyphs in _glyph_rows(value):
                for secret in self._secrets:
                    if _spells(glyphs, secret.text):
                        yield Leak(where=where, label=secret.label, disguise="lattice")


def text_forms(value: object) -> Iterator[str]:
    """Give the texts by which a value of a private field may be known, at any depth.

    Of a labelled fact, an object with `name` and `value`, only the value counts. Inside lists
    and objects, words under six characters (`JPEG`, `RGB`) give nothing away.
    """
    if isinstance(value, str):
        yield value.strip()
    else:
        yield from (text for text in _nested(value) if len(text) >= SHORTEST_NESTED)


def _nested(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        members = [value["value"]] if {"name", "value"} <= value.keys() else value.values()
        for member in members:
            yield from _nested(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _nested(member)
    elif isinstance(value, str):
        yield value.strip()
    elif isinstance(value, float):
        yield from _number_forms(value)


def digests(data: Callable[[], Iterable[bytes]]) -> tuple[str, ...]:
    """Give the hashes, in hexadecimal, by which bytes are commonly known."""
    states = [hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha1", "sha256")]
    states.append(hashlib.sha512())
    for block in data():
        for state in states:
            state.update(block)
    return tuple(state.hexdigest() for state in states)


def _number_forms(value: float) -> Iterator[str]:
    """Three decimals of a degree are about a hundred metres: enough to find a place."""
    if not math.isfinite(value) or value == round(value, 2):
        return
    yield f"{math.trunc(value * 1000) / 1000:.3f}"
    yield f"{value:.3f}"


def _needles(secret: Secret) -> Iterator[_Needle]:
    if len(secret.text) < SHORTEST:
        return
    for text in _spellings(secret.text):
        utf8 = text.encode("utf-8")
        escaped = json.dumps(text)[1:-1].encode("ascii")
        named = {
            "plain": utf8,
            "UTF-16 LE": text.encode("utf-16-le"),
            "UTF-16 BE": text.encode("utf-16-be"),
            "JSON escapes": escaped,
            "percent": urllib.parse.quote(text, safe="").encode("ascii"),
            "percent with plus": urllib.parse.quote_plus(text).encode("ascii"),
            "HTML": html.escape(text).encode("utf-8"),
            "HTML numbers": text.encode("ascii", errors="xmlcharrefreplace"),
            "hexadecimal": utf8.hex().encode("ascii"),
        }
        for disguise, data in named.items():
            yield _Needle(secret=secret, disguise=disguise, data=data.lower(), folded=True)
        yield from _base64_needles(secret, utf8, "base64")
    yield from _raw_needles(secret)


def _raw_needles(secret: Secret) -> Iterator[_Needle]:
    """A hash in hexadecimal may also stand as its bytes, or as base64 of those."""
    if re.fullmatch(r"(?:[0-9a-f]{2}){16,64}", secret.text) is None:
        return
    raw = bytes.fromhex(secret.text)
    yield _Needle(secret=secret, disguise="raw bytes", data=raw, folded=False)
    yield from _base64_needles(secret, raw, "base64 of raw bytes")


def _spellings(text: str) -> set[str]:
    """The text in both Unicode forms and in other letter case, beyond what ASCII folding does."""
    forms = {unicodedata.normalize(form, text) for form in ("NFC", "NFD")}
    return {case(form) for form in forms for case in (str, str.lower, str.upper, str.title)}


def _base64_needles(secret: Secret, data: bytes, disguise: str) -> Iterator[_Needle]:
    """Base64 depends on where in three bytes a text begins; the part that does not is sought."""
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + data)
        end = len(encoded) - (4 if (shift + len(data)) % 3 else 0)
        core = encoded[4 if shift else 0 : end]
        if len(core) < 6:
            continue
        yield _Needle(secret=secret, disguise=disguise, data=core, folded=False)
        url_safe = core.replace(b"+", b"-").replace(b"/", b"_")
        yield _Needle(secret=secret, disguise=disguise, data=url_safe, folded=False)


def _unique(needles: Iterator[_Needle]) -> Iterator[_Needle]:
    seen = set()
    for needle in needles:
        key = (needle.secret, needle.data, needle.folded)
        if key not in seen:
            seen.add(key)
            yield needle


def _inflated(pdf: bytes) -> Iterator[bytes]:
    for match in _STREAM.finditer(pdf):
        try:
            yield zlib.decompressobj().decompress(pdf[match.end() :], _MAX_STREAM)
        except zlib.error:
            continue


def _glyph_rows(value: object) -> Iterator[list[set[str]]]:
    """Every list whose members each offer single characters: the shape of a lattice."""
    if isinstance(value, dict):
        for member in value.values():
            yield from _glyph_rows(member)
    elif isinstance(value, list):
        row = [set(_single_characters(member, 4)) for member in value]
        if sum(map(bool, row)) >= SHORTEST:
            yield [options for options in row if options]
        for member in value:
            yield from _glyph_rows(member)


def _single_characters(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str) and len(value) == 1:
        yield value.upper()
    elif depth and isinstance(value, dict):
        for member in value.values():
            yield from _single_characters(member, depth - 1)
    elif depth and isinstance(value, list):
        for member in value:
            yield from _single_characters(member, depth - 1)


def _spells(row: list[set[str]], text: str) -> bool:
    wanted = [char for char in text.upper() if char.isalnum()]
    if len(wanted) < SHORTEST:
        return False
    rows = [options for options in row if any(char.isalnum() for char in options)]
    return any(
        all(char in rows[start + place] for place, char in enumerate(wanted))
        for start in range(len(rows) - len(wanted) + 1)
    )
