"""Texts made comparable: case, separators, accents, scripts and look-alike characters folded away.

What was read or written is always kept as it is; only comparisons use a folded form. All tables of
look-alikes stand here and nowhere else, after Unicode's confusables list (UTS 39) as far as its
letters occur on plates and in names.
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
"""Cyrillic and Greek letters that print draws just as a Latin one, and which."""

NEAR_SHAPE: Final = _pairs(
    "УҮЗӠƷ" + "ŁĐØÐ" + "łđøðıſ" + "ԁүγκρτυχкмтнв",
    "YY333" + "LDOD" + "ldodis" + "dyykptuxkmthb",
)
"""Letters that a hasty eye takes for a Latin letter or a digit, and for which."""

RARE_SHAPE: Final = (
    _pairs("ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ", "abcdefghijklmnoprstuvwyz")
    | _pairs("ɑɡɩʋɓɗɦƙƥƭɱɲŋƀħŧɨʉ", "agivbdhkptmnnbhtiu")
    | _pairs("ՕօոռսհցզյՏՍԼ" + "ιηωϲ", "oonnuhgqjsul" + "inwc")
    | _pairs("ᎠᎡᎢᎪᎫᎬᎳᎷᎻᏀᏃᏒᏔᏕᏙᏚᏞᏟᏢᏦᏴ", "DRTAJEWMHGZRWSVSLCPKB")
)
"""Small capitals, phonetic, Armenian, Cherokee and small Greek letters that pass for Latin ones.

No plate has them; a name or an account may, to be taken for another.
"""

CONFUSED_GROUPS: Final = ("0ODQ", "1IL", "2Z", "5S", "6G", "8B", "UV")
"""Latin letters and digits that worn plates and readers confuse; the first stands for all."""

DIGIT_TWINS: Final = _pairs("OQDISBZG", "00015826")
"""Letters folded to the digits that readers take for them."""

LETTER_TWINS: Final = {
    char: twin for char, twin in (SAME_SHAPE | NEAR_SHAPE).items() if char == char.upper()
}
"""Capital letters that look like a Latin letter or a digit."""

WORD_TWINS: Final = _pairs("01l|!58", "oiiiisb")
"""What readers give for letters of a word, where letters are expected, and one letter for all."""

CYRILLIC: Final = "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯІЇЄҐ"
"""The capital letters of Russian and Ukrainian."""

CYRILLIC_OWN: Final = frozenset(CYRILLIC + CYRILLIC.lower()) - SAME_SHAPE.keys()
"""Letters of Russian and Ukrainian that no Latin letter looks like."""

LATIN_OWN: Final = frozenset(string.ascii_letters) - {
    SAME_SHAPE[char] for char in CYRILLIC + CYRILLIC.lower() if char in SAME_SHAPE
}
"""Latin letters that no letter of Russian or Ukrainian looks like."""

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
"""Cyrillic letters by their sound, as ISO 9 and BGN/PCGN tables agree on it or nearly so."""

LATIN_SOUNDS: Final = (
    ("sch", "sh"), ("ch", "č"), ("ph", "f"), ("ck", "k"), ("kh", "h"), ("x", "ks"), ("w", "v"),
    ("q", "k"), ("c", "k"), ("y", "i"), ("j", "i"),
)  # fmt: skip
"""Latin spellings that a name may have on its way through another script, and one for all."""

_SKELETON: Final = str.maketrans({char: group[0] for group in CONFUSED_GROUPS for char in group})
_AS_DRAWN: Final = str.maketrans(
    {char: twin.casefold() for char, twin in (RARE_SHAPE | SAME_SHAPE | NEAR_SHAPE).items()}
)
_BARE: Final = str.maketrans(
    {char.casefold(): twin.casefold() for char, twin in RARE_SHAPE.items()}
    | {char: twin.casefold() for char, twin in (SAME_SHAPE | NEAR_SHAPE).items()}
    | {char.casefold(): twin.casefold() for char, twin in LETTER_TWINS.items()}
)
"""By the shape of the capital where it has one, so that case makes no difference."""
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


def bare(text: str) -> str:
    """Fold a name or an account to what the eye takes it for: letters and digits, small.

    Case, accents, blanks, punctuation and invisible characters go; a letter of another script
    that looks like a Latin one becomes that one. Two names with the same bare form pass for each
    other; `field_observer` and `Field Observer` do.
    """
    small = plain(plain(text).casefold()).casefold().translate(_BARE)
    return "".join(_digit(char) for char in small if char.isalnum())


def as_drawn(text: str) -> str:
    """Fold as `bare` does, but a letter by its own shape: Greek ν passes for v, and Ν for N."""
    small = plain(text.translate(_AS_DRAWN)).casefold().translate(_AS_DRAWN)
    return "".join(_digit(char) for char in plain(small) if char.isalnum())


def sound(text: str) -> str:
    """Fold a name to how it sounds in Latin or Cyrillic letters: Вескам and Wescam are one.

    For leads and doubts alone: two names that sound alike may be two.
    """
    small = "".join(CYRILLIC_SOUNDS.get(char, char) for char in plain(text).casefold())
    small = "".join(char for char in small if char.isalnum())
    for spelling, one in LATIN_SOUNDS:
        small = small.replace(spelling, one)
    return small


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with what is counted: `1 permit`, `2,000 permits`, `1 entry`, `2 entries`."""
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
