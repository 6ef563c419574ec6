"""The chain of custody in words: one plain sentence for each entry."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from evidence_store.clock import seconds_behind
from workbench import events

if TYPE_CHECKING:
    from collections.abc import Collection

    from evidence_store.types import Entry

WITHHELD: Final = "[withheld]"


class _Mark(str):
    """Stands in a sentence for a value that is withheld, however the value would be written."""

    __slots__ = ()

    def __format__(self, _how: str) -> str:
        return str(self)


def sentence(entry: Entry, *, without: Collection[str] = ()) -> str:
    """What an entry says, in one sentence, with a mark for each private field in `without`.

    An entry that this program does not understand is named by its kind.
    """
    said = _said(entry, without)
    if entry.clock_at is None or not seconds_behind(entry.clock_at, entry.at):
        return said
    return f"{said} The clock said {entry.clock_at:%Y-%m-%d %H:%M:%S} UTC at that moment."


def _said(entry: Entry, without: Collection[str]) -> str:
    try:
        event = events.of(entry)
    except events.NotUnderstood:
        return f"Recorded {entry.kind}."
    held = entry.private.keys() & set(without)
    if any(isinstance(entry.private[name], list | dict) for name in held):
        return "The log records what was done; details are withheld."
    masked = {event.kind.attribute(name): _Mark(WITHHELD) for name in held}
    return replace(event, **masked).sentence() if masked else event.sentence()  # type: ignore[type-var]
