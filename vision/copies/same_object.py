"""Propose that two photos show the same object in two exposures; a person confirms or rejects it.

Two conditions must hold: the readings agree on a value that belongs to one unit (a serial, or the
payload of a code), and nothing that is read surely contradicts it. The visual similarity of the
plates is reported but never decides: two units of one type look alike, too.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from values.rule import Declared
from values.sentence import say
from vision.copies.alignment import match
from vision.copies.features import extract
from vision.media.rectify import crop_region

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vision.types import CopyEvidence, Photo, PhotoReading, Quad

LEAST_CONFIDENCE: Final = 0.5
"""Minimum confidence (0–1) for a serial to agree or contradict."""
LEAST_CHARACTERS: Final = 4
"""Minimum number of letters and digits; shorter values agree by accident."""
ALIKE_FEATURES: Final = 15
"""Features of two plate crops that must fit one perspective map for the plates to count as alike.
"""

RULES: Final = Declared(
    "same-object",
    test="tests/unit/vision/copies/test_same_object.py",
    source="assumed",
    units={
        "LEAST_CONFIDENCE": "confidence, 0-1",
        "LEAST_CHARACTERS": "letters and digits",
        "ALIKE_FEATURES": "features",
    },
)
SERIAL_OF_CODE: Final = "serial of a code"
_FIT_PIXELS: Final = 5.0
_CROP_HEIGHT: Final = 320


def identity_values(reading: PhotoReading) -> dict[str, str]:
    """Return the values in a reading that belong to one unit: normalised value -> its place.

    The place is `serial`, `SERIAL_OF_CODE`, or the symbology of a code.

    These are serials of the combined reading with `LEAST_CONFIDENCE`, and payloads of codes.
    Models, part and stock numbers are shared by all units of a type and do not count.
    """
    found: dict[str, str] = {}
    for one in reading.combined:
        for field in one.fields:
            if field.field == "serial" and field.confidence >= LEAST_CONFIDENCE:
                found.setdefault(_plain(field.text), "serial")
    for code in reading.codes:
        for name, value in code.fields:
            if name == "serial":
                found.setdefault(_plain(value), SERIAL_OF_CODE)
        found.setdefault(_plain(code.payload), code.symbology)
    return {value: where for value, where in found.items() if len(value) >= LEAST_CHARACTERS}


def regions_with(reading: PhotoReading, values: Iterable[str]) -> tuple[str, ...]:
    """Return the regions whose serial is one of these normalised values; otherwise the best region.

    A value found only in a code has no region of its own.
    """
    wanted = set(values)
    found = tuple(
        one.region_id
        for one in reading.combined
        if any(field.field == "serial" and _plain(field.text) in wanted for field in one.fields)
    )
    return found or tuple(region.region_id for region in reading.regions[:1])


def propose_same_object(
    evidence: CopyEvidence,
    reading_a: PhotoReading,
    reading_b: PhotoReading,
    *,
    photos: tuple[Photo, Photo] | None = None,
) -> CopyEvidence | None:
    """Propose *same object, another exposure* for two photos that are no copies of each other.

    Args:
        evidence: the result of `compare` for the two.
        reading_a: the reading of the first photo.
        reading_b: that of the second.
        photos: the photos themselves, to compare their plates as well.

    Returns:
        Evidence of relation `same_object`, which names what agrees; None if nothing agrees, if
        stated serials contradict each other, or if the photos are copies.
    """
    if evidence.relation in ("exact", "near", "hard"):
        return None
    values_a, values_b = identity_values(reading_a), identity_values(reading_b)
    shared = [value for value in values_a if value in values_b]
    if not shared or _contradict(reading_a, reading_b):
        return None
    value = max(shared, key=len)
    here, there = values_a[value], values_b[value]
    if photos is None:
        why = say("copy.same-value", value=value, here=here, there=there)
        return replace(evidence, relation="same_object", why=why)
    alike = plates_alike(photos[0], reading_a, photos[1], reading_b)
    distances = (*evidence.distances, ("plate_features", float(alike)))
    why = say(
        "copy.same-plate",
        value=value,
        here=here,
        there=there,
        features=alike,
        alike=alike >= ALIKE_FEATURES,
    )
    return replace(evidence, relation="same_object", distances=distances, why=why)


def plates_alike(
    photo_a: Photo, reading_a: PhotoReading, photo_b: Photo, reading_b: PhotoReading
) -> int:
    """Count the features of the two best plate crops that fit one perspective map."""
    if not reading_a.regions or not reading_b.regions:
        return 0
    return _alike(photo_a, reading_a.regions[0].corners, photo_b, reading_b.regions[0].corners)


def _alike(photo_a: Photo, corners_a: Quad, photo_b: Photo, corners_b: Quad) -> int:
    """Match two rectified crops."""
    a = extract(crop_region(photo_a, corners_a, height=_CROP_HEIGHT))
    b = extract(crop_region(photo_b, corners_b, height=_CROP_HEIGHT))
    pairs = match(a, b, mirrored=False)
    if len(pairs) < 8:
        return 0
    cv2.setRNGSeed(1)
    _, inside = cv2.findHomography(
        a.points[pairs[:, 0]], b.points[pairs[:, 1]], cv2.RANSAC, _FIT_PIXELS
    )
    return int(np.count_nonzero(inside)) if inside is not None else 0


def _contradict(reading_a: PhotoReading, reading_b: PhotoReading) -> bool:
    """Whether both readings state serials and none of them is the same."""
    stated = [
        {
            _plain(field.text)
            for one in reading.combined
            for field in one.fields
            if field.field == "serial" and field.state == "stated"
        }
        for reading in (reading_a, reading_b)
    ]
    return bool(stated[0]) and bool(stated[1]) and stated[0].isdisjoint(stated[1])


def _plain(text: str) -> str:
    """Upper-case letters and digits only."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text)).upper()
