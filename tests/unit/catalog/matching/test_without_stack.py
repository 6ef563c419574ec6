"""The picture combined from all exposures may strengthen an identification, never make one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from catalog.likelihood.exposures import stacked
from catalog.likelihood.weight import UnitWeight
from catalog.matching.identification import ALONE_FROM, IDENTIFIES_FROM, unit_verdict
from catalog.matching.search import search
from tests.unit.catalog.casework import (
    asked,
    delivery,
    history,
    ids,
    kept_json,
    line,
    numbered,
    permit,
    snapshot_of,
)
from tests.unit.catalog.likelihood.test_exposures import SYMBOLS, Fused, lattice
from values.sentence import say
from vision.ocr.lattice import Lattice
from words import en

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.snapshot.reader import Snapshot

TRUE, OTHER = "CMX15D-0836", "CMX15D-0886"


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    """A thousand units with consecutive serials, all catalogued."""
    known = permit(
        "P-1",
        line("P-1/1", delivery("D-1", "2020", numbered(*range(1, 1001)))),
        status_history=history("approved 2019"),
    )
    with snapshot_of(tmp_path_factory.mktemp("series"), known) as snapshot:
        yield snapshot


def open_between(first: str, second: str, share: float = 0.5) -> Lattice:
    """An exposure that leaves open which of two serials it shows; `share` falls to the first."""
    rows = []
    for one, other in zip(first, second, strict=True):
        for a, b in ((one, other), ("", "")):
            row = np.full(len(SYMBOLS), 0.01 / len(SYMBOLS))
            row[SYMBOLS.index(a)] += 0.99 * share
            row[SYMBOLS.index(b)] += 0.99 * (1 - share)
            rows.append(row)
    return Lattice.from_probabilities(np.array(rows), SYMBOLS)


OPEN = (open_between(TRUE, OTHER),) * 3
LEANING = (open_between(TRUE, OTHER, 0.85),) * 3
AGAINST = (open_between(OTHER, TRUE, 0.85),) * 3
CLEAR = tuple(lattice(TRUE, sure) for sure in (0.97, 0.9, 0.99))
SURE = lattice(TRUE, 0.9999)


Case = tuple[str, tuple[Lattice, ...], Lattice | None, str]
CASES: tuple[Case, ...] = (
    ("clear exposures", CLEAR, None, "identifies_catalog_unit"),
    ("clear exposures and a clear stack", CLEAR, SURE, "identifies_catalog_unit"),
    ("exposures lean one way, the stack agrees", LEANING, SURE, "identifies_catalog_unit"),
    ("a digit open in every exposure", OPEN, None, "several_candidates"),
    (
        "a digit open in every exposure, clear in stack",
        OPEN,
        SURE,
        "consistent_with_catalog_unit",
    ),
    ("exposures lean one way, the stack is sure of the other", AGAINST, SURE, "inconclusive"),
)


@pytest.mark.parametrize(
    ("by_exposure", "stack", "verdict"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_exposures_and_their_stack_come_to(
    series: Snapshot, by_exposure: tuple[Lattice, ...], stack: Lattice | None, verdict: str
) -> None:
    result = search(
        asked(TRUE, origin="machine", likelihood=Fused(by_exposure=by_exposure, stack=stack)),
        series,
    )
    first = result.candidates[0]
    assert first.key.endswith("CMX15D0836")
    assert first.verdict == result.verdict == verdict, first.explanation
    says = "weight.without-stack" in ids(first.explanation)
    assert says == (stack is SURE and verdict != "identifies_catalog_unit")


def test_the_weight_of_the_exposures_alone_stands_beside_the_other_assumptions(
    series: Snapshot,
) -> None:
    def row(stack: Lattice | None) -> dict[str, float]:
        fused = Fused(by_exposure=OPEN, stack=stack)
        result = search(asked(TRUE, origin="machine", likelihood=fused), series)
        first = json.loads(json.dumps(kept_json(result)))["candidates"][0]
        return {each["assumption"]: each["lr"] for each in first["sensitivity"]}

    alone = en.text(say("assumed.exposures-alone"))
    assert alone not in row(None)
    assert row(SURE)[alone] == pytest.approx(
        row(None)["reading errors are half as frequent"], rel=0.01
    )


@pytest.mark.parametrize(
    ("posterior", "alone", "certain", "verdict"),
    [
        (IDENTIFIES_FROM, 1.0, True, "identifies_catalog_unit"),
        (IDENTIFIES_FROM, ALONE_FROM, True, "identifies_catalog_unit"),
        (IDENTIFIES_FROM, ALONE_FROM - 0.01, True, "consistent_with_catalog_unit"),
        (IDENTIFIES_FROM, 1.0, False, "consistent_with_catalog_unit"),
        (IDENTIFIES_FROM, 0.4, True, "inconclusive"),
        (IDENTIFIES_FROM - 0.01, 1.0, True, "consistent_with_catalog_unit"),
        (IDENTIFIES_FROM - 0.01, 0.4, True, "inconclusive"),
    ],
)
def test_identifying_asks_for_both(
    posterior: float, alone: float, certain: bool, verdict: str
) -> None:
    weight = UnitWeight(
        lr=1e6, posterior=posterior, fits=True, by_chance=1e-6, units=1000.0, compared=1000
    )
    given = unit_verdict(weight, catalogued_fitting=1, copies=1, certain=certain, alone=alone)
    assert given == verdict


def test_without_a_stack_there_is_nothing_to_leave_out() -> None:
    assert not stacked(SURE)
    assert not stacked(Fused(by_exposure=CLEAR))
    assert stacked(Fused(by_exposure=CLEAR, stack=SURE))
