"""The whole way from pixels to fields, with the real readers that are installed."""

from __future__ import annotations

from itertools import chain, repeat
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.unit.vision.drawn import plate
from values.sentence import say
from vision.engines.scripted import ScriptedEngine, ScriptedLine
from vision.errors import EngineMissing
from vision.ocr.engine import USUAL, engine_status
from vision.plate.reader import Reader, top_field

if TYPE_CHECKING:
    from vision.types import PhotoReading

LINES = [(60, 60, "L3 WESCAM"), (60, 160, "MODEL CMX-15D"), (60, 260, "SERIAL NO 0836-17")]
HERE = {status.name for status in engine_status() if status.available}


def values(reading: PhotoReading) -> dict[str, str | None]:
    found = {name: top_field(reading, name) for name in ("maker", "model", "serial")}
    return {name: field and field.text for name, field in found.items()}


@pytest.mark.parametrize("name", ["rapidocr", "easyocr"])
def test_either_reader_alone_fields_a_drawn_plate(name: str) -> None:
    if name not in HERE:
        pytest.skip(f"{name} is not installed")
    reading = Reader(engines=(name,), budget_seconds=120).read(plate(LINES))
    assert values(reading) == {"maker": "L3 WESCAM", "model": "CMX-15D", "serial": "0836-17"}
    assert {one.engine.name for one in reading.readings} == {name}


@pytest.mark.parametrize("quarter_turns", [1, 2, 3])
def test_a_plate_may_stand_any_way_up(quarter_turns: int) -> None:
    if "rapidocr" not in HERE:
        pytest.skip("rapidocr is not installed")
    photo = plate(LINES, quarter_turns=quarter_turns)
    assert values(Reader(engines=("rapidocr",)).read(photo))["serial"] == "0836-17"


def test_a_region_that_a_person_drew_is_read_where_it_stands() -> None:
    if "rapidocr" not in HERE:
        pytest.skip("rapidocr is not installed")
    photo = plate(LINES)
    corners = ((40.0, 240.0), (700.0, 240.0), (700.0, 320.0), (40.0, 320.0))
    reading = Reader(engines=("rapidocr",)).read_region(photo, corners)
    assert values(reading)["serial"] == "0836-17"
    assert values(reading)["model"] is None
    field = top_field(reading, "serial")
    assert field is not None
    assert all(40 <= x <= 700 and 235 <= y <= 325 for x, y in field.source.corners)


def test_a_photo_without_text_is_an_answer() -> None:
    if "rapidocr" not in HERE:
        pytest.skip("rapidocr is not installed")
    reading = Reader(engines=("rapidocr",)).read(plate([]))
    assert reading.combined == ()


def test_a_still_among_others_gets_one_look_unless_it_shows_lettering() -> None:
    if "rapidocr" not in HERE:
        pytest.skip("rapidocr is not installed")
    reader, steps = Reader(engines=("rapidocr",), budget_seconds=120), list[str]()
    bare = reader.read(plate([(60, 60, "A7")]), one_of_many=True, on_step=steps.append)
    assert steps == ["looking for text"]
    assert bare.notes == (say("reading.no-lettering"),)
    still, photo = reader.read(plate(LINES), one_of_many=True), reader.read(plate(LINES))
    assert values(still) == values(photo)
    assert still.notes == photo.notes == ()


@pytest.mark.parametrize(
    ("passed", "worked", "cut"), [(30.0, 0.0, False), (50.0, 0.0, True), (1.0, 11.0, True)]
)
def test_a_busy_machine_takes_no_look_away(
    monkeypatch: pytest.MonkeyPatch, passed: float, worked: float, cut: bool
) -> None:
    if "rapidocr" not in HERE:
        pytest.skip("rapidocr is not installed")
    passing, working = chain([0.0], repeat(passed)), chain([0.0], repeat(worked))
    clock = SimpleNamespace(monotonic=lambda: next(passing), thread_time=lambda: next(working))
    monkeypatch.setattr("vision.plate.budget.time", clock)
    reading = Reader(engines=("rapidocr",), budget_seconds=10).read(plate(LINES))
    assert reading.notes == ((say("reading.out-of-time", seconds=10),) if cut else ())


@pytest.mark.parametrize("names", [("scripted",), ("scripted", "cyrillic", "tesseract")])
def test_loading_engines_takes_nothing_from_the_first_photo(
    monkeypatch: pytest.MonkeyPatch, names: tuple[str, ...]
) -> None:
    clock = SlowToLoad()
    monkeypatch.setattr("vision.plate.budget.time", clock)
    monkeypatch.setattr("vision.plate.reader.load_engine", clock.load)
    reader = Reader(engines=names, budget_seconds=10)
    first, second = reader.read(plate(LINES)), reader.read(plate(LINES))
    assert first == second
    assert first.notes == ()
    assert first.seconds == 0.0
    assert values(first)["serial"] == "0836-17"
    assert clock.now == 1000.0 * len(names)


class SlowToLoad:
    """Clocks that stand still while a photo is read, and run long while an engine is loaded."""

    def __init__(self) -> None:
        self.now = 0.0
        self.loaded: dict[str, ScriptedEngine] = {}

    def monotonic(self) -> float:
        return self.now

    thread_time = monotonic

    def load(self, name: str) -> ScriptedEngine:
        if name not in self.loaded:
            self.now += 1000.0
            script = tuple(
                ScriptedLine(text=text, box=(0.1, y / 400, 0.8, 0.15)) for _, y, text in LINES
            )
            self.loaded[name] = ScriptedEngine(script)
        return self.loaded[name]


def test_no_reader_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vision.plate.reader.usual_engines", lambda: ())
    with pytest.raises(EngineMissing) as caught:
        Reader()
    assert caught.value.sentence == say("reader.none", known=USUAL)


def test_a_reading_that_was_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (ScriptedLine(text="S/N 0836", box=(0.1, 0.25, 0.4, 0.08)),)
    monkeypatch.setattr(
        "vision.plate.reader.load_engine", lambda _name: ScriptedEngine(lines=lines)
    )
    reader = Reader(engines=("scripted",))
    assert say("reading.stopped") in reader.read(plate([]), cancelled=lambda: True).notes
    assert reader.read(plate([]), cancelled=lambda: False).notes == ()
