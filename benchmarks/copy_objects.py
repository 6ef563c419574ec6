"""How well other exposures of one object are proposed from their readings."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from benchmarks.copy_sets import Pair, Row, object_pairs, originals
from vision.copies.same_object import identity_values, propose_same_object
from vision.copies.verdict import compare
from vision.plate.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import Photo


def score_objects(
    rows: Sequence[Row], photos: dict[str, Photo], misses: list[str]
) -> dict[str, float]:
    """Read the photos, propose every pair that agrees, and compare the proposals with the set."""
    reader = Reader()
    readings = {file: reader.read(photos[file]) for file in originals(rows)}
    values = {file: identity_values(reading) for file, reading in readings.items()}
    called: set[Pair] = set()
    for one, two in itertools.combinations(readings, 2):
        # nothing is proposed unless a value agrees, so only those pairs are compared
        if values[one].keys() & values[two].keys():
            evidence = compare(photos[one], photos[two])
            if propose_same_object(evidence, readings[one], readings[two]) is not None:
                called.add(frozenset((one, two)))
    truth = object_pairs(rows)
    right = set[Pair]().union(*truth.values())
    for pair in sorted(called - right, key=sorted):
        shared = set.intersection(*(set(values[file]) for file in pair))
        misses.append(f"same object: {' + '.join(sorted(pair))} wrongly, by {sorted(shared)}")
    for name, pairs in truth.items():
        misses.append(f"same object: {name}: {len(pairs & called)} of {len(pairs)} pairs")
    recalls = [len(pairs & called) / len(pairs) for pairs in truth.values()]
    return {
        "same_object_precision": len(called & right) / len(called) if called else float("nan"),
        "same_object_recall": sum(recalls) / len(recalls) if recalls else float("nan"),
        "same_object_called": float(len(called)),
        "same_object_true": float(len(right)),
    }
