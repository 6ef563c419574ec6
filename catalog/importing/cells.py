"""Parse single cells of an import strictly; every error says what to write instead."""

from __future__ import annotations

import difflib
import re
import unicodedata
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

from catalog.types import Redactable, StatusEvent
from catalog.vocabulary import ISSUER_STATUS_WORDS, PERMIT_STATUSES, REDACTIONS
from values.dates import PartialDate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from catalog.types import Redaction

DateOrder = Literal["iso", "dmy", "mdy"]

_FORMULA: Final = re.compile(r"[=@\t\r].|[-+](?![\d\s.,]*$).", re.DOTALL)

_REDACTED: Final = re.compile(
    r"[\[(]?\s*(redacted|withheld|masked|blacked out|caviard[ée]|sanitized)\s*[\])]?"
    r"|[█■▇*]{2,}|X{4,}",
    re.IGNORECASE,
)
_BLACK: Final = re.compile(r"[█■▇]+|\*{2,}|\[(?:redacted|withheld)\]", re.IGNORECASE)
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_NUMERIC: Final = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})")
_STATUS: Final = re.compile(
    r"(?P<status>[^\d@()]+?)\s*(?:@|:|\bon\b)?\s*(?P<date>\d[\d./-]*(?:/\d[\d-]*)?)?"
    r"\s*(?:\((?P<authority>[^()]*)\))?"
)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would treat a text as a formula; here it is only text."""
    return _FORMULA.match(text) is not None


def unseen_characters(text: str) -> tuple[str, ...]:
    """Name the invisible characters in a text: controls, direction marks, zero width."""
    if text.isascii() and text.isprintable():
        return ()
    odd = dict.fromkeys(
        char
        for char in text
        if unicodedata.category(char) in ("Cc", "Cf", "Co", "Cs", "Zl", "Zp") and char not in "\n\t"
    )
    return tuple(f"U+{ord(char):04X}" for char in odd)


class NumberText(str):
    """A bare number from a spreadsheet as text; leading zeros and digits past 15 are lost."""

    __slots__ = ()


MOST_DIGITS: Final = 15
"""Significant digits that spreadsheets preserve."""


class CellProblem(Exception):
    """A cell that cannot be accepted: what is wrong, and what to write."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@lru_cache(maxsize=65_536)
def read_date(text: str, order: DateOrder = "iso") -> PartialDate:
    """Parse a date; 03/04/2020 only if the mapping says which number is the day."""
    text = text.strip()
    numeric = _NUMERIC.fullmatch(text)
    iso = _ISO.fullmatch(text)
    try:
        if iso:
            return PartialDate.on(date(*(int(part) for part in iso.groups())))
        if numeric is None:
            return PartialDate.parse(text)
        first, second, year = (int(part) for part in numeric.groups())
        if order == "iso":
            raise CellProblem(
                f"{text!r} does not say which number is the day",
                "write 2020-05-12, or set the date order (day first, month first)",
            )
        day, month = (first, second) if order == "dmy" else (second, first)
        return PartialDate.on(date(year, month, day))
    except ValueError as problem:
        said = str(problem).partition("; ")[0]
        raise CellProblem(
            said if said.startswith(repr(text)) else f"{text!r} is not a date ({problem})",
            "write year, month and day as 2020-05-12, or 2020-05 or 2020 if that is all you know, "
            "or leave the cell empty",
        ) from None


def read_count(text: str) -> int | None:
    """Parse a whole number of units; None if the cell is empty."""
    text = text.strip()
    if not text:
        return None
    plain = text.replace(" ", "").replace(" ", "").replace(",", "")
    grouped = re.fullmatch(r"\d{1,3}(?:[, \u202f]\d{3})*|\d+(?:\.0)?", text, re.ASCII)
    if grouped is None or len(plain) > 12:
        raise CellProblem(
            f"{text!r} is not a number of units",
            "write a whole number such as 7, or leave the cell empty if it is not known",
        )
    return int(plain.removesuffix(".0"))


def read_word(text: str, words: Sequence[str], what: str) -> str:
    """Parse one word of a closed list, ignoring case and spacing."""
    known = _words(tuple(words))
    word = known.get(_loose(text))
    if word is None:
        raise CellProblem(
            f"{text!r} is not a known {what}",
            _suggestion(text, tuple(known.values())),
        )
    return word


def read_status(text: str, permit_type: str) -> str:
    """Parse a permit status, in the catalog's or in the issuer's own word."""
    issuer: Mapping[str, str] = ISSUER_STATUS_WORDS.get(permit_type.split("_")[0], {})
    own = issuer.get(" ".join(text.lower().split()))
    return own or read_word(text, PERMIT_STATUSES, "status")


def read_status_history(
    text: str, *, permit_type: str, authority: str, source: str, order: DateOrder
) -> tuple[StatusEvent, ...]:
    """Parse "approved 2020-05-12 (authority); suspended 2020-10-05; …", oldest first."""
    events = []
    for part in (part.strip() for part in text.split(";")):
        if not part:
            continue
        found = _STATUS.fullmatch(part)
        if found is None:
            raise CellProblem(
                f"{part!r} is not a status with a date",
                "write: approved 2020-05-12; suspended 2020-10-05",
            )
        events.append(
            StatusEvent(
                status=read_status(found["status"], permit_type),
                date=read_date(found["date"] or "", order),
                authority=(found["authority"] or authority).strip(),
                source=source,
            )
        )
    return tuple(events)


def read_redactable(text: str, redaction: str = "") -> Redactable:
    """Parse a text that may be withheld, as marked by [redacted] or black boxes."""
    from_mark: Redaction = "not_redacted"
    if _REDACTED.fullmatch(text.strip()):
        text, from_mark = "", "redacted_full"
    elif _BLACK.search(text):
        from_mark = "redacted_partial"
    if redaction.strip():
        declared = read_word(redaction, REDACTIONS, "kind of redaction")
        return Redactable(value=text.strip(), redaction=declared)  # type: ignore[arg-type]
    return Redactable(value=text.strip(), redaction=from_mark)


def _loose(text: str) -> str:
    return re.sub(r"[\s_/.-]+", "_", text.strip().lower()).strip("_")


@lru_cache(maxsize=64)
def _words(words: tuple[str, ...]) -> dict[str, str]:
    return {_loose(word): word for word in words}


def _suggestion(text: str, words: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(_loose(text), [_loose(word) for word in words], n=1)
    meant = f"did you mean {near[0]}? " if near else ""
    return f"{meant}use one of: {', '.join(words)}"
