"""The plates on which the weight is tested: serials, seeds, number of exposures.

Serials are a prefix and seven digits, drawn evenly from ten million. A catalog of 1,000, 10,000,
100,000 or 1,000,000 units is the block of all numbers that begin like the plate's own with six,
five, four or three fixed digits, of which 80 % are catalogued: dense neighbours at every size, the
plate's own unit among them or not. The same readings are used at every size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.rendered import SeenPlate, see_plates

if TYPE_CHECKING:
    from renderer.types import Severity
    from vision.ocr.engine import TextEngine

PREFIX = "WX"
DIGITS = 7
CHUNK = 100
"""Plates cached together, so that a long run can be resumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateSet:
    """One set of plates of one severity; seeds count up from `first_seed`."""

    name: str
    severity: Severity
    exposures: int
    plates: int
    first_seed: int


CALIBRATION = (
    PlateSet(name="mild, 3 looks", severity="mild", exposures=3, plates=400, first_seed=7_000_000),
    PlateSet(name="hard, 3 looks", severity="hard", exposures=3, plates=200, first_seed=5_100_000),
)

TEST = (
    PlateSet(name="mild, 3 looks", severity="mild", exposures=3, plates=7800, first_seed=8_500_000),
    PlateSet(
        name="clean, 1 look", severity="clean", exposures=1, plates=18000, first_seed=9_000_000
    ),
    PlateSet(name="hard, 3 looks", severity="hard", exposures=3, plates=900, first_seed=8_100_000),
)
"""Seeds that were not used to choose any rule. Earlier tests, from 7,000,000, 8,000,000 and
8,200,000, have since helped to choose one. `--most` uses only the first ones.
"""


def serials_of(plates: PlateSet) -> tuple[str, ...]:
    """Draw the true serials of a set, as lettered on the plates."""
    rng = np.random.default_rng(plates.first_seed)
    return tuple(f"{PREFIX}-{n:0{DIGITS}d}" for n in rng.integers(1, 10**DIGITS, plates.plates))


def chunks_of(plates: PlateSet, *, most: int | None = None) -> range:
    """Return where each chunk of a set begins."""
    return range(0, min(plates.plates, most or plates.plates), CHUNK)


def seen(
    plates: PlateSet, start: int, engine: TextEngine, *, most: int | None = None
) -> tuple[SeenPlate, ...]:
    """Render and read one chunk of a set, or load it from the cache."""
    return see_plates(
        serials_of(plates)[:most][start : start + CHUNK],
        severity=plates.severity,
        first_seed=plates.first_seed + start,
        exposures=plates.exposures,
        engine=engine,
        stacks=(plates.exposures,) if plates.exposures > 1 else (),
    )
