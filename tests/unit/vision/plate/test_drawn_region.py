"""A drawn region: its corners are the person's, what was found in it is one reading."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from values.sentence import say
from vision.plate.draft import EngineText, FieldDraft, PlateDraft
from vision.plate.drawn_region import as_drawn, top_to_bottom
from vision.plate.lines import as_read_by
from vision.plate.pipeline import combined_reading, own_readings
from vision.serialize import reading_from_json, reading_to_json
from vision.types import (
    Alternative,
    Engine,
    FieldSource,
    PhotoReading,
    PlateRegion,
    Quad,
    TextLine,
)

DRAWN: Quad = ((10.5, 20.25), (910.0, 22.0), (905.0, 640.0), (12.0, 633.0))
ONE = Engine(name="one", version="1", weights_sha256="")
COMBINED = Engine(name="combined", version="1", weights_sha256="")


def box(y: float, x: float = 100.0) -> Quad:
    return ((x, y), (x + 200, y), (x + 200, y + 40), (x, y + 40))


def field(text: str, sure: float = 0.9, *, name: str = "serial", line: str) -> FieldDraft:
    """A value on which two readers trained apart agree: stated from .9."""
    said = [
        EngineText(
            engine=one, text=text, confidence=0.99, label="S/N", strength=1.0, line=f"S/N {text}"
        )
        for one in ("rapidocr", "easyocr")
    ]
    return FieldDraft(
        field=name,  # type: ignore[arg-type]
        text=text,
        sure=sure,
        rival=0.0,
        confidence=sure,
        strength=1.0,
        source=FieldSource(line_id=line, corners=box(0), label="S/N", rule="label in the line"),
        engine_texts=tuple(said),
        glyphs=(),
        alternatives=(Alternative(text="other", probability=0.05),),
    )


def seen(*found: tuple[float, tuple[FieldDraft, ...]]) -> list[PlateDraft]:
    """Blocks at these heights, numbered as a reader that starts anywhere."""
    plates = []
    for number, (y, fields) in enumerate(found, start=1):
        region = PlateRegion(region_id=f"R{number}", photo_id="p", corners=box(y), confidence=0.5)
        line = TextLine(
            line_id=f"L{y:g}", corners=box(y), text="", confidence=1, glyphs=(), engine=ONE
        )
        own = as_read_by(ONE, {line.line_id: line}, [line])
        plates.append(
            PlateDraft(region=region, lines=(line,), shown=(line,), by_engine=(own,), fields=fields)
        )
    return plates


def drawn(blocks: list[PlateDraft]) -> PhotoReading:
    """What is given of a drawn region in which these blocks were found."""
    ordered = top_to_bottom(blocks)
    return PhotoReading(
        photo_id="p",
        regions=(as_drawn(ordered, "p", DRAWN),),
        readings=own_readings(ordered, "D1"),
        combined=(combined_reading(ordered, "D1"),) if ordered else (),
        codes=(),
        seconds=0.0,
    )


def test_the_corners_stay_as_drawn_whatever_was_found() -> None:
    for found in (seen(), seen((50.0, ())), seen((500.0, ()), (50.0, ()))):
        (region,) = drawn(found).regions
        assert (region.corners, region.drawn) == (DRAWN, True)
        assert region.found == tuple(sorted(one.region.corners for one in found))


def test_several_blocks_are_one_reading_of_each_reader_in_one_order() -> None:
    maker = field("SAAB", name="maker", line="L50")
    found = drawn(seen((500.0, (field("0836", line="L500"),)), (50.0, (maker,))))
    assert [(one.region_id, one.engine) for one in found.readings] == [("D1", ONE)]
    assert [(one.region_id, one.engine) for one in found.combined] == [("D1", COMBINED)]
    for reading in (*found.readings, *found.combined):
        assert [line.line_id for line in reading.lines] == ["L50", "L500"]
    assert [(one.field, one.text, one.state) for one in found.combined[0].fields] == [
        ("maker", "SAAB", "stated"),
        ("serial", "0836", "stated"),
    ]


def test_blocks_that_differ_offer_the_surer_value_and_name_the_other() -> None:
    blocks = seen(
        (50.0, (field("0836", 0.8, line="L50"),)), (500.0, (field("0886", 0.9, line="L500"),))
    )
    (serial,) = drawn(blocks).combined[0].fields
    assert (serial.text, serial.state, serial.lattice) == ("0886", "offered", None)
    assert [why.rule for why in serial.reasons] == ["blocks-differ"]
    assert say("reading.elsewhere", text="0836") in serial.notes
    assert serial.alternatives[0].text == "0836"
    shares = [serial.confidence, *(other.probability for other in serial.alternatives)]
    assert sum(shares) <= 1.0 + 1e-9
    assert serial.confidence == pytest.approx(0.9 / 1.75)


def test_blocks_that_say_the_same_take_nothing_from_each_other() -> None:
    blocks = seen(
        (50.0, (field("08-36", 0.8, line="L50"),)), (500.0, (field("0836", 0.9, line="L500"),))
    )
    (serial,) = drawn(blocks).combined[0].fields
    assert (serial.text, serial.state, serial.notes) == ("0836", "stated", ())


@given(st.permutations([(10.0, "A1"), (90.0, "B2"), (300.0, "A1"), (700.0, "C3")]))
def test_the_order_in_which_blocks_were_found_does_not_count(
    order: list[tuple[float, str]],
) -> None:
    blocks = [(y, (field(text, 0.5 + y / 2000, line=f"L{y:g}"),)) for y, text in order]
    first = drawn(seen(*sorted(blocks)))
    again = drawn(seen(*blocks))
    assert again == first


def test_it_is_kept_with_its_corners_and_those_of_the_machine() -> None:
    reading = drawn(seen((50.0, (field("0836", line="L50"),))))
    plain = json.loads(json.dumps(reading_to_json(reading, str)))
    assert reading_from_json(plain).regions == reading.regions
    plain["regions"][0]["drawn"] = "yes"
    with pytest.raises(Exception, match="drawn"):
        reading_from_json(plain)
