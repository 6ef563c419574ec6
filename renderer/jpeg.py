"""Encode pictures as files, with the same bytes every time."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from renderer.types import Pixels

_EXIF_IFD = 0x8769
_GPS_IFD = 0x8825


def to_jpeg(
    pixels: Pixels, *, quality: int = 90, exif: Mapping[int, object] | None = None
) -> bytes:
    """Encode a picture as JPEG.

    Args:
        pixels: height × width × 3, RGB.
        quality: 1–100.
        exif: EXIF values by tag number; the tags 0x8769 (Exif) and 0x8825 (GPS) take a mapping
            of their own, as in the file.
    """
    block = Image.Exif()
    for tag, value in (exif or {}).items():
        if tag in (_EXIF_IFD, _GPS_IFD) and isinstance(value, Mapping):
            block.get_ifd(tag).update(value)
        else:
            block[tag] = value
    out = io.BytesIO()
    Image.fromarray(pixels).save(
        out, "JPEG", quality=quality, exif=block.tobytes() if exif else b""
    )
    return out.getvalue()


def to_png(pixels: Pixels) -> bytes:
    """Encode a picture as PNG, without loss."""
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG")
    return out.getvalue()


def recompressed(pixels: Pixels, *, quality: int) -> Pixels:
    """The picture after one JPEG encoding of that quality (1–100)."""
    flags = [cv2.IMWRITE_JPEG_QUALITY, int(quality)]
    data = cv2.imencode(".jpg", pixels[..., ::-1], flags)[1]
    back = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return np.ascontiguousarray(back[..., ::-1])
