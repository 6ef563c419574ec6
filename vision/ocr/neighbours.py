"""Exact CTC likelihoods of all strings one edit away from a string.

The forward and backward sums over all alignments of the string itself are cached. An edit affects
only one place, so the sums before and after it need not be recomputed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from vision.ocr.ctc import SAFE, forward, peaked, spelled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy.typing as npt

    from vision.ocr.ctc import Columns, Floats

ENOUGH = 3
"""From this many strings on, the commonest character of each place is a useful centre."""

MOST_KEPT = 8
"""Strings whose sums are cached for further queries."""


@dataclass(frozen=True, kw_only=True)
class Middle:
    """One string under one table, with the forward and backward sums over its alignments.

    States are blank, first character, blank, … With T steps and L characters, `before[t, s]` is the
    sum over all ways in which the first t steps end in state s, `after[t, s]` over all ways in
    which the steps from t on start in state s, both relative to the likeliest path.
    """

    columns: Columns
    scaled: Floats
    before: Floats
    after: Floats
    blank: int

    @classmethod
    def of(cls, scaled: Floats, columns: Columns, blank: int) -> Middle:
        """Sum over all alignments of the string given by these columns.

        `scaled` is the table relative to its likeliest path (see `ctc.peaked`).
        """
        states = np.full(2 * len(columns) + 1, blank, dtype=np.intp)
        states[1::2] = columns
        size = states.size
        onwards = np.eye(size) + np.eye(size, k=-1)
        skips = np.arange(3, size, 2)
        onwards[skips, skips - 2] = states[skips] != states[skips - 2]
        both = np.zeros((2, size, size))
        both[0], both[1] = onwards, onwards[::-1, ::-1].T
        ways = np.stack([scaled[:, states], scaled[::-1, states[::-1]]], axis=1)
        sums = np.zeros((len(scaled) + 1, 2, size, 1))
        sums[0, :, 0] = 1.0
        for at, row in enumerate(ways[..., None]):
            np.matmul(both, sums[at], out=sums[at + 1])
            sums[at + 1] *= row
        return cls(
            columns=columns,
            scaled=scaled,
            before=sums[:, 0, :, 0],
            after=sums[::-1, 1, ::-1, 0],
            blank=blank,
        )

    def own(self) -> float:
        """Sum over all alignments of the string itself."""
        last = self.before[-1]
        return float(last[-1] + (last[-2] if len(self.columns) else 0.0))

    def with_one(self, place: Columns, rest: Columns, new: Columns) -> Floats:
        """Sum where the first `place` characters are followed by `new`, then those from `rest` on.

        All have shape (n,). With `rest` = `place` + 1 a character is changed, with `rest` = `place`
        one is added.
        """
        enter = self._left(place, new)
        leave = self._right(rest, new)
        here = self.scaled[:, new]
        inside = np.empty(here.shape)
        now = np.zeros(len(new))
        for at, (come, probable) in enumerate(zip(enter, here, strict=True)):
            now = np.multiply(now + come, probable, out=inside[at])
        return np.asarray(np.einsum("tn,tn->n", inside, leave))

    def without(self, place: Columns) -> Floats:
        """Sum with the character at each place left out, shape (n,)."""
        count = len(self.columns)
        padded = np.append(self.columns, self.blank)
        new = padded[np.minimum(place + 1, count)]
        enter = self._left(place, new)
        start = self.after[:-1][:, np.minimum(2 * place + 3, 2 * count)]
        total = np.einsum("tn,tn->n", enter, start)
        last = self.before[-1]
        at_end = last[2 * place] + np.where(place > 0, last[np.maximum(2 * place - 1, 0)], 0.0)
        return np.asarray(np.where(place + 1 < count, total, at_end))

    def _left(self, place: Columns, new: Columns) -> Floats:
        """Sum over what can precede a new character entered at each step, shape (T, n)."""
        label = np.maximum(2 * place - 1, 0)
        differs = (place > 0) & (self.columns[np.maximum(place - 1, 0)] != new)
        before = self.before[:-1]
        return np.asarray(before[:, 2 * place] + before[:, label] * differs)

    def _right(self, rest: Columns, new: Columns) -> Floats:
        """Sum over what can follow a new character left after each step, shape (T, n)."""
        count = len(self.columns)
        label = np.minimum(2 * rest + 1, 2 * count)
        differs = (rest < count) & (self.columns[np.minimum(rest, count - 1)] != new)
        after = self.after[1:]
        return np.asarray(after[:, 2 * rest] + after[:, label] * differs)


@dataclass(frozen=True, kw_only=True)
class Near:
    """Likelihoods under one table that is queried repeatedly for strings close to one another."""

    table: Floats
    column: Mapping[str, int]
    _known: dict[bytes, Middle] = field(default_factory=dict, init=False, repr=False)

    def log_likelihood(self, strings: Sequence[str]) -> Floats:
        """Natural logarithm of each string's probability, shape (n,); see `ctc.forward`."""
        if not any(strings):
            return forward(self.table, strings, self.column)
        columns, lengths = spelled(strings, self.column)
        middle = self._middle(columns, lengths)
        total = np.zeros(len(strings))
        for rows, sums in _next_to(middle, columns, lengths):
            total[rows] = sums
        with np.errstate(divide="ignore"):
            result = np.log(total) + self._peaked[1]
        others = np.flatnonzero(~(total > SAFE))
        if others.size:
            result[others] = forward(self.table, [strings[int(at)] for at in others], self.column)
        return result

    @cached_property
    def _peaked(self) -> tuple[Floats, float]:
        return peaked(self.table)

    def _middle(self, columns: Columns, lengths: Columns) -> Middle:
        """Choose the centre string: the commonest character, place by place."""
        length = int(np.bincount(lengths[lengths > 0]).argmax())
        inside = columns[lengths == length, :length]
        usual = np.sort(inside, axis=0)[len(inside) // 2] if len(inside) >= ENOUGH else inside[0]
        name = usual.tobytes()
        if name not in self._known:
            if len(self._known) >= MOST_KEPT:
                self._known.clear()
            self._known[name] = Middle.of(self._peaked[0], usual, self.column[""])
        return self._known[name]


def _next_to(
    middle: Middle, columns: Columns, lengths: Columns
) -> Iterator[tuple[Columns, Floats]]:
    """Yield the rows that are at most one edit from the centre string, with their sums."""
    count = len(middle.columns)
    rows = np.flatnonzero(lengths == count)
    differs = columns[rows, :count] != middle.columns
    changes = differs.sum(axis=1)
    same, one = rows[changes == 0], rows[changes == 1]
    yield same, np.full(same.size, middle.own())
    if one.size:
        place = differs[changes == 1].argmax(axis=1)
        yield one, middle.with_one(place, place + 1, columns[one, place])
    rows = np.flatnonzero(lengths == count + 1)
    if rows.size:
        place, whole = _one_apart(columns[rows, : count + 1], middle.columns)
        rows, place = rows[whole], place[whole]
        yield rows, middle.with_one(place, place, columns[rows, place])
    rows = np.flatnonzero(lengths == count - 1)
    if rows.size:
        place, whole = _one_apart(middle.columns, columns[rows, : count - 1])
        yield rows[whole], middle.without(place[whole])


def _one_apart(longer: Columns, shorter: Columns) -> tuple[Columns, npt.NDArray[np.bool_]]:
    """Where the longer string has one extra character, and whether that is the only difference.

    Either argument may be one string or one per row.
    """
    size = shorter.shape[-1]
    ahead = np.atleast_2d(longer[..., :size] == shorter)
    behind = np.atleast_2d(longer[..., 1:] == shorter)
    alike = np.cumprod(ahead, axis=1).sum(axis=1)
    alike_behind = np.cumprod(behind[:, ::-1], axis=1).sum(axis=1)
    return alike, alike + alike_behind >= size
