"""Find the catalogued serials that explain a reading, by descending through the sorted keys.

Sorted keys form a prefix tree. Its upper part is computed once and cached. Where no serial with a
prefix could explain the reading well enough, the whole branch is skipped, so that a clear reading
touches a few hundred keys out of millions.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import byte_columns

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.likelihood.alignment import Profile
    from catalog.numbering.population import Population

    Floats = npt.NDArray[np.float64]
    Numbers = npt.NDArray[np.intp]
    Keys = npt.NDArray[np.bytes_]

MOST_BEGINNINGS = 1 << 16
"""The tree is cached down to this many different prefixes; below, keys are checked one by one."""

LOOKED_AT_TOGETHER = 1 << 15


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining:
    """Catalogued serials of the reading's own length that explain it, best first."""

    keys: Keys
    shares: Floats
    """Probability of the reading under each, place by place."""
    count: int
    """Their total number, even if not all are listed."""

    @property
    def least(self) -> float:
        """If not all are listed: the largest possible probability of the others."""
        return float(self.shares[-1]) if self.count > self.keys.size else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """All prefixes of one length that occur, in order."""

    starts: Numbers
    """Index of the first key with each prefix; at the end, the number of keys."""
    letters: npt.NDArray[np.uint8]
    """The last character of each prefix."""
    children: Numbers
    """Index of the first prefix below each one of the level above; at the end, their number."""


@dataclass(frozen=True, kw_only=True)
class SortedKeys:
    """The folded serials of one maker and model, sorted, and their prefix tree."""

    keys: Keys

    @cached_property
    def raw(self) -> npt.NDArray[np.uint8]:
        """Their bytes, shape (n, width)."""
        data = np.ascontiguousarray(self.keys).view(np.uint8)
        return data.reshape(self.keys.size, self.keys.dtype.itemsize)

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Prefixes of one character, of two, and so on, from one scan of all keys."""
        levels: list[Level] = []
        above = np.zeros(1, dtype=np.intp)
        fresh = np.zeros(self.keys.size, dtype=bool)
        fresh[:1] = True
        for letters in self.raw.T:
            fresh[1:] |= letters[1:] != letters[:-1]
            if np.count_nonzero(fresh) > MOST_BEGINNINGS:
                break
            starts = np.flatnonzero(fresh)
            levels.append(
                Level(
                    starts=np.append(starts, self.keys.size),
                    letters=letters[starts],
                    children=np.append(np.searchsorted(starts, above), starts.size),
                )
            )
            above = starts
        return tuple(levels)

    def out_of_sequence(self, population: Population, length: int) -> Keys:
        """Return those of one length outside any sequence, computed once."""
        if length not in self._out_of_sequence:
            keys = self.keys[np.char.str_len(self.keys) == length].astype(f"S{length}")
            alone = np.empty(keys.size, dtype=bool)
            for start in range(0, keys.size, LOOKED_AT_TOGETHER):
                some = slice(start, start + LOOKED_AT_TOGETHER)
                alone[some] = population.expected(keys[some], length, listed=True) == 0
            self._out_of_sequence[length] = np.unique(keys[alone])
        return self._out_of_sequence[length]

    @cached_property
    def _out_of_sequence(self) -> dict[int, Keys]:
        return {}


def descend(profile: Profile, among: SortedKeys, *, floor: float, most: int) -> Explaining:
    """Find the serials that are at least `floor` times as probable as any serial could be.

    Lists the `most` best ones; the count includes all.
    """
    keys, length = among.keys, len(profile.seen)
    if not length or not keys.size or keys.dtype.itemsize < length:
        return Explaining(keys=np.zeros(0, dtype="S1"), shares=np.zeros(0), count=0)
    table = profile.seen[:, byte_columns()]
    table[:, 0] = 0.0
    table /= np.maximum(table.max(axis=1, keepdims=True), 1e-300)
    place, ranges = _ranges(among, table, floor)
    hits, shares = _looked_at(among.raw, ranges, table, place, floor)
    once = np.append(True, keys[hits][1:] != keys[hits][:-1])[: hits.size]
    hits, shares = hits[once], shares[once]
    order = np.argsort(-shares, kind="stable")[:most]
    return Explaining(
        keys=keys[hits[order]], shares=profile.ceiling * shares[order], count=hits.size
    )


Ranges = tuple["Numbers", "Numbers", "Floats"]
"""Start and end of the keys with each prefix, and their largest probability."""


def _ranges(among: SortedKeys, table: Floats, floor: float) -> tuple[int, Ranges]:
    """Descend the tree, skipping what cannot explain the reading; also returns the depth."""
    at, score = np.zeros(1, dtype=np.intp), np.ones(1)
    starts = np.array([0, among.keys.size])
    for level, row in zip(among.levels, table, strict=False):
        first = level.children[at]
        count = level.children[at + 1] - first
        ends = np.cumsum(count)
        below = np.repeat(first - ends + count, count) + np.arange(count.sum())
        score = np.repeat(score, count) * row.take(level.letters[below])
        kept = score >= floor
        at, score, starts = below[kept], score[kept], level.starts
    return min(len(among.levels), len(table)), (starts[at], starts[at + 1], score)


def _looked_at(
    raw: npt.NDArray[np.uint8], ranges: Ranges, table: Floats, place: int, floor: float
) -> tuple[Numbers, Floats]:
    """Check every key of the ranges, from `place` on; return those that explain the reading."""
    low, high, score = ranges
    sizes = high - low
    ends = np.cumsum(sizes)
    found, shares = [np.zeros(0, dtype=np.intp)], [np.zeros(0)]
    for start in range(0, int(ends[-1]) if ends.size else 0, LOOKED_AT_TOGETHER):
        each = np.arange(start, min(start + LOOKED_AT_TOGETHER, int(ends[-1])))
        of = np.searchsorted(ends, each, side="right")
        rows = low[of] + each - (ends[of] - sizes[of])
        share = score[of]
        for at in range(place, len(table)):
            share = share * table[at].take(raw[rows, at])
            kept = np.flatnonzero(share >= floor)
            if 2 * kept.size < rows.size:
                rows, share = rows[kept], share[kept]
        hits = share >= floor
        if raw.shape[1] > len(table):
            hits &= raw[rows, len(table)] == 0
        found.append(rows[hits])
        shares.append(share[hits])
    return np.concatenate(found), np.concatenate(shares)
