"""The word in which a field is given, and why: a newcomer sees the reason beside the word."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from vision.types import Alternative, Engine, FieldReading, FieldSource, PhotoReading, Reading
from workbench.strength import strength_in

CORNERS = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
SERIAL = FieldReading(
    field="serial",
    text="CMX15D-0836",
    confidence=0.99,
    state="offered",
    glyphs=(),
    alternatives=(),
    source=FieldSource(line_id="L1", corners=CORNERS, label="S/N", rule="label in the line"),
)


def reading(field: FieldReading, *readers: str) -> PhotoReading:
    """A photo in which each reader read the serial as given, and `field` came out of it."""

    def by(name: str, read: FieldReading) -> Reading:
        engine = Engine(name=name, version="1", weights_sha256="0" * 64)
        return Reading(region_id="R1", engine=engine, lines=(), fields=(read,))

    return PhotoReading(
        photo_id="0" * 64,
        regions=(),
        readings=tuple(
            by(f"reader {at}", replace(field, text=text)) for at, text in enumerate(readers)
        ),
        combined=(by("combined", field),),
        codes=(),
        seconds=0.0,
    )


def test_agreement_is_counted_whatever_the_separators() -> None:
    found = strength_in(
        reading(replace(SERIAL, state="stated"), "CMX15D-0836", "CMX15D 0836"), "R1", "serial"
    )
    assert found is not None
    assert found.word == "stated: two readers agree"


@pytest.mark.parametrize(
    ("changes", "readers", "why"),
    [
        ({}, ("CMX15D-0836",), "only one reader saw it"),
        ({}, ("CMX15D-0836", "CMX15D-0886"), "only one reader read it so"),
        ({}, ("CMX15D-0836", "CMX15D-0836", "CMX15D-0886"), "the readers differ"),
        ({}, ("CMX15D-0836", "CMX15D-0836"), "another look at it reads otherwise"),
        ({"confidence": 0.6}, ("CMX15D-0836",), "the pixels leave it open"),
        (
            {"alternatives": (Alternative(text="CMX15D-0886", probability=0.07),)},
            ("CMX15D-0836",),
            "the pixels leave it open",
        ),
        (
            {"strength": 0.5, "confidence": 0.55},
            ("CMX15D-0836",),
            "label and form leave open whether it is the serial number",
        ),
        (
            {"notes": ("Not stated: the rest of this plate was hard to read.",)},
            ("CMX15D-0836",),
            "the rest of this plate was hard to read",
        ),
        ({"state": "unreadable", "confidence": 0.1}, (), "too little can be seen"),
        (
            {"state": "stated", "notes": ("A code on the label says the same.",)},
            ("CMX15D-0836",),
            "a code on the label says the same",
        ),
    ],
)
def test_the_first_reason_is_named(
    changes: dict[str, Any], readers: tuple[str, ...], why: str
) -> None:
    found = strength_in(reading(replace(SERIAL, **changes), *readers), "R1", "serial")
    assert found is not None
    assert found.why == why


def test_the_number_is_of_the_pixels_not_of_the_rule() -> None:
    weak_rule = replace(SERIAL, strength=0.425, confidence=0.48)
    found = strength_in(reading(weak_rule, SERIAL.text), "R1", "serial")
    assert found is not None
    assert found.pixels == pytest.approx(0.96)


def test_what_is_not_given_has_no_strength() -> None:
    assert strength_in(reading(SERIAL), "R1", "model") is None
