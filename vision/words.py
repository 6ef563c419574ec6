"""Short codes of single features, by which a crop or a turned copy is proposed.

A *word* is the sign pattern of a descriptor along the directions of `vision.word_training`:
`KEY_BITS` of it are its address in an index, `SIGN_BITS` more are compared. A photo stores few
words and asks with many, since the other photo may show a part of it only. Which bits of an
address are doubtful (the descriptor lies close to the border) is part of the question: the
index looks under every address that differs in those bits alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from vision.features import MIRROR_ORDER, Floats

if TYPE_CHECKING:
    from vision.features import Features

Codes = npt.NDArray[np.uint32]

KEY_BITS: Final = 19
SIGN_BITS: Final = 24
DOUBTFUL_BITS: Final = 4
"""Bits of an address that a question leaves open: 16 addresses a feature."""
STORED: Final = 24
"""Words that an index keeps of a photo."""
ASKED: Final = 192
"""Words that a photo asks with."""

_BASIS_FILE: Final = Path(__file__).with_name("word_basis.npz")
_GRID: Final = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """Words of one photo, (n,) each: addresses, signatures, and the doubtful address bits."""

    keys: Codes
    signs: Codes
    doubtful: Codes


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhotoWords:
    """What a photo stores and what it asks with."""

    stored: Words
    asked: Words


@cache
def _basis() -> tuple[Floats, Floats, int, int]:
    """Mean, directions, and the bits of address and signature that mirroring turns over."""
    with np.load(_BASIS_FILE, allow_pickle=False) as file:
        mean = file["mean"]
        directions = file["directions"][:, : KEY_BITS + SIGN_BITS]
    turned = (directions * directions[MIRROR_ORDER]).sum(axis=0) < 0
    key_turn, sign_turn = _packed(turned[None, :KEY_BITS]), _packed(turned[None, KEY_BITS:])
    return mean, directions, int(key_turn[0]), int(sign_turn[0])


def mirror_masks() -> tuple[int, int]:
    """Bits of address and signature that turn over when the photo is mirrored."""
    return _basis()[2:]


def words_of(features: Features) -> PhotoWords:
    """Choose and encode the words of a photo."""
    mean, directions, _, _ = _basis()
    along = (features.descriptors - mean) @ directions
    address = along[:, :KEY_BITS]
    weakest = np.argsort(np.abs(address), axis=1)[:, :DOUBTFUL_BITS]
    open_bits = np.zeros(address.shape, bool)
    np.put_along_axis(open_bits, weakest, values=True, axis=1)
    signs = _packed(along[:, KEY_BITS:] > 0)
    every = Words(keys=_packed(address > 0), signs=signs, doubtful=_packed(open_bits))
    order = _by_worth(features)
    return PhotoWords(
        stored=_take(every, _spread(features, order, STORED)),
        asked=_take(every, _spread(features, order, ASKED)),
    )


def _by_worth(features: Features) -> npt.NDArray[np.intp]:
    """Features from the most to the least likely to be found again: strong and not tiny."""
    worth = features.strengths * np.sqrt(np.minimum(features.sizes, 24.0))
    return np.argsort(-worth, kind="stable")


def _spread(features: Features, order: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
    """Take features in turn from the cells of a grid, so that every part of the frame has some."""
    height, width = features.grey.shape
    cells = np.minimum(features.points / [width / _GRID, height / _GRID], _GRID - 1).astype(int)
    cell = cells[order, 0] + _GRID * cells[order, 1]
    turn = np.zeros(len(order), int)
    for number in range(_GRID * _GRID):
        here = cell == number
        turn[here] = np.arange(np.count_nonzero(here))
    return order[np.argsort(turn, kind="stable")[:count]]


def _take(words: Words, chosen: npt.NDArray[np.intp]) -> Words:
    return Words(
        keys=words.keys[chosen], signs=words.signs[chosen], doubtful=words.doubtful[chosen]
    )


def _packed(bits: npt.NDArray[np.bool_]) -> Codes:
    """Rows of bits as numbers, the first column the lowest bit."""
    weights = np.left_shift(np.uint32(1), np.arange(bits.shape[1], dtype=np.uint32))
    return np.asarray((bits * weights).sum(axis=1), np.uint32)


def stored_hex(words: PhotoWords) -> str:
    """Stored words as hexadecimal text: address and signature, 4 bytes each, little-endian."""
    pairs = np.stack([words.stored.keys, words.stored.signs], axis=1)
    return pairs.astype("<u4").tobytes().hex()


def probe_hex(words: PhotoWords) -> str:
    """Asked words likewise, with the doubtful bits as a third number."""
    asked = words.asked
    return np.stack([asked.keys, asked.signs, asked.doubtful], axis=1).astype("<u4").tobytes().hex()


def stored_from(data: bytes) -> Words:
    """Read what `stored_hex` wrote (as bytes); nothing is doubtful in it."""
    pairs = np.frombuffer(data, "<u4").reshape(-1, 2).astype(np.uint32)
    return Words(keys=pairs[:, 0], signs=pairs[:, 1], doubtful=np.zeros(len(pairs), np.uint32))


def asked_from(data: bytes) -> Words:
    """Read what `probe_hex` wrote (as bytes)."""
    rows = np.frombuffer(data, "<u4").reshape(-1, 3).astype(np.uint32)
    return Words(keys=rows[:, 0], signs=rows[:, 1], doubtful=rows[:, 2])
