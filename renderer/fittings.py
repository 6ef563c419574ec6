"""The outline and the fasteners of a plate: rounded corners, rivets, screws."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer.surface import Surface

if TYPE_CHECKING:
    from renderer.types import Ground, Plane

_LABELS: tuple[Ground, ...] = ("white_label", "yellow_label", "paper")


def fasten(
    surface: Surface, ground: Ground, cap: float, rng: np.random.Generator
) -> tuple[Surface, Plane]:
    """Round the corners of a plate and rivet it down; labels are glued and get no rivets.

    Returns the surface and its cover (0–1: where there is plate at all).
    """
    rows, columns = surface.relief.shape
    radius = cap * float(rng.uniform(0.05, 0.7))
    cover = _rounded(rows, columns, radius)
    if ground in _LABELS or rng.random() < 0.3:
        return surface, cover
    return _riveted(surface, cap, rng), cover


def _rounded(rows: int, columns: int, radius: float) -> Plane:
    """A rectangle with round corners, by its signed distance."""
    y = np.abs(np.arange(rows, dtype=np.float32) - (rows - 1) / 2) - (rows / 2 - radius)
    x = np.abs(np.arange(columns, dtype=np.float32) - (columns - 1) / 2) - (columns / 2 - radius)
    outside = np.hypot(np.maximum(x, 0)[None, :], np.maximum(y, 0)[:, None])
    return np.asarray(np.clip(radius - outside + 0.5, 0, 1), np.float32)


def _riveted(surface: Surface, cap: float, rng: np.random.Generator) -> Surface:
    rows, columns = surface.relief.shape
    albedo, relief = surface.albedo.copy(), surface.relief.copy()
    size = cap * float(rng.uniform(0.22, 0.34))
    inset = size * 1.5
    tone = float(rng.uniform(0.3, 0.65))
    slotted = rng.random() < 0.4
    for x in (inset, columns - 1 - inset):
        for y in (inset, rows - 1 - inset):
            at = (round(x), round(y))
            mask = np.zeros((rows, columns), np.uint8)
            cv2.circle(mask, at, round(size), 255, -1, cv2.LINE_AA)
            x0, x1 = max(at[0] - 30, 0), min(at[0] + 31, columns)
            y0, y1 = max(at[1] - 30, 0), min(at[1] + 31, rows)
            share = mask[y0:y1, x0:x1].astype(np.float32) / np.float32(255)
            dome = np.asarray(cv2.GaussianBlur(share, (0, 0), size * 0.35), np.float32)
            part = albedo[y0:y1, x0:x1]
            part *= 1 - 0.5 * (dome * (1 - share))[..., None]
            part *= 1 - share[..., None]
            part += (tone * share)[..., None]
            if slotted:
                turn = float(rng.uniform(0, np.pi))
                reach = np.array([np.cos(turn), np.sin(turn)]) * size * 0.8
                ends = np.round(np.array([at, at]) + np.stack([-reach, reach])).astype(int)
                a, b = (int(ends[0][0]), int(ends[0][1])), (int(ends[1][0]), int(ends[1][1]))
                cv2.line(albedo, a, b, (0.06, 0.06, 0.06), max(1, round(size * 0.3)), cv2.LINE_AA)
            relief[y0:y1, x0:x1] += np.float32(size * 0.6) * dome
    return Surface(albedo=albedo, relief=relief, gloss=surface.gloss, bare=surface.bare)
