"""Connectionist temporal classification: how likely strings are, and which are likeliest.

Both functions take a table of probabilities, time × symbols, and the column of each symbol;
the blank is the empty string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

_TINY = 1e-300
_EXACT_ABOVE = -600.0
"""Above this logarithm the scaled sums are exact: what could underflow is below e^-709."""

_BLOCK = 4096
"""Strings computed at once: keeps the working arrays in a few megabytes."""


def forward(
    table: npt.NDArray[np.float64], strings: Sequence[str], column: Mapping[str, int]
) -> npt.NDArray[np.float64]:
    """Natural logarithm of each string's probability, summed over all alignments, shape (n,)."""
    result = np.empty(len(strings), dtype=np.float64)
    order = sorted(range(len(strings)), key=lambda at: len(strings[at]))
    for start in range(0, len(order), _BLOCK):
        block = order[start : start + _BLOCK]
        result[block] = _forward_block(table, [strings[at] for at in block], column)
    return result


def _labels(
    strings: Sequence[str], column: Mapping[str, int]
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Spread strings over states: blank, first character, blank, … shape (n, 2L + 1).

    Also gives each string's length, and where a state may be entered from two states before
    (a character that differs from the one before it), as 0 or 1.
    """
    lengths = np.array([len(string) for string in strings], dtype=np.intp)
    longest = int(lengths.max(initial=0))
    states = np.full((len(strings), 2 * longest + 1), column[""], dtype=np.intp)
    for row, string in enumerate(strings):
        states[row, 1 : 2 * len(string) : 2] = [column[char] for char in string]
    skip = np.zeros(states.shape, dtype=np.float64)
    skip[:, 3::2] = states[:, 3::2] != states[:, 1:-2:2]
    return states, lengths, skip


def _forward_block(
    table: npt.NDArray[np.float64], strings: Sequence[str], column: Mapping[str, int]
) -> npt.NDArray[np.float64]:
    states, lengths, skip = _labels(strings, column)
    result = _scaled(table, states, lengths, skip)
    doubtful = np.flatnonzero(~(result > _EXACT_ABOVE))
    if doubtful.size:
        result[doubtful] = _logarithmic(table, states[doubtful], lengths[doubtful], skip[doubtful])
    result[lengths > len(table)] = -np.inf
    return result


def _ends(
    alpha: npt.NDArray[np.float64], lengths: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Pick the two states in which a string may end: its last character and the blank after."""
    rows = np.arange(len(lengths))
    last = alpha[rows, 2 * lengths]
    before = alpha[rows, np.maximum(2 * lengths - 1, 0)]
    return last, before


def _scaled(
    table: npt.NDArray[np.float64],
    states: npt.NDArray[np.intp],
    lengths: npt.NDArray[np.intp],
    skip: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Sum over alignments in plain probabilities, rescaled at each step."""
    alpha = np.zeros(states.shape, dtype=np.float64)
    alpha[:, :1] = 1.0
    scale = np.zeros(len(states), dtype=np.float64)
    for at, row in enumerate(table):
        if at == 0:
            alpha[:, 1:2] = 1.0
        else:
            fresh = alpha.copy()
            fresh[:, 1:] += alpha[:, :-1]
            fresh[:, 2:] += alpha[:, :-2] * skip[:, 2:]
            alpha = fresh
        alpha *= row[states]
        largest = np.maximum(alpha.max(axis=1), _TINY)
        alpha /= largest[:, None]
        scale += np.log(largest)
    last, before = _ends(alpha, lengths)
    total = last + np.where(lengths > 0, before, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(scale + np.log(total))


def _logarithmic(
    table: npt.NDArray[np.float64],
    states: npt.NDArray[np.intp],
    lengths: npt.NDArray[np.intp],
    skip: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Do the same sum in logarithms: slower, and exact however improbable a string is."""
    with np.errstate(divide="ignore"):
        logs, may = np.log(table), np.log(skip)
    alpha = np.full(states.shape, -np.inf)
    alpha[:, :1] = 0.0
    for at, row in enumerate(logs):
        if at == 0:
            alpha[:, 1:2] = 0.0
        else:
            fresh = alpha.copy()
            fresh[:, 1:] = np.logaddexp(fresh[:, 1:], alpha[:, :-1])
            fresh[:, 2:] = np.logaddexp(fresh[:, 2:], alpha[:, :-2] + may[:, 2:])
            alpha = fresh
        alpha = alpha + row[states]
    last, before = _ends(alpha, lengths)
    return np.asarray(np.logaddexp(last, np.where(lengths > 0, before, -np.inf)))


def best_strings(
    table: npt.NDArray[np.float64], column: Mapping[str, int], *, width: int
) -> list[str]:
    """Find likely strings by prefix beam search (Hannun et al. 2014), at most `width` of them.

    The probabilities of prefixes are those of the alignments that stayed in the beam; callers
    that need exact ones ask `forward`.
    """
    names = {at: symbol for symbol, at in column.items()}
    blank = column[""]
    beam: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for row in table:
        fresh: dict[str, list[float]] = {}
        likely = [int(at) for at in np.flatnonzero(row > 1e-3) if at != blank]
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
