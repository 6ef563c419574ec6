"""Label words as they stand on plates and as readers misread them."""

from __future__ import annotations

import pytest

from vision.plate.labels import find_labels, known_labels

FOUND = [
    ("SERIAL No. 0836", "serial", "0836"),
    ("SERIALNO.1820", "serial", "1820"),
    ("S/N 0836", "serial", "0836"),
    ("SIN: CMX15D", "serial", "CMX15D"),
    ("5/N 44", "serial", "44"),
    ("Ser Nr 77", "serial", "77"),
    ("SL# C02XP181JG5H", "serial", "C02XP181JG5H"),
    ("Зав. № 12345", "serial", "12345"),
    ("V.Č.-70/96", "serial", "70/96"),
    ("N° de série 44", "serial", "44"),
    ("Fabr.-Nr. 1234", "serial", "1234"),
    ("Seri No: 9", "serial", "9"),
    ("شماره سریال: 1234", "serial", "1234"),
    ("出厂编号22020315", "serial", "22020315"),
    ("型号：GTH3", "model", "GTH3"),
    ("ModelNo.:ATMS3710", "model", "ATMS3710"),
    ("P/N 72-10015-04", "part_number", "72-10015-04"),
    ("MADE BY FERRANTI PLC", "maker", "FERRANTI PLC"),
    ("NSN 5935-99-787-8918", "nsn", "5935-99-787-8918"),
    ("生产日期: 2022-03", "date", "2022-03"),
]


@pytest.mark.parametrize(("text", "field", "value"), FOUND)
def test_a_label_and_where_its_value_begins(text: str, field: str, value: str) -> None:
    label = find_labels(text)[0]
    assert field in label.fields
    assert text[label.end :] == value
    assert 0 < label.strength <= 1


@pytest.mark.parametrize(
    "text",
    ["SN74HC595N", "SNOW", "STOCKHOLM", "TYPEWRITER", "MADE IN ENGLAND", "0836", "PNEUMATIC"],
)
def test_words_that_only_begin_like_a_label(text: str) -> None:
    assert find_labels(text) == ()


def test_a_line_may_hold_several_labels() -> None:
    words = [label.word for label in find_labels("MODEL M 200 VAC. 230 S/N 7")]
    assert words == ["MODEL", "VAC", "S/N"]


def test_a_misread_label_is_found_but_trusted_less() -> None:
    (label,) = find_labels("SERIAI N0 711131")
    assert "serial" in label.fields
    (wrong,) = find_labels("MANUFACTURFR X")
    assert "maker" in wrong.fields
    assert wrong.strength < 1


def test_the_value_is_never_eaten_by_a_longer_label_that_is_only_nearly_there() -> None:
    text = "Serial C02F909QMD6N"
    assert text[find_labels(text)[0].end :] == "C02F909QMD6N"


def test_the_list_is_sound() -> None:
    labels = known_labels()
    assert len(labels) > 250
    assert all(key for key in labels)
    assert {"serial", "model", "maker", "part_number"} <= {
        f for _, fs in labels.values() for f in fs
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("ST. REF. N9 6A/6846 SERI N9804/64", "804/64"),
        ("SERIAL N9 123", "123"),
        ("SER N9123", "N9123"),
        ("S/N 9123", "9123"),
        ("S/N N9123", "N9123"),
    ],
)
def test_a_raised_o_read_as_9_is_no_part_of_the_value(text: str, value: str) -> None:
    labels = [label for label in find_labels(text) if "serial" in label.fields]
    assert text[labels[-1].end :] == value
