"""Find the stored photos of which a photo may be a copy; exact, at any size of the store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
import numpy.typing as npt

from values.rule import Declared
from vision.copies.fingerprint import PHASH_RADIUS, hash_of
from vision.copies.word_runs import MOST_ROWS, Rows, WordRun, WordStore, build_store
from vision.copies.words import Words, words_from

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from vision.types import Fingerprint

SIGN_RADIUS: Final = 3
"""Bits of 14 by which the signatures of two equal words may differ."""
RICH_WORDS: Final = 192
"""Words stored for each photo in a small index: about 1,400 bytes."""
COMPACT_WORDS: Final = 22
"""Words stored for each photo in a large index, the best ones: less than 200 bytes."""
RICH_PHOTOS: Final = 100_000
"""Maximum number of photos in a small index, which finds smaller parts of a photo than a large one.
Both hold about as many words at their largest, so that a lookup takes as long.
"""
SMOOTH_WORDS: Final = 12
"""A photo with fewer words is too smooth to be found by words."""

RULES: Final = Declared(
    "copy-index",
    test="tests/unit/vision/copies/test_index.py",
    source="assumed; docs/validity/copies-and-footage.md",
    units={
        "SIGN_RADIUS": "bits of 14",
        "RICH_WORDS": "words of a photo",
        "COMPACT_WORDS": "words of a photo",
        "RICH_PHOTOS": "photos",
        "SMOOTH_WORDS": "words",
    },
)

_FILE_VERSION: Final = 1
_FAR: Final = 65
"""More bits than a pHash has: not compared, or not near."""

_Value = TypeVar("_Value", np.uint8, np.uint64)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearHit:
    """A stored photo that may be a copy, and why.

    `distances` gives the pHash distance (bits of 64, or None if not compared because both photos
    have enough words) and the number of shared words.
    """

    photo_id: str
    distances: tuple[tuple[str, int], ...]


class FingerprintIndex:
    """Fingerprints of many photos, searchable for candidates.

    A stored photo is a candidate if

    - it shares a word with the query: the addresses are equal except for the query's doubtful bits,
      and the signatures differ in at most `SIGN_RADIUS` bits; or it does so with the query's mirror
      image; or
    - the pHashes, or that of the mirror image, differ in at most `PHASH_RADIUS` bits. A compact
      index checks this only if one of the two photos is smooth (fewer than `SMOOTH_WORDS` words).

    No photo that meets this rule is missed. Candidates are ordered by weight: each word of the
    query is worth one, divided among the photos that share it.
    """

    def __init__(self, *, rich_photos: int = RICH_PHOTOS) -> None:
        self._rich_photos = rich_photos
        self._count = 0
        self._ids = np.zeros((0, 32), np.uint8)
        self._phash = np.zeros(0, np.uint64)
        self._smooth: list[int] = []
        self._store = WordStore()
        self._tail_from = 0
        self._compact: list[tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]] | None = []

    def __len__(self) -> int:
        """Number of photos stored."""
        return self._count

    def __contains__(self, photo_id: object) -> bool:
        """Whether a photo is stored; a linear scan, some milliseconds at a million photos."""
        return isinstance(photo_id, str) and self._row_of(photo_id) is not None

    @property
    def words_kept(self) -> int:
        """Number of words currently stored for each photo."""
        return COMPACT_WORDS if self._compact is None else RICH_WORDS

    @property
    def nbytes(self) -> int:
        """Bytes held for the stored photos."""
        ahead = self._store.nbytes + self._count * (32 + 8) + 8 * len(self._smooth)
        return ahead + sum(keys.nbytes + signs.nbytes for keys, signs in self._compact or ())

    def add(self, made: Fingerprint) -> None:
        """Store a fingerprint; a photo that is already stored is ignored.

        Raises:
            OverflowError: the index is full, at 16,777,216 photos.
        """
        words = words_from(hash_of(made, "words"))
        if self._is_stored(made, words):
            return
        if self._count >= MOST_ROWS:
            raise OverflowError(f"a copy index holds at most {MOST_ROWS:,} photos")
        if self._compact is not None and self._count >= self._rich_photos:
            self._make_compact()
        row = self._append(made)
        if len(words) < SMOOTH_WORDS:
            self._smooth.append(row)
        if self._compact is not None:
            first = words.keys[:COMPACT_WORDS].copy(), words.signs[:COMPACT_WORDS].copy()
            self._compact.append(first)
        kept = self.words_kept
        if self._store.add(words.keys[:kept], words.signs[:kept], row):
            self._tail_from = self._count

    def _append(self, made: Fingerprint) -> int:
        """Assign a row to a photo; capacity grows by half, so that the cost is amortised."""
        row = self._count
        if row == len(self._phash):
            room = max(1024, row + row // 2)
            self._ids = _grown(self._ids, room)
            self._phash = _grown(self._phash, room)
        self._ids[row] = np.frombuffer(bytes.fromhex(made.photo_id), np.uint8)
        self._phash[row] = int.from_bytes(hash_of(made, "phash"))
        self._count += 1
        return row

    def _is_stored(self, made: Fingerprint, words: Words) -> bool:
        """Whether this very photo is stored.

        If so, it is among the latest rows or under its own first address.
        """
        if not len(words):
            return self._row_of(made.photo_id) is not None
        if self._row_of(made.photo_id, begin=self._tail_from) is not None:
            return True
        rows = self._store.rows_in_runs(int(words.keys[0]))
        wanted = np.frombuffer(bytes.fromhex(made.photo_id), np.uint8)
        return bool((self._ids[rows] == wanted).all(axis=1).any())

    def _row_of(self, photo_id: str, *, begin: int = 0) -> int | None:
        """The row of a photo, by a linear scan of all rows from `begin` on."""
        wanted = np.frombuffer(bytes.fromhex(photo_id), np.uint64)
        stored = self._ids.view(np.uint64)[begin : self._count]
        rows = np.flatnonzero(stored[:, 0] == wanted[0])
        return next((begin + int(row) for row in rows if (stored[row] == wanted).all()), None)

    def _make_compact(self) -> None:
        """From now on, store only the best words of each photo."""
        kept, self._compact = self._compact or [], None
        self._store = build_store(
            _joined(keys for keys, _ in kept),
            _joined(signs for _, signs in kept),
            np.repeat(np.arange(len(kept)), np.array([len(keys) for keys, _ in kept], np.int64)),
        )
        self._tail_from = self._count

    def candidates(self, made: Fingerprint, *, limit: int | None = None) -> tuple[NearHit, ...]:
        """List stored photos that may be copies of this one, likeliest first.

        Args:
            made: the query's fingerprint; the query itself is never listed.
            limit: the maximum number of hits; all if None.
        """
        if not self._count:
            return ()
        words = words_from(hash_of(made, "words"))
        word_rows, weights, shared = self._by_words(words)
        near_rows, near_bits = self._by_phash(made, smooth=len(words) < SMOOTH_WORDS)
        rows = np.union1d(word_rows, near_rows)
        by_words, by_phash = np.searchsorted(rows, word_rows), np.searchsorted(rows, near_rows)
        weight, count = np.zeros(len(rows)), np.zeros(len(rows), np.int64)
        weight[by_words], count[by_words] = weights, shared
        bits = np.full(len(rows), _FAR, np.int64)
        bits[by_phash] = near_bits
        order = np.lexsort((rows, bits, -weight))
        own = np.frombuffer(bytes.fromhex(made.photo_id), np.uint8)
        if limit is not None:
            order = order[: limit + 1]  # the query itself may be among them
        order = order[(self._ids[rows[order]] != own).any(axis=1)][:limit]
        return tuple(self._hit(rows[at], count[at], bits[at]) for at in order)

    def _hit(self, row: np.int64, words: np.int64, bits: np.int64) -> NearHit:
        """Describe one candidate."""
        why = [("words", int(words))]
        if bits < _FAR:
            why.append(("phash", int(bits)))
        return NearHit(photo_id=self._ids[row].tobytes().hex(), distances=tuple(why))

    def _by_words(self, words: Words) -> tuple[Rows, npt.NDArray[np.float64], Rows]:
        """Rows that share words with the query, their weights, and the number of shared words."""
        none = np.zeros(0, np.int64)
        if not len(words):
            return none, np.zeros(0), none
        straight, signs = words.addresses(mirrored=False)
        mirrored, mirrored_signs = words.addresses(mirrored=True)
        each = straight.shape[1]
        numbers, rows = self._store.find(
            np.concatenate([straight, mirrored]).ravel(),
            np.repeat(np.concatenate([signs, mirrored_signs]), each),
            radius=SIGN_RADIUS,
        )
        pairs = np.unique((numbers // each % len(words) << 24) | rows)
        asked, rows = pairs >> 24, pairs & (MOST_ROWS - 1)
        worth = 1.0 / np.bincount(asked, minlength=len(words))[asked]
        listed, place = np.unique(rows, return_inverse=True)
        weights = np.bincount(place, weights=worth, minlength=len(listed)).astype(np.float64)
        return listed, weights, np.bincount(place, minlength=len(listed)).astype(np.int64)

    def _by_phash(self, made: Fingerprint, *, smooth: bool) -> tuple[Rows, Rows]:
        """Rows near by pHash, and their distances in bits."""
        everywhere = smooth or self._compact is not None
        rows = np.arange(self._count) if everywhere else np.array(self._smooth, np.int64)
        stored = self._phash[: self._count] if everywhere else self._phash[rows]
        bits = np.full(len(stored), 64, np.uint8)
        for name in ("phash", "phash_mirror"):
            asked = np.uint64(int.from_bytes(hash_of(made, name)))
            np.minimum(bits, np.bitwise_count(stored ^ asked), out=bits)
        near = np.flatnonzero(bits <= PHASH_RADIUS)
        return rows[near], bits[near].astype(np.int64)

    def save(self, path: Path) -> None:
        """Write the index to a file that `load` reads in seconds, at any size."""
        run = self._store.compacted()
        kept = self._compact or []
        with path.open("wb") as file:
            np.savez(
                file,
                version=np.array([_FILE_VERSION, self._rich_photos, int(self._compact is None)]),
                ids=self._ids[: self._count],
                phash=self._phash[: self._count],
                smooth=np.array(self._smooth, np.int64),
                begins=run.begins,
                low=run.low,
                high=run.high,
                row_low=run.row_low,
                row_high=run.row_high,
                kept=np.array([len(keys) for keys, _ in kept], np.int64),
                kept_keys=_joined(keys for keys, _ in kept),
                kept_signs=_joined(signs for _, signs in kept),
            )

    @classmethod
    def load(cls, path: Path) -> FingerprintIndex:
        """Read what `save` wrote.

        Raises:
            ValueError: the file is not an index or has another version; rebuild it.
        """
        with np.load(path, allow_pickle=False) as file:
            version, rich_photos, compact = (int(value) for value in file["version"])
            if version != _FILE_VERSION:
                raise ValueError(f"{path.name}: a copy index of version {version}; rebuild it")
            index = cls(rich_photos=rich_photos)
            index._ids, index._phash = file["ids"], file["phash"]
            index._count = index._tail_from = len(index._phash)
            index._smooth = file["smooth"].tolist()
            names = ("begins", "low", "high", "row_low", "row_high")
            index._store = WordStore([WordRun(**{name: file[name] for name in names})])
            ends = np.cumsum(file["kept"])[:-1]
            keys, signs = np.split(file["kept_keys"], ends), np.split(file["kept_signs"], ends)
            index._compact = None if compact else list(zip(keys, signs, strict=True))
        return index


def _joined(parts: Iterable[npt.NDArray[np.uint32]]) -> npt.NDArray[np.uint32]:
    """Concatenate arrays; an empty one if there are none."""
    return np.concatenate([np.zeros(0, np.uint32), *parts])


def _grown(values: npt.NDArray[_Value], room: int) -> npt.NDArray[_Value]:
    """The same values with spare capacity at the end."""
    larger = np.empty((room, *values.shape[1:]), values.dtype)
    larger[: len(values)] = values
    return larger
