"""The word in which a field is given, and why: no sentence that the facts contradict."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.vision.plate.layouts import Layout
from values.sentence import say
from vision.types import Engine, FieldReading, FieldSource, PhotoReading, Reading, Reason, Witness
from words import en
from workbench.review.strength import notes_of, strength_in, witnesses_in_words

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
VALUE, OTHER = "CMX15D-0836", "CMX15D-0886"


def photo(field: FieldReading) -> PhotoReading:
    engine = Engine(name="combined", version="1", weights_sha256="")
    return PhotoReading(
        photo_id="0" * 64,
        regions=(),
        readings=(),
        combined=(Reading(region_id="R1", engine=engine, lines=(), fields=(field,)),),
        codes=(),
        seconds=0.0,
    )


def word_of(field: FieldReading) -> str:
    found = strength_in(photo(field), "R1", "serial")
    assert found is not None
    return found.word


def read(readers: dict[str, str], **sure: float) -> str:
    """The word for a serial of a plate that each reader reads as said; the first leads."""
    layout = Layout("words", 0)
    layout.text("MODEL CX-117")
    first, *_ = readers.values()
    otherwise = {
        name: (f"S/N {text}" if text else "", sure.get(name, 0.99))
        for name, text in readers.items()
    }
    layout.text(f"S/N {first}", otherwise=otherwise)
    reading = layout.read(readers=tuple(readers))
    found = strength_in(reading, "R1", "serial")
    assert found is not None
    return found.word


@pytest.mark.parametrize(
    ("readers", "word"),
    [
        ({"rapidocr": VALUE, "easyocr": VALUE}, "Read: two independent engines agree"),
        ({"rapidocr": VALUE}, "Check: read by one engine only"),
        ({"rapidocr": VALUE, "easyocr": ""}, "Check: read by one engine only"),
        (
            {"rapidocr": VALUE, "ppocr5": VALUE},
            "Check: read only by engines of one family, which count as one",
        ),
        (
            {"rapidocr": VALUE, "ppocr5": VALUE, "easyocr": ""},
            "Check: read only by engines of one family, which count as one",
        ),
    ],
)
def test_readers_agree_only_where_two_independent_ones_do(
    readers: dict[str, str], word: str
) -> None:
    assert read(readers) == word


@pytest.mark.parametrize(
    "readers",
    [
        {"rapidocr": VALUE, "easyocr": OTHER},
        {"rapidocr": VALUE, "ppocr5": VALUE, "easyocr": OTHER},
        {"rapidocr": VALUE, "ppocr5": OTHER, "easyocr": VALUE},
        {"rapidocr": VALUE, "ppocr5": VALUE, "easyocr": VALUE, "tesseract": OTHER},
    ],
)
def test_readers_that_differ_are_never_said_to_agree(readers: dict[str, str]) -> None:
    word = read(readers)
    assert word.startswith("Check: ")
    assert "agree" not in word


def test_a_reading_that_claims_agreement_without_witnesses_is_not_believed() -> None:
    claimed = replace(
        SERIAL, state="stated", reasons=(Reason(rule="readers-agree", sentence="readers agree"),)
    )
    alone = Witness(name="easyocr", engines=("easyocr",), stance="agrees", texts=(VALUE,))
    assert word_of(claimed) == "Read: no engine agrees"
    assert word_of(replace(claimed, witnesses=(alone,))) == "Read: one engine only"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        (
            {
                "state": "unreadable",
                "reasons": (Reason(rule="unreadable", sentence="too little can be seen"),),
            },
            "Unreadable: too little can be seen",
        ),
        (
            {
                "state": "stated",
                "reasons": (
                    Reason(
                        rule="code-repeats", sentence="a code on the label gives the same value"
                    ),
                ),
            },
            "Read: a code on the label gives the same value",
        ),
        (
            {
                "reasons": (
                    Reason(rule="place-open", sentence="x"),
                    Reason(rule="one-witness", sentence="y"),
                )
            },
            "Check: clear text, but is it the serial number?",
        ),
        (
            {
                "reasons": (
                    Reason(rule="place-open", sentence=say("reason.place-open", field="cage")),
                )
            },
            "Check: clear text, but is it the CAGE code?",
        ),
        ({"reasons": ()}, "Check: the reading gives no reason"),
    ],
)
def test_the_first_reason_is_named(changes: dict[str, Any], word: str) -> None:
    assert word_of(replace(SERIAL, **changes)) == word


def test_what_keeps_a_value_from_being_stated_is_noted_once() -> None:
    gap = Reason(rule="two-plates", sentence=say("reason.wide-gap"))
    blocks = Reason(rule="blocks-differ", sentence=say("reason.blocks-differ", text="55"))
    open_ = Reason(rule="pixels-open", sentence=say("reason.pixels-open"))
    elsewhere = say("reading.elsewhere", text="55")
    noted = replace(SERIAL, reasons=(gap, blocks, open_), notes=(elsewhere,))
    gap_noted = "Needs checking: a wide gap separates the lines, as between two plates."
    assert notes_of(noted) == (en.text(elsewhere), gap_noted)
    assert notes_of(replace(noted, state="stated")) == (en.text(elsewhere),)
    earlier = Reason(rule="two-plates", sentence=en.text(gap.sentence))
    assert notes_of(replace(SERIAL, reasons=(earlier,), notes=(gap_noted,))) == (gap_noted,)


def witness(name: str, stance: str, *texts: str, engines: tuple[str, ...] = ()) -> Witness:
    engines = engines or ((name,) if stance != "silent" else ())
    return Witness(name=name, engines=engines, stance=stance, texts=texts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("witnesses", "sentence"),
    [
        ((), ""),
        (
            (witness("scripted", "agrees", VALUE),),
            "One independent engine read this (Scripted engine).",
        ),
        (
            (witness("easyocr", "agrees", VALUE), witness("tesseract", "silent")),
            "One independent engine read this (EasyOCR); Tesseract read nothing here.",
        ),
        (
            (
                witness("PP-OCR", "agrees", VALUE, engines=("rapidocr", "ppocr5")),
                witness("easyocr", "agrees", VALUE),
            ),
            "Two independent engines read this (RapidOCR with PP-OCRv5 and EasyOCR).",
        ),
        (
            (
                witness("PP-OCR", "divided", VALUE, OTHER, engines=("rapidocr", "ppocr5")),
                witness("easyocr", "differs", "CMX"),
            ),
            (
                f"No independent engine read this; RapidOCR with PP-OCRv5 (“{VALUE}”, “{OTHER}”) "
                "read both this and something else; EasyOCR (“CMX”) read something else."
            ),
        ),
    ],
)
def test_who_read_it_is_said_in_full(witnesses: tuple[Witness, ...], sentence: str) -> None:
    assert witnesses_in_words(witnesses) == sentence


def test_the_number_is_of_the_pixels_not_of_the_rule() -> None:
    found = strength_in(photo(replace(SERIAL, strength=0.425, confidence=0.48)), "R1", "serial")
    assert found is not None
    assert found.pixels == pytest.approx(0.96)


def test_what_is_not_given_has_no_strength() -> None:
    assert strength_in(photo(SERIAL), "R1", "model") is None
