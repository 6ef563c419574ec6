"""The values that describe how a maker numbers its units.

`catalog.numbering.count` computes them from serials. A serial is split into prefix, number and
suffix; units that share all but the number form a block. The number of existing units is estimated
from blocks (`catalog.numbering.sequences`). Serials in no such block are irregular: their
characters are counted place by place.
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
    """Units whose serials differ only in one number: prefix, number with `digits` digits, suffix.

    `first` and `last` are the smallest and largest number seen, `count` how many different ones,
    `largest` the few largest, descending (empty: only `last` is known). `padded` says that smaller
    numbers of the same sequence would have leading zeros.
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
        """The largest numbers seen, descending."""
        return self.largest or (self.last,)

    @property
    def start(self) -> int:
        """The assumed first number of the sequence: 1, or the smallest with as many digits."""
        lowest = 1 if self.padded else int(10 ** (self.digits - 1))
        return min(lowest, self.first)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCounts:
    """Irregular serials of one length: frequency of each character at each place."""

    length: int
    units: int
    counts: tuple[tuple[int, ...], ...]
    """One row per place, 37 columns as in `confusions.ALPHABET` plus one for all others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStatistics:
    """Everything the weight needs to know about the serials of one maker and model."""

    keys: int
    """Number of different serials."""
    blocks: tuple[SerialBlock, ...]
    irregular: tuple[PlaceCounts, ...]

    def to_json(self) -> Written:
        """Convert to plain lists and numbers; `from_json` returns an equal value."""
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
        """Parse what `to_json` wrote, from its JSON. Raises RecordInvalid on anything else."""
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
    """Expected frequency of each character at each place, shape (length, 37), rows sum to one.

    A character never seen in n serials gets 1 - 0.05**(1/n), the upper 95 % bound of its share,
    divided among all that were never seen there; the others share the rest in proportion to their
    counts.
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
