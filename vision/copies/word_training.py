"""Compute the basis in which words are encoded: `python -m vision.copies.word_training`.

The principal directions of SIFT descriptors of synthetic pictures: overlapping opaque shapes of all
sizes ("dead leaves", whose statistics are close to those of photographs: Lee, Mumford and Huang
2001) and letters. No photo is used for training. Descriptors of the mirrored pictures are added, so
that each direction is either kept or reversed by mirroring.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from vision.copies.features import MIRROR_ORDER, Floats, extract

BASIS_FILE: Final = Path(__file__).with_name("word_basis.npz")
DIRECTIONS: Final = 48
_PICTURES: Final = 40
_SIDE: Final = 512
_SHAPES: Final = 900


def dead_leaves(seed: int) -> npt.NDArray[np.uint8]:
    """Draw one synthetic picture, `_SIDE` pixels square, RGB."""
    rng = np.random.default_rng(seed)
    picture = np.full((_SIDE, _SIDE), 128, np.uint8)
    for _ in range(_SHAPES):
        _draw_shape(picture, rng)
    blurred = cv2.GaussianBlur(picture, (0, 0), 0.7)
    noisy = np.clip(blurred + rng.normal(0.0, 3.0, blurred.shape), 0, 255).astype(np.uint8)
    return np.repeat(noisy[:, :, None], 3, axis=2)


def _draw_shape(picture: npt.NDArray[np.uint8], rng: np.random.Generator) -> None:
    """Draw a disc, a bar, a triangle or a letter; small ones are the most frequent."""
    radius = int(min(_SIDE / 4, 4.0 / (float(rng.random()) ** 0.5 + 0.02)))
    x, y = (int(value) for value in rng.integers(0, _SIDE, 2))
    level = int(rng.integers(10, 245))
    kind = int(rng.integers(0, 4))
    if kind == 0:
        cv2.circle(picture, (x, y), radius, level, -1, cv2.LINE_AA)
    elif kind == 1:
        size = (2.0 * radius, radius * (0.3 + float(rng.random())))
        bar = cv2.boxPoints(((float(x), float(y)), size, float(rng.random()) * 360.0))
        cv2.fillPoly(picture, [bar.astype(np.int32)], level, cv2.LINE_AA)
    elif kind == 2:
        corners = np.array([x, y]) + rng.normal(0.0, radius, (3, 2))
        cv2.fillPoly(picture, [corners.astype(np.int32)], level, cv2.LINE_AA)
    else:
        letter = chr(int(rng.integers(ord("0"), ord("Z") + 1)))
        face, thick = cv2.FONT_HERSHEY_SIMPLEX, max(1, radius // 8)
        cv2.putText(picture, letter, (x, y), face, radius / 12, level, thick, cv2.LINE_AA)


def train() -> tuple[Floats, Floats]:
    """Return the mean descriptor (128,) and the first directions (128, `DIRECTIONS`)."""
    seen = np.concatenate([extract(dead_leaves(seed)).descriptors for seed in range(_PICTURES)])
    both = np.concatenate([seen, seen[:, MIRROR_ORDER]]).astype(np.float64)
    mean = both.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov((both - mean).T))
    directions = vectors[:, ::-1][:, :DIRECTIONS]
    # the sign of an eigenvector is arbitrary: make the largest value positive
    largest = np.abs(directions).argmax(axis=0)
    directions = directions * np.sign(directions[largest, np.arange(DIRECTIONS)])
    return mean.astype(np.float32), directions.astype(np.float32)


def main() -> None:
    """Write the basis beside this module."""
    mean, directions = train()
    np.savez(BASIS_FILE, mean=mean, directions=directions)


if __name__ == "__main__":
    main()
