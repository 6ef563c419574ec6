"""Which catalogued serials explain a reading: found by descending through the sorted keys.

Sorted keys are a tree that needs no memory: all keys with one beginning stand together. Where no
serial with a beginning could explain the reading well enough, all of them are left out at once, so
that a clear reading touches a few hundred keys of millions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import ALPHABET, byte_columns

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.alignment import Profile

    Floats = npt.NDArray[np.float64]
    Numbers = npt.NDArray[np.intp]
    Keys = npt.NDArray[np.bytes_]

FEW_ENOUGH = 4096
"""So many keys are looked at one by one rather than divided further."""

LOOKED_AT_TOGETHER = 1 << 15

_BYTES = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Explaining:
    """Catalogued serials of the reading's own length that explain it, best first."""

    keys: Keys
    shares: Floats
    """Probability of the reading under each, place by place."""
    count: int
    """How many there are, also where not all are listed."""

    @property
    def least(self) -> float:
        """Where not all are listed: how probable those that are left out can be."""
        return float(self.shares[-1]) if self.count > self.keys.size else 0.0


def descend(profile: Profile, keys: Keys, *, floor: float, most: int) -> Explaining:
    """Find the serials that are at least `floor` times as probable as any serial could be.

    `keys` are sorted. Lists the `most` best ones; the count is of all.
    """
    length, width = len(profile.seen), keys.dtype.itemsize
    nothing = Explaining(keys=np.zeros(0, dtype="S1"), shares=np.zeros(0), count=0)
    if not length or not keys.size or width < length:
        return nothing
    table = profile.seen[:, byte_columns()].copy()
    table[:, 0] = 0.0
    table /= np.maximum(table.max(axis=1, keepdims=True), 1e-300)
    raw = np.ascontiguousarray(keys).view(np.uint8).reshape(keys.size, width)
    low, high, score = np.zeros(1, dtype=np.intp), np.array([keys.size]), np.ones(1)
    place = 0
    while place < length and not profile.foreign.any():
        rows = int((high - low).sum())
        if rows <= max(FEW_ENOUGH, len(_BYTES) * low.size):
            break
        low, high, score = _divided(keys, raw, (low, high, score), table[place], place, floor)
        place += 1
    hits, shares = _looked_at(raw, (low, high, score), table, place, floor)
    once = np.append(True, keys[hits][1:] != keys[hits][:-1])[: hits.size]
    hits, shares = hits[once], shares[once]
    order = np.argsort(-shares, kind="stable")[:most]
    return Explaining(
        keys=keys[hits[order]], shares=profile.ceiling * shares[order], count=hits.size
    )


Ranges = tuple["Numbers", "Numbers", "Floats"]
"""Where each range of keys with one beginning starts and ends, and how probable it is at best."""


def _divided(
    keys: Keys, raw: npt.NDArray[np.uint8], ranges: Ranges, row: Floats, place: int, floor: float
) -> Ranges:
    """Divide ranges by their next character, and leave out what cannot explain the reading."""
    low, _, score = ranges
    below = score[:, None] * row[_BYTES]
    parent, which = np.nonzero(below >= floor)
    starts = np.zeros((2, parent.size, place + 1), dtype=np.uint8)
    starts[:, :, :place] = raw[low[parent], :place]
    starts[:, :, place] = _BYTES[which]
    starts[1, :, place] += 1
    wanted = starts.view(f"S{place + 1}").ravel().astype(keys.dtype)
    first, last = np.split(np.searchsorted(keys, wanted), 2)
    kept = last > first
    return first[kept], last[kept], below[parent, which][kept]


def _looked_at(
    raw: npt.NDArray[np.uint8], ranges: Ranges, table: Floats, place: int, floor: float
) -> tuple[Numbers, Floats]:
    """Look at every key of the ranges, from `place` on; give those that explain the reading."""
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
