"""Dissent: people whose last word on a field differs from the judgement that stands.

A later judgement stands; an earlier one by another person that differs stays on display, on the
plate, in a search and in the report. A person who changed their own mind does not dissent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Sequence


class Said(Protocol):
    """The parts of a judgement of one field that this rule needs."""

    @property
    def reviewer_id(self) -> str:
        """Identifier of the person who judged."""

    @property
    def judgement(self) -> str:
        """confirmed, corrected, rejected or unsure."""

    @property
    def text(self) -> str:
        """What the person says the field reads, if they say so."""


_Said = TypeVar("_Said", bound=Said)
SAY_WORDS: Final = frozenset({"confirmed", "corrected"})
"""Judgements that state a text: confirming `E` and correcting to `E` say the same."""

RULES: Final = Declared(
    "dissent",
    test="tests/unit/workbench/rules/test_dissent.py",
    source="decision 0065",
    units={
        "SAY_WORDS": "judgements",
    },
)


def differs(one: Said, other: Said) -> bool:
    """Whether two judgements have different results."""
    if one.judgement in SAY_WORDS and other.judgement in SAY_WORDS:
        return one.text != other.text
    return one.judgement != other.judgement


def dissenting(judged: Sequence[_Said]) -> tuple[_Said, ...]:
    """From the judgements of one field, in order: each other person's last word that differs."""
    if not judged:
        return ()
    last = {one.reviewer_id: one for one in judged}  # the latest judgement is the one that stands
    return tuple(one for one in last.values() if differs(one, judged[-1]))


def sentence(one: Said, *, name: str, when: str, reason: str) -> str:
    """Describe a dissent."""
    return f"{name} judged differently on {when}: {_what(one, reason)}"


def of_own_material(one: Said, *, name: str, when: str, reason: str) -> str:
    """Describe a judgement that does not count."""
    return (
        f"{name} judged this on {when}: {_what(one, reason)}. It does not count: they had added "
        "this picture, or a copy of it"
    )


def _what(one: Said, reason: str) -> str:
    said = f"“{one.text}”" if one.judgement in SAY_WORDS else str(one.judgement)
    why = f" ({reason})" if reason else ""
    return f"{said}{why}"
