"""Readings come back from storage as they were, and bad data are refused in words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.unit.vision.drawn import plate
from values.sentence import Sentence, say
from vision.engines.scripted import ScriptedEngine, ScriptedLine
from vision.errors import ReadingRefused
from vision.plate.reader import Reader
from vision.serialize import (
    TEXTS_ALONE,
    field_from_json,
    field_to_json,
    reading_from_json,
    reading_to_json,
)

if TYPE_CHECKING:
    from vision.types import PhotoReading


@pytest.fixture(scope="module")
def reading() -> PhotoReading:
    lines = (
        ScriptedLine(text="MODEL CMX-15D", box=(0.1, 0.1, 0.5, 0.08)),
        ScriptedLine(text="S/N 0836", confidence=0.8, box=(0.1, 0.25, 0.4, 0.08)),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vision.plate.reader.load_engine", lambda name: ScriptedEngine(lines=lines))
        return Reader(engines=("scripted",)).read(plate([]))


def test_a_reading_comes_back_equal_with_its_lattices(reading: PhotoReading) -> None:
    data = json.loads(json.dumps(reading_to_json(reading, str)))
    again = reading_from_json(data)
    assert again == reading
    assert reading_to_json(again, str) == data
    for before, after in zip(reading.readings[0].fields, again.readings[0].fields, strict=True):
        assert before.lattice is not None
        assert after.lattice is not None
        texts = (before.text, "0886")
        assert (before.lattice.log_likelihood(texts) == after.lattice.log_likelihood(texts)).all()


def test_a_reading_is_read_from_bytes_as_well(reading: PhotoReading) -> None:
    assert reading_from_json(json.dumps(reading_to_json(reading, str)).encode()) == reading
    with pytest.raises(ReadingRefused):
        reading_from_json(b"{")


@pytest.mark.parametrize("part", ["readings", "combined", "codes", "notes", "regions"])
def test_no_part_of_a_reading_may_be_missing(reading: PhotoReading, part: str) -> None:
    data = reading_to_json(reading, str)
    del data[part]
    with pytest.raises(ReadingRefused, match=part):
        reading_from_json(data)


def test_a_sentence_is_kept_with_its_text_and_shown_as_it_was(reading: PhotoReading) -> None:
    noted = replace(reading, notes=(say("reading.out-of-time", seconds=12.5),))
    data = json.loads(json.dumps(reading_to_json(noted, lambda one: f"{one.id}, in words.")))
    assert data["notes"] == [
        {
            "id": "reading.out-of-time",
            "parameters": [["seconds", 12.5]],
            "shown": "reading.out-of-time, in words.",
        }
    ]
    again = reading_from_json(data)
    assert again == noted
    (note,) = again.notes
    assert isinstance(note, Sentence)
    assert note.shown == "reading.out-of-time, in words."
    assert json.loads(json.dumps(reading_to_json(again, lambda one: "Otherwise."))) == data


def test_sentences_of_the_earlier_format_are_texts_alone(reading: PhotoReading) -> None:
    told = json.loads(json.dumps(reading_to_json(replace(reading, notes=("Said.",)), str)))
    for one in (*told["readings"], *told["combined"]):
        for field in one["fields"]:
            field["reasons"] = [[rule, "so it is"] for rule, _ in field["reasons"]]
    told["format"] = TEXTS_ALONE
    again = reading_from_json(told)
    assert again.notes == ("Said.",)
    assert {why.sentence for why in again.combined[0].fields[0].reasons} == {"so it is"}
    told["notes"] = [{"id": "reading.stopped", "parameters": [], "shown": "Stopped."}]
    with pytest.raises(ReadingRefused, match="has texts alone"):
        reading_from_json(told)


def test_a_field_comes_back_equal(reading: PhotoReading) -> None:
    field = reading.combined[0].fields[0]
    assert field_from_json(json.loads(json.dumps(field_to_json(field, str)))) == field


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("format",), "something else"),
        (("regions", 0, "corners"), [[1, 2]]),
        (("readings", 0, "fields", 0, "confidence"), 1.5),
        (("readings", 0, "fields", 0, "state"), "certain"),
        (("readings", 0, "fields", 0, "field"), "price"),
        (("readings", 0, "lines", 0, "glyphs", 0, "options"), []),
        (("readings", 0, "lines", 0, "lattice", "runs"), [[1, [], [], 0]]),
        (("combined",), None),
        (("stray",), 1),
        (("notes",), [{"id": "No identifier", "parameters": [], "shown": ""}]),
        (("notes",), [{"id": "reading.stopped", "parameters": [["a", None]], "shown": ""}]),
        (("notes",), [{"id": "reading.stopped", "parameters": [], "stray": ""}]),
        (("seconds",), "1.0"),
        (("regions", 0, "drawn"), 0),
        (("readings", 0, "stray"), 1),
        (("readings", 0, "engine"), ["scripted", "1"]),
        (("readings", 0, "lines", 0, "stray"), 1),
        (("readings", 0, "lines", 0, "text"), 7),
        (("readings", 0, "lines", 0, "glyphs", 0, "stray"), 1),
        (("readings", 0, "lines", 0, "lattice", "stray"), 1),
        (("readings", 0, "fields", 0, "stray"), 1),
        (("readings", 0, "fields", 0, "source", "stray"), 1),
    ],
)
def test_bad_data_are_refused_in_words(
    reading: PhotoReading, path: tuple[str | int, ...], value: object
) -> None:
    data = json.loads(json.dumps(reading_to_json(reading, str)))
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(ReadingRefused) as refused:
        reading_from_json(data)
    assert len(refused.value.diagnostics()) > 20
