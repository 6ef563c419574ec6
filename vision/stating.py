"""When a value is given as read, and when only as an offer.

A wrong value given as certain is the worst outcome. So a value is *stated* only if nothing
speaks against it: the rule that made it a field is strong, the pixels leave no likely rival, and
someone independent agrees: another reader, or a code on the same label.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vision.shapes import letters_and_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.combine import Claim
    from vision.engine import Recognised
    from vision.types import Code, ReadingState

READABLE = 0.15
STATED = 0.9
"""Least probability (0–1) for stating a value that two engines agree on. Other crops and other
looks of one engine do not count: they share its habits, such as reading a worn `/` as 7."""

EVEN = 0.5
"""Least probability for stating a value that a code on the label repeats."""

LEAST_STRENGTH = 0.5
"""A value is never stated on a field rule weaker than this, even if a code repeats it."""

CLEAR_PLACE = 0.8
"""Least strength of the field rule for stating a value that only readers agree on: the label in the
line or close to the left, or a form such as a vehicle's number. What stands below or far from a
label may belong to another cell."""

LIKELY_RIVAL = 0.06
"""A value is not stated if another one is at least this probable (0–1)."""

LEGIBLE = 0.94
"""Least median confidence (0–1) of the lines of a plate on which a value is stated. Readers agree
on the same wrong character of embossed or worn letters; such plates are read poorly elsewhere."""

SURE_DISSENT = 0.8
"""A reader that is this sure of something else (0–1) speaks against a value: it is stated only if
more readers speak for it, and two at least."""


SAME_EYES = {"cyrillic": "rapidocr"}
"""Readers that see through another reader's weights: the two never count as two."""


def eyes_of(engine: str) -> str:
    """Name the reader whose weights an engine sees through; most see through their own."""
    return SAME_EYES.get(engine, engine)


def settle(
    claims: Sequence[Claim],
    key: str,
    sure: float,
    rival: float,
    *,
    codes: Sequence[Code] = (),
    legible: float = 1.0,
) -> tuple[ReadingState, tuple[str, ...]]:
    """Give the state of the value `key` (letters and digits only), and notes on why.

    `sure` and `rival` are the probabilities of the best value and the next; `legible` is how
    surely the whole plate was read (0–1).
    """
    if sure < READABLE:
        return "unreadable", ()
    agree = [claim for claim in claims if letters_and_digits(claim.guess.text) == key]
    strength = max((claim.guess.strength for claim in agree), default=0.0)
    strongest = max(claim.guess.strength for claim in claims)
    if strongest >= LEAST_STRENGTH and sure >= EVEN and any(_in_code(key, one) for one in codes):
        return "stated", ("A code on the label says the same.",)
    dissent = [
        claim
        for claim in claims
        if claim not in agree and claim.guess.line.confidence >= SURE_DISSENT
    ]
    differ = any(
        _contradicts(letters_and_digits(look.text), key, letters_and_digits(claim.guess.line.text))
        for claim in agree
        for look in claim.looks
        if _sure(look)
    )
    if legible < LEGIBLE:
        return "offered", ("Not stated: the rest of this plate was hard to read.",)
    if sure < STATED or rival >= LIKELY_RIVAL or strength < CLEAR_PLACE:
        return "offered", ()
    for_it = {eyes_of(claim.engine) for claim in agree}
    against = {eyes_of(claim.engine) for claim in dissent} - for_it
    agreed = len(for_it) >= 2 and len(for_it) > len(against)
    return ("stated" if agreed and not differ else "offered"), ()


def _sure(look: Recognised) -> bool:
    return look.confidence >= SURE_DISSENT


def _contradicts(other: str, key: str, line: str) -> bool:
    """Say whether another look read something else, not just less or more of the same line."""
    return key not in other and other not in line


def _in_code(key: str, code: Code) -> bool:
    """Say whether a code carries the value, as a field of its own or as its whole payload."""
    values = [letters_and_digits(value) for _, value in code.fields]
    return len(key) >= 4 and (key in values or key == letters_and_digits(code.payload))
