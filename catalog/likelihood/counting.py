"""Count the units that fit a reading which leaves too much open to list them all.

Dynamic programming place by place, over whole sets of serials at once: for each prefix, its
distance below the best one is stored in steps, with the number of units at each step. A step is
rounded towards the best, so a count is never too low; characters that fit equally, as under a `?`,
are counted exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catalog.likelihood.descent import descend

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.likelihood.alignment import Profile
    from catalog.likelihood.descent import SortedKeys
    from catalog.likelihood.models import SerialModel
    from catalog.numbering.population import Population, ProductSets

    Floats = npt.NDArray[np.float64]
    Keys = npt.NDArray[np.bytes_]

STEPS_A_BIT = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Units of one length that fit, and how many of their serials are in the catalog."""

    fitting: float
    catalogued: int

    def at_least(self, other: Counted) -> Counted:
        """Return the larger of two counts."""
        return Counted(
            fitting=max(self.fitting, other.fitting),
            catalogued=max(self.catalogued, other.catalogued),
        )


def count_fitting(
    model: SerialModel, population: Population, length: int, keys: SortedKeys, *, least: float
) -> Counted:
    """Count the units under which the reading is at least as probable as `least`.

    A serial that fits by several profiles is counted for each: an upper bound.
    """
    fitting, catalogued = 0.0, 0
    for profile in model.profiles:
        floor = least / profile.ceiling if profile.ceiling else 2.0
        if len(profile.seen) != length or floor > 1.0:
            continue
        found = descend(profile, keys, floor=floor, most=keys.keys.size)
        catalogued += found.count
        fitting += _outside_sequences(found.keys, population, length)
        fitting += sum(
            float(sets.units @ fitting_of_sets(profile, sets, floor))
            for sets in population.sets
            if sets.length == length
        )
    return Counted(fitting=fitting, catalogued=catalogued)


def _outside_sequences(found: Keys, population: Population, length: int) -> int:
    """Count the catalogued serials outside any sequence."""
    if not population.irregular_of(length):
        return 0
    return int((population.expected(found, length, listed=True) == 0).sum())


def fitting_of_sets(profile: Profile, sets: ProductSets, floor: float) -> Floats:
    """Count the serials of each set that fit, weighted, shape (sets,)."""
    steps = int(np.floor(-np.log2(floor) * STEPS_A_BIT)) + 1
    with np.errstate(divide="ignore"):
        below = -np.log2(profile.seen / profile.seen.max(axis=1, keepdims=True)) * STEPS_A_BIT
    level = np.minimum(np.floor(below + 1e-9), steps).astype(np.intp)
    counts = np.zeros((len(sets.units), steps))
    counts[:, 0] = 1.0
    for place in range(sets.length):
        fresh = np.zeros_like(counts)
        for step in np.unique(level[place]).tolist():
            weight = sets.weights[:, place, level[place] == step].sum(axis=1)
            if step < steps and weight.any():
                fresh[:, step:] += counts[:, : steps - step] * weight[:, None]
        counts = fresh
    return np.asarray(counts.sum(axis=1))
