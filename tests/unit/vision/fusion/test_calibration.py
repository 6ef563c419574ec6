"""Calibration: rising maps, honest at the ends, measured by ECE."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.errors import ReadingRefused
from vision.fusion.calibration import (
    KINDS,
    Calibration,
    calibrated,
    calibration_from_json,
    calibrations,
    fit_isotonic,
    reliability,
)


def overconfident(seed: int, count: int = 4000) -> tuple[list[float], list[bool]]:
    """Readings whose true chance is the square of what they say."""
    rng = np.random.default_rng(seed)
    said = rng.uniform(0, 1, count)
    return said.tolist(), (rng.uniform(0, 1, count) < said**2).tolist()


def test_a_fit_on_some_seeds_mends_others() -> None:
    fit = fit_isotonic(*overconfident(1), source="test")
    said, right = overconfident(2)
    before = reliability(said, right).ece
    after = reliability([fit(p) for p in said], right).ece
    assert before > 0.12
    assert after < 0.04


def test_a_perfect_sample_still_leaves_doubt() -> None:
    fit = fit_isotonic([0.99] * 50 + [0.1] * 50, [True] * 50 + [False] * 50, source="test")
    assert fit(1.0) < 1.0
    assert fit(0.0) > 0.0


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=20, max_size=200))
def test_a_fitted_map_never_falls(sample: list[tuple[float, bool]]) -> None:
    fit = fit_isotonic([p for p, _ in sample], [hit for _, hit in sample], source="test")
    values = [fit(x) for x in np.linspace(0, 1, 41)]
    assert all(a <= b + 1e-12 for a, b in itertools.pairwise(values))
    assert 0 <= values[0] <= values[-1] <= 1


def test_ece_of_known_cases() -> None:
    assert reliability([1.0] * 10, [True] * 10).ece == 0.0
    assert reliability([1.0] * 10, [False] * 10).ece == 1.0
    half = reliability([0.5] * 10, [True] * 5 + [False] * 5)
    assert half.ece == pytest.approx(0.0)
    assert half.bins == ((0.5, 0.5, 10),)


def test_the_maps_kept_with_the_program_say_where_they_are_from() -> None:
    for kind in KINDS:
        kept = calibrations()[kind]
        assert kept.source
        assert 0.0 <= calibrated(0.0, kind) <= calibrated(0.5, kind) <= calibrated(1.0, kind) <= 1.0


def test_maps_that_fall_and_samples_too_small_are_refused() -> None:
    with pytest.raises(ValueError, match="rises"):
        Calibration(raw=(0.0, 1.0), calibrated=(0.9, 0.1), count=1, source="x")
    with pytest.raises(ValueError, match="at least 20"):
        fit_isotonic([0.5], [True], source="x")
    with pytest.raises(ReadingRefused):
        calibration_from_json({"raw": [0, 1]})
