"""Fold texts for comparison: case, separators, accents, scripts and look-alike characters.

Text is always stored as it was read or written; only comparisons use a folded form. All look-alike
tables are in this module. They follow Unicode's confusables list (UTS 39) for the letters that
occur on plates and in names.
"""

from __future__ import annotations

import string
import unicodedata
from typing import Final


def _pairs(letters: str, twins: str) -> dict[str, str]:
    return dict(zip(letters, twins, strict=True))


SAME_SHAPE: Final = _pairs(
    "АВСЕНІКМОРТХЅЈԚԜ" + "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ" + "асеорхуіѕјԛԝһӏ" + "ονα",
    "ABCEHIKMOPTXSJQW" + "ABEZHIKMNOPTYX" + "aceopxyisjqwhl" + "ova",
)
"""Cyrillic and Greek letters that print like a Latin letter -> that Latin letter."""

NEAR_SHAPE: Final = _pairs(
    "УҮЗӠƷ" + "ŁĐØÐ" + "łđøðıſ" + "ԁүγκρτυχкмтнв",
    "YY333" + "LDOD" + "ldodis" + "dyykptuxkmthb",
)
"""Letters easily mistaken for a Latin letter or digit -> that letter or digit."""

RARE_SHAPE: Final = (
    _pairs("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz")
    | _pairs("ɑɡɩʋɓɗɦƙƥƭɱɲŋƀħŧɨʉ", "agivbdhkptmnnbhtiu")
    | _pairs("ՕօոռսհցզյՏՍԼ" + "ιηωϲ", "oonnuhgqjsul" + "inwc")
    | _pairs("ᎠᎡᎢᎪᎫᎬᎳᎷᎻᏀᏃᏒᏔᏕᏙᏚᏞᏟᏢᏦᏴ", "DRTAJEWMHGZRWSVSLCPKB")
)
"""Small capitals, phonetic, Armenian, Cherokee and small Greek letters that pass for Latin ones.

They do not occur on plates, but a name or an account may use them to impersonate another.
"""

CONFUSED_GROUPS: Final = ("0ODQ", "1IL", "2Z", "5S", "6G", "8B", "UV")
"""Latin letters and digits confused on worn plates; the first of each group represents it."""

DIGIT_TWINS: Final = _pairs("OQDISBZG", "00015826")
"""Letters -> the digits that OCR engines read for them."""

LETTER_TWINS: Final = {
    char: twin for char, twin in (SAME_SHAPE | NEAR_SHAPE).items() if char == char.upper()
}
"""Capital letters that look like a Latin letter or a digit -> that character."""

WORD_TWINS: Final = _pairs("01l|!58", "oiiiisb")
"""Characters that engines return in place of letters within a word -> one representative letter."""

CYRILLIC: Final = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЇЄҐ"
"""The capital letters of the Russian and Ukrainian alphabets."""

CYRILLIC_OWN: Final = frozenset(CYRILLIC + CYRILLIC.lower()) - SAME_SHAPE.keys()
"""Russian and Ukrainian letters that no Latin letter resembles."""

LATIN_OWN: Final = frozenset(string.ascii_letters) - {
    SAME_SHAPE[char] for char in CYRILLIC + CYRILLIC.lower() if char in SAME_SHAPE
}
"""Latin letters that no Russian or Ukrainian letter resembles."""

CYRILLIC_SOUNDS: Final = {
    **_pairs("абвгґдеєзиіклмнопрстуфхчыэ", "abvggdeeziiklmnoprstufhčie"),
    "ж": "zh",
    "ц": "ts",
    "ш": "sh",
    "щ": "sh",
    "ю": "iu",
    "я": "ia",
    "ь": "",
    "ъ": "",
}
"""Cyrillic letter -> its sound in Latin letters, where ISO 9 and BGN/PCGN agree or nearly agree."""

LATIN_SOUNDS: Final = (
    ("sch", "sh"), ("ch", "č"), ("ph", "f"), ("ck", "k"), ("kh", "h"), ("x", "ks"), ("w", "v"),
    ("q", "k"), ("c", "k"), ("y", "i"), ("j", "i"),
)  # fmt: skip
"""Latin spellings that transliteration produces -> one representative spelling."""

_SKELETON: Final = str.maketrans({char: group[0] for group in CONFUSED_GROUPS for char in group})
_AS_DRAWN: Final = str.maketrans(
    {char: twin.casefold() for char, twin in (RARE_SHAPE | SAME_SHAPE | NEAR_SHAPE).items()}
)
_BARE: Final = str.maketrans(
    {char.casefold(): twin.casefold() for char, twin in RARE_SHAPE.items()}
    | {char: twin.casefold() for char, twin in (SAME_SHAPE | NEAR_SHAPE).items()}
    | {char.casefold(): twin.casefold() for char, twin in LETTER_TWINS.items()}
)
"""Maps by the shape of the capital where there is one, so that case makes no difference."""
_ASCII_DROP: Final = {code: None for code in range(128) if not chr(code).isalnum()}
_NO_LETTERS: Final = {ord(sign): " " for sign in "№™®©℠ªº"}
_DOTLESS: Final = {ord("ı"): "I", ord("ſ"): "S"}


def fold(text: str) -> str:
    """Fold a serial, model or code to its comparison key.

    The key has upper-case letters and digits only: no separators, accents or invisible characters.
    Letters that look Latin (Cyrillic А, Greek Α) become Latin; digits of any script become 0-9.
    Letters without a Latin look-alike (И, Ж, م) stay. O and 0, I and 1 are not merged, since a
    maker may use both (see `skeleton`).
    """
    if text.isascii():
        return text.upper().translate(_ASCII_DROP)
    return "".join(_fold_char(char) for char in plain(text).upper())


def skeleton(key: str) -> str:
    """Merge easily confused characters (O and 0 …) in a folded key."""
    return key.translate(_SKELETON)


def plain(text: str) -> str:
    """Resolve compatibility forms and drop accents, combining marks and signs such as № or ™."""
    text = text.translate(_NO_LETTERS).translate(_DOTLESS)
    apart = unicodedata.normalize("NFKD", text)
    return "".join(char for char in apart if not unicodedata.combining(char))


def bare(text: str) -> str:
    """Fold a name or an account to what it looks like: lower-case letters and digits.

    Case, accents, spaces, punctuation and invisible characters are dropped; a letter of another
    script that looks Latin becomes Latin. Two names with the same bare form can be mistaken for
    each other, such as `field_observer` and `Field Observer`.
    """
    small = plain(plain(text).casefold()).casefold().translate(_BARE)
    return "".join(_digit(char) for char in small if char.isalnum())


def as_drawn(text: str) -> str:
    """Fold like `bare`, but by the letter's own shape: Greek ν becomes v, and Ν becomes N."""
    small = plain(text.translate(_AS_DRAWN)).casefold().translate(_AS_DRAWN)
    return "".join(_digit(char) for char in plain(small) if char.isalnum())


def sound(text: str) -> str:
    """Fold a name to its sound, from Latin or Cyrillic letters: Вескам and Wescam give the same.

    For leads and doubts only: two names that sound alike may be different.
    """
    small = "".join(CYRILLIC_SOUNDS.get(char, char) for char in plain(text).casefold())
    small = "".join(char for char in small if char.isalnum())
    for spelling, one in LATIN_SOUNDS:
        small = small.replace(spelling, one)
    return small


def counted(number: int, one: str, many: str | None = None) -> str:
    """Format a number with what is counted: `1 permit`, `2,000 permits`, `1 entry`, `2 entries`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def _digit(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def _fold_char(char: str) -> str:
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    if not char.isalpha():
        return ""
    return LETTER_TWINS.get(char, char)
