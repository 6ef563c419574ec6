"""Label words: how plates say *serial number*, *type*, *maker* … in several languages.

`labels.csv` lists them: field, language, label. It was compiled from the names that GS1's Tag Data
Standard gives (P/N, S/N), FAR 52.204-16 (CAGE), published documents in English, Russian, Turkish,
Persian, French, German and Chinese, and general knowledge; words seen on plates were added. The
field `-` marks words that announce something else (a revision, a frequency): they end a value.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast, get_args

from vision.types import FieldName

OTHER = "-"
_LOOKALIKES = str.maketrans({"0": "o", "1": "i", "l": "i", "|": "i", "!": "i", "5": "s", "8": "b"})
_NUMBER_WORDS = ("number", "nummer", "num", "nom", "nr", "no", "nu", "n")
_JUNK = " .:;,#=_-–—|*'\"“”№•·：，（）…<>()[]{}/\\"


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A label word found in a line: the fields it may announce, and where (offsets in the text)."""

    fields: tuple[FieldName, ...]
    word: str
    start: int
    end: int
    """Where the value may begin: after the word, a following *No.* and punctuation."""
    strength: float
    """0–1: 1 for the exact word with a boundary after it; less if it was guessed."""


def folded(char: str) -> str:
    """Fold one character for comparing label words: case, accents and look-alike digits."""
    if char in "#№":
        return "no"
    if char in "°º":
        return "o"
    plain = "".join(c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c))
    return "".join(c for c in plain.casefold() if c.isalnum()).translate(_LOOKALIKES)


def fold_word(text: str) -> str:
    """Fold a whole word or label; only letters and digits stay."""
    return "".join(folded(char) for char in text)


@cache
def known_labels() -> dict[str, tuple[str, tuple[FieldName, ...]]]:
    """Give every label: folded spelling -> (as listed, fields it may announce)."""
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
        label = _label_at(text, stream, position)
        if label is None:
            position += 1
            continue
        found.append(label)
        while position < len(stream) and stream[position][1] < label.end:
            position += 1
    return tuple(found)


def _in_place(text: str, at: int, char: str) -> str:
    """Fold a character of a line; a digit that begins a word is no misread letter of a label."""
    if char == "9" and _number_sign(text, at):
        return "o"
    begins = at == 0 or not text[at - 1].isalnum()
    if char.isdigit() and begins and text[at + 1 : at + 3].upper() != "/N":
        return char
    return folded(char)


_ALONE = re.compile(r"(?<!\w)N9(?!\w)")


def _number_sign(text: str, at: int) -> bool:
    """Say whether a 9 after N is the raised o of *N°*: `N9` alone, or where the line has it alone.

    Readers take the small raised and underlined o for a 9.
    """
    if text[at - 1 : at] != "N" or (at > 1 and text[at - 2].isalnum()):
        return False
    return bool(_ALONE.search(text))


def _label_at(text: str, stream: list[tuple[str, int]], position: int) -> Label | None:
    char, at = stream[position]
    if not _word_start(text, at):
        return None
    keys = _by_first().get(char, ())
    # A word spelt exactly wins over a longer one that is only nearly there.
    for match in (_exact, _nearly):
        for key in keys:
            strength, used = match(text, stream, position, key)
            if strength:
                word, fields = known_labels()[key]
                end = _value_start(text, stream[position + used - 1][1] + 1)
                return Label(fields=fields, word=word, start=at, end=end, strength=strength)
    return None


def _exact(text: str, stream: list[tuple[str, int]], position: int, key: str) -> tuple[float, int]:
    """Match a label as spelt: (strength, characters used), or (0, 0)."""
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
    """Say how well a label ends here: 1 at a boundary, less where the value is glued to it."""
    last = stream[position + used - 1][1]
    after = text[last + 1 : last + 2]
    if not key.isascii():
        # Chinese is written without spaces; other scripts must end their words.
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


def _value_start(text: str, at: int) -> int:
    """Skip a following *No.*, *number* or *#*, then punctuation, to where the value begins."""
    while at < len(text) and text[at] in _JUNK:
        at += 1
    rest = text[at : at + 8].casefold()
    if rest.startswith("n9") and _number_sign(text, at + 1):
        rest = rest.replace("9", "o", 1)
    for word in _NUMBER_WORDS:
        follows = rest[len(word) : len(word) + 1]
        if rest.startswith(word) and not (follows.isalpha() or (len(word) < 2 and follows)):
            at += len(word)
            break
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
    """Say whether two words differ by at most one changed, missing or added character."""
    if len(a) > len(b):
        a, b = b, a
    if len(b) - len(a) > 1:
        return False
    at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    return a[at + 1 :] == b[at + 1 :] if len(a) == len(b) else a[at:] == b[at + 1 :]
