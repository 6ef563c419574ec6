"""Random textures: smooth noise at any grain, brushed grain, speckle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from renderer.types import Plane


def noise(
    shape: tuple[int, int], grain: float, rng: np.random.Generator, *, stretch: float = 1.0
) -> Plane:
    """Smooth noise, mean about 0 and spread about 1.

    Args:
        shape: height and width in pixels.
        grain: size of a blob in pixels.
        rng: the source.
        stretch: length of a blob relative to its height (brushed metal: 50 and more).
    """
    rows = max(2, round(shape[0] / grain) + 2)
    columns = max(2, round(shape[1] / (grain * stretch)) + 2)
    small = rng.standard_normal((rows, columns), dtype=np.float32)
    if grain <= 1.0 and stretch <= 1.0:
        return small[: shape[0], : shape[1]]
    return np.asarray(
        cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32
    )


def clouds(
    shape: tuple[int, int], grain: float, rng: np.random.Generator, *, octaves: int = 4
) -> Plane:
    """Noise on several scales, each half the size and half the strength; spread about 1.

    Built from coarse to fine, each scale at its own size, so that fine grain costs little.
    """
    total = np.zeros((2, 2), np.float32)
    strength = 1.0
    for _ in range(octaves):
        cell = max(grain, 1.5)
        size = (max(3, round(shape[1] / cell) + 2), max(3, round(shape[0] / cell) + 2))
        total = np.asarray(cv2.resize(total, size, interpolation=cv2.INTER_CUBIC), np.float32)
        total = total + np.float32(strength) * rng.standard_normal(total.shape, dtype=np.float32)
        grain, strength = grain / 2, strength * 0.55
    full = cv2.resize(total, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(full / np.float32(1.2), np.float32)


def ramp(values: Plane, low: float, high: float) -> Plane:
    """Map values linearly so that `low` becomes 0 and `high` 1, cut to that range."""
    return np.asarray(np.clip((values - low) / (high - low), 0, 1), np.float32)
