"""Fit how exposures are tempered, corrected for the prior and discounted, on separate plates.

The loss is the mean negative logarithm of the true serial's share among its nearest neighbours in
the catalog (softmax over the fused logarithms): a proper score, so that the fused numbers are
calibrated, not only well ordered.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from benchmarks.rendered import SeenPlate, catalog_of
from vision.fusion.evidence import ALPHABET, FusedLikelihood, Tempering
from vision.shapes import letters_and_digits

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]

NEIGHBOURS = 36
GRID = ((1.5, 0.02), (2.0, 0.02), (2.0, 0.005), (2.5, 0.005), (3.0, 0.01))
"""Temperatures and floors to try."""

# Above 1, since a prior shows in what is read only where the pixels leave room for it.
SHARES = (0.0, 0.5, 1.0, 1.5, 2.0)
DISCOUNTS = tuple(round(0.1 + 0.05 * step, 2) for step in range(29))
COUNTS = (1, 2, 3, 4, 5)
STACKED = (3, 5)
WEIGHTS = (0.5, 1.0, 2.0, 3.0)
"""Numbers of exposures that a stack may count for."""

Scored = tuple["Floats", dict[int, "Floats"], int]
"""Logarithms, exposures × candidates; those of the stack by number of exposures; the index of the
truth.
"""


def fit_tempering(plates: Mapping[str, Sequence[SeenPlate]], *, source: str) -> dict[str, Any]:
    """Fit everything and return the data of `vision/fusion/fusion.json`."""
    everyone = [plate for group in plates.values() for plate in group]
    prior = _preference(everyone)
    tasks = [_task(plate) for plate in everyone]
    tried = []
    for temperature, floor in GRID:
        plain = _tempering(temperature, floor, prior)
        scored = [_scores(task, plain) for task in tasks]
        liked = [_liked(task, prior) for task in tasks]
        for share in SHARES:
            freed = [_freed(one, share * p) for one, p in zip(scored, liked, strict=True)]
            fits = [_best_discount(freed, exposures, 0.0) for exposures in COUNTS]
            stacks = [[_best_discount(freed, n, w) for n in STACKED] for w in WEIGHTS]
            weight, stacked = min(
                zip(WEIGHTS, stacks, strict=True), key=lambda item: sum(x for x, _ in item[1])
            )
            loss = float(np.mean([value for value, _ in (*fits, *stacked)]))
            tried.append((loss, temperature, floor, share, fits, weight, stacked))
            print(f"temperature {temperature} floor {floor} share {share}: {loss:.4f}")
    loss, temperature, floor, share, fits, weight, stacked = min(tried, key=lambda item: item[0])
    counts = {name: len(group) for name, group in plates.items()}
    three, five = (discount for _, discount in stacked)
    return {
        "version": f"fitted-{date.today().isoformat()}",  # noqa: DTZ011  # a label
        "source": f"{source}; plates {counts}, {len(COUNTS)} looks each; benchmarks.fusion --fit",
        "loss": round(loss, 4),
        "temperature": temperature,
        "floor": floor,
        "prior_share": share,
        "prior": {char: round(value, 4) for char, value in prior.items()},
        "discounts": [discount for _, discount in fits],
        "stack_weight": weight,
        # Stacks of three and of five exposures are fitted; two count like three, four in between.
        "stacked_discounts": [three, three, three, round((three + five) / 2, 3), five],
    }


def _freed(scored: Scored, liked: Floats) -> Scored:
    exposures, stacks, at = scored
    return exposures - liked, {count: stack - liked for count, stack in stacks.items()}, at


def _tempering(temperature: float, floor: float, prior: Mapping[str, float]) -> Tempering:
    return Tempering(
        temperature=temperature,
        floor=floor,
        prior_share=0.0,
        prior=tuple(prior.items()),
        discounts=(1.0,),
        stack_weight=1.0,
        stacked_discounts=(1.0,),
        version="fit",
        source="fit",
    )


Task = tuple[SeenPlate, tuple[str, ...], int]


def _task(plate: SeenPlate) -> Task:
    """Select the catalog serials nearest to the exposures' texts, and the true one."""
    catalog = _catalog()
    texts = [letters_and_digits(exposure.text) for exposure in plate.exposures]
    apart = np.asarray(cdist(texts, catalog, scorer=Levenshtein.distance), np.float64)
    true = catalog.index(letters_and_digits(plate.serial))
    near = {*np.argsort(apart[:3].sum(axis=0), kind="stable")[:NEIGHBOURS].tolist()}
    near |= {*np.argsort(apart[0], kind="stable")[: NEIGHBOURS // 2].tolist(), true}
    for _, stack in plate.stacks:
        far = cdist([letters_and_digits(stack.text)], catalog, scorer=Levenshtein.distance)[0]
        near |= {*np.argsort(far, kind="stable")[: NEIGHBOURS // 2].tolist()}
    chosen = sorted(near)
    return plate, tuple(catalog[at] for at in chosen), chosen.index(true)


@cache
def _catalog() -> tuple[str, ...]:
    return tuple(letters_and_digits(serial) for serial in catalog_of())


def _scores(task: Task, tempering: Tempering) -> Scored:
    plate, names, true = task
    likelihood = FusedLikelihood.of([exposure.lattice for exposure in plate.exposures], tempering)
    seen = np.array([likelihood.of_lattice(one, names) for one in likelihood.by_exposure])
    stacks = {}
    for count, stack in plate.stacks:
        alone = FusedLikelihood.of([stack.lattice], tempering)
        stacks[count] = alone.of_lattice(alone.by_exposure[0], names)
    return seen, stacks, true


def _liked(task: Task, prior: Mapping[str, float]) -> Floats:
    return np.array([sum(prior.get(char, 0.0) for char in name) for name in task[1]])


def _best_discount(scored: Sequence[Scored], exposures: int, weight: float) -> tuple[float, float]:
    """Return the least loss and its factor, for that many exposures.

    The stack of those exposures, if there is one, counts for `weight` exposures.
    """
    sums = [
        (
            values[:exposures].sum(axis=0)
            + (weight * stacks[exposures] if exposures in stacks else 0.0),
            true,
        )
        for values, stacks, true in scored
    ]
    losses = [
        (float(np.mean([_loss(factor * total, true) for total, true in sums])), factor)
        for factor in DISCOUNTS
    ]
    return min(losses)


def _loss(logs: Floats, true: int) -> float:
    top = float(logs.max())
    return float(top + np.log(np.exp(logs - top).sum()) - logs[true])


def _preference(plates: Sequence[SeenPlate]) -> dict[str, float]:
    """How much more often the recogniser gives a character than the plates have it.

    Natural logarithms, smoothed, zero on average; characters that no plate had get zero, since
    nothing is known about them.
    """
    given: Counter[str] = Counter()
    carried: Counter[str] = Counter()
    for plate in plates:
        for exposure in plate.exposures:
            given.update(letters_and_digits(exposure.text))
            carried.update(letters_and_digits(plate.serial))
    total = sum(given.values()) / max(sum(carried.values()), 1)
    ratios = {
        char: float(np.log((given[char] + 20) / (carried[char] * total + 20)))
        for char in ALPHABET
        if carried[char]
    }
    middle = float(np.mean(list(ratios.values())))
    return {char: value - middle for char, value in ratios.items()}
