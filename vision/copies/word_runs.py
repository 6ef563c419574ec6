"""Store the words of many photos in compact sorted runs, looked up by address.

A run is an immutable bucket table: words sorted by their scrambled address, and for each bucket its
start; in a large run a word takes 6 bytes. New words go to a small sorted tail; a full tail becomes
a run, and runs of similar size are merged, so that adding costs the same however many are stored (a
log-structured merge tree, O'Neil 1996).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from vision.copies.words import SIGN_BITS, Codes

if TYPE_CHECKING:
    from collections.abc import Sequence

Rows = npt.NDArray[np.int64]

_SCRAMBLE: Final = np.uint32(0x9E3779B1)
"""An odd number near 2³² / golden ratio (Knuth): multiplying by it spreads addresses evenly and is
reversible, so equal scrambled addresses are equal addresses.
"""
_FEWEST_BUCKET_BITS: Final = 14
_MOST_BUCKET_BITS: Final = 22
_WORDS_A_BUCKET: Final = 3
TAIL_WORDS: Final = 32_768
_LIKE: Final = 7
"""A run is merged with the one before it if that is at most this many times larger."""
MOST_ROWS: Final = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WordRun:
    """Sorted words of some photos.

    `begins` (buckets + 1,) is the start of each bucket. The others are (n,): `low` and `high` hold
    the signature and those address bits that the bucket does not imply; `row_low` and `row_high`
    the row of the photo.
    """

    begins: npt.NDArray[np.uint32]
    low: npt.NDArray[np.uint16]
    high: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
    row_low: npt.NDArray[np.uint16]
    row_high: npt.NDArray[np.uint8]

    @classmethod
    def build(cls, scrambled: Codes, signs: Codes, rows: Rows) -> WordRun:
        """Build a run from words given by scrambled address."""
        order = np.argsort(scrambled, kind="stable")
        scrambled, signs, rows = scrambled[order], signs[order], rows[order]
        wanted = math.ceil(math.log2(max(1.0, len(scrambled) / _WORDS_A_BUCKET)))
        bits = min(max(wanted, _FEWEST_BUCKET_BITS), _MOST_BUCKET_BITS)
        rest_bits = 32 - bits
        begins = np.zeros((1 << bits) + 1, np.uint32)
        counts = np.bincount(scrambled >> np.uint32(rest_bits), minlength=1 << bits)
        np.cumsum(counts, out=begins[1:])
        rest = scrambled & np.uint32((1 << rest_bits) - 1)
        codes = (rest << np.uint32(SIGN_BITS)) | signs
        return cls(
            begins=begins,
            low=(codes & np.uint32(0xFFFF)).astype(np.uint16),
            high=_narrow(codes >> np.uint32(16), rest_bits + SIGN_BITS - 16),
            row_low=(rows & 0xFFFF).astype(np.uint16),
            row_high=(rows >> 16).astype(np.uint8),
        )

    @property
    def _rest_bits(self) -> int:
        return 32 - (len(self.begins) - 1).bit_length() + 1

    def unpacked(self) -> tuple[Codes, Codes, Rows]:
        """Scrambled addresses, signatures and rows, sorted by address."""
        buckets = np.arange(len(self.begins) - 1, dtype=np.uint32)
        bucket = np.repeat(buckets, np.diff(self.begins))
        codes = self._codes(slice(None))
        scrambled = (bucket << np.uint32(self._rest_bits)) | (codes >> np.uint32(SIGN_BITS))
        return scrambled, codes & np.uint32((1 << SIGN_BITS) - 1), self._rows(slice(None))

    def _codes(self, chosen: slice | npt.NDArray[np.integer]) -> Codes:
        return self.low[chosen] | (self.high[chosen].astype(np.uint32) << np.uint32(16))

    def _rows(self, chosen: slice | npt.NDArray[np.integer]) -> Rows:
        return self.row_low[chosen] | (self.row_high[chosen].astype(np.int64) << 16)

    def find(self, scrambled: Codes) -> tuple[Rows, Codes, Rows]:
        """Find all words under these addresses: index of the address, signature and row of each."""
        bits = np.uint32(self._rest_bits)
        bucket = scrambled >> bits
        begin = self.begins[bucket].astype(np.int32)
        length = self.begins[bucket + np.uint32(1)].astype(np.int32) - begin
        asked = np.repeat(np.arange(len(scrambled), dtype=np.int32), length)
        offset = begin - (np.cumsum(length, dtype=np.int32) - length)
        place = np.arange(len(asked), dtype=np.int32) + offset[asked]
        rest = scrambled & ((np.uint32(1) << bits) - np.uint32(1))
        # the upper bits alone rule out nearly all candidates, at one byte per word
        upper = ((rest << np.uint32(SIGN_BITS)) >> np.uint32(16)).astype(self.high.dtype)
        likely = np.flatnonzero(self.high[place] == upper[asked])
        asked, place = asked[likely], place[likely]
        codes = self._codes(place)
        same = np.flatnonzero((codes >> np.uint32(SIGN_BITS)) == rest[asked])
        signs = codes[same] & np.uint32((1 << SIGN_BITS) - 1)
        return asked[same].astype(np.int64), signs, self._rows(place[same])

    def rows_under(self, scrambled: int) -> Rows:
        """Rows of all words under one address; faster than `find` for a single one."""
        bits = self._rest_bits
        begin, end = self.begins[scrambled >> bits : (scrambled >> bits) + 2].tolist()
        rest = self._codes(slice(begin, end)) >> np.uint32(SIGN_BITS)
        same = np.flatnonzero(rest == scrambled & ((1 << bits) - 1))
        return self._rows(begin + same)

    def __len__(self) -> int:
        """Number of words."""
        return len(self.low)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        arrays = (self.begins, self.low, self.high, self.row_low, self.row_high)
        return sum(array.nbytes for array in arrays)


class WordStore:
    """The words of all photos: a few runs, and a tail that is sorted when it is searched."""

    def __init__(self, runs: Sequence[WordRun] = ()) -> None:
        self._runs: list[WordRun] = list(runs)
        self._clear_tail()

    def _clear_tail(self) -> None:
        self._scrambled = np.zeros(0, np.uint32)
        self._signs = np.zeros(0, np.uint16)
        self._rows = np.zeros(0, np.int32)
        self._new: list[tuple[Codes, npt.NDArray[np.uint16], npt.NDArray[np.int32]]] = []
        self._tail_words = 0

    def add(self, keys: Codes, signs: Codes, row: int) -> bool:
        """Add the words of one photo; returns whether the tail became a run."""
        rows = np.full(len(keys), row, np.int32)
        self._new.append((keys * _SCRAMBLE, signs.astype(np.uint16), rows))
        self._tail_words += len(keys)
        if self._tail_words < TAIL_WORDS:
            return False
        self._flush()
        return True

    def _settle(self) -> None:
        """Sort new words into the tail."""
        if not self._new:
            return
        parts = [(self._scrambled, self._signs, self._rows), *self._new]
        scrambled, signs, rows = (np.concatenate(part) for part in zip(*parts, strict=True))
        # the tail is sorted already, and this sort exploits sorted stretches
        order = np.argsort(scrambled, kind="stable")
        self._scrambled, self._signs, self._rows = scrambled[order], signs[order], rows[order]
        self._new = []

    def _flush(self) -> None:
        """Turn the tail into a run, and merge runs of similar size."""
        self._settle()
        tail = (self._scrambled, self._signs.astype(np.uint32), self._rows.astype(np.int64))
        self._runs.append(WordRun.build(*tail))
        self._clear_tail()
        while len(self._runs) > 1 and len(self._runs[-2]) <= _LIKE * len(self._runs[-1]):
            later, earlier = self._runs.pop(), self._runs.pop()
            self._runs.append(merged(earlier, later))

    def rows_in_runs(self, key: int) -> Rows:
        """Rows of all words under one address, without the tail."""
        scrambled = key * int(_SCRAMBLE) & 0xFFFFFFFF
        return np.concatenate(
            [np.zeros(0, np.int64), *(run.rows_under(scrambled) for run in self._runs)]
        )

    def find(self, keys: Codes, signs: Codes, *, radius: int) -> tuple[Rows, Rows]:
        """Find words by address and signature.

        Args:
            keys: (n,) addresses to search.
            signs: (n,) the signature wanted at each address.
            radius: maximum number of differing signature bits.

        Returns:
            For each word found: the index of its address, and the row of the photo.
        """
        self._settle()
        scrambled = keys * _SCRAMBLE
        # in the order of addresses, neighbouring lookups touch neighbouring memory
        packed = (scrambled.astype(np.uint64) << np.uint64(32)) | np.arange(
            len(keys), dtype=np.uint64
        )
        packed.sort()
        scrambled = (packed >> np.uint64(32)).astype(np.uint32)
        order = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64)
        found = [run.find(scrambled) for run in self._runs]
        found.append(self._find_in_tail(scrambled))
        asked, stored, rows = (np.concatenate(parts) for parts in zip(*found, strict=True))
        numbers = order[asked]
        near = np.flatnonzero(np.bitwise_count(stored ^ signs[numbers]) <= radius)
        return numbers[near], rows[near]

    def _find_in_tail(self, scrambled: Codes) -> tuple[Rows, Codes, Rows]:
        begin = np.searchsorted(self._scrambled, scrambled, side="left")
        length = np.searchsorted(self._scrambled, scrambled, side="right") - begin
        asked = np.repeat(np.arange(len(scrambled)), length)
        place = np.arange(len(asked)) + np.repeat(begin - (np.cumsum(length) - length), length)
        return asked, self._signs[place].astype(np.uint32), self._rows[place].astype(np.int64)

    def compacted(self) -> WordRun:
        """All words in one run."""
        self._settle()
        parts = [run.unpacked() for run in self._runs]
        tail = (self._scrambled, self._signs.astype(np.uint32), self._rows.astype(np.int64))
        parts.append(tail)
        keys, signs, rows = (np.concatenate(part) for part in zip(*parts, strict=True))
        return WordRun.build(keys, signs, rows)

    @property
    def nbytes(self) -> int:
        """Bytes held."""
        tail = self._tail_words * (4 + 2 + 4)
        return tail + sum(run.nbytes for run in self._runs)


def merged(earlier: WordRun, later: WordRun) -> WordRun:
    """Merge two runs."""
    one, two = earlier.unpacked(), later.unpacked()
    return WordRun.build(
        np.concatenate([one[0], two[0]]),
        np.concatenate([one[1], two[1]]),
        np.concatenate([one[2], two[2]]),
    )


def _narrow(values: Codes, bits: int) -> npt.NDArray[np.uint8] | npt.NDArray[np.uint16]:
    """The smallest type that holds this many bits."""
    return values.astype(np.uint8) if bits <= 8 else values.astype(np.uint16)


def build_store(keys: Codes, signs: Codes, rows: Rows) -> WordStore:
    """Build a store from many words at once."""
    return WordStore([WordRun.build(keys * _SCRAMBLE, signs, rows)] if len(keys) else [])
