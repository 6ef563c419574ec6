"""Find keys among millions: exact look-up of many strings at once, by sorted 64-bit hashes.

The hash of a key is the sum of byte_i x B^i modulo 2^64 over its UTF-8 bytes. It is additive: the
hash of a string with one character changed, added or left out follows from the original's by a few
multiplications, so that all neighbours of a reading are hashed at once. A hash only proposes: every
hit is compared with the stored key itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    Hashes = npt.NDArray[np.uint64]

BASE: Final = 0x9E37_79B9_7F4A_7C15
"""An odd number (2^64 divided by the golden ratio), so that it has an inverse modulo 2^64."""

MAX_KEY_BYTES: Final = 128
"""Longer than any serial: MIL-STD-130 allows 30 characters, a VIN has 17."""

BATCH: Final = 1 << 18
"""Hashes sorted, or searched, at once."""

_WRAP: Final = 1 << 64


def _powers(base: int, count: int) -> Hashes:
    values = [1]
    for _ in range(count - 1):
        values.append(values[-1] * base % _WRAP)
    return np.array(values, dtype=np.uint64)


POWERS: Final = _powers(BASE, MAX_KEY_BYTES + 2)
INVERSE_BASE: Final = np.uint64(pow(BASE, -1, _WRAP))


def hash_keys(keys: npt.NDArray[np.bytes_]) -> Hashes:
    """Hash an array of dtype S; the padding zeros add nothing."""
    letters = letters_of(keys)
    hashes = np.zeros(len(keys), dtype=np.uint64)
    for place in range(letters.shape[1]):
        hashes += letters[:, place].astype(np.uint64) * POWERS[place]
    return hashes


def letters_of(keys: npt.NDArray[np.bytes_]) -> npt.NDArray[np.uint8]:
    """View an array of dtype S as its bytes, shape (n, width)."""
    width = keys.dtype.itemsize
    return np.ascontiguousarray(keys).view(np.uint8).reshape(len(keys), width)


def as_keys(strings: Sequence[str]) -> npt.NDArray[np.bytes_]:
    """Encode folded strings as an array of dtype S (UTF-8)."""
    encoded = [string.encode() for string in strings]
    width = max((len(item) for item in encoded), default=1)
    return np.array(encoded, dtype=f"S{max(width, 1)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Positions of strings in a group's sorted keys: `first[i]` to `first[i] + count[i]`."""

    first: npt.NDArray[np.int64]
    count: npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class HashIndex:
    """The sorted hashes of all keys of a snapshot, and the unit row of each."""

    hashes: Hashes
    rows: npt.NDArray[np.uint32]

    def find(
        self, keys: npt.NDArray[np.bytes_], stored: npt.NDArray[np.bytes_], *, start: int
    ) -> Places:
        """Find each of `keys` among `stored`, one group's sorted keys from unit row `start` on."""
        return self.find_hashed(hash_keys(keys), keys, stored, start=start)

    def find_hashed(
        self,
        hashes: Hashes,
        keys: npt.NDArray[np.bytes_],
        stored: npt.NDArray[np.bytes_],
        *,
        start: int,
    ) -> Places:
        """Find keys whose hashes are already known."""
        left, right = self._runs(hashes)
        sizes = right - left
        asked = np.repeat(np.arange(len(hashes)), sizes)
        within = np.arange(len(asked)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        places = self.rows[np.repeat(left, sizes) + within].astype(np.int64) - start
        inside = np.flatnonzero((places >= 0) & (places < len(stored)))
        inside = inside[stored[places[inside]] == keys[asked[inside]]]
        first = np.full(len(hashes), len(stored), dtype=np.int64)
        np.minimum.at(first, asked[inside], places[inside])
        count = np.bincount(asked[inside], minlength=len(hashes))
        first[count == 0] = 0
        return Places(first=first, count=count)

    def rows_of(self, key: bytes) -> list[int]:
        """Return the unit rows whose hash equals the key's; very rarely they hold another key."""
        left, right = self._runs(hash_keys(np.array([key or b" "])))
        rows: list[int] = self.rows[left[0] : right[0]].tolist()
        return rows

    def _runs(self, hashes: Hashes) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Find the run of equal hashes for each; sorted queries access the index sequentially."""
        order = np.argsort(hashes)
        left = np.empty(len(hashes), dtype=np.int64)
        left[order] = np.searchsorted(self.hashes, hashes[order], side="left")
        right = left.copy()
        inside = np.flatnonzero(left < len(self.hashes))
        hit = inside[self.hashes[left[inside]] == hashes[inside]]
        right[hit] = np.searchsorted(self.hashes, hashes[hit], side="right")
        return left, right


def build_index(hashes: Hashes) -> HashIndex:
    """Sort the hashes of unit rows 0 … n-1; equal hashes stay in row order."""
    parts = list(sorted_parts(hashes))
    return HashIndex(
        hashes=np.concatenate([part for part, _ in parts]),
        rows=np.concatenate([rows for _, rows in parts]),
    )


def sorted_parts(hashes: Hashes) -> Iterator[tuple[Hashes, npt.NDArray[np.uint32]]]:
    """Sort hashes with their rows, one range of values at a time to save memory."""
    ranges = max(1, len(hashes) // BATCH)
    step = _WRAP // ranges
    for number in range(ranges):
        last = _WRAP if number == ranges - 1 else (number + 1) * step
        rows = _rows_between(hashes, number * step, last - 1)
        part = hashes[rows]
        order = np.argsort(part, kind="stable")
        yield part[order], rows[order]


def _rows_between(hashes: Hashes, low: int, high: int) -> npt.NDArray[np.uint32]:
    found = [np.empty(0, dtype=np.uint32)]
    for start in range(0, len(hashes), BATCH):
        part = hashes[start : start + BATCH]
        inside = np.flatnonzero((part >= np.uint64(low)) & (part <= np.uint64(high)))
        found.append((inside + start).astype(np.uint32))
    return np.concatenate(found)
