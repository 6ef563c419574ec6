"""Days and times in English, the same on every system (`%-d` is not everywhere)."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date, datetime

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def day(value: date, *, short: bool = False) -> str:
    """Write a day: `2 March 2026`, short `2 Mar 2026`."""
    month = MONTHS[value.month - 1]
    return f"{value.day} {month[:3] if short else month} {value.year}"


def moment(value: datetime, *, short: bool = False, seconds: bool = False) -> str:
    """Write a moment in UTC: `2 March 2026, 14:05 UTC`; with seconds, if they are asked for.

    Raises ValueError for a moment without a zone.
    """
    if value.tzinfo is None:
        raise ValueError("a moment without a zone may be any hour")
    there = value.astimezone(UTC)
    clock = f"{there:%H:%M:%S}" if seconds else f"{there:%H:%M}"
    return f"{day(there, short=short)}, {clock} UTC"
