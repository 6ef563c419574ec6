"""Where the weight comes from: bits by field and by character, and the serials next to it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from catalog.confusions import byte_columns
from catalog.results import CharacterWeight, Neighbour
from catalog.weight import FITS_FROM, SMALLEST, weigh_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.alignment import Profile
    from catalog.weight import GroupWeight, Scored

MOST_NEIGHBOURS = 6


def field_bits(
    groups: Sequence[GroupWeight],
    maker_shares: Sequence[float],
    of: int,
    likelihood: float,
) -> tuple[float, float, float]:
    """Split the weight of a unit of group `of` into maker, model given maker, serial given both.

    Each step compares the unit with the mean over all other units, weighted by the steps before;
    the three add up to log2 of the likelihood ratio.
    """
    sizes = [max(g.population.size - (place == of), 0.0) for place, g in enumerate(groups)]
    others = sum(sizes)
    by_maker = sum(share * size for share, size in zip(maker_shares, sizes, strict=True))
    by_model = sum(g.prior * size for g, size in zip(groups, sizes, strict=True))
    likelihood = groups[of].seen(likelihood)
    own = likelihood * groups[of].prior
    total = max(sum(g.total for g in groups), own)
    by_serial = max(total - own, total * SMALLEST)
    if not others or not by_serial:
        return 0.0, 0.0, 0.0
    maker, prior = maker_shares[of], groups[of].prior
    return (
        math.log2(maker * others / by_maker),
        math.log2(prior / maker * by_maker / by_model),
        math.log2(max(likelihood * by_model / by_serial, SMALLEST)),
    )


def characters_of(
    profile: Profile, groups: Sequence[GroupWeight], key: str, serial_bits: float
) -> tuple[CharacterWeight, ...]:
    """Split the bits of a serial among its characters, each given those before it.

    Place 0 holds what the characters one by one do not explain: characters left out or added,
    alternatives, pixels taken as a whole. Empty for another length than was read, and for serials
    that follow no sequence.
    """
    raw = np.frombuffer(key.encode(), dtype=np.uint8)
    sets = [
        (part, group.prior)
        for group in groups
        for part in group.population.sets
        if part.listed and part.length == raw.size
    ]
    if raw.size != len(profile.seen) or not sets:
        return ()
    weights = np.concatenate([part.weights for part, _ in sets])
    units = np.concatenate([part.units * prior for part, prior in sets])
    own = np.ones(raw.size + 1)
    np.cumprod(profile.seen[np.arange(raw.size), byte_columns()[raw]], out=own[1:])
    before = np.ones((raw.size + 1, len(weights)))
    np.cumprod(np.einsum("bpc,pc->pb", weights, profile.seen), axis=0, out=before[1:])
    after = np.ones_like(before)
    np.cumprod(weights.sum(axis=2).T[::-1], axis=0, out=after[1:])
    mass = (before * after[::-1]) @ units
    others = np.maximum(mass - own, mass * SMALLEST)
    with np.errstate(divide="ignore", invalid="ignore"):
        steps = np.diff(np.log2(np.maximum(own, SMALLEST**4) / others))
    if not np.isfinite(steps).all():
        return ()
    rows = [
        CharacterWeight(place=place, recorded=chr(byte), weight_bits=float(bits))
        for place, (byte, bits) in enumerate(zip(raw.tolist(), steps, strict=True), start=1)
    ]
    rest = serial_bits - float(steps.sum())
    return (*rows, CharacterWeight(place=0, recorded="", weight_bits=rest))


def neighbours_of(
    groups: Sequence[GroupWeight], of: GroupWeight, unit: Scored, *, ceiling: float
) -> tuple[Neighbour, ...]:
    """List the serials next in line after this one, and the character that would decide."""
    found = []
    for other in of.scored:
        if other.key == unit.key:
            continue
        places = _places(unit.key, other.key)
        weight = weigh_unit(groups, of, other.likelihood, ceiling=ceiling)
        found.append(
            Neighbour(
                serial=other.key,
                differs=_differs(unit.key, other.key, places),
                places=places,
                lr=weight.lr,
                fits=other.likelihood >= FITS_FROM * ceiling,
                catalogued=other.position >= 0,
            )
        )
        if len(found) == MOST_NEIGHBOURS:
            break
    return tuple(found)


def _places(mine: str, other: str) -> tuple[int, ...]:
    if len(mine) != len(other):
        return ()
    pairs = enumerate(zip(mine, other, strict=True), start=1)
    return tuple(place for place, (a, b) in pairs if a != b)


def _differs(mine: str, other: str, places: tuple[int, ...]) -> str:
    if not places:
        return f"{other} has {len(other)} characters, not {len(mine)}"
    changes = " and ".join(f"character {p} is {other[p - 1]}, not {mine[p - 1]}" for p in places)
    return f"if {changes}, it is {other}"
