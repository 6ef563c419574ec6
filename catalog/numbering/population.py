"""All units that a plate could belong to, catalogued or not, in a form that can be summed over.

The units of one maker and model are written as *product sets*: a set of characters for each place
of the serial, every combination of which is one unit. Numbers 1 to N̂ of a block need only a
handful of such sets, so that the probability of a reading can be summed over all units without
listing them. Irregular serials have no such sets; their places carry the expected frequency of each
character.

If serials form several sequences, N̂ is that of a unit's own sequence. For the others, the catalog
is assumed to hold at least the same share of units: a single foreign or mistyped number says no
more than that about their number.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from catalog.confusions import OTHER, WIDTH, byte_columns, encode
from catalog.numbering.schemes import smoothed
from catalog.numbering.sequences import sequences_of
from values.rule import Declared
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from catalog.numbering.schemes import GroupStatistics, PlaceCounts
    from catalog.numbering.sequences import Sequence

    Floats = npt.NDArray[np.float64]

FINE_SEQUENCES = 64
"""Up to this many sequences are cut exactly at N̂; beyond, each is represented by one wider set."""

SURE_FROM = 8
"""A sequence with fewer known serials says little about its number of units."""

UNSEEN_SHARE = 1.0
"""Uncatalogued units with irregular serials assumed to exist, relative to the catalogued ones."""

BESIDE_SHARE = 0.5
"""Share of the uncatalogued irregular serials assumed to differ from a catalogued one in one
character, as in an undetected sequence; the others may be anywhere. Assumed.
"""

RULES: Final = Declared(
    "population",
    test="tests/unit/catalog/numbering/test_population.py",
    source="decision 0055; assumed",
    units={
        "FINE_SEQUENCES": "sequences",
        "SURE_FROM": "serials",
        "UNSEEN_SHARE": "times the catalogued serials",
        "BESIDE_SHARE": "share, 0-1",
    },
)


@dataclass(frozen=True, kw_only=True)
class ProductSets:
    """Sets of serials of one length. `weights` has shape (sets, length, 37).

    For sequences a weight is 1 if the character can occur at the place, otherwise 0. For irregular
    serials it is the expected share of the character, and `units` is the number of units that share
    it.
    """

    length: int
    weights: Floats
    units: Floats
    """Units per unit of weight, shape (sets,): 1 for sequences."""
    catalogued: int
    """Irregular serials: number of catalogued ones of this length; 0 for sequences."""
    listed: bool
    """Whether every combination is one unit (sequences) or only expected (irregular serials)."""
    beside: float = 0.0
    """Irregular serials: uncatalogued units assumed to differ from each catalogued one in one
    character; `units` holds the others.
    """
    place: int | None = None
    """Index of the sequence, if it is the only one in these sets."""

    @property
    def allowed(self) -> npt.NDArray[np.bool_]:
        """Which characters can occur at each place in any set, shape (length, 37)."""
        return np.asarray(np.any(self.weights > 0, axis=0))

    @cached_property
    def _cells(self) -> Floats:
        """The weights of each set in one row, shape (sets, length * 37)."""
        return np.ascontiguousarray(self.weights.reshape(len(self.weights), -1))

    @cached_property
    def totals(self) -> Floats:
        """Total weight of all characters at each place of each set, shape (length, sets)."""
        return np.ascontiguousarray(self.weights.sum(axis=2).T)

    @cached_property
    def endings(self) -> Floats:
        """Total weight of all continuations of each prefix, shape (length + 1, sets)."""
        backwards = np.vstack([np.ones(len(self.units)), self.totals[::-1]])
        return np.asarray(backwards.cumprod(axis=0)[::-1])

    @property
    def combinations(self) -> Floats:
        """Total weight of all serials of each set, shape (sets,)."""
        return np.asarray(self.endings[0])

    @cached_property
    def _shares(self) -> Floats:
        """Share of each character at each place, shape (37, length * sets)."""
        shares = self.weights.transpose(2, 1, 0) / np.maximum(self.totals, 1e-300)
        return np.ascontiguousarray(shares.reshape(WIDTH, -1))

    def on_average(self, seen: Floats) -> Floats:
        """Average what was seen (places, 37) over the characters of each place and set.

        Returns shape (places, length, sets).
        """
        return (seen @ self._shares).reshape(len(seen), self.length, -1)

    def shares(self, keys: npt.NDArray[np.bytes_]) -> Floats:
        """The share of each key's characters at their places in a single set, (length, n)."""
        columns = encode(keys)[:, : self.length].T
        held = np.take_along_axis(self.weights[0], columns, axis=1)
        return np.asarray(held / np.maximum(self.totals, 1e-300))

    def expected(self, keys: npt.NDArray[np.bytes_]) -> Floats:
        """Expected number of units with each of these keys, shape (n,)."""
        cells = encode(keys)[:, : self.length].T + np.arange(0, self.length * WIDTH, WIDTH)[:, None]
        return np.asarray(self.units @ self._cells.take(cells, axis=1).prod(axis=1))


@dataclass(frozen=True, kw_only=True)
class Population:
    """All units of one maker and model that are assumed to exist."""

    catalogued: int
    """Units with different serials in the catalog."""
    irregular: int
    """How many of these are outside any sequence; they are scored one by one."""
    beyond: float
    """Number of uncatalogued units assumed to exist outside any sequence."""
    sets: tuple[ProductSets, ...]
    sequences: tuple[Sequence, ...]

    @cached_property
    def little_known(self) -> bool:
        """Whether a sequence has sets of its own, because little is known of it."""
        return any(group.place is not None for group in self.sets)

    @cached_property
    def sizes(self) -> Floats:
        """N̂ of each sequence, and last of the units outside any, if there are some."""
        outside = [self.irregular + self.beyond] if self.irregular else []
        return np.array([float(one.units) for one in self.sequences] + outside)

    @cached_property
    def counts(self) -> Floats:
        """Number of serials of each of these in the catalog."""
        outside = [float(self.irregular)] if self.irregular else []
        return np.array([float(one.count) for one in self.sequences] + outside)

    @cached_property
    def main(self) -> int:
        """The sequence with most known serials."""
        return int(self.counts.argmax()) if self.counts.size else 0

    @cached_property
    def size(self) -> float:
        """N̂: units assumed to exist, according to the sequence with most known serials."""
        if not self.counts.size:
            return 0.0
        each = self.counts * self.units_a_serial(self.main)
        return float(np.minimum(self.sizes, each).sum())

    def units_a_serial(self, place: int) -> float:
        """Number of units in a sequence for each of its known serials."""
        return float(self.sizes[place] / self.counts[place])

    def place_of(self, key: str) -> int:
        """Index of the sequence of a folded serial; serials outside any come last."""
        key = key.encode().decode("latin-1")  # Places are bytes, as where blocks were counted.
        for (before, digits, after), length in self._shapes:
            if length == len(key):
                number = key[before : before + digits]
                found = self._numbered.get((key[:before], digits, key[length - after :]))
                if found is not None and number.isascii() and number.isdecimal():
                    for first, last, place in found:
                        if first <= int(number) <= last:
                            return place
        return len(self.sequences) if self.irregular else self.main

    @cached_property
    def _numbered(self) -> dict[tuple[str, int, str], list[tuple[int, int, int]]]:
        found: dict[tuple[str, int, str], list[tuple[int, int, int]]] = {}
        for place, one in enumerate(self.sequences):
            for run in one.runs:
                known = found.setdefault((one.prefix, run.digits, one.suffix), [])
                known.append((run.first, run.last, place))
        return found

    @cached_property
    def _shapes(self) -> tuple[tuple[tuple[int, int, int], int], ...]:
        """Position of the number and length of the serials, for each kind of sequence."""
        kinds = {(len(before), digits, len(after)) for before, digits, after in self._numbered}
        return tuple((kind, sum(kind)) for kind in sorted(kinds))

    @cached_property
    def basis(self) -> tuple[Sentence, ...]:
        """How N̂ was estimated."""
        return self.basis_for(self.main)

    def basis_for(self, place: int) -> tuple[Sentence, ...]:
        """How N̂ was estimated, for a unit of one sequence."""
        if not self.counts.size:
            return (say("population.none"),)
        outside = say(
            "population.out-of-sequence", irregular=self.irregular, beyond=float(self.beyond)
        )
        if place >= len(self.sequences):
            return (outside, *self._others(place))
        beside = (outside,) if self.irregular else ()
        return (self.sequences[place].said, *self._others(place), *beside)

    def _others(self, place: int) -> tuple[Sentence, ...]:
        """Number of units counted for the other sequences."""
        others = len(self.sequences) - (place < len(self.sequences))
        if not others:
            return ()
        rate = self.units_a_serial(place)
        each = np.minimum(self.sizes, self.counts * rate)[: len(self.sequences)]
        units = each.sum() - (each[place] if place < each.size else 0.0)
        return (say("population.other-sequences", others=others, units=float(units), rate=rate),)

    @cached_property
    def lengths(self) -> tuple[int, ...]:
        """Occurring serial lengths, ascending."""
        return tuple(sorted({group.length for group in self.sets}))

    def of_length(self, length: int) -> tuple[ProductSets, ...]:
        """Return the sets of one length."""
        return tuple(group for group in self.sets if group.length == length)

    def irregular_of(self, length: int) -> int:
        """How many catalogued serials of this length are outside any sequence."""
        return sum(group.catalogued for group in self.of_length(length))

    def out_of_sequence(self, length: int) -> ProductSets | None:
        """Return what is known of the serials of one length outside any sequence."""
        return next((group for group in self.of_length(length) if not group.listed), None)

    def in_sequence(self, length: int) -> bool:
        """Whether any serial of this length follows a sequence."""
        return any(group.listed for group in self.of_length(length))

    def allowed(self, length: int) -> npt.NDArray[np.bool_]:
        """Characters that can occur at each place of a serial of this length, (length, 37)."""
        return self._allowed[length] if length in self._allowed else self._none(length)

    @cached_property
    def _allowed(self) -> dict[int, npt.NDArray[np.bool_]]:
        return {length: self._any(length) for length in self.lengths}

    def _none(self, length: int) -> npt.NDArray[np.bool_]:
        return np.zeros((length, WIDTH), dtype=bool)

    def _any(self, length: int) -> npt.NDArray[np.bool_]:
        return np.asarray(np.logical_or.reduce([group.allowed for group in self.of_length(length)]))

    def in_a_sequence(self, key: str) -> bool:
        """Whether a folded serial belongs to a sequence of these units."""
        raw = key.encode()
        return bool(self.expected(np.array([raw]), len(raw), listed=True)[0] > 0)

    def expected(self, keys: npt.NDArray[np.bytes_], length: int, *, listed: bool) -> Floats:
        """Expected number of units of sequences (or irregular serials) per key, shape (n,)."""
        total = np.zeros(len(keys))
        for group in self.sets:
            if group.length == length and group.listed == listed:
                total += group.expected(keys)
        return total


def population(statistics: GroupStatistics, *, factor: float = 1.0) -> Population:
    """Estimate the population from a group's serials.

    `factor` scales what lies beyond the largest number seen, and the number of uncatalogued
    irregular units, to show how much an answer depends on N̂.
    """
    sequences = sequences_of(statistics.blocks, factor=factor)
    irregular = tuple(_irregular_sets(places, factor) for places in statistics.irregular)
    return Population(
        catalogued=statistics.keys,
        irregular=sum(places.units for places in statistics.irregular),
        beyond=sum(float(one.units.sum()) + one.beside * one.catalogued for one in irregular),
        sets=(*_sequence_sets(sequences), *irregular),
        sequences=sequences,
    )


def _sequence_sets(sequences: tuple[Sequence, ...]) -> Iterator[ProductSets]:
    """Convert the sequences to sets; those of which little is known get their own."""
    fine = len(sequences) <= FINE_SEQUENCES
    found: dict[tuple[int, int | None], list[Floats]] = {}
    for place, one in enumerate(sequences):
        alone = place if fine and one.count < SURE_FROM else None
        for run in one.runs:
            length = len(one.prefix) + run.digits + len(one.suffix)
            low, high = f"{run.first:0{run.digits}d}", f"{run.last:0{run.digits}d}"
            spans = digit_sets(low, high) if fine else [_wider(low, high)]
            rows = found.setdefault((length, alone), [])
            rows.extend(_with_frame(one, span) for span in spans)
    for length, alone in sorted(found, key=lambda key: (key[0], -1 if key[1] is None else key[1])):
        stacked = np.stack(found[length, alone])
        yield ProductSets(
            length=length,
            weights=stacked,
            units=np.ones(len(stacked)),
            catalogued=0,
            listed=True,
            place=alone,
        )


def _wider(low: str, high: str) -> tuple[tuple[int, int], ...]:
    """One set that contains every number from `low` to `high` and some beyond: an upper bound."""
    span, free = [], False
    for a, b in zip(low, high, strict=True):
        span.append((0, 9) if free else (int(a), int(b)))
        free = free or a != b
    return tuple(span)


def digit_sets(low: str, high: str) -> list[tuple[tuple[int, int], ...]]:
    """Split the numbers `low` to `high`, written with the same number of digits, into product sets.

    Each set is one (smallest, largest) digit for each place; the sets are disjoint and together
    contain exactly the numbers from `low` to `high`.
    """
    if low > high:
        return []
    if not low:
        return [()]
    first, last = int(low[0]), int(high[0])
    nines, zeros = "9" * (len(low) - 1), "0" * (len(low) - 1)
    if first == last:
        return [((first, first), *rest) for rest in digit_sets(low[1:], high[1:])]
    sets: list[tuple[tuple[int, int], ...]] = []
    if low[1:] != zeros:
        sets += [((first, first), *rest) for rest in digit_sets(low[1:], nines)]
        first += 1
    top: list[tuple[tuple[int, int], ...]] = []
    if high[1:] != nines:
        top = [((last, last), *rest) for rest in digit_sets(zeros, high[1:])]
        last -= 1
    if first <= last:
        sets.append(((first, last), *((0, 9),) * len(zeros)))
    return sets + top


def _with_frame(one: Sequence, digits: tuple[tuple[int, int], ...]) -> Floats:
    """Weights (length, 37) of one product set: fixed prefix and suffix, digits from a to b."""
    prefix, suffix = one.prefix.encode("latin-1"), one.suffix.encode("latin-1")
    rows = np.zeros((len(prefix) + len(digits) + len(suffix), WIDTH))
    columns = byte_columns()
    for place, byte in enumerate(prefix):
        rows[place, columns[byte]] = 1.0
    for place, (a, b) in enumerate(digits, start=len(prefix)):
        rows[place, a : b + 1] = 1.0
    for place, byte in enumerate(suffix, start=len(prefix) + len(digits)):
        rows[place, columns[byte]] = 1.0
    return rows


def _irregular_sets(places: PlaceCounts, factor: float) -> ProductSets:
    shares = smoothed(places)
    shares[:, OTHER] = [row[OTHER] / places.units for row in places.counts]
    return ProductSets(
        length=places.length,
        weights=shares[None],
        units=np.array([places.units * UNSEEN_SHARE * (1.0 - BESIDE_SHARE) * factor]),
        beside=UNSEEN_SHARE * BESIDE_SHARE * factor,
        catalogued=places.units,
        listed=False,
    )


def union(parts: tuple[Population, ...]) -> Population:
    """Combine several groups: all characters and lengths that any of them allows."""
    if len(parts) == 1:
        return parts[0]
    return Population(
        catalogued=sum(part.catalogued for part in parts),
        irregular=sum(part.irregular for part in parts),
        beyond=sum(part.beyond for part in parts),
        sets=tuple(group for part in parts for group in part.sets),
        sequences=tuple(one for part in parts for one in part.sequences),
    )
