"""Dissent: who said otherwise than what stands, and never took it back.

A later judgement stands; an earlier one of somebody else that differs stays beside it, on the
plate, in a search and in the report. Nobody who changed their own mind dissents from themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeVar

from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Sequence


class Said(Protocol):
    """What is asked of a judgement of one field."""

    @property
    def reviewer_id(self) -> str:
        """Who judged, by identifier."""

    @property
    def judgement(self) -> str:
        """confirmed, corrected, rejected or unsure."""

    @property
    def text(self) -> str:
        """What the person says stands there, where they say so."""


_Said = TypeVar("_Said", bound=Said)
SAY_WORDS: Final = frozenset({"confirmed", "corrected"})
"""Judgements that come to the words: to confirm `E` and to correct to `E` say the same."""

RULES: Final = Declared(
    "dissent",
    test="tests/workbench/rules/test_dissent.py",
    source="decision 0065",
    units={
        "SAY_WORDS": "judgements",
    },
)


def differs(one: Said, other: Said) -> bool:
    """Whether two judgements come to something else."""
    if one.judgement in SAY_WORDS and other.judgement in SAY_WORDS:
        return one.text != other.text
    return one.judgement != other.judgement


def dissenting(judged: Sequence[_Said]) -> tuple[_Said, ...]:
    """Of the judgements of one field, in order: each other person's last word that differs."""
    if not judged:
        return ()
    last = {one.reviewer_id: one for one in judged}  # of who judged last: what stands itself
    return tuple(one for one in last.values() if differs(one, judged[-1]))


def sentence(one: Said, *, name: str, when: str, reason: str) -> str:
    """A dissent in words."""
    return f"{name} said otherwise on {when}: {_what(one, reason)}"


def of_own_material(one: Said, *, name: str, when: str, reason: str) -> str:
    """A judgement that does not count, in words."""
    return (
        f"{name} judged this on {when}: {_what(one, reason)}. It does not count: they had added "
        "this picture, or a copy of it"
    )


def _what(one: Said, reason: str) -> str:
    said = f"“{one.text}”" if one.judgement in SAY_WORDS else str(one.judgement)
    why = f" ({reason})" if reason else ""
    return f"{said}{why}"
