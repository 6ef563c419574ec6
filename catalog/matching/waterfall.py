"""Decompose the weight: bits by field and by character, and the neighbouring serials."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate, pairwise
from operator import mul
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import byte_columns
from catalog.likelihood.weight import BESIDE, SMALLEST, weigh_unit
from catalog.matching.identification import CONSISTENT_FROM
from catalog.matching.results import CharacterWeight, Neighbour
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from catalog.likelihood.alignment import Profile
    from catalog.likelihood.weight import Competitors, GroupWeight, Scored, UnitWeight
    from catalog.types import Verdict

    Floats = npt.NDArray[np.float64]

MOST_NEIGHBOURS = BESIDE - 1


def field_bits(
    competitors: Competitors,
    maker_shares: Sequence[float],
    of: int,
    likelihood: float,
    key: str,
) -> tuple[float, float, float]:
    """Split a unit's weight (group `of`) into maker, model given maker, and serial given both.

    Each step compares the unit with the mean over all other units, weighted by the steps before;
    the three add up to log2 of the likelihood ratio.
    """
    groups = competitors.groups
    view = competitors.view(groups[of], key)
    sizes = [max(units - (place == of), 0.0) for place, units in enumerate(view.units)]
    others = sum(sizes)
    by_maker = sum(share * size for share, size in zip(maker_shares, sizes, strict=True))
    by_model = sum(g.prior * size for g, size in zip(groups, sizes, strict=True))
    likelihood = groups[of].with_blind_share(likelihood)
    own = likelihood * groups[of].prior
    total = max(view.total, own)
    by_serial = max(total - own, total * SMALLEST)
    if not others or not by_serial:
        return 0.0, 0.0, 0.0
    maker, prior = maker_shares[of], groups[of].prior
    return (
        math.log2(maker * others / by_maker),
        math.log2(prior / maker * by_maker / by_model),
        math.log2(max(likelihood * by_model / by_serial, SMALLEST)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterWeights:
    """The bits of each character of any serial of one length, given the characters before it.

    `mass[p]` sums, over all other units, the probability of what was seen at the first p places.
    """

    profile: Profile
    mass: Floats

    @classmethod
    def of(
        cls, profile: Profile, groups: Sequence[GroupWeight], length: int
    ) -> CharacterWeights | None:
        """Sum over all units of a length; None if another length was read, or without sequences."""
        sets = [
            (part, group.prior)
            for group in groups
            for part in group.population.sets
            if part.listed and part.length == length
        ]
        if length != len(profile.seen) or not sets:
            return None
        mass = np.zeros(length + 1)
        for part, prior in sets:
            before = np.ones_like(part.endings)
            np.cumprod(np.einsum("bpc,pc->pb", part.weights, profile.seen), axis=0, out=before[1:])
            mass += (before * part.endings) @ part.units * prior
        return cls(profile=profile, mass=mass)

    def bits(self, key: str, serial_bits: float) -> tuple[CharacterWeight, ...]:
        """Split the bits of a serial among its characters.

        Place 0 holds what the single characters do not explain: characters left out or added,
        alternatives, pixels taken as a whole.
        """
        raw = np.frombuffer(key.encode(), dtype=np.uint8)
        seen = self.profile.seen[np.arange(raw.size), byte_columns()[raw]]
        # For a dozen numbers, a loop is faster than arrays.
        own = tuple(accumulate(seen.tolist(), mul, initial=1.0))
        others = [
            max(every - one, every * SMALLEST)
            for every, one in zip(self.mass.tolist(), own, strict=True)
        ]
        if not all(others):
            return ()
        given = [
            math.log2(max(one, SMALLEST**4) / rest) for one, rest in zip(own, others, strict=True)
        ]
        rows = [
            CharacterWeight(place=place, recorded=chr(byte), weight_bits=after - before)
            for place, (byte, (before, after)) in enumerate(
                zip(raw.tolist(), pairwise(given), strict=True), start=1
            )
        ]
        rest = serial_bits - sum(row.weight_bits for row in rows)
        return (*rows, CharacterWeight(place=0, recorded="", weight_bits=rest))


@dataclass(frozen=True, slots=True, kw_only=True)
class Nearest:
    """The serials of one group that explain the reading best, each weighed once."""

    scored: tuple[tuple[Scored, UnitWeight], ...]

    @classmethod
    def of(cls, groups: Competitors, group: GroupWeight, *, ceiling: float) -> Nearest:
        """Weigh the best serials of a group: one more than is ever shown beside another."""
        best = group.scored[:BESIDE]
        return cls(
            scored=tuple(
                (one, weigh_unit(groups, group, one.likelihood, ceiling=ceiling, key=one.key))
                for one in best
            )
        )

    def beside(self, unit: Scored) -> tuple[Neighbour, ...]:
        """List the next best serials after this one, with the character that would decide."""
        found: list[Neighbour] = []
        for other, weight in self.scored:
            if other.key == unit.key or len(found) == MOST_NEIGHBOURS:
                continue
            places = _places(unit.key, other.key)
            found.append(
                Neighbour(
                    serial=other.key,
                    differs=_differs(unit.key, other.key, places),
                    places=places,
                    lr=weight.lr,
                    fits=weight.fits,
                    catalogued=other.position >= 0,
                )
            )
        return tuple(found)


def against_the_next(
    weight: UnitWeight, verdict: Verdict, neighbours: Sequence[Neighbour]
) -> tuple[Sentence, ...]:
    """Report how much of a moderate weight remains against the likeliest other serial alone.

    The weight compares with any other unit of the model, most of which are far from the reading.
    """
    if verdict == "identifies_catalog_unit" or weight.lr < CONSISTENT_FROM or not neighbours:
        return ()
    other = max(neighbours, key=lambda one: one.lr)
    mine, theirs = (lr / (lr + max(weight.units - 1.0, 1.0)) for lr in (weight.lr, other.lr))
    ratio = mine / theirs
    if not 1.0 <= ratio < weight.lr:
        return ()
    return (say("weight.next-serial", serial=other.serial, ratio=ratio),)


def _places(mine: str, other: str) -> tuple[int, ...]:
    if len(mine) != len(other):
        return ()
    pairs = enumerate(zip(mine, other, strict=True), start=1)
    return tuple(place for place, (a, b) in pairs if a != b)


def _differs(mine: str, other: str, places: tuple[int, ...]) -> Sentence:
    if not places:
        return say("neighbour.length", serial=other, length=len(other), candidate_length=len(mine))
    return say("neighbour.characters", serial=other, candidate=mine)
