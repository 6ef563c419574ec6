"""A serial that begins with the model is spelt as the model, and says so."""

from __future__ import annotations

import pytest

from values.sentence import say
from vision.plate.draft import FieldDraft
from vision.plate.serial_with_model import align_serial_with_model
from vision.types import CharOption, FieldSource, Glyph

CORNERS = ((0.0, 0.0), (9.0, 0.0), (9.0, 3.0), (0.0, 3.0))


def field(name: str, text: str) -> FieldDraft:
    return FieldDraft(
        field=name,  # type: ignore[arg-type]
        text=text,
        sure=0.95,
        rival=0.0,
        strength=1.0,
        confidence=0.9,
        engine_texts=(),
        glyphs=tuple(Glyph(options=(CharOption(char=c, probability=0.9),)) for c in text),
        alternatives=(),
        source=FieldSource(line_id="L1", corners=CORNERS, label=None, rule="form alone"),
    )


def test_look_alikes_at_the_beginning_are_spelt_as_in_the_model() -> None:
    _, serial = align_serial_with_model([field("model", "CMX-15D"), field("serial", "CMXISD-0836")])
    assert serial.text == "CMX15D-0836"
    assert serial.respelt is not None
    assert serial.alternatives[0].text == "CMXISD-0836"
    assert serial.notes[0] == say("reading.spelt-as-model", text="CMXISD-0836")
    assert [glyph.options[0].char for glyph in serial.glyphs] == list("CMX15D-0836")
    assert serial.glyphs[3].options[1].char == "I"
    assert serial.confidence < 0.5


@pytest.mark.parametrize(
    ("model", "serial"),
    [
        ("CMX-15D", "CMX15D-0836"),  # nothing to mend
        ("CMX-ISD", "CMX15D-0836"),  # the model is the doubtful one
        ("CMX-15D", "CMX20D-0836"),  # another model, not a look-alike
        ("X1", "XI-0836"),  # too short to mean anything
        ("CMX-15D", "CMXISD"),  # nothing after it: not a serial of that model
        ("CMX-15D", "0836"),
    ],
)
def test_everything_else_stays_as_read(model: str, serial: str) -> None:
    fields = [field("serial", serial), field("model", model)]
    assert align_serial_with_model(fields) == tuple(fields)


def test_a_plate_without_a_model_stays_as_read() -> None:
    fields = [field("serial", "CMXISD-0836")]
    assert align_serial_with_model(fields) == tuple(fields)
