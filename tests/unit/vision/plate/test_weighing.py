"""Several readers on one value: agreement states, disagreement shows."""

from __future__ import annotations

import numpy as np
import pytest

from tests.unit.vision.lines import text_line
from vision.engines.glyphs import glyphs_of
from vision.ocr.engine import Recognised
from vision.ocr.lattice import Lattice
from vision.plate.assurance import Evidence, with_state
from vision.plate.draft import PlateDraft
from vision.plate.spans import FieldGuess, find_fields
from vision.plate.weighing import Claim, weighed
from vision.shapes import rare_letters
from vision.types import Code, Engine, FieldReading, PlateRegion, TextLine

CORNERS = ((0.0, 0.0), (300.0, 0.0), (300.0, 30.0), (0.0, 30.0))


def seen(text: str, doubts: dict[int, dict[str, float]] | None = None) -> Lattice:
    """The lattice of a text read surely, but for the given characters (shares sum below one)."""
    doubts = doubts or {}
    alphabet = ["", *sorted({*text, *(c for shares in doubts.values() for c in shares)}), "~"]
    rows = np.zeros((2 * len(text) + 1, len(alphabet)))
    rows[0::2, 0] = 1.0
    for at, char in enumerate(text):
        shares = doubts.get(at, {char: 0.995})
        rows[2 * at + 1] = (1 - sum(shares.values())) / len(alphabet)
        for symbol, share in shares.items():
            rows[2 * at + 1, alphabet.index(symbol)] += share
    return Lattice.from_probabilities(rows, alphabet)


def line(text: str, engine: str, doubts: dict[int, dict[str, float]] | None = None) -> TextLine:
    lattice = seen(text, doubts)
    return TextLine(
        line_id="L1",
        corners=CORNERS,
        text=lattice.text,
        confidence=0.98,
        glyphs=glyphs_of(lattice),
        engine=Engine(name=engine, version="1", weights_sha256="0" * 64),
        lattice=lattice,
    )


def serial(one: TextLine) -> FieldGuess:
    return next(guess for guess in find_fields([one]) if guess.field == "serial")


def combined(*lines: TextLine, codes: tuple[Code, ...] = ()) -> FieldReading:
    claims = [Claim(engine=one.engine.name, guess=serial(one)) for one in lines]
    return given(claims, codes)


def given(claims: list[Claim], codes: tuple[Code, ...] = ()) -> FieldReading:
    region = PlateRegion(region_id="R1", photo_id="0" * 64, corners=CORNERS, confidence=0.5)
    plate = PlateDraft(region=region, codes=codes)
    return with_state(Evidence(draft=weighed(claims, codes), plate=plate))


def test_two_readers_that_agree_state_a_labelled_value() -> None:
    reading = combined(line("S/N 4836", "rapidocr"), line("S/N 4836", "easyocr"))
    assert (reading.text, reading.state) == ("4836", "stated")
    assert reading.notes == ()


def test_one_reader_alone_never_states() -> None:
    assert combined(line("S/N 4836", "rapidocr")).state == "offered"


def test_readers_that_differ_offer_both() -> None:
    reading = combined(line("S/N 4836", "rapidocr"), line("S/N 4886", "easyocr"))
    assert reading.state == "offered"
    assert {reading.text, *(other.text for other in reading.alternatives)} >= {"4836", "4886"}


def test_a_likely_rival_keeps_a_value_from_being_stated() -> None:
    doubt = {6: {"3": 0.6, "8": 0.35}}
    reading = combined(line("S/N 4836", "rapidocr", doubt), line("S/N 4836", "easyocr", doubt))
    assert reading.text == "4836"
    assert reading.state == "offered"
    assert reading.alternatives[0].text == "4886"


def test_a_value_without_a_label_is_not_stated_even_if_all_agree() -> None:
    reading = combined(line("88172934", "rapidocr"), line("88172934", "easyocr"))
    assert reading.state == "offered"
    assert reading.confidence < 0.5


def test_a_code_on_the_label_states_what_it_repeats() -> None:
    code = Code(symbology="Code128", payload="88172934", fields=(), corners=CORNERS)
    reading = combined(line("S/N 88172934", "rapidocr"), codes=(code,))
    assert reading.state == "stated"
    assert reading.reasons[0].rule == "code-repeats"
    assert combined(line("88172934", "rapidocr"), codes=(code,)).state == "offered"


def test_a_code_settles_what_the_pixels_leave_open() -> None:
    code = Code(symbology="QRCode", payload="88172934", fields=(), corners=CORNERS)
    doubt = {4: {"6": 0.85, "8": 0.12}}
    reading = combined(line("S/N 88172934", "rapidocr", doubt), codes=(code,))
    assert reading.text == "88172934"
    assert reading.state == "stated"


def test_the_letter_o_among_digits_is_taken_for_a_nought_unless_the_pixels_insist() -> None:
    likely = {9: {"O": 0.7, "0": 0.25}}
    assert combined(line("S/N 1905FO1347", "rapidocr", likely)).text == "1905F01347"
    sure = {9: {"O": 0.9989, "0": 0.0001}}
    reading = combined(line("S/N 1905FO1347", "rapidocr", sure))
    assert reading.text == "1905FO1347"


@pytest.mark.parametrize(
    ("text", "count"), [("FO1", 1), ("FOX", 0), ("I2", 1), ("O", 0), ("1O1I", 2)]
)
def test_rare_letters(text: str, count: int) -> None:
    assert rare_letters(text) == count


def test_a_confident_other_pass_that_differs_keeps_a_value_from_being_stated() -> None:
    one = line("S/N 4836", "rapidocr")
    other = seen("S/N 4896")
    other_pass = Recognised(
        text=other.text, confidence=0.99, glyphs=glyphs_of(other), lattice=other
    )
    claims = [
        Claim(engine="rapidocr", guess=serial(one), passes=(other_pass,)),
        Claim(engine="easyocr", guess=serial(line("S/N 4836", "easyocr"))),
    ]
    assert given(claims).state == "offered"


def test_a_reading_without_a_lattice_counts_by_its_confidence() -> None:
    plain = text_line("L1", "S/N 4836", 0, 0, 200, 30)
    reading = given(
        [
            Claim(engine="rapidocr", guess=serial(line("S/N 4836", "rapidocr"))),
            Claim(engine="tesseract", guess=serial(plain)),
        ]
    )
    assert reading.text == "4836"
    assert reading.state == "stated"


def test_a_model_doubts_the_letter_o_among_digits_as_a_serial_does() -> None:
    def model(one: TextLine) -> FieldGuess:
        return next(guess for guess in find_fields([one]) if guess.field == "model")

    likely = {9: {"O": 0.9, "0": 0.05}}
    said = [line("MODEL CX1O5", name, likely) for name in ("rapidocr", "easyocr")]
    reading = given([Claim(engine=one.engine.name, guess=model(one)) for one in said])
    assert reading.state == "offered"
    assert {reading.text, reading.alternatives[0].text} == {"CX1O5", "CX105"}


def test_a_letter_whose_capitals_are_two_is_read_as_any_other() -> None:
    doubt = {6: {"3": 0.9, "ß": 0.05}}
    reading = combined(line("S/N 4836", "rapidocr", doubt), line("S/N 4836", "easyocr", doubt))
    assert reading.text == "4836"
