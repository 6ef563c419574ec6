"""What is known of how a maker numbers its units.

`catalog.numbering.count` counts it from serials. A serial is cut into prefix, number and suffix;
units that share all but the number form a block. How many units there must be is estimated from
blocks (`catalog.numbering.sequences`). Serials in no such block are irregular: their characters are
counted place by place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from catalog.codec import Codec
from catalog.confusions import OTHER

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.codec import Written


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

    def to_json(self) -> Written:
        """Plain lists and numbers; `from_json` gives back an equal value."""
        return _CODEC.write(
            _Statistics(
                keys=self.keys,
                blocks=tuple(
                    _Block(
                        b.prefix, b.digits, b.suffix, b.first, b.last, b.count, b.padded, b.largest
                    )
                    for b in self.blocks
                ),
                irregular=tuple(_Places(p.length, p.units, p.counts) for p in self.irregular),
            )
        )

    @classmethod
    def from_json(cls, data: bytes) -> GroupStatistics:
        """Rebuild what `to_json` wrote, from its JSON. Raises RecordInvalid on anything else."""
        kept = _CODEC.read_bytes(data)
        return cls(
            keys=kept.keys,
            blocks=tuple(
                SerialBlock(
                    prefix=one.prefix,
                    digits=one.digits,
                    suffix=one.suffix,
                    first=one.first,
                    last=one.last,
                    count=one.seen,
                    padded=one.padded,
                    largest=one.largest,
                )
                for one in kept.blocks
            ),
            irregular=tuple(
                PlaceCounts(length=one.length, units=one.units, counts=one.counts)
                for one in kept.irregular
            ),
        )


class _Block(NamedTuple):
    prefix: str
    digits: int
    suffix: str
    first: int
    last: int
    seen: int
    padded: bool
    largest: tuple[int, ...]


class _Places(NamedTuple):
    length: int
    units: int
    counts: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statistics:
    keys: int
    blocks: tuple[_Block, ...]
    irregular: tuple[_Places, ...]


_CODEC: Final = Codec(
    _Statistics, what="How serials are numbered", remedy="Import the catalog again."
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
