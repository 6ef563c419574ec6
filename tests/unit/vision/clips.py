"""Small synthetic clips, made with the library that also reads them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

Picture = np.ndarray
_BITS = 7


def scene(number: int, *, words: str = "", shift: int = 0, blur: int = 0) -> Picture:
    """A smooth synthetic scene, 640 × 360, that differs by `number`, with or without lettering."""
    rng = np.random.default_rng(number)
    coarse = rng.integers(30, 220, (5, 8, 3)).astype(np.uint8)
    picture = cv2.resize(coarse, (640, 360), interpolation=cv2.INTER_CUBIC)
    if words:
        cv2.rectangle(picture, (180 + shift, 140), (520 + shift, 220), (200, 200, 195), -1)
        cv2.putText(
            picture, words, (190 + shift, 192), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (20, 20, 20), 3
        )
    if blur:
        picture = cv2.blur(picture, (blur, 1))
    return picture


def numbered(number: int) -> Picture:
    """Frame of that number, which it shows (0–127), of a clip with a scene for each 25 frames."""
    picture = scene(1 + number // 25)
    for place in range(_BITS):
        left = 40 + 80 * place
        light = 235 if number >> place & 1 else 20
        cv2.rectangle(picture, (left, 260), (left + 60, 320), (light,) * 3, -1)
    return picture


def number_shown(picture: Picture) -> int:
    """Read the number that a frame shows."""
    lights = [picture[270:310, 50 + 80 * place : 90 + 80 * place].mean() for place in range(_BITS)]
    return sum(1 << place for place, light in enumerate(lights) if light > 128)


def write_clip(
    path: Path,
    pictures: Iterable[Picture],
    *,
    rate: Fraction = Fraction(30),
) -> Path:
    """Encode pictures as H.264 (or VP9 for WebM), a key frame a second; MOV has its index first."""
    codec = "libvpx-vp9" if path.suffix == ".webm" else "libx264"
    layout = {"movflags": "faststart"} if path.suffix == ".mov" else {}
    with av.open(str(path), "w", options=layout) as container:
        stream = container.add_stream(codec, rate=rate, options={"crf": "20"})
        stream.width, stream.height, stream.pix_fmt = 640, 360, "yuv420p"
        stream.codec_context.gop_size = 30
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, 1 / rate
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path
