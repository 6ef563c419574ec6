"""Which serials may explain a reading: all that fit, catalogued or not, found without a scan.

A reading that leaves little open is answered by its best string and every single change of it. One
that leaves more open is spelled out, best first; where serials follow no sequence, the catalogued
ones are looked through instead. Either way it is known down to which probability a list is whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catalog.alignment import likeliest, one_edit_away, scan, single_changes

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.alignment import Profile
    from catalog.likelihood import SerialModel
    from catalog.population import Population

    Floats = npt.NDArray[np.float64]
    Keys = npt.NDArray[np.bytes_]

SPELLED_OUT = 4096
"""Serials of one length that are spelled out at most for a doubtful reading."""

LEAST_PROPOSED = 1e-6
"""Serials that explain the reading worse than this, relative to the best, are only bounded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Serials of one length that may explain a reading, best first, with their probabilities."""

    length: int
    keys: Keys
    rough: Floats
    """Probability place by place, before insertions are counted and pixels are asked."""
    whole_from: float
    """Every serial of this length that is at least this probable is in the list."""
    doubtful: bool


def propose_few(model: SerialModel, population: Population, length: int) -> Proposals:
    """List the best string of this length and its single changes (or additions and omissions).

    What differs in two places from the best is at most as probable as its two best changes.
    """
    allowed = population.allowed(length)
    lists: list[tuple[Keys, Floats]] = []
    whole = 0.0
    for profile in model.profiles:
        if len(profile.seen) == length:
            keys, rough = single_changes(profile, allowed)
            lists.append((keys, rough))
            whole = max(whole, float(rough[1] * rough[2] / rough[0]) if rough.size > 2 else 0.0)
        else:
            keys = one_edit_away(profile, allowed, length)
            lists.append((keys, profile.of_keys(keys, length)))
            whole = max(whole, _after_one_edit(profile, length))
    return _merged(lists, length, whole, doubtful=False)


def propose_many(
    model: SerialModel, population: Population, length: int, catalogued: Keys
) -> Proposals:
    """List everything that may fit: spelled out, and looked for among irregular serials."""
    allowed = population.allowed(length)
    irregular = population.irregular_of(length)
    few = propose_few(model, population, length)
    lists, whole = [(few.keys, few.rough)], 0.0
    for profile in model.profiles:
        if len(profile.seen) != length:
            whole = max(whole, _after_one_edit(profile, length))
            continue
        keys, rough = likeliest(profile, allowed, most=SPELLED_OUT, floor=LEAST_PROPOSED)
        least = float(rough[-1]) if keys.size >= SPELLED_OUT else 0.0
        if irregular:
            lists.append(scan(profile, catalogued, floor=LEAST_PROPOSED, most=SPELLED_OUT))
        lists.append((keys, rough))
        whole = max(whole, LEAST_PROPOSED * profile.ceiling, 0.0 if irregular else least)
    return _merged(lists, length, whole, doubtful=True)


def _after_one_edit(profile: Profile, length: int) -> float:
    """Bound serials of another length that are no single addition or omission away."""
    edit = max(profile.extra, profile.skip)
    if abs(len(profile.seen) - length) > 1:
        return profile.ceiling * edit**2
    return profile.ceiling * edit * max(edit, profile.second)


def _merged(
    lists: list[tuple[Keys, Floats]], length: int, whole: float, *, doubtful: bool
) -> Proposals:
    """Join lists; a serial in several keeps the largest probability that one gave it."""
    lists = [(keys.astype(f"S{length}"), rough) for keys, rough in lists if keys.size]
    if not lists:
        nothing = np.zeros(0, dtype=f"S{max(length, 1)}")
        return Proposals(
            length=length, keys=nothing, rough=np.zeros(0), whole_from=whole, doubtful=doubtful
        )
    keys, rough = lists[0]
    if len(lists) > 1:
        every = np.concatenate([rough for _, rough in lists])
        keys, which = np.unique(np.concatenate([k for k, _ in lists]), return_inverse=True)
        rough = np.zeros(keys.size)
        np.maximum.at(rough, which.ravel(), every)
        order = np.argsort(-rough, kind="stable")
        keys, rough = keys[order], rough[order]
    return Proposals(length=length, keys=keys, rough=rough, whole_from=whole, doubtful=doubtful)
