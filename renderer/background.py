"""Draw cluttered surroundings: soil, debris, panels, cables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import numpy.typing as npt

from renderer.texture import clouds, noise, ramp

if TYPE_CHECKING:
    from renderer.types import Plane

_GROUND_COLOURS = (
    (0.30, 0.25, 0.18),
    (0.22, 0.23, 0.20),
    (0.42, 0.40, 0.36),
    (0.16, 0.19, 0.11),
    (0.35, 0.36, 0.38),
    (0.50, 0.44, 0.34),
)
_DEBRIS_COLOURS = (
    (0.60, 0.61, 0.62),
    (0.07, 0.07, 0.08),
    (0.26, 0.28, 0.18),
    (0.70, 0.68, 0.62),
    (0.35, 0.15, 0.10),
    (0.20, 0.24, 0.30),
)


def draw_background(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Draw a surface strewn with debris, height × width × 3, 0–1, slightly out of focus."""
    half = (max(24, shape[0] // 2), max(32, shape[1] // 2))
    scene = _soil(half, rng)
    for _ in range(int(rng.integers(120, 320))):
        _drop_grit(scene, rng)
    for _ in range(int(rng.integers(5, 13))):
        _drop_panel(scene, rng)
    for _ in range(int(rng.integers(0, 5))):
        _drop_cable(scene, rng)
    scene *= (1 + 0.04 * noise(half, 1.0, rng))[..., None]
    focus = float(rng.uniform(0.3, 1.6))
    scene = np.asarray(cv2.GaussianBlur(scene, (0, 0), focus), np.float32)
    full = cv2.resize(scene, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(full, 0, 1), np.float32)


def draw_mount(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    """Draw the housing that the plate is fixed to: paint, seams, bolts."""
    colour = np.array(_DEBRIS_COLOURS[int(rng.integers(len(_DEBRIS_COLOURS)))], np.float32)
    worn = 1 + 0.14 * clouds(shape, shape[1] / 3, rng, octaves=7) + 0.05 * noise(shape, 1.0, rng)
    panel = np.asarray(colour * worn[..., None], np.float32)
    grime = ramp(clouds(shape, shape[1] / 3, rng, octaves=7), 0.2, 2.2)[..., None]
    panel = panel * (1 - 0.7 * grime) + np.array([0.20, 0.17, 0.13], np.float32) * 0.7 * grime
    scrape = ramp(clouds(shape, shape[1] / 7, rng, octaves=6), 1.9, 2.0)[..., None]
    panel = panel * (1 - scrape) + np.float32(0.5) * worn[..., None] * scrape
    for _ in range(int(rng.integers(5, 40))):
        _scratch(panel, rng)
    for _ in range(int(rng.integers(0, 4))):
        level = int(rng.integers(0, shape[0]))
        upright = rng.random() < 0.5
        end = (level, shape[0]) if upright else (shape[1], level)
        start = (level, 0) if upright else (0, level)
        cv2.line(panel, start, end, (0.04, 0.04, 0.04), 3, cv2.LINE_AA)
    for _ in range(int(rng.integers(2, 9))):
        _drop_bolt(panel, rng)
    return np.asarray(np.clip(panel, 0, 1), np.float32)


def _soil(shape: tuple[int, int], rng: np.random.Generator) -> Plane:
    colour = np.array(_GROUND_COLOURS[int(rng.integers(len(_GROUND_COLOURS)))], np.float32)
    grain = 1 + 0.20 * clouds(shape, shape[1] / 5, rng, octaves=7)
    grain += 0.16 * noise(shape, 1.2, rng) + 0.12 * noise(shape, 2.6, rng)
    return np.asarray(np.clip(colour * grain[..., None], 0, 1), np.float32)


def _drop_grit(scene: Plane, rng: np.random.Generator) -> None:
    """Draw a pebble, a flake of paint or a splinter, with its shadow."""
    rows, columns = scene.shape[:2]
    at = (int(rng.integers(0, columns)), int(rng.integers(0, rows)))
    size = (int(rng.integers(1, 6)), int(rng.integers(1, 4)))
    turn, tone = float(rng.uniform(0, 180)), rng.uniform(0.08, 0.7) * rng.uniform(0.85, 1.1, 3)
    below = (at[0] + 1, at[1] + 1)
    cv2.ellipse(scene, below, size, turn, 0, 360, (0.05, 0.05, 0.04), -1, cv2.LINE_AA)
    cv2.ellipse(scene, at, size, turn, 0, 360, tuple(float(c) for c in tone), -1, cv2.LINE_AA)


def _drop_panel(scene: Plane, rng: np.random.Generator) -> None:
    rows, columns = scene.shape[:2]
    centre = rng.uniform(0, 1, 2) * (columns, rows)
    corners = int(rng.integers(3, 7))
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    reach = float(rng.uniform(0.04, 0.25)) * columns * rng.uniform(0.5, 1.1, corners)
    points = centre + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None]
    outline = np.round(points).astype(np.int32)
    dark = np.zeros((rows, columns), np.uint8)
    offset = np.array([columns * 0.008, columns * 0.012])
    cv2.fillPoly(dark, [np.round(points + offset).astype(np.int32)], 255)
    soft = cv2.blur(dark, (9, 9)).astype(np.float32)[..., None] / np.float32(255)
    scene *= 1 - np.float32(0.55) * soft
    colour = np.array(_DEBRIS_COLOURS[int(rng.integers(len(_DEBRIS_COLOURS)))])
    colour = np.clip(colour * rng.uniform(0.6, 1.2), 0, 1)
    cv2.fillPoly(scene, [outline], tuple(float(c) for c in colour), cv2.LINE_AA)
    x, y, w, h = cv2.boundingRect(outline)
    x0, y0, x1, y1 = max(x, 0), max(y, 0), min(x + w, columns), min(y + h, rows)
    if x1 - x0 > 4 and y1 - y0 > 4:
        part = scene[y0:y1, x0:x1]
        inside = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillPoly(inside, [outline - np.array([x0, y0], np.int32)], 1)
        stain = 0.25 * clouds(inside.shape, columns / 8, rng, octaves=6)
        stain += (
            0.05 * noise(inside.shape, 1.0, rng)
            + float(rng.uniform(-0.3, 0.3))
            * (np.linspace(-1, 1, x1 - x0, dtype=np.float32)[None, :])
        )
        part *= 1 + (stain * inside)[..., None]
    edge = tuple(float(c) for c in np.clip(colour * 1.5 + 0.08, 0, 1))
    _polyline(scene, outline[: len(outline) // 2 + 1], edge, 1)


def _drop_cable(scene: Plane, rng: np.random.Generator) -> None:
    rows, columns = scene.shape[:2]
    knots = rng.uniform(-0.1, 1.1, (5, 2)) * (columns, rows)
    t = np.linspace(0, 4, 60)
    path = np.stack([np.interp(t, np.arange(5), knots[:, k]) for k in (0, 1)], axis=1)
    path = np.stack([np.convolve(path[:, k], np.ones(15) / 15, "valid") for k in (0, 1)], axis=1)
    thick = int(rng.integers(3, 11))
    colour = float(rng.choice([0.05, 0.08, 0.35])) * rng.uniform(0.75, 1.25, 3)
    points = np.round(path).astype(np.int32)
    _polyline(scene, points, tuple(float(c) for c in colour), thick)
    shine = tuple(float(min(1.0, c * 1.8 + 0.05)) for c in colour)
    _polyline(scene, points, shine, max(1, thick // 4))


def _scratch(panel: Plane, rng: np.random.Generator) -> None:
    start = rng.uniform(0, 1, 2) * (panel.shape[1], panel.shape[0])
    end = start + rng.normal(0, panel.shape[1] * 0.06, 2)
    points = np.round(np.stack([start, end])).astype(np.int32)
    tone = float(rng.uniform(0.1, 0.6))
    _polyline(panel, points, (tone, tone, tone), 1)


def _polyline(
    picture: Plane, points: npt.NDArray[np.int32], colour: tuple[float, ...], thick: int
) -> None:
    cv2.polylines(
        picture, [points], isClosed=False, color=colour, thickness=thick, lineType=cv2.LINE_AA
    )


def _drop_bolt(panel: Plane, rng: np.random.Generator) -> None:
    rows, columns = panel.shape[:2]
    at = (int(rng.integers(0, columns)), int(rng.integers(0, rows)))
    radius = int(rng.integers(6, 16))
    cv2.circle(panel, (at[0] + 2, at[1] + 3), radius + 2, (0.05, 0.05, 0.05), -1, cv2.LINE_AA)
    tone = float(rng.uniform(0.25, 0.6))
    cv2.circle(panel, at, radius, (tone, tone, tone * 0.97), -1, cv2.LINE_AA)
    highlight = (at[0] - radius // 3, at[1] - radius // 3)
    lit = min(1.0, tone * 1.6)
    cv2.circle(panel, highlight, max(1, radius // 3), (lit, lit, lit), -1, cv2.LINE_AA)
