"""Compare two names of parties: equal, different, or undecided.

A register writes an end user in full, abbreviated, in its own language or in ours. Only names that
are spelt alike are equal, and only names that have nothing in common are different; anything
between is undecided, and no finding rests on it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from catalog.records.makers import slips, without_legal_forms, words_of
from values.rule import Declared
from values.sentence import Sentence, say
from values.text import sound

if TYPE_CHECKING:
    from collections.abc import Iterable

Answer = Literal["equal", "different", "cannot be told"]

SHARED = frozenset({
    "THE", "OF", "AND", "FOR", "DE", "LA", "DU", "DES", "DER", "DIE", "DAS", "UND", "DAN",
    "AL", "EL", "AGENCY", "ARMY", "AUTHORITY", "MINISTRY", "MOD", "DEPARTMENT", "DEPT",
    "DEFENCE", "DEFENSE", "FORCE", "FORCES", "AIR", "NAVY", "NAVAL", "LAND", "GENERAL",
    "DIRECTORATE", "UNDERSECRETARIAT", "NATIONAL", "REPUBLIC", "FEDERAL", "STATE", "OFFICE",
    "PROCUREMENT", "ARMED", "MILITARY", "COMMAND", "GOVERNMENT", "POLICE", "GUARD", "BORDER",
    "COAST",
})  # fmt: skip
"""Words shared by the names of many parties: by themselves they do not make two parties one."""

RULES: Final = Declared(
    "parties",
    test="tests/unit/catalog/records/test_parties.py",
    source="assumed",
    units={"SHARED": "words"},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyComparison:
    """The result of comparing two names of parties."""

    answer: Answer
    reason: Sentence | None = None
    """Why it is undecided."""


def compare_parties(one: str, other: str) -> PartyComparison:
    """Compare two names of parties."""
    mine, yours = _words(one), _words(other)
    if not mine or not yours:
        return _not_told(say("not-comparable.party-not-named"))
    if sorted(mine) == sorted(yours) or "".join(mine) == "".join(yours):
        return PartyComparison(answer="equal")
    short, long = sorted((mine, yours), key=len)
    if len(short) > 1 and _telling(short) and _stands_in(short, long):
        return PartyComparison(answer="equal")
    if _script(one) != _script(other):
        return _not_told(say("not-comparable.scripts"))
    if _initials(mine, yours) or _initials(yours, mine):
        return _not_told(say("not-comparable.short-form"))
    telling, theirs = _telling(mine), _telling(yours)
    if not telling or not theirs:
        return _not_told(say("not-comparable.shared-words"))
    if any(_near(word, another) for word in telling for another in theirs):
        return _not_told(say("not-comparable.common-part"))
    return PartyComparison(answer="different")


def compare_with_any_party(names: Iterable[str], other: str) -> PartyComparison:
    """Compare with several: equal to one, else undecided for one, else different from all."""
    compared = [compare_parties(name, other) for name in names]
    for answer in ("equal", "cannot be told"):
        for found in compared:
            if found.answer == answer:
                return found
    return compared[0] if compared else _not_told(say("not-comparable.party-not-named"))


def _not_told(reason: Sentence) -> PartyComparison:
    return PartyComparison(answer="cannot be told", reason=reason)


def _words(name: str) -> tuple[str, ...]:
    return without_legal_forms(words_of(name)) or words_of(name)


def _telling(words: tuple[str, ...]) -> set[str]:
    return set(words) - SHARED


def _stands_in(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    size = len(short)
    return any(long[at : at + size] == short for at in range(len(long) - size + 1))


def _initials(short: tuple[str, ...], long: tuple[str, ...]) -> bool:
    """Whether one name contains, as a word, the initials of words of the other in order."""
    return any(
        2 <= len(word) <= len(long) and _in_order(word, "".join(part[0] for part in long))
        for word in short
    )


def _in_order(letters: str, within: str) -> bool:
    rest = iter(within)
    return all(letter in rest for letter in letters)


def _near(one: str, other: str) -> bool:
    return one == other or slips(one, other) is not None or sound(one) == sound(other)


def _script(name: str) -> str:
    """The script of the first letter, from its Unicode name."""
    for char in name:
        if char.isalpha():
            return unicodedata.name(char, "?").split()[0]
    return ""
