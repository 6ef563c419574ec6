"""Find machine-readable codes in a photo at any rotation, and parse them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

from values.sentence import say
from vision.codes.payload import parse_payload
from vision.types import Code

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from vision.types import Pixels, Quad

    Grey = npt.NDArray[np.uint8]
    Matrix = npt.NDArray[np.float64]

BUDGET_SECONDS = 0.5
"""Seconds for further attempts; the first attempt is always completed."""

_FORMATS = zxingcpp.barcode_formats_from_str(
    "DataMatrix,QRCode,MicroQRCode,RMQRCode,Aztec,PDF417,MicroPDF417,Code128,Code39,Code93"
)
"""The symbologies found on plates. Those with weak checks (ITF, Codabar) yield false codes from
plain lines and are left out.
"""

_TURNS = (17, 34, 51, 68)
"""Degrees of rotation tried if the upright picture yields nothing; zxing-cpp itself tries quarter
turns, and reads square codes at most angles.
"""

_LEAST_LENGTH = 4
"""Shorter payloads of linear codes are usually noise: Code 39 has no check digit."""

_LONG_SIDE = 2400
"""Long side in pixels to which larger pictures are shrunk for every attempt except the tiles. On 35
larger real photos this found as many codes as full size (5, one of them a different one), in a
third of the time.
"""


def read_codes(pixels: Pixels, *, budget_seconds: float = BUDGET_SECONDS) -> tuple[Code, ...]:
    """Read every code in a picture.

    The picture is tried upright, at most `_LONG_SIDE` long; if that finds nothing, other angles,
    contrasts and full-resolution tiles follow until the budget is spent.

    Args:
        pixels: height × width × 3, RGB.
        budget_seconds: core seconds for the further attempts; 0 for none.
    """
    grey = np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
    small, back_from_small = _shrunk(grey)
    codes = _decoded(small, back_from_small)
    stop = time.thread_time() + budget_seconds
    if not codes:
        for picture, back in _variants(grey, small, back_from_small):
            if time.thread_time() > stop:
                break
            codes = _decoded(picture, back)
            if codes:
                break
    return _distinct(codes)


def _shrunk(grey: Grey) -> tuple[Grey, Matrix]:
    """Return the picture at most `_LONG_SIDE` long, and the matrix back to its own pixels."""
    high, wide = grey.shape
    scale = min(1.0, _LONG_SIDE / max(high, wide))
    if scale == 1.0:
        return grey, np.eye(3)
    size = (round(wide * scale), round(high * scale))
    small = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    return small, np.diag([1 / scale, 1 / scale, 1.0])


def _variants(grey: Grey, small: Grey, shrink: Matrix) -> Iterator[tuple[Grey, Matrix]]:
    """Yield variants of the picture, each with the matrix back to its own pixels."""
    for angle in _TURNS:
        turned, back = _turned(small, angle)
        yield turned, shrink @ back
    even = cv2.createCLAHE(clipLimit=3.0, tileGridSize=(8, 8)).apply(small)
    yield np.asarray(even, np.uint8), shrink
    sharp = cv2.addWeighted(small, 2.2, cv2.GaussianBlur(small, (0, 0), 2.0), -1.2, 0)
    yield np.asarray(sharp, np.uint8), shrink
    yield from _tiles(grey)


def _turned(grey: Grey, angle: float) -> tuple[Grey, Matrix]:
    high, wide = grey.shape
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1.0)
    c, s = abs(matrix[0, 0]), abs(matrix[0, 1])
    size = (round(high * s + wide * c), round(high * c + wide * s))
    matrix[:, 2] += ((size[0] - wide) / 2, (size[1] - high) / 2)
    turned = cv2.warpAffine(grey, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    whole = np.vstack([matrix, [0.0, 0.0, 1.0]])
    return np.asarray(turned, np.uint8), np.asarray(np.linalg.inv(whole), np.float64)


def _tiles(grey: Grey) -> Iterator[tuple[Grey, Matrix]]:
    """Yield overlapping ninths of the picture at double size: small codes need more pixels."""
    high, wide = grey.shape
    tall, broad = max(high // 2, 1), max(wide // 2, 1)
    for top in (0, (high - tall) // 2, high - tall):
        for left in (0, (wide - broad) // 2, wide - broad):
            part = grey[top : top + tall, left : left + broad]
            grow = 2.0 if max(part.shape) < _LONG_SIDE else 1.0
            size = (round(broad * grow), round(tall * grow))
            large = cv2.resize(part, size, interpolation=cv2.INTER_CUBIC)
            back = np.array([[1 / grow, 0.0, left], [0.0, 1 / grow, top], [0.0, 0.0, 1.0]])
            yield np.asarray(large, np.uint8), back


def _decoded(grey: Grey, back: Matrix) -> list[Code]:
    found = zxingcpp.read_barcodes(
        np.ascontiguousarray(grey), formats=_FORMATS, text_mode=zxingcpp.TextMode.Plain
    )
    return [code for item in found if (code := _code(item, back)) is not None]


def _code(item: zxingcpp.Barcode, back: Matrix) -> Code | None:
    text = item.text
    linear = item.format in zxingcpp.barcode_formats_from_str("Code128,Code39,Code93")
    if not item.valid or (linear and len(text) < _LEAST_LENGTH):
        return None
    gs1 = item.content_type == zxingcpp.ContentType.GS1
    parsed = parse_payload(text, gs1=gs1)
    notes = parsed.notes
    if parsed.uii is not None:
        identifier = say("code.identifier", text=parsed.uii, construct=parsed.construct or 0)
        notes = (identifier, *notes)
    return Code(
        symbology=str(item.format),
        payload=text,
        fields=parsed.fields,
        corners=_corners(item, back),
        notes=notes,
    )


def _corners(item: zxingcpp.Barcode, back: Matrix) -> Quad:
    place = item.position
    corners = (place.top_left, place.top_right, place.bottom_right, place.bottom_left)
    points = np.array([[point.x, point.y, 1.0] for point in corners]) @ back.T
    a, b, c, d = ((float(x), float(y)) for x, y in points[:, :2])
    return (a, b, c, d)


def _distinct(codes: list[Code]) -> tuple[Code, ...]:
    """Keep one code for each symbology and payload, from top to bottom."""
    unique = {(code.symbology, code.payload): code for code in reversed(codes)}
    return tuple(sorted(unique.values(), key=lambda code: (code.corners[0][1], code.corners[0][0])))
