"""The benchmark's rule for *found*, the same for every reader; it can be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.reading import Run, counted_lines, make_report, metrics, printed_by, read_manifest
from benchmarks.reading_looks import look_metrics, look_rows
from benchmarks.reading_rules import is_found, plain, scored
from benchmarks.reading_systems import upright
from tests.unit.vision.plate.test_weighing import combined, line
from vision.serialize import field_to_json

if TYPE_CHECKING:
    from pathlib import Path

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
        ("0836", "stated", 1.0, 1.0, 0),
        ("0836", "offered", 1.0, 0.0, 0),
        ("0886", "stated", 0.0, 1.0, 1),
        ("0886", "offered", 0.0, 0.0, 0),
    ],
)
def test_fielded_stated_wrong(
    text: str, state: str, fielded: float, stated: float, wrong: int
) -> None:
    figures = metrics("ours", run([(text, 1.0)], {"text": text, "state": state}), None, [ROW])
    got = [figures[f"serial_{name}"] for name in ("fielded", "stated", "stated_wrong")]
    assert got == [fielded, stated, wrong]


@pytest.mark.parametrize(
    ("truth", "state", "wrong", "where_none"),
    [
        ("", "stated", 1, 1),
        ("", "offered", 0, 1),
        ("", "unreadable", 0, 0),
        ("????", "stated", 0, 0),
        ("08?6", "stated", 0, 0),
        ("12", "stated", 1, 0),
        ("0836", "stated", 0, 0),
    ],
)
def test_rows_without_a_serial_count_when_wrong_is_counted(
    truth: str, state: str, wrong: int, where_none: int
) -> None:
    printed = run([("0836", 1.0)], {"text": "0836", "state": state})
    figures = metrics("ours", printed, None, [{**ROW, "serial": truth}])
    assert figures["serial_stated_wrong"] == wrong
    assert figures["serial_offered_where_none"] == where_none


def test_a_logo_says_nothing_of_a_stated_maker() -> None:
    printed = run([("0836", 1.0)])
    printed.photos["a.jpg"]["fields"]["maker"] = {"text": "SAAB", "state": "stated"}
    row = {**ROW, "maker": "Saab AB", "maker_is_logo": "1"}
    assert metrics("ours", printed, None, [row])["maker_stated_wrong"] == 0
    assert metrics("ours", printed, None, [{**row, "maker_is_logo": ""}])["maker_stated_wrong"] == 1


@pytest.mark.parametrize(
    ("alternatives", "reached"), [([], 0.0), (["0886", "0838"], 0.0), (["08-36"], 1.0)]
)
def test_reached_is_on_top_or_among_the_alternatives(
    alternatives: list[str], reached: float
) -> None:
    serial = {"text": "0886", "state": "offered", "alternatives": alternatives}
    figures = metrics("ours", run([("0886", 1.0)], serial), None, [ROW])
    assert (figures["serial_reached"], figures["serial_typed"]) == (reached, 1.0 - reached)
    top = run([("0836", 1.0)], {**serial, "text": "0836"})
    assert metrics("ours", top, None, [ROW])["serial_reached"] == 1.0


def test_work_is_counted_in_seconds_on_a_core(tmp_path: Path) -> None:
    printed = printed_by(
        lambda _: {"seconds": 9.0, "lines": [], "fields": {}, "codes": []}, tmp_path
    )
    assert 0.0 <= printed["cpu_seconds"] < 9.0
    photos = {"a.jpg": {**printed, "cpu_seconds": 3.0}}
    figures = metrics("rapidocr", Run(photos=photos, peak_memory_mb=1.0), None, [ROW])
    assert figures["cpu_seconds_per_photo"] == 3.0
    assert "cpu_seconds_per_photo" not in metrics("rapidocr", run([]), None, [ROW])


def test_cyrillic_makers_and_models_are_counted_apart_for_every_reader() -> None:
    row = {**ROW, "maker": "ЗАВОД", "model": "T6", "serial": ""}
    figures = metrics("rapidocr", run([("3ABOД", 1.0)]), None, [row])
    assert figures["maker_found_cyrillic"] == figures["either_found_cyrillic"] == 0.0
    assert figures["maker_scored_cyrillic"] == figures["either_scored_cyrillic"] == 1
    assert "model_found_cyrillic" not in figures
    assert metrics("ours", run([("ЗABOД", 1.0)]), None, [row])["maker_found_cyrillic"] == 1.0
    assert "either_found_cyrillic" not in metrics("ours", run([("0836", 1.0)]), None, [ROW])


def test_codes_are_left_out_of_the_text_only_share() -> None:
    ours = run([("AAA", 0.9), ("0836", 1.0)])
    ours.photos["a.jpg"]["codes"] = ["0836"]
    figures = metrics("ours", ours, None, [ROW])
    assert (figures["serial_found"], figures["serial_found_text_only"]) == (1.0, 0.0)


def test_a_manifest_needs_no_more_than_the_files(tmp_path: Path) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text("\ufefffile,serial,odd\na.jpg,0836,x\nb.jpg\n", encoding="utf-8")
    rows = read_manifest(manifest)
    assert [(row["file"], row["serial"], row["maker"]) for row in rows] == [
        ("a.jpg", "0836", ""),
        ("b.jpg", "", ""),
    ]
    photo = run([("0836", 1.0)]).photos["a.jpg"]
    both = Run(photos={"a.jpg": photo, "b.jpg": photo}, peak_memory_mb=1.0)
    report = make_report(manifest, rows, {"ours": both}, ["ours"])
    assert report["systems"]["ours"]["serial_found_macro"] == 1.0
    assert report["systems"]["ours"]["maker_found"] is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name\na.jpg\n", "line 2: the column `file` is missing"),
        ("file\na.jpg\na.jpg\n", "line 3: a.jpg was listed before"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_a_sentence(
    tmp_path: Path, text: str, words: str
) -> None:
    manifest = tmp_path / "m.csv"
    manifest.write_text(text)
    with pytest.raises(SystemExit, match=words):
        read_manifest(manifest)


def test_a_photo_that_cannot_be_opened_is_a_miss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "a.jpg"
    broken.write_bytes(b"no picture")
    printed = printed_by(lambda file: {"size": upright(file).size}, broken)
    assert "a.jpg could not be read" in capsys.readouterr().err
    assert metrics("ours", Run(photos={"a.jpg": printed}, peak_memory_mb=1.0), None, [ROW])[
        "serial_found"
    ] == pytest.approx(0.0)


def test_looks_at_one_plate_are_fused_with_the_workbenchs_own_function() -> None:
    rows = [{**ROW, "file": name, "serial": "4836", "look_group": "g"} for name in ("a", "b", "c")]
    said = [combined(line(f"S/N {text}", "rapidocr")) for text in ("4836", "4836", "4886")]
    photos = {
        name: {"lines": [[f"S/N {one.text}", 0.9]], "serial": field_to_json(one, str)}
        for name, one in zip(("a", "b", "c"), said, strict=True)
    }
    table = look_rows(rows, photos)
    assert [(row["group"], row["looks"], row["fused"]) for row in table] == [("g", 3, "4836")]
    assert look_metrics(table)["look_groups_lost_by_fusion"] == 0
    photos = {name: {"lines": [], "serial": None} for name in photos}
    photos["a"]["lines"] = [["S/N 4836", 0.9]]
    assert look_metrics(look_rows(rows, photos))["look_groups_lost_by_fusion"] == 1
