"""An exposure that explains no serial says nothing about any."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.likelihood.exposures import TRUST, BoundedExposures
from catalog.matching.error_rates import error_rates
from catalog.matching.identification import IDENTIFIES_FROM, NOT_BY_MACHINE
from catalog.matching.search import search
from tests.unit.catalog.casework import (
    asked,
    delivery,
    history,
    line,
    numbered,
    permit,
    snapshot_of,
    spoken,
)
from vision.fusion.evidence import FusedLikelihood, usual_tempering
from vision.ocr.lattice import Lattice

if TYPE_CHECKING:
    from pathlib import Path

SYMBOLS = ("", *"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-")


def lattice(text: str, sure: float = 0.98) -> Lattice:
    """A recogniser's output that reads `text`, each character at the same certainty."""
    rows = []
    for char in text:
        for symbol in (char, ""):
            row = np.full(len(SYMBOLS), (1 - sure) / (len(SYMBOLS) - 1))
            row[SYMBOLS.index(symbol)] = sure
            rows.append(row)
    return Lattice.from_probabilities(np.array(rows), SYMBOLS)


@dataclass(frozen=True, kw_only=True)
class Fused:
    by_exposure: tuple[Lattice, ...]
    stack: Lattice | None = None
    shares: tuple[float, ...] | None = None

    @property
    def weights(self) -> tuple[float, ...]:
        return self.shares or (1.0,) * len(self.by_exposure)

    def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
        raise AssertionError("each exposure is asked for itself")


def difference(by_exposure: tuple[Lattice, ...], a: str, b: str) -> float:
    believed = BoundedExposures.of(Fused(by_exposure=by_exposure), a, TRUST, 1000.0)
    first, second = believed.log_likelihood((a, b))
    return float(first - second)


def test_a_stack_takes_over_a_share_of_its_exposures_weight() -> None:
    by_exposure, stack = (lattice("WX-0886", 0.6),) * 3, lattice("WX-0836", 0.9)

    def tells(share: float, *, with_stack: bool = True) -> float:
        fused = Fused(by_exposure=by_exposure, stack=stack if with_stack else None)
        trust = replace(TRUST, stack=share)
        right, wrong = BoundedExposures.of(fused, "WX0886", trust, 1000.0).log_likelihood(
            ("WX0836", "WX0886")
        )
        return float(right - wrong)

    assert tells(0.0) == pytest.approx(tells(0.5, with_stack=False))
    assert tells(0.5) == pytest.approx((tells(0.0) + tells(1.0)) / 2)
    assert tells(0.0) < 0 < tells(1.0)


def test_the_same_exposure_stacked_says_no_more_than_its_exposures() -> None:
    one = lattice("WX-0836")
    alone = Fused(by_exposure=(one, one))
    stacked = Fused(by_exposure=(one, one), stack=one)
    weights = [BoundedExposures.of(one, "WX0836", TRUST, 1000.0) for one in (alone, stacked)]
    first, second = (one.log_likelihood(("WX0836", "WX0886")) for one in weights)
    assert np.allclose(first, second)


def test_an_illegible_exposure_changes_nothing_much() -> None:
    clear, other = lattice("WX-0836"), lattice("MNEA/7Q".replace("/", "-"))
    alone = difference((clear,), "WX0836", "WX0886")
    with_other = difference((clear, other), "WX0836", "WX0886")
    assert alone > 2
    assert with_other == pytest.approx(alone, rel=0.15)


def test_a_second_clear_exposure_adds_weight() -> None:
    clear = lattice("WX-0836", 0.9)
    once = difference((clear,), "WX0836", "WX0886")
    twice = difference((clear, clear), "WX0836", "WX0886")
    assert once < twice <= 2 * once + 1e-9


def test_no_exposure_decides_without_limit() -> None:
    sure = lattice("WX-0836", 0.999999)
    most = -np.log(TRUST.floor / 1000.0)
    assert difference((sure,), "WX0836", "QQ1111") <= most + 1e-6


@pytest.mark.parametrize("units", [1_000.0, 1_000_000.0])
def test_one_exposure_gives_all_units_together_the_floor_however_many(
    units: float,
) -> None:
    believed = BoundedExposures.of(lattice("WX-0836", 0.999999), "WX0836", TRUST, units)
    own, other = believed.log_likelihood(("WX0836", "QQ1111"))
    assert units * np.exp(other - own) == pytest.approx(TRUST.floor, rel=1e-2)


def test_case_and_separators_do_not_matter() -> None:
    one = lattice("WX-0836")
    believed = BoundedExposures.of(one, "WX0836", TRUST, 1000.0)
    assert believed.bests[0] > np.log(0.5)
    assert believed.log_likelihood(("WX0836",))[0] > believed.log_likelihood(("WX083",))[0]


@pytest.mark.parametrize(
    "change",
    [{"temperature": 0.0}, {"floor": 0.0}, {"floor": 1.0}, {"misled": 0.0}],
)
def test_impossible_trust_is_refused(change: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"trust|misled"):
        replace(TRUST, **change)  # type: ignore[arg-type]


@given(st.lists(st.floats(0.4, 0.99), min_size=1, max_size=5))
def test_more_exhibits_of_one_exposure_never_weigh_more_than_its_surest(
    clear: list[float],
) -> None:
    by_exposure = tuple(lattice("WX-0886", each) for each in clear)
    a, b = "WX0886", "WX0836"
    shares = tuple(each / sum(clear) for each in clear)

    def tells(fused: Fused) -> float:
        first, second = BoundedExposures.of(fused, a, TRUST, 1000.0).log_likelihood((a, b))
        return float(first - second)

    apart = [tells(Fused(by_exposure=(one,))) for one in by_exposure]
    together = tells(Fused(by_exposure=by_exposure, shares=shares))
    assert min(apart) - 1e-9 <= together <= max(apart) + 1e-9
    same = Fused(by_exposure=(by_exposure[0],) * 4, shares=(0.25,) * 4)
    assert tells(same) == pytest.approx(apart[0]), "a repost that reads the same changes nothing"


def test_three_clear_exposures_identify_a_unit_of_a_dense_series(tmp_path: Path) -> None:
    """The whole way: fused exposures of one plate, searched among a thousand neighbours."""
    known = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(*range(1, 1001)))),
        status_history=history("approved 2019"),
    )
    by_exposure = tuple(lattice("CMX15D-0836", sure) for sure in (0.97, 0.9, 0.99))
    fused = FusedLikelihood.of(by_exposure, usual_tempering())
    garbage = FusedLikelihood.of((lattice("ZZ9"),), usual_tempering())
    with snapshot_of(tmp_path, known) as snapshot:
        result = search(asked("CMX15D-0836", origin="machine", likelihood=fused), snapshot)
        assert result.verdict == "identifies_catalog_unit", result.explanation
        assert result.candidates[0].key.endswith("CMX15D0836")
        assert result.candidates[0].tested == error_rates(1000, pixels=True)
        explanation = spoken(result.candidates[0].explanation)
        assert "equally probable beforehand" in explanation, "the prior is stated"
        nothing = search(asked("ZZ9", origin="machine", likelihood=garbage), snapshot)
        assert nothing.verdict in {"consistent_with_model_only", "inconclusive"}
        assert all(candidate.lr is None for candidate in nothing.candidates)


def test_clear_exposures_do_not_identify_a_serial_in_no_sequence(
    tmp_path: Path,
) -> None:
    """Readers take O for 0 and I for 1 there; a person's own reading may settle it."""
    rng = np.random.default_rng(5)
    drawn = ["".join(rng.choice(list(SYMBOLS[1:37]), 8)) for _ in range(300)]
    known = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", ["7F2KW9X4", *drawn])),
        status_history=history("approved 2019"),
    )
    by_exposure = tuple(lattice("7F2KW9X4", sure) for sure in (0.97, 0.9, 0.99))
    fused = FusedLikelihood.of(by_exposure, usual_tempering())
    with snapshot_of(tmp_path, known) as snapshot:
        seen = search(asked("7F2KW9X4", origin="machine", likelihood=fused), snapshot)
        best = seen.candidates[0]
        assert best.weight is not None
        assert best.weight.posterior > IDENTIFIES_FROM, "the numbers alone would do"
        assert seen.verdict == best.verdict == "consistent_with_catalog_unit"
        assert best.tested == (NOT_BY_MACHINE,)
        text = search(asked("7F2KW9X4", origin="machine"), snapshot)
        assert text.verdict != "identifies_catalog_unit", "a machine's text without its pixels"
        read = search(asked("7F2KW9X4", origin="code"), snapshot)
        assert read.verdict == "identifies_catalog_unit"
        assert NOT_BY_MACHINE not in read.candidates[0].tested


def test_exposures_that_do_not_say_for_how_many_they_count_are_no_single_reading() -> None:
    class Unweighted:
        by_exposure = (lattice("WX-0836"),)
        stack = None

        def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
            return np.zeros(len(strings))

    with pytest.raises(AttributeError, match="weights"):
        BoundedExposures.of(Unweighted(), "WX0836", TRUST, 1000.0)
