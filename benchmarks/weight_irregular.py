"""Is the right unit identified among serials without a sequence? Rendered plates, known truth.

    python -m benchmarks.weight_irregular [--most N] [--jobs N] [--json FILE] [--cache FOLDER]

Serials are eight letters and digits drawn evenly from 36, so O and 0, I and 1 are distinguished by
the pixels alone. Each plate is read once (the crop of the serial, see `rendered`) and weighed
against catalogs of 300 and 2,000 such serials, of four kinds:

*catalogued*: the plate's own serial is among them. *elsewhere*: it is not. *beside*: it is not, but
one that differs from it in one character, drawn evenly, is. *look-alike*: the same, and that
character is one that worn plates and engines confuse with it (O for 0, I for 1 …).

*identified* is what the numbers would identify: a posterior of .999, and .95 from the single
exposures alone. Because of these results, the program itself identifies no such unit from a
machine's reading. *identified rate*: of the plates of a kind, those for which a unit is. For
*catalogued* it should be high and right, for the others it is always wrong. *wrong rate*: of all
identified units, the wrong ones, if as many units exist outside the catalog as in it and half of
these differ from a catalogued one in one character, which is what the weight assumes; *wrong rate,
look-alikes*: the same, if that neighbour is always a look-alike, the worst case. The upper 95 %
bounds are of wrong ones among all plates of a kind (Clopper-Pearson, one side).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from benchmarks.rendered import add_cache_option, see_plates, use_cache
from benchmarks.weight import reader, upper95
from benchmarks.weight_sets import CHUNK, PlateSet, chunks_of
from benchmarks.weight_trials import evidence_of, exposures_of, named_by
from catalog.likelihood.descent import SortedKeys
from catalog.likelihood.exposures import TRUST
from catalog.likelihood.models import serial_model
from catalog.likelihood.weight import weigh_group
from catalog.matching.without_stack import Competing, WithoutStack
from catalog.numbering.count import statistics
from catalog.numbering.population import BESIDE_SHARE, UNSEEN_SHARE, population
from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy.typing as npt

    from benchmarks.rendered import SeenPlate

SETS = (
    PlateSet(
        name="mild, 3 looks", severity="mild", exposures=3, plates=1500, first_seed=10_000_000
    ),
    PlateSet(
        name="clean, 1 look", severity="clean", exposures=1, plates=2500, first_seed=11_000_000
    ),
    PlateSet(name="hard, 3 looks", severity="hard", exposures=3, plates=200, first_seed=12_000_000),
)
"""Seeds that were not used to choose any rule. `--most` uses only the first ones."""

SIZES = (300, 2_000)
"""Catalogued serials; pixels are scored one by one for up to 2,048 of one length."""

CATALOG_SEED = 78
LETTERS: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LENGTH = 8
LOOK_ALIKES: Final = dict(zip("0OQD1I2Z5S6G8B", "O000I1Z2S5G6B8", strict=True))
"""For each character one that it is easily confused with, among those that `values.text` folds."""
KINDS = ("catalogued", "elsewhere", "beside", "look-alike")


@dataclass(frozen=True, slots=True, kw_only=True)
class IrregularTrial:
    """One plate against one catalog of one kind."""

    plates: str
    seed: int
    size: int
    kind: str
    identified: bool
    named: str
    right: bool


def main() -> int:
    """Run the benchmark and print its tables."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.weight_irregular",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--most", type=int, help="at most this many plates of each set")
    parser.add_argument("--jobs", type=int, default=1, help="processes, each on one core")
    parser.add_argument("--json", type=Path, dest="json_file")
    add_cache_option(parser)
    options = parser.parse_args()
    use_cache(options.cache)
    trials = run(options.most, options.jobs)
    report = summarise(trials)
    print_tables(report, trials)
    if options.json_file:
        options.json_file.write_text(json.dumps(report, indent=1) + "\n")
    return 0


def run(most: int | None, jobs: int) -> list[IrregularTrial]:
    """Read every plate and weigh it against every catalog."""
    work = [(plates, start, most) for plates in SETS for start in chunks_of(plates, most=most)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return [
            trial for chunk in pool.map(weigh_chunk, *zip(*work, strict=True)) for trial in chunk
        ]


def weigh_chunk(plates: PlateSet, start: int, most: int | None) -> list[IrregularTrial]:
    """Read one chunk of a set and weigh each plate against every catalog."""
    chunk = see_plates(
        drawn(plates.plates, plates.first_seed)[:most][start : start + CHUNK],
        severity=plates.severity,
        first_seed=plates.first_seed + start,
        exposures=plates.exposures,
        engine=reader(),
        stacks=(plates.exposures,) if plates.exposures > 1 else (),
    )
    return [trial for plate in chunk for trial in tried(plate, plates.name)]


@cache
def drawn(count: int, seed: int) -> tuple[str, ...]:
    """Draw different serials, each character evenly."""
    rng = np.random.default_rng(seed)
    letters = np.array(list(LETTERS))
    texts: dict[str, None] = {}
    while len(texts) < count:
        texts["".join(letters[rng.integers(0, len(LETTERS), LENGTH)])] = None
    return tuple(texts)


def tried(plate: SeenPlate, name: str) -> Iterator[IrregularTrial]:
    """Weigh one plate against a catalog of each size and kind."""
    truth = fold(plate.serial)
    for size in SIZES:
        for kind in KINDS:
            added = beside(truth, plate.seed, kind)
            if added is not None:
                identified, named = weighed(plate, catalog(size, truth, added))
                yield IrregularTrial(
                    plates=name,
                    seed=plate.seed,
                    size=size,
                    kind=kind,
                    identified=identified,
                    named=named,
                    right=named == truth,
                )


def beside(truth: str, seed: int, kind: str) -> str | None:
    """The serial that a catalog of a kind contains because of a plate; None if there is none."""
    if kind == "catalogued":
        return truth
    if kind == "elsewhere":
        return ""
    rng = np.random.default_rng(seed)
    places = [at for at, char in enumerate(truth) if kind == "beside" or char in LOOK_ALIKES]
    if not places:
        return None
    at = int(rng.choice(places))
    others = LETTERS.replace(truth[at], "") if kind == "beside" else LOOK_ALIKES[truth[at]]
    return truth[:at] + str(rng.choice(list(others))) + truth[at + 1 :]


def catalog(size: int, truth: str, added: str) -> npt.NDArray[np.bytes_]:
    """A sorted catalog of this many serials, with `added` and without the plate's own."""
    rest = [text for text in drawn(size + 2, CATALOG_SEED) if text not in {truth, added}]
    texts = rest[: size - bool(added)] + ([added] if added else [])
    return np.array(sorted(text.encode() for text in texts), dtype=f"S{LENGTH}")


def weighed(plate: SeenPlate, keys: npt.NDArray[np.bytes_]) -> tuple[bool, str]:
    """Whether a unit of a catalog is identified from a plate, and the best one."""
    exposures = exposures_of(plate)
    if exposures is None:
        return False, ""
    people = population(statistics(keys))
    among = SortedKeys(keys=keys)
    evidence = evidence_of(exposures, people, TRUST)
    model = serial_model(evidence, people, trust=TRUST)
    if model is None:
        return False, ""
    compete = Competing(population=people, keys=among)
    group = weigh_group(model, people, among)
    identified, named, _ = named_by(
        group, model, lambda: WithoutStack.of(evidence, people, [compete], trust=TRUST)
    )
    return identified, named


def summarise(trials: Sequence[IrregularTrial]) -> dict[str, Any]:
    """Assemble the figures under the names that programs read."""
    ours: dict[str, float] = {}
    for plates in SETS:
        for size in SIZES:
            key = f"{plates.severity}_{size}"
            rates = {}
            for kind in KINDS:
                asked, right, wrong = counted(trials, plates.name, size, kind)
                rates[kind] = (right + wrong) / asked if asked else 0.0
                ours[f"identified_rate_{key}_{kind}"] = rates[kind]
                ours[f"wrong_{key}_{kind}"] = wrong
                ours[f"wrong_upper95_{key}_{kind}"] = upper95(wrong, asked)
            ours[f"wrong_rate_{key}"] = mixed(rates, "beside")
            ours[f"wrong_rate_{key}_look_alikes"] = mixed(rates, "look-alike")
    return {
        "benchmark": "weight_irregular",
        "set": "; ".join(f"{one.plates} plates {one.name}" for one in SETS),
        "machine": {"system": platform.platform(), "cores": os.cpu_count()},
        "systems": {"ours": ours},
    }


def counted(
    trials: Sequence[IrregularTrial], plates: str, size: int, kind: str
) -> tuple[int, int, int]:
    """The number of trials of a kind, and how many identified rightly and wrongly."""
    these = [t for t in trials if (t.plates, t.size, t.kind) == (plates, size, kind)]
    said = Counter(t.right for t in these if t.identified)
    return len(these), said[True], said[False]


def mixed(rates: dict[str, float], near: str) -> float:
    """The share of wrong ones among the identified, in the world that the weight assumes."""
    outside = UNSEEN_SHARE
    wrong = outside * (BESIDE_SHARE * rates[near] + (1 - BESIDE_SHARE) * rates["elsewhere"])
    total = rates["catalogued"] + wrong
    return wrong / total if total else 0.0


def print_tables(report: dict[str, Any], trials: Sequence[IrregularTrial]) -> None:
    """Print the rates by set, size and kind, and every wrong unit."""
    print(f"{report['set']}; {report['machine']}")
    print(
        f"{'set':>15} {'serials':>8} {'kind':>11} {'plates':>7} {'right':>6} {'wrong':>6} upper95"
    )
    for plates in SETS:
        for size in SIZES:
            for kind in KINDS:
                asked, right, wrong = counted(trials, plates.name, size, kind)
                print(
                    f"{plates.name:>15} {size:8,} {kind:>11} {asked:7,} {right:6,} {wrong:6,} "
                    f"{upper95(wrong, asked):.5f}"
                )
            ours = report["systems"]["ours"]
            key = f"wrong_rate_{plates.severity}_{size}"
            print(
                f"{'':>24} wrong among identified, as assumed: {ours[key]:.5f}; "
                f"all neighbours look-alikes: {ours[f'{key}_look_alikes']:.5f}"
            )
    for one in trials:
        if one.identified and not one.right:
            print(f"wrong: {one.plates}, seed {one.seed}, {one.size:,}, {one.kind}: {one.named}")


if __name__ == "__main__":
    raise SystemExit(main())
