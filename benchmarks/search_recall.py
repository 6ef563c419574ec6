"""Whether the search misses anything: every serial is scored, and the best one compared.

Two questions are asked for each reading. Is the catalogued serial that explains it best (or, if
several explain it equally, one of them) among the candidates shown? And is the number of catalogued
units that fit, which is printed beside every weight, the number that fit when all are scored?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.search_sets import KINDS, reading
from catalog.likelihood.models import serial_model
from catalog.likelihood.weight import FITS_FROM
from catalog.matching.competitors import competition
from catalog.matching.search import search
from catalog.numbering.population import union
from values.text import fold

if TYPE_CHECKING:
    from catalog.snapshot.reader import Snapshot
    from catalog.types import Query

TOGETHER = 20_000
EQUAL = 1e-9
"""Relative difference below which two serials explain a reading equally."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhaustive:
    """The result of scoring every catalogued serial of every competing model."""

    best: frozenset[str]
    """The serials that explain the reading best."""
    fitting: int
    """How many fit by the rule of `catalog.likelihood.weight`."""


def recall(
    snapshot: Snapshot, checks: int, seed: int, *, most: int | None = None
) -> dict[str, Any]:
    """Check readings of every kind in turn; pixel readings of models with up to `most` units."""
    draw = np.random.default_rng(seed)
    done = dict.fromkeys(KINDS, 0)
    found, counted, fewer = (dict.fromkeys(KINDS, 0) for _ in range(3))
    for number in range(checks):
        kind = KINDS[number % len(KINDS)]
        one = reading(snapshot, kind, draw, most=most if kind in ("pixels", "doubtful") else None)
        expected = exhaustive(one, snapshot)
        candidates = search(one, snapshot, sensitivity=False).candidates
        shown = {fold(each.serial.value) for each in candidates if each.serial}
        fitting = next((each.fit.catalogued_fitting for each in candidates if each.fit), 0)
        done[kind] += 1
        found[kind] += not expected.best or not expected.best.isdisjoint(shown)
        counted[kind] += fitting == expected.fitting
        fewer[kind] += fitting < expected.fitting
    return {"done": done, "found": found, "counted": counted, "fewer": fewer}


def summed(parts: list[dict[str, dict[str, int]]]) -> dict[str, float]:
    """Combine the checks of several catalogs."""
    done, found, counted, fewer = (
        {kind: sum(part[name][kind] for part in parts) for kind in KINDS}
        for name in ("done", "found", "counted", "fewer")
    )
    total = sum(done.values())
    if not total:
        return {}
    missed = total - sum(found.values())
    return {
        "candidate_recall": 1 - missed / total,
        "candidate_recall_checked": total,
        "candidate_recall_lower95": 1 - upper95(missed, total),
        **{f"candidate_recall_{kind}": found[kind] / max(done[kind], 1) for kind in KINDS},
        **{f"fits_counted_{kind}": counted[kind] / max(done[kind], 1) for kind in KINDS},
        "fits_undercounted": sum(fewer.values()) / total,
    }


def upper95(missed: int, of: int) -> float:
    """Return the upper 95 % bound (Clopper and Pearson, one-sided) of a share."""
    from scipy.stats import beta

    return float(beta.ppf(0.95, missed + 1, of - missed)) if missed < of else 1.0


def exhaustive(one: Query, snapshot: Snapshot) -> Exhaustive:
    """Score every catalogued serial of every competing model."""
    field = competition(one, snapshot)
    populations = tuple(competitor.population for competitor in field.competitors)
    model = serial_model(one.serial, union(populations)) if one.serial and populations else None
    if model is None:
        return Exhaustive(best=frozenset(), fitting=0)
    top, best, fitting = 0.0, set[str](), 0
    for competitor in field.competitors:
        every = np.unique(snapshot.keys(competitor.group.group_id))
        sizes = np.char.str_len(every)
        for length, _ in competitor.group.key_lengths:
            keys = every[sizes == length].astype(f"S{length}")
            for start in range(0, len(keys), TOGETHER):
                part = keys[start : start + TOGETHER]
                scores = model.of_keys(part, length)
                fitting += int((scores >= FITS_FROM * model.ceiling).sum())
                scores = scores * competitor.prior
                if (highest := float(scores.max(initial=0.0))) > top * (1 + EQUAL):
                    top, best = highest, set()
                near = part[scores >= max(top, 1e-300) * (1 - EQUAL)]
                best |= {key.decode() for key in near.tolist()}
    return Exhaustive(best=frozenset(best), fitting=fitting)
