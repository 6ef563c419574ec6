"""Same object, another exposure: proposed by agreeing readings, never by looks alone."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from values.sentence import Sentence, say
from vision.copies import same_object
from vision.copies.same_object import (
    SERIAL_OF_CODE,
    identity_values,
    plates_alike,
    propose_same_object,
    regions_with,
)
from vision.types import (
    CharOption,
    Code,
    CopyEvidence,
    CopyRelation,
    Engine,
    FieldReading,
    FieldSource,
    Glyph,
    Photo,
    PhotoReading,
    PlateRegion,
    Reading,
    ReadingState,
)

QUAD = ((0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0))


def reading(
    serial: str | None = None,
    *,
    state: ReadingState = "stated",
    confidence: float = 0.9,
    payload: str | None = None,
    model: str | None = None,
) -> PhotoReading:
    fields = tuple(
        FieldReading(
            field=name,
            text=text,
            confidence=confidence,
            state=state,
            glyphs=(Glyph(options=(CharOption(char="x", probability=1.0),)),),
            alternatives=(),
            source=FieldSource(line_id="L1", corners=QUAD, label=None, rule="test"),
        )
        for name, text in (("serial", serial), ("model", model))
        if text
    )
    engine = Engine(name="combined", version="1", weights_sha256="0" * 64)
    codes = (
        (Code(symbology="QR Code", payload=payload, fields=(), corners=QUAD),) if payload else ()
    )
    return PhotoReading(
        photo_id="0" * 64,
        regions=(),
        readings=(),
        combined=(Reading(region_id="R1", engine=engine, lines=(), fields=fields),),
        codes=codes,
        seconds=0.0,
    )


def compared(relation: CopyRelation = "none") -> CopyEvidence:
    return CopyEvidence(
        photo_a="a",
        photo_b="b",
        relation=relation,
        distances=(),
        inliers=40,
        homography=None,
        outline=None,
        why=say("copy.no-map"),
    )


@pytest.mark.parametrize(
    ("one", "two", "proposed"),
    [
        (reading("SN-4711"), reading("sn 4711"), True),
        (reading("SN-4711"), reading("SN-4712"), False),
        (reading("SN-4711"), reading(), False),
        (reading("471"), reading("471"), False),
        (reading("SN-4711", confidence=0.3), reading("SN-4711"), False),
        (reading(payload="48215500"), reading(payload="48215500"), True),
        (reading("SN-4711", payload="48215500"), reading("SN-4799", payload="48215500"), False),
        (reading(payload="SN4711"), reading("SN-4711", state="offered"), True),
        (reading(model="CMX-15D"), reading(model="CMX-15D"), False),
        # a serial that is only offered contradicts nothing
        (
            reading("SN-4711", state="offered", payload="48215500"),
            reading("SN-4799", payload="48215500"),
            True,
        ),
    ],
)
def test_agreement_on_one_unit_is_what_proposes(
    one: PhotoReading, two: PhotoReading, proposed: bool
) -> None:
    found = propose_same_object(compared(), one, two)
    assert (found is not None) == proposed
    if found is not None:
        assert found.relation == "same_object"
        assert isinstance(found.why, Sentence)
        assert found.why.id == "copy.same-value"


def test_where_the_shared_value_stands_is_said() -> None:
    one, two = reading(payload="SN4711"), reading("SN-4711")
    found = propose_same_object(compared(), one, two)
    assert found is not None
    (symbology,) = {code.symbology for code in one.codes}
    assert found.why == say("copy.same-value", value="SN4711", here=symbology, there="serial")
    blank = Photo(photo_id="0" * 64, pixels=np.zeros((8, 8, 3), np.uint8), format="PNG")
    plates = propose_same_object(compared(), two, two, photos=(blank, blank))
    assert plates is not None
    assert plates.why == say(
        "copy.same-plate", value="SN4711", here="serial", there="serial", features=0, alike=False
    )


@pytest.mark.parametrize("relation", ["exact", "near", "hard"])
def test_copies_are_not_another_exposure(relation: CopyRelation) -> None:
    same = reading("SN-4711")
    assert propose_same_object(compared(relation), same, same) is None


def test_values_of_a_type_do_not_identify_a_unit() -> None:
    assert identity_values(reading(model="CMX-15D")) == {}


def test_of_what_a_code_names_its_serial_and_its_whole_payload_identify_a_unit() -> None:
    fields = (("model", "CMX-15D"), ("serial", "SN-4711"))
    code = Code(symbology="QR Code", payload="CMX15D/SN4711", fields=fields, corners=QUAD)
    assert identity_values(replace(reading(), codes=(code,))) == {
        "SN4711": SERIAL_OF_CODE,
        "CMX15DSN4711": "QR Code",
    }


def regions(*ids: str) -> tuple[PlateRegion, ...]:
    whole = ((0.0, 0.0), (400.0, 0.0), (400.0, 300.0), (0.0, 300.0))
    return tuple(
        PlateRegion(region_id=one, photo_id="0" * 64, corners=whole, confidence=0.9) for one in ids
    )


def test_the_plates_that_bear_a_serial_are_named_and_else_the_best_plate() -> None:
    first = reading("SN-4799", model="SN-4711").combined
    (second,) = reading("sn 4711").combined
    both = replace(
        reading(), combined=(*first, replace(second, region_id="R2")), regions=regions("R1", "R2")
    )
    assert regions_with(both, ["SN4711"]) == ("R2",)
    assert regions_with(both, ["SN4799", "SN4711"]) == ("R1", "R2")
    assert regions_with(both, ["48215500"]) == ("R1",)
    assert regions_with(reading(), ["48215500"]) == ()


def test_one_plate_looks_like_itself_and_where_none_was_found_nothing_is_alike() -> None:
    spots = np.random.default_rng(1).integers(0, 255, (30, 40, 3), dtype=np.uint8)
    pixels = cv2.resize(spots, (400, 300), interpolation=cv2.INTER_CUBIC)
    photo = Photo(photo_id="0" * 64, pixels=np.asarray(pixels), format="PNG")
    plate, none = replace(reading(), regions=regions("R1")), reading()
    assert plates_alike(photo, plate, photo, plate) > same_object.ALIKE_FEATURES
    assert plates_alike(photo, plate, photo, none) == 0
    assert plates_alike(photo, none, photo, plate) == 0


def test_how_much_two_pictures_of_one_object_have_in_common() -> None:
    assert same_object.LEAST_CONFIDENCE == 0.5
    assert same_object.LEAST_CHARACTERS == 4
    assert same_object.ALIKE_FEATURES == 15


def test_plates_without_features_have_none_alike() -> None:
    plain = Photo(photo_id="0" * 64, pixels=np.full((300, 400, 3), 90, np.uint8), format="PNG")
    plate = replace(reading(), regions=regions("R1"))
    assert plates_alike(plain, plate, plain, plate) == 0
