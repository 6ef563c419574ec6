"""Search for withheld values in bytes to be released, in whatever spelling or encoding.

A file is decomposed first (`decodings`), and its texts are compared as skeletons with the withheld
values (`spellings`). A hit is *exact* if it is the value itself, whatever the letter case, spaces
or encoding, or its hash, or a lattice that spells it. Otherwise it is *near*: the value without its
`@`, a part of an address, the words in another order. An exact hit is never released; a person has
to say what a near hit is. Pictures are not read: a person must look for what is visible in a photo.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence_store.bundle.decodings import EDGE, Decoder, Piece, Text
from evidence_store.bundle.spellings import (
    LOOSE,
    SHORTEST,
    Spelling,
    exactly,
    is_looked_for_near,
    small,
    spellings,
    word_digests,
)
from values.text import as_drawn, bare

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_WHOLE = 256 * 1024 * 1024
"""Bytes of the largest file that is decomposed whole; a larger one is searched in windows."""
_WINDOW = 16 * 1024 * 1024
_OVERLAP = 64 * 1024
_MAX_JSON = 64 * 1024 * 1024
_SHORTEST_ENCODED = 6
"""Minimum number of letters and digits of a value that is searched inside an encoding: decoded
bytes that are not text contain every shorter word by chance.
"""
_WIDEST = 60
"""Maximum number of characters between the letters of a hit, on top of its own."""
_HEX_RUN = re.compile(r"[0-9a-f]{32,}")
_DIGEST_BYTES = (16, 20, 32, 64)
SHORTEST_NESTED = 6
"""Minimum number of characters of a value inside a list or an object that is searched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One value that must not be found anywhere."""

    label: str
    """What it is, in words that may be shown, for example `source_account of entry 3`."""
    text: str
    strict: bool = True
    """False for a value that may occur in the open part of an entry and is then not secret."""
    certain: bool = True
    """False for a value that may be an ordinary word: a person is asked where it occurs on its own.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Leak:
    """A place where a secret, or something near it, would remain."""

    where: str
    label: str
    disguise: str
    """The form in which it was found, for example `base64`."""
    found: str = ""
    """For a near hit, the words found, folded as by `exactly`; otherwise empty."""

    @property
    def is_near(self) -> bool:
        """Whether a person has to say what it is."""
        return bool(self.found)

    def sentence(self) -> str:
        """Describe the leak without revealing the value."""
        return f"{self.where} contains the {self.label} ({self.disguise})."


class _Table(dict[int, str]):
    """Folds character by character, with a cache; edges stay."""

    def __init__(self, fold: Callable[[str], str]) -> None:
        super().__init__()
        self._fold = fold

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = folded = char if char == EDGE else self._fold(char)
        return folded


_TABLES = (_Table(bare), _Table(small), _Table(as_drawn))
"""The folds that give a text's skeletons: by capitals, by lower case, and as drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Needle:
    secret: Secret
    spelling: Spelling
    skeletons: tuple[str, ...]
    """One for each of the tables."""


class Scanner:
    """Searches for a fixed set of secrets."""

    def __init__(self, secrets: Iterable[Secret], *, released: Iterable[str] = ()) -> None:
        """`released` are words released on purpose, if they are near hits."""
        self._secrets = tuple(dict.fromkeys(secrets))
        self._released = frozenset(map(exactly, released))
        self._exact = {secret: exactly(secret.text) for secret in self._secrets}
        self._needles = tuple(
            _Needle(
                secret=secret,
                spelling=spelling,
                skeletons=tuple(spelling.text.translate(table) for table in _TABLES),
            )
            for secret in self._secrets
            if len(secret.text) >= SHORTEST
            for spelling in spellings(secret.text)
        )
        self._digests: dict[bytes, Secret] = {}
        self._raw: dict[bytes, Secret] = {}
        for secret in self._secrets:
            if re.fullmatch(r"(?:[0-9a-f]{2}){16,64}", secret.text):
                self._raw[bytes.fromhex(secret.text)] = secret
            elif len(secret.text) >= SHORTEST:
                for digest in word_digests(secret.text):
                    self._digests.setdefault(digest, secret)

    def in_bytes(self, data: bytes, *, where: str) -> tuple[Leak, ...]:
        """Find every secret in some bytes, each form once; near hits come last."""
        return self._sorted(self._in(data, where))

    def in_text(self, text: str, *, where: str) -> tuple[Leak, ...]:
        """Find every secret in a text."""
        return self._sorted(self._in(text, where))

    def contains(self, text: str) -> bool:
        """Whether a secret itself occurs in a text, in whatever encoding."""
        return any(not leak.is_near for leak in self._in(text, ""))

    def found_in(self, data: bytes) -> frozenset[Secret]:
        """Return the secrets that occur exactly in some bytes."""
        labels = {
            (leak.label, leak.found) for leak in self.in_bytes(data, where="") if not leak.is_near
        }
        return frozenset(one for one in self._secrets if (one.label, "") in labels)

    def in_file(self, path: Path, *, where: str) -> tuple[Leak, ...]:
        """Find every secret in a file: in its name, and in its decomposed content.

        A file that cannot be decomposed is itself a hit.
        """
        leaks = list(self._in(where, "the name of a file"))
        if path.stat().st_size <= _WHOLE:
            leaks.extend(self._in(path.read_bytes(), where))
        else:
            leaks.extend(self._in_windows(path, where))
        if path.suffix in (".json", ".jsonl") and path.stat().st_size <= _MAX_JSON:
            leaks.extend(self._spelled(path.read_bytes(), where))
        return self._sorted(leaks)

    def _in_windows(self, path: Path, where: str) -> Iterator[Leak]:
        tail = b""
        with path.open("rb") as stream:
            while window := stream.read(_WINDOW):
                yield from self._in(tail + window, where)
                tail = window[-_OVERLAP:]

    def _in(self, value: bytes | str, where: str) -> Iterator[Leak]:
        decoder = Decoder()
        found = decoder.of_text(value) if isinstance(value, str) else decoder.of_bytes(value)
        for one in found:
            if isinstance(one, Piece):
                yield from self._in_piece(one, where)
            else:
                yield from self._in_words(one, where)
        for problem in decoder.problems:
            words = f"it cannot be searched: {problem}"
            yield Leak(where=where, label="possibility of anything", disguise=words)

    def _in_piece(self, piece: Piece, where: str) -> Iterator[Leak]:
        for raw, secret in self._raw.items():
            if raw in piece.data:
                words = _joined("raw bytes", piece.form)
                yield Leak(where=where, label=secret.label, disguise=words)
        if len(piece.data) in _DIGEST_BYTES and piece.data in self._digests:
            secret = self._digests[piece.data]
            words = _joined("a hash of it", piece.form)
            yield Leak(where=where, label=secret.label, disguise=words)

    def _in_words(self, seen: Text, where: str) -> Iterator[Leak]:
        for number, table in enumerate(_TABLES):
            if number and seen.text.isascii():
                break
            skeleton = seen.text.translate(table)
            places: list[int] | None = None
            for needle in self._needles:
                wanted = needle.skeletons[number]
                if wanted not in skeleton or (seen.form and len(wanted) < _SHORTEST_ENCODED):
                    continue
                if places is None:
                    places = _places(seen.text, table)
                yield from self._hits(needle, wanted, seen, skeleton, places, where)
            if not number:
                yield from self._hashes(seen, skeleton, where)

    def _hits(
        self,
        needle: _Needle,
        wanted: str,
        seen: Text,
        skeleton: str,
        places: list[int],
        where: str,
    ) -> Iterator[Leak]:
        """Yield a hit for each form in which one skeleton occurs in a text."""
        text = seen.text
        forms: set[str] = set()
        start = skeleton.find(wanted)
        while start >= 0:
            first, last = places[start], places[start + len(wanted) - 1]
            start = skeleton.find(wanted, start + 1)
            shown = text[first : last + 1]
            if len(shown) > len(wanted) * 2 + _WIDEST:
                continue
            form = exactly(shown)
            if form in forms or form in self._released:
                continue
            forms.add(form)
            whole = _widened(text, first, last, self._exact[needle.secret])
            if (whole or form == self._exact[needle.secret]) and needle.secret.certain:
                disguise = seen.form or "as it is"
                yield Leak(where=where, label=needle.secret.label, disguise=disguise)
                return
            if not is_looked_for_near(wanted):
                continue
            if len(wanted) < LOOSE and not _stands_alone(text, first, last):
                forms.discard(form)
                continue
            disguise = _joined(needle.spelling.form, seen.form)
            yield Leak(where=where, label=needle.secret.label, disguise=disguise, found=form)

    def _hashes(self, seen: Text, skeleton: str, where: str) -> Iterator[Leak]:
        if not self._digests:
            return
        for match in _HEX_RUN.finditer(skeleton):
            run = match[0]
            for size in _DIGEST_BYTES:
                for place in range(len(run) - 2 * size + 1):
                    digest = bytes.fromhex(run[place : place + 2 * size])
                    if digest in self._digests:
                        label = self._digests[digest].label
                        words = _joined("a hash of it", seen.form)
                        yield Leak(where=where, label=label, disguise=words)

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

    def _sorted(self, leaks: Iterable[Leak]) -> tuple[Leak, ...]:
        """Remove duplicates; a near hit in a word already found near is skipped."""
        once = dict.fromkeys(leaks)
        return tuple(sorted(once, key=lambda leak: leak.is_near))


def _joined(name: str, form: str) -> str:
    return f"{name}, in {form}" if form else name


def _places(text: str, table: _Table) -> list[int]:
    """For each character of a skeleton, its index in the text."""
    return [at for at, char in enumerate(text) for _ in table[ord(char)]]


def _stands_alone(text: str, first: int, last: int) -> bool:
    """Whether there is no letter or digit next to a hit."""
    before, after = text[first - 1 : first], text[last + 1 : last + 2]
    return not before.isalnum() and not after.isalnum()


def _widened(text: str, first: int, last: int, wanted: str) -> bool:
    """Whether the value itself is there, including the signs missing from its skeleton."""
    around = len(wanted) + 2
    return wanted in exactly(text[max(0, first - around) : last + 1 + around])


SENTENCE = frozenset({"id", "parameters", "shown"})
"""The members of a sentence recorded with its text."""


def text_forms(value: object) -> Iterator[str]:
    """Yield the texts by which a private value may be recognised, at any depth.

    For a labelled fact, an object with `name` and `value`, only the value counts; for a sentence,
    its parameters and the text as shown, since its identifier is the program's own. Inside lists
    and objects, words under six characters (`JPEG`, `RGB`) reveal nothing.
    """
    if isinstance(value, str):
        yield value.strip()
    else:
        yield from (text for text in _nested(value) if len(text) >= SHORTEST_NESTED)


def _nested(value: object, *, numbers: bool = True) -> Iterator[str]:
    """A matrix, an outline or a row of more than three numbers cannot be a location on Earth."""
    if isinstance(value, dict):
        for member in _members(value):
            yield from _nested(member, numbers=numbers)
    elif isinstance(value, list | tuple):
        numbers = len(value) <= 3 and not any(isinstance(one, list | tuple) for one in value)
        for member in value:
            yield from _nested(member, numbers=numbers)
    elif isinstance(value, str):
        yield value.strip()
    elif isinstance(value, float) and numbers:
        yield from _number_forms(value)


def _members(value: dict[str, object]) -> Iterable[object]:
    """The numbers of a sentence are measurements, and are recorded beside it."""
    if {"name", "value"} <= value.keys():
        return (value["value"],)
    if value.keys() == SENTENCE and isinstance(value["parameters"], list):
        pairs = [pair for pair in value["parameters"] if isinstance(pair, list)]
        data = (datum for pair in pairs for datum in pair[1:] if not isinstance(datum, float))
        return (*data, value["shown"])
    return value.values()


def digests(data: Callable[[], Iterable[bytes]]) -> tuple[str, ...]:
    """Return the hexadecimal hashes by which bytes are commonly identified."""
    states = [hashlib.new(name, usedforsecurity=False) for name in ("md5", "sha1", "sha256")]
    states.append(hashlib.sha512())
    for block in data():
        for state in states:
            state.update(block)
    return tuple(state.hexdigest() for state in states)


def _number_forms(value: float) -> Iterator[str]:
    """Three decimals of a degree are about a hundred metres: enough to identify a place."""
    if not math.isfinite(value) or value == round(value, 2):
        return
    yield f"{math.trunc(value * 1000) / 1000:.3f}"
    yield f"{value:.3f}"


def _glyph_rows(value: object) -> Iterator[list[set[str]]]:
    """Yield every list whose members each offer single characters: the shape of a lattice."""
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
