"""Idempotency of acts: an act is recorded once, however often it is sent.

A browser gives each press an identifier and sends it until it gets an answer, so one press may
arrive twice: after a lost answer, a reload, a restart of the server, or by two processes at once.
The log decides what has arrived: the entry of an act contains its identifier.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from workbench.rules.seen import Mark

FORM: Final = "[0-9a-f]{32}"
"""An act identifier is a random UUID in lower case without hyphens: it reveals nothing, and no
group of its digits is separate when a public bundle is searched for withheld values.
"""

RULES: Final = Declared(
    "acts",
    test="tests/unit/workbench/rules/test_acts.py",
    source="RFC 9562 and decision 0105",
    units={"FORM": "regular expression of the whole identifier"},
)


class Recorded(Protocol):
    """The parts of a log entry that this rule needs."""

    @property
    def actor(self) -> str:
        """The identifier of its author."""

    @property
    def body(self) -> Mapping[str, Any]:
        """Its open part."""


_Entry = TypeVar("_Entry", bound=Recorded)


def malformed(act: str) -> str | None:
    """Return why this is not a valid act identifier, or None."""
    if re.fullmatch(FORM, act):
        return None
    return "The identifier of an act is a UUID of 32 lower-case hex digits; give one, or none."


def recorded_as(since: Iterable[_Entry], act: str) -> _Entry | None:
    """Among the entries since an author looked, return the one that recorded this act."""
    return next((entry for entry in since if entry.body.get("act") == act), None)


def another(
    entry: Recorded, touched: Collection[Mark], *, author: str, rests_on: Iterable[Mark]
) -> str | None:
    """Return why an entry with an act's identifier is not that act, or None.

    `touched` is what the entry touches, `rests_on` what the act of this author rests on.
    """
    if entry.actor == author and not set(touched).isdisjoint(rests_on):
        return None
    return "Not recorded: its identifier belongs to another act. Reload and try again."
