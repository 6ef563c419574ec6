"""The benchmark's rule for *found*, the same for every reader; it can be lost."""

from __future__ import annotations

import pytest

from benchmarks.reading import Run, counted_lines, metrics
from benchmarks.reading_rules import is_found, plain, scored

FOUND = [
    ("CMX-15D", ["MODEL CMX 15D"]),
    ("0836", ["S/N 0836"]),
    ("0836", ["S/N:0836."]),
    ("IRSU 265768 1", ["IRSU", "265768 1"]),
    ("КР1858ВМ1", ["KP1858BM1"]),
    ("70/96", ["V.C.-70/96"]),
    ("Üretici", ["ÜRETİCİ".replace("İ", "I")]),
]
MISSED = [
    ("0836", ["10836"]),
    ("0836", ["S0836"]),
    ("CMX-15D", ["CMX-15"]),
    ("IRSU 265768 1", ["IRSU", "22G1", "265768 1"]),
    ("1905F01347", ["1905FO1347"]),
    ("X", []),
]


@pytest.mark.parametrize(("value", "lines"), FOUND)
def test_found(value: str, lines: list[str]) -> None:
    assert is_found(value, lines)


@pytest.mark.parametrize(("value", "lines"), MISSED)
def test_missed(value: str, lines: list[str]) -> None:
    assert not is_found(value, lines)


def test_look_alike_letters_of_other_scripts_are_folded_and_marks_dropped() -> None:
    assert plain("КР-1858 вм1") == "KP1858BM1"


@pytest.mark.parametrize(
    ("row", "fit"),
    [
        ({"serial": "0836"}, True),
        ({"serial": "08?6"}, False),
        ({"serial": "12"}, False),
        ({"serial": ""}, False),
    ],
)
def test_what_is_scored(row: dict[str, str], fit: bool) -> None:
    assert scored(row, "serial") is fit


def test_a_maker_known_from_a_logo_is_not_scored() -> None:
    assert not scored({"maker": "Cypress", "maker_is_logo": "1"}, "maker")


def run(lines: list[tuple[str, float]], serial: dict[str, object] | None = None) -> Run:
    fields = {"serial": serial} if serial else {}
    photo = {"seconds": 2.0, "lines": lines, "fields": fields, "codes": []}
    return Run(photos={"a.jpg": photo}, peak_memory_mb=10.0)


ROW = {"file": "a.jpg", "serial": "0836", "model": "", "maker": "", "source_repo": "x"}


def test_no_reader_gets_more_lines_counted_than_the_cap_printed() -> None:
    ours = run([("0836", 0.5), ("AAA", 0.9), ("BBB", 0.8)])
    cap = run([("x", 0.9), ("y", 0.9)])
    assert counted_lines(ours, cap, "a.jpg") == ["AAA", "BBB"]
    assert metrics("ours", ours, cap, [ROW])["serial_found"] == 0.0
    assert metrics("ours", ours, None, [ROW])["serial_found"] == 1.0


@pytest.mark.parametrize(
    ("text", "state", "fielded", "stated", "wrong"),
    [
        ("0836", "stated", 1.0, 1.0, 0.0),
        ("0836", "offered", 1.0, 0.0, 0.0),
        ("0886", "stated", 0.0, 1.0, 1.0),
        ("0886", "offered", 0.0, 0.0, 0.0),
    ],
)
def test_fielded_stated_wrong(
    text: str, state: str, fielded: float, stated: float, wrong: float
) -> None:
    figures = metrics("ours", run([(text, 1.0)], {"text": text, "state": state}), None, [ROW])
    got = [figures[f"serial_{name}"] for name in ("fielded", "stated", "wrong")]
    assert got == [fielded, stated, wrong]
