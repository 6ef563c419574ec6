"""Grammars of codes on plates: CAGE, NSN, drone serials, UII, and makers' own serial schemes.

Each check says whether a text fits, splits it into named parts, and explains why it does not fit. A
text that fits proves nothing about the reading; one that does not was read or recorded wrongly, or
is a code of another kind.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from catalog.errors import RecordInvalid
from values.text import fold

_CAGE: Final = re.compile(r"[0-9A-HJ-NP-Z]{5}")
_NATO_CAGE: Final = re.compile(r"I[0-9A-HJ-NP-Z]{4}")
_US_CAGE: Final = re.compile(r"[0-9][A-HJ-NP-Z0-9]{3}[0-9]")
_NSN: Final = re.compile(r"(\d{4})(\d{2})([0-9A-Z]{3})(\d{4})")
_NSN_AS_PRINTED: Final = re.compile(r"\d{4}[-. ]?\d{2}[-. ]?[0-9A-Z]{3}[-. ]?\d{4}")
_DRONE: Final = re.compile(r"([0-9A-HJ-NP-Z]{4})([1-9A-F])([0-9A-HJ-NP-Z]{1,15})")
_UII: Final = re.compile(r"[A-Z0-9/-]{1,50}")

MAX_UII: Final = 50
MAX_UII_SERIAL: Final = 30
MAX_UII_PART: Final = 32
"""Maximum lengths from MIL-STD-130."""

CAGE_COUNTRIES: Final = {"L": "CA", "T": "TR", "U": "GB", "K": "GB"}
"""Countries with an NCAGE letter of their own, as far as verified."""

NSN_COUNTRIES: Final = {
    **{f"{number:02d}": "US" for number in range(10)},
    "12": "DE",
    "14": "FR",
    "20": "CA",
    "21": "CA",
    "27": "TR",
    "41": "AT",
    "99": "GB",
}
"""Country by the fifth and sixth digit of a stock number, as far as verified."""

MAX_PATTERN: Final = 200
MAX_OPEN_REPEATS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCheck:
    """Whether a text fits a grammar, its named parts, and an explanation if not."""

    grammar: str
    text: str
    passes: bool
    parts: tuple[tuple[str, str], ...] = ()
    problem: str = ""

    def part(self, name: str) -> str:
        """Return a part by its name; "" if there is none."""
        return dict(self.parts).get(name, "")


def check_cage(text: str) -> CodeCheck:
    """Check a CAGE or NCAGE code: five characters without I and O (I leads NATO's own codes)."""
    key = fold(text)
    if not (_CAGE.fullmatch(key) or _NATO_CAGE.fullmatch(key)):
        return _fails("CAGE", text, "a CAGE code has five digits or letters, no I and no O")
    country = "US" if _US_CAGE.fullmatch(key) else CAGE_COUNTRIES.get(key[0], "")
    return _fits("CAGE", text, ("code", key), ("country", country))


def check_nsn(text: str) -> CodeCheck:
    """Check a NATO stock number: 4-2-3-4; it has no check digit."""
    printed, key = text.strip().upper(), fold(text)
    found = _NSN.fullmatch(key)
    if found is None or not _NSN_AS_PRINTED.fullmatch(printed.replace("–", "-")):
        return _fails("NSN", text, "a stock number has 13 characters in groups of 4-2-3-4")
    group, country, *item = found.groups()
    return _fits(
        "NSN",
        text,
        ("supply_class", group),
        ("country_code", country),
        ("country", NSN_COUNTRIES.get(country, "")),
        ("item", "-".join((country, *item))),
    )


def check_drone_serial(text: str) -> CodeCheck:
    """Check an ANSI/CTA-2063-A drone serial; its fifth character encodes the length of the rest."""
    key = fold(text)
    found = _DRONE.fullmatch(key)
    if found is None:
        return _fails(
            "CTA-2063-A",
            text,
            "it has four characters for the maker, one for the length (1-9, A-F), then the serial; "
            "no I and no O",
        )
    maker, length, serial = found.groups()
    if int(length, 16) != len(serial):
        return _fails(
            "CTA-2063-A",
            text,
            f"its fifth character says {int(length, 16)} more, but {len(serial)} follow: a "
            "character was read wrongly, too many or too few",
        )
    return _fits("CTA-2063-A", text, ("maker_code", maker), ("serial", serial))


def check_uii(text: str, *, cage: str = "", part_number: str = "", serial: str = "") -> CodeCheck:
    """Check a unique item identifier of MIL-STD-130 against the parts on the plate.

    Construct 1 is CAGE + serial, construct 2 CAGE + part number + serial, each with or without the
    prefix D (the agency code). Without parts, only characters and length are checked.
    """
    key = text.strip().upper()
    if not _UII.fullmatch(key):
        return _fails("UII", text, f"a UII has 1 to {MAX_UII} of A-Z, 0-9, - and /")
    body = key.removeprefix("D") if cage and key.startswith(f"D{cage.upper()}") else key
    for construct, parts in (
        ("1", (cage, serial)),
        ("2", (cage, part_number, serial)),
    ):
        if all(parts) and body == "".join(part.strip().upper() for part in parts):
            return _fits("UII", text, ("construct", construct), ("cage", cage), ("serial", serial))
    if cage and serial:
        return _fails(
            "UII",
            text,
            "it is neither CAGE and serial nor CAGE, part number and serial of the same plate",
        )
    if not check_cage(body[:5]).passes and not check_cage(body[1:6]).passes:
        return _fails("UII", text, "it does not start with a CAGE code")
    return _fits("UII", text)


def uii_of(*, cage: str, serial: str, part_number: str = "") -> str:
    """Compose the UII expected from a plate's parts: construct 2 if there is a part number.

    Raises ValueError if a part is longer than MIL-STD-130 allows.
    """
    for name, part, most in (
        ("serial", serial, MAX_UII_SERIAL),
        ("part number", part_number, MAX_UII_PART),
    ):
        if len(part) > most:
            raise ValueError(f"the {name} of a UII has at most {most} characters; shorten it")
    return f"D{cage}{part_number}{serial}".upper()


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a declared pattern, if its matching time is bounded.

    Repeated groups, back-references and more than four open repeats are rejected, so that matching
    a serial is fast whatever was declared. Raises RecordInvalid.
    """
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "x", pattern)
    open_repeats = len(re.findall(r"[*+]|\{\d*,\}", plain))
    if len(pattern) > MAX_PATTERN or open_repeats > MAX_OPEN_REPEATS:
        problem = f"is longer than {MAX_PATTERN} or has more than {MAX_OPEN_REPEATS} open repeats"
    elif re.search(r"\)\s*[*+{]|\(\?[^:P]|\(\?P[^<]", plain) or re.search(r"\\[1-9]", pattern):
        problem = "repeats a group, looks around, or refers to a group"
    else:
        try:
            return re.compile(pattern)
        except (re.error, OverflowError, RecursionError) as wrong:
            problem = f"is not a regular expression ({wrong})"
    raise RecordInvalid(
        f"The serial pattern {pattern[:80]!r} {problem}.",
        remedy="Write it with characters, classes such as [0-9]{4} and plain groups.",
    )


def _fits(grammar: str, text: str, *parts: tuple[str, str]) -> CodeCheck:
    return CodeCheck(grammar=grammar, text=text, passes=True, parts=parts)


def _fails(grammar: str, text: str, problem: str) -> CodeCheck:
    return CodeCheck(grammar=grammar, text=text, passes=False, problem=problem)
