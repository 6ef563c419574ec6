"""Seeded changes that people make to a photo before they repost it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import cv2
import numpy as np

from vision.types import Pixels

Change = Callable[[Pixels, np.random.Generator, Sequence[Pixels]], Pixels]
"""(photo, random generator, other photos to place beside it) -> the changed photo."""


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    """Compress and decompress."""
    data = cv2.imencode(".jpg", np.ascontiguousarray(pixels), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data[1], cv2.IMREAD_COLOR), np.uint8)


def crop(share: float) -> Change:
    """Keep this share of the width and of the height, anywhere in the frame."""

    def change(pixels: Pixels, chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
        height, width = (max(32, round(side * share)) for side in pixels.shape[:2])
        top = int(chance.integers(0, pixels.shape[0] - height + 1))
        left = int(chance.integers(0, pixels.shape[1] - width + 1))
        return jpeg(pixels[top : top + height, left : left + width], 85)

    return change


def crop_of_area(share: float) -> Change:
    """Keep this share of the area, with the same proportions."""
    return crop(share**0.5)


def quarter_turns(count: int) -> Change:
    """Rotate by this many times 90 degrees."""
    return lambda pixels, _chance, _others: jpeg(np.rot90(pixels, count), 85)


def tilt(pixels: Pixels, chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Rotate by 7 degrees either way, with black corners."""
    height, width = pixels.shape[:2]
    angle = 7.0 if chance.random() < 0.5 else -7.0
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return jpeg(np.asarray(cv2.warpAffine(pixels, turn, (width, height)), np.uint8), 85)


def mirror(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Mirror left and right."""
    return jpeg(pixels[:, ::-1], 85)


def caption(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Add a bar with text below."""
    height, width = pixels.shape[:2]
    bar = np.zeros((max(20, height // 6), width, 3), np.uint8)
    words, place = "SEEN TODAY NEAR THE RIVER", (5, bar.shape[0] * 2 // 3)
    size, white = max(0.4, width / 900), (255, 255, 255)
    cv2.putText(bar, words, place, cv2.FONT_HERSHEY_SIMPLEX, size, white, 2)
    return jpeg(np.vstack([pixels, bar]), 80)


def overlay(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Draw a box and an arrow in red."""
    drawn = pixels.copy()
    height, width = pixels.shape[:2]
    red = (255, 0, 0)
    begin, end = (width // 4, height // 4), (width * 5 // 8, height * 5 // 8)
    cv2.rectangle(drawn, begin, end, red, max(2, width // 120))
    tail, head = (width * 9 // 10, height // 10), (width * 5 // 8, height // 4)
    cv2.arrowedLine(drawn, tail, head, red, max(2, width // 100))
    return jpeg(drawn, 80)


def recompress(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Half the size, at JPEG quality 25."""
    return jpeg(
        np.asarray(
            cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8
        ),
        25,
    )


def screenshot(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Show it 900 pixels long inside the frame of an app."""
    shown = _fitted(pixels, 900, 900)
    height, width = shown.shape[:2]
    screen = np.full((height + 260, width + 80, 3), 245, np.uint8)
    screen[120 : 120 + height, 40 : 40 + width] = shown
    dark = (30, 30, 30)
    cv2.putText(screen, "News feed  12:04", (40, 70), cv2.FONT_HERSHEY_SIMPLEX, 1.2, dark, 2)
    return jpeg(screen, 80)


def collage(pixels: Pixels, chance: np.random.Generator, others: Sequence[Pixels]) -> Pixels:
    """Place it among three other photos in a frame of 1280 × 960 pixels."""
    sheet = np.full((960, 1280, 3), 30, np.uint8)
    mine = int(chance.integers(0, 4))
    for place in range(4):
        other = others[int(chance.integers(0, len(others)))]
        shown = _fitted(pixels if place == mine else other, 630, 470)
        top, left = (place // 2) * 480 + 5, (place % 2) * 640 + 5
        sheet[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
    return jpeg(sheet, 80)


def _fitted(pixels: Pixels, width: int, height: int) -> Pixels:
    """Scale into a rectangle."""
    scale = min(width / pixels.shape[1], height / pixels.shape[0])
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=how), np.uint8)


def blur(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Out of focus by a 200th of the long side."""
    sigma = max(pixels.shape) / 200
    return jpeg(np.asarray(cv2.GaussianBlur(pixels, (0, 0), sigma), np.uint8), 85)


def stretch(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Squeeze the width to two thirds."""
    return jpeg(np.asarray(cv2.resize(pixels, None, fx=2 / 3, fy=1), np.uint8), 85)


def darken(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Darker, with more contrast, as editors do it: gamma 2."""
    curve = (np.linspace(0, 1, 256) ** 2 * 255).round().astype(np.uint8)
    return jpeg(curve[pixels], 85)


def invert(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """A negative."""
    return jpeg(255 - pixels, 85)


def cover(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """Cover two corners with stickers and the middle with words: a third of the frame."""
    drawn = pixels.copy()
    height, width = drawn.shape[:2]
    drawn[: height // 3, : width // 2] = (250, 210, 40)
    drawn[height * 2 // 3 :, width * 2 // 3 :] = (30, 30, 30)
    size, place = max(0.5, width / 500), (width // 20, height // 2)
    white, thick = (255, 255, 255), max(2, width // 150)
    cv2.putText(drawn, "BREAKING NEWS", place, cv2.FONT_HERSHEY_SIMPLEX, size, white, thick)
    return jpeg(drawn, 80)


def thumbnail(pixels: Pixels, _chance: np.random.Generator, _others: Sequence[Pixels]) -> Pixels:
    """No side longer than 160 pixels."""
    return jpeg(_fitted(pixels, 160, 160), 75)


def after(*steps: Change) -> Change:
    """Apply one change after the other."""

    def change(pixels: Pixels, chance: np.random.Generator, others: Sequence[Pixels]) -> Pixels:
        for step in steps:
            pixels = step(pixels, chance, others)
        return pixels

    return change


CHANGES: Final[dict[str, Change]] = {
    "crop_70": crop(0.7),
    "crop_50": crop(0.5),
    "crop_30": crop(0.3),
    "crop_area_30": crop_of_area(0.3),
    "rotate_90": quarter_turns(1),
    "rotate_180": quarter_turns(2),
    "rotate_7": tilt,
    "mirror": mirror,
    "caption": caption,
    "overlay": overlay,
    "recompress": recompress,
    "screenshot": screenshot,
    "collage": collage,
}

MORE_CHANGES: Final[dict[str, Change]] = {
    "blur": blur,
    "stretch": stretch,
    "darken": darken,
    "invert": invert,
    "cover": cover,
    "thumbnail": thumbnail,
    "crop_50_mirror_recompress": after(crop(0.5), mirror, recompress),
    "crop_30_recompress": after(crop(0.3), recompress),
    "tilt_crop_70_caption": after(tilt, crop(0.7), caption),
    "crop_70_screenshot_recompress": after(crop(0.7), screenshot, recompress),
    "stretch_rotate_90": after(stretch, quarter_turns(1)),
    "collage_mirror_recompress": after(collage, mirror, recompress),
}
"""Harder changes than the default ones, and two or three changes combined."""
