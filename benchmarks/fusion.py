"""Which catalog serial is right, from one, three or five exposures of one plate?

Plates are rendered with font and wear once and a new exposure each time (see
`benchmarks.rendered`); the catalog has 20,000 dense neighbours. Ours ranks the catalog by the fused
likelihood of all exposures and of their stack, the reading of all of them aligned and combined
(`vision.plate.stacking`). It is compared with the summed edit distance of each exposure's top text,
and with the vote in which each exposure names its nearest serials; also with ours without the
stack, and with the edit distance that counts the stack's text as one more exposure. Serials tied
for first share the place equally, so that a baseline neither gains nor loses by its ties.

    python -m benchmarks.fusion [--plates 300] [--json FILE] [--cache FOLDER]
    python -m benchmarks.fusion --fit     refits vision/fusion/fusion.json on other seeds
"""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from benchmarks.fusion_fit import fit_tempering
from benchmarks.rendered import SeenPlate, add_cache_option, catalog_of, see_plates, use_cache
from vision.engines.rapidocr import RapidOcrEngine
from vision.fusion import evidence
from vision.fusion.evidence import FusedLikelihood, Tempering, usual_tempering
from vision.shapes import letters_and_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from renderer.plate import Severity
    from vision.ocr.lattice import Lattice

    Floats = npt.NDArray[np.float64]

EXPOSURES = (1, 3, 5)
STACKED = (3, 5)
SYSTEMS = ("ours", "edit_distance", "vote", "ours_without_stack", "edit_distance_with_stack")
TESTED: tuple[Severity, ...] = ("mild", "hard", "extreme")
TEST_SEED = 500_000
FIT_SEED = 100_000
CHUNK = 50


def seen_plates(
    severity: Severity, count: int, first_seed: int, *, whole: int = 300
) -> tuple[SeenPlate, ...]:
    """Render and read `count` plates of a severity, in cached chunks; the serials are seeded too.

    The severities draw their serials one after the other from one seed, `whole` for each.
    """
    rng = np.random.default_rng(first_seed)
    catalog = catalog_of()
    drawn = {name: rng.choice(len(catalog), whole) for name in ("hard", "mild", "extreme")}
    serials = [catalog[at] for at in drawn[severity]][:count]
    engine = RapidOcrEngine(threads=1)
    plates: list[SeenPlate] = []
    for start in range(0, count, CHUNK):
        part = tuple(serials[start : start + CHUNK])
        seed = first_seed + start
        plates += see_plates(
            part, severity=severity, first_seed=seed, exposures=5, engine=engine, stacks=STACKED
        )
    return tuple(plates)


def first_shares(plate: SeenPlate, catalog: Sequence[str], tempering: Tempering) -> dict[str, Any]:
    """For each system and number of exposures, the true serial's share of the first place.

    1 if it alone is first, 1 / n if n tie, 0 if it is not among them.
    """
    true = catalog.index(letters_and_digits(plate.serial))
    texts = [letters_and_digits(exposure.text) for exposure in plate.exposures]
    apart = np.asarray(cdist(texts, catalog, scorer=Levenshtein.distance), np.float64)
    seen = _under_each([exposure.lattice for exposure in plate.exposures], catalog, tempering)
    nearest = apart == apart.min(axis=1, keepdims=True)
    votes = nearest / nearest.sum(axis=1, keepdims=True)
    shares = {}
    for exposures in EXPOSURES:
        alone, far = seen[:exposures].sum(axis=0), apart[:exposures].sum(axis=0)
        stack = plate.stack(exposures)
        together, farther = alone, far
        if stack is not None:
            under = _under_each([stack.lattice], catalog, tempering)[0]
            together = alone + tempering.stack_weight * under
            text = letters_and_digits(stack.text)
            farther = far + cdist([text], catalog, scorer=Levenshtein.distance)[0]
        shares[f"ours {exposures}"] = _share(-together, true)
        shares[f"ours_without_stack {exposures}"] = _share(-alone, true)
        shares[f"edit_distance {exposures}"] = _share(far, true)
        shares[f"edit_distance_with_stack {exposures}"] = _share(farther, true)
        shares[f"vote {exposures}"] = _share(-np.round(votes[:exposures].sum(axis=0), 9), true)
    shares["read"] = float(np.mean([text == letters_and_digits(plate.serial) for text in texts]))
    return shares


def _under_each(
    lattices: Sequence[Lattice], catalog: Sequence[str], tempering: Tempering
) -> Floats:
    """Tempered log likelihood of every serial under each lattice separately."""
    likelihood = FusedLikelihood.of(lattices, tempering)
    return np.array([likelihood.of_lattice(one, catalog) for one in likelihood.by_exposure])


def _share(cost: Floats, true: int) -> float:
    first = cost == cost.min()
    return float(first[true]) / float(first.sum())


def compare(plates: Iterable[SeenPlate], tempering: Tempering) -> dict[str, tuple[float, float]]:
    """Mean share of first places and its standard error, by system and number of exposures."""
    catalog = tuple(letters_and_digits(serial) for serial in catalog_of())
    found: dict[str, list[float]] = defaultdict(list)
    for plate in plates:
        for name, share in first_shares(plate, catalog, tempering).items():
            found[name].append(share)
    return {
        name: (float(np.mean(values)), float(np.std(values) / np.sqrt(len(values))))
        for name, values in found.items()
    }


def _table(results: dict[str, dict[str, tuple[float, float]]], counts: dict[str, int]) -> str:
    head = "severity  plates  read alone  looks   ours          edit distance  vote        ratio"
    lines = [f"{head}   no stack  edit+stack"]
    for severity, found in results.items():
        for exposures in EXPOSURES:
            ours, edit, vote, plain, edit_more = (found[f"{name} {exposures}"] for name in SYSTEMS)
            ratio = ours[0] / edit[0] if edit[0] else float("inf")
            lines.append(
                f"{severity:9} {counts[severity]:6}  {found['read'][0]:10.3f}  {exposures:5}   "
                f"{ours[0]:.3f} ±{ours[1]:.3f}  {edit[0]:.3f} ±{edit[1]:.3f}   "
                f"{vote[0]:.3f} ±{vote[1]:.3f}  {ratio:.2f}    {plain[0]:.3f}     "
                f"{edit_more[0]:.3f}"
            )
    return "\n".join(lines)


def _report(
    results: dict[str, dict[str, tuple[float, float]]], counts: dict[str, int], seconds: float
) -> dict[str, Any]:
    systems: dict[str, dict[str, float]] = {name: {} for name in SYSTEMS}
    for severity, found in results.items():
        for system, metrics in systems.items():
            for exposures in EXPOSURES:
                metrics[f"rank1_{exposures}_{severity}"] = found[f"{system} {exposures}"][0]
    return {
        "benchmark": "fusion",
        "set": {"plates": counts, "catalog": 20_000, "seed": TEST_SEED},
        "machine": {"system": platform.platform(), "python": platform.python_version()},
        "tempering": usual_tempering().version,
        "read_alone": {severity: found["read"][0] for severity, found in results.items()},
        "seconds": seconds,
        "systems": systems,
    }


def main() -> None:
    """Run the comparison, or the fit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fusion", description=__doc__)
    parser.add_argument("--plates", type=int, default=300, help="plates per severity (at most 300)")
    parser.add_argument("--json", type=Path, help="write the numbers here as well")
    parser.add_argument("--fit", action="store_true", help="refit vision/fusion/fusion.json")
    add_cache_option(parser)
    chosen = parser.parse_args()
    use_cache(chosen.cache)
    if not 1 <= chosen.plates <= 300:
        parser.error("--plates must be 1 to 300")
    if chosen.fit:
        plates = {
            name: seen_plates(name, min(chosen.plates, 150), FIT_SEED, whole=150)
            for name in ("hard", "mild")
        }
        data = fit_tempering(plates, source=f"rendered plates, seeds from {FIT_SEED}")
        kept = Path(evidence.__file__).with_name("fusion.json")
        kept.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        print(json.dumps(data, indent=1))
        return
    started = time.monotonic()
    results: dict[str, dict[str, tuple[float, float]]] = {}
    counts: dict[str, int] = {}
    for severity in TESTED:
        plates_seen = seen_plates(severity, chosen.plates, TEST_SEED)
        results[severity] = compare(plates_seen, usual_tempering())
        counts[severity] = len(plates_seen)
    print(_table(results, counts))
    if chosen.json:
        report = _report(results, counts, time.monotonic() - started)
        chosen.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
