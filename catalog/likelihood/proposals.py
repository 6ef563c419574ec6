"""Propose the serials that may explain a reading, catalogued or not, without a full scan.

For a reading that leaves little open, these are its best string and every single change of it. For
one that leaves more open, serials are enumerated, best first. Serials outside any sequence are
searched in the catalog itself. In each case it is known down to which probability the list is
complete.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from catalog.likelihood.alignment import Spelling, one_edit_away
from catalog.likelihood.descent import descend

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.likelihood.alignment import Profile
    from catalog.likelihood.descent import SortedKeys
    from catalog.likelihood.models import SerialModel
    from catalog.numbering.population import Population

    Floats = npt.NDArray[np.float64]
    Keys = npt.NDArray[np.bytes_]

LEAST_PROPOSED = 1e-6
"""Serials that explain the reading worse than this, relative to the best, are only bounded."""

NEGLIGIBLE = 1e-3
"""Catalogued serials outside any sequence are not searched if their total is bounded by this."""

LISTED_WHOLE = 2048
"""Up to this many catalogued serials outside any sequence are all listed for a pixel reading."""

SCORED_WHOLE = 50_000
"""Up to this many are all scored for a text reading, in about 20 ms. If there are more, those not
proposed are bounded place by place: far too high for nearly all of them, and too low for a serial
with one character left out and one added (docs/validity/search.md, "Not shown").
"""

NEAREST = 64
"""If all serials are scored, this many of the best are listed in any case."""

BESIDE_FROM = 1e-12
"""If a serial explains the reading worse than this, relative to the best, so do its one-character
neighbours (at least three characters of such a serial differ).
"""

SCORED_TOGETHER = 4096

SURELY = 0.9
"""Serials are enumerated down to this share of the threshold, so that rounding excludes none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How far a reading is enumerated: `most` serials, none below `floor` relative to the best.

    With `most` = 0, only the best serial and its single changes are listed.
    """

    most: int
    floor: float


EFFORTS = (
    Effort(most=0, floor=1.0),
    Effort(most=512, floor=1e-3),
    Effort(most=4096, floor=LEAST_PROPOSED),
)
"""Tried in this order, until the rest does not matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposals:
    """Serials of one length that may explain a reading, best first, with their probabilities."""

    length: int
    keys: Keys
    rough: Floats
    """Probability place by place, before insertions are counted and pixels are scored."""
    whole_from: float
    """Every serial of this length that is at least this probable is in the list."""
    catalogued_from: float
    """The same for catalogued serials outside any sequence."""
    beyond: float | None
    """If all of these were scored: the summed probability of those not in the list."""
    doubtful: bool


def propose(
    model: SerialModel,
    population: Population,
    length: int,
    catalogued: SortedKeys,
    *,
    enough: float,
    efforts: tuple[Effort, ...] = EFFORTS,
) -> Proposals:
    """List the serials of one length that may explain a reading.

    Uses the first of `efforts` that lists every serial which makes the reading at least as probable
    as `enough`, otherwise the last.
    """
    irregular = population.irregular_of(length)
    allowed = population.allowed(length)
    lists: list[tuple[Keys, Floats]] = []
    beyond: float | None = None
    if 0 < irregular <= (SCORED_WHOLE if model.slack == 1.0 else LISTED_WHOLE):
        lists, beyond = _all_scored(model, catalogued, population, length)
    whole = missed = 0.0
    doubtful = False
    for profile in model.profiles:
        if len(profile.seen) == length:
            spelling = Spelling.of(profile, allowed)
            # If the sum over all units is exact, only serials that may fit need be listed.
            least = SURELY * enough if model.slack == 1.0 else 0.0
            spelled, bound = _spelled_out(spelling, enough, efforts, least=least)
            # Outside any sequence only catalogued serials are scored: listed above or searched
            # below.
            if spelled is None or population.in_sequence(length):
                lists.append(spelling.single_changes())
            if spelled is not None:
                doubtful = True
                lists.append(spelled)
            whole = max(whole, bound)
            unsure = irregular * bound > NEGLIGIBLE * profile.ceiling and beyond is None
            if bound >= enough or unsure:
                floor = LEAST_PROPOSED if irregular else enough / profile.ceiling
                found = descend(profile, catalogued, floor=floor, most=efforts[-1].most)
                lists.append((found.keys, found.shares))
                bound = max(floor * profile.ceiling, found.least)
        else:
            keys = one_edit_away(profile, allowed, length)
            lists.append((keys, profile.of_keys(keys, length)))
            bound = _after_one_edit(profile, length)
            whole = max(whole, bound)
        missed = max(missed, bound)
    return _merged(lists, length, (whole, missed), beyond, doubtful=doubtful)


def _all_scored(
    model: SerialModel, catalogued: SortedKeys, population: Population, length: int
) -> tuple[list[tuple[Keys, Floats]], float]:
    """Score every serial outside any sequence; return those that may explain the reading.

    Also returns the sum of all others, with their assumed neighbours. Pixels are scored later, for
    the likeliest; so for them all are listed, with the probability from each profile.
    """
    keys = catalogued.out_of_sequence(population, length)
    if model.slack != 1.0:
        return [(keys, profile.of_keys(keys, length)) for profile in model.profiles], 0.0
    scores = np.empty(keys.size)
    for start in range(0, keys.size, SCORED_TOGETHER):
        some = slice(start, start + SCORED_TOGETHER)
        scores[some] = model.of_keys(keys[some], length)
    order = np.argsort(-scores, kind="stable")
    fair = int(np.count_nonzero(scores >= LEAST_PROPOSED * model.ceiling))
    listed = min(max(fair, NEAREST), EFFORTS[-1].most)
    near, others = order[:listed], order[listed:]
    rest = float(scores[others].sum())
    spread = population.out_of_sequence(length)
    if spread is not None:
        some_way_off = keys[others[scores[others] >= BESIDE_FROM * model.ceiling]]
        for start in range(0, some_way_off.size, SCORED_TOGETHER):
            part = some_way_off[start : start + SCORED_TOGETHER]
            rest += spread.beside * float(model.beside(part, spread).sum())
    return [(keys[near], scores[near])], rest


def _spelled_out(
    spelling: Spelling, enough: float, efforts: tuple[Effort, ...], *, least: float
) -> tuple[tuple[Keys, Floats] | None, float]:
    """List serials of the reading's own length as far as needed beyond the single changes.

    Returns None if these are enough, and a bound for every serial that is in neither. Serials less
    probable than `least` are left out.
    """
    spelled, bound = None, spelling.two_changes()
    ceiling = spelling.profile.ceiling
    for effort in efforts:
        if effort.most:
            floor = max(effort.floor, least / ceiling)
            keys, rough = spelled = spelling.likeliest(most=effort.most, floor=floor)
            last = float(rough[-1]) if keys.size >= effort.most else 0.0
            bound = max(floor * ceiling, last)
        if bound < enough:
            break
    return spelled, bound


def _after_one_edit(profile: Profile, length: int) -> float:
    """Bound serials of another length that are more than one addition or omission away."""
    edit = max(profile.extra, profile.skip)
    if abs(len(profile.seen) - length) > 1:
        return profile.ceiling * edit**2
    return profile.ceiling * edit * max(edit, profile.second)


def _merged(
    lists: list[tuple[Keys, Floats]],
    length: int,
    whole: tuple[float, float],
    beyond: float | None,
    *,
    doubtful: bool,
) -> Proposals:
    """Join lists; a serial in several gets the largest of its probabilities."""
    lists = [(keys, rough) for keys, rough in lists if keys.size]
    kind = f"S{max(length, 1)}"
    keys, rough = lists[0] if lists else (np.zeros(0, dtype=kind), np.zeros(0))
    if len(lists) > 1:
        best: dict[bytes, float] = {}
        for some, shares in lists:
            for key, share in zip(some.tolist(), shares.tolist(), strict=True):
                if share > best.get(key, -1.0):
                    best[key] = share
        ordered = sorted(best)
        rough = np.array([best[key] for key in ordered])
        order = np.argsort(-rough, kind="stable")
        keys, rough = np.array(ordered, dtype=kind)[order], rough[order]
    return Proposals(
        length=length,
        keys=keys.astype(kind, copy=False),
        rough=rough,
        whole_from=whole[0],
        catalogued_from=whole[1],
        beyond=beyond,
        doubtful=doubtful,
    )
