"""Connectionist temporal classification (CTC): string likelihoods and prefix beam search.

Both functions take a table of probabilities, time × symbols, and the column of each symbol; the
blank is the empty string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAFE = 1e-250
"""Sums below this, relative to the likeliest path, may have lost digits to underflow and are
recomputed in logarithms.
"""

_BLOCK = 4096
"""Strings computed at once: limits the working arrays to a few megabytes."""

Floats = npt.NDArray[np.float64]
Columns = npt.NDArray[np.intp]


def forward(table: Floats, strings: Sequence[str], column: Mapping[str, int]) -> Floats:
    """Natural logarithm of each string's probability, summed over all alignments, shape (n,)."""
    columns, lengths = spelled(strings, column)
    result = np.empty(len(strings), dtype=np.float64)
    order = np.argsort(lengths, kind="stable")
    for start in range(0, len(order), _BLOCK):
        block = order[start : start + _BLOCK]
        longest = int(lengths[block[-1]])
        result[block] = _forward_block(table, columns[block, :longest], lengths[block], column[""])
    return result


def spelled(strings: Sequence[str], column: Mapping[str, int]) -> tuple[Columns, Columns]:
    """Return each character's column in the table, shape (n, longest), and each string's length.

    Past the end of a string, the column is that of the blank.
    """
    lengths = np.array([len(string) for string in strings], dtype=np.intp)
    width = int(lengths.max(initial=0))
    if not width:
        return np.zeros((len(strings), 0), dtype=np.intp), lengths
    points = np.array(strings, dtype=f"U{width}").view(np.uint32).reshape(-1, width)
    names = np.full(int(points.max()) + 1, -1, dtype=np.intp)
    for symbol, at in column.items():
        if len(symbol) == 1 and ord(symbol) < names.size:
            names[ord(symbol)] = at
    columns = names[points]
    columns[np.arange(width) >= lengths[:, None]] = column[""]
    if columns.min() < 0:
        raise KeyError("a character stands in no column of the table")
    return columns, lengths


def peaked(table: Floats) -> tuple[Floats, float]:
    """Divide each step by its likeliest symbol; also return the logarithm of the divisor."""
    peaks = np.maximum(table.max(axis=1), 1e-300)
    return table / peaks[:, None], float(np.log(peaks).sum())


def _forward_block(table: Floats, columns: Columns, lengths: Columns, blank: int) -> Floats:
    states, skip = _states(columns, blank)
    scaled, lost = peaked(table)
    total = _plain(scaled, states, lengths, skip)
    with np.errstate(divide="ignore"):
        result = np.log(total) + lost
    doubtful = np.flatnonzero(~(total > SAFE))
    if doubtful.size:
        chosen = (states[:, doubtful], lengths[doubtful], skip[:, doubtful])
        result[doubtful] = _logarithmic(table, *chosen)
    result[lengths > len(table)] = -np.inf
    return result


def _states(columns: Columns, blank: int) -> tuple[Columns, Floats]:
    """Expand strings into states: blank, first character, blank, … shape (2L + 1, n).

    Also returns, as 0 or 1, whether a state can be entered from two states before (if its character
    differs from the one before).
    """
    states = np.full((2 * columns.shape[1] + 1, len(columns)), blank, dtype=np.intp)
    states[1::2] = columns.T
    skip = np.zeros(states.shape, dtype=np.float64)
    skip[3::2] = states[3::2] != states[1:-2:2]
    return states, skip


def _ends(alpha: Floats, lengths: Columns) -> tuple[Floats, Floats]:
    """Select the two final states of a string: its last character and the blank after it."""
    each = np.arange(len(lengths))
    last = alpha[2 * lengths, each]
    before = alpha[np.maximum(2 * lengths - 1, 0), each]
    return last, before


def _plain(scaled: Floats, states: Columns, lengths: Columns, skip: Floats) -> Floats:
    """Sum over alignments in plain probabilities, relative to the likeliest path."""
    alpha = np.zeros(states.shape, dtype=np.float64)
    alpha[:1] = 1.0
    for at, row in enumerate(scaled):
        if at == 0:
            alpha[1:2] = 1.0
        else:
            fresh = alpha.copy()
            fresh[1:] += alpha[:-1]
            fresh[2:] += alpha[:-2] * skip[2:]
            alpha = fresh
        alpha *= row[states]
    last, before = _ends(alpha, lengths)
    return np.asarray(last + np.where(lengths > 0, before, 0.0))


def _logarithmic(table: Floats, states: Columns, lengths: Columns, skip: Floats) -> Floats:
    """Compute the same sum in logarithms: slower, but exact for improbable strings."""
    with np.errstate(divide="ignore"):
        logs, may = np.log(table), np.log(skip)
    alpha = np.full(states.shape, -np.inf)
    alpha[:1] = 0.0
    for at, row in enumerate(logs):
        if at == 0:
            alpha[1:2] = 0.0
        else:
            fresh = alpha.copy()
            fresh[1:] = np.logaddexp(fresh[1:], alpha[:-1])
            fresh[2:] = np.logaddexp(fresh[2:], alpha[:-2] + may[2:])
            alpha = fresh
        alpha = alpha + row[states]
    last, before = _ends(alpha, lengths)
    return np.asarray(np.logaddexp(last, np.where(lengths > 0, before, -np.inf)))


def best_strings(table: Floats, column: Mapping[str, int], *, width: int) -> list[str]:
    """Find likely strings by prefix beam search (Hannun et al. 2014), at most `width` of them.

    The probabilities of prefixes cover only alignments that stayed in the beam; for exact ones use
    `forward`.
    """
    names = {at: symbol for symbol, at in column.items()}
    blank = column[""]
    beam: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for row in table:
        likely = [int(at) for at in np.flatnonzero(row > 1e-3) if at != blank]
        if not likely:  # between characters: nothing grows, so the ranking stays
            beam = {
                prefix: (
                    (ended + running) * float(row[blank]),
                    running * float(row[column[prefix[-1]]]) if prefix else 0.0,
                )
                for prefix, (ended, running) in beam.items()
            }
            continue
        fresh: dict[str, list[float]] = {}
        for prefix, (ended, running) in beam.items():
            entry = fresh.setdefault(prefix, [0.0, 0.0])
            entry[0] += (ended + running) * float(row[blank])
            if prefix:
                entry[1] += running * float(row[column[prefix[-1]]])
            for at in likely:
                char = names[at]
                grown = fresh.setdefault(prefix + char, [0.0, 0.0])
                came = ended if prefix.endswith(char) else ended + running
                grown[1] += came * float(row[at])
        ranked = sorted(fresh.items(), key=lambda item: -(item[1][0] + item[1][1]))[:width]
        total = sum(a + b for _, (a, b) in ranked) or 1.0
        beam = {prefix: (a / total, b / total) for prefix, (a, b) in ranked}
    return sorted(beam, key=lambda prefix: -sum(beam[prefix]))
