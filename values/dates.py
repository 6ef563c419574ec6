"""Partial dates: known to the day, month or year, as a range, or not at all.

The notation is EDTF (ISO 8601-2, Library of Congress profile): level 0 dates and intervals, plus
open intervals and unspecified digits from level 1. Uncertain ("?") and approximate ("~") dates set
no bounds; they are rejected with advice on what to write instead.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

_PARTS = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?\Z", re.ASCII)
_UNSPECIFIED = re.compile(r"(\d{4})-XX(?:-XX)?\Z|(\d{4}-\d{2})-XX\Z", re.ASCII)
_YEARS = re.compile(r"(\d{3}X|\d{2}XX)\Z", re.ASCII)
_DOUBTED = re.compile(r"[\dX-]+[?~%]\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialDate:
    """The earliest and latest day that a date can be; None means that side is unknown.

    Comparisons return True, False, or None when the answer cannot be known: a shipment in "2020" is
    neither before nor after 12 May 2020.
    """

    earliest: date | None = None
    latest: date | None = None

    def __post_init__(self) -> None:
        if self.earliest and self.latest and self.latest < self.earliest:
            raise ValueError(
                f"a date cannot end ({self.latest}) before it begins ({self.earliest}); "
                "swap the two days"
            )

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Parse "2020", "2020-05", "2020-05-12", "FIRST/LAST" (".." for an open side) or "".

        X is an unspecified digit: "201X", "20XX", "2020-XX", "2020-05-XX".

        Raises ValueError with an explanation for anything else; never guesses which number is the
        day.
        """
        text = text.strip()
        if not text:
            return UNKNOWN
        if "/" not in text:
            return cls(earliest=_first_day(text), latest=_last_day(text))
        first, last = (part.strip() for part in text.split("/", 1))
        return cls(
            earliest=None if first == ".." else _first_day(first),
            latest=None if last == ".." else _last_day(last),
        )

    @classmethod
    def on(cls, day: date) -> PartialDate:
        """Exactly this day."""
        return cls(earliest=day, latest=day)

    @property
    def known(self) -> bool:
        """Whether anything at all is known."""
        return self.earliest is not None or self.latest is not None

    @property
    def exact(self) -> bool:
        """Whether it is a single day."""
        return self.earliest is not None and self.earliest == self.latest

    def is_before(self, other: PartialDate) -> bool | None:
        """Whether this is certainly earlier: True, False, or None if unknown."""
        if self.latest and other.earliest and self.latest < other.earliest:
            return True
        if self.earliest and other.latest and self.earliest >= other.latest:
            return False
        return None

    def is_after(self, other: PartialDate) -> bool | None:
        """Whether this is certainly later: True, False, or None if unknown."""
        return other.is_before(self)

    def is_within(self, first: PartialDate, last: PartialDate) -> bool | None:
        """Whether this is from `first` to `last`, inclusive: True, False, or None if unknown."""
        early, late = self.is_before(first), self.is_after(last)
        if early or late:
            return False
        return True if early is False and late is False else None

    def overlaps(self, other: PartialDate) -> bool:
        """Whether the two could be the same day."""
        return not (self.is_before(other) or other.is_before(self))

    def __str__(self) -> str:
        if not self.known:
            return ""
        if self.earliest and self.latest:
            return _shortest(self.earliest, self.latest)
        return f"{self.earliest or '..'}/{self.latest or '..'}"


UNKNOWN = PartialDate()


def _fields(text: str) -> tuple[int, int | None, int | None]:
    if told := _UNSPECIFIED.match(text):
        return _fields(told[1] or told[2])
    found = _PARTS.match(text)
    if found is None and _DOUBTED.match(text):
        raise ValueError(
            f"{text!r} is not an exact date; write the range it lies in, such as 2019/2021"
        )
    if found is None:
        raise ValueError(
            f"{text!r} is not a date; write 2020, 2020-05 or 2020-05-12 (year, month, day)"
        )
    year, month, day = (int(part) if part else None for part in found.groups())
    if not year:
        raise ValueError(f"{text!r} has the year 0000; leave the cell empty if it is not known")
    return year, month, day


def _day(text: str, year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError as problem:
        raise ValueError(f"{text!r} is not a day of the calendar ({problem}); check it") from None


def _first_day(text: str) -> date:
    if _YEARS.match(text):
        text = text.replace("X", "0")
    year, month, day = _fields(text)
    return _day(text, year, 1 if month is None else month, 1 if day is None else day)


def _last_day(text: str) -> date:
    if _YEARS.match(text):
        text = text.replace("X", "9")
    year, month, day = _fields(text)
    if day is not None:
        return _day(text, year, month or 1, day)
    last_month = 12 if month is None else month
    start = _day(text, year, last_month, 1)
    return start.replace(day=calendar.monthrange(year, last_month)[1])


def _shortest(first: date, last: date) -> str:
    if first == last:
        return first.isoformat()
    whole_months = first.day == 1 and last.day == calendar.monthrange(last.year, last.month)[1]
    whole_years = whole_months and (first.month, last.month) == (1, 12)
    size = len("2020") if whole_years else len("2020-05") if whole_months else None
    start, end = first.isoformat()[:size], last.isoformat()[:size]
    return start if start == end else f"{start}/{end}"
