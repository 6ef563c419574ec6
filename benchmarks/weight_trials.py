"""Weigh one reading against catalogs of every size: which unit is named, and with what weight."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.weight_sets import DIGITS, PREFIX
from catalog.likelihood.descent import SortedKeys
from catalog.likelihood.exposures import TRUST, BoundedExposures, Trust
from catalog.likelihood.models import SerialModel, serial_model
from catalog.likelihood.weight import GroupWeight, weigh_group, weigh_unit
from catalog.matching.identification import IDENTIFIES_FROM, unit_verdict
from catalog.matching.without_stack import Competing, WithoutStack
from catalog.numbering.population import Population, population
from catalog.numbering.schemes import GroupStatistics, SerialBlock
from catalog.types import FieldEvidence
from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy.typing as npt

    from benchmarks.rendered import SeenExposure, SeenPlate
    from vision.ocr.lattice import Lattice

    Keys = npt.NDArray[np.bytes_]

SIZES = (1_000, 10_000, 100_000, 1_000_000)
"""Units that exist in the competing block of numbers."""

CATALOGUED = 0.8
"""Share of the units in the catalog; the plate's own unit is in it as often."""

CATALOG_SEED = 77


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One plate against one catalog."""

    plates: str
    seed: int
    size: int
    catalogued: bool
    """Whether the plate's own unit is in the catalog."""
    identified: bool
    named: str
    """The best catalogued unit, folded; empty if there is none."""
    right: bool
    """Whether that is the plate's own."""
    posterior: float
    """Of the best catalogued unit."""
    mate: float | None
    """log10 LR of the plate's own unit, if catalogued."""
    neighbour: float
    """log10 LR of a catalogued unit one digit away from the plate's own."""
    stranger: float
    """log10 LR of a catalogued unit drawn at random."""
    truth: float
    """Natural log of the posterior of the plate's own unit, catalogued or not."""


@lru_cache(maxsize=1)
def known_numbers() -> tuple[npt.NDArray[np.int64], Keys]:
    """Return which of ten million numbers are catalogued, and their folded serials, sorted."""
    draw = np.random.default_rng(CATALOG_SEED)
    numbers = np.flatnonzero(draw.random(10**DIGITS) < CATALOGUED)
    raw = np.empty((numbers.size, len(PREFIX) + DIGITS), dtype=np.uint8)
    raw[:, : len(PREFIX)] = np.frombuffer(PREFIX.encode(), dtype=np.uint8)
    left = numbers.copy()
    for place in range(DIGITS - 1, -1, -1):
        raw[:, len(PREFIX) + place] = left % 10 + ord("0")
        left //= 10
    return numbers, raw.view(f"S{raw.shape[1]}").ravel()


def block(number: int, size: int) -> tuple[npt.NDArray[np.int64], Keys, Population]:
    """Return the catalog of one size around a number, and its estimated population."""
    numbers, keys = known_numbers()
    first = number // size * size
    low, high = np.searchsorted(numbers, [first, first + size]).tolist()
    digits = len(str(size)) - 1
    lead = f"{number:0{DIGITS}d}"[: DIGITS - digits]
    known = numbers[low:high]
    sequence = SerialBlock(
        prefix=PREFIX + lead,
        digits=digits,
        suffix="",
        first=int(known[0] - first),
        last=int(known[-1] - first),
        count=known.size,
        padded=True,
    )
    statistics = GroupStatistics(keys=known.size, blocks=(sequence,), irregular=())
    return known, keys[low:high], population(statistics)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposures:
    """The exposures of one plate, as passed on by fusion."""

    by_exposure: tuple[CachedLikelihood, ...]
    stack: CachedLikelihood | None

    @property
    def weights(self) -> tuple[float, ...]:
        """Each is a separate exposure: the plate is photographed again for it."""
        return (1.0,) * len(self.by_exposure)

    def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Sum the exposures unchanged; the weight queries each one separately."""
        return np.asarray(np.sum([one.log_likelihood(strings) for one in self.by_exposure], axis=0))


@dataclass(frozen=True, slots=True, kw_only=True)
class CachedLikelihood:
    """An exposure with a cache, since the catalogs are nested."""

    asked: Lattice
    known: dict[str, float]

    @property
    def text(self) -> str:
        """Its best string, folded."""
        return fold(self.asked.text)

    @property
    def symbols(self) -> tuple[str, ...]:
        """None that would still have to be merged."""
        return ()

    def folded(self, mapping: Mapping[str, str]) -> CachedLikelihood:
        """Return itself: its symbols were merged when it was created."""
        del mapping
        return self

    def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Natural logarithms, same order, shape (n,)."""
        fresh = tuple(dict.fromkeys(text for text in strings if text not in self.known))
        if fresh:
            self.known.update(zip(fresh, self.asked.log_likelihood(fresh).tolist(), strict=True))
        return np.array([self.known[text] for text in strings])


def exposures_of(plate: SeenPlate) -> Exposures | None:
    """Collect the exposures of a plate that show anything, and their stack."""
    exposures = tuple(one for seen in plate.exposures if (one := _cached(seen)) is not None)
    if not exposures:
        return None
    stack = plate.stack(len(plate.exposures))
    return Exposures(by_exposure=exposures, stack=None if stack is None else _cached(stack))


def _cached(seen: SeenExposure) -> CachedLikelihood | None:
    merged = {symbol: fold(symbol) for symbol in seen.lattice.symbols if symbol}
    plain = seen.lattice.folded({a: b for a, b in merged.items() if a != b and len(b) <= 1})
    return CachedLikelihood(asked=plain, known={}) if fold(plain.text) else None


def evidence_of(exposures: Exposures, people: Population, trust: Trust) -> FieldEvidence:
    """Return the evidence for the serial from all exposures; the text is their likeliest."""
    views = (
        exposures.by_exposure
        if exposures.stack is None
        else (*exposures.by_exposure, exposures.stack)
    )
    texts = tuple(dict.fromkeys(seen.text for seen in views))
    believed = BoundedExposures.of(exposures, texts[0], trust, people.size)
    best = texts[int(np.argmax(believed.log_likelihood(texts)))]
    return FieldEvidence(text=best, origin="machine", likelihood=exposures)


def number_of(plate: SeenPlate) -> int:
    """Return the number in a plate's serial."""
    return int(fold(plate.serial)[len(PREFIX) :])


def try_plate(
    plate: SeenPlate, plates: str, sizes: Sequence[int], trusts: Sequence[Trust] = (TRUST,)
) -> list[list[Trial]]:
    """Weigh one plate against catalogs of these sizes, once for each trust.

    An unreadable plate names no unit.
    """
    exposures = exposures_of(plate)
    return [[_trial(plate, plates, exposures, size, trust) for size in sizes] for trust in trusts]


def _trial(
    plate: SeenPlate, plates: str, exposures: Exposures | None, size: int, trust: Trust
) -> Trial:
    number, truth = number_of(plate), fold(plate.serial)
    known, keys, people = block(number, size)
    evidence = evidence_of(exposures, people, trust) if exposures else None
    model = serial_model(evidence, people, trust=trust) if evidence else None
    in_catalog = _is_in(number, known)
    blank = Trial(
        plates=plates,
        seed=plate.seed,
        size=size,
        catalogued=in_catalog,
        identified=False,
        named="",
        right=False,
        posterior=0.0,
        mate=0.0 if in_catalog else None,
        neighbour=0.0,
        stranger=0.0,
        truth=-float(np.log(people.size)),
    )
    if evidence is None or model is None:
        return blank
    among = SortedKeys(keys=keys)
    group = weigh_group(model, people, among)
    draw = np.random.default_rng(number * 31 + size)
    asked = [truth, _neighbour(number, known, draw), _stranger(number, known, draw)]
    each = model.of_keys(np.array([text.encode() for text in asked]), len(truth))
    own, near, far = (
        weigh_unit([group], group, float(value), ceiling=model.ceiling) for value in each
    )
    compete = Competing(population=people, keys=among)
    named = named_by(
        group, model, lambda: WithoutStack.of(evidence, people, [compete], trust=trust)
    )
    return replace(
        blank,
        identified=named[0],
        named=named[1],
        right=named[1] == truth,
        posterior=named[2],
        mate=own.log10_lr if in_catalog else None,
        neighbour=near.log10_lr,
        stranger=far.log10_lr,
        truth=float(np.log(max(own.posterior, 1e-300))),
    )


def named_by(
    group: GroupWeight, model: SerialModel, alone: Callable[[], WithoutStack | None]
) -> tuple[bool, str, float]:
    """Whether a catalogued unit is identified, the best one, and its posterior."""
    best = next((one for one in group.scored if one.position >= 0), None)
    if best is None:
        return False, "", 0.0
    weight = weigh_unit([group], group, best.likelihood, ceiling=model.ceiling)
    without = alone() if weight.posterior >= IDENTIFIES_FROM else None
    verdict = unit_verdict(
        weight,
        catalogued_fitting=group.catalogued_fitting,
        copies=best.copies,
        certain=True,
        alone=1.0 if without is None else without.unit(0, best.key).posterior,
    )
    return verdict == "identifies_catalog_unit", best.key, weight.posterior


def _neighbour(number: int, known: npt.NDArray[np.int64], draw: np.random.Generator) -> str:
    """Draw a catalogued unit whose number differs in one digit."""
    digits = f"{number:0{DIGITS}d}"
    near = [
        int(digits[:place] + other + digits[place + 1 :])
        for place in range(DIGITS)
        for other in "0123456789"
        if other != digits[place]
    ]
    near = [value for value in near if _is_in(value, known)]
    return _spelled(int(draw.choice(near)))


def _is_in(number: int, known: npt.NDArray[np.int64]) -> bool:
    place = int(np.searchsorted(known, number))
    return place < known.size and int(known[place]) == number


def _stranger(number: int, known: npt.NDArray[np.int64], draw: np.random.Generator) -> str:
    while True:
        value = int(draw.choice(known))
        if value != number:
            return _spelled(value)


def _spelled(number: int) -> str:
    return f"{PREFIX}{number:0{DIGITS}d}"
