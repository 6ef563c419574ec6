"""Whose guess counts: the best of each field, from one place, nothing that form alone says."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vision.combine import Claim
from vision.fields import same_place
from vision.shapes import letters_and_digits
from vision.stating import SURE_DISSENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vision.fields import FieldGuess
    from vision.types import FieldName, FieldReading, Reading, TextLine

WORDS = 4
"""Shorter lines say little about how well a plate can be read."""

SPOKEN_FOR = 0.5
"""A value whose field rule is at least this strong (0–1) is more than a guess."""


def legibility(lines: Sequence[TextLine]) -> float:
    """Median confidence (0–1) of the lines of a plate that are more than a few characters."""
    told = sorted(line.confidence for line in lines if len(line.text.strip()) >= WORDS)
    return told[len(told) // 2] if told else 1.0


def best_guesses(guesses: Sequence[FieldGuess]) -> tuple[FieldGuess, ...]:
    """Keep the best guess of each field: the strongest rule on the most surely read line."""
    best: dict[FieldName, FieldGuess] = {}
    for guess in guesses:
        if guess.field not in best or _rank(guess) > _rank(best[guess.field]):
            best[guess.field] = guess
    return tuple(best.values())


def _rank(guess: FieldGuess) -> float:
    return guess.strength * (0.3 + 0.7 * guess.line.confidence)


def one_place(claims: Sequence[Claim], own: Sequence[dict[str, TextLine]]) -> list[Claim]:
    """Keep the claims that speak of the line with the best rule; others mean another place.

    A reader that read that line without seeing a value in it, since it misread the label, is
    heard too if it was sure of what it read: what stands in its text where the others have the
    value is its word.
    """
    lead = max(claims, key=lambda claim: _rank(claim.guess))
    line_id = lead.guess.line.line_id
    kept = [claim for claim in claims if claim.guess.line.line_id == line_id]
    heard = {claim.engine for claim in kept}
    for read in own:
        other = read.get(line_id)
        if other and other.engine.name not in heard and other.confidence >= SURE_DISSENT:
            guess = same_place(lead.guess, other)
            if guess:
                kept.append(Claim(engine=other.engine.name, guess=guess))
    return kept


def one_field_each(claims: Mapping[FieldName, list[Claim]]) -> list[list[Claim]]:
    """Let one value at one label belong to one field, that of the better rule; give each field's.

    A reader that misread a label may claim for another field what the others saw rightly. What
    form alone says is no claim on a label.
    """
    every = [
        (field, claim.guess)
        for field, said in claims.items()
        for claim in said
        if claim.guess.label is not None
    ]

    def is_taken(field: FieldName, mine: FieldGuess) -> bool:
        value = letters_and_digits(mine.text)
        return mine.label is not None and any(
            other != field
            and guess.line.line_id == mine.line.line_id
            and letters_and_digits(guess.text) == value
            and _rank(guess) > _rank(mine)
            for other, guess in every
        )

    left = (
        [claim for claim in said if not is_taken(field, claim.guess)]
        for field, said in claims.items()
    )
    return [said for said in left if said]


def without_guesswork(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """Drop values that nothing but their form or place speaks for, save the best of the photo.

    Any board has dozens of chips whose markings look like serials. Where some region has a value
    with a label, unlabelled ones elsewhere are dropped; where none has, one of them is kept.
    """
    kept: dict[FieldName, FieldReading] = {}
    for one in (one for reading in readings for one in reading.fields):
        best = kept.get(one.field)
        if best is None or one.strength * one.confidence > best.strength * best.confidence:
            kept[one.field] = one
    return tuple(
        replace(
            reading,
            fields=tuple(
                one
                for one in reading.fields
                if one.strength >= SPOKEN_FOR or one is kept[one.field]
            ),
        )
        for reading in readings
    )
