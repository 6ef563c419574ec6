"""Find stored photos that a photo may be a copy of, exactly, whatever the number stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from vision.fingerprint import PHASH_RADIUS, hash_of
from vision.words import asked_from, mirror_masks, stored_from

if TYPE_CHECKING:
    from vision.types import Fingerprint

SIGN_RADIUS: Final = 4
"""Bits of 24 in which the signatures of one word may differ."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NearHit:
    """A stored photo that may be a copy, and why: hash distances in bits, and words shared."""

    photo_id: str
    distances: tuple[tuple[str, int], ...]


class FingerprintIndex:
    """Fingerprints of many photos, asked for candidates.

    A photo is a candidate if the pHash of the asking photo, or of its mirror image, is within
    `PHASH_RADIUS` bits, or if it shares at least one word: address equal but for the doubtful
    bits of the question, signature within `SIGN_RADIUS` bits, as is or mirrored.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._rows: dict[str, int] = {}
        self._phash: list[int] = []
        self._words: list[tuple[np.ndarray, np.ndarray]] = []

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, photo_id: object) -> bool:
        return photo_id in self._rows

    def add(self, made: Fingerprint) -> None:
        """Store a fingerprint; a photo that is already there is not stored twice."""
        if made.photo_id in self._rows:
            return
        words = stored_from(hash_of(made, "words"))
        self._rows[made.photo_id] = len(self._ids)
        self._ids.append(made.photo_id)
        self._phash.append(int.from_bytes(hash_of(made, "phash")))
        self._words.append((words.keys, words.signs))

    def candidates(self, made: Fingerprint) -> tuple[NearHit, ...]:
        """List stored photos that may be copies of this one, the likeliest first."""
        if not self._ids:
            return ()
        stored = np.array(self._phash, np.uint64)
        straight, mirrored = (
            np.bitwise_count(stored ^ np.uint64(int.from_bytes(hash_of(made, name))))
            for name in ("phash", "phash_mirror")
        )
        nearest = np.minimum(straight, mirrored)
        shared = self._shared(made)
        rows = np.flatnonzero((nearest <= PHASH_RADIUS) | (shared > 0))
        order = sorted(rows, key=lambda row: (-int(shared[row]), int(nearest[row]), int(row)))
        return tuple(
            NearHit(
                photo_id=self._ids[row],
                distances=(("phash", int(nearest[row])), ("words", int(shared[row]))),
            )
            for row in order
            if self._ids[row] != made.photo_id
        )

    def _shared(self, made: Fingerprint) -> np.ndarray:
        """Count the words that each stored photo shares with the question."""
        asked = asked_from(hash_of(made, "probes"))
        turn_key, turn_sign = mirror_masks()
        counts = np.zeros(len(self._ids), np.int64)
        for row, (keys, signs) in enumerate(self._words):
            hit = np.zeros(len(keys), bool)
            for key_mask, sign_mask in ((0, 0), (turn_key, turn_sign)):
                apart = keys[:, None] ^ (asked.keys ^ np.uint32(key_mask))[None]
                same = (apart & ~asked.doubtful[None]) == 0
                near = np.bitwise_count(signs[:, None] ^ (asked.signs ^ np.uint32(sign_mask))[None])
                hit |= (same & (near <= SIGN_RADIUS)).any(axis=1)
            counts[row] = np.count_nonzero(hit)
        return counts
