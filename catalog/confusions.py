"""How readings err: directed confusion tables, separate for machines, people and codes.

A confusion is directed: a worn 8 is often read as B, a B seldom as 8. Each table says how often a
*true* character is *read* as another; which characters look alike at all is in `values.text`.
Tables are data with a version and a source, so that a bundle can name the one that was used.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Characters that are compared; all others share one last column and equal only themselves."""

DIGITS = 10
OTHER = len(ALPHABET)
WIDTH = OTHER + 1

OTHER_KIND = 0.1
"""Where no confusion is listed, the rate at which a digit is read as a letter, relative to the rate
for another digit (and the reverse); a stated assumption.
"""

UNREADABLE = "?"
"""What a person writes for a character that is there but unreadable."""

Origin = Literal["machine", "human", "code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorModel:
    """How one kind of reading errs, character by character.

    All rates are probabilities (0–1) for each true character: `substitution` is the share read as
    some other digit (for a digit) or letter (for a letter); `insertion` the share of places where a
    character is read that is not there; `deletion` the share of characters left out.
    """

    name: str
    version: str
    substitution: float
    insertion: float
    deletion: float
    confusions: Mapping[str, float]
    """`"8B": 0.22` = a true 8 is read as B in 22 of 100 cases."""
    source: str

    def __post_init__(self) -> None:
        """Reject rates outside 0–1 and rows whose rates sum to more than 1."""
        for rate in (self.substitution, self.insertion, self.deletion, *self.confusions.values()):
            if not 0.0 < rate < 1.0:
                raise ValueError(f"error model {self.name}: rate {rate} is not between 0 and 1")
        for true in {pair[0] for pair in self.confusions}:
            lost = sum(rate for pair, rate in self.confusions.items() if pair[0] == true)
            if lost + (1.0 + OTHER_KIND) * self.substitution >= 1.0:
                raise ValueError(f"error model {self.name}: nothing is left for a true {true}")

    def scaled(self, factor: float) -> ErrorModel:
        """Return the same model with rates times `factor`, at most 9 in 10 for one character."""
        rate = min(self.substitution * factor, 0.3)
        room = 0.9 - (1.0 + OTHER_KIND) * rate
        most = {
            true: room / sum(r for pair, r in self.confusions.items() if pair[0] == true)
            for true in {pair[0] for pair in self.confusions}
        }
        return ErrorModel(
            name=self.name,
            version=f"{self.version} x{factor:g}",
            substitution=rate,
            insertion=min(0.3, self.insertion * factor),
            deletion=min(0.3, self.deletion * factor),
            confusions=MappingProxyType(
                {pair: r * min(factor, most[pair[0]]) for pair, r in self.confusions.items()}
            ),
            source=self.source,
        )


def _both_ways(rates: Mapping[str, float]) -> dict[str, float]:
    """Write a confusion that works both ways as two directed entries."""
    return {pair: rate for text, rate in rates.items() for pair in (text, text[::-1])}


MACHINE = ErrorModel(
    name="machine text",
    version="2026-11",
    substitution=0.02,
    insertion=0.004,
    deletion=0.008,
    confusions=MappingProxyType(
        {
            # Measured: Tesseract on 19 rendered fonts, without a character whitelist (field notes).
            "8B": 0.22,
            "B8": 0.01,
            "5S": 0.28,
            "S5": 0.03,
            "0O": 0.39,
            "O0": 0.24,
            # Not measured: same shapes, set to a tenth of the measured rates of their kind.
            "1I": 0.10,
            "I1": 0.10,
            "1L": 0.03,
            "L1": 0.02,
            "2Z": 0.05,
            "Z2": 0.03,
            "6G": 0.05,
            "G6": 0.03,
            "0D": 0.03,
            "D0": 0.03,
            "0Q": 0.02,
            "Q0": 0.05,
            "7T": 0.02,
            "T7": 0.01,
            "4A": 0.02,
            "A4": 0.01,
        }
    ),
    source="confusions of 8/B, 5/S, 0/O: Tesseract on 19 rendered fonts; the rest and the general "
    "rate are stated assumptions, for machine text that comes without its own alternatives",
)

HUMAN = ErrorModel(
    name="human transcription",
    version="2026-11",
    substitution=0.01,
    insertion=0.002,
    deletion=0.004,
    confusions=MappingProxyType(
        _both_ways({"0O": 0.15, "1I": 0.10, "8B": 0.02, "5S": 0.02, "2Z": 0.01, "6G": 0.01})
        | {"1L": 0.02, "0D": 0.02, "0Q": 0.02, "Q0": 0.05, "D0": 0.01}
    ),
    source="stated assumption: one character in a hundred, and the shapes that many plate fonts "
    "draw alike; a person marks an unreadable character with ?",
)

CODE = ErrorModel(
    name="decoded code",
    version="2026-11",
    substitution=1e-6,
    insertion=1e-7,
    deletion=1e-7,
    confusions=MappingProxyType({}),
    source="stated assumption: Data Matrix and QR carry Reed-Solomon check words, so a wrong "
    "character that decodes is rare; the wrong label on the right item is not covered",
)

MODELS: Mapping[str, ErrorModel] = MappingProxyType(
    {"machine": MACHINE, "human": HUMAN, "code": CODE}
)
"""Error model by origin of a reading; these are never mixed."""


@lru_cache(maxsize=1)
def byte_columns() -> npt.NDArray[np.intp]:
    """Column number (0-36) of each byte value, shape (256,)."""
    table = np.full(256, OTHER, dtype=np.intp)
    table[np.frombuffer(ALPHABET.encode(), dtype=np.uint8)] = np.arange(OTHER)
    table.setflags(write=False)
    return table


def encode(keys: npt.NDArray[np.bytes_]) -> npt.NDArray[np.intp]:
    """Column numbers of folded keys, shape (n, width); bytes past the end of a key give `OTHER`."""
    raw = np.ascontiguousarray(keys).view(np.uint8).reshape(keys.size, keys.dtype.itemsize)
    return byte_columns()[raw]


_MATRICES: dict[tuple[str, str], npt.NDArray[np.float64]] = {}


def confusion_matrix(model: ErrorModel) -> npt.NDArray[np.float64]:
    """P(read | true), rows true, columns read, shape (37, 37), rows sum to one.

    The last row and column stand for all characters outside `ALPHABET`. Computed once for each name
    and version of a model.
    """
    known = _MATRICES.get((model.name, model.version))
    if known is None:
        known = _MATRICES[model.name, model.version] = _matrix(model)
    return known


def _matrix(model: ErrorModel) -> npt.NDArray[np.float64]:
    rate, digits, letters = model.substitution, DIGITS, OTHER - DIGITS
    table = np.full((WIDTH, WIDTH), OTHER_KIND * rate / WIDTH)
    table[:digits, :digits] = rate / (digits - 1)
    table[digits:OTHER, digits:OTHER] = rate / (letters - 1)
    for pair, share in model.confusions.items():
        table[ALPHABET.index(pair[0]), ALPHABET.index(pair[1])] = share
    np.fill_diagonal(table, 0.0)
    np.fill_diagonal(table, 1.0 - table.sum(axis=1))
    table.setflags(write=False)
    return table


def emissions(text: str, model: ErrorModel) -> npt.NDArray[np.float64]:
    """P(character read at each place | true character), shape (places, 37).

    A place is a byte of the text in UTF-8, so there is one for each letter and digit of the
    alphabet. A `?` says only that there is a character: it is equally probable under every one.
    """
    raw = np.frombuffer(text.encode(), dtype=np.uint8)
    rows: npt.NDArray[np.float64] = confusion_matrix(model).T[byte_columns()[raw]]
    rows[raw == ord(UNREADABLE)] = 1.0
    return rows
