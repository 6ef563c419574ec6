"""Render a flat plate from its spec: lettering, material, damage.

The seed decides everything that the spec leaves open, and the wear. The same spec and seed give the
same plate, byte for byte. `renderer.exposure` photographs it.
"""

from __future__ import annotations

import zlib

import cv2
import numpy as np

from renderer.codes import draw_code
from renderer.exposure import expose
from renderer.fittings import fasten
from renderer.layout import Printing, Sheet, lay_out
from renderer.lettering import FACES, Face
from renderer.surface import GROUNDS_FOR, make_surface
from renderer.types import (
    SEVERITIES,
    Drawn,
    DrawnPhoto,
    Exposure,
    Ground,
    Layout,
    PlacedField,
    PlateSpec,
    Severity,
    Style,
    Wear,
)
from renderer.wear import Bend, draw_wear, wear_down

__all__ = [
    "SEVERITIES",
    "Drawn",
    "DrawnPhoto",
    "Exposure",
    "PlacedField",
    "PlateSpec",
    "Severity",
    "Wear",
    "draw_plate",
    "expose",
]

_LAYOUTS: tuple[Layout, ...] = ("left", "above", "below", "table", "none")
_LAYOUT_ODDS = (0.42, 0.16, 0.08, 0.22, 0.12)
_STYLES: tuple[Style, ...] = ("printed", "engraved", "stamped", "embossed", "etched", "dot_peen")
_STYLE_ODDS = (0.36, 0.16, 0.14, 0.08, 0.16, 0.10)


def draw_plate(spec: PlateSpec, *, seed: int, wear: Severity | Wear = "mild") -> Drawn:
    """Draw a worn plate, seen straight on in even light.

    Args:
        spec: its content; values that are `None` are drawn from the seed.
        seed: 0 or more; the wear comes from it too, so one seed is one physical plate.
        wear: how damaged it is: a severity, or the amounts themselves.
    """
    rng = np.random.default_rng([seed, zlib.crc32(repr(spec.values()).encode())])
    style: Style = spec.style or _STYLES[int(rng.choice(len(_STYLES), p=_STYLE_ODDS))]
    grounds = GROUNDS_FOR[style]
    ground: Ground = spec.ground or grounds[int(rng.integers(len(grounds)))]
    sheet = lay_out(spec, _printing(spec, style, rng), rng)
    if spec.code is not None:
        sheet = _with_code(sheet, spec.code)
    if rng.random() < 0.3:
        sheet = _framed(sheet, rng)
    damage = wear if isinstance(wear, Wear) else draw_wear(wear, rng)
    surface = make_surface(sheet, style, ground, rng, fade=damage.fade)
    surface, cover = fasten(surface, ground, sheet.cap_height, rng)
    surface = wear_down(surface, damage, sheet.cap_height, rng)
    bend = Bend(damage.bend, (sheet.form.shape[0], sheet.form.shape[1]), rng)
    albedo = bend.picture(surface.albedo)
    relief = bend.picture(surface.relief) + bend.swell()
    fields = tuple(
        PlacedField(field=f.field, text=f.text, corners=bend.corners(f.corners), label=f.label)
        for f in sheet.fields
    )
    return Drawn(
        pixels=np.round(np.clip(albedo, 0, 1) ** (1 / 1.6) * 255).astype(np.uint8),
        fields=fields,
        albedo=albedo,
        relief=relief,
        gloss=bend.picture(surface.gloss),
        cover=cover,
        cap_height=sheet.cap_height,
        spec=spec,
        seed=seed,
        style=style,
        ground=ground,
    )


def _printing(spec: PlateSpec, style: Style, rng: np.random.Generator) -> Printing:
    layout: Layout = spec.layout or _LAYOUTS[int(rng.choice(len(_LAYOUTS), p=_LAYOUT_ODDS))]
    outline = spec.font if spec.font in FACES else str(rng.choice(list(FACES)))
    stretch = float(rng.uniform(0.88, 1.08))
    form = Face(name=outline, weight=int(rng.choice([400, 500, 600, 700])), stretch=stretch)
    by_pen = style == "dot_peen" or (style in ("engraved", "stamped") and rng.random() < 0.55)
    name = spec.font or ("stroke" if by_pen else outline)
    value = Face(
        name=name,
        weight=int(rng.choice([400, 500, 600, 700])),
        stretch=stretch,
        tracking=float(rng.uniform(0, 0.14)),
    )
    rows = len(spec.values())
    cap = spec.width * float(rng.uniform(0.042, 0.060)) * (1.15 if rows <= 3 else 1.0)
    jitter = float(rng.uniform(0.015, 0.06)) if style == "stamped" else 0.0
    return Printing(
        layout=layout, style=style, form_face=form, value_face=value, cap=cap, jitter=jitter
    )


def _framed(sheet: Sheet, rng: np.random.Generator) -> Sheet:
    """Print a frame line near the edge of the plate."""
    form = sheet.form.copy()
    inset = round(form.shape[1] * float(rng.uniform(0.012, 0.022)))
    thick = max(1, round(sheet.cap_height * float(rng.uniform(0.05, 0.12))))
    far = (form.shape[1] - inset, form.shape[0] - inset)
    cv2.rectangle(form, (inset, inset), far, 1.0, thick, cv2.LINE_AA)
    return Sheet(form=form, values=sheet.values, fields=sheet.fields, cap_height=sheet.cap_height)


def _with_code(sheet: Sheet, code: tuple[str, str]) -> Sheet:
    """Add a machine-readable code under the text."""
    symbology, payload = code
    cap, width = sheet.cap_height, sheet.form.shape[1]
    square = draw_code(symbology, payload, height=round(cap * 4.5), width=round(width * 0.86))
    room = np.zeros((square.shape[0] + round(cap * 1.4), width), np.float32)
    top, left = round(cap * 0.2), round(width * 0.07)
    room[top : top + square.shape[0], left : left + square.shape[1]] = square
    blank = np.zeros_like(room)
    return Sheet(
        form=np.vstack([sheet.form, room]),
        values=np.vstack([sheet.values, blank]),
        fields=sheet.fields,
        cap_height=sheet.cap_height,
    )
