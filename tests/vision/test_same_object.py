"""Same object, another exposure: proposed by agreeing readings, never by looks alone."""

from __future__ import annotations

import numpy as np
import pytest

from values.sentence import Sentence, say
from vision import same_object
from vision.same_object import identity_values, propose_same_object
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


def test_how_much_two_pictures_of_one_object_have_in_common() -> None:
    assert same_object.LEAST_CONFIDENCE == 0.5
    assert same_object.LEAST_CHARACTERS == 4
    assert same_object.ALIKE_FEATURES == 15
