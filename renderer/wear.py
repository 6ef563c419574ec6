"""Permanent damage of a plate: scratches, dirt, rust, chips, bends."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from renderer.surface import Surface
from renderer.texture import clouds, noise, ramp
from renderer.types import Plane, Quad, Severity, Wear

Numbers = npt.NDArray[np.floating]

_AMOUNT: dict[Severity, tuple[float, float]] = {
    "clean": (0.0, 0.12),
    "mild": (0.05, 0.25),
    "hard": (0.12, 0.42),
    "extreme": (0.45, 0.90),
}
"""The range of each kind of damage, by severity."""


def draw_wear(severity: Severity, rng: np.random.Generator) -> Wear:
    """Draw the amount of each kind of damage; not every plate has every kind."""
    low, high = _AMOUNT[severity]
    amounts = rng.uniform(low, high, 6) * (rng.random(6) < (0.9, 0.85, 0.5, 0.6, 0.7, 0.5))
    return Wear(
        scratches=float(amounts[0]),
        dirt=float(amounts[1]),
        rust=float(amounts[2]),
        chips=float(amounts[3]),
        fade=float(amounts[4]),
        bend=float(amounts[5]),
    )


def wear_down(surface: Surface, wear: Wear, cap: float, rng: np.random.Generator) -> Surface:
    """Damage a surface; blemishes scale with the cap height `cap` in pixels."""
    surface = _chipped(surface, wear.chips, cap, rng)
    surface = _scratched(surface, wear.scratches, rng)
    surface = _rusted(surface, wear.rust, cap, rng)
    return _dirtied(surface, wear.dirt, cap, rng)


def _shape(surface: Surface) -> tuple[int, int]:
    return (surface.relief.shape[0], surface.relief.shape[1])


def _chipped(surface: Surface, amount: float, cap: float, rng: np.random.Generator) -> Surface:
    if amount <= 0:
        return surface
    shape = _shape(surface)
    field = clouds(shape, cap * 1.5, rng) + 0.5 * _edge_nearness(shape, cap)
    hole = ramp(field, 2.5 - 1.5 * amount, 2.6 - 1.5 * amount)[..., None]
    stain = 1 + 0.10 * clouds(shape, cap, rng)[..., None]
    albedo = surface.albedo * (1 - hole) + surface.bare * stain * hole
    relief = surface.relief - 0.6 * hole[..., 0]
    return _changed(surface, albedo=albedo, relief=relief)


def _edge_nearness(shape: tuple[int, int], cap: float) -> Plane:
    rows = np.minimum(np.arange(shape[0]), np.arange(shape[0])[::-1]).astype(np.float32)
    columns = np.minimum(np.arange(shape[1]), np.arange(shape[1])[::-1]).astype(np.float32)
    fall = np.float32(cap * 0.7)
    near = np.maximum(np.exp(-rows / fall)[:, None], np.exp(-columns / fall)[None, :])
    return np.asarray(near * np.float32(2.2), np.float32)


def _scratched(surface: Surface, amount: float, rng: np.random.Generator) -> Surface:
    shape = _shape(surface)
    fine, broad = np.zeros(shape, np.float32), np.zeros(shape, np.float32)
    main = rng.uniform(0, np.pi)
    for _ in range(rng.poisson(90 * amount)):
        start = rng.uniform(0, 1, 2) * (shape[1], shape[0])
        length = float(rng.exponential(shape[1] * 0.10)) + 6
        angle = main + rng.normal(0, 0.5) if rng.random() < 0.7 else rng.uniform(0, np.pi)
        bow = rng.normal(0, length * 0.04, 2)
        step = np.array([np.cos(angle), np.sin(angle)]) * length
        points = np.round(np.stack([start, start + step / 2 + bow, start + step])).astype(np.int32)
        deep, thick = float(rng.beta(1.2, 3.5)), int(rng.choice([1, 1, 1, 2, 3]))
        sheet = fine if thick == 1 else broad
        cv2.polylines(sheet, [points], isClosed=False, color=deep, thickness=thick)
    lines = np.maximum(fine, broad)
    lines = np.asarray(cv2.GaussianBlur(lines, (0, 0), 0.5), np.float32)
    share = np.clip(lines * 1.1, 0, 0.9)[..., None]
    albedo = surface.albedo * (1 - share) + surface.bare * share
    return _changed(surface, albedo=albedo, relief=surface.relief - 1.1 * lines)


def _rusted(surface: Surface, amount: float, cap: float, rng: np.random.Generator) -> Surface:
    if amount <= 0:
        return surface
    shape = _shape(surface)
    field = clouds(shape, cap * 3, rng, octaves=5) + 0.4 * noise(shape, cap * 0.25, rng)
    patch = ramp(field, 2.3 - 1.8 * amount, 3.1 - 1.8 * amount)[..., None]
    brown = np.array([0.36, 0.19, 0.09], np.float32) * (
        1 + 0.35 * clouds(shape, cap * 0.4, rng, octaves=3)[..., None]
    )
    share = patch * np.float32(0.45 + 0.45 * amount)
    albedo = surface.albedo * (1 - share) + np.clip(brown, 0.02, 0.7) * share
    rough = surface.relief + 0.5 * patch[..., 0] * noise(shape, 1.7, rng)
    return _changed(
        surface, albedo=albedo, relief=rough, gloss=surface.gloss * (1 - 0.9 * patch[..., 0])
    )


def _dirtied(surface: Surface, amount: float, cap: float, rng: np.random.Generator) -> Surface:
    if amount <= 0:
        return surface
    shape = _shape(surface)
    film = ramp(clouds(shape, cap * 4, rng, octaves=5), 1.2 - 2.2 * amount, 3.4 - 1.4 * amount)
    smear = ramp(noise(shape, cap * 0.3, rng, stretch=8), 1.9 - 0.9 * amount, 2.9 - 0.6 * amount)
    specks = ramp(noise(shape, cap * 0.12, rng), 3.2 - 0.9 * amount, 3.6 - 0.9 * amount)
    share = np.clip(0.75 * film + 0.3 * smear + 0.7 * specks, 0, 0.88)[..., None]
    earth = np.array([0.33, 0.28, 0.21], np.float32) * np.float32(rng.uniform(0.6, 1.25))
    albedo = surface.albedo * (1 - share) + earth * share
    return _changed(surface, albedo=albedo, gloss=surface.gloss * (1 - 0.8 * share[..., 0]))


def _changed(
    surface: Surface,
    *,
    albedo: Numbers | None = None,
    relief: Numbers | None = None,
    gloss: Numbers | None = None,
) -> Surface:
    return Surface(
        albedo=surface.albedo if albedo is None else np.clip(albedo, 0, 1).astype(np.float32),
        relief=surface.relief if relief is None else relief.astype(np.float32),
        gloss=surface.gloss if gloss is None else gloss.astype(np.float32),
        bare=surface.bare,
    )


class Bend:
    """A plate bowed along its length: shifts columns up and down, and tilts them to the light."""

    def __init__(self, amount: float, shape: tuple[int, int], rng: np.random.Generator) -> None:
        self._shape = shape
        turns = float(rng.uniform(0.4, 1.3))
        phase = float(rng.uniform(0, 2 * np.pi))
        x = np.arange(shape[1], dtype=np.float32) / shape[1]
        self._shift = (amount * 0.05 * shape[0] * np.sin(2 * np.pi * turns * x + phase)).astype(
            np.float32
        )

    def picture(self, plane: Plane) -> Plane:
        """The plane with every column shifted; edges repeat."""
        rows, columns = self._shape
        x = np.broadcast_to(np.arange(columns, dtype=np.float32), (rows, columns))
        y = np.arange(rows, dtype=np.float32)[:, None] - self._shift[None, :]
        moved = cv2.remap(
            plane, np.ascontiguousarray(x), y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(moved, np.float32)

    def swell(self) -> Plane:
        """The contribution of the bow to the relief, in pixels."""
        return np.broadcast_to(self._shift * 4, self._shape).astype(np.float32)

    def corners(self, quad: Quad) -> Quad:
        """The displaced corners of an upright box."""
        last = self._shape[1] - 1
        moved = tuple((x, y + float(self._shift[min(max(round(x), 0), last)])) for x, y in quad)
        return (moved[0], moved[1], moved[2], moved[3])
