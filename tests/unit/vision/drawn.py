"""Plain drawn lines and plates for tests: black letters on white, no wear, no real photo."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from vision.types import Photo, Pixels


def line(text: str, *, size: int = 48) -> Pixels:
    font = ImageFont.load_default(size)
    left, top, right, bottom = font.getbbox(text)
    image = Image.new("RGB", (int(right - left) + size, int(bottom - top) + size // 2), "white")
    ImageDraw.Draw(image).text((size // 2 - left, size // 4 - top), text, fill="black", font=font)
    return np.asarray(image, dtype=np.uint8)


def plate(
    lines: list[tuple[int, int, str]],
    *,
    size: tuple[int, int] = (900, 500),
    letters: int = 40,
    quarter_turns: int = 0,
) -> Photo:
    image = Image.new("RGB", size, (235, 235, 230))
    draw = ImageDraw.Draw(image)
    draw.rectangle((10, 10, size[0] - 10, size[1] - 10), outline=(60, 60, 60), width=4)
    for x, y, text in lines:
        draw.text((x, y), text, fill=(20, 20, 20), font=ImageFont.load_default(letters))
    pixels = np.ascontiguousarray(np.rot90(np.asarray(image, dtype=np.uint8), quarter_turns))
    return Photo(photo_id="0" * 64, pixels=pixels, format="PNG")
