"""Photograph a rendered plate: light, perspective, lens, sensor, compression."""

from __future__ import annotations

import cv2
import numpy as np

from renderer.background import draw_background, draw_mount
from renderer.jpeg import recompressed
from renderer.texture import noise, ramp
from renderer.types import (
    Drawn,
    DrawnPhoto,
    Exposure,
    Pixels,
    PlacedField,
    Plane,
    Point,
    Quad,
    Severity,
    Style,
)

Matrix = np.ndarray[tuple[int, int], np.dtype[np.float64]]

_RANGES: dict[Severity, dict[str, tuple[float, float]]] = {
    "clean": {
        "tilt": (0, 12),
        "roll": (0, 4),
        "resolution": (26, 40),
        "blur": (0.0, 0.03),
        "motion": (0.0, 0.03),
        "noise": (0.004, 0.012),
        "glare": (0.0, 0.15),
        "shadow": (0.0, 0.2),
        "contrast": (0.9, 1.05),
        "brightness": (0.9, 1.1),
        "jpeg_quality": (85, 95),
    },
    "mild": {
        "tilt": (3, 28),
        "roll": (0, 10),
        "resolution": (8.2, 12),
        "blur": (0.05, 0.14),
        "motion": (0.0, 0.18),
        "noise": (0.01, 0.04),
        "glare": (0.0, 0.5),
        "shadow": (0.0, 0.5),
        "contrast": (0.6, 1.0),
        "brightness": (0.6, 1.2),
        "jpeg_quality": (45, 85),
    },
    "hard": {
        "tilt": (8, 36),
        "roll": (0, 14),
        "resolution": (7.2, 9.6),
        "blur": (0.07, 0.15),
        "motion": (0.0, 0.22),
        "noise": (0.015, 0.045),
        "glare": (0.0, 0.65),
        "shadow": (0.0, 0.6),
        "contrast": (0.5, 0.95),
        "brightness": (0.5, 1.25),
        "jpeg_quality": (40, 75),
    },
    "extreme": {
        "tilt": (20, 55),
        "roll": (0, 20),
        "resolution": (4.5, 7),
        "blur": (0.20, 0.38),
        "motion": (0.25, 0.7),
        "noise": (0.04, 0.09),
        "glare": (0.3, 1.0),
        "shadow": (0.2, 0.8),
        "contrast": (0.35, 0.7),
        "brightness": (0.4, 1.4),
        "jpeg_quality": (25, 45),
    },
}
"""Ranges of each setting by severity, tuned by hand against `benchmarks.fusion`, so that a single
default reading of the serial is right as often as `renderer.types.Severity` says.
"""


_NEEDED: dict[Style, float] = {
    "printed": 1.0,
    "etched": 1.0,
    "engraved": 1.25,
    "stamped": 1.45,
    "embossed": 1.55,
    "dot_peen": 1.5,
}
"""How many more pixels a style needs to be as legible as print: a person would move closer to
raised or dotted lettering, so that one severity is about as hard for every style.
"""


def draw_exposure(severity: Severity, rng: np.random.Generator) -> Exposure:
    """Draw the settings of one photo at a severity."""
    drawn = {name: float(rng.uniform(*span)) for name, span in _RANGES[severity].items()}
    turn = float(rng.uniform(0, 2 * np.pi))
    return Exposure(
        yaw=drawn["tilt"] * float(np.cos(turn)),
        pitch=drawn["tilt"] * float(np.sin(turn)) * 0.7,
        roll=drawn["roll"] * float(rng.choice([-1, 1])),
        fill=float(rng.uniform(0.5, 0.85)),
        resolution=drawn["resolution"],
        blur=drawn["blur"],
        motion=drawn["motion"],
        motion_angle=float(rng.uniform(0, 180)),
        noise=drawn["noise"],
        glare=drawn["glare"],
        shadow=drawn["shadow"],
        light_angle=float(rng.uniform(0, 360)),
        contrast=drawn["contrast"],
        brightness=drawn["brightness"],
        jpeg_quality=round(drawn["jpeg_quality"]),
    )


def expose(
    drawn: Drawn,
    *,
    severity: Severity | Exposure,
    seed: int,
    background: bool = True,
    size: int = 1000,
) -> DrawnPhoto:
    """Photograph a plate.

    Args:
        drawn: the plate.
        severity: how bad the photo is, or every setting of it.
        seed: 0 or more; one seed is one exposure.
        background: whether to draw wreckage around it; if not, the plate fills the picture.
        size: width of the photo in pixels, 64–4000.
    """
    if not 64 <= size <= 4000:
        raise ValueError(f"photo size {size} px is outside 64–4000")
    rng = np.random.default_rng([seed, 2])
    taken = severity if isinstance(severity, Exposure) else draw_exposure(severity, rng)
    height = round(size * 0.75) if background else _height_alone(drawn, size)
    matrix = _projection(drawn, taken, (height, size), background=background, rng=rng)
    cap = _cap_in_photo(drawn, matrix)
    shrink = min(1.0, taken.resolution * _NEEDED[drawn.style] / cap)
    seen = (max(24, round(height * shrink)), max(32, round(size * shrink)))
    zoom = np.diag([seen[1] / size, seen[0] / height, 1.0])
    lit = _lit(drawn, taken, rng)
    scene = _composed(
        lit, drawn.cover, zoom @ matrix, seen, background=background, mount=drawn.seed, rng=rng
    )
    pixels = _captured(scene, taken, cap * shrink, rng)
    if shrink < 1.0:
        whole = cv2.resize(pixels, (size, height), interpolation=cv2.INTER_CUBIC)
        pixels = np.asarray(whole, np.uint8)
    fields = tuple(
        PlacedField(field=f.field, text=f.text, corners=_moved(f.corners, matrix), label=f.label)
        for f in drawn.fields
    )
    rows, columns = drawn.relief.shape
    outline: Quad = ((0.0, 0.0), (columns, 0.0), (columns, rows), (0.0, rows))
    return DrawnPhoto(
        pixels=pixels, fields=fields, plate_corners=_moved(outline, matrix), exposure=taken
    )


def _height_alone(drawn: Drawn, size: int) -> int:
    rows, columns = drawn.relief.shape
    return max(48, round(size * float(rows) / float(columns) * 1.15))


def _projection(
    drawn: Drawn,
    taken: Exposure,
    shape: tuple[int, int],
    *,
    background: bool,
    rng: np.random.Generator,
) -> Matrix:
    """The 3 × 3 matrix from plate to photo pixels: a pinhole camera about 2.5 plates away."""
    rows, columns = drawn.relief.shape
    yaw, pitch, roll = np.radians([taken.yaw, taken.pitch, taken.roll])
    turn = _rotation_z(roll) @ _rotation_x(pitch) @ _rotation_y(yaw)
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (0.5, 0.5 * rows / columns)
    world = np.c_[corners, np.zeros(4)] @ turn.T
    seen = world[:, :2] / (1 + world[:, 2:] / 2.5)
    width, height = np.ptp(seen[:, 0]), np.ptp(seen[:, 1])
    fill = taken.fill if background else 0.96
    scale = min(fill * shape[1] / width, (0.9 if background else 0.97) * shape[0] / height)
    slack = np.array([shape[1] - width * scale, shape[0] - height * scale]) / 2
    middle = np.array([shape[1] / 2, shape[0] / 2]) + slack * rng.uniform(-0.6, 0.6, 2)
    centred = seen - (seen.min(axis=0) + seen.max(axis=0)) / 2
    target = (centred * scale + middle).astype(np.float32)
    source = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    return np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)


def _rotation_x(angle: float) -> Matrix:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]])


def _rotation_y(angle: float) -> Matrix:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])


def _rotation_z(angle: float) -> Matrix:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])


def _lit(drawn: Drawn, taken: Exposure, rng: np.random.Generator) -> Plane:
    """The plate under this photo's light: shaded relief, reflections, glare, a cast shadow."""
    shape = (drawn.relief.shape[0], drawn.relief.shape[1])
    angle = np.radians(taken.light_angle)
    across = cv2.Sobel(drawn.relief, cv2.CV_32F, 1, 0, scale=0.125)
    down = cv2.Sobel(drawn.relief, cv2.CV_32F, 0, 1, scale=0.125)
    slope = np.float32(np.cos(angle)) * across + np.float32(np.sin(angle)) * down
    raking = np.float32(rng.uniform(0.7, 1.4))
    shade = np.clip(1 + raking * (0.7 + drawn.gloss) * slope, 0.25, 2.2)
    mirrored = 1 + 0.30 * drawn.gloss * noise(shape, shape[1] / 3, rng)
    shadow = 1 - np.float32(taken.shadow) * _cast_shadow(shape, rng)
    spot = _glare(shape, rng) * np.float32(taken.glare) * (0.35 + 0.65 * drawn.gloss)
    spot = spot * np.clip(1 + 1.2 * slope, 0.2, 2.0)
    warm = np.array([1.0, 0.98, 0.94], np.float32)
    body = drawn.albedo * (shade * mirrored * shadow)[..., None]
    return np.asarray(body * (1 - 0.6 * np.clip(spot, 0, 1)[..., None]) + spot[..., None] * warm)


def _cast_shadow(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """A soft-edged shadow that falls over part of the plate, 0–1."""
    y, x = np.mgrid[0 : shape[0] : 4, 0 : shape[1] : 4].astype(np.float32)
    angle, edge = rng.uniform(0, 2 * np.pi), float(rng.uniform(-0.3, 0.3)) * shape[1]
    along = (x - shape[1] / 2) * np.cos(angle) + (y - shape[0] / 2) * np.sin(angle) + edge
    soft = float(rng.uniform(0.01, 0.12)) * shape[1]
    coarse = (1 / (1 + np.exp(-np.clip(along / soft, -30, 30)))).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0])), np.float32)


def _glare(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """One or two bright reflections, 0–1."""
    y, x = np.mgrid[0 : shape[0] : 4, 0 : shape[1] : 4].astype(np.float32)
    total = np.zeros_like(x)
    for _ in range(int(rng.integers(1, 3))):
        centre = rng.uniform(0.05, 0.95, 2) * (shape[1], shape[0])
        size = rng.uniform(0.06, 0.28, 2) * shape[1]
        turn = rng.uniform(0, np.pi)
        dx, dy = x - centre[0], y - centre[1]
        u = (dx * np.cos(turn) + dy * np.sin(turn)) / size[0]
        v = (dy * np.cos(turn) - dx * np.sin(turn)) / size[1]
        total = np.maximum(total, np.exp(-((u * u + v * v) ** float(rng.uniform(0.6, 1.3)))))
    return np.asarray(cv2.resize(total.astype(np.float32), (shape[1], shape[0])), np.float32)


def _composed(
    lit: Plane,
    whole: Plane,
    matrix: Matrix,
    shape: tuple[int, int],
    *,
    background: bool,
    mount: int,
    rng: np.random.Generator,
) -> Plane:
    """Composite the lit plate, its housing and the surroundings in the photo."""
    rows, columns = lit.shape[:2]
    if background:
        scene = draw_background(shape, rng)
        scene = _with_mount(scene, matrix, (rows, columns), np.random.default_rng([mount, 3]))
    else:
        grey = np.float32(rng.uniform(0.15, 0.5))
        scene = np.full((*shape, 3), grey, np.float32) + 0.02 * noise(shape, 9, rng)[..., None]
    small, to_photo = _shrunk(np.dstack([lit, whole]), matrix)
    size = (shape[1], shape[0])
    cover = cv2.warpPerspective(small[..., 3], to_photo, size)[..., None]
    warped = cv2.warpPerspective(small[..., :3], to_photo, size, borderMode=cv2.BORDER_REPLICATE)
    light = 1 + 0.12 * noise(shape, shape[1] / 2, rng)[..., None]
    return np.asarray((scene * (1 - cover) + warped * cover) * light, np.float32)


def _shrunk(plate: Plane, matrix: Matrix) -> tuple[Plane, Matrix]:
    """Downsample the plate by area first if the photo shows it much smaller (no moiré)."""
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))
    if scale > 0.8:
        return plate, matrix
    size = (max(8, round(plate.shape[1] * scale)), max(8, round(plate.shape[0] * scale)))
    small = np.asarray(cv2.resize(plate, size, interpolation=cv2.INTER_AREA), np.float32)
    back = np.diag([plate.shape[1] / size[0], plate.shape[0] / size[1], 1.0])
    return small, matrix @ back


def _with_mount(
    scene: Plane, matrix: Matrix, plate: tuple[int, int], rng: np.random.Generator
) -> Plane:
    """Fix the plate to a housing in the same plane, with the plate's own shadow."""
    rows, columns = plate
    beyond = rng.uniform(0.03, 0.45, 4) * columns
    panel = draw_mount((rows // 2 + 200, columns // 2 + 200), rng)
    width, height = panel.shape[1], panel.shape[0]
    source = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    target = np.array(
        [
            [-beyond[0], -beyond[1]],
            [columns + beyond[2], -beyond[1]],
            [columns + beyond[2], rows + beyond[3]],
            [-beyond[0], rows + beyond[3]],
        ],
        np.float32,
    )
    fit = matrix @ np.asarray(cv2.getPerspectiveTransform(source, target), np.float64)
    size = (scene.shape[1], scene.shape[0])
    cover = cv2.warpPerspective(np.ones(panel.shape[:2], np.float32), fit, size)[..., None]
    scene = scene * (1 - cover) + cv2.warpPerspective(panel, fit, size) * cover
    drop = np.array([[1, 0, columns * 0.008], [0, 1, columns * 0.010], [0, 0, 1]])
    shadow = cv2.warpPerspective(np.ones((rows, columns), np.float32), matrix @ drop, size)
    soft = cv2.GaussianBlur(shadow, (0, 0), max(1.0, size[0] * 0.004))[..., None]
    return np.asarray(scene * (1 - 0.6 * soft), np.float32)


def _cap_in_photo(drawn: Drawn, matrix: Matrix) -> float:
    """Cap height of the serial in photo pixels, at its position on the plate."""
    placed = next((f for f in drawn.fields if f.field == "serial"), drawn.fields[0])
    x = (placed.corners[0][0] + placed.corners[1][0]) / 2
    y = (placed.corners[0][1] + placed.corners[2][1]) / 2
    half = drawn.cap_height / 2
    ends = _points(((x, y - half), (x, y + half)), matrix)
    return max(1.0, float(np.hypot(*(ends[1] - ends[0]))))


def _captured(scene: Plane, taken: Exposure, cap: float, rng: np.random.Generator) -> Pixels:
    """Lens, sensor and file: blur, motion, resolution, exposure, noise, JPEG."""
    if taken.blur * cap > 0.25:
        scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), taken.blur * cap), np.float32)
    if taken.motion * cap > 0.8:
        scene = np.asarray(
            cv2.filter2D(scene, -1, _streak(taken.motion * cap, taken.motion_angle)), np.float32
        )
    scene = np.asarray(cv2.pow(np.clip(scene, 0, 1.3), 1 / 1.6), np.float32)
    scene = (scene - 0.5) * taken.contrast + 0.5 * taken.brightness
    grain = rng.standard_normal(scene.shape[:2], dtype=np.float32)[..., None]
    coarse = (scene.shape[0] // 2 + 1, scene.shape[1] // 2 + 1, 3)
    tint = rng.standard_normal(coarse, dtype=np.float32)
    tint = np.asarray(cv2.resize(tint, (scene.shape[1], scene.shape[0])), np.float32)
    noisy = (scene + np.float32(taken.noise) * (grain + 0.6 * tint)).astype(np.float32)
    pixels = np.round(ramp(noisy, 0.0, 1.0) * 255).astype(np.uint8)
    return recompressed(pixels, quality=taken.jpeg_quality)


def _streak(length: float, angle: float) -> Plane:
    """A motion-blur kernel: a uniform streak of that length and direction, summing to one."""
    side = int(np.ceil(length)) // 2 * 2 + 3
    kernel = np.zeros((side, side), np.float32)
    middle = (side - 1) / 2
    step = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))]) * length / 2
    ends = np.round((np.array([middle, middle]) + np.stack([-step, step])) * 16).astype(int)
    first, last = (int(ends[0][0]), int(ends[0][1])), (int(ends[1][0]), int(ends[1][1]))
    cv2.line(kernel, first, last, 1.0, 1, cv2.LINE_AA, 4)
    total = float(kernel.sum())
    if total <= 0:
        kernel[round(middle), round(middle)] = total = 1.0
    return kernel / np.float32(total)


def _points(points: tuple[Point, ...], matrix: Matrix) -> Matrix:
    source = np.c_[np.array(points, np.float64), np.ones(len(points))] @ matrix.T
    return np.asarray(source[:, :2] / source[:, 2:], np.float64)


def _moved(quad: Quad, matrix: Matrix) -> Quad:
    placed = [(float(x), float(y)) for x, y in _points(quad, matrix)]
    return (placed[0], placed[1], placed[2], placed[3])
