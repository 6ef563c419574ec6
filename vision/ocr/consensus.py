"""Choose among several readings of one line (by passes or engines) the most compatible with all.

Each pass reads a place a little differently, and the surest one is not always right: a pass over a
small picture may be sure of one wrong letter that three closer passes contradict. So every text is
weighed under the probabilities of all passes; the result is the likeliest text, as read by the pass
that read it.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import numpy as np

from vision.ocr.lattice import Lattice
from vision.shapes import RARE_LETTER, letters_and_digits, rare_letters

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from vision.ocr.engine import Recognised
    from vision.types import StringLikelihood, TextLine

LEAST_LONG = 4
"""Lines with fewer letters and digits stay as the surest pass read them."""

ALIKE = 0.6
"""Readings with a similarity below this (0–1) are of another place, or of nothing."""

SAME_LENGTH = 1
"""Readings whose lengths differ by at most this are of the whole line; shorter ones of a part."""

SURE_PART = 0.95
"""A reading of a part of the line counts if it is at least this sure (0–1)."""

VETO = -7.0
"""The penalty that one pass can give a text is limited to this natural logarithm."""

DROPPED = dict.fromkeys(" .,:;-_/\\'\"()[]#*+|~`", "")
"""Separators on which passes differ; texts are compared by letters and digits."""


def most_agreed(readings: Sequence[Recognised | TextLine]) -> int:
    """Return the index of the best of several readings of one line, the surest given first."""
    lead = letters_and_digits(readings[0].text)
    if len(lead) < LEAST_LONG:
        return 0
    texts = [letters_and_digits(one.text) for one in readings]
    whole = [at for at, text in enumerate(texts) if _alike(lead, text)]
    names = list(dict.fromkeys(texts[at] for at in whole))
    if len(names) < 2:
        return 0
    total = np.log(RARE_LETTER) * np.array([rare_letters(name) for name in names])
    for one, text in zip(readings, texts, strict=True):
        if _alike(lead, text) or _part_of(lead, text, one.confidence):
            total = total + _weighed(one.lattice, names, len(text))
    best = names[int(np.argmax(total))]
    said = [at for at in whole if texts[at] == best]
    return max(said, key=lambda at: (at == 0, readings[at].confidence))


def contradicts(text: str, recognised: Recognised) -> bool:
    """Whether a pass surely read other letters or digits at the place of an identifier."""
    lead, other = letters_and_digits(text), letters_and_digits(recognised.text)
    if not any(char.isdigit() for char in lead) or other in lead or lead in other:
        return False
    return _part_of(lead, other, recognised.confidence) or (
        recognised.confidence >= SURE_PART and _alike(lead, other)
    )


def without_case(lattice: Lattice) -> Lattice:
    """Fold a lattice to capitals without separators.

    A letter whose capital form is two letters (ß) stays: a symbol is one character.
    """
    upper = {symbol: symbol.upper() for symbol in lattice.symbols if len(symbol.upper()) == 1}
    return lattice.folded({**upper, **DROPPED})


def _alike(lead: str, text: str) -> bool:
    """Whether a text is another reading of the whole line, with nothing cut off."""
    if text != lead and text in lead:
        return False
    same_length = abs(len(text) - len(lead)) <= SAME_LENGTH
    return same_length and SequenceMatcher(None, lead, text, autojunk=False).ratio() >= ALIKE


def _part_of(lead: str, text: str, confidence: float) -> bool:
    """Whether a reading is surely one of a part of the line."""
    if confidence < SURE_PART or not LEAST_LONG <= len(text) < len(lead):
        return False
    matcher = SequenceMatcher(None, lead, text, autojunk=False)
    return sum(block.size for block in matcher.get_matching_blocks()) >= ALIKE * len(text)


def _weighed(
    lattice: StringLikelihood | None, names: Sequence[str], length: int
) -> npt.NDArray[np.float64]:
    """Log likelihood of each text under one pass, relative to the likeliest, at least `VETO`.

    A pass that read `length` characters of a longer line is scored on the best such part of each
    text.
    """
    if not isinstance(lattice, Lattice):
        return np.zeros(len(names))
    plain = without_case(lattice)
    short = length + SAME_LENGTH < min(map(len, names))
    parts = [_parts(name, length) if short else [name] for name in names]
    seen = np.array([plain.log_likelihood(pieces).max() for pieces in parts])
    return np.asarray(np.maximum(seen - seen.max(), VETO))


def _parts(name: str, length: int) -> list[str]:
    return [name[at : at + length] for at in range(len(name) - length + 1)]
