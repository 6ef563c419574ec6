"""The probability of a reading given one serial, or summed over whole sets of serials at once.

A reading is a sequence of places, each with a probability under every true character. A character
may also be left out, or read where there is none. The probability of a reading given a serial is
the sum over all alignments of the two; since that sum proceeds place by place, it can be taken over
a *set* of serials just as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import OTHER, WIDTH, encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from catalog.numbering.population import ProductSets

    Floats = npt.NDArray[np.float64]

SMALLEST_SHARE = 1e-9
"""Minimum share of a place for characters other than the one read there."""

OTHER_LETTER = 1e-3
"""Probability that a letter outside the alphabet is read as another; a stated assumption."""


def alignment_mass(match: Floats, skip: float, extra: float) -> Floats:
    """Sum over all alignments of a reading with each row of true characters, shape (n,).

    `match[i, j, n]`: probability of place i of the reading given true place j; `skip`: a true
    character left out; `extra`: a place read that is not there.
    """
    _, length, rows = match.shape
    mass, part = np.zeros((length + 1, rows)), np.empty((length, rows))
    without_last, without_first, from_third = mass[:-1], mass[1:], mass[2:]
    mass[:3] = np.array([[1.0], [skip], [skip * skip]])[: length + 1]
    for seen in match:
        np.multiply(without_last, seen, out=part)
        mass *= extra
        without_first += part
        # One or two consecutive characters may be left out here; a third is too improbable to
        # matter.
        np.multiply(without_last, skip, out=part)
        two = part[:-1] * skip
        without_first += part
        from_third += two
    return np.asarray(mass[-1])


def mass_beside(match: Floats, other: Floats, skip: float, extra: float) -> Floats:
    """Sum `alignment_mass` over all replacements of one character of each row, shape (n,).

    `other[i, j, n]` is the probability of place i of the reading given the replacement of place j.
    """
    _, length, rows = match.shape
    mass, near = np.zeros((length + 1, rows)), np.zeros((length + 1, rows))
    mass[:3] = np.array([[1.0], [skip], [skip * skip]])[: length + 1]
    near[:3] = np.array([[0.0], [skip], [2 * skip * skip]])[: length + 1]
    for seen, replaced in zip(match, other, strict=True):
        part = mass[:-1] * seen
        part_near = near[:-1] * seen + mass[:-1] * replaced
        mass *= extra
        near *= extra
        mass[1:] += part
        near[1:] += part_near
        # As above; a character that is left out may be the one that is replaced.
        one, one_near = mass[:-1] * skip, (near[:-1] + mass[:-1]) * skip
        two, two_near = one[:-1] * skip, (near[:-2] + 2 * mass[:-2]) * (skip * skip)
        mass[1:] += one
        near[1:] += one_near
        mass[2:] += two
        near[2:] += two_near
    return np.asarray(near[-1])


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What was seen, place by place.

    `seen` has shape (places, 37): the probability (or a number proportional to it) of what was seen
    at a place given each true character. `extra` and `skip` are the probabilities of a place that
    is not there and of a character left out; `share` weights this profile among others.
    """

    seen: Floats
    extra: float
    skip: float
    share: float = 1.0
    key: str = ""
    """The folded string that fits best, for characters outside the alphabet."""

    @cached_property
    def ceiling(self) -> float:
        """The largest probability that any serial could give the reading."""
        return float(self.share * np.prod(self.seen.max(axis=1)))

    @cached_property
    def second(self) -> float:
        """Probability of the best single change, relative to none."""
        if not len(self.seen):
            return 1.0
        best = np.partition(self.seen, WIDTH - 2, axis=1)[:, -2:]
        return float((best[:, 0] / np.maximum(best[:, 1], 1e-300)).max())

    @cached_property
    def foreign(self) -> npt.NDArray[np.uint8]:
        """Bytes of the reading outside the alphabet, 0 elsewhere."""
        raw = np.frombuffer(self.key.encode(), dtype=np.uint8)
        return np.where(raw >= 128, raw, 0).astype(np.uint8)

    def of_keys(self, keys: npt.NDArray[np.bytes_], length: int) -> Floats:
        """Probability of the reading for each folded serial of this length, shape (n,)."""
        return self.of_keys_and_units(keys, length, ())[0]

    def of_keys_and_units(
        self, keys: npt.NDArray[np.bytes_], length: int, sets: Sequence[ProductSets]
    ) -> tuple[Floats, Floats]:
        """Return the same, and its sum over all units of each of `sets`, all of this length.

        Serials and sets are aligned with the reading in one pass.
        """
        matches = [part.on_average(self.seen) for part in sets]
        if keys.size:
            matches.append(self._match(keys, length))
        if not matches:
            return np.zeros(0), np.zeros(0)
        match = np.concatenate(matches, axis=2) if len(matches) > 1 else matches[0]
        mass = self.share * alignment_mass(match, self.skip, self.extra)
        totals, start = np.zeros(len(sets)), 0
        for place, part in enumerate(sets):
            end = start + part.units.size
            totals[place] = part.units @ (part.combinations * mass[start:end])
            start = end
        return mass[start:], totals

    def beside(self, keys: npt.NDArray[np.bytes_], sets: ProductSets) -> Floats:
        """Return the mean of `of_keys` over the neighbours of each serial, shape (n,).

        A neighbour is the serial with one character replaced, each place equally often, by any
        other character as often as the one set of `sets` has it at that place.
        """
        if not keys.size:
            return np.zeros(0)
        match = self._match(keys, sets.length)
        held = sets.shares(keys)
        every = sets.on_average(self.seen)
        other = (every - held * match) / np.maximum(1.0 - held, SMALLEST_SHARE)
        mass = mass_beside(match, np.maximum(other, 0.0), self.skip, self.extra)
        return self.share * mass / sets.length

    def _match(self, keys: npt.NDArray[np.bytes_], length: int) -> Floats:
        """Probability of each place given each character of each serial."""
        columns = encode(keys)[:, :length]
        match = self.seen.take(columns.T, axis=1)
        if (columns == OTHER).any():
            match *= self._same_letter(keys, columns).T
        return match

    def _same_letter(self, keys: npt.NDArray[np.bytes_], columns: npt.NDArray[np.intp]) -> Floats:
        """Distinguish letters outside the alphabet: they share a column, but И is not П."""
        places = columns.shape[1]
        raw = np.ascontiguousarray(keys).view(np.uint8).reshape(keys.size, -1)[:, :places]
        mine = np.zeros(places, dtype=np.uint8)
        mine[: self.foreign.size] = self.foreign[:places]
        different = (columns == OTHER) & (raw != mine)
        return np.where(different, OTHER_LETTER, 1.0)


@dataclass(frozen=True, kw_only=True)
class Spelling:
    """The best allowed serial of the reading's own length, and the cost of changes to it."""

    profile: Profile
    best: npt.NDArray[np.int8]
    """Its characters as columns, shape (places,)."""
    beside: Floats
    """Probability of each character relative to the best one of its place, shape (places, 37)."""
    top: float
    """Its probability, place by place; 0 if no serial of this length is allowed."""

    @classmethod
    def of(cls, profile: Profile, allowed: npt.NDArray[np.bool_]) -> Spelling:
        """Restrict what was seen to the allowed characters, shape (places, 37).

        Letters outside the alphabet are allowed where they were read.
        """
        seen = np.where(allowed, profile.seen, 0.0)
        seen[:, OTHER] = np.where(profile.foreign > 0, seen[:, OTHER], 0.0)
        best = seen.argmax(axis=1)
        top = seen[np.arange(len(seen)), best]
        return cls(
            profile=profile,
            best=best.astype(np.int8),
            beside=seen / np.maximum(top, 1e-300)[:, None],
            top=profile.share * float(top.prod()) if top.size else 0.0,
        )

    def two_changes(self) -> float:
        """Bound what differs in two places: at most as probable as the two best changes."""
        if not self.top:
            return 0.0
        changes = np.partition(self._changes().ravel(), -2)[-2:]
        return self.top * float(changes.prod())

    def single_changes(self) -> tuple[npt.NDArray[np.bytes_], Floats]:
        """List the best serial and its single changes, best first, with their probabilities."""
        if not self.top:
            return np.zeros(0, dtype="S1"), np.zeros(0)
        ratio = self._changes()
        places, columns = np.nonzero(ratio)
        ratio = ratio[places, columns]
        order = np.argsort(-ratio, kind="stable")
        codes = np.repeat(self.best[None], order.size + 1, axis=0)
        codes[np.arange(1, order.size + 1), places[order]] = columns[order]
        return self._spelled(codes), self.top * np.concatenate([[1.0], ratio[order]])

    def likeliest(self, *, most: int, floor: float) -> tuple[npt.NDArray[np.bytes_], Floats]:
        """List the serials that explain the reading best, best first, with their probabilities.

        Stops at `most` serials, or at one less than `floor` times as probable as the best.
        """
        if not self.top:
            return np.zeros(0, dtype="S1"), np.zeros(0)
        ratio, codes = np.ones(1), self.best[None]
        for place in np.flatnonzero((self.beside > floor).sum(axis=1) > 1):
            options = np.flatnonzero(self.beside[place] > floor)
            total = np.multiply.outer(ratio, self.beside[place, options]).ravel()
            keep = np.flatnonzero(total >= floor)
            if keep.size > most:
                keep = keep[np.argpartition(-total[keep], most - 1)[:most]]
            codes, ratio = codes[keep // options.size], total[keep]
            codes[:, place] = options[keep % options.size]
        order = np.argsort(-ratio, kind="stable")
        return self._spelled(codes[order]), self.top * ratio[order]

    def _changes(self) -> Floats:
        """The same table without the best characters themselves."""
        changes = self.beside.copy()
        changes[np.arange(len(changes)), self.best] = 0.0
        return changes

    def _spelled(self, codes: npt.NDArray[np.int8]) -> npt.NDArray[np.bytes_]:
        raw = _BYTES[codes]
        if self.profile.foreign.any():
            raw = np.where(raw == 0, self.profile.foreign, raw)
        return np.ascontiguousarray(raw).view(f"S{codes.shape[1]}").ravel()


def one_edit_away(
    profile: Profile, allowed: npt.NDArray[np.bool_], length: int
) -> npt.NDArray[np.bytes_]:
    """List the serials that have one character more or fewer than the best-fitting string."""
    key = profile.key
    if length == len(key) - 1:
        found = {key[:at] + key[at + 1 :] for at in range(len(key))}
    elif length == len(key) + 1:
        letters = [_letters(row) for row in allowed]
        found = {key[:at] + char + key[at:] for at in range(length) for char in letters[at]}
    else:
        return np.zeros(0, dtype="S1")
    return np.array(sorted(text.encode() for text in found), dtype=f"S{max(length, 1)}")


def _letters(row: npt.NDArray[np.bool_]) -> str:
    return "".join(chr(byte) for byte in _BYTES[np.flatnonzero(row[:OTHER])])


_BYTES = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ\x00", dtype=np.uint8)
assert len(_BYTES) == WIDTH  # noqa: S101 - a table that must fit the alphabet
