"""Encode single features as short words, by which crops and rotated copies are found.

A *word* is the sign pattern of a descriptor along the directions of `vision.copies.word_training`:
`KEY_BITS` of it are its address in an index, `SIGN_BITS` more are compared. Address bits are
doubtful where the descriptor lies close to the border; this is decided by the query, and an index
searches every address that differs in those bits alone. So a lookup is exact: it misses nothing
that its rule covers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from vision.copies.features import MIRROR_ORDER, Floats

if TYPE_CHECKING:
    from vision.copies.features import Features

Codes = npt.NDArray[np.uint32]

KEY_BITS: Final = 32
SIGN_BITS: Final = 14
DOUBTFUL_BITS: Final = 6
"""Address bits that a query leaves open: 64 addresses for each word."""
NEAR_BITS: Final = 6
"""Two words are near if their addresses and signatures, 46 bits together, differ in at most this
many bits; of two photos with random words, one in seventy has such a pair.
"""
MOST_WORDS: Final = 192
"""Words of a photo; all of them are used in a query."""

_BASIS_FILE: Final = Path(__file__).with_name("word_basis.npz")
_GRID: Final = 5
_SELF_LIKE: Final = 0.5
"""Exponent of the penalty for a feature with a near twin in the same photo."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """Words of one photo, best first, (n,) each: address, signature, doubtful address bits."""

    keys: Codes
    signs: Codes
    doubtful: Codes

    def __len__(self) -> int:
        """Number of words."""
        return len(self.keys)

    def addresses(self, *, mirrored: bool) -> tuple[Codes, Codes]:
        """Every address to search, (n, 64), and the signature to find there, (n,)."""
        turn_key, turn_sign = mirror_masks() if mirrored else (0, 0)
        bits = np.unpackbits(self.doubtful.astype("<u4").view(np.uint8), bitorder="little")
        _, places = np.nonzero(bits.reshape(-1, 32))
        open_bits = np.left_shift(np.uint32(1), places.astype(np.uint32))
        subsets = _subsets() @ open_bits.reshape(-1, DOUBTFUL_BITS).T
        base = (self.keys ^ np.uint32(turn_key)) & ~self.doubtful
        return (base[:, None] | subsets.T).astype(np.uint32), self.signs ^ np.uint32(turn_sign)


@cache
def _subsets() -> Codes:
    """Every combination of the doubtful bits, (64, 6), as zeros and ones."""
    numbers = np.arange(2**DOUBTFUL_BITS, dtype=np.uint32)[:, None]
    return (numbers >> np.arange(DOUBTFUL_BITS, dtype=np.uint32)) & np.uint32(1)


@cache
def _basis() -> tuple[Floats, Floats]:
    """Mean descriptor and directions."""
    with np.load(_BASIS_FILE, allow_pickle=False) as file:
        return file["mean"], file["directions"][:, : KEY_BITS + SIGN_BITS]


@cache
def mirror_masks() -> tuple[int, int]:
    """Bits of address and signature that flip when the photo is mirrored."""
    _, directions = _basis()
    turned = ((directions * directions[MIRROR_ORDER]).sum(axis=0) < 0)[None]
    return int(_packed(turned[:, :KEY_BITS])[0]), int(_packed(turned[:, KEY_BITS:])[0])


def near_words(asked: Words, stored: Words) -> int:
    """Count the words of one photo that are near a word of another, or near its mirror image.

    Near means at most `NEAR_BITS` differing bits. Returns the larger of the straight and mirrored
    counts.
    """
    if not len(asked) or not len(stored):
        return 0
    turned, held = mirror_masks(), _codes(stored)
    counts = []
    for key, sign in ((0, 0), turned):
        codes = _codes(asked) ^ np.uint64(sign << KEY_BITS | key)
        apart = np.bitwise_count(codes[:, None] ^ held[None])
        counts.append(int(np.count_nonzero(apart.min(axis=1) <= NEAR_BITS)))
    return max(counts)


def _codes(words: Words) -> npt.NDArray[np.uint64]:
    """Address and signature of each word as one integer."""
    return words.keys.astype(np.uint64) | words.signs.astype(np.uint64) << np.uint64(KEY_BITS)


def words_of(features: Features) -> Words:
    """Select and encode the words of a photo, most valuable first."""
    return encode(features.descriptors[_spread(features, _by_worth(features))])


def encode(descriptors: Floats) -> Words:
    """Encode descriptors of length 1, (n, 128), in their order."""
    return encode_along(along(descriptors))


def encode_along(places: Floats) -> Words:
    """Encode the result of `along`, in its order."""
    address = places[:, :KEY_BITS]
    weakest = np.argsort(np.abs(address), axis=1, kind="stable")[:, :DOUBTFUL_BITS]
    open_bits = np.zeros(address.shape, bool)
    np.put_along_axis(open_bits, weakest, values=True, axis=1)
    keys, signs = keys_and_signs(places)
    return Words(keys=keys, signs=signs, doubtful=_packed(open_bits))


def along(descriptors: Floats) -> Floats:
    """Project descriptors onto the directions, (n, `KEY_BITS` + `SIGN_BITS`)."""
    mean, directions = _basis()
    return np.asarray((descriptors - mean) @ directions, np.float32)


def keys_and_signs(places: Floats) -> tuple[Codes, Codes]:
    """Encode projected features that are only stored, not used in a query."""
    bits = places > 0
    return _packed(bits[:, :KEY_BITS]), _packed(bits[:, KEY_BITS:])


def _by_worth(features: Features) -> npt.NDArray[np.intp]:
    """Order features from most to least distinctive: strong, and unique within the photo."""
    if not len(features.points):
        return np.zeros(0, np.intp)
    likeness = features.descriptors @ features.descriptors.T
    np.fill_diagonal(likeness, 0.0)
    alone = np.maximum(1.0 - likeness.max(axis=1), 1e-3) ** (_SELF_LIKE / 2)
    return np.argsort(-features.strengths * alone, kind="stable")


def _spread(features: Features, order: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Take features in turn from the cells of a grid, so that every part of the frame has some."""
    height, width = features.grey.shape
    cells = np.minimum(features.points / [width / _GRID, height / _GRID], _GRID - 1).astype(int)
    cell = cells[order, 0] + _GRID * cells[order, 1]
    turn = np.zeros(len(order), int)
    for number in range(_GRID * _GRID):
        here = cell == number
        turn[here] = np.arange(np.count_nonzero(here))
    return order[np.argsort(turn, kind="stable")[:MOST_WORDS]]


def _packed(bits: npt.NDArray[np.bool_]) -> Codes:
    """Rows of bits as integers, first column lowest."""
    packed = np.packbits(bits, axis=1, bitorder="little")
    whole = np.zeros((len(bits), 4), np.uint8)
    whole[:, : packed.shape[1]] = packed
    return np.asarray(whole.view("<u4")[:, 0], np.uint32)


def words_to_hex(words: Words) -> str:
    """Words as hexadecimal text: address, signature, doubtful bits, 4 bytes each, little-endian."""
    rows = np.stack([words.keys, words.signs, words.doubtful], axis=1)
    return rows.astype("<u4").tobytes().hex()


def words_from(data: bytes) -> Words:
    """Read the bytes that `words_to_hex` wrote as text.

    Raises:
        ValueError: the bytes are not words.
    """
    rows = np.frombuffer(data, "<u4").reshape(-1, 3).astype(np.uint32)
    if (np.bitwise_count(rows[:, 2]) != DOUBTFUL_BITS).any() or (rows[:, 1] >> SIGN_BITS).any():
        raise ValueError("these bytes are not words of this version; fingerprint the photo again")
    return Words(keys=rows[:, 0].copy(), signs=rows[:, 1].copy(), doubtful=rows[:, 2].copy())
