"""Detect plates in a photo: lines of text that are close together and parallel."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from vision.media.rectify import side_lengths
from vision.plate.layout import common_direction, direction
from vision.types import PlateRegion

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vision.types import Point, Quad

NEAR = 2.2
"""Lines belong together if the gap between them is less than this many letter heights."""

SAME_WAY = math.radians(20)
MARGIN = 0.6
"""Margin of a region around its outermost lines, in letter heights."""


def find_plates(quads: Sequence[Quad], photo_id: str) -> tuple[tuple[PlateRegion, list[int]], ...]:
    """Group lines into regions: each region with the indices of its lines, best first.

    A region's confidence is how plate-like it looks: 0.5 for a single line, approaching 1 with
    every further line.
    """
    groups = _groups(quads)
    groups.sort(key=lambda group: -_weight([quads[at] for at in group]))
    return tuple(
        (
            PlateRegion(
                region_id=f"R{number}",
                photo_id=photo_id,
                corners=outline([quads[at] for at in group]),
                confidence=1.0 - 0.5 ** len(group),
            ),
            group,
        )
        for number, group in enumerate(groups, start=1)
    )


def outline(quads: Sequence[Quad]) -> Quad:
    """Corners of the smallest rectangle along the text that contains all lines, with a margin."""
    angle = common_direction(quads)
    along = np.array([math.cos(angle), math.sin(angle)])
    down = np.array([-math.sin(angle), math.cos(angle)])
    points = np.array([point for quad in quads for point in quad], dtype=np.float64)
    margin = MARGIN * float(np.median([side_lengths(quad)[1] for quad in quads]))
    xs, ys = points @ along, points @ down
    left, right = xs.min() - margin, xs.max() + margin
    top, bottom = ys.min() - margin, ys.max() + margin

    def corner(x: float, y: float) -> Point:
        spot = x * along + y * down
        return (float(spot[0]), float(spot[1]))

    return (corner(left, top), corner(right, top), corner(right, bottom), corner(left, bottom))


def _weight(quads: Sequence[Quad]) -> float:
    return float(sum(math.sqrt(max(w * h, 1.0)) for w, h in map(side_lengths, quads)))


def _groups(quads: Sequence[Quad]) -> list[list[int]]:
    parent = list(range(len(quads)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for a, b in _near(quads):
        if root(a) != root(b) and _together(quads[a], quads[b]):
            parent[root(a)] = root(b)
    groups: dict[int, list[int]] = {}
    for at in range(len(quads)):
        groups.setdefault(root(at), []).append(at)
    return list(groups.values())


def _near(quads: Sequence[Quad]) -> list[tuple[int, int]]:
    """List the pairs of lines that are near enough for a closer check."""
    if len(quads) < 2:
        return []
    points = np.asarray(quads, dtype=np.float64)
    centres = points.mean(axis=1)
    reach = np.linalg.norm(points - centres[:, None], axis=2).max(axis=1)
    tall = np.linalg.norm(points[:, 3] - points[:, 0], axis=1)
    tall = np.maximum(tall, np.linalg.norm(points[:, 2] - points[:, 1], axis=1))
    apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    room = reach[:, None] + reach[None] + 2.0 * NEAR * np.maximum(tall[:, None], tall[None])
    first, second = np.nonzero(np.tril(apart <= room, k=-1))
    return list(zip(first.tolist(), second.tolist(), strict=True))


def _together(a: Quad, b: Quad) -> bool:
    """Whether two lines belong to one plate: parallel, similar size, little between them."""
    turn = abs(direction(a) - direction(b)) % (2 * math.pi)
    if min(turn, 2 * math.pi - turn) > SAME_WAY:
        return False
    tall_a, tall_b = side_lengths(a)[1], side_lengths(b)[1]
    if max(tall_a, tall_b) > 4 * min(tall_a, tall_b):
        return False
    angle = common_direction([a, b])
    along = np.array([math.cos(angle), math.sin(angle)])
    down = np.array([-math.sin(angle), math.cos(angle)])
    p, q = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    height = max(tall_a, tall_b)
    apart_along = _gap(p @ along, q @ along)
    apart_down = _gap(p @ down, q @ down)
    return apart_along <= NEAR * 1.6 * height and apart_down <= NEAR * height * 0.8


def _gap(a: npt.NDArray[np.float64], b: npt.NDArray[np.float64]) -> float:
    return float(max(a.min() - b.max(), b.min() - a.max(), 0.0))
