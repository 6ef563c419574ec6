"""From lines to fields: a table of plates as people make them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.vision.lines import text_line
from vision.plate.spans import find_fields, same_place

if TYPE_CHECKING:
    from vision.types import TextLine

W = 18
"""Width of a character in the drawn tables below, in pixels; lines are 30 high."""


def lines_of(*placed: tuple[int, int, str]) -> list[TextLine]:
    return [
        text_line(f"L{n}", text, x, y, W * len(text), 30) for n, (x, y, text) in enumerate(placed)
    ]


CASES: dict[str, tuple[list[tuple[int, int, str]], dict[str, str]]] = {
    "labels in the line": (
        [(0, 0, "L3 WESCAM"), (0, 50, "MODEL: CMX-15D"), (0, 100, "SERIAL No. 0836")],
        {"maker": "L3 WESCAM", "model": "CMX-15D", "serial": "0836"},
    ),
    "two fields in one line": (
        [(0, 0, "P/N 72-10015-04 S/N 0836")],
        {"part_number": "72-10015-04", "serial": "0836"},
    ),
    "values to the right": (
        [(0, 0, "MODEL"), (200, 0, "2113 B"), (0, 50, "SERIAL"), (200, 50, "1905F01347")],
        {"model": "2113 B", "serial": "1905F01347"},
    ),
    "values below their labels in a table": (
        [(0, 0, "TYPE"), (300, 0, "SER NO"), (0, 45, "UPB"), (300, 45, "7712")],
        {"model": "UPB", "serial": "7712"},
    ),
    "value above its label": (
        [(0, 0, "AZ-4471"), (0, 40, "SERIAL NUMBER")],
        {"serial": "AZ-4471"},
    ),
    "glued to the label by a careless reader": (
        [(0, 0, "SERIALNO.1820"), (0, 50, "ModelNo.:ATMS3710")],
        {"serial": "1820", "model": "ATMS3710"},
    ),
    "label misread": ([(0, 0, "SER1AL N0 711131")], {"serial": "711131"}),
    "French": (
        [(0, 0, "Fabricant"), (250, 0, "THALES"), (0, 50, "N° de série 4471")],
        {"maker": "THALES", "serial": "4471"},
    ),
    "German": (
        [
            (0, 0, "Hersteller Zeiss Optronik GmbH"),
            (0, 50, "Typ: ABC 12"),
            (0, 100, "Fabr.-Nr. 998"),
        ],
        {"maker": "Zeiss Optronik GmbH", "model": "ABC 12", "serial": "998"},
    ),
    "Turkish": (
        [
            (0, 0, "Üretici Firma: ASELSAN A.Ş."),
            (0, 50, "Seri No: 2020-117"),
            (0, 100, "Tipi: CATS"),
        ],
        {"maker": "ASELSAN A.Ş.", "serial": "2020-117", "model": "CATS"},
    ),
    "Russian": (
        [(0, 0, "Изделие 9М331"), (0, 50, "Зав. № 0836"), (0, 100, "Дата выпуска 12.1989")],
        {"model": "9М331", "serial": "0836", "date": "12.1989"},
    ),
    "Persian": ([(0, 0, "شماره سریال: 44718")], {"serial": "44718"}),
    "Chinese": (
        [(0, 0, "型号：GTH3"), (0, 50, "出厂编号22020315"), (0, 100, "生产日期: 2022-03")],
        {"model": "GTH3", "serial": "22020315", "date": "2022-03"},
    ),
    "NATO stock number and CAGE": (
        [(0, 0, "NSN 5935-99-787-8918"), (0, 50, "CAGE 38596")],
        {"nsn": "5935-99-787-8918", "cage": "38596"},
    ),
    "stock number without a label": ([(0, 0, "6610-99-659-4934")], {"nsn": "6610-99-659-4934"}),
    "container number with a right check digit": (
        [(0, 0, "CSQU 305438 3"), (0, 50, "22G1")],
        {"serial": "CSQU 305438 3"},
    ),
    "no labels at all": ([(0, 0, "FGGQ6D1423")], {"serial": "FGGQ6D1423"}),
    "a serial ends where words begin": (
        [(0, 0, "Serial C02F909QMD6N Designed elsewhere")],
        {"serial": "C02F909QMD6N"},
    ),
    "a serial ends where a date begins": (
        [(0, 0, "S/N CMX15D 4790 09/2020")],
        {"serial": "CMX15D 4790", "date": "09/2020"},
    ),
    "without a label too": (
        [(0, 0, "CMX15D-4790  12 Sep 2020")],
        {"serial": "CMX15D-4790", "date": "12 Sep 2020"},
    ),
    "a year alone may be a part of the serial": (
        [(0, 0, "S/N 0117 2020")],
        {"serial": "0117 2020", "date": None},
    ),
    "a date in two parts is one": (
        [(0, 0, "Дата выпуска 12. 1989 г.")],
        {"date": "12. 1989 г"},
    ),
    "weights and volts": (
        [(0, 0, "WEIGHT 12.4 kg"), (0, 50, "VOLTS 28")],
        {"weight": "12.4 kg", "voltage": "28"},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_fields_of(case: str) -> None:
    placed, expected = CASES[case]
    found: dict[str, str] = {}
    for guess in find_fields(lines_of(*placed)):
        found.setdefault(guess.field, guess.text)
    assert {field: found.get(field) for field in expected} == expected


REFUSED = {
    "a label alone is no value": ([(0, 0, "SERIAL NO"), (0, 300, "MADE IN ENGLAND")], "serial"),
    "a measure is no serial": ([(0, 0, "24 VDC"), (0, 50, "50 Hz")], "serial"),
    "a chip that begins like a label": ([(0, 0, "SNOW")], "serial"),
    "a container number with a wrong check digit has no form of its own": (
        [(0, 0, "CSQU 305438 4")],
        "nsn",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_not_a_field(case: str) -> None:
    placed, field = REFUSED[case]
    assert field not in {guess.field for guess in find_fields(lines_of(*placed))}


def test_a_label_beats_form_alone() -> None:
    guesses = find_fields(lines_of((0, 0, "88172934"), (0, 60, "S/N 0836")))
    serials = [guess for guess in guesses if guess.field == "serial"]
    assert serials[0].text == "0836"
    assert serials[0].label == "S/N"


def test_each_guess_says_where_it_came_from() -> None:
    guesses = find_fields(lines_of((0, 0, "SERIAL"), (200, 0, "0836")))
    assert guesses[0].rule == "label to the left"
    assert guesses[0].label == "SERIAL"
    assert guesses[0].line.line_id == "L1"


@pytest.mark.parametrize(
    ("first", "other", "value"),
    [
        ("Serial C02FJ28JMD6N", "SeriaC02FJ28JMD6N", "C02FJ28JMD6N"),
        ("Serial C02FJ28JMD6N", "1 Senal CO2FJ28JMDGN", "CO2FJ28JMDGN"),
        ("S/N 0836 REV B", "5JN0886REV B", "0886"),
        ("S/N 0836", "5JN", None),
    ],
)
def test_the_same_place_in_another_reading(first: str, other: str, value: str | None) -> None:
    guess = next(
        guess
        for guess in find_fields([text_line("a", first, 0, 0, 300, 30)])
        if guess.field == "serial"
    )
    again = same_place(guess, text_line("a", other, 0, 0, 300, 30))
    assert (again.text.strip() if again else None) == value


@pytest.mark.parametrize(
    ("text", "maker"),
    [
        ("K0662 FERRANTI PLC", "FERRANTI PLC"),
        ("FERRANTI PLC", "FERRANTI PLC"),
        ("3M COMPANY", "3M COMPANY"),
        ("INCORPORATED", None),
        ("S.A.", None),
    ],
)
def test_a_name_with_a_legal_form(text: str, maker: str | None) -> None:
    guesses = find_fields([text_line("a", text, 0, 0, 300, 30)])
    assert next((g.text for g in guesses if g.field == "maker"), None) == maker
