"""Drawn plates of each kind that tempts to a false value, really read by the readers installed."""

from __future__ import annotations

import pytest

from tests.unit.vision.drawn import plate
from vision.ocr.engine import engine_status
from vision.plate.reader import Reader

HERE = {status.name for status in engine_status() if status.available}
READERS = ("rapidocr", "ppocr5", "easyocr")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not set(READERS) <= HERE, reason="needs all three readers"),
]

KINDS: dict[str, tuple[str, ...]] = {
    "a bare number sign": ("ACME", "NO 0123", "1987"),
    "an unknown word with a number sign": ("ACME AVIONICS LTD", "PERMIT NO 204771", "24 VDC"),
    "two serial labels": ("MODEL CX-117", "SERIAL NO 204771", "S/N 204835"),
    "a line that contradicts": ("MODEL CX-117", "SERIAL NO 2B847", "ZB847"),
    "two plates": ("MODEL CX-117", "SERIAL NO 204771", "MODEL PV-332", "PART NO 5512"),
    "label words in names of firms": ("SERIAL ELECTRONICS LTD", "204771", "MODEL AIRCRAFT CO"),
    "measures": ("ACME AVIONICS LTD", "MODEL 24 VDC", "SERIAL NO IP67"),
    "a word in the place of a value": ("MAKER: as appropriate", "RATING 3V 2-8A", "ITEM NO. 2207"),
}
ALLOWED = {"CX-117", "PV-332", "5512", "3V 2-8A", "24 VDC"}
"""What may be stated: it stands there."""


def drawn(*lines: str) -> dict[str, dict[str, str]]:
    """Read a drawn plate: field -> value -> state."""
    photo = plate([(60, 60 + 90 * at, text) for at, text in enumerate(lines)])
    reading = Reader(engines=READERS, budget_seconds=120).read(photo)
    found: dict[str, dict[str, str]] = {}
    for part in reading.combined:
        for one in part.fields:
            found.setdefault(one.field, {})[one.text] = one.state
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_false_is_stated(kind: str) -> None:
    found = drawn(*KINDS[kind])
    stated = {
        value
        for name, values in found.items()
        if name not in ("voltage", "date")
        for value, state in values.items()
        if state == "stated"
    }
    assert stated <= ALLOWED, found
    assert "stated" not in found.get("serial", {}).values(), found


def test_an_ordinary_plate_is_stated() -> None:
    found = drawn("L3 WESCAM", "MODEL CX-347", "SERIAL NO 4736-97")
    assert found["model"] == {"CX-347": "stated"}
    assert found["serial"] == {"4736-97": "stated"}
