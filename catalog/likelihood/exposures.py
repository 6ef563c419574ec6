"""Limit how far each exposure of a plate is believed, before they are combined.

An exposure that explains no serial must not favour any: what it gives a serial never counts as less
than a small share of what it gives its own best string. The result is a mixture, exposure by
exposure, of "this exposure shows the serial" and "this exposure shows something else".
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeGuard

import numpy as np

from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    from catalog.types import Likelihood


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """How far pixels are believed.

    `temperature` divides an exposure's log-likelihoods (above 1: less sure than it claims, since
    exposures share their plate's damage). `floor` is what an exposure gives to all N̂ units
    together however little it supports them, relative to its own best string; each unit gets an
    equal part. `stack` is the share of the exposures' weight, 0-1, that moves to their stack: the
    same pixels are not counted twice. `misled` is the share of readings in which all of that says
    nothing: half of it falls back on the text alone, half on nothing at all.
    """

    temperature: float
    floor: float
    stack: float
    misled: float
    version: str
    source: str

    def __post_init__(self) -> None:
        """Reject numbers that make no likelihood."""
        if self.temperature <= 0 or not 0 < self.floor < 1:
            raise ValueError("a trust needs a temperature above 0 and a floor between 0 and 1")
        if not 0 <= self.stack <= 1:
            raise ValueError(
                "the share of the exposures' weight that a stack takes is between 0 and 1"
            )
        if not 0 < self.misled < 1:
            raise ValueError("the share of misled readings is between 0 and 1")


TRUST = Trust(
    temperature=1.67,
    floor=1e-5,
    stack=0.5,
    misled=5e-4,
    version="2026-11-f",
    source="rendered plates; floor: 700 (seeds from 5,000,000, 5,100,000, 5,200,000, 6,000,000); "
    "temperature: 4,500 mild, 3,000 clean (from 7,000,000, 7,100,000, 8,000,000, 8,200,000); the "
    "stack's share: 400 mild, 200 hard (from 7,000,000, 5,100,000); see docs/validity.md",
)


class Fused(Protocol):
    """Several exposures of one plate, each with its own likelihood."""

    @property
    def by_exposure(self) -> tuple[Likelihood, ...]:
        """The exposures, in any order."""
        ...

    @property
    def weights(self) -> tuple[float, ...]:
        """How many exposures each one counts for; readings of one exposure share one."""
        ...

    @property
    def stack(self) -> Likelihood | None:
        """The reading of the stack of all exposures, if there is one."""
        ...


class Foldable(Protocol):
    """A lattice whose symbols can be merged, so that case and separators do not matter."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every stored symbol."""
        ...

    @property
    def text(self) -> str:
        """Its best string."""
        ...

    def folded(self, mapping: Mapping[str, str]) -> Likelihood:
        """Return the same lattice over merged symbols."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundedExposures:
    """The likelihood of any folded serial given all exposures, each believed within limits."""

    by_exposure: tuple[Likelihood, ...]
    weights: tuple[float, ...]
    """How many exposures each counts for; the sum is the number of exposures."""
    bests: tuple[float, ...]
    """Log-likelihood of each exposure's own best string."""
    texts: tuple[str, ...]
    """Those best strings, folded, where an exposure has one."""
    trust: Trust
    units: float
    """N̂, the number of units that share the floor."""

    @classmethod
    def of(cls, likelihood: Likelihood, text: str, trust: Trust, units: float) -> BoundedExposures:
        """Split a fused likelihood into exposures; `text` replaces a missing best string."""
        parts, weights = _parts(likelihood, trust)
        by_exposure, bests, texts = [], [], []
        for part in parts:
            own = fold(part.text) if _foldable(part) else text
            exposure = _folded(part)
            asked = tuple(dict.fromkeys(each for each in (own, text) if each))
            by_exposure.append(exposure)
            texts += [own] if own else []
            bests.append(float(np.max(exposure.log_likelihood(asked), initial=-700.0)))
        return cls(
            by_exposure=tuple(by_exposure),
            weights=weights,
            bests=tuple(bests),
            texts=tuple(texts),
            trust=trust,
            units=max(units, 1.0),
        )

    @property
    def least(self) -> float:
        """The least value of any string, on the scale of `log_likelihood`."""
        return sum(self.weights) * self._floor

    @property
    def _floor(self) -> float:
        return float(np.log(self.trust.floor / self.units))

    def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Natural logarithms, up to a constant, same order, shape (n,)."""
        total = np.zeros(len(strings))
        for exposure, weight, best in zip(self.by_exposure, self.weights, self.bests, strict=True):
            logs = np.asarray(exposure.log_likelihood(strings), dtype=np.float64) - best
            believed = np.logaddexp(np.minimum(logs, 0.0) / self.trust.temperature, self._floor)
            total += weight * believed
        return total


def stacked(likelihood: Likelihood) -> bool:
    """Whether exposures were fused together with the reading of their stack."""
    return _fused(likelihood) and likelihood.stack is not None


def _parts(
    likelihood: Likelihood, trust: Trust
) -> tuple[tuple[Likelihood, ...], tuple[float, ...]]:
    """Return the parts of what was fused, and how many exposures each part counts for."""
    if not _fused(likelihood):
        return (likelihood,), (1.0,)
    by_exposure = likelihood.by_exposure
    if likelihood.stack is None:
        return by_exposure, likelihood.weights
    own = tuple((1.0 - trust.stack) * weight for weight in likelihood.weights)
    return (*by_exposure, likelihood.stack), (*own, trust.stack * sum(likelihood.weights))


def _folded(exposure: Likelihood) -> Likelihood:
    if not _foldable(exposure):
        return exposure
    merged = {symbol: fold(symbol) for symbol in exposure.symbols if symbol}
    return exposure.folded({a: b for a, b in merged.items() if a != b and len(b) <= 1})


def _fused(likelihood: Likelihood) -> TypeGuard[Fused]:
    # An object with exposures but not the rest is a bug, not a single reading: the call fails.
    return hasattr(likelihood, "by_exposure")


def _foldable(exposure: Likelihood) -> TypeGuard[Foldable]:
    return (
        hasattr(exposure, "folded") and hasattr(exposure, "symbols") and hasattr(exposure, "text")
    )
