"""Files: the same bytes every time, EXIF kept."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from renderer.jpeg import recompressed, to_jpeg, to_png

PICTURE = (np.arange(64 * 48 * 3) % 251).astype(np.uint8).reshape(48, 64, 3)


def test_png_keeps_every_pixel() -> None:
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(to_png(PICTURE)))), PICTURE)


def test_jpeg_carries_exif_with_its_inner_blocks() -> None:
    data = to_jpeg(
        PICTURE,
        quality=80,
        exif={0x010E: "SYNTHETIC", 0x8769: {0x9003: "2020:10:21 14:32:08"}, 0x8825: {1: "N"}},
    )
    exif = Image.open(io.BytesIO(data)).getexif()
    assert exif[0x010E] == "SYNTHETIC"
    assert exif.get_ifd(0x8769)[0x9003] == "2020:10:21 14:32:08"
    assert exif.get_ifd(0x8825)[1] == "N"


def test_without_exif_the_file_has_none() -> None:
    data = to_jpeg(PICTURE, quality=80)
    assert not Image.open(io.BytesIO(data)).getexif()
    assert data == to_jpeg(PICTURE, quality=80)


def test_lower_quality_loses_more() -> None:
    lost = [
        float(np.abs(recompressed(PICTURE, quality=q).astype(int) - PICTURE).mean())
        for q in (95, 20)
    ]
    assert lost[0] < lost[1]
