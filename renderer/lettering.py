"""Draw text as masks: outline faces from font packages, and engraved strokes."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from renderer import strokes
from renderer.errors import RendererError

if TYPE_CHECKING:
    from renderer.types import Plane

FACES: dict[str, str] = {
    "sans": "fontpkg_noto_sans",
    "serif": "fontpkg_noto_serif",
    "roboto": "fontpkg_roboto",
    "condensed": "fontpkg_roboto_condensed",
    "mono": "fontpkg_roboto_mono",
    "slab": "fontpkg_roboto_slab",
}
"""Face names -> the Python packages with their files (all under the OFL or Apache-2.0)."""

_ARABIC_PACKAGE = "fontpkg_noto_sans_arabic"
ABOVE = 0.45
"""Space above the capitals in a mask, in cap heights, for accents and the Й's breve."""
BELOW = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """How to letter: a name of `FACES` or `stroke`, and its weight, width, slant and spacing."""

    name: str
    weight: int = 500
    """100–900 for outline faces; for strokes it sets the pen's thickness."""
    stretch: float = 1.0
    """Width of the characters, 1 = as designed."""
    tracking: float = 0.0
    """Extra space between characters, in cap heights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lettered:
    """One run of text as a mask, 0–1, and the bounding box of its ink."""

    mask: Plane = field(repr=False, compare=False)
    left: float
    right: float
    top: float
    bottom: float
    """The ink's box; the cap line is at `ABOVE` cap heights, the baseline one below it."""


def letter(
    text: str, face: Face, height: float, *, rng: np.random.Generator, jitter: float = 0.0
) -> Lettered:
    """Draw one line of text.

    Args:
        text: what to draw; any script for which a face is installed.
        face: how to draw it; characters missing in the face are drawn in another one.
        height: height of a capital, in pixels.
        rng: the source of the jitter.
        jitter: random offset of single characters (hand punches), in cap heights.
    """
    if face.name == "stroke" and strokes.can_draw(text):
        mask = _stroked(text, face, height, rng=rng, jitter=jitter)
    elif _is_arabic(text):
        mask = _outlined(text, _arabic_font(face.weight, height), height)
    elif any(ord(char) > 0x2E80 for char in text):
        mask = _ideographic(text, height, face.weight)
    elif jitter > 0:
        mask = _punched(text, face, height, rng=rng, jitter=jitter)
    else:
        mask = _outlined(text, _face_font(face, height), height, face.tracking)
    if face.stretch != 1.0 and face.name != "stroke":
        width = max(2, round(mask.shape[1] * face.stretch))
        size = (width, mask.shape[0])
        mask = np.asarray(cv2.resize(mask, size, interpolation=cv2.INTER_AREA), np.float32)
    return _boxed(mask)


def _boxed(mask: Plane) -> Lettered:
    columns = np.flatnonzero(mask.max(axis=0) > 0.3)
    rows = np.flatnonzero(mask.max(axis=1) > 0.3)
    if not len(columns):
        return Lettered(mask=mask, left=0, right=mask.shape[1], top=0, bottom=mask.shape[0])
    return Lettered(
        mask=mask,
        left=float(columns[0]),
        right=float(columns[-1] + 1),
        top=float(rows[0]),
        bottom=float(rows[-1] + 1),
    )


def _is_arabic(text: str) -> bool:
    return any("\u0600" <= char <= "\u06ff" or "\ufb50" <= char <= "\ufeff" for char in text)


def _face_font(face: Face, height: float) -> ImageFont.FreeTypeFont:
    name = face.name if face.name in FACES else "sans"
    return _font(FACES[name], face.weight, max(4, round(height * 4)))


def _arabic_font(weight: int, height: float) -> ImageFont.FreeTypeFont:
    return _font(_ARABIC_PACKAGE, weight, max(4, round(height * 4)))


@lru_cache(maxsize=96)
def _font(package: str, weight: int, quarter_pixels: int) -> ImageFont.FreeTypeFont:
    """The upright face of a font package at a cap height given in quarters of a pixel."""
    path = _font_file(package)
    cap = quarter_pixels / 4
    probe = ImageFont.truetype(str(path), 200)
    _set_weight(probe, weight)
    box = probe.getbbox("H" if package != _ARABIC_PACKAGE else "ا", anchor="ls")
    font = ImageFont.truetype(str(path), 200 * cap / max(1.0, float(-box[1])))
    _set_weight(font, weight)
    return font


@lru_cache(maxsize=16)
def _font_file(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise RendererError(
            f"The font package {package.replace('_', '-')} is not installed.",
            "Install the project's requirements-core.txt.",
        )
    files = sorted(Path(spec.origin).parent.glob("files/*.ttf"))
    return next(path for path in files if "Italic" not in path.name)


def _set_weight(font: ImageFont.FreeTypeFont, weight: int) -> None:
    axes = font.get_variation_axes()
    values = []
    for axis in axes:
        name = axis["name"]
        label = name.decode() if isinstance(name, bytes) else str(name)
        low, high = float(axis["minimum"] or 0), float(axis["maximum"] or 0)
        wanted = float(weight) if label.lower() == "weight" else float(axis["default"] or 0)
        values.append(min(max(wanted, low), high))
    font.set_variation_by_axes(values)


def _outlined(
    text: str, font: ImageFont.FreeTypeFont, height: float, tracking: float = 0.0
) -> Plane:
    pad = max(2, round(height * 0.25))
    rows = round(height * (1 + ABOVE + BELOW))
    baseline = round(height * (1 + ABOVE))
    gap = tracking * height
    width = round(font.getlength(text) + gap * len(text)) + 2 * pad
    canvas = Image.new("L", (max(width, 4), max(rows, 4)), 0)
    draw = ImageDraw.Draw(canvas)
    if gap and not _is_arabic(text):
        x = float(pad)
        for char in text:
            draw.text((x, baseline), char, fill=255, font=font, anchor="ls")
            x += font.getlength(char) + gap
    else:
        draw.text((pad, baseline), text, fill=255, font=font, anchor="ls")
    return np.asarray(canvas, np.float32) / np.float32(255)


def _punched(
    text: str, face: Face, height: float, *, rng: np.random.Generator, jitter: float
) -> Plane:
    """Place each character separately, slightly shifted and rotated, like hand punches."""
    font = _face_font(face, height)
    pad = max(2, round(height * 0.4))
    rows = round(height * (1 + ABOVE + BELOW))
    gap = (0.12 + face.tracking) * height
    width = round(font.getlength(text) + gap * len(text)) + 2 * pad
    sheet = np.zeros((rows, width), np.float32)
    x = float(pad)
    for char in text:
        glyph = _outlined(char, font, height)
        turn = float(rng.normal(0, jitter * 30))
        shift = rng.normal(0, jitter * height, 2)
        matrix = cv2.getRotationMatrix2D((glyph.shape[1] / 2, rows / 2), turn, 1.0)
        matrix[:, 2] += (x - max(2, round(height * 0.25)) + shift[0], shift[1])
        placed = cv2.warpAffine(glyph, matrix, (width, rows))
        np.maximum(sheet, placed * np.float32(rng.uniform(0.8, 1.0)), out=sheet)
        x += font.getlength(char) + gap
    return sheet


def _ideographic(text: str, height: float, weight: int) -> Plane:
    """Chinese text, in the universal face that ships with OpenCV."""
    size = max(6, round(height * 1.35))
    face = cv2.FontFace("uni")
    rows = round(height * (1 + ABOVE + BELOW))
    canvas = np.zeros((rows, round(size * (len(text) + 1)), 3), np.uint8)
    at = (max(2, round(height * 0.25)), round(height * (1 + ABOVE)))
    cv2.putText(canvas, text, at, (255, 255, 255), face, size, weight)
    used = np.flatnonzero(canvas[..., 0].max(axis=0))
    stop = int(used[-1]) + at[0] if len(used) else canvas.shape[1]
    return canvas[:, :stop, 0].astype(np.float32) / np.float32(255)


def _stroked(
    text: str, face: Face, height: float, *, rng: np.random.Generator, jitter: float
) -> Plane:
    unit = height / strokes.GRID_HEIGHT
    across = unit * 0.85 * face.stretch
    pad = height * 0.3
    length = sum(strokes.glyph_advance(c) * across + face.tracking * height for c in text)
    sheet = np.zeros((round(height * (1 + ABOVE + BELOW)), round(length + 2 * pad)), np.uint8)
    pen = max(1, round(height * face.weight / 4200))
    x = pad
    for char in text:
        lift = rng.normal(0, jitter * height) if jitter else 0.0
        for stroke in strokes.glyph_strokes(char):
            points = stroke * (across, unit) + (x, ABOVE * height + lift)
            fixed = np.round(points * 16).astype(np.int32)
            cv2.polylines(
                sheet,
                [fixed],
                isClosed=False,
                color=255,
                thickness=pen,
                lineType=cv2.LINE_AA,
                shift=4,
            )
        x += strokes.glyph_advance(char) * across + face.tracking * height
    return sheet.astype(np.float32) / np.float32(255)


def peened(text: str, face: Face, height: float, *, rng: np.random.Generator) -> Lettered:
    """Draw a line of text as dot peening: a row of dots along each stroke."""
    unit = height / strokes.GRID_HEIGHT
    across = unit * 0.85 * face.stretch
    pad = height * 0.3
    length = sum(strokes.glyph_advance(c) * across + face.tracking * height for c in text)
    sheet = np.zeros((round(height * (1 + ABOVE + BELOW)), round(length + 2 * pad)), np.uint8)
    pitch, radius = height / 8.5, max(0.7, height * face.weight / 8500)
    x = pad
    for char in text:
        for stroke in strokes.glyph_strokes(char):
            for dot in _along(stroke * (across, unit) + (x, ABOVE * height), pitch):
                centre = np.round((dot + rng.normal(0, pitch * 0.07, 2)) * 16).astype(int)
                size = round(radius * 16 * rng.uniform(0.85, 1.1))
                where = (int(centre[0]), int(centre[1]))
                cv2.circle(sheet, where, size, 255, -1, cv2.LINE_AA, 4)
        x += strokes.glyph_advance(char) * across + face.tracking * height
    return _boxed(sheet.astype(np.float32) / np.float32(255))


def _along(points: strokes.Polyline, pitch: float) -> strokes.Polyline:
    """Points at equal steps along a polyline, including both ends."""
    steps = np.hypot(*np.diff(points, axis=0).T)
    walked = np.concatenate([[0.0], np.cumsum(steps)])
    at = np.linspace(0, walked[-1], max(2, round(float(walked[-1]) / pitch) + 1))
    return np.stack([np.interp(at, walked, points[:, k]) for k in (0, 1)], axis=1)
