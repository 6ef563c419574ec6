"""Is the weight of a match correct? Rendered plates, the real recogniser, known truth.

    python -m benchmarks.weight [--most N] [--json FILE] [--plots FOLDER] [--fit] [--cache FOLDER]

Plates are rendered once, photographed separately for each exposure, and only the crop of the serial
is read (see `rendered`). Every reading is weighed against catalogs of 1,000 to 1,000,000 units with
dense neighbours (see `weight_sets`); the plate's own unit is catalogued in four cases of five. The
numbers that set the trust in pixels were chosen on other seeds (`--fit` tries others).

*cllr*: cost of the likelihood ratios in bits, over the plate's own units against as many neighbours
(one digit away) and strangers, mild plates with three exposures, 1,000 units; 0 is perfect, 1 is
uninformative. *identified rate*: of the mild three-exposure plates whose unit is catalogued, the
share for which it is identified, and correctly. *wrong unit rate*: of all that were identified, in
every set, the share that is another unit; with its upper 95 % bound (Clopper-Pearson, one side).
*ece*: mean gap between posterior and share right, of the best catalogued unit.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, replace
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from lir.data.models import LLRData
from lir.metrics import cllr, cllr_min
from scipy.stats import beta

from benchmarks.rendered import add_cache_option, use_cache
from benchmarks.weight_sets import CALIBRATION, TEST, PlateSet, chunks_of, seen
from benchmarks.weight_trials import SIZES, Trial, try_plate
from catalog.likelihood.exposures import TRUST
from catalog.matching.identification import IDENTIFIES_FROM
from vision.engines.rapidocr import RapidOcrEngine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.likelihood.exposures import Trust

HEADLINE = "mild, 3 looks"
WORDS = {
    "mild, 3 looks": "worn plates in three photos",
    "clean, 1 look": "undamaged plates in one photo",
    "hard, 3 looks": "badly worn plates in three photos",
}
"""Names of the sets beside a verdict."""

CHOICES = (
    TRUST,
    *(replace(TRUST, stack=share) for share in (0.0, 0.25, 0.75, 1.0)),
    *(replace(TRUST, temperature=temperature) for temperature in (1.25, 1.5, 2.0, 2.5)),
    *(replace(TRUST, floor=floor) for floor in (1e-4, 1e-7)),
)
"""The trust in use, and others that differ from it in one number."""


def main() -> int:
    """Run the benchmark, or try other trusts in pixels, and print the results."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.weight",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--most", type=int, help="at most this many plates of each set")
    parser.add_argument("--jobs", type=int, default=1, help="processes, each on one core")
    parser.add_argument("--only", help="only sets whose names begin so: mild,clean,hard")
    parser.add_argument("--json", type=Path, dest="json_file")
    parser.add_argument("--plots", type=Path, help="folder for the PAV and Tippett plots")
    parser.add_argument("--keep", type=Path, help="write the counts shown beside verdicts")
    parser.add_argument("--fit", action="store_true", help="try other trusts on the other seeds")
    add_cache_option(parser)
    options = parser.parse_args()
    use_cache(options.cache)
    if options.fit:
        fit(options.most)
        return 0
    wanted = options.only.split(",") if options.only else [""]
    sets = [one for one in TEST if one.name.startswith(tuple(wanted))]
    trials = run(sets, options.most, options.jobs)
    report = summarise(trials)
    print_tables(report, trials)
    if options.json_file:
        options.json_file.write_text(json.dumps(report, indent=1) + "\n")
    if options.keep:
        options.keep.write_text(json.dumps(kept(report), indent=1) + "\n")
    if options.plots:
        draw_plots(trials, options.plots)
    return 0


def run(sets: Sequence[PlateSet], most: int | None, jobs: int) -> list[Trial]:
    """Read every plate of the sets and weigh it against every catalog."""
    work = [(plates, start, most) for plates in sets for start in chunks_of(plates, most=most)]
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return [
            trial for chunk in pool.map(weigh_chunk, *zip(*work, strict=True)) for trial in chunk
        ]


def weigh_chunk(plates: PlateSet, start: int, most: int | None) -> list[Trial]:
    """Read one chunk of a set and weigh each plate against every catalog."""
    chunk = seen(plates, start, reader(), most=most)
    return [trial for plate in chunk for trial in try_plate(plate, plates.name, SIZES)[0]]


@cache
def reader() -> RapidOcrEngine:
    """Load the recogniser once in each process."""
    cv2.setNumThreads(1)
    return RapidOcrEngine(threads=1)


def fit(most: int | None) -> None:
    """Print, for each choice of trust, how well the posteriors predict the plate's own unit.

    The best choice has the least mean −ln posterior of the truth, over all units of 1,000. Of the
    units identified by their posterior, it shows those that the single exposures confirm, right and
    wrong, and beside them all; and how close the next wrong one came.
    """
    sizes = (SIZES[0], SIZES[-1])
    print(
        "          set  plates    units     T   floor stack  -ln P(truth)  "
        "identified  wrong  unasked: right  wrong  nearest wrong"
    )
    for one in CALIBRATION:
        trials = [
            try_plate(plate, one.name, sizes, CHOICES)
            for start in chunks_of(one, most=most)
            for plate in seen(one, start, reader(), most=most)
        ]
        for size in range(len(sizes)):
            for place, trust in enumerate(CHOICES):
                _print_choice(trust, [tried[place][size] for tried in trials])


def _print_choice(trust: Trust, trials: Sequence[Trial]) -> None:
    loss = -float(np.mean([trial.truth for trial in trials]))
    bold = [t for t in trials if t.posterior >= IDENTIFIES_FROM]
    named = [trial for trial in trials if trial.identified]
    nearest = max((t.posterior for t in trials if not t.right), default=0.0)
    print(
        f"{trials[0].plates} {len(trials):7d} {trials[0].size:9,} {trust.temperature:5.2f} "
        f"{trust.floor:7.0e} {trust.stack:5.2f} {loss:13.3f} "
        f"{sum(t.right for t in named):11d} {sum(not t.right for t in named):6d} "
        f"{sum(t.right for t in bold):15d} {sum(not t.right for t in bold):6d} {nearest:14.4f}",
        flush=True,
    )


def summarise(trials: Sequence[Trial]) -> dict[str, Any]:
    """Assemble the figures under the names that programs read."""
    ours: dict[str, float] = {}
    headline = headline_of(trials)
    scores = evidence([t for t in headline if t.size == SIZES[0]])
    ours["cllr"] = float(cllr(scores))
    ours["cllr_min"] = float(cllr_min(scores))
    ours["ece"] = calibration_error(trials)
    for size in SIZES:
        mated = [t for t in headline if t.size == size and t.catalogued]
        named = [t for t in trials if t.size == size and t.identified]
        wrong = sum(not t.right for t in named)
        ours[f"identified_rate_{size}"] = share([t.identified and t.right for t in mated])
        ours[f"identified_{size}"] = len(named)
        ours[f"wrong_{size}"] = wrong
        ours[f"wrong_unit_rate_{size}"] = wrong / len(named) if named else 0.0
        ours[f"wrong_unit_upper95_{size}"] = upper95(wrong, len(named))
    sets = [set_of(name, trials) for name in dict.fromkeys(t.plates for t in trials)]
    return {
        "benchmark": "weight",
        "set": "; ".join(f"{one['plates']} plates {one['name']}" for one in sets),
        "machine": {"system": platform.platform(), "cores": os.cpu_count()},
        "trust": asdict(TRUST),
        "systems": {"ours": ours},
        "sets": sets,
        "wrong": [
            {"set": t.plates, "seed": t.seed, "units": t.size, "named": t.named}
            for t in trials
            if t.identified and not t.right
        ],
    }


def set_of(name: str, trials: Sequence[Trial]) -> dict[str, Any]:
    """Return the figures of one set alone: its plates, its seeds, and its errors at each size."""
    mine = [t for t in trials if t.plates == name]
    seeds = [t.seed for t in mine]
    figures: dict[str, Any] = {
        "name": name,
        "plates": sum(t.size == SIZES[0] for t in mine),
        "first_seed": min(seeds),
        "last_seed": max(seeds),
    }
    for size in SIZES:
        named = [t for t in mine if t.size == size and t.identified]
        wrong = sum(not t.right for t in named)
        mated = [t.identified and t.right for t in mine if t.size == size and t.catalogued]
        figures[f"identified_rate_{size}"] = share(mated)
        figures[f"identified_{size}"] = len(named)
        figures[f"wrong_{size}"] = wrong
        figures[f"wrong_unit_upper95_{size}"] = upper95(wrong, len(named))
    return figures


def kept(report: dict[str, Any]) -> dict[str, Any]:
    """Return what `catalog.matching.error_rates` reads: how many were identified, and wrongly."""
    return {
        "trust": report["trust"]["version"],
        "seeds": [f"{one['first_seed']}-{one['last_seed']}" for one in report["sets"]],
        "tested": [
            {
                "plates": WORDS[one["name"]],
                "units": size,
                "identified": one[f"identified_{size}"],
                "wrong": one[f"wrong_{size}"],
                "upper95": round(one[f"wrong_unit_upper95_{size}"], 6),
            }
            for size in SIZES
            for one in report["sets"]
        ],
    }


def headline_of(trials: Sequence[Trial]) -> list[Trial]:
    """Select the set that the main figures are about, or the first one if that was left out."""
    name = HEADLINE if any(t.plates == HEADLINE for t in trials) else trials[0].plates
    return [t for t in trials if t.plates == name]


def evidence(trials: Sequence[Trial]) -> LLRData:
    """Collect likelihood ratios: own units, as many neighbours, as many strangers."""
    mates = [t.mate for t in trials if t.mate is not None]
    others = [value for t in trials for value in (t.neighbour, t.stranger)]
    return LLRData(
        features=np.array([*mates, *others]),
        labels=np.array([1] * len(mates) + [0] * len(others)),
    )


def calibration_error(trials: Sequence[Trial], bins: int = 10) -> float:
    """Mean gap between stated posterior and share right, weighted by bin size."""
    stated = np.array([t.posterior for t in trials])
    right = np.array([t.right for t in trials])
    places = np.minimum((stated * bins).astype(int), bins - 1)
    gaps = [
        abs(stated[places == b].mean() - right[places == b].mean()) * (places == b).mean()
        for b in range(bins)
        if (places == b).any()
    ]
    return float(sum(gaps))


def share(outcomes: Sequence[bool]) -> float:
    """Return the share that is true; 0 for no outcomes."""
    return sum(outcomes) / len(outcomes) if outcomes else 0.0


def upper95(wrong: int, of: int) -> float:
    """Bound a rate from above with 95 % confidence, exactly (Clopper-Pearson, one side)."""
    return float(beta.ppf(0.95, wrong + 1, of - wrong)) if of > wrong else 1.0


def print_tables(report: dict[str, Any], trials: Sequence[Trial]) -> None:
    """Print the figures for people, set by set and size by size."""
    ours = report["systems"]["ours"]
    for one in report["sets"]:
        print(f"{one['plates']} plates {one['name']}: seeds {one['first_seed']}-{one['last_seed']}")
    print(f"cllr {ours['cllr']:.3f} (at best {ours['cllr_min']:.3f})  ece {ours['ece']:.3f}")
    print(f"{'set':>15} {'units':>9} {'listed':>7} {'rate':>6} {'first right':>12} {'cllr':>6}")
    for one in report["sets"]:
        for size in SIZES:
            some = [t for t in trials if t.plates == one["name"] and t.size == size]
            mated = [t.right for t in some if t.catalogued]
            print(
                f"{one['name']:>15} {size:9,} {len(mated):7} {one[f'identified_rate_{size}']:6.3f} "
                f"{share(mated):12.3f} {float(cllr(evidence(some))):6.3f}"
            )
    print(f"{'set':>15} {'units':>9} {'identified':>11} {'wrong':>6} {'upper 95 %':>11}")
    for one in [*report["sets"], {"name": "all sets", **ours}]:
        for size in SIZES:
            print(
                f"{one['name']:>15} {size:9,} {one[f'identified_{size}']:11} "
                f"{one[f'wrong_{size}']:6} {one[f'wrong_unit_upper95_{size}']:11.5f}"
            )
    for one in report["wrong"]:
        print(
            f"wrong: {one['set']}, seed {one['seed']}, {one['units']:,} units: named {one['named']}"
        )


def draw_plots(trials: Sequence[Trial], folder: Path) -> None:
    """Draw PAV and Tippett plots of the headline set for the smallest and largest catalog."""
    import matplotlib as mpl

    mpl.use("Agg")
    import lir.plotting
    import matplotlib.pyplot as plt

    folder.mkdir(parents=True, exist_ok=True)
    for size in (SIZES[0], SIZES[-1]):
        some = headline_of(trials)
        data = evidence([t for t in some if t.size == size])
        for name, plot in (("pav", lir.plotting.pav), ("tippett", lir.plotting.tippett)):
            figure, axes = plt.subplots(figsize=(5, 4.5), dpi=110)
            plot(data, ax=axes)
            axes.set_title(f"{some[0].plates}, {size:,} units")
            figure.tight_layout()
            figure.savefig(folder / f"weight-{name}-{size}.png", metadata={"Software": None})
            plt.close(figure)


if __name__ == "__main__":
    raise SystemExit(main())
