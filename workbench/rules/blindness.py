"""Blind judgements: made before the author was shown any other reading of the same place.

What a person was shown is on record (`words.shown`, a search, a judgement of their own), so *blind*
is derived from the log and is not claimed by a screen or a caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Place: TypeAlias = tuple[str, str, str]
"""An exhibit, a region of it, and a field of that; `EACH` for all."""
EACH: Final = "*"

TELLING: Final = frozenset(
    {"field.judged", "candidate.judged", "plates.joined", "trace.answered", "refused"}
)
"""Kinds of entries whose sentences may repeat what was read."""

RULES: Final = Declared(
    "blindness",
    test="tests/unit/workbench/rules/test_blindness.py",
    source="decision 0068",
    units={
        "TELLING": "kinds of entries",
    },
)


def covers(shown: Place, place: Place) -> bool:
    """Whether a person who was shown the first place was thereby shown the second."""
    return all(one in (EACH, other) for one, other in zip(shown, place, strict=True))


def was_shown(shown: Iterable[Place], place: Place) -> bool:
    """Whether a person who was shown these places was shown this one."""
    return any(covers(one, place) for one in shown)


def shown_elsewhere(shown: Iterable[Place], exhibits: Collection[str], field: str) -> bool:
    """Whether a person was shown a field on another exhibit of the same picture or plate.

    Regions of two exhibits cannot be matched, so any of them counts.
    """
    return any(one[0] in exhibits and one[2] in (EACH, field) for one in shown)


def news(shown: Collection[Place], places: Iterable[Place]) -> tuple[Place, ...]:
    """Return the places about to be shown that are new, each once."""
    return tuple(place for place in dict.fromkeys(places) if not was_shown(shown, place))


def not_blind(name: str, field: str, *, shown: bool) -> str | None:
    """Return why a judgement cannot be recorded as blind, or None."""
    if not shown:
        return None
    return (
        f"{name} has already been shown what was read as {field.replace('_', ' ')} here, so this "
        "is not blind. Record it without that claim."
    )
