"""Codes found in drawn photos at any rotation, and held against readings."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
import pytest

from renderer.plate import PlateSpec, draw_plate, expose
from values.sentence import say
from vision.codes.find import read_codes

IUID = "[)>\x1e06\x1d17V38596\x1d1P72-10015-04\x1dSCMX15D-0836\x1e\x04"
SQUARE = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


@lru_cache
def photo_of(symbology: str, payload: str, *, seed: int = 2) -> np.ndarray:
    spec = PlateSpec(
        maker="L3 WESCAM",
        serial="CMX15D-0836",
        code=(symbology, payload),
        style="printed",
        ground="white_label",
        layout="left",
    )
    return expose(draw_plate(spec, seed=seed, wear="clean"), severity="clean", seed=seed).pixels


def turned(pixels: np.ndarray, angle: float) -> np.ndarray:
    high, wide = pixels.shape[:2]
    side = int(np.hypot(high, wide))
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    matrix[:, 2] += ((side - wide) / 2, (side - high) / 2)
    return cv2.warpAffine(pixels, matrix, (side, side), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize(
    ("symbology", "payload"),
    [
        ("DataMatrix", IUID),
        ("QRCode", "S/N: CMX15D-0836"),
        ("Code128", "CMX15D-0836"),
        ("Code39", "1P72-10015"),
        ("PDF417", IUID),
    ],
)
def test_each_symbology_is_read_from_a_photo(symbology: str, payload: str) -> None:
    codes = read_codes(photo_of(symbology, payload))
    assert [code.payload for code in codes] == [payload]


@pytest.mark.parametrize("angle", [17, 45, 90, 133, 180, 270, 301])
@pytest.mark.parametrize("symbology", ["DataMatrix", "Code128"])
def test_a_code_is_read_at_any_rotation(symbology: str, angle: float) -> None:
    payload = IUID if symbology == "DataMatrix" else "CMX15D-0836"
    codes = read_codes(turned(photo_of(symbology, payload), angle), budget_seconds=20)
    assert [code.payload for code in codes] == [payload]


def test_corners_lie_on_the_code_also_after_a_turn() -> None:
    """What is between the corners, cut out, still decodes; they come back from a turned view."""
    picture = turned(photo_of("Code128", "CMX15D-0836"), 45)
    (code,) = read_codes(picture, budget_seconds=20)
    corners = np.array(code.corners)
    assert (corners > 0).all()
    assert (corners < picture.shape[0]).all()
    middle = corners.mean(axis=0).astype(int)
    around = picture[middle[1] - 20 : middle[1] + 20, middle[0] - 20 : middle[0] + 20]
    assert around.std() > 40, "bars and gaps stand around the middle of the code"


def test_the_payload_fills_the_fields_and_names_the_item() -> None:
    (code,) = read_codes(photo_of("DataMatrix", IUID))
    assert dict(code.fields) == {
        "cage": "38596",
        "part_number": "72-10015-04",
        "serial": "CMX15D-0836",
    }
    assert code.notes[0] == say("code.identifier", text="D3859672-10015-04CMX15D-0836", construct=2)


def test_a_photo_without_codes_gives_none() -> None:
    spec = PlateSpec(maker="L3 WESCAM", serial="CMX15D-0836", layout="left")
    photo = expose(draw_plate(spec, seed=3), severity="mild", seed=3)
    assert read_codes(photo.pixels) == ()
    assert read_codes(np.zeros((3, 5, 3), np.uint8)) == ()
