"""Units that fit are counted in full, however many a reading leaves open."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from catalog.likelihood.descent import SortedKeys
from catalog.likelihood.models import serial_model
from catalog.likelihood.weight import FITS_FROM, weigh_group
from catalog.numbering.count import statistics
from catalog.numbering.population import population
from catalog.types import FieldEvidence

SERIES = np.array([f"CM{n:06d}".encode() for n in range(1, 120_001)])
EVERY_THIRD = SERIES[::3]


def fits_of(text: str, listed: np.ndarray) -> tuple[float, int, int]:
    """Units that fit, catalogued ones that fit, and how many are named."""
    people = population(statistics(SERIES))
    model = serial_model(FieldEvidence(text=text, origin="human"), people)
    assert model is not None
    group = weigh_group(model, people, SortedKeys(keys=listed))
    named = sum(one.position >= 0 for one in group.scored)
    return group.fitting, group.catalogued_fitting, named


@pytest.mark.parametrize(
    ("text", "fitting", "catalogued"),
    [
        ("CM054321", 1, 1),
        ("CM05432?", 10, 3),
        ("CM05???1", 1_000, 333),
        ("CM0????1", 10_000, 3_333),
        ("CM?????1", 12_000, 4_000),
        ("CM??????", 120_000, 40_000),
    ],
)
def test_every_unit_that_fits_is_counted(text: str, fitting: int, catalogued: int) -> None:
    found, listed, named = fits_of(text, EVERY_THIRD)
    assert round(found) == pytest.approx(fitting, abs=1)
    assert listed == pytest.approx(catalogued, abs=1)
    assert named >= min(listed, 20), "those that fit are named as far as a screen shows them"


def test_the_few_that_are_catalogued_are_found_among_thousands_that_fit() -> None:
    few = SERIES[[10_000, 54_320, 99_998]]
    assert fits_of("CM0????1", few)[1:] == (2, 2)
    assert fits_of("CM??????", few)[1:] == (3, 3)


def test_units_in_no_sequence_are_counted_too() -> None:
    letters = "ABCDEFGH"
    keys = np.array(sorted("".join(t).encode() for t in itertools.product(letters, repeat=4)))[::2]
    people = population(statistics(keys))
    model = serial_model(FieldEvidence(text="A???", origin="human"), people)
    assert model is not None
    group = weigh_group(model, people, SortedKeys(keys=keys))
    exact = model.of_keys(keys, 4)
    assert group.catalogued_fitting == int((exact >= FITS_FROM * model.ceiling).sum())
    assert group.fitting >= group.catalogued_fitting
