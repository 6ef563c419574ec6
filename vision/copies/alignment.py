"""Fit an affine map between two pictures and measure how exactly it holds.

A copy is derived from the pixels of its original by cropping, scaling, rotating or mirroring. All
of these are affine, and the map holds everywhere to a fraction of a pixel. A second exposure, even
of a flat label from nearly the same position, differs by perspective, depth and lighting, which
leave displacements of several pixels. So an affine map is fitted, and its residual is measured
block by block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

from vision.copies.features import MIRROR_ORDER

if TYPE_CHECKING:
    from vision.copies.features import Features, Grey

Affine = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

RATIO: Final = 0.8
"""Lowe's ratio: a match counts if its distance is below this share of the second best."""
FIT_PIXELS: Final = 3.0
"""RANSAC tolerance in pixels of the working picture."""
_ITERATIONS: Final = 2000
_CONFIDENCE: Final = 0.999
LARGEST_SCALING: Final = 25.0
LARGEST_STRETCH: Final = 3.0
"""Largest change of aspect ratio in a copy; a map with more is an accident."""
REFINED: Final = 0.03
"""Pixels; a correction that moves points less than this is not worth another iteration."""
_ROUNDS: Final = 3
TEXTURE: Final = 6.0
"""Minimum standard deviation (grey levels) of a block that can be compared."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Alignment:
    """An affine map from working picture a to b, and its support."""

    affine: Affine
    mirrored: bool
    matches: int
    inliers: int

    @property
    def scaling(self) -> float:
        """Scale factor from a to b."""
        return float(np.sqrt(abs(np.linalg.det(self.affine[:, :2]))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """The residual between two pictures after alignment.

    `blocks` with texture were compared; `likeness` is their median normalised correlation (−1–1),
    `alike` the share of them above 0.9; `displacement` is the median shift that no affine map
    removes, in pixels of the picture whose diagonal has `diagonal` pixels; `cover_a` and `cover_b`
    are the shares of each frame covered by the other. `affine` is the refined map from a to b.
    """

    affine: Affine
    blocks: int
    likeness: float
    alike: float
    displacement: float
    diagonal: float
    cover_a: float
    cover_b: float


def match(a: Features, b: Features, *, mirrored: bool) -> npt.NDArray[np.intp]:
    """Match features of a to features of b, (n, 2); each feature of b at most once."""
    left = a.descriptors[:, MIRROR_ORDER] if mirrored else a.descriptors
    if len(left) < 2 or len(b.descriptors) < 2:
        return np.zeros((0, 2), np.intp)
    similarity = left @ b.descriptors.T
    best = np.argmax(similarity, axis=1)
    rows = np.arange(len(left))
    first = similarity[rows, best]
    similarity[rows, best] = -1.0
    second = similarity.max(axis=1)
    # descriptors have length 1, so the squared distance is 2 - 2 × similarity
    clear = (1.0 - first) < RATIO**2 * (1.0 - second)
    order = rows[clear][np.argsort(-first[clear], kind="stable")]
    _, once = np.unique(best[order], return_index=True)
    kept = order[np.sort(once)]
    return np.stack([kept, best[kept]], axis=1)


def align(a: Features, b: Features) -> Alignment | None:
    """Fit the affine map that most matches support, of the picture or of its mirror image."""
    found = [_fit(a, b, mirrored=mirrored) for mirrored in (False, True)]
    return max((one for one in found if one is not None), key=lambda one: one.inliers, default=None)


def _fit(a: Features, b: Features, *, mirrored: bool) -> Alignment | None:
    """Fit one handedness; None if no matches agree or the map is implausible."""
    pairs = match(a, b, mirrored=mirrored)
    if len(pairs) < 4:
        return None
    cv2.setRNGSeed(1)  # makes the result deterministic
    affine, inside = cv2.estimateAffine2D(
        a.points[pairs[:, 0]],
        b.points[pairs[:, 1]],
        method=cv2.RANSAC,
        ransacReprojThreshold=FIT_PIXELS,
        maxIters=_ITERATIONS,
        confidence=_CONFIDENCE,
    )
    fitted = np.asarray(affine, np.float64)  # no array shape if nothing was found
    if fitted.shape != (2, 3) or not _plausible(fitted, mirrored=mirrored):
        return None
    return Alignment(
        affine=fitted,
        mirrored=mirrored,
        matches=len(pairs),
        inliers=int(np.count_nonzero(inside)),
    )


def _plausible(affine: Affine, *, mirrored: bool) -> bool:
    """Whether a person could have made such a copy."""
    if not np.isfinite(affine).all():
        return False
    long, short = np.linalg.svd(affine[:, :2])[1]
    if short * LARGEST_SCALING < 1.0 or long > LARGEST_SCALING or long > LARGEST_STRETCH * short:
        return False
    return bool((np.linalg.det(affine[:, :2]) < 0) == mirrored)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Measured:
    """Block-by-block comparison of two aligned pictures.

    `correction` (2, 3) is the affine map to be added to a point's position to reach the place where
    its surroundings are found in the other picture; `moves` is the mean length of that step in
    pixels, and `displacement` what remains after it.
    """

    blocks: int
    likeness: float
    alike: float
    displacement: float
    correction: Affine
    moves: float


def residual(a: Grey, b: Grey, affine: Affine) -> Residual | None:
    """Warp a onto b (or b onto a, whichever shrinks), refine the map, and measure the residual.

    None if the overlap is too small or too smooth to be compared.
    """
    shrinking = abs(np.linalg.det(affine[:, :2])) <= 1.0
    source, target = (a, b) if shrinking else (b, a)
    towards = affine if shrinking else np.asarray(cv2.invertAffineTransform(affine), np.float64)
    best: tuple[_Measured, Affine, float, float] | None = None
    for _ in range(_ROUNDS):
        laid, covered = _warp(source, target.shape, towards)
        window = _bounds(covered)
        if window is None:
            break
        found = _measure(laid[window], target[window], covered[window])
        if found is None or (best is not None and found.likeness < best[0].likeness):
            break
        diagonal = float(np.hypot(*laid[window].shape))
        best = found, towards, float(covered.mean()), diagonal
        if found.moves < REFINED:
            break
        towards = _corrected(towards, found.correction, window)
    if best is None:
        return None
    found, towards, cover_target, diagonal = best
    cover_source = _share_inside(source.shape, target.shape, towards)
    covers = (cover_source, cover_target) if shrinking else (cover_target, cover_source)
    back = towards if shrinking else np.asarray(cv2.invertAffineTransform(towards), np.float64)
    return Residual(
        affine=back,
        blocks=found.blocks,
        likeness=found.likeness,
        alike=found.alike,
        displacement=found.displacement,
        diagonal=diagonal,
        cover_a=covers[0],
        cover_b=covers[1],
    )


def _corrected(towards: Affine, correction: Affine, window: tuple[slice, slice]) -> Affine:
    """Compose the map with a correction measured inside a window of the target."""
    corner = np.array([window[1].start, window[0].start], np.float64)
    linear = np.eye(2) + correction[:, :2]
    moved = correction[:, 2] - correction[:, :2] @ corner
    return np.column_stack([linear @ towards[:, :2], linear @ towards[:, 2] + moved])


def _warp(source: Grey, shape: tuple[int, ...], towards: Affine) -> tuple[Grey, Mask]:
    """Warp the source into the frame of the target, blurred according to how much it shrinks."""
    shrink = float(np.sqrt(abs(np.linalg.det(towards[:, :2]))))
    if shrink < 0.8:
        sigma = 0.5 * float(np.sqrt(1.0 / shrink**2 - 1.0))
        source = np.asarray(cv2.GaussianBlur(source, (0, 0), sigma), np.uint8)
    size = (shape[1], shape[0])
    laid = cv2.warpAffine(source, towards, size, flags=cv2.INTER_LINEAR)
    full = np.full(source.shape[:2], 255, np.uint8)
    mask = cv2.warpAffine(full, towards, size, flags=cv2.INTER_NEAREST)
    return np.asarray(laid, np.uint8), mask > 0


def _share_inside(source: tuple[int, ...], target: tuple[int, ...], towards: Affine) -> float:
    """Share of the source's frame that falls inside the target's, on a grid of points."""
    y, x = np.mgrid[0:32, 0:32] + 0.5
    points = np.stack([x.ravel() * source[1] / 32, y.ravel() * source[0] / 32, np.ones(1024)])
    landed = towards @ points
    inside = (landed >= 0).all(axis=0) & (landed[0] < target[1]) & (landed[1] < target[0])
    return float(inside.mean())


def _bounds(mask: Mask) -> tuple[slice, slice] | None:
    """The bounding box of the overlap; None if there is hardly any."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if len(rows) < 24 or len(columns) < 24:
        return None
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)


def _measure(u: Grey, v: Grey, mask: Mask) -> _Measured | None:
    """Compare two pictures block by block; None if too few blocks have texture."""
    side = max(12, round(max(u.shape) / 16)) | 1
    one = cv2.GaussianBlur(u, (0, 0), 1.0).astype(np.float32)
    two = cv2.GaussianBlur(v, (0, 0), 1.0).astype(np.float32)
    mean_1, mean_2 = _box(one, side), _box(two, side)
    var_1 = np.maximum(_box(one * one, side) - mean_1**2, 0.0)
    var_2 = np.maximum(_box(two * two, side) - mean_2**2, 0.0)
    both = _box(one * two, side) - mean_1 * mean_2
    inside = cv2.erode(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    grid = np.ix_(range(side // 2, u.shape[0], side // 2), range(side // 2, u.shape[1], side // 2))
    textured = inside[grid] & (np.maximum(var_1, var_2)[grid] > TEXTURE**2)
    if np.count_nonzero(textured) < 6:
        return None
    likeness = (both / np.sqrt(np.maximum(var_1 * var_2, 1.0)))[grid][textured]
    flow = _flow(_flattened(one, mean_1, var_1), _flattened(two, mean_2, var_2))[grid][textured]
    rows, columns = np.nonzero(textured)
    points = np.column_stack([columns, rows]).astype(np.float64) * (side // 2) + side // 2
    contrast = np.sqrt(np.minimum(var_1, var_2)[grid][textured]).astype(np.float64)
    correction, remaining = _affine_part(points, flow.astype(np.float64), contrast)
    moves = np.hypot(*(points @ correction[:, :2].T + correction[:, 2]).T)
    return _Measured(
        blocks=int(np.count_nonzero(textured)),
        likeness=float(np.median(likeness)),
        alike=float(np.mean(likeness > 0.9)),
        displacement=float(np.median(remaining)),
        correction=correction,
        moves=float(np.mean(moves)),
    )


def _affine_part(
    points: npt.NDArray[np.float64], flow: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]
) -> tuple[Affine, npt.NDArray[np.float64]]:
    """Split a flow into its affine part, (2, 3), and the residual at each point.

    Least squares, reweighted four times so that outliers count little (Huber 1964).
    """
    middle, span = points.mean(axis=0), max(1.0, float(np.ptp(points)))
    known = np.column_stack([(points - middle) / span, np.ones(len(points))])
    current = weights + 1e-3
    for _ in range(4):
        root = np.sqrt(current)[:, None]
        solved = np.linalg.lstsq(known * root, flow * root, rcond=None)[0]
        remaining = np.hypot(*(flow - known @ solved).T)
        limit = 1.5 * float(np.median(remaining)) + 1e-3
        current = (weights + 1e-3) / np.maximum(1.0, remaining / limit)
    linear = solved[:2].T / span
    return np.column_stack([linear, solved[2] - linear @ middle]), remaining


def _box(values: npt.NDArray[np.float32], side: int) -> npt.NDArray[np.float32]:
    """Box mean around each pixel."""
    mean = cv2.boxFilter(values, -1, (side, side), borderType=cv2.BORDER_REFLECT)
    return np.asarray(mean, np.float32)


def _flattened(
    values: npt.NDArray[np.float32],
    mean: npt.NDArray[np.float32],
    variance: npt.NDArray[np.float32],
) -> Grey:
    """Normalise brightness and contrast, so that only structure is followed."""
    flat = 128.0 + 40.0 * (values - mean) / np.sqrt(np.maximum(variance, 9.0))
    return np.asarray(np.clip(flat, 0, 255), np.uint8)


def _flow(u: Grey, v: Grey) -> npt.NDArray[np.float32]:
    """Dense displacement between two pictures (DIS, Kroeger 2016), in pixels."""
    start = np.zeros((*u.shape, 2), np.float32)
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST).calc(u, v, start)
    return np.asarray(flow, np.float32)
