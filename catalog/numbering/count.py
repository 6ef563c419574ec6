"""Analyse how the serials of one group are numbered, in batches.

Memory holds one batch and a few numbers for each block, however many serials there are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from catalog.confusions import WIDTH, byte_columns
from catalog.numbering.schemes import GroupStatistics, PlaceCounts, SerialBlock
from catalog.numbering.sequences import KEPT_LARGEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    Bytes2D = npt.NDArray[np.uint8]
    Integers = npt.NDArray[np.int64]
    Keys = npt.NDArray[np.bytes_]
    _Place = tuple[int, int, bytes]  # start of the number, its digits, and the text around it

BATCH: Final = 1 << 16
"""Serials per batch: some 15 MB of memory."""

MOST_BLOCKS: Final = 2048
"""A group with more blocks than this is not numbered in blocks at all: it counts as irregular."""

MOST_RUNS: Final = 64 * MOST_BLOCKS
"""In sorted order, serials of one shape change between blocks less often than this."""

FEW_UNITS: Final = 3
"""A block with fewer units than this shows a sequence only if there are few blocks."""

FEW_BLOCKS: Final = 16

LONGEST_NUMBER: Final = 15
"""Maximum number of digits of a number in a sequence; longer ones are irregular."""


def statistics(keys: Keys, *, pattern: str = "", batch: int = BATCH) -> GroupStatistics:
    """Split the folded serials of one group into blocks and count the rest.

    `keys` has dtype S and is sorted; duplicates count once. `pattern` is the maker's declared
    regular expression; if it has a group named `number`, that group is the number, otherwise the
    last run of digits is. `batch` is the batch size. Raises ValueError if the keys are not sorted.
    """
    total, blocks = 0, _Blocks(pattern)
    for part in _distinct(keys, batch):
        total += part.size
        blocks.add(part)
    if blocks.too_many:
        irregular = _Irregular()
        for part in _distinct(keys, batch):
            irregular.add(part)
        return GroupStatistics(keys=total, blocks=(), irregular=tuple(irregular.counts()))
    kept = blocks.kept()
    return GroupStatistics(
        keys=total, blocks=_with_padding(kept), irregular=tuple(blocks.irregular.counts())
    )


def _distinct(keys: Keys, batch: int) -> Iterator[Keys]:
    """Yield the serials in batches, without duplicates."""
    last = keys[:0]
    for start in range(0, keys.size, batch):
        part = keys[start : start + batch]
        fresh = part != b""
        before = np.concatenate([last if last.size else part[:1], part[:-1]])
        if bool(np.any(part < before)):
            raise ValueError("serial keys must be sorted before they are counted")
        changed = part != before
        changed[0] |= not last.size
        last = part[-1:]
        yield part[fresh & changed]


class _Blocks:
    """The blocks found so far, and the serials outside any."""

    def __init__(self, pattern: str) -> None:
        self._rule = re.compile(pattern) if "(?P<number>" in pattern else None
        self._blocks: dict[_Place, _Run] = {}
        self._last: dict[tuple[int, int, int], bytes] = {}
        self._runs: dict[tuple[int, int, int], int] = {}
        self.irregular = _Irregular()
        self.too_many = False

    def add(self, keys: Keys) -> None:
        """Add the next serials in order; does nothing once there are too many blocks."""
        if self.too_many or not keys.size:
            return
        starts, ends, lengths = _number_spans(keys, self._rule)
        numbered = (ends > starts) & (ends - starts <= LONGEST_NUMBER)
        self.irregular.add(keys[~numbered])
        matrix = _letters(keys)
        base = matrix.shape[1] + 1
        shapes = (lengths.astype(np.int32) * base + starts) * base + ends
        for shape in np.unique(shapes[numbered]).tolist():
            length, start, end = shape // base**2, shape // base % base, shape % base
            self._add_shape(matrix[shapes == shape, :length], start, end)

    def _add_shape(self, rows: Bytes2D, start: int, end: int) -> None:
        """Add serials of one length whose number is at the same position."""
        frame = np.delete(rows, slice(start, end), axis=1)
        numbers = _numbers(rows[:, start:end])
        edges = np.flatnonzero(np.any(frame[1:] != frame[:-1], axis=1)) + 1
        first = np.concatenate([[0], edges])
        names = [frame[row].tobytes() for row in first.tolist()]
        shape = (rows.shape[1], start, end)
        goes_on = self._last.get(shape) == names[0]
        self._last[shape] = names[-1]
        self._runs[shape] = self._runs.get(shape, 0) + len(names) - goes_on
        counts = np.diff(np.append(first, len(rows)))
        lows, highs = np.minimum.reduceat(numbers, first), np.maximum.reduceat(numbers, first)
        ends = np.append(first[1:], len(rows)).tolist()
        for name, low, high, count, past in zip(
            names, lows.tolist(), highs.tolist(), counts.tolist(), ends, strict=True
        ):
            # Within a block, serials are sorted by number: the largest come last.
            largest = numbers[max(past - count, past - KEPT_LARGEST) : past].tolist()
            self._add_run((start, end - start, name), low, high, count, largest)
        self.too_many = len(self._blocks) > MOST_BLOCKS or self._runs[shape] >= MOST_RUNS

    def _add_run(self, place: _Place, low: int, high: int, count: int, largest: list[int]) -> None:
        """Add neighbouring serials of one block: smallest and largest numbers, and their count."""
        known = self._blocks.setdefault(place, _Run(first=low, last=high))
        known.first, known.last = min(known.first, low), max(known.last, high)
        known.count += count
        known.largest = sorted({*known.largest, *largest}, reverse=True)[:KEPT_LARGEST]

    def kept(self) -> list[SerialBlock]:
        """Return the blocks that form a sequence; the serials of the others become irregular.

        A block that is too small has at most two serials: its smallest and its largest.
        """
        found = [_block(place, run) for place, run in self._blocks.items()]
        if len(found) <= FEW_BLOCKS:
            return found
        for block in found:
            if block.count < FEW_UNITS:
                serials = [
                    f"{block.prefix}{number:0{block.digits}d}{block.suffix}".encode("latin-1")
                    for number in sorted({block.first, block.last})
                ]
                self.irregular.add(np.array(serials))
        return [block for block in found if block.count >= FEW_UNITS]


@dataclass(slots=True, kw_only=True)
class _Run:
    """The numbers of one block so far."""

    first: int
    last: int
    count: int = 0
    largest: list[int] = field(default_factory=list)


def _block(place: _Place, run: _Run) -> SerialBlock:
    start, digits, frame = place
    text = frame.decode("latin-1")
    return SerialBlock(
        prefix=text[:start],
        digits=digits,
        suffix=text[start:],
        first=run.first,
        last=run.last,
        count=run.count,
        padded=True,
        largest=tuple(run.largest),
    )


class _Irregular:
    """Counts the characters of serials place by place, separately for each length."""

    def __init__(self) -> None:
        self._units: dict[int, int] = {}
        self._counts: dict[int, Integers] = {}

    def add(self, keys: Keys) -> None:
        """Add some serials, in any order."""
        if not keys.size:
            return
        columns = byte_columns()[_letters(keys)]
        lengths = np.char.str_len(keys)
        for length in np.unique(lengths).tolist():
            rows = columns[lengths == length]
            counts = [np.bincount(rows[:, place], minlength=WIDTH) for place in range(length)]
            self._units[length] = self._units.get(length, 0) + len(rows)
            self._counts[length] = self._counts.get(length, 0) + np.array(counts)

    def counts(self) -> Iterator[PlaceCounts]:
        """Yield the counts, shortest serials first."""
        for length, units in sorted(self._units.items()):
            counts = tuple(tuple(row) for row in self._counts[length].tolist())
            yield PlaceCounts(length=length, units=units, counts=counts)


def _letters(keys: Keys) -> Bytes2D:
    return np.ascontiguousarray(keys).view(np.uint8).reshape(keys.size, -1)


def _numbers(digits: Bytes2D) -> Integers:
    numbers = np.zeros(len(digits), dtype=np.int64)
    for place in range(digits.shape[1]):
        numbers = numbers * 10 + (digits[:, place].astype(np.int64) - ord("0"))
    return numbers


def _number_spans(
    keys: Keys, rule: re.Pattern[str] | None
) -> tuple[npt.NDArray[np.int16], npt.NDArray[np.int16], npt.NDArray[np.int16]]:
    """Start and end of each key's number, and the key's length, in bytes."""
    lengths = np.char.str_len(keys).astype(np.int16)
    if rule is not None:
        spans = np.array([_declared_span(rule, key) for key in keys.tolist()], dtype=np.int16)
        return spans[:, 0], spans[:, 1], lengths
    matrix = _letters(keys)
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
    """Determine for each block whether its numbers have leading zeros.

    They do not if the same prefix also has shorter numbers and this block has no leading zero: then
    998, 999, 1000 is one sequence written with three and with four digits.
    """
    shorter = {(b.prefix, b.suffix, b.digits) for b in blocks}
    return tuple(
        replace(
            block,
            padded=block.first < 10 ** (block.digits - 1)
            or (block.prefix, block.suffix, block.digits - 1) not in shorter,
        )
        for block in sorted(blocks, key=lambda b: (b.prefix, b.digits, b.suffix))
    )
