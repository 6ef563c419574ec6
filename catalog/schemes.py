"""What is known of how a maker numbers its units (`catalog.numbering` counts it from serials).

A serial is cut into prefix, number and suffix; units that share all but the number form a block.
How many units there must be is estimated from blocks (`catalog.matching.sequences`). Serials in no
such block are irregular: their characters are counted place by place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import OTHER

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialBlock:
    """Units whose serials differ in one number only: prefix, number in `digits` places, suffix.

    `first` and `last` are the smallest and largest number seen, `count` how many different ones,
    `largest` the few largest, in falling order (empty: only `last` is known). `padded` says that
    smaller numbers of the same sequence would carry leading zeros.
    """

    prefix: str
    digits: int
    suffix: str
    first: int
    last: int
    count: int
    padded: bool
    largest: tuple[int, ...] = ()

    @property
    def top(self) -> tuple[int, ...]:
        """The largest numbers seen, in falling order."""
        return self.largest or (self.last,)

    @property
    def start(self) -> int:
        """The number the sequence is taken to begin with: 1, or the smallest of its length."""
        lowest = 1 if self.padded else int(10 ** (self.digits - 1))
        return min(lowest, self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCounts:
    """Irregular serials of one length: how often each character stands at each place."""

    length: int
    units: int
    counts: tuple[tuple[int, ...], ...]
    """One row a place, 37 columns as in `confusions.ALPHABET` and one for all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStatistics:
    """All that the weight needs to know about the serials of one maker and model."""

    keys: int
    """How many different serials there are."""
    blocks: tuple[SerialBlock, ...]
    irregular: tuple[PlaceCounts, ...]

    def to_json(self) -> dict[str, object]:
        """Plain lists and numbers; `from_json` gives back an equal value."""
        return {
            "keys": self.keys,
            "blocks": [
                [b.prefix, b.digits, b.suffix, b.first, b.last, b.count, b.padded, list(b.largest)]
                for b in self.blocks
            ],
            "irregular": [
                [p.length, p.units, [list(row) for row in p.counts]] for p in self.irregular
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> GroupStatistics:
        """Rebuild what `to_json` wrote. Raises LookupError or TypeError on anything else."""
        keys, blocks, irregular = data["keys"], data["blocks"], data["irregular"]
        if not (isinstance(keys, int) and isinstance(blocks, list) and isinstance(irregular, list)):
            raise TypeError("group statistics: keys, blocks and irregular have the wrong types")
        return cls(
            keys=keys,
            blocks=tuple(
                SerialBlock(
                    prefix=b[0],
                    digits=b[1],
                    suffix=b[2],
                    first=b[3],
                    last=b[4],
                    count=b[5],
                    padded=b[6],
                    largest=tuple(b[7]),
                )
                for b in blocks
            ),
            irregular=tuple(
                PlaceCounts(length=p[0], units=p[1], counts=tuple(tuple(row) for row in p[2]))
                for p in irregular
            ),
        )


def smoothed(places: PlaceCounts) -> npt.NDArray[np.float64]:
    """How often each character must be expected at each place, shape (length, 37), rows sum to one.

    A character never seen in n serials gets 1 - 0.05**(1/n), the upper 95 % bound of its share,
    spread over all that were never seen there; the others share the rest as they were counted.
    """
    counts = np.asarray(places.counts, dtype=np.float64)
    counts[:, OTHER] = 0.0
    counts = counts[:, :OTHER]
    never = counts == 0
    bound = np.where(never.any(axis=1), 1.0 - 0.05 ** (1.0 / places.units), 0.0)
    bound = np.where(counts.sum(axis=1) == 0, 1.0, bound)[:, None]
    seen = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1.0) * (1.0 - bound)
    unseen = never * bound / np.maximum(never.sum(axis=1, keepdims=True), 1)
    return np.pad(seen + unseen, ((0, 0), (0, 1)))
