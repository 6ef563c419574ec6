"""The clock rule: what may continue while the clock runs behind, and what waits.

A time in a log is one machine's statement. A clock that runs behind the last entry would date a
seal before what it seals, or end a key before its own seals; so these wait. Adding and judging
photos continues as usual, with the clock's own time recorded in each entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from evidence_store.errors import ClockBehind
from values.rule import Declared

if TYPE_CHECKING:
    from datetime import datetime

TOLERANCE_SECONDS: Final = 60
"""Seconds by which a clock may run behind the last entry, or a seal ahead of the verifier's clock.

Machines that set their clocks over a network differ by well under a second, and one set by hand by
less than a minute; a wrong time zone or an empty battery by at least an hour.
"""

RULES: Final = Declared(
    "clock",
    test="tests/unit/evidence_store/test_clock.py",
    source="decision 0063",
    units={
        "TOLERANCE_SECONDS": "seconds",
    },
)


def seconds_behind(now: datetime, last: datetime | None) -> float:
    """Seconds by which the clock runs behind the last entry; 0 within tolerance."""
    behind = 0.0 if last is None else (last - now).total_seconds()
    return behind if behind > TOLERANCE_SECONDS else 0.0


def clock_remark(now: datetime, last: datetime | None) -> str:
    """Say that the clock runs behind the last entry, and what that means; "" if it does not."""
    behind = seconds_behind(now, last)
    if not behind or last is None:
        return ""
    return (
        f"The clock of this machine says {now:%Y-%m-%d %H:%M:%S} UTC, {spoken(behind)} before the "
        f"last entry ({last:%Y-%m-%d %H:%M:%S} UTC). Entries made now get the time of that "
        "entry, with the clock's time beside it; seals and keys must wait."
    )


def require_clock(now: datetime, last: datetime | None, *, what: str) -> None:
    """Raise `ClockBehind` if the clock runs behind; `what` is what waits: "A seal waits"."""
    remark = clock_remark(now, last)
    if remark:
        raise ClockBehind(f"{what} until the clock is right. {remark}")


def ahead_remark(sealed_at: datetime, now: datetime) -> str:
    """Say that a seal is dated after the verifier's own clock; "" if it is not."""
    ahead = (sealed_at - now).total_seconds()
    if ahead <= TOLERANCE_SECONDS:
        return ""
    return (
        f"It claims to have been sealed on {sealed_at:%Y-%m-%d %H:%M:%S} UTC, {spoken(ahead)} "
        "ahead of the clock of this machine: one of the two clocks is wrong."
    )


def spoken(seconds: float) -> str:
    """Format a duration in its largest unit: `90 seconds`, `2.0 hours`, `73.1 years`."""
    for unit, length in (("years", 31_557_600), ("days", 86_400), ("hours", 3_600)):
        if seconds >= length:
            return f"{seconds / length:.1f} {unit}"
    return f"{seconds:.0f} seconds"
