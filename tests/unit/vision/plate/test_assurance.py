"""Nothing false is stated: fifty layouts of each kind of plate, and plain ones."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from tests.unit.vision.lines import text_line
from tests.unit.vision.plate.layouts import SEEDS, Layout, fields, offered, reasons, stated
from values.sentence import say
from vision.codes.payload import gtin_checks, is_article_number
from vision.plate import assurance
from vision.plate.assurance import (
    CONDITIONS,
    VETOES,
    Evidence,
    Exposures,
    SingleEngine,
    assure,
    with_state,
    witnesses_of,
)
from vision.plate.draft import EngineLines, EngineText, FieldDraft, PlateDraft
from vision.plate.spans import FieldGuess, PlateText
from vision.types import Code, FieldReading, FieldSource, PlateRegion, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from vision.types import PhotoReading

CORNERS = ((0.0, 0.0), (9.0, 0.0), (9.0, 3.0), (0.0, 3.0))
MAKERS = ("ACME AVIONICS LTD", "NORDWERK GMBH", "STELLA SYSTEMS INC", "ООО ЗАРЯ", "BORA A.Ş.")
SIGNS = ("№ ", "№", "N° ", "N°", "NO ", "NO", "NO. ", "Nr ", "Nr. ", "编号", "编号: ", "No: ")
OTHERS = (
    "PERMIT NO", "APPROVAL NO", "CONTRACT NO", "PATENT NO", "DRAWING NO", "ORDER NO", "TEL NO",
    "TYPE APPROVAL NO", "LICENCE NO.", "JOB NO", "CERTIFICATE NUMBER", "QUELLO NR", "FILE #",
    "Рег. №", "Разрешение №", "Сертификат №", "Lizenz-Nr.", "Zulassungs-Nr.", "Ruhsat No",
    "Belge Numarası", "许可证编号", "证书号", "شماره مجوز", "N° de permis", "N° d'agrément",
    "Número de permiso", "Nr zezwolenia", "ENGINE NO", "INSPECTION NO",
)  # fmt: skip


# --- Where each limit lies (set by judgement, measured by benchmarks.reading; decision 0040) ----


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "stated"),
        ({"sure": 0.9}, "stated"),
        ({"sure": 0.8999}, "offered"),
        ({"rival": 0.0599}, "stated"),
        ({"rival": 0.06}, "offered"),
        ({"sure": 0.15, "rival": 0.0}, "offered"),
        ({"sure": 0.1499, "rival": 0.0}, "unreadable"),
    ],
)
def test_where_a_value_that_readers_agree_on_is_stated(changes: dict, state: str) -> None:
    said = draft(engine_text("rapidocr", "123456"), engine_text("easyocr", "123456"), **changes)
    assert assured(said).state == state


@pytest.mark.parametrize(("legible", "state"), [(0.94, "stated"), (0.9399, "offered")])
def test_from_which_confidence_a_plate_is_legible(legible: float, state: str) -> None:
    said = draft(engine_text("rapidocr", "123456"), engine_text("easyocr", "123456"))
    line = dataclasses.replace(text_line("L9", "28 VDC", 0, 0, 90, 30), confidence=legible)
    plate = dataclasses.replace(PLATE, lines=(line,))
    assert assured(said, plate).state == state


@pytest.mark.parametrize(("strength", "state"), [(0.8, "stated"), (0.7999, "offered")])
def test_from_which_strength_a_place_is_clear(strength: float, state: str) -> None:
    said = [
        dataclasses.replace(engine_text(name, "123456"), strength=strength)
        for name in ("rapidocr", "easyocr")
    ]
    assert assured(draft(*said)).state == state


@pytest.mark.parametrize(("sure", "state"), [(0.8, "offered"), (0.7999, "stated")])
def test_from_which_confidence_another_reading_is_dissent(sure: float, state: str) -> None:
    both = [engine_text("rapidocr", "123456"), engine_text("easyocr", "123456")]
    said = draft(*both, engine_text("tesseract", "12B456", sure))
    assert assured(said).state == state
    looked = dataclasses.replace(both[0], passes=(("S/N 128456", sure),))
    assert assured(draft(looked, both[1])).state == state
    line = engine_text("easyocr", "123456")
    divided = witnesses_of([line, engine_text("easyocr", "128456", sure)], "123456", ())
    assert divided[0].stance == ("divided" if state == "offered" else "agrees")


@pytest.mark.parametrize(
    ("text", "sure", "strength", "state"),
    [
        ("1234", 0.5, 0.5, "stated"),
        ("123", 0.5, 0.5, "offered"),
        ("1234", 0.4999, 0.5, "offered"),
        ("1234", 0.5, 0.4999, "offered"),
    ],
)
def test_from_which_length_and_probability_a_code_settles_a_value(
    text: str, sure: float, strength: float, state: str
) -> None:
    said = dataclasses.replace(engine_text("rapidocr", text), strength=strength)
    plate = dataclasses.replace(
        PLATE,
        codes=(
            Code(
                symbology="DataMatrix",
                payload=f"S{text}",
                corners=CORNERS,
                fields=(("serial", text),),
            ),
        ),
    )
    given = assured(draft(said, text=text, sure=sure), plate)
    assert given.state == state


def of_two(one: FieldReading, *, sure: float) -> str:
    """How far two exposures that read the same vouch for it."""
    return assure(Exposures(readings=(one, one), key="1234", sure=sure, exposures=2)).state


@pytest.mark.parametrize(("sure", "state"), [(0.95, "stated"), (0.9499, "offered")])
def test_from_which_probability_several_exposures_state_a_value(sure: float, state: str) -> None:
    assert of_two(field_reading("1234"), sure=sure) == state


def test_where_too_little_is_seen_in_several_exposures() -> None:
    for sure, state in ((0.15, "offered"), (0.1499, "unreadable")):
        assert of_two(field_reading("1234"), sure=sure) == state


@pytest.mark.parametrize(("strength", "state"), [(0.8, "stated"), (0.7999, "offered")])
def test_from_which_strength_a_place_is_clear_in_several_exposures(
    strength: float, state: str
) -> None:
    assert of_two(field_reading("1234", strength=strength), sure=0.96) == state


def test_readers_of_one_family_are_one_witness() -> None:
    """Decision 0041: the PP-OCR generations, and the Cyrillic reader that sees through one."""
    assert {assurance.family_of(name) for name in ("rapidocr", "ppocr5", "cyrillic")} == {"PP-OCR"}
    for name in ("easyocr", "tesseract", "another"):
        assert assurance.family_of(name) == name


def test_which_rules_there_are() -> None:
    assert [rule.identifier for rule in VETOES] == [
        "blocks-differ", "bare-number-sign", "sign-in-value", "unsure-label", "product-number",
        "announced-otherwise", "code-of-another-field", "code-differs", "labelled-twice",
        "two-plates", "contradicting-line", "no-identifier", "counter", "piece", "respelt",
    ]  # fmt: skip
    assert [rule.identifier for rule in CONDITIONS] == [
        "pixels-open", "hard-to-read", "place-open", "another-look", "readers-differ",
        "one-witness",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "word", ["ITEM NO", "ITEM NUMBER", "UNIT NO", "REF", "REF NO", "PIN", "SERIES"]
)
def test_which_label_words_announce_several_things(word: str) -> None:
    source = FieldSource(line_id="L1", corners=CORNERS, label=word, rule="label in the line")
    said = draft(engine_text("rapidocr", "123456"), engine_text("easyocr", "123456"), source=source)
    given = assured(said)
    assert "unsure-label" in {why.rule for why in given.reasons}


@pytest.mark.parametrize(
    ("field", "guarded"),
    [
        ("serial", True), ("model", True), ("part_number", True), ("nsn", True), ("cage", True),
        ("lot", True), ("maker", False), ("date", False),
    ],
)  # fmt: skip
def test_which_fields_are_held_against_the_other_lines(field: str, guarded: bool) -> None:
    said = draft(
        engine_text("rapidocr", "I1/12"), engine_text("easyocr", "I1/12"), text="1/3", field=field
    )
    counts = "counter" in {why.rule for why in assured(said).reasons}
    assert counts is guarded


def test_which_fields_a_plate_has_once() -> None:
    assert assurance.IDENTITY == ("maker", "model", "serial", "part_number", "nsn", "cage")


def model_of(layout: Layout) -> str:
    return layout.choice("CX", "MRW", "TK", "PV") + "-" + layout.digits(3)


def serial_of(layout: Layout) -> str:
    return layout.choice("", "A", "KT-", "W") + layout.digits(6)


def plain(layout: Layout) -> tuple[str, str]:
    """An ordinary plate: maker, model, serial."""
    model, serial = model_of(layout), serial_of(layout)
    layout.text(layout.choice(*MAKERS[:3]))
    layout.field(
        layout.choice("MODEL", "TYPE", "MODEL NO"), model, way=layout.choice("line", "right")
    )
    word = layout.choice("SERIAL NO", "S/N", "SER NO", "SERIAL NUMBER", "Serial No.", "Зав. №")
    layout.field(word, serial, way=layout.choice("line", "right"))
    if layout.random.random() < 0.5:
        layout.field("INPUT", "28 VDC", way="line")
    if layout.random.random() < 0.5:
        layout.field("WEIGHT", "12.4 kg", way="line")
    return model, serial


def of_kind(kind: str, draw: Callable[[Layout], PhotoReading]) -> list[tuple[int, PhotoReading]]:
    return [(seed, draw(Layout(kind, seed))) for seed in SEEDS]


@pytest.mark.parametrize("seed", range(60))
def test_an_ordinary_plate_that_readers_agree_on_is_stated(seed: int) -> None:
    layout = Layout("ordinary", seed)
    model, serial = plain(layout)
    reading = layout.read()
    assert stated(reading).get("serial") == {serial}, [one.reasons for one in fields(reading)]
    assert stated(reading).get("model") == {model}, [one.reasons for one in fields(reading)]
    assert reasons(reading, "serial") == {"readers-agree"}


def test_a_bare_number_sign_offers_the_only_number_and_keeps_its_noughts() -> None:
    def draw(layout: Layout) -> PhotoReading:
        value = layout.digits(4, lead="0")
        layout.text(layout.choice("ПРИБОР ПК-51", "ACME", "泵"))
        layout.text(layout.choice(*SIGNS) + value)
        layout.text(layout.choice("1987 г.", "24 V", "МАДЕ ИН"))
        reading = layout.read()
        assert offered(reading, "serial") == {value}
        return reading

    for seed, reading in of_kind("number sign", draw):
        assert "serial" not in stated(reading), seed
        assert "bare-number-sign" in reasons(reading, "serial"), seed


def test_a_number_sign_beside_a_labelled_number_says_nothing() -> None:
    def draw(layout: Layout) -> PhotoReading:
        model, serial = plain(layout)
        layout.text(layout.choice(*SIGNS[2:9]) + layout.digits(4))
        reading = layout.read()
        assert offered(reading, "serial") == {serial}
        assert stated(reading).get("model", {model}) == {model}
        return reading

    of_kind("sign and serial", draw)


@pytest.mark.parametrize("sign", [one.strip() for one in SIGNS])
def test_a_number_sign_completes_a_field_word(sign: str) -> None:
    for seed in range(8):
        layout = Layout(f"completes {sign}", seed)
        serial = layout.digits(4, lead="0")
        word = layout.choice("SERIAL", "SER.", "Зав.")
        layout.text("ACME AVIONICS LTD")
        layout.text("MODEL CX-117")
        layout.text(f"{word} {sign} {serial}")
        reading = layout.read()
        assert offered(reading, "serial") == {serial}, seed
        assert stated(reading).get("serial", {serial}) == {serial}


def test_no_serial_comes_from_an_unknown_word_with_a_number_sign() -> None:
    def draw(layout: Layout) -> PhotoReading:
        layout.text(layout.choice(*MAKERS))
        layout.field("MODEL", model_of(layout), way="line")
        number = serial_of(layout)
        layout.field(layout.choice(*OTHERS), number)
        reading = layout.read()
        strong = [one for one in fields(reading) if one.field == "serial" and one.strength >= 0.5]
        assert not strong
        assert number not in offered(reading, "serial")
        return reading

    for seed, reading in of_kind("unknown word", draw):
        assert "serial" not in stated(reading), seed


def test_another_number_does_not_become_the_serial_of_a_label_without_a_value() -> None:
    def draw(layout: Layout) -> PhotoReading:
        layout.text("ACME AVIONICS LTD")
        number = layout.digits(6)
        if layout.random.random() < 0.5:
            layout.text("SERIAL NO")
            layout.field(layout.choice(*OTHERS), number, way=layout.choice("line", "right"))
        else:
            layout.field(layout.choice(*OTHERS), number)
            layout.text("SERIAL NO")
        return layout.read()

    for seed, reading in of_kind("empty serial", draw):
        assert "serial" not in stated(reading), seed


def test_what_another_label_announces_in_any_sure_reading_is_not_stated() -> None:
    one, both = Layout("misread label", 0), Layout("same number", 0)
    one.text("SERIAL NO 204771", otherwise={"ppocr5": ("PERMIT NO 204771", 0.97)})
    both.text("PERMIT NO 204771")
    both.text("SERIAL NO 204771")
    for layout in (one, both):
        reading = layout.read()
        assert stated(reading) == {}
        assert "announced-otherwise" in reasons(reading, "serial")


def test_a_piece_of_a_longer_value_is_not_stated() -> None:
    layout = Layout("piece", 0)
    layout.text("TYPE 500")
    layout.text("500452U025AA2B")
    reading = layout.read()
    assert "model" not in stated(reading)
    assert "piece" in reasons(reading, "model")


FIELD_CODES: tuple[Callable[[str], Code], ...] = (
    lambda value: code("[)>\x1e06\x1d1P" + value, "Data Matrix", (("part_number", value),)),
    lambda value: code("1T" + value, "Code128", (("lot", value),)),
    lambda value: code("K" + value, "Code39", (("contract", value),)),
    lambda value: code("(241)" + value, "QR Code", (("part_number", value),)),
)


def code(payload: str, symbology: str = "Code128", said: tuple = ()) -> Code:
    return Code(symbology=symbology, payload=payload, fields=said, corners=CORNERS)


def test_a_code_that_names_another_field_forbids_stating_a_serial() -> None:
    def draw(layout: Layout) -> PhotoReading:
        layout.text("ACME AVIONICS LTD")
        number = layout.digits(7)
        layout.field("SERIAL NO", number, way=layout.choice("line", "right"))
        return layout.read(codes=(layout.random.choice(FIELD_CODES)(number),))

    for seed, reading in of_kind("code of another field", draw):
        assert "serial" not in stated(reading), seed
        assert "code-of-another-field" in reasons(reading, "serial"), seed


def gtin(layout: Layout, length: int) -> str:
    body = layout.digits(length - 1)
    return next(body + last for last in "0123456789" if gtin_checks(body + last))


def test_an_article_number_is_no_serial() -> None:
    def draw(layout: Layout) -> PhotoReading:
        layout.text("ACME AVIONICS LTD")
        length, kind = layout.random.choice(
            [(13, "EAN-13"), (12, "UPC-A"), (8, "EAN-8"), (14, "Code128"), (13, "Data Matrix")]
        )
        number = gtin(layout, length)
        layout.field("S/N", number, way=layout.choice("line", "right"))
        payload = "01" + number if length == 14 and layout.random.random() < 0.5 else number
        return layout.read(codes=(code(payload, kind),))

    for seed, reading in of_kind("article number", draw):
        assert "serial" not in stated(reading), seed


def test_what_only_a_code_repeats_is_named_a_serial_by_nothing() -> None:
    def draw(layout: Layout) -> PhotoReading:
        layout.text("ACME AVIONICS LTD")
        number = layout.choice("", "PO", "MAC") + layout.digits(10)
        layout.text(number)
        return layout.read(codes=(code(number),))

    for seed, reading in of_kind("code without a label", draw):
        assert "serial" not in stated(reading), seed


def test_a_code_that_gives_another_serial_forbids_stating() -> None:
    layout = Layout("code differs", 0)
    layout.text("SERIAL NO 123456")
    reading = layout.read(codes=(code("S654321", said=(("serial", "654321"),)),))
    assert stated(reading) == {}
    assert "code-differs" in reasons(reading, "serial")


def test_a_code_that_names_the_serial_settles_it() -> None:
    layout = Layout("code agrees", 0)
    layout.text("SERIAL NO 123456")
    named = code("S123456", said=(("serial", "123456"),))
    reading = layout.read(readers=("rapidocr",), codes=(named,))
    assert stated(reading) == {"serial": {"123456"}}
    assert reasons(reading, "serial") == {"code-repeats"}
    unnamed = layout.read(readers=("rapidocr",), codes=(code("123456"),))
    assert stated(unnamed) == {"serial": {"123456"}}, "a label says which field the code repeats"


def test_two_serial_labels_in_one_region_state_no_serial() -> None:
    def draw(layout: Layout) -> PhotoReading:
        layout.text("ACME AVIONICS LTD")
        first, second = layout.digits(5), layout.digits(5)
        words = ("SERIAL NO", "S/N", "SER NO", "Зав. №", "序列号", "Serie-Nr", "Seri No")
        layout.field(layout.choice(*words), first, way="line")
        if layout.random.random() < 0.5:
            layout.field("MODEL", model_of(layout), way="line")
        layout.field(layout.choice(*words), layout.choice(second, first, "--"), way="line")
        return layout.read()

    for seed, reading in of_kind("two serials", draw):
        assert "serial" not in stated(reading), seed


PAIRS = (("2", "Z"), ("5", "S"), ("8", "B"), ("0", "O"), ("1", "I"))


def test_relatives_do_not_settle_a_short_value_of_look_alikes() -> None:
    def draw(layout: Layout) -> PhotoReading:
        digit, letter = layout.random.choice(PAIRS)
        start, end = layout.choice("A", "7", "B", "X4"), layout.choice("8", "B", "47", "")
        value, other = start + digit + end, start + letter + end
        layout.text("ACME AVIONICS LTD")
        dissent = layout.choice("reader", "line", "none", "missing")
        otherwise = {
            "reader": {"easyocr": (f"SERIAL NO {other}", 0.95)},
            "missing": {"easyocr": ("", 0.0)},
        }
        layout.text(f"SERIAL NO {value}", otherwise=otherwise.get(dissent, {}))
        if dissent == "line":
            layout.text(other)
        readers = ("rapidocr", "ppocr5") if dissent == "none" else ("rapidocr", "ppocr5", "easyocr")
        return layout.read(readers=readers)

    for seed, reading in of_kind("look-alikes", draw):
        assert "serial" not in stated(reading), seed


def test_a_sure_line_that_contradicts_forbids_stating_wherever_it_stands() -> None:
    def draw(layout: Layout) -> PhotoReading:
        _, serial = plain(layout)
        at = layout.random.randrange(len(serial))
        changed = "5" if serial[at] != "5" else "6"
        other = serial[:at] + changed + serial[at + 1 :]
        layout.text(layout.choice(other, f"ID {other}", f"({other})"))
        return layout.read()

    for seed, reading in of_kind("contradiction", draw):
        assert "serial" not in stated(reading), seed


def test_a_line_of_another_place_contradicts_only_by_look_alikes() -> None:
    for other, state in (("AB1O836", "offered"), ("AB10837", "stated")):
        layout = Layout("elsewhere", 0)
        layout.text("SERIAL NO AB10836")
        layout.gap(12.0)
        layout.text(other)
        reading = layout.read()
        assert len(reading.regions) == 2
        assert [one.state for one in fields(reading) if one.text == "AB10836"] == [state]


def test_fields_of_two_plates_are_not_one_identity() -> None:
    def draw(layout: Layout) -> PhotoReading:
        for word in (
            ("MODEL", "SERIAL NO") if layout.random.random() < 0.5 else ("SERIAL NO", "MODEL")
        ):
            layout.text(layout.choice(*MAKERS[:3]))
            layout.field("MFR", layout.choice("ACME", "BORA", "STELLA"), way="line")
            layout.field(word, serial_of(layout), way="line")
            layout.field("PART NO", layout.digits(5), way="line")
            layout.gap(layout.random.uniform(0.0, 1.2))
        reading = layout.read()
        return reading if len(reading.regions) == 1 else dataclasses.replace(reading, combined=())

    for seed, reading in of_kind("two plates", draw):
        assert stated(reading) == {}, seed


def test_lines_that_a_wide_gap_parts_are_not_one_identity() -> None:
    def draw(layout: Layout) -> PhotoReading:
        layout.pitch = layout.random.uniform(1.2, 1.4)
        layout.text("ACME AVIONICS LTD")
        layout.field("MODEL", model_of(layout), way="line")
        layout.text("MADE IN ENGLAND")
        layout.gap(1.2)
        layout.text("BORA SYSTEMS INC")
        layout.field("SERIAL NO", serial_of(layout), way="line")
        layout.text("QUALITY PASSED")
        return layout.read()

    for seed, reading in of_kind("gap", draw):
        assert len(reading.regions) > 1 or stated(reading) == {}, seed


def test_a_line_in_another_script_does_not_replace_a_surer_latin_one() -> None:
    for seed in SEEDS:
        layout = Layout("script", seed)
        serial = layout.digits(6)
        other = {"tesseract": (f"ЗЕКГАЛ МО {layout.digits(6)}", layout.random.uniform(0.5, 0.97))}
        layout.text("MODEL CX-117")
        layout.text(f"SERIAL NO {serial}", otherwise=other)
        reading = layout.read(readers=("rapidocr", "easyocr", "tesseract"))
        shown = [line.text for part in reading.combined for line in part.lines]
        assert f"SERIAL NO {serial}" in shown, seed
        assert stated(reading).get("serial", {serial}) == {serial}, seed


def test_label_words_inside_names_of_firms_announce_nothing() -> None:
    names = (
        "SERIAL ELECTRONICS LTD", "MODEL AIRCRAFT CO", "UNITED SERIAL CORP", "LOT SYSTEMS INC",
        "MODEL ENGINEERING GMBH", "SERIAL DATA SYSTEMS LTD", "TYPE APPROVAL", "TYPE APPROVED",
        "THE MODEL COMPANY", "BATCH INDUSTRIES", "TYPE TESTED ASSEMBLY",
    )  # fmt: skip

    def draw(layout: Layout) -> PhotoReading:
        number = layout.digits(6)
        name = layout.choice(*names)
        layout.text(name)
        layout.text(layout.choice(number, f"PERMIT NO {number}", "24 VDC", "12/2020"))
        layout.text("MADE IN ENGLAND")
        reading = layout.read()
        for one in fields(reading):
            assert one.field == "maker" or one.source.label is None, (name, one)
        return reading

    for seed, reading in of_kind("firms", draw):
        assert not {"serial", "model"} & stated(reading).keys(), seed


NO_IDENTIFIERS = (
    "24 VDC", "3V 2-8A", "100-240V~ 50/60Hz", "-40...+85°C", "-55/+125", "12.4 kg", "400 Hz",
    "400HZ 3PH", "1450 RPM", "IP67", "IP 65", "IP54/IP65", "NEMA 4X", "IK08", "SHEET 1 OF 3",
    "2 OF 5",
    "PAGE 3", "12/2020", "2022-03", "1989", "Лист 2", "28 В", "115/200 V", "0,5 А", "400 Гц",
    "as appropriate", "N/A", "see drawing", "unknown", "1/3", "第2页", "2.5 MPa", "27 LBS", "5 A",
)  # fmt: skip


@pytest.mark.parametrize("value", NO_IDENTIFIERS)
def test_measures_and_their_like_are_no_serial_and_no_model(value: str) -> None:
    for seed in range(6):
        layout = Layout(f"measure {value}", seed)
        layout.text("ACME AVIONICS LTD")
        layout.field(layout.choice("SERIAL NO", "S/N", "MODEL", "TYPE", "MFR"), value)
        reading = layout.read(codes=(code(value),) if layout.random.random() < 0.3 else ())
        assert not {"serial", "model", "maker"} & stated(reading).keys(), (value, seed)


def test_a_product_number_is_not_stated_as_a_model() -> None:
    for text in ("Изделие № 012345", "Gerät Nr. 4711", "Cinsi No 4711", "设备型号 № 4711"):
        layout = Layout(text, 0)
        layout.text(text)
        assert stated(layout.read()) == {}


def test_a_product_without_a_number_sign_is_stated_beside_a_numbered_serial() -> None:
    layout = Layout("product", 0)
    layout.text("Изделие CX-117")
    layout.text("Зав. № 123456")
    assert stated(layout.read()) == {"model": {"CX-117"}, "serial": {"123456"}}


@pytest.mark.parametrize(("sure", "rule"), [(0.8, "labelled-twice"), (0.79, "readers-agree")])
def test_a_second_serial_label_counts_where_it_is_surely_read(sure: float, rule: str) -> None:
    layout = Layout("second label", 0)
    layout.text("S/N ---", sure=sure)
    layout.text("MADE IN ENGLAND")
    layout.text("SERIAL NO 123456")
    assert reasons(layout.read(), "serial") == {rule}


@pytest.mark.parametrize("label", ["ITEM NO.", "REF", "UNIT NO"])
def test_a_label_that_may_announce_something_else_states_nothing(label: str) -> None:
    layout = Layout(label, 0)
    layout.text("MAKER: ACME LTD")
    layout.text(f"{label} 2207   QTY 1")
    assert not {"part_number", "serial"} & stated(layout.read()).keys()


@pytest.mark.parametrize("value", ["N0123", "N04711", "NO4711", "NR4711", "N94711"])
def test_what_may_be_a_number_sign_keeps_a_value_from_being_stated(value: str) -> None:
    layout = Layout(value, 0)
    layout.text(f"S/N {value}")
    reading = layout.read()
    assert stated(reading) == {}
    assert offered(reading, "serial") == {value}


# --- Witnesses ------------------------------------------------------------------------------


PLATE = PlateDraft(
    region=PlateRegion(region_id="R1", photo_id="0" * 64, corners=CORNERS, confidence=0.5)
)


def assured(draft: FieldDraft, plate: PlateDraft = PLATE) -> assurance.Assurance:
    return assure(Evidence(draft=draft, plate=plate))


def engine_text(engine: str, text: str, sure: float = 0.99) -> EngineText:
    return EngineText(
        engine=engine, text=text, confidence=sure, label="S/N", strength=1.0, line=f"S/N {text}"
    )


def draft(*said: EngineText, text: str = "123456", **changes: object) -> FieldDraft:
    made = FieldDraft(
        field="serial",
        text=text,
        sure=0.98,
        rival=0.0,
        confidence=0.98,
        strength=1.0,
        source=FieldSource(line_id="L1", corners=CORNERS, label="S/N", rule="label in the line"),
        engine_texts=said,
        glyphs=(),
        alternatives=(),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "state", "rule"),
    [
        ((("rapidocr", "123456"), ("easyocr", "123456")), "stated", "readers-agree"),
        ((("ppocr5", "123456"), ("tesseract", "123456")), "stated", "readers-agree"),
        ((("rapidocr", "123456"), ("ppocr5", "123456")), "offered", "one-witness"),
        ((("rapidocr", "123456"), ("cyrillic", "123456")), "offered", "one-witness"),
        ((("rapidocr", "123456"), ("rapidocr", "123456")), "offered", "one-witness"),
        ((("rapidocr", "123456"),), "offered", "one-witness"),
        (
            (("rapidocr", "123456"), ("easyocr", "123456"), ("ppocr5", "I23456")),
            "offered",
            "readers-differ",
        ),
        (
            (("rapidocr", "123456"), ("easyocr", "123456"), ("tesseract", "12B456")),
            "offered",
            "readers-differ",
        ),
    ],
)
def test_who_counts_as_a_witness(said: tuple, state: str, rule: str) -> None:
    given = assured(draft(*(engine_text(name, text) for name, text in said)))
    assert given.state == state
    assert rule in {why.rule for why in given.reasons}


def test_a_doubtful_dissent_and_less_of_the_same_are_no_contradiction() -> None:
    both = (engine_text("rapidocr", "123456"), engine_text("easyocr", "123456"))
    for other in (engine_text("tesseract", "12B456", 0.5), engine_text("tesseract", "3456", 0.99)):
        assert assured(draft(*both, other)).state == "stated"


def test_another_sure_pass_that_differs_is_named() -> None:
    first = dataclasses.replace(engine_text("rapidocr", "123456"), passes=(("S/N 128456", 0.99),))
    said = draft(first, engine_text("easyocr", "123456"))
    given = assured(said)
    assert (given.state, [why.rule for why in given.reasons]) == ("offered", ["another-look"])


@pytest.mark.parametrize("other", [("S/N 128456", 0.79), ("S/N 1234", 0.99), ("S/N 1234567", 0.99)])
def test_a_doubtful_pass_and_one_that_shows_less_or_more_of_the_same_change_nothing(
    other: tuple[str, float],
) -> None:
    first = dataclasses.replace(engine_text("rapidocr", "123456"), passes=(other,))
    assert assured(draft(first, engine_text("easyocr", "123456"))).state == "stated"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ((("rapidocr", "123456"),), "reason.one-engine"),
        ((("rapidocr", "123456"), ("ppocr5", "123456")), "reason.one-family"),
        ((("rapidocr", "123456"), ("easyocr", "1234")), "reason.one-witness"),
    ],
)
def test_it_is_said_whether_one_reader_spoke_or_one_family_or_another_disagreed(
    said: tuple, why: str
) -> None:
    given = assured(draft(*(engine_text(*one) for one in said)))
    assert [one.sentence for one in given.reasons] == [say(why)]


@pytest.mark.parametrize(
    ("said", "stances"),
    [
        ((("rapidocr", "1"), ("easyocr", "1")), {"PP-OCR": "agrees", "easyocr": "agrees"}),
        ((("rapidocr", "1"), ("ppocr5", "7")), {"PP-OCR": "divided", "easyocr": "silent"}),
        ((("ppocr5", "7"),), {"PP-OCR": "differs", "easyocr": "silent"}),
        ((), {"PP-OCR": "silent", "easyocr": "silent"}),
    ],
)
def test_each_family_agrees_differs_is_divided_or_silent(said: tuple, stances: dict) -> None:
    found = witnesses_of([engine_text(*one) for one in said], "1", ("rapidocr", "easyocr"))
    assert {one.name: one.stance for one in found} == stances


BOTH = (engine_text("rapidocr", "123456"), engine_text("easyocr", "123456"))


def saying(
    text: str, line: str, label: str | None, *, sure: float = 0.8, **more: Any
) -> PlateDraft:
    """A plate on which a reader sees a value of a field in a line besides."""
    read = dataclasses.replace(text_line(line, text, 0, 40, 90, 30), confidence=sure)
    guess = FieldGuess(
        **{"field": "serial", "strength": 0.5, "rule": "label in the line", **more},
        line=read, start=0, end=len(text), label=label,
    )  # fmt: skip
    said = PlateText(lines=(read,), guesses=(guess,), labels=(), elsewhere=())
    return dataclasses.replace(
        PLATE, by_engine=(EngineLines(engine=read.engine, own={}, text=said),)
    )


@pytest.mark.parametrize(
    ("plate", "rules"),
    [
        (saying("7890", "L2", "S/N"), {"labelled-twice"}),
        (saying("123456", "L2", "S/N"), {"readers-agree"}),
        (saying("7890", "L1", "S/N"), {"readers-agree"}),
        (saying("7890", "L2", None), {"readers-agree"}),
        (saying("7890", "L2", "number sign"), {"readers-agree"}),
        (saying("7890", "L2", "S/N", sure=0.79), {"readers-agree"}),
        (saying("7890", "L2", "S/N", strength=0.49), {"readers-agree"}),
        (saying("7890", "L2", "MODEL", field="model"), {"readers-agree"}),
    ],
)
def test_another_value_under_a_label_of_the_same_field_leaves_open_which_is_meant(
    plate: PlateDraft, rules: set[str]
) -> None:
    assert {why.rule for why in assured(draft(*BOTH), plate).reasons} == rules


@pytest.mark.parametrize(
    ("plate", "rules"),
    [
        (saying("123456", "L1", "MODEL", field="model", strength=1.0), {"announced-otherwise"}),
        (saying("7890", "L1", "MODEL", field="model", strength=1.0), {"readers-agree"}),
        (saying("123456", "L1", None, field="model", strength=1.0), {"readers-agree"}),
        (saying("123456", "L2", "MODEL", field="model", strength=1.0), {"readers-agree"}),
        (saying("123456", "L1", "MODEL", field="model", strength=0.99), {"readers-agree"}),
        (
            saying("123456", "L1", "MODEL", field="model", strength=1.0, sure=0.79),
            {"readers-agree"},
        ),
    ],
)
def test_a_label_of_another_field_counts_where_a_sure_reading_has_it_at_the_same_value(
    plate: PlateDraft, rules: set[str]
) -> None:
    assert {why.rule for why in assured(draft(*BOTH), plate).reasons} == rules


@pytest.mark.parametrize(
    ("plate", "rules"),
    [
        (saying("123457", "L2", None), {"contradicting-line"}),
        (saying("123457", "L1", None), {"readers-agree"}),
        (saying("123457", "L2", None, sure=0.79), {"readers-agree"}),
        (saying("123457", "L2", "P/N", field="part_number", strength=0.8), {"readers-agree"}),
        (saying("123457", "L2", "P/N", field="part_number"), {"contradicting-line"}),
        (saying("123457", "L2", None, field="part_number", strength=0.8), {"contradicting-line"}),
    ],
)
def test_a_sure_line_that_nothing_announces_contradicts_what_is_one_character_apart(
    plate: PlateDraft, rules: set[str]
) -> None:
    (engine_lines,) = plate.by_engine
    own = {line.line_id: line for line in engine_lines.text.lines}
    plate = dataclasses.replace(plate, by_engine=(dataclasses.replace(engine_lines, own=own),))
    assert {why.rule for why in assured(draft(*BOTH), plate).reasons} == rules


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("1234", "1234", False),
        ("1234", "1235", True),
        ("1234", "12345", True),
        ("1234", "01234", True),
        ("1234", "123456", False),
        ("1234", "1243", False),
        ("123", "124", False),
    ],
)
def test_which_values_are_one_character_apart(one: str, other: str, apart: bool) -> None:
    assert assurance._one_apart(one, other) is assurance._one_apart(other, one) is apart


def test_a_code_that_gives_one_value_as_two_fields_settles_each_of_them() -> None:
    said = (("part_number", "123456"), ("serial", "123456"))
    plate = dataclasses.replace(PLATE, codes=(code("123456", said=said),))
    assert {why.rule for why in assured(draft(*BOTH), plate).reasons} == {"code-repeats"}


def test_only_readers_that_agree_are_counted() -> None:
    given = assured(
        draft(*BOTH, engine_text("tesseract", "12B456", 0.5), engine_text("vision", "3456"))
    )
    assert [why.sentence for why in given.reasons] == [say("reason.readers-agree", readers=2)]
    given = assured(draft(*BOTH, engine_text("tesseract", "123456")))
    assert [why.sentence for why in given.reasons] == [say("reason.readers-agree", readers=3)]


def test_a_measure_is_stated_as_what_it_is_also_where_there_are_two() -> None:
    said = (engine_text("rapidocr", "28 VDC"), engine_text("easyocr", "28 VDC"))
    plate = saying("115 VAC", "L2", "INPUT", field="voltage")
    assert assured(draft(*said, text="28 VDC", field="voltage"), plate).state == "stated"


def test_a_unit_right_behind_the_value_is_named() -> None:
    said = [dataclasses.replace(one, line="S/N 123456 kg") for one in BOTH]
    assert [why.sentence for why in assured(draft(*said)).reasons] == [say("reason.unit-follows")]


def test_a_code_that_gives_another_field_does_not_differ() -> None:
    plate = dataclasses.replace(PLATE, codes=(code("1T777", said=(("lot", "777"),)),))
    assert assured(draft(*BOTH), plate).state == "stated"


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        # two labels side by side are one in two languages; with a word between, they are two
        (["SERIAL NO / SERIE-NR 123456"], "readers-agree"),
        (["SERIAL NO ABC S/N 123456"], "labelled-twice"),
        # a label that is no part of an identity may stand twice
        (["MODEL CX-117", "INPUT 28 VDC", "INPUT 115 VAC", "SERIAL NO 123456"], "readers-agree"),
        # a gap parts an identity only where both its sides bear labels of one
        (
            ["ACME LTD", "MODEL CX-117", "SERIAL NO 123456", "", "MADE IN ENGLAND", "PASSED"],
            "readers-agree",
        ),
        (
            ["ACME LTD", "MODEL CX-117", "MADE IN ENGLAND", "", "SERIAL NO 123456", "PASSED"],
            "two-plates",
        ),
    ],
)
def test_which_labels_and_gaps_make_one_plate_of_two(lines: list[str], rule: str) -> None:
    layout = Layout("one or two", 0)
    layout.pitch = 1.3
    for line in lines:
        if line:
            layout.text(line)
        else:
            layout.gap(1.2)
    reading = layout.read()
    assert len(reading.regions) == 1
    assert reasons(reading, "serial") == {rule}


# --- The rules themselves -------------------------------------------------------------------


BROKEN: dict[str, dict[str, object]] = {
    "blocks-differ": {"elsewhere": ("7890",)},
    "pixels-open": {"sure": assurance.STATED - 0.01},
    "place-open": {"strength": 0.5},
    "respelt": {"respelt": True},
    "no-identifier": {"text": "12/2020"},
    "counter": {"text": "1/3"},
    "sign-in-value": {"text": "N0123"},
    "bare-number-sign": {
        "source": FieldSource(line_id="L1", corners=CORNERS, label="number sign", rule="x")
    },
    "unsure-label": {
        "source": FieldSource(line_id="L1", corners=CORNERS, label="UNIT NO", rule="x")
    },
}


@pytest.mark.parametrize("rule", BROKEN)
def test_one_broken_condition_is_named_and_keeps_a_value_from_being_stated(rule: str) -> None:
    changes = BROKEN[rule]
    text = str(changes.get("text", "123456"))
    strength = float(changes.get("strength", 1.0))  # type: ignore[arg-type]
    said = [
        dataclasses.replace(engine_text(name, text), strength=strength)
        for name in ("rapidocr", "easyocr")
    ]
    assert assured(draft(*said)).state == "stated" or "text" in changes or strength < 1
    given = assured(draft(*said, **changes))
    assert (given.state, {why.rule for why in given.reasons}) == ("offered", {rule})


def test_a_rival_leaves_the_pixels_open() -> None:
    said = (engine_text("rapidocr", "123456"), engine_text("easyocr", "123456"))
    for rival, state in (
        (assurance.LIKELY_RIVAL, "offered"),
        (assurance.LIKELY_RIVAL - 0.01, "stated"),
    ):
        assert assured(draft(*said, rival=rival)).state == state


def test_a_plate_that_is_hard_to_read_states_nothing() -> None:
    said = (engine_text("rapidocr", "123456"), engine_text("easyocr", "123456"))
    for legible, state in ((assurance.LEGIBLE, "stated"), (assurance.LEGIBLE - 0.01, "offered")):
        line = dataclasses.replace(text_line("L9", "28 VDC", 0, 0, 90, 30), confidence=legible)
        plate = dataclasses.replace(PLATE, lines=(line,))
        assert assured(draft(*said), plate).state == state


def test_too_little_to_see_is_unreadable() -> None:
    for sure, state in ((assurance.READABLE - 0.01, "unreadable"), (assurance.READABLE, "offered")):
        assert assured(draft(engine_text("rapidocr", "1"), sure=sure)).state == state


def test_one_reader_alone_never_states_and_a_value_elsewhere_is_named_first() -> None:
    said = draft(engine_text("rapidocr", "123456"), elsewhere=("7890", "55"))
    alone = with_state(SingleEngine(draft=said, engine="rapidocr"))
    assert alone.state == "offered"
    assert [why.rule for why in alone.reasons] == ["blocks-differ", "one-engine"]
    assert alone.notes == tuple(say("reading.elsewhere", text=text) for text in ("7890", "55"))
    blank = with_state(
        SingleEngine(draft=draft(engine_text("rapidocr", "1"), sure=0.1), engine="rapidocr")
    )
    assert blank.state == "unreadable"


def test_every_rule_can_be_printed_and_has_a_name_of_its_own() -> None:
    rules = (*VETOES, *CONDITIONS)
    assert len({rule.identifier for rule in rules}) == len(rules)
    assert all(rule.meaning.endswith(".") and rule.source for rule in rules)


@pytest.mark.parametrize(
    ("digits", "sound"),
    [("4006381333931", True), ("4006381333932", False), ("036000291452", True), ("96385074", True)],
)
def test_check_digits_of_article_numbers(digits: str, sound: bool) -> None:
    assert gtin_checks(digits) is sound


def test_which_codes_are_article_numbers() -> None:
    assert is_article_number(code("(01)04006381333931"))
    assert is_article_number(code("0104006381333931"))
    assert is_article_number(code("96385074", "EAN-8"))
    assert not is_article_number(code("96385074"))
    assert not is_article_number(code("4006381333932"))


# --- Several exposures ----------------------------------------------------------------------


def field_reading(text: str, state: str = "offered", **changes: object) -> FieldReading:
    made = FieldReading(
        field="serial",
        text=text,
        confidence=0.97,
        state=state,  # type: ignore[arg-type]
        glyphs=(),
        alternatives=(),
        source=FieldSource(line_id="L1", corners=CORNERS, label="S/N", rule="label in the line"),
    )
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


VETOED = (Reason(rule="two-plates", sentence=say("reason.wide-gap")),)


@pytest.mark.parametrize(
    ("readings", "sure", "state", "rule"),
    [
        ((field_reading("1234"), field_reading("1234")), 0.96, "stated", "exposures-agree"),
        ((field_reading("1234", "stated"),), 0.96, "stated", "exposures-agree"),
        ((field_reading("1234"), field_reading("1234")), 0.94, "offered", "pixels-open"),
        ((field_reading("1234"),), 0.96, "offered", "one-exposure"),
        (
            (field_reading("1234", strength=0.7), field_reading("1234", strength=0.7)),
            0.96,
            "offered",
            "place-open",
        ),
        (
            (field_reading("1234"), field_reading("1234"), field_reading("7234", "stated")),
            0.96,
            "offered",
            "exposures-differ",
        ),
        (
            (field_reading("1234", reasons=VETOED), field_reading("1234")),
            0.96,
            "offered",
            "two-plates",
        ),
        ((field_reading("1234"), field_reading("1234")), 0.1, "unreadable", "unreadable"),
    ],
)
def test_what_several_exposures_state(readings: tuple, sure: float, state: str, rule: str) -> None:
    own = sum(one.text == "1234" for one in readings)
    given = assure(Exposures(readings=readings, key="1234", sure=sure, exposures=own))
    assert (given.state, {why.rule for why in given.reasons}) == (state, {rule})


def test_several_stills_of_one_exposure_are_no_agreement() -> None:
    readings = (field_reading("1234"), field_reading("1234"))
    given = assure(Exposures(readings=readings, key="1234", sure=0.96, exposures=1))
    assert (given.state, [why.rule for why in given.reasons]) == ("offered", ["one-exposure"])


def test_the_limits_that_a_value_is_held_to() -> None:
    assert (assurance.READABLE, assurance.STATED, assurance.EVEN) == (0.15, 0.9, 0.5)
    assert (assurance.LEAST_STRENGTH, assurance.CLEAR_PLACE) == (0.5, 0.8)
    assert (assurance.LIKELY_RIVAL, assurance.LEGIBLE, assurance.SURE) == (0.06, 0.94, 0.8)
    assert (assurance.FUSED, assurance.SHORT_CODE) == (0.95, 4)
    assert (assurance.WIDE_GAP, assurance.WIDER) == (1.2, 2.5)
    assert set(assurance.FAMILIES.items()) == {
        ("rapidocr", "PP-OCR"),
        ("ppocr5", "PP-OCR"),
        ("cyrillic", "PP-OCR"),
    }


def test_an_assurance_replaces_what_a_reading_said_of_itself_and_nothing_else() -> None:
    given = assured(draft(engine_text("rapidocr", "123456"), engine_text("easyocr", "123456")))
    one = field_reading("123456", "offered", reasons=VETOED)
    said = given.of(one)
    assert said.state == given.state == "stated"
    assert (said.reasons, said.witnesses) == (given.reasons, given.witnesses)
    own = {"state": one.state, "reasons": one.reasons, "witnesses": one.witnesses}
    assert dataclasses.replace(said, **own) == one  # type: ignore[arg-type]
