"""The material of a plate, and how its lettering is worked into it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.texture import clouds, noise, ramp

if TYPE_CHECKING:
    from renderer.layout import Sheet
    from renderer.types import Ground, Plane, Style


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A ground: its colour (0–1), the layer below, its gloss and its grain."""

    colour: tuple[float, float, float]
    under: tuple[float, float, float]
    """The colour visible where the ground is scratched through, cut or chipped."""
    gloss: float
    brushed: float
    """Strength of brush marks along the plate, 0–1."""
    ink: tuple[tuple[float, float, float], ...]
    """Colours in which lettering on it is printed or filled."""


_DARK = ((0.05, 0.05, 0.06), (0.09, 0.08, 0.08))
_METAL = (0.70, 0.71, 0.72)
MATERIALS: dict[Ground, Material] = {
    "aluminium": Material(
        colour=(0.66, 0.67, 0.69), under=(0.8, 0.8, 0.81), gloss=0.55, brushed=0.8, ink=_DARK
    ),
    "steel": Material(
        colour=(0.47, 0.48, 0.50), under=(0.63, 0.63, 0.64), gloss=0.5, brushed=0.5, ink=_DARK
    ),
    "brass": Material(
        colour=(0.60, 0.50, 0.28), under=(0.75, 0.65, 0.4), gloss=0.5, brushed=0.5, ink=_DARK
    ),
    "black": Material(
        colour=(0.07, 0.07, 0.075),
        under=_METAL,
        gloss=0.3,
        brushed=0.15,
        ink=((0.78, 0.78, 0.76), _METAL),
    ),
    "olive": Material(
        colour=(0.24, 0.26, 0.16),
        under=(0.6, 0.6, 0.6),
        gloss=0.12,
        brushed=0.0,
        ink=((0.75, 0.72, 0.55), (0.85, 0.85, 0.82), (0.04, 0.04, 0.04)),
    ),
    "red": Material(
        colour=(0.46, 0.09, 0.08), under=_METAL, gloss=0.3, brushed=0.1, ink=((0.82, 0.81, 0.79),)
    ),
    "white_label": Material(
        colour=(0.83, 0.83, 0.81), under=(0.60, 0.58, 0.54), gloss=0.18, brushed=0.0, ink=_DARK
    ),
    "yellow_label": Material(
        colour=(0.83, 0.68, 0.15), under=(0.75, 0.74, 0.70), gloss=0.15, brushed=0.0, ink=_DARK
    ),
    "paper": Material(
        colour=(0.74, 0.69, 0.58),
        under=(0.62, 0.57, 0.48),
        gloss=0.02,
        brushed=0.0,
        ink=((0.10, 0.09, 0.10), (0.09, 0.10, 0.22)),
    ),
}

GROUNDS_FOR: dict[Style, tuple[Ground, ...]] = {
    "printed": ("aluminium", "black", "white_label", "yellow_label", "paper", "olive"),
    "engraved": ("aluminium", "steel", "brass", "black", "red"),
    "stamped": ("aluminium", "steel", "brass", "olive", "black"),
    "embossed": ("aluminium", "steel", "olive", "black", "red"),
    "etched": ("aluminium", "steel", "brass", "black", "red"),
    "dot_peen": ("aluminium", "steel", "black", "brass"),
}
"""The grounds on which each style occurs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Colour, relief and gloss of a flat plate; see `renderer.types.Drawn` for the units."""

    albedo: Plane = field(repr=False, compare=False)
    relief: Plane = field(repr=False, compare=False)
    gloss: Plane = field(repr=False, compare=False)
    bare: Plane = field(repr=False, compare=False)
    """Height × width × 3: the colour that shows where the ground is worn through."""


def make_surface(
    sheet: Sheet, style: Style, ground: Ground, rng: np.random.Generator, *, fade: float
) -> Surface:
    """Cut, print or press a sheet's lettering into a ground; `fade` (0–1) pales the ink."""
    material = MATERIALS[ground]
    shape = sheet.form.shape
    albedo, relief = _ground(material, (shape[0], shape[1]), rng)
    ink = np.array(material.ink[int(rng.integers(len(material.ink)))], np.float32)
    pale = 1 - fade * (0.45 + 0.5 * ramp(clouds(shape, sheet.cap_height * 2, rng), -1.0, 1.2))
    form_style: Style = "printed"
    if style in ("etched", "embossed") or (style == "engraved" and rng.random() < 0.5):
        form_style = style
    for mask, kind in ((sheet.form, form_style), (sheet.values, style)):
        albedo, relief = _lettered(
            mask, kind, albedo, relief, pale, ink, material, sheet.cap_height, rng
        )
    gloss = np.full(shape, material.gloss, np.float32)
    bare = np.broadcast_to(np.array(material.under, np.float32), (*shape, 3))
    return Surface(albedo=albedo, relief=relief, gloss=gloss, bare=bare)


def _ground(
    material: Material, shape: tuple[int, int], rng: np.random.Generator
) -> tuple[Plane, Plane]:
    tint = rng.normal(1.0, 0.05) * (1 + rng.normal(0, 0.015, 3))
    base = np.array(material.colour, np.float32) * tint.astype(np.float32)
    cloth = 1 + 0.035 * clouds(shape, shape[1] / 4, rng)
    cloth += 0.012 * noise(shape, 1.0, rng)
    if material.brushed:
        marks = noise(shape, 1.0, rng, stretch=60) + 0.6 * noise(shape, 1.5, rng, stretch=200)
        cloth += 0.035 * material.brushed * marks
    albedo = np.clip(base * cloth[..., None], 0, 1).astype(np.float32)
    relief = (0.25 * clouds(shape, shape[1] / 3, rng, octaves=2)).astype(np.float32)
    return albedo, relief + np.float32(0.05) * noise(shape, 1.0, rng)


def _lettered(
    mask: Plane,
    style: Style,
    albedo: Plane,
    relief: Plane,
    pale: Plane,
    ink: Plane,
    material: Material,
    cap: float,
    rng: np.random.Generator,
) -> tuple[Plane, Plane]:
    """Return colour and relief with one mask worked into them in one style."""
    under = np.array(material.under, np.float32)
    if style in ("printed", "etched"):
        albedo = _mixed(albedo, ink, mask * pale * np.float32(rng.uniform(0.85, 0.97)))
        cut = 0.0 if style == "printed" else -0.02 * cap
        return albedo, relief + np.float32(cut) * _soft(mask, 0.6)
    if style == "engraved":
        filled = rng.random() < 0.6
        colour = ink if filled else under * np.float32(0.75 if _is_light(material) else 1.0)
        strength = np.float32(rng.uniform(0.7, 0.9)) * (pale if filled else np.float32(1))
        return _mixed(albedo, colour, mask * strength), relief - 0.05 * cap * _soft(mask, 0.7)
    if style == "stamped":
        dent = _soft(mask, 0.05 * cap)
        rim = _soft(mask, 0.13 * cap) - dent
        # Grime collects in stamped grooves: on old plates it carries most of the contrast.
        grime = np.float32(rng.uniform(0.45, 0.65)) * (0.5 + 0.5 * pale)
        sunk = np.array(ink if _is_dark(material) else (0.08, 0.07, 0.06), np.float32)
        darker = _mixed(albedo, sunk, grime * dent)
        return darker, relief - np.float32(0.13 * cap) * dent + np.float32(0.10 * cap) * rim
    if style == "embossed":
        swell = _soft(mask, 0.06 * cap)
        # Raised tops are worn bright; on bare metal the ground around them darkens instead.
        foot = np.clip(_soft(mask, 0.16 * cap) * 1.6, 0, 1) * (1 - mask)
        worn = albedo if _is_dark(material) else albedo * (1 - 0.5 * foot[..., None])
        rubbed = np.float32(rng.uniform(0.5, 0.85)) * mask * pale
        return _mixed(worn, under, rubbed), relief + np.float32(0.16 * cap) * swell
    pit = _soft(mask, 0.5)
    bright = under if _is_dark(material) else np.array((0.1, 0.1, 0.1), np.float32)
    return _mixed(albedo, bright, np.float32(0.7) * pit), relief - np.float32(0.05 * cap) * pit


def _mixed(albedo: Plane, colour: Plane, share: Plane) -> Plane:
    weight = share[..., None]
    return np.asarray(albedo * (1 - weight) + colour * weight, np.float32)


def _soft(mask: Plane, sigma: float) -> Plane:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), max(sigma, 0.4)), np.float32)


def _is_dark(material: Material) -> bool:
    return sum(material.colour) < 0.75


def _is_light(material: Material) -> bool:
    return sum(material.colour) > 1.2
