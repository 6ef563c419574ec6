"""Render a short clip in which a plate passes the camera once, with motion blur."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np

from renderer.background import draw_background
from renderer.demo import marked
from renderer.exposure import expose
from renderer.plate import draw_plate
from renderer.types import Exposure, Pixels, PlateSpec, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

_FPS = 25
_GRAIN_ROOM = 64
Grain = np.ndarray[tuple[int, ...], np.dtype[np.int16]]
_STILL = Exposure(
    yaw=0,
    pitch=0,
    roll=0,
    fill=0.30,
    resolution=200,
    blur=0.0,
    motion=0.0,
    motion_angle=0,
    noise=0.0,
    glare=0.2,
    shadow=0.2,
    light_angle=230,
    contrast=1.0,
    brightness=1.0,
    jpeg_quality=97,
)


def plate_clip(
    spec: PlateSpec,
    *,
    seconds: float,
    seed: int,
    size: tuple[int, int] = (1280, 720),
    visible: tuple[float, float] | None = None,
    fill: float = 0.30,
    wear: Severity = "clean",
    speed: float = 1.0,
) -> bytes:
    """Draw an MP4 clip (H.264, 25 frames a second) with the same bytes every time.

    Args:
        spec: the plate.
        seconds: length of the clip, 0.2–120.
        seed: decides the scenes, the camera's shake and the plate's damage.
        size: width and height of a frame, in pixels; even numbers.
        visible: from when to when (seconds) the plate is in the picture; the middle third
            by default, at most one second.
        fill: share of the frame's width that the plate covers, 0.1–0.9.
        wear: how damaged the plate is.
        speed: how fast the camera sweeps past; 1 crosses a third of the frame in a second.
    """
    if not 0.2 <= seconds <= 120:
        raise ValueError(f"a clip of {seconds} s is outside 0.2–120 s")
    start, stop = visible or _middle(seconds)
    frames = _frames(spec, seconds, seed, size, (start, stop), fill, wear, speed)
    return _encoded(frames, size)


def _middle(seconds: float) -> tuple[float, float]:
    length = min(1.0, seconds / 3)
    return ((seconds - length) / 2, (seconds + length) / 2)


def _frames(
    spec: PlateSpec,
    seconds: float,
    seed: int,
    size: tuple[int, int],
    visible: tuple[float, float],
    fill: float,
    wear: Severity,
    speed: float,
) -> Iterator[Pixels]:
    rng = np.random.default_rng([seed, 5])
    wide = (size[0] * 3 // 2, size[1] * 3 // 2)
    scenes = [_empty_scene(wide, rng) for _ in range(2)]
    world = _plate_scene(spec, wide, seed, fill, wear)
    slow = rng.normal(0, size[0] * 0.02, (3, 2))
    grain = _grain(size, rng)
    for index in range(round(seconds * _FPS)):
        now = index / _FPS
        if visible[0] <= now < visible[1]:
            along = (now - (visible[0] + visible[1]) / 2) * speed
            sweep = np.array([along * size[0] / 3, along * size[1] * 0.06])
            step = np.array([speed * size[0] / 3, speed * size[1] * 0.06]) / _FPS
            yield _frame(world, size, sweep, step * 0.5, grain, rng)
        else:
            scene = 0 if now < visible[0] else 1
            drift = slow[scene] * np.sin(now * 1.7)
            yield _frame(scenes[scene], size, drift, np.zeros(2), grain, rng)


def _empty_scene(wide: tuple[int, int], rng: np.random.Generator) -> Pixels:
    plane = draw_background((wide[1], wide[0]), rng)
    return np.asarray(np.round(np.clip(plane ** np.float32(1 / 1.6), 0, 1) * 255), np.uint8)


def _plate_scene(
    spec: PlateSpec, wide: tuple[int, int], seed: int, fill: float, wear: Severity
) -> Pixels:
    """The wide picture that the camera sweeps over, its plate in the middle."""
    values = {name: getattr(_STILL, name) for name in Exposure.__dataclass_fields__}
    values["fill"] = min(max(fill, 0.1), 0.9) * 2 / 3
    taken = Exposure(**values)
    photo = expose(draw_plate(spec, seed=seed, wear=wear), severity=taken, seed=seed, size=wide[0])
    corners = np.array(photo.plate_corners).mean(axis=0)
    shift = np.array([wide[0] / 2, wide[1] / 2]) - corners
    matrix = np.array([[1.0, 0.0, shift[0]], [0.0, 1.0, shift[1]]])
    moved = cv2.warpAffine(photo.pixels, matrix, wide, borderMode=cv2.BORDER_REFLECT)
    return np.asarray(moved, np.uint8)


def _grain(size: tuple[int, int], rng: np.random.Generator) -> Grain:
    """Noise from which each frame takes another part: drawing it per frame would be too slow."""
    shape = (size[1] + _GRAIN_ROOM, size[0] + _GRAIN_ROOM, 1)
    drawn = np.rint(np.float32(3.0) * rng.standard_normal(shape, dtype=np.float32))
    return np.repeat(drawn.astype(np.int16), 3, axis=2)


def _frame(
    world: Pixels,
    size: tuple[int, int],
    offset: np.ndarray[tuple[int], np.dtype[np.float64]],
    streak: np.ndarray[tuple[int], np.dtype[np.float64]],
    grain: Grain,
    rng: np.random.Generator,
) -> Pixels:
    """One frame: a window of the wide picture, with motion blur, shake and noise."""
    shake = rng.normal(0, size[0] * 0.0012, 2)
    middle = np.array([world.shape[1] - size[0], world.shape[0] - size[1]]) / 2
    corner = middle + offset + shake
    steps = max(1, round(float(np.hypot(*streak)) / 2))
    views = []
    for part in (np.arange(steps) + 0.5) / steps - 0.5:
        at = corner + streak * part
        matrix = np.array([[1.0, 0.0, -at[0]], [0.0, 1.0, -at[1]]])
        views.append(cv2.warpAffine(world, matrix, size, borderMode=cv2.BORDER_REFLECT))
    view = views[0] if steps == 1 else np.asarray(np.mean(views, axis=0, dtype=np.float32))
    left, top = (int(number) for number in rng.integers(0, _GRAIN_ROOM, 2))
    noise = grain[top : top + size[1], left : left + size[0]]
    return marked(np.asarray(cv2.add(view, noise, dtype=cv2.CV_8U), np.uint8))


def _encoded(frames: Iterator[Pixels], size: tuple[int, int]) -> bytes:
    """Encode frames with x264 on one thread, without version marks: the same bytes every time."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4", options={"fflags": "+bitexact"}) as container:
        container.metadata["title"] = "SYNTHETIC"
        container.metadata["comment"] = "SYNTHETIC: drawn by the Nameplate renderer"
        stream = container.add_stream("libx264", rate=_FPS)
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.options = {"crf": "21", "preset": "ultrafast", "threads": "1"}
        stream.codec_context.thread_count = 1
        for pixels in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return out.getvalue()
