"""Lines gathered into plates, and cut out flat."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.unit.vision.drawn import plate
from tests.unit.vision.lines import text_line
from vision.media.rectify import (
    crop_quad,
    crop_region,
    frame,
    map_to_photo,
    side_lengths,
    turn_quad,
)
from vision.plate.detect import find_plates, outline
from vision.plate.layout import rows_of

if TYPE_CHECKING:
    from vision.types import Quad


def box(x: float, y: float, width: float, height: float, turn: float = 0.0) -> Quad:
    c, s = math.cos(turn), math.sin(turn)

    def spot(px: float, py: float) -> tuple[float, float]:
        return (x + px * c - py * s, y + px * s + py * c)

    return (spot(0, 0), spot(width, 0), spot(width, height), spot(0, height))


def test_lines_that_stand_together_are_one_plate_and_far_ones_are_not() -> None:
    near = [box(100, 100 + 45 * n, 300, 30) for n in range(4)]
    far = [box(2000, 1500, 300, 30), box(2000, 1545, 200, 30)]
    found = find_plates([*near, *far], "p")
    assert [members for _, members in found] == [[0, 1, 2, 3], [4, 5]]
    assert [region.region_id for region, _ in found] == ["R1", "R2"]
    assert found[0][0].confidence > found[1][0].confidence


@pytest.mark.parametrize("turn", [math.pi / 2, math.pi, 0.6])
def test_lines_that_run_another_way_are_another_plate(turn: float) -> None:
    found = find_plates([box(100, 100, 300, 30), box(150, 150, 300, 30, turn)], "p")
    assert len(found) == 2


def test_an_outline_holds_its_lines_and_follows_their_slant() -> None:
    quads = [box(100 - 15 * n, 100 + 45 * n, 300, 30, 0.3) for n in range(3)]
    corners = np.asarray(outline(quads))
    edge = corners[1] - corners[0]
    assert math.atan2(edge[1], edge[0]) == pytest.approx(0.3, abs=0.02)
    width, height = side_lengths(outline(quads))
    assert width >= 300
    assert height >= 120


@pytest.mark.parametrize("turn", [0.0, 0.4, math.pi / 2, math.pi])
def test_rows_come_in_reading_order_whichever_way_the_plate_stands(turn: float) -> None:
    def spot(x: float, y: float) -> tuple[float, float]:
        return x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)

    lines = []
    for name, x, y in (("d", 200, 60), ("a", 0, 0), ("c", 0, 62), ("b", 200, 3)):
        line = text_line(name, name, 0, 0, 100, 30)
        quad = tuple(spot(x + px, y + py) for px, py in ((0, 0), (100, 0), (100, 30), (0, 30)))
        lines.append(
            type(line)(**{**{f: getattr(line, f) for f in line.__slots__}, "corners": quad})
        )
    assert [row.line.line_id for row in rows_of(lines)] == ["a", "b", "c", "d"]


def test_a_crop_is_flat_and_upright_and_the_way_back_is_exact() -> None:
    photo = plate([(60, 60, "L3 WESCAM")])
    corners = box(60, 50, 300, 60, 0.1)
    flat = crop_region(photo, corners, height=90)
    assert flat.shape[0] == 90
    assert flat.shape[1] == pytest.approx(450, abs=2)
    back = map_to_photo(corners, flat)
    high, wide = flat.shape[:2]
    there = back(((0, 0), (wide, 0), (wide, high), (0, high)))
    assert np.asarray(there) == pytest.approx(np.asarray(corners), abs=0.01)


@pytest.mark.parametrize("quarter_turns", [0, 1, 2, 3])
def test_turning_the_corners_turns_the_crop(quarter_turns: int) -> None:
    rng = np.random.default_rng(2)
    pixels = rng.integers(0, 255, (20, 30, 3), dtype=np.uint8)
    turned = crop_quad(pixels, turn_quad(frame(pixels), quarter_turns))
    assert np.abs(turned.astype(int) - np.rot90(pixels, quarter_turns).astype(int)).max() <= 1


def test_a_region_beyond_the_edge_repeats_the_edge_and_none_is_endless() -> None:
    pixels = np.full((50, 60, 3), 200, dtype=np.uint8)
    assert (crop_quad(pixels, box(-40, -40, 200, 150)) == 200).all()
    assert max(crop_quad(pixels, box(0, 0, 60, 1), height=500).shape) <= 4096
