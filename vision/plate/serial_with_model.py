"""Compare fields of one plate: a serial that begins with the model's name.

Many makers begin a serial with the model, so one plate shows the same characters twice. Engines
read a digit as the letter that looks like it far more often than the reverse (on rendered plates 5
was read as S in 28 %, S as 5 in 3 %; 8 as B in 22 %, B as 8 in 1 %). If both spellings differ by
look-alikes only, the one with more digits is offered for the serial.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from values.sentence import say
from values.text import DIGIT_TWINS
from vision.shapes import letters_and_digits
from vision.types import Alternative, CharOption, Glyph

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.plate.draft import FieldDraft

_TO_DIGITS = str.maketrans(DIGIT_TWINS)

LEAST_MODEL = 4
"""A model with fewer letters and digits than this may begin a serial by chance."""


def align_serial_with_model(drafts: Sequence[FieldDraft]) -> tuple[FieldDraft, ...]:
    """Spell the beginning of the serial like the model, if only look-alikes differ."""
    model = next((one for one in drafts if one.field == "model"), None)
    return tuple(
        _spelled(one, letters_and_digits(model.text)) if model and one.field == "serial" else one
        for one in drafts
    )


def _spelled(serial: FieldDraft, model: str) -> FieldDraft:
    length = len(model)
    plain = letters_and_digits(serial.text)
    start = plain[:length]
    alike = start.translate(_TO_DIGITS) == model.translate(_TO_DIGITS)
    if length < LEAST_MODEL or len(plain) <= length or start == model or not alike:
        return serial
    if _digits(model) <= _digits(start):
        return serial
    text = _dressed(serial.text, model + plain[length:])
    return replace(
        serial,
        text=text,
        confidence=serial.confidence / 2,
        glyphs=_glyphs(serial, text),
        alternatives=(
            Alternative(text=serial.text, probability=serial.confidence / 2),
            *serial.alternatives,
        ),
        notes=(
            *serial.notes,
            say("reading.spelt-as-model", text=serial.text),
        ),
        respelt=True,
    )


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _dressed(pattern: str, plain: str) -> str:
    """Insert plain characters between the separators of a pattern."""
    rest = iter(plain)
    return "".join(next(rest) if char.isalnum() else char for char in pattern)


def _glyphs(serial: FieldDraft, text: str) -> tuple[Glyph, ...]:
    """Put the offered characters first; what was read stays an option."""
    if len(serial.glyphs) != len(text):
        return serial.glyphs
    return tuple(
        glyph if glyph.options[0].char == char else _led_by(glyph, char)
        for glyph, char in zip(serial.glyphs, text, strict=True)
    )


def _led_by(glyph: Glyph, char: str) -> Glyph:
    kept = tuple(option for option in glyph.options if option.char != char)
    return Glyph(
        options=(
            CharOption(char=char, probability=0.5),
            *(replace(option, probability=option.probability / 2) for option in kept),
        ),
        box=glyph.box,
    )
