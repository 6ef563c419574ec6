"""Label words: how plates write *serial number*, *type*, *maker* … in several languages.

`labels.csv` lists them: field, language, label. It was compiled from the names that GS1's Tag Data
Standard gives (P/N, S/N), FAR 52.204-16 (CAGE), published documents in English, Russian, Turkish,
Persian, French, German and Chinese, and general knowledge; words seen on plates were added. The
field `-` marks words that announce something else (a revision, a frequency): they end a value.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import cast, get_args

from values.text import WORD_TWINS
from vision.shapes import up_to_legal_form
from vision.types import FieldName

OTHER = "-"
_WORD_TWINS = str.maketrans(WORD_TWINS)
NUMBER_SIGN = "number sign"
"""The word of a label that is only a number sign."""

NAMED_IN_FULL: tuple[FieldName, ...] = ("serial", "model", "part_number", "lot", "date", "contract")
"""Fields whose label words also occur in company names (*Serial Electronics Ltd*)."""

_NUMBER_WORDS = ("number", "nummer", "num", "nom", "nr", "no", "nu", "n")
_JUNK = " .:;,#=_-–—|*'\"“”№•·：，（）…<>()[]{}/\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label word found in a line: the fields it may announce, and its place (text offsets)."""

    fields: tuple[FieldName, ...]
    word: str
    start: int
    end: int
    """Offset at which the value may begin: after the word, a following *No.* and punctuation."""
    strength: float
    """0–1: 1 for the exact word followed by a boundary; less for a guess."""
    numbered: bool = False
    """Whether the label contains a number sign, or has one before the value."""

    @property
    def bare(self) -> bool:
        """Whether it is a number sign without a word, which does not say what the number is."""
        return self.word == NUMBER_SIGN


def folded(char: str) -> str:
    """Fold one character for comparing label words: case, accents and look-alike digits."""
    if char in "#№":
        return "no"
    if char in "°º":
        return "o"
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return "".join(c for c in plain.casefold() if c.isalnum()).translate(_WORD_TWINS)


def fold_word(text: str) -> str:
    """Fold a whole word or label; only letters and digits remain."""
    return "".join(folded(char) for char in text)


@cache
def known_labels() -> dict[str, tuple[str, tuple[FieldName, ...]]]:
    """Return every label: folded spelling -> (as listed, fields it may announce)."""
    found: dict[str, tuple[str, list[FieldName]]] = {}
    with Path(__file__).with_name("labels.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            key = fold_word(row["label"])
            word, fields = found.setdefault(key, (row["label"], []))
            if row["field"] == OTHER:
                continue
            if row["field"] not in get_args(FieldName):
                raise ValueError(f"labels.csv: {row['field']!r} ({word}) is not a field")
            name = cast("FieldName", row["field"])
            if name not in fields:
                fields.append(name)
    for key in [key for key in found if key.endswith("no") and len(key) > len("no") + 1]:
        found.setdefault(key.removesuffix("no") + "nr", found[key])
    return {key: (word, tuple(fields)) for key, (word, fields) in found.items()}


@cache
def _by_first() -> dict[str, tuple[str, ...]]:
    grouped: dict[str, list[str]] = {}
    for key in known_labels():
        grouped.setdefault(key[0], []).append(key)
    return {first: tuple(sorted(keys, key=len, reverse=True)) for first, keys in grouped.items()}


def find_labels(text: str) -> tuple[Label, ...]:
    """Find all label words in a line, left to right, longest first, not overlapping."""
    stream = [(part, at) for at, char in enumerate(text) for part in _in_place(text, at, char)]
    found: list[Label] = []
    position = 0
    while position < len(stream):
        label = _label_at(text, stream, position) or _numbered_at(text, stream[position][1])
        if label is None or (label.bare and found and found[-1].end == label.start):
            position += 1
            continue
        found.append(label)
        while position < len(stream) and stream[position][1] < label.end:
            position += 1
    return _without_names(text, _joined(text, found))


_SIGN = (
    r"(?:№|(?:N[°ºO]|N0(?!\d)|NR|NU|NUM|NUMBER|NUMMER|NUMARASI|NUMARA|NUMERO|NÚMERO|NUMÉRO|НОМЕР|ČÍSLO)"
    r"(?![^\W\d_])\.?|\#)"
)
"""Number signs after a word or on their own, from general knowledge of the listed languages."""

_HAN_SIGN = r"(?:编号|編號|号码|號碼|号|號|番号)"
_LEADING = (
    r"(?:№|N[°º]|N[O0]\.|NR\.?\s|NO\.?\s(?=OF\b)|NUMBER\s(?=OF\b)|NUM[EÉ]RO|NÚMERO|НОМЕР|شماره|رقم)"
)
_WORD = r"[^\W\d_][\w.'’/-]*"
_AFTER_WORD = re.compile(rf"({_WORD}?)(\s*[.\-]?\s*){_SIGN}", re.IGNORECASE)
_AFTER_HAN = re.compile(rf"(?!{_HAN_SIGN})[\u4e00-\u9fff]{{1,10}}?{_HAN_SIGN}(?![\u4e00-\u9fff])")
_BEFORE_WORD = re.compile(
    rf"{_LEADING}\s*(?:[^\W\d_]{{1,3}}['’\s]\s*)*[^\W\d_]{{3,}}", re.IGNORECASE
)
_ALONE_SIGN = re.compile(rf"(?:{_SIGN}|{_HAN_SIGN}|شماره|رقم)", re.IGNORECASE)


def _numbered_at(text: str, at: int) -> Label | None:
    """Return *unknown word + number sign* as a label of something else, or a lone number sign.

    A sign counts only if a number, or nothing, follows: *NO STEP* announces no number.
    """
    if not _word_start(text, at):
        return None
    for pattern in (_BEFORE_WORD, _AFTER_HAN, _AFTER_WORD, _ALONE_SIGN):
        found = pattern.match(text, at)
        if not found:
            continue
        word, end = found.group(), found.end()
        if pattern is _BEFORE_WORD and _grows_into_a_value(text, end):
            continue
        bare = pattern is _ALONE_SIGN
        if pattern in (_AFTER_WORD, _AFTER_HAN) and _holds_a_label(text, at, end):
            continue
        if pattern is _AFTER_WORD and _glued(found) and not _at_once(text, end):
            continue
        start = _after_junk(text, end)
        if not bare or _announces(text, start):
            return Label(
                fields=(),
                word=NUMBER_SIGN if bare else word.strip(),
                start=at,
                end=start,
                strength=1.0,
                numbered=True,
            )
    return None


def _glued(found: re.Match[str]) -> bool:
    """Whether the sign is written onto the word, as at the end of *TORINO*."""
    return not found.group(2) and found.group()[-1:] not in "№#"


def _grows_into_a_value(text: str, end: int) -> bool:
    """Whether letters continue into digits: a value, not a word."""
    return text[end : end + 1].isalnum() or (text[end : end + 1] == "-" and text[end + 1 :] != "")


def _at_once(text: str, end: int) -> bool:
    """Whether a number, a colon or a full stop follows without a space."""
    return (
        text[end - 1] == "." or text[end : end + 1] in {":", "："} or text[end : end + 1].isdigit()
    )


def _announces(text: str, start: int) -> bool:
    """Whether a number follows, after a few letters at most, or nothing does."""
    return not text[start:].strip() or bool(_NUMBER_FOLLOWS.match(text, start))


_NUMBER_FOLLOWS = re.compile(r"(?:[^\W\d_]{1,3}[\s.-]+)?\S*\d")


def _holds_a_label(text: str, start: int, end: int) -> bool:
    """Whether a known label begins inside, which is found later."""
    stream = [(part, at) for at, char in enumerate(text) for part in _in_place(text, at, char)]
    places = [number for number, (_, at) in enumerate(stream) if start < at < end]
    return any(_label_at(text, stream, number) for number in places)


def _joined(text: str, found: list[Label]) -> list[Label]:
    """Include a label word before *unknown word + number sign* in it: *TYPE APPROVAL NO*."""
    kept: list[Label] = []
    for label in found:
        before = kept[-1] if kept else None
        other = not label.fields and label.numbered and not label.bare
        if before and other and "maker" not in before.fields and before.end >= label.start:
            kept[-1] = replace(
                label, start=before.start, word=text[before.start : label.end].strip()
            )
        else:
            kept.append(label)
    return kept


def _without_names(text: str, found: list[Label]) -> tuple[Label, ...]:
    """Drop label words inside a company name: *SERIAL ELECTRONICS LTD* announces no serial."""
    kept = []
    for number, label in enumerate(found):
        stop = found[number + 1].start if number + 1 < len(found) else len(text)
        if not _in_a_name(text, label, stop):
            kept.append(label)
    return tuple(kept)


def _in_a_name(text: str, label: Label, stop: int) -> bool:
    """Whether words and a legal form follow with nothing separating them."""
    if not set(label.fields) & set(NAMED_IN_FULL) or label.numbered:
        return False
    if any(char in _MARKS for char in text[label.start : label.end]):
        return False
    name = up_to_legal_form(text[label.end : stop])
    named = [word for word in (name or "").split() if sum(char.isalpha() for char in word) >= 3]
    before = any(char.isalnum() for char in text[: label.start])
    return name is not None and not any(char.isdigit() for char in name) and bool(named or before)


_MARKS = ":=：#№/"
"""Characters that separate a label from its value; a company name has none of them."""


def _in_place(text: str, at: int, char: str) -> str:
    """Fold a character of a line; a digit that begins a word is not a misread letter of a label.

    Nor is one before another digit: the zero of `NO123` and of `N0123` belongs to the value.
    """
    if char == "9" and _number_sign(text, at):
        return "o"
    if char.isdigit() and text[at + 1 : at + 2].isdigit():
        return char
    begins = at == 0 or not text[at - 1].isalnum()
    if char.isdigit() and begins and text[at + 1 : at + 3].upper() != "/N":
        return char
    return folded(char)


_ALONE = re.compile(r"(?<!\w)N9(?!\w)")


def _number_sign(text: str, at: int) -> bool:
    """Whether a 9 after N is the raised o of *N°*: `N9` alone, or the only 9 like it in the line.

    Engines read the small raised and underlined o as a 9.
    """
    if text[at - 1 : at] != "N" or (at > 1 and text[at - 2].isalnum()):
        return False
    return bool(_ALONE.search(text))


def _label_at(text: str, stream: list[tuple[str, int]], position: int) -> Label | None:
    char, at = stream[position]
    if not _word_start(text, at):
        return None
    keys = _by_first().get(char, ())
    # An exact match takes precedence over a longer approximate one.
    for match in (_exact, _nearly):
        for key in keys:
            strength, used = match(text, stream, position, key)
            if strength:
                word, fields = known_labels()[key]
                last = stream[position + used - 1][1] + 1
                complete = key.endswith(_ENDS_NUMBERED)
                end, sign = _value_start(text, last, complete=complete)
                numbered = complete or sign or "№" in text[at:end] or "#" in text[at:end]
                return Label(
                    fields=fields,
                    word=word,
                    start=at,
                    end=end,
                    strength=strength,
                    numbered=numbered,
                )
    return None


_ENDS_NUMBERED = (
    "no",
    "nr",
    "number",
    "nummer",
    "номер",
    "号",
    "numarasi",
    "nu",
    "num",
    "sn",
    "pn",
)
"""Endings of folded labels that already include a number sign."""


def _exact(text: str, stream: list[tuple[str, int]], position: int, key: str) -> tuple[float, int]:
    """Match a label exactly: (strength, characters used), or (0, 0)."""
    window = "".join(char for char, _ in stream[position : position + len(key)])
    if window != key:
        return 0.0, 0
    return _boundary(text, stream, position, len(key), key), len(key)


def _nearly(text: str, stream: list[tuple[str, int]], position: int, key: str) -> tuple[float, int]:
    """Match a long label with one character wrong, missing or added."""
    if len(key) < 6:
        return 0.0, 0
    window = "".join(char for char, _ in stream[position : position + len(key) + 1])
    for used in (len(key), len(key) - 1, len(key) + 1):
        if used <= len(window) and _one_edit(window[:used], key):
            ended = _boundary(text, stream, position, used, key)
            if ended == 1.0:
                return 0.7, used
    return 0.0, 0


def _boundary(
    text: str, stream: list[tuple[str, int]], position: int, used: int, key: str
) -> float:
    """Score the end of a label: 1 at a boundary, less if the value is glued to it."""
    last = stream[position + used - 1][1]
    after = text[last + 1 : last + 2]
    if not key.isascii():
        # Chinese is written without spaces; words in other scripts must end here.
        return 1.0 if _is_han(key[-1]) or not after.isalpha() else 0.0
    if not after or not after.isalnum():
        return 1.0 if len(key) > 1 else 0.0
    if _is_han(after):
        return 1.0
    if after.isdigit() and (len(key) >= 4 or key.endswith("no")):
        return 0.8
    if after.isupper() and text[last].islower() and len(key) >= 4:
        return 0.8
    rest = fold_word(text[last + 1 : last + 8])
    if len(key) >= 3 and rest.startswith(("no", "nr", "number")):
        return 0.8
    return 0.6 if len(key) >= 6 else 0.0


def _value_start(text: str, at: int, *, complete: bool) -> tuple[int, bool]:
    """Skip a following *No.*, *number* or *#*, then punctuation, to the start of the value.

    Also returns whether there was a number word. After a `complete` label, a number word written
    onto digits is part of the value.
    """
    at = _after_junk(text, at)
    rest = text[at : at + 8].casefold()
    if rest.startswith("n9") and _number_sign(text, at + 1):
        rest = rest.replace("9", "o", 1)
    for word in (*_NUMBER_WORDS, "n0"):
        follows = rest[len(word) : len(word) + 1]
        short = len(word) < 2 or word == "n0" or complete
        if rest.startswith(word) and not (follows.isalpha() or (short and follows.isalnum())):
            return _after_junk(text, at + len(word)), True
    return at, False


def _after_junk(text: str, at: int) -> int:
    """Skip punctuation."""
    while at < len(text) and text[at] in _JUNK:
        at += 1
    return at


def _word_start(text: str, at: int) -> bool:
    if at == 0:
        return True
    before, char = text[at - 1], text[at]
    if not before.isalnum() or _is_han(char) or _is_han(before):
        return True
    return before.islower() and char.isupper()


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def _one_edit(a: str, b: str) -> bool:
    """Whether two words are at most one edit apart."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    return a[at + 1 :] == b[at + 1 :] if len(a) == len(b) else a[at:] == b[at + 1 :]
