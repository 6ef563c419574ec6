"""Blind: written before its author was shown what machines or others read at the same place.

What somebody was shown is on record (`words.shown`, a search, a judgement of their own), so that
*blind* is derived from the log and is no claim of a screen or a caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Place: TypeAlias = tuple[str, str, str]
"""An exhibit, a region of it, and a field of that; `EACH` for every one."""
EACH: Final = "*"

TELLING: Final = frozenset(
    {"field.judged", "candidate.judged", "plates.joined", "trace.answered", "refused"}
)
"""Kinds of entries whose sentences may repeat what was read."""

RULES: Final = Declared(
    "blindness",
    test="tests/workbench/rules/test_blindness.py",
    source="decision 0068",
    units={
        "TELLING": "kinds of entries",
    },
)


def covers(shown: Place, place: Place) -> bool:
    """Whether who was shown the one was shown the other with it."""
    return all(one in (EACH, other) for one, other in zip(shown, place, strict=True))


def was_shown(shown: Iterable[Place], place: Place) -> bool:
    """Whether somebody who was shown these places was shown this one."""
    return any(covers(one, place) for one in shown)


def shown_elsewhere(shown: Iterable[Place], exhibits: Collection[str], field: str) -> bool:
    """Whether somebody was shown a field on another exhibit that shows the same picture or plate.

    Regions of two exhibits cannot be told to be the same, so any of them counts.
    """
    return any(one[0] in exhibits and one[2] in (EACH, field) for one in shown)


def news(shown: Collection[Place], places: Iterable[Place]) -> tuple[Place, ...]:
    """Of the places that are about to be shown, those that are news, each once."""
    return tuple(place for place in dict.fromkeys(places) if not was_shown(shown, place))


def not_blind(name: str, field: str, *, shown: bool) -> str | None:
    """Why a judgement cannot be recorded as written blind, or None."""
    if not shown:
        return None
    return (
        f"{name} has already been shown what was read as {field.replace('_', ' ')} here, so this "
        "is not blind. Record it without that claim."
    )
