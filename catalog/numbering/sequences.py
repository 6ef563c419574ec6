"""Group a maker's numbers into sequences, and estimate the number of units of each (N̂).

Numbers that differ in nothing else form one sequence, from 1 to N̂ = m + m/k - 1 (the German tank
estimate: m the largest number seen, k how many were seen). A number far above all others is more
often foreign or mistyped than the last of a sequence whose earlier units were never seen. So the
largest numbers are split off where a gap separates them, and form a sequence of their own.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import comb
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from catalog.numbering.schemes import SerialBlock

APART_BELOW = 0.05
"""Numbers above a gap are split off if numbers assigned at random would leave such a gap with a
probability below this.
"""

APART_FROM = 2.0
"""Numbers are split off only if they would multiply N̂ by more than this."""

MOST_APART = 5
"""Maximum number of the largest numbers of a sequence that can be split off; more of them are a
sequence.
"""

RULES: Final = Declared(
    "sequences",
    test="tests/unit/catalog/numbering/test_sequences.py",
    source="decision 0055; tested with strays inserted at random",
    units={
        "APART_BELOW": "probability, 0-1",
        "APART_FROM": "times",
        "MOST_APART": "numbers",
    },
)

KEPT_LARGEST = MOST_APART + 1
"""This many of the largest numbers of each block must be known for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A part of a sequence whose numbers have the same number of digits."""

    digits: int
    first: int
    last: int


@dataclass(frozen=True, kw_only=True)
class Sequence:
    """Units whose serials differ only in one number, assigned consecutively."""

    prefix: str
    suffix: str
    runs: tuple[Run, ...]
    """Every number assumed to exist, the shortest first."""
    start: int
    largest: int
    """The largest number seen."""
    count: int
    """k: number of different numbers seen."""

    @property
    def last(self) -> int:
        """The largest number assumed to exist."""
        return self.runs[-1].last

    @cached_property
    def units(self) -> int:
        """N̂: number of units assumed to exist, catalogued or not."""
        return sum(run.last - run.first + 1 for run in self.runs)

    @property
    def form(self) -> tuple[str, ...]:
        """The form of the serials: # stands for a digit of the number."""
        return tuple(f"{self.prefix}{'#' * run.digits}{self.suffix}" for run in self.runs)

    @property
    def said(self) -> Sentence:
        """How N̂ was estimated."""
        return say(
            "population.sequence",
            form=self.form,
            start=self.start,
            last=self.last,
            largest=self.largest,
            count=self.count,
        )


def estimate(largest: int, count: int) -> int:
    """Return N̂ = m + m/k - 1 for the largest of k numbers, counted from 1."""
    return round(largest + largest / count - 1)


def sequences_of(blocks: Iterable[SerialBlock], *, factor: float = 1.0) -> tuple[Sequence, ...]:
    """Combine the blocks of one maker and model into sequences.

    `factor` scales what lies beyond the largest number seen.
    """
    return tuple(
        sequence for family in _families(blocks) for sequence in _of_family(family, factor)
    )


def _families(blocks: Iterable[SerialBlock]) -> Iterator[tuple[SerialBlock, ...]]:
    """Join blocks without leading zeros that continue with one more digit."""
    family: list[SerialBlock] = []
    for block in sorted(blocks, key=lambda b: (b.prefix, b.suffix, b.digits)):
        before = family[-1] if family else None
        if before is not None and not (
            (before.prefix, before.suffix, before.digits + 1)
            == (block.prefix, block.suffix, block.digits)
            and not block.padded
        ):
            yield tuple(family)
            family = []
        family.append(block)
    if family:
        yield tuple(family)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """Numbers seen that are treated together: how many, and the largest, descending."""

    count: int
    top: tuple[int, ...]
    start: int


def _of_family(family: tuple[SerialBlock, ...], factor: float) -> Iterator[Sequence]:
    shortest, longest = family[0], family[-1]
    top = tuple(number for block in reversed(family) for number in block.top)[:KEPT_LARGEST]
    seen = _Seen(count=sum(block.count for block in family), top=top, start=shortest.start)
    most, start = 10**longest.digits - 1, shortest.start
    parts = _apart(seen)
    for place, part in enumerate(parts):
        limit = parts[place + 1].top[-1] - 1 if place + 1 < len(parts) else most
        units = round(estimate(part.top[0] - start + 1, part.count) * factor)
        last = min(max(start + units - 1, part.top[0]), limit)
        yield Sequence(
            prefix=shortest.prefix,
            suffix=shortest.suffix,
            runs=tuple(_runs(start, last, shortest.digits)),
            start=start,
            largest=part.top[0],
            count=part.count,
        )
        start = last + 1


def _apart(seen: _Seen) -> list[_Seen]:
    """Split off the largest numbers at a gap; the smallest numbers come first."""
    cuts = [
        (_by_chance(seen, above), above)
        for above in range(1, min(MOST_APART, len(seen.top) - 1) + 1)
        if _grows(seen, above) > APART_FROM
    ]
    chance, above = min(cuts, default=(1.0, 0))
    if chance >= APART_BELOW:
        return [seen]
    below = _Seen(count=seen.count - above, top=seen.top[above:], start=seen.start)
    apart = _Seen(count=above, top=seen.top[:above], start=below.top[0] + 1)
    return [*_apart(below), *_apart(apart)]


def _grows(seen: _Seen, above: int) -> float:
    """By how much the largest numbers raise N̂."""
    with_them = estimate(seen.top[0] - seen.start + 1, seen.count)
    without = estimate(seen.top[above] - seen.start + 1, seen.count - above)
    return with_them / without


def _by_chance(seen: _Seen, above: int) -> float:
    """Probability that no more than this many numbers lie above the gap.

    If the numbers were assigned at random up to the largest, each of the others would lie below the
    gap with a probability equal to the share of numbers below it.
    """
    share = (seen.top[above] - seen.start + 1) / (seen.top[0] - seen.start + 1)
    others = seen.count - 1
    return float(
        sum(
            comb(others, over) * (1.0 - share) ** over * share ** (others - over)
            for over in range(above)
        )
    )


def _runs(first: int, last: int, digits: int) -> Iterator[Run]:
    """Split numbers into runs by their number of digits, at least `digits`."""
    while first <= last:
        end = min(last, 10**digits - 1)
        if first <= end:
            yield Run(digits=digits, first=first, last=end)
            first = end + 1
        digits += 1
