"""Character alternatives of a line: a compact form of the recogniser's CTC probabilities.

A CTC recogniser gives, for each of T time steps across a line, a distribution over its alphabet and
one extra symbol, *blank*. A string's probability is the sum over all its alignments with the steps
(Graves et al. 2006, equations 3, 6 and 7). A `Lattice` stores, for each step, the most probable
symbols and one number, `rest`: the probability of all others. The rest is spread evenly over the
symbols that were not stored, and never makes one of them more probable than the least probable
stored symbol, since the recogniser ranked them lower.

Every likelihood is computed from the stored form alone, so a lattice that was stored or exported
gives the same numbers, bit for bit, as the original.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from vision.errors import ReadingRefused
from vision.ocr.ctc import best_strings
from vision.ocr.neighbours import Near

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

BLANK = ""
"""The CTC blank in a lattice: it stands for no character."""

KEEP = 8
"""Symbols stored for each time step, blank included."""

LEAST = 1e-4
"""Symbols less probable than this at a step go into the rest."""

UNITS = 200
"""Stored numbers are round(-UNITS × ln p): steps of half a percent."""

PLAIN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Characters of a folded serial; always queried, whatever was stored."""

FORMAT = "nameplate-lattice-1"

MAX_STEPS = 2000
MAX_TEXT = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One time step: stored symbols, best first, with their probabilities, and the rest (0–1)."""

    symbols: tuple[str, ...]
    levels: tuple[int, ...]
    """`round(-UNITS × ln p)` of each stored symbol."""
    rest: int
    """The same for everything not stored; -1 if nothing is left."""

    def __post_init__(self) -> None:
        """Reject a step that cannot be a distribution."""
        if not self.symbols or len(self.symbols) != len(self.levels):
            raise ValueError("a step needs symbols, and one level for each")
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError("a symbol occurs twice in one step")
        if min(self.levels) < 0 or self.rest < -1:
            raise ValueError("a level below zero would be a probability above one")

    def probabilities(self) -> tuple[npt.NDArray[np.float64], float]:
        """Return the stored probabilities and the rest, which together sum to one."""
        kept = np.exp(-np.array(self.levels, dtype=np.float64) / UNITS)
        rest = 0.0 if self.rest < 0 else float(np.exp(-self.rest / UNITS))
        total = float(kept.sum()) + rest
        return kept / total, rest / total


class Run(NamedTuple):
    """A number of identical time steps in a row."""

    times: int
    symbols: tuple[str, ...]
    levels: tuple[int, ...]
    rest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLattice:
    """The storage form of a lattice; `Lattice.of` rebuilds it."""

    format: str
    alphabet_size: int
    units: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """What a recogniser saw in one line, step by step; computes the likelihood of any string."""

    steps: tuple[Step, ...]
    alphabet_size: int
    """Size of the recogniser's alphabet, blank included: the rest is shared among its symbols."""

    @classmethod
    def from_probabilities(
        cls,
        probabilities: npt.NDArray[np.floating[Any]],
        alphabet: Sequence[str],
        *,
        blank: int = 0,
    ) -> Lattice:
        """Build a lattice from a recogniser's output.

        `probabilities` is time × alphabet, rows summing to one; `alphabet[blank]` is ignored.
        """
        rows = np.asarray(probabilities)
        steps = []
        for row in rows:
            columns = np.flatnonzero(row >= LEAST)
            kept = row[columns].astype(np.float64)
            order = np.argsort(-kept, kind="stable")[:KEEP]
            best = [int(at) for at in columns[order]] or [int(row.argmax())]
            steps.append(_step(row[best].astype(np.float64), best, alphabet, blank))
        return cls(steps=tuple(steps), alphabet_size=rows.shape[1])

    @cached_property
    def text(self) -> str:
        """Collapse the best path, the most probable symbol of each step, into its string."""
        return "".join(char for char, _, _ in self.path)

    @cached_property
    def path(self) -> tuple[tuple[str, int, int], ...]:
        """Return each character of the best path with its first and one-past-last time step."""
        found: list[tuple[str, int, int]] = []
        before = BLANK
        for at, step in enumerate(self.steps):
            symbol = step.symbols[0]
            if symbol != BLANK and symbol == before:
                char, first, _ = found[-1]
                found[-1] = (char, first, at + 1)
            elif symbol != BLANK:
                found.append((symbol, at, at + 1))
            before = symbol
        return tuple(found)

    @cached_property
    def symbols(self) -> tuple[str, ...]:
        """List every symbol stored at any step, blank first, the others sorted."""
        kept = {symbol for step in self.steps for symbol in step.symbols}
        return (BLANK, *sorted(kept - {BLANK}))

    def matrix(self, extra: Sequence[str] = ()) -> tuple[npt.NDArray[np.float64], dict[str, int]]:
        """Return probabilities as time × symbols, for the stored symbols and the `extra` ones.

        Symbols not stored at a step get an even share of that step's rest.
        """
        names = (*self.symbols, *sorted(set(extra) - set(self.symbols)))
        column = {symbol: at for at, symbol in enumerate(names)}
        sizes = np.array([len(step.symbols) for step in self.steps], dtype=np.intp)
        kept, rest = self._probabilities
        unkept = np.maximum(self.alphabet_size - sizes, 1)
        least = np.minimum.reduceat(kept, np.cumsum(sizes) - sizes) if kept.size else rest
        table = np.repeat(np.minimum(rest / unkept, least)[:, None], len(names), axis=1)
        places = [column[symbol] for step in self.steps for symbol in step.symbols]
        table[np.repeat(np.arange(len(sizes)), sizes), places] = kept
        return table, column

    @cached_property
    def _probabilities(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return the stored probabilities of all steps, concatenated, and the rest of each step."""
        sizes = [len(step.symbols) for step in self.steps]
        starts = np.cumsum(sizes, dtype=np.intp) - np.array(sizes, dtype=np.intp)
        levels = np.array([level for step in self.steps for level in step.levels], dtype=float)
        left = np.array([step.rest for step in self.steps], dtype=float)
        kept = np.exp(-levels / UNITS)
        rest = np.where(left < 0, 0.0, np.exp(-left / UNITS))
        total = np.add.reduceat(kept, starts) + rest if len(sizes) else rest
        return kept / np.repeat(total, sizes), rest / total

    def log_likelihood(self, strings: Sequence[str]) -> npt.NDArray[np.float64]:
        """Natural logarithm of the probability of each string, same order, shape (n,).

        Exact CTC forward sum over all alignments. A string that cannot fit (more characters than
        time steps) gets minus infinity. The probabilities of all strings over the recogniser's
        alphabet sum to at most one.
        """
        strange = set("".join(strings)) - self._near.column.keys()
        if strange:
            table, column = self.matrix((*PLAIN, *strange))
            return Near(table=table, column=column).log_likelihood(strings)
        return self._near.log_likelihood(strings)

    @cached_property
    def _near(self) -> Near:
        table, column = self.matrix(PLAIN)
        return Near(table=table, column=column)

    def best(self, count: int = 8, *, width: int = 24) -> tuple[tuple[str, float], ...]:
        """Find the most probable strings, best first, each with its exact log likelihood."""
        table, column = self.matrix()
        found = best_strings(table, column, width=max(width, count))
        exact = self.log_likelihood(found)
        order = np.argsort(-exact, kind="stable")[:count]
        return tuple((found[int(at)], float(exact[at])) for at in order)

    def part(self, first: int, last: int) -> Lattice:
        """Cut out the time steps of characters `first` to `last - 1` of `text`.

        Blank steps between two characters are split at their middle. Used to get the value of a
        line such as `S/N 0836` without its label.
        """
        path = self.path
        if not 0 <= first < last <= len(path):
            raise ValueError(f"characters {first} to {last} are not in a line of {len(path)}")
        start = 0 if first == 0 else (path[first - 1][2] + path[first][1] + 1) // 2
        stop = (
            len(self.steps) if last == len(path) else (path[last - 1][2] + path[last][1] + 1) // 2
        )
        stop = max(stop, path[last - 1][2])
        return Lattice(steps=self.steps[start:stop], alphabet_size=self.alphabet_size)

    def joined(self, other: Lattice) -> Lattice:
        """Append another lattice after a certain blank: fragments of one line."""
        between = Step(symbols=(BLANK,), levels=(0,), rest=-1)
        steps = (*self.steps, between, *other.steps)
        size = max(self.alphabet_size, other.alphabet_size)
        return Lattice(steps=steps, alphabet_size=size)

    def folded(self, mapping: Mapping[str, str]) -> Lattice:
        """Merge symbols: each is replaced according to `mapping`, or stays if it is not in it.

        A symbol mapped to the empty string becomes blank, so that `AC/46` and `AC46` become one
        string if `/` maps to nothing. Probabilities of merged symbols add up.
        """
        steps = tuple(_fold_step(step, mapping) for step in self.steps)
        return Lattice(steps=steps, alphabet_size=self.alphabet_size)

    def stored(self) -> StoredLattice:
        """Return the storage form, a few kilobytes a line; equal steps are run-length encoded."""
        runs: list[Run] = []
        for step in self.steps:
            times = 1
            if runs and runs[-1][1:] == (step.symbols, step.levels, step.rest):
                times += runs.pop().times
            runs.append(Run(times, step.symbols, step.levels, step.rest))
        return StoredLattice(
            format=FORMAT, alphabet_size=self.alphabet_size, units=UNITS, runs=tuple(runs)
        )

    @classmethod
    def of(cls, stored: StoredLattice) -> Lattice:
        """Rebuild a lattice from its storage form; raises `ReadingRefused` for invalid data."""
        if stored.format != FORMAT or stored.units != UNITS:
            raise ReadingRefused(f"this lattice is not in the form {FORMAT!r}")
        times = [run.times for run in stored.runs]
        if min(times, default=1) < 1 or sum(times) > MAX_STEPS or stored.alphabet_size < 1:
            raise ReadingRefused(f"a lattice has 1 to {MAX_STEPS} steps and an alphabet")
        steps: list[Step] = []
        try:
            for run in stored.runs:
                step = Step(symbols=run.symbols, levels=run.levels, rest=run.rest)
                steps.extend([step] * run.times)
        except ValueError as error:
            raise ReadingRefused(f"a stored lattice cannot be rebuilt: {error}") from error
        return cls(steps=tuple(steps), alphabet_size=stored.alphabet_size)


def _level(probability: float) -> int:
    return max(round(-UNITS * float(np.log(probability))), 0)


def _step(
    kept: npt.NDArray[np.float64], columns: list[int], alphabet: Sequence[str], blank: int
) -> Step:
    rest = 1.0 - float(kept.sum())
    return Step(
        symbols=tuple(BLANK if c == blank else alphabet[c] for c in columns),
        levels=tuple(_level(float(p)) for p in kept),
        rest=-1 if rest < 1e-12 else _level(rest),
    )


def _fold_step(step: Step, mapping: Mapping[str, str]) -> Step:
    if mapping.keys().isdisjoint(step.symbols):
        return step
    kept, rest = step.probabilities()
    sums: dict[str, float] = {}
    for symbol, probability in zip(step.symbols, kept, strict=True):
        target = mapping.get(symbol, symbol)
        sums[target] = sums.get(target, 0.0) + float(probability)
    ranked = sorted(sums.items(), key=lambda item: -item[1])
    return Step(
        symbols=tuple(symbol for symbol, _ in ranked),
        levels=tuple(_level(probability) for _, probability in ranked),
        rest=-1 if rest <= 0 else _level(rest),
    )
