"""Texts made comparable: case, separators, scripts and digits of other scripts folded away.

What was read is always kept as read; only comparisons use the folded form.
"""

from __future__ import annotations

import unicodedata
from typing import Final

LETTER_TWINS: Final = dict(
    zip(
        "АВЕКМНОРСТУХІЈЅԚԜҮ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "ŁĐØÐ" + "ЗӠƷ",
        "ABEKMHOPCTYXIJSQWY" + "ABEZHIKMNOPTYX" + "LDOD" + "333",
        strict=True,
    )
)
"""Capital letters that look like a Latin letter or a digit, and which (Cyrillic, Greek, barred).

After the look-alikes of Unicode's confusables list (UTS 39), as far as they occur on plates.
"""

CONFUSABLE_CLASSES: Final = ("0ODQ", "1IL", "2Z", "5S", "6G", "8B", "UV")
"""Latin letters and digits that worn plates and readers confuse; the first stands for all."""

_SKELETON: Final = str.maketrans(
    {char: group[0] for group in CONFUSABLE_CLASSES for char in group[1:]}
)
_ASCII_DROP: Final = {code: None for code in range(128) if not chr(code).isalnum()}
_NO_LETTERS: Final = {ord(sign): " " for sign in "№™®©℠ªº"}
_DOTLESS: Final = {ord("ı"): "I", ord("ſ"): "S"}


def fold(text: str) -> str:
    """Fold a serial, model or code to the key by which it is compared.

    Upper-case letters and digits only, without separators, accents or invisible characters;
    letters that look like Latin ones (Cyrillic А, Greek Α) become Latin, digits of any script 0-9.
    Letters without a Latin twin (И, Ж, م) stay. O and 0, I and 1 are never merged here: a maker
    may use both (see `skeleton`).
    """
    if text.isascii():
        return text.upper().translate(_ASCII_DROP)
    return "".join(_fold_char(char) for char in plain(text).upper())


def skeleton(key: str) -> str:
    """Merge the characters of a folded key that are easily taken for one another (O and 0 …)."""
    return key.translate(_SKELETON)


def plain(text: str) -> str:
    """Resolve compatibility forms and drop accents, marks and signs such as № or ™."""
    text = text.translate(_NO_LETTERS).translate(_DOTLESS)
    apart = unicodedata.normalize("NFKD", text)
    return "".join(char for char in apart if not unicodedata.combining(char))


def _fold_char(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if not char.isalpha():
        return ""
    return LETTER_TWINS.get(char, char)
