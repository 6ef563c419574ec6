"""How a maker numbers its units, as far as the serials of one group show it.

A serial is cut into prefix, number and suffix; units that share all but the number form a block.
Inside a block numbers are taken to be given out in sequence, so the largest number and the count
say how many units there must be (the German tank estimate). Serials in no such block are irregular:
their characters are counted place by place.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import OTHER, WIDTH, byte_columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy.typing as npt

    Bytes2D = npt.NDArray[np.uint8]

MOST_BLOCKS = 2048
"""A group in more blocks than this is not numbered in blocks at all: it counts as irregular."""

FEW_UNITS = 3
"""A block with fewer units than this shows a sequence only where there are few blocks."""

FEW_BLOCKS = 16

LONGEST_NUMBER = 15
"""Digits of a number that is still counted with; longer ones are irregular."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SerialBlock:
    """Units whose serials differ in one number only: prefix, number in `digits` places, suffix.

    `first` and `last` are the smallest and largest number seen, `count` how many different ones.
    `padded` says that smaller numbers of the same sequence would carry leading zeros.
    """

    prefix: str
    digits: int
    suffix: str
    first: int
    last: int
    count: int
    padded: bool

    @property
    def start(self) -> int:
        """The number the sequence is taken to begin with: 1, or the smallest of its length."""
        lowest = 1 if self.padded else int(10 ** (self.digits - 1))
        return min(lowest, self.first)

    @property
    def estimated_last(self) -> int:
        """The largest number that is taken to exist: m + m/k - 1, within the places there are.

        m counts from the start of the sequence to the largest number seen, k the units seen.
        """
        span = self.last - self.start + 1
        total = round(span + span / self.count - 1)
        most = int(10**self.digits) - 1
        return min(max(self.start + total - 1, self.last), most)

    @property
    def estimated_units(self) -> int:
        """N̂ of this block: how many units are taken to exist, catalogued or not."""
        return self.estimated_last - self.start + 1


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
                [b.prefix, b.digits, b.suffix, b.first, b.last, b.count, b.padded]
                for b in self.blocks
            ],
            "irregular": [
                [p.length, p.units, [list(row) for row in p.counts]] for p in self.irregular
            ],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> GroupStatistics:
        """Rebuild what `to_json` wrote. Raises KeyError or TypeError on anything else."""
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
                )
                for b in blocks
            ),
            irregular=tuple(
                PlaceCounts(length=p[0], units=p[1], counts=tuple(tuple(row) for row in p[2]))
                for p in irregular
            ),
        )


def statistics(keys: npt.NDArray[np.bytes_], *, pattern: str = "") -> GroupStatistics:
    """Cut the folded serials of one group into blocks and count the rest.

    `keys` has dtype S and is sorted; repeats count once. `pattern` is the maker's declared regular
    expression; if it has a group named `number`, that group is the number, otherwise the last run
    of digits is. Raises ValueError if the keys are not sorted.
    """
    keys = _distinct(keys)
    if not keys.size:
        return GroupStatistics(keys=0, blocks=(), irregular=())
    blocks, taken = [], np.zeros(keys.size, dtype=bool)
    found = _raw_blocks(keys, pattern)
    for block, members in found:
        if block.count >= FEW_UNITS or len(found) <= FEW_BLOCKS:
            blocks.append(block)
            taken[members] = True
    return GroupStatistics(
        keys=int(keys.size),
        blocks=_with_padding(blocks),
        irregular=tuple(_place_counts(keys[~taken])),
    )


def _distinct(keys: npt.NDArray[np.bytes_]) -> npt.NDArray[np.bytes_]:
    if keys.size and bool(np.any(keys[1:] < keys[:-1])):
        raise ValueError("serial keys must be sorted before they are counted")
    fresh = keys != b""
    fresh[1:] &= keys[1:] != keys[:-1]
    distinct: npt.NDArray[np.bytes_] = keys[fresh]
    return distinct


def _raw_blocks(
    keys: npt.NDArray[np.bytes_], pattern: str
) -> list[tuple[SerialBlock, npt.NDArray[np.intp]]]:
    """Every block with the places of its members, small ones included; none if too many."""
    starts, ends, lengths = _number_spans(keys, pattern)
    matrix = np.ascontiguousarray(keys).view(np.uint8).reshape(keys.size, -1)
    base = matrix.shape[1] + 1
    shapes = (lengths.astype(np.int32) * base + starts) * base + ends
    blocks: list[tuple[SerialBlock, npt.NDArray[np.intp]]] = []
    for shape in np.unique(shapes).tolist():
        length, start, end = shape // base**2, shape // base % base, shape % base
        if not 0 < end - start <= LONGEST_NUMBER:
            continue
        members = np.flatnonzero(shapes == shape)
        rows = matrix[members, :length]
        runs = _runs(rows, start, end)
        if runs is None or len(blocks) + len(runs) > MOST_BLOCKS:
            return []
        for frame, places in runs.items():
            blocks.append((_block(frame, rows[places], start, end), members[places]))
    return blocks


def _runs(rows: Bytes2D, start: int, end: int) -> dict[bytes, npt.NDArray[np.intp]] | None:
    """Places of the rows that agree outside start..end, by what they agree in; None: too many."""
    frame = np.delete(rows, slice(start, end), axis=1)
    edges = np.flatnonzero(np.any(frame[1:] != frame[:-1], axis=1)) + 1
    bounds = [0, *edges.tolist(), len(rows)]
    if len(bounds) > 64 * MOST_BLOCKS:
        return None
    spans: dict[bytes, list[npt.NDArray[np.intp]]] = {}
    for low, high in itertools.pairwise(bounds):
        spans.setdefault(frame[low].tobytes(), []).append(np.arange(low, high))
    return {key: np.concatenate(parts) for key, parts in spans.items()}


def _block(frame: bytes, rows: Bytes2D, start: int, end: int) -> SerialBlock:
    numbers = np.zeros(len(rows), dtype=np.int64)
    for place in range(start, end):
        numbers = numbers * 10 + (rows[:, place].astype(np.int64) - ord("0"))
    text = frame.decode("latin-1")
    return SerialBlock(
        prefix=text[:start],
        digits=end - start,
        suffix=text[start:],
        first=int(numbers.min()),
        last=int(numbers.max()),
        count=len(rows),
        padded=True,
    )


def _number_spans(
    keys: npt.NDArray[np.bytes_], pattern: str
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    """Where the number of each key starts and ends, and how long the key is, in bytes."""
    lengths = np.char.str_len(keys).astype(np.int16)
    if "(?P<number>" in pattern:
        rule = re.compile(pattern)
        spans = np.array([_declared_span(rule, key) for key in keys.tolist()], dtype=np.int16)
        return spans[:, 0], spans[:, 1], lengths
    matrix = np.ascontiguousarray(keys).view(np.uint8).reshape(keys.size, -1)
    digit = (matrix >= ord("0")) & (matrix <= ord("9"))
    ends = np.zeros(keys.size, dtype=np.int16)
    starts = np.zeros(keys.size, dtype=np.int16)
    open_run = np.zeros(keys.size, dtype=bool)
    done = np.zeros(keys.size, dtype=bool)
    for place in range(matrix.shape[1] - 1, -1, -1):
        here = digit[:, place] & ~done
        ends[here & ~open_run] = place + 1
        starts[here] = place
        done |= open_run & ~digit[:, place]
        open_run |= here
    return starts, ends, lengths


def _declared_span(rule: re.Pattern[str], key: bytes) -> tuple[int, int]:
    found = rule.fullmatch(key.decode("latin-1"))
    if found is None or not found["number"].isdecimal():
        return 0, 0
    return found.span("number")


def _with_padding(blocks: list[SerialBlock]) -> tuple[SerialBlock, ...]:
    """Say of each block whether its numbers would carry zeros.

    They would not where the same prefix also has shorter numbers and this block has no zero in
    front: then 998, 999, 1000 is one sequence written in three and in four places.
    """
    shorter = {(b.prefix, b.suffix, b.digits) for b in blocks}
    return tuple(
        SerialBlock(
            prefix=b.prefix,
            digits=b.digits,
            suffix=b.suffix,
            first=b.first,
            last=b.last,
            count=b.count,
            padded=b.first < 10 ** (b.digits - 1)
            or (b.prefix, b.suffix, b.digits - 1) not in shorter,
        )
        for b in sorted(blocks, key=lambda b: (b.prefix, b.digits, b.suffix))
    )


def _place_counts(keys: npt.NDArray[np.bytes_]) -> Iterator[PlaceCounts]:
    if not keys.size:
        return
    columns = byte_columns()[np.ascontiguousarray(keys).view(np.uint8).reshape(keys.size, -1)]
    lengths = np.char.str_len(keys)
    for length in np.unique(lengths).tolist():
        rows = columns[lengths == length]
        counts = tuple(
            tuple(np.bincount(rows[:, place], minlength=WIDTH).tolist()) for place in range(length)
        )
        yield PlaceCounts(length=length, units=len(rows), counts=counts)


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
