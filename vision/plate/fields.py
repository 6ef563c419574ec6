"""Find the fields of a photo's plates, once, from what all engines read.

Each engine's text suggests where a field may be. The best of these places is chosen, what the
engines saw there is weighed, and a value belongs to one field of one plate.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from vision.plate.code_values import IN_A_CODE, guesses_from_codes, with_codes
from vision.plate.draft import CLAIMED
from vision.plate.lines import OF_OTHER_SCRIPTS
from vision.plate.serial_with_model import align_serial_with_model
from vision.plate.spans import same_place
from vision.plate.weighing import Claim, of_one_reader, weighed
from vision.shapes import letters_and_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vision.plate.draft import EngineLines, FieldDraft, PlateDraft
    from vision.plate.spans import FieldGuess
    from vision.types import FieldName, TextLine

HEARD = 0.8
"""An engine that saw no value in a line counts too if it read the line at least this surely (0–1),
the same as for dissent (`vision.plate.assurance.SURE`).
"""

DOUBTED = 0.3
"""Share of a rule's strength (0–1) that counts if the line was not read surely at all; all of it
counts if it was read without doubt.
"""

RULES: Final = Declared(
    "fields",
    test="tests/unit/vision/plate/test_fields.py",
    source="assumed",
    units={
        "HEARD": "confidence of a line, 0-1",
        "DOUBTED": "share, 0-1",
    },
)


def with_fields(plates: Sequence[PlateDraft]) -> tuple[PlateDraft, ...]:
    """Add the fields to all plates of a photo."""
    return without_guesswork([replace(plate, fields=_fields(plate)) for plate in plates])


def _fields(plate: PlateDraft) -> tuple[FieldDraft, ...]:
    """Find the fields of one plate: the engines' claims, at one place each, weighed."""
    own = [engine_lines.own for engine_lines in plate.by_engine]
    here = [one_place(claimed, own) for claimed in one_field_each(_claims(plate))]
    return align_serial_with_model([weighed(claims, plate.codes) for claims in here])


def _claims(plate: PlateDraft) -> dict[FieldName, list[Claim]]:
    """Return the best guess of every engine, and of every other crop, for each field."""
    first, *_ = plate.by_engine
    spoken = {(guess.field, guess.line.line_id) for guess in first.text.guesses}
    claims: dict[FieldName, list[Claim]] = {}
    for engine_lines in (*plate.by_engine, *plate.crops):
        coded = guesses_from_codes(engine_lines.text.lines, plate.codes)
        for guess in best_guesses(with_codes(engine_lines.text.guesses, coded)):
            line_id = guess.line.line_id
            if line_id in engine_lines.own and _may_speak(guess, first.engine.name, spoken):
                passes = plate.passes.get(line_id, ()) if engine_lines is first else ()
                claim = Claim(engine=guess.line.engine.name, guess=guess, passes=tuple(passes))
                claims.setdefault(guess.field, []).append(claim)
    return claims


def _may_speak(guess: FieldGuess, first: str, spoken: set[tuple[FieldName, str]]) -> bool:
    """Whether a guess counts: by form alone, only if the first engine sees it too.

    Some engines drop the spaces that keep a row of small numbers from looking like one value.
    """
    known = guess.line.engine.name in (first, *OF_OTHER_SCRIPTS) or guess.label is not None
    return known or guess.rule == IN_A_CODE or (guess.field, guess.line.line_id) in spoken


def fields_of_one(engine_lines: EngineLines) -> tuple[FieldDraft, ...]:
    """Return the fields that one engine alone would give."""
    own = [guess for guess in engine_lines.text.guesses if guess.line.line_id in engine_lines.own]
    return tuple(of_one_reader(guess) for guess in best_guesses(own))


def best_guesses(guesses: Sequence[FieldGuess]) -> tuple[FieldGuess, ...]:
    """Keep the best guess of each field: the strongest rule on the most surely read line."""
    best: dict[FieldName, FieldGuess] = {}
    for guess in guesses:
        if guess.field not in best or _rank(guess) > _rank(best[guess.field]):
            best[guess.field] = guess
    return tuple(best.values())


def _rank(guess: FieldGuess) -> float:
    return guess.strength * (DOUBTED + (1 - DOUBTED) * guess.line.confidence)


def one_place(claims: Sequence[Claim], own: Sequence[Mapping[str, TextLine]]) -> list[Claim]:
    """Keep the claims about the line with the best rule; others refer to another place.

    An engine that read that line without seeing a value in it, because it misread the label, counts
    too if it was sure of its reading: its text at the place of the others' value is its claim.
    """
    lead = max(claims, key=lambda claim: _rank(claim.guess))
    line_id = lead.guess.line.line_id
    kept = [claim for claim in claims if claim.guess.line.line_id == line_id]
    counted = {claim.engine for claim in kept}
    for read in own:
        other = read.get(line_id)
        if other and other.engine.name not in counted and other.confidence >= HEARD:
            guess = same_place(lead.guess, other)
            if guess:
                kept.append(Claim(engine=other.engine.name, guess=guess))
    return kept


def one_field_each(claims: Mapping[FieldName, list[Claim]]) -> list[list[Claim]]:
    """Assign each value at a label to one field, that of the better rule; return claims by field.

    An engine that misread a label may claim for another field what the others saw correctly. A
    guess by form alone is not a claim on a label.
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


def without_guesswork(plates: Sequence[PlateDraft]) -> tuple[PlateDraft, ...]:
    """Drop values supported only by their form or position, except the best in the photo.

    Any circuit board has dozens of chips whose markings look like serials. If some plate has a
    value with a label, unlabelled ones elsewhere are dropped; if none has, one of them stays.
    """
    kept: dict[FieldName, FieldDraft] = {}
    for one in (one for plate in plates for one in plate.fields):
        best = kept.get(one.field)
        if best is None or one.strength * one.confidence > best.strength * best.confidence:
            kept[one.field] = one
    return tuple(
        replace(
            plate,
            fields=tuple(
                one for one in plate.fields if one.strength >= CLAIMED or one is kept[one.field]
            ),
        )
        for plate in plates
    )
