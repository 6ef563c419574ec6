"""Sort the units of a snapshot under construction, in batches.

Both sorts are stable: equal units stay in the order added. Arrays with one entry per unit are
mapped temporary files, so that memory holds one batch, whatever the number of units.
"""

from __future__ import annotations

import tempfile
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from catalog.snapshot.unit_spool import UnitSpool

    Rows = npt.NDArray[np.uint32]

BATCH = 1 << 18
"""Units sorted at once; a serial that is recorded more often makes a larger batch."""

SAMPLES = 64
"""Keys sampled for each batch to find where to cut; more make the batches more even."""


def by_group(units: UnitSpool, rank: Rows, folder: Path) -> tuple[Rows, list[int]]:
    """Sort the units by the rank of their group; also return where each group starts and ends."""
    groups = units.records()["group"]
    ranks = scratch(folder, np.uint32, units.count)
    for part in _parts(units.count):
        ranks[part] = rank[groups[part]]
    rows = scratch(folder, np.uint32, units.count)
    bounds = _bounds(ranks, len(rank))
    for part, places in _places(ranks, bounds):
        rows[places] = np.arange(part.start, part.stop, dtype=np.uint32)
    return rows, bounds


def sort_by_key(
    units: UnitSpool, members: Rows, folder: Path, width: int
) -> Iterator[npt.NDArray[np.bytes_]]:
    """Sort the units of one group by key, in place; yield the sorted keys."""
    for start, end in _cut(units, members, folder, width):
        batch = members[start:end]
        keys = units.keys_of(batch, width)
        order = np.argsort(keys, kind="stable")
        batch[:] = batch[order]
        yield keys[order]


def scratch(folder: Path, dtype: npt.DTypeLike, count: int) -> npt.NDArray[Any]:
    """Create an array in a temporary file that disappears with it."""
    if not count:
        return np.empty(0, dtype=dtype)
    with tempfile.TemporaryFile(dir=folder) as file:
        return np.memmap(file, dtype=dtype, mode="w+", shape=(count,))


def _cut(units: UnitSpool, members: Rows, folder: Path, width: int) -> Iterator[tuple[int, int]]:
    """Partition units into batches, in place: all keys of a batch precede those of the next."""
    pieces = -(-len(members) // BATCH)
    if pieces < 2:
        yield 0, len(members)
        return
    seen = np.sort(units.keys_of(members[:: max(1, len(members) // (pieces * SAMPLES))], width))
    cuts = seen[len(seen) // pieces :: max(1, len(seen) // pieces)]
    piece_of = scratch(folder, np.uint32, len(members))
    for part in _parts(len(members)):
        piece_of[part] = np.searchsorted(cuts, units.keys_of(members[part], width), side="right")
    bounds = _bounds(piece_of, len(cuts) + 1)
    moved = scratch(folder, np.uint32, len(members))
    for part, places in _places(piece_of, bounds):
        moved[places] = members[part]
    members[:] = moved
    yield from pairwise(bounds)


def _bounds(bins: Rows, count: int) -> list[int]:
    """Start and end of each of `count` bins once items are sorted by bin."""
    sizes = np.zeros(count, dtype=np.int64)
    for part in _parts(len(bins)):
        sizes += np.bincount(bins[part], minlength=count)
    return [0, *np.cumsum(sizes).tolist()]


def _places(bins: Rows, bounds: list[int]) -> Iterator[tuple[slice, npt.NDArray[np.int64]]]:
    """Yield, batch by batch, the target position of each item when sorted by bin."""
    free = np.array(bounds[:-1], dtype=np.int64)
    for part in _parts(len(bins)):
        here = bins[part]
        order = np.argsort(here, kind="stable")
        sizes = np.bincount(here, minlength=len(free))
        before = np.cumsum(sizes) - sizes
        places = np.empty(len(here), dtype=np.int64)
        places[order] = (free - before)[here[order]] + np.arange(len(here))
        free += sizes
        yield part, places


def _parts(count: int) -> Iterator[slice]:
    for start in range(0, count, BATCH):
        yield slice(start, min(start + BATCH, count))
