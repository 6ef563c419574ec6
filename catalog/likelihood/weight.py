"""The weight of a match: the likelihood ratio of one unit against every other possible unit.

LR = P(reading | this unit) / Σ over the other units of π(t) · P(reading | t), where the other units
are all units assumed to exist of that maker and model, catalogued or not, each equally probable
beforehand. Units that were not scored are bounded from above; none is dropped.

Their number is estimated from the unit's own sequence: for another sequence, no more units are
counted for each of its known serials than for this one (`View`). So a single stray serial changes
the weight of a unit at most by `STRAY_FACTOR`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from catalog.likelihood.counting import Counted, count_fitting
from catalog.likelihood.proposals import EFFORTS, propose
from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from catalog.likelihood.descent import SortedKeys
    from catalog.likelihood.models import SerialModel
    from catalog.likelihood.proposals import Proposals
    from catalog.numbering.population import Population, ProductSets

    Floats = npt.NDArray[np.float64]
    Keys = npt.NDArray[np.bytes_]

ALGORITHM = "nameplate-weight-6"

STRAY_FACTOR = 3.0
"""One foreign or mistyped serial in a catalog changes the weight of a unit at most by this factor
either way, if three serials or more of its sequence are known. Several may add up: each counts as
at most as many units as a known serial. A serial that itself fits the reading is not a stray but a
candidate. Held by a property test.
"""

NO_SEQUENCE_BELOW = 3
"""Fewer serials that differ in only one number do not establish a sequence."""

MISTYPED = 0.1
"""Beside a sequence, this share of a catalogued serial outside any sequence, and of its effect on
others, counts as units of their own; the rest counts as a slip or a foreign serial. Assumed; a
posterior counts it in full.
"""

FITS_FROM = 0.01
"""A unit fits if the reading is at least this many times as probable under its serial as under the
serial that would explain the reading best.
"""

MORE_ASKED = 6
"""If a reading leaves much open, this many times as many serials are scored on the pixels."""

SHOWN = 32
"""Up to this many catalogued serials of one length that fit are stored with names, and as many
others that fit; all are counted.
"""

BESIDE = 7
"""This many catalogued serials are stored in any case, to compare a candidate with."""

SMALLEST = 1e-15
"""Minimum share of the weight; anything smaller is rounding error."""

NOTHING_NEAR = 1e-4
"""If no existing serial explains the reading this well, more are proposed."""

RULES: Final = Declared(
    "weight",
    test="tests/unit/catalog/likelihood/test_weight.py",
    source="assumed; docs/validity/weight.md",
    units={
        "STRAY_FACTOR": "times",
        "NO_SEQUENCE_BELOW": "serials",
        "MISTYPED": "share, 0-1",
        "FITS_FROM": "relative to the best serial, 0-1",
        "SMALLEST": "share of the weight",
        "NOTHING_NEAR": "relative to a faultless reading",
    },
)


class Scored(NamedTuple):
    """One serial and how probable the reading is under it."""

    key: str
    likelihood: float
    position: int
    """Index in the catalog's sorted keys of the group; -1 if the serial is not catalogued."""
    copies: int
    """Catalog records with this serial."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupWeight:
    """The contribution of one maker and model: the sum over its units, and the scored serials."""

    population: Population
    total: float
    """Σ over all N̂ units of P(reading | unit), an upper bound, times `prior`."""
    bounded: float
    """The part of `total` for catalogued units that were not scored one by one."""
    scored: tuple[Scored, ...]
    """Catalogued serials that may explain the reading, and others that fit; best first."""
    fitting: float
    """How many of the N̂ units fit; a fraction if uncatalogued units are only expected."""
    catalogued_fitting: int
    prior: float
    """Probability of the plate's other fields under this maker and model, 0-1."""
    blind: float = 0.0
    """Share of such readings that say nothing, and so are equally probable under every unit."""
    uncatalogued: tuple[float, ...] = ()
    """For each sequence of which little is known (0 for others): the part of `total` for its units
    outside the catalog.
    """
    held: tuple[float, ...] = ()
    """The same for its units in the catalog."""

    def with_blind_share(self, likelihood: float) -> float:
        """Give a unit its part of the readings that say nothing; the sum over all is unchanged."""
        even = self.total / self.prior / max(self.population.size, 1.0)
        return (1.0 - self.blind) * likelihood + self.blind * even


def weigh_group(
    model: SerialModel, population: Population, keys: SortedKeys, *, prior: float = 1.0
) -> GroupWeight:
    """Weigh every unit of one maker and model against the reading of a serial.

    `keys` are the catalogued folded serials of the group.
    """
    parts = _parts(model, population, keys)
    total = model.slack * sum(part.counted for part in parts) + sum(part.added for part in parts)
    total += model.base * population.size
    bounded = sum(part.bounded for part in parts)
    scored = sorted(
        (item for part in parts for item in part.scored),
        key=lambda item: (-item.likelihood, item.key),
    )
    uncatalogued: tuple[float, ...] = ()
    held: tuple[float, ...] = ()
    if population.little_known:
        of_sets, added, there = np.sum([part.of_little_known for part in parts], axis=0)
        of_others = np.maximum(model.slack * of_sets + added, 0.0)
        uncatalogued, held = (of_others * prior).tolist(), (there * prior).tolist()
    return GroupWeight(
        population=population,
        total=(total + bounded) * prior,
        bounded=bounded * prior,
        scored=tuple(scored),
        fitting=sum(part.fitting for part in parts),
        catalogued_fitting=sum(part.catalogued_fitting for part in parts),
        prior=prior,
        blind=model.blind,
        uncatalogued=tuple(uncatalogued),
        held=tuple(held),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """The contribution of the units of one length to a group's weight."""

    counted: float
    """The sum over all units of product sets, before `slack`."""
    added: float
    """The correction to it from the serials scored one by one."""
    bounded: float
    fitting: float
    catalogued_fitting: int
    best: float
    """Probability of the reading under the best existing serial of this length."""
    scored: tuple[Scored, ...]
    of_little_known: Floats
    """For each sequence that has sets of its own: the parts of `counted` and `added` for its units
    outside the catalog, and their sum for those in it; (3, sequences).
    """


def _parts(model: SerialModel, population: Population, keys: SortedKeys) -> tuple[_Part, ...]:
    """Weigh as many serials of each length as may fit; if none comes near, many more."""
    enough = FITS_FROM * model.ceiling / 2
    parts: tuple[_Part, ...] = ()
    for efforts in (EFFORTS, EFFORTS[-1:]):
        parts = tuple(
            _weigh_part(
                model,
                population,
                keys,
                propose(model, population, length, keys, enough=enough, efforts=efforts),
            )
            for length in population.lengths
        )
        if max((part.best for part in parts), default=0.0) >= NOTHING_NEAR * model.ceiling:
            break
    return parts


def _weigh_part(
    model: SerialModel, population: Population, keys: SortedKeys, part: Proposals
) -> _Part:
    first, copies = find(keys.keys, part.keys)
    present = copies > 0
    listed = population.expected(part.keys, part.length, listed=True)
    expected = population.expected(part.keys, part.length, listed=False)
    sets = population.of_length(part.length)
    likelihood, correction, totals = _scores(model, part, sets, present | (listed > 0))
    total = float(totals.sum())
    alone = present & (listed == 0)
    fits = likelihood >= FITS_FROM * model.ceiling
    unscored = population.irregular_of(part.length) - int(alone.sum())
    beyond, bounded = part.beyond, 0.0
    if beyond is None:
        beyond, bounded = 0.0, max(unscored, 0) * part.catalogued_from
    ranked = np.argsort(-likelihood, kind="stable")
    counted = Counted(
        fitting=float((listed + expected)[fits].sum() + (fits & alone).sum()),
        catalogued=int((fits & present).sum()),
    )
    named = min(max(counted.catalogued, BESIDE), SHOWN)
    shown = np.concatenate(
        [ranked[present[ranked]][:named], ranked[(~present & fits & (listed > 0))[ranked]][:SHOWN]]
    )
    if part.whole_from >= FITS_FROM * model.ceiling:
        counted = counted.at_least(
            count_fitting(model, population, part.length, keys, least=FITS_FROM * model.ceiling)
        )
    spread = population.out_of_sequence(part.length)
    # If not all are scored, the millionth of each exceeds what its neighbours contribute.
    if part.beyond is not None and spread is not None and alone.any():
        beyond += spread.beside * float(model.beside(part.keys[alone], spread).sum())
    of_little_known = np.zeros((3, len(population.sequences) if population.little_known else 0))
    for one, of_set in zip(sets, totals.tolist(), strict=True):
        if one.place is not None:
            held = one.expected(part.keys)
            there = held[present] @ likelihood[present]
            of_little_known[:, one.place] += (of_set, held @ correction - there, there)
    return _Part(
        counted=total,
        added=float((listed + expected) @ correction + likelihood[alone].sum()) + beyond,
        bounded=bounded,
        fitting=counted.fitting,
        catalogued_fitting=counted.catalogued,
        best=float(likelihood[present | (listed > 0)].max(initial=0.0)),
        of_little_known=of_little_known,
        scored=tuple(
            Scored(key=key.decode(), likelihood=value, position=place, copies=records)
            for key, value, place, records in zip(
                part.keys[shown].tolist(),
                likelihood[shown].tolist(),
                np.where(present, first, -1)[shown].tolist(),
                copies[shown].tolist(),
                strict=True,
            )
        ),
    )


def _scores(
    model: SerialModel,
    part: Proposals,
    sets: Sequence[ProductSets],
    wanted: npt.NDArray[np.bool_],
) -> tuple[Floats, Floats, Floats]:
    """Score the likeliest wanted serials exactly, the others place by place.

    Also returns the correction of the sum over all units for each serial, and that sum for each of
    `sets`.
    """
    most = model.asked * (MORE_ASKED if part.doubtful else 1)
    chosen = np.flatnonzero(wanted)[:most]
    likelihood, correction = part.rough.copy(), np.zeros(part.keys.size)
    exact, totals = model.of_keys_and_units(part.keys[chosen], part.length, sets)
    likelihood[chosen] = exact
    counted = model.counted(part.keys[chosen], part.length, exact)
    correction[chosen] = exact - model.slack * counted
    return likelihood, correction, totals


def find(keys: Keys, wanted: Keys) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Find folded serials among sorted ones: first position and number of records of each."""
    if not keys.size or wanted.dtype.itemsize > keys.dtype.itemsize:
        return np.zeros(wanted.size, dtype=np.intp), np.zeros(wanted.size, dtype=np.intp)
    wanted = wanted.astype(keys.dtype, copy=False)
    first = keys.searchsorted(wanted)
    return first, keys.searchsorted(wanted, side="right") - first


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitWeight:
    """The weight of one unit against all others that are assumed to exist."""

    lr: float
    """How many times more probable the reading is under this unit than under another."""
    posterior: float
    """Probability that it is this unit, if all units that may exist of any sequence were equally
    probable beforehand (0-1).
    """
    fits: bool
    by_chance: float
    """p: probability of a reading like this from another unit, relative to this one; 1/LR."""
    units: float
    """N̂: all units assumed to exist of the competing makers and models, according to the unit's
    own sequence.
    """
    compared: int
    """n: catalogued units among which the candidate was searched."""

    @property
    def log10_lr(self) -> float:
        """The weight as a power of ten."""
        return math.log10(self.lr)

    @property
    def bits(self) -> float:
        """The weight in bits."""
        return math.log2(self.lr)

    @property
    def after_search(self) -> float:
        """1/(np): what remains of 1/p, since the unit was picked as the best of n."""
        return self.lr / max(self.compared, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All competing units, in the number expected from the sequence of one of them."""

    units: tuple[float, ...]
    """Number of units assumed to exist in each group."""
    total: float
    """Σ over them of π(t) · P(reading | t)."""


@dataclass(frozen=True, kw_only=True)
class Competitors:
    """All groups of competing units."""

    groups: tuple[GroupWeight, ...]

    @classmethod
    def of(cls, groups: Sequence[GroupWeight] | Competitors) -> Competitors:
        """Combine groups; an existing combination is returned unchanged."""
        return groups if isinstance(groups, Competitors) else cls(groups=tuple(groups))

    @cached_property
    def total(self) -> float:
        """Σ over all units that may exist, of any sequence."""
        return sum(group.total for group in self.groups)

    @cached_property
    def compared(self) -> int:
        """How many units of the catalog are among them."""
        return sum(group.population.catalogued for group in self.groups)

    @cached_property
    def _single(self) -> bool:
        """Whether there is one sequence only."""
        return sum(group.population.counts.size for group in self.groups) == 1

    @cached_property
    def _views(self) -> dict[tuple[float, bool], View]:
        return {}

    @cached_property
    def _as_they_are(self) -> View:
        return View(units=tuple(g.population.size for g in self.groups), total=self.total)

    def view(self, of: GroupWeight, key: str | None) -> View:
        """Return all units as expected from the sequence of one of them, given its folded serial.

        Without a key, the sequence of which most is known is used.

        Another sequence is assumed to have no more units for each of its known serials than this
        one; if little is known of it, its units outside the catalog weigh less, and beside a
        sequence so do serials outside any (`MISTYPED`).
        """
        if self._single or not of.population.counts.size:
            return self._as_they_are
        place = of.population.main if key is None else of.population.place_of(key)
        rate = of.population.units_a_serial(place)
        numbered = bool(of.population.counts[place] >= NO_SEQUENCE_BELOW)
        if (rate, numbered) not in self._views:
            units, total = [], self.total
            for group in self.groups:
                people = group.population
                share = np.minimum(people.counts * rate / people.sizes, 1.0)
                units.append(float(people.sizes @ share))
                if not group.uncatalogued:
                    continue
                sequences = len(people.sequences)
                odd = people.counts[:sequences] < NO_SEQUENCE_BELOW
                a_unit = np.where(odd & (numbered and group is of), MISTYPED, 1.0)
                total -= float((1.0 - share[:sequences] * a_unit) @ np.array(group.uncatalogued))
                total -= float((1.0 - a_unit) @ np.array(group.held))
            self._views[rate, numbered] = View(units=tuple(units), total=total)
        return self._views[rate, numbered]


def weigh_unit(
    groups: Sequence[GroupWeight] | Competitors,
    of: GroupWeight,
    likelihood: float,
    *,
    ceiling: float,
    factor: float = 1.0,
    key: str | None = None,
) -> UnitWeight:
    """Weigh one unit, whose serial gives the reading `likelihood`, against all of `groups`.

    `of` is the group the unit belongs to, `ceiling` the largest probability that any serial gives,
    `factor` the penalty from other fields for this unit alone (0-1), `key` its folded serial, which
    determines its sequence (None: the one of which most is known).
    """
    competitors = Competitors.of(groups)
    view = competitors.view(of, key)
    units = sum(view.units)
    own = of.with_blind_share(likelihood) * of.prior
    total, all_of_them = max(view.total, own), max(competitors.total, own)
    others = max(total - own, total * SMALLEST)
    any_other = max(all_of_them - own, all_of_them * SMALLEST)
    competing = max(units - 1.0, 0.0)
    lr = own * factor * competing / others if competing and total else 1.0
    return UnitWeight(
        lr=max(lr, SMALLEST),
        posterior=own * factor / (own * factor + any_other) if total else 0.0,
        fits=likelihood >= FITS_FROM * ceiling,
        by_chance=1.0 / max(lr, SMALLEST),
        units=units,
        compared=competitors.compared,
    )
