"""Calibrate confidences so that of the readings given at p, a share p is right.

The maps from raw to calibrated confidence are isotonic. They were fitted on rendered plates whose
seeds are used in no test (`python -m benchmarks.calibration --fit`), and are stored with their
provenance in `calibration.json` beside this file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from vision.errors import ReadingRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

Kind = Literal["character", "field", "fused", "stacked"]
"""*character*: one character of a value; *field*: a value from one exposure; *fused*: from several;
*stacked*: from several and their stack.
"""

KINDS: tuple[Kind, ...] = ("character", "field", "fused", "stacked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """A monotonic piecewise-linear map from raw to calibrated probability, with its provenance."""

    raw: tuple[float, ...]
    calibrated: tuple[float, ...]
    count: int
    """Number of readings it was fitted on."""
    source: str

    def __post_init__(self) -> None:
        """Reject a map that decreases, leaves 0–1, or has fewer than two points."""
        pairs = (self.raw, self.calibrated)
        if len(self.raw) != len(self.calibrated) or len(self.raw) < 2:
            raise ValueError("a calibration needs at least two points, raw and calibrated")
        for values in pairs:
            rising = all(a <= b for a, b in pairwise(values))
            if not rising or min(values) < 0 or max(values) > 1:
                raise ValueError("a calibration rises from 0 to 1 at the most")

    def __call__(self, probability: float) -> float:
        """The calibrated probability, 0–1."""
        return float(np.interp(probability, self.raw, self.calibrated))


@cache
def calibrations() -> dict[str, Calibration]:
    """Return the fitted maps that ship with the program, by kind."""
    data = json.loads(Path(__file__).with_name("calibration.json").read_text(encoding="utf-8"))
    return {kind: calibration_from_json(data[kind]) for kind in KINDS}


def calibrated(probability: float, kind: Kind) -> float:
    """Convert a raw confidence (0–1) to a calibrated one."""
    return calibrations()[kind](probability)


def calibration_from_json(data: Mapping[str, Any]) -> Calibration:
    """Load a map; raises `ReadingRefused` if the data are invalid."""
    try:
        return Calibration(
            raw=tuple(float(value) for value in data["raw"]),
            calibrated=tuple(float(value) for value in data["calibrated"]),
            count=int(data["count"]),
            source=str(data["source"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ReadingRefused(f"a calibration cannot be read: {error}") from error


def fit_isotonic(
    raw: Sequence[float], right: Sequence[bool], *, source: str, points: int = 12
) -> Calibration:
    """Fit the monotonic map closest to the outcomes (pool adjacent violators).

    Args:
        raw: confidences as given, 0–1.
        right: whether each reading was right.
        source: description of the data it was fitted on.
        points: maximum number of vertices; near 0 and 1 the map uses the shares from Laplace's
            rule, since no finite sample shows certainty.
    """
    if len(raw) != len(right) or len(raw) < 20:
        raise ValueError("a calibration is fitted on at least 20 readings, each right or wrong")
    order = np.argsort(np.asarray(raw, np.float64), kind="stable")
    values = np.asarray(raw, np.float64)[order]
    hits = np.asarray(right, np.float64)[order]
    blocks = _binned(values, hits, points)
    shares = _pooled([(total, weight) for _, total, weight in blocks])
    xs = [0.0, *(float(x) for x, _, _ in blocks), 1.0]
    ys = [shares[0], *shares, shares[-1]]
    return Calibration(
        raw=tuple(round(x, 6) for x in np.maximum.accumulate(xs)),
        calibrated=tuple(round(float(min(max(y, 0.0), 1.0)), 6) for y in ys),
        count=len(raw),
        source=source,
    )


def _binned(values: Floats, hits: Floats, points: int) -> list[tuple[float, float, float]]:
    """Bins of about equal count: mean confidence, hits (with Laplace's half), readings."""
    parts = [part for part in np.array_split(np.arange(len(values)), points) if part.size]
    return [
        (float(values[part].mean()), float(hits[part].sum()) + 0.5, part.size + 1.0)
        for part in parts
    ]


def _pooled(bins: list[tuple[float, float]]) -> list[float]:
    """Pool adjacent violators: shares that never decrease from bin to bin."""
    pools: list[tuple[float, float, int]] = []
    for hits, weight in bins:
        pools.append((hits, weight, 1))
        while len(pools) > 1 and pools[-2][0] / pools[-2][1] >= pools[-1][0] / pools[-1][1]:
            b, a = pools.pop(), pools.pop()
            pools.append((a[0] + b[0], a[1] + b[1], a[2] + b[2]))
    return [hits / weight for hits, weight, size in pools for _ in range(size)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """How far confidences were from the outcomes, bin by bin and overall (ECE)."""

    bins: tuple[tuple[float, float, int], ...]
    """Mean confidence, share right, number of readings, for each non-empty bin."""
    ece: float
    count: int


def reliability(
    confidence: Sequence[float], right: Sequence[bool], *, bins: int = 15
) -> Reliability:
    """Expected calibration error over equal-width bins (Naeini et al. 2015), with the bins."""
    sure = np.asarray(confidence, np.float64)
    hits = np.asarray(right, np.float64)
    if not sure.size or sure.size != hits.size:
        raise ValueError("reliability needs readings, each right or wrong")
    which = np.minimum((sure * bins).astype(int), bins - 1)
    found = []
    for bin_number in range(bins):
        part = which == bin_number
        if part.any():
            found.append((float(sure[part].mean()), float(hits[part].mean()), int(part.sum())))
    ece = sum(abs(a - b) * n for a, b, n in found) / sure.size
    return Reliability(bins=tuple(found), ece=float(ece), count=int(sure.size))
