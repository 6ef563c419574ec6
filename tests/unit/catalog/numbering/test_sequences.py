"""One stray serial in a register does not move the weight of the others."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from catalog.likelihood.descent import SortedKeys
from catalog.likelihood.models import serial_model
from catalog.likelihood.weight import FITS_FROM, STRAY_FACTOR, UnitWeight, weigh_group, weigh_unit
from catalog.numbering import sequences as rules
from catalog.numbering.count import statistics
from catalog.numbering.population import Population, population
from catalog.numbering.sequences import APART_FROM, Sequence, sequences_of
from catalog.types import FieldEvidence
from tests.unit.catalog.casework import ids, spoken
from values.text import fold

FORMS = ("{:04d}", "AB{:05d}", "CMX15D{:04d}", "{:06d}X", "19{:03d}", "100{}")


def people_of(serials: list[str]) -> tuple[np.ndarray, Population]:
    keys = np.array(sorted({fold(serial).encode() for serial in serials}))
    return keys, population(statistics(keys))


def weight_of(serials: list[str], serial: str) -> UnitWeight:
    """The weight of a unit whose plate a person read as it is."""
    keys, people = people_of(serials)
    model = serial_model(FieldEvidence(text=serial, origin="human"), people)
    assert model is not None
    group = weigh_group(model, people, SortedKeys(keys=keys))
    own = float(model.of_keys(np.array([serial.encode()]), len(serial))[0])
    return weigh_unit([group], group, own, ceiling=model.ceiling, key=serial)


def fits(reading: str, serial: str, serials: list[str]) -> bool:
    model = serial_model(FieldEvidence(text=reading, origin="human"), people_of(serials)[1])
    assert model is not None
    key = fold(serial).encode()
    return float(model.of_keys(np.array([key]), len(key))[0]) >= FITS_FROM * model.ceiling


@st.composite
def registers(draw: st.DrawFn, least: int, most: int) -> tuple[list[str], str]:
    """Serials of one sequence, dense from anywhere on or scattered from its beginning."""
    form, size = draw(st.sampled_from(FORMS)), draw(st.integers(least, most))
    if draw(st.booleans()):
        first = draw(st.integers(1, 900))
        return [form.format(number) for number in range(first, first + size)], form
    top = max(draw(st.sampled_from((2 * size, 5 * size, 900))), size)
    numbers = draw(st.lists(st.integers(1, top), min_size=size, max_size=size, unique=True))
    return [form.format(number) for number in numbers], form


@st.composite
def strays(draw: st.DrawFn, serials: list[str], form: str) -> str:
    """A serial of another length, prefix, scheme or script, a huge number, or a slip."""
    serial = draw(st.sampled_from(serials))
    place = draw(st.integers(0, len(serial) - 1))
    letter, digit = draw(st.sampled_from("ABCDEFGHJKLMNPQRSTXЖ")), str(draw(st.integers(0, 9)))
    return draw(
        st.sampled_from(
            (
                str(draw(st.integers(10**11, 10**12 - 1))),
                form.format(draw(st.integers(10**6, 10**9))),
                form.format(draw(st.integers(1000, 9999))),
                serial[:place] + digit + serial[place + 1 :],
                serial[:place] + serial[place] + serial[place:],
                serial[:place] + serial[place + 1 :],
                serial[:place] + letter + serial[place + 1 :],
                letter + serial,
                serial.replace("0", "O", 1),
                f"AR20{draw(st.integers(1, 99_999)):05d}19",
                draw(st.text("ABCDEFGHJKLMNP", min_size=3, max_size=9)),
            )
        )
    )


ROUNDED = 1.01
"""Units are counted in whole numbers, and what else could explain a reading is counted too."""


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_one_stray_changes_no_other_weight_by_more_than_the_stated_factor(
    data: st.DataObject,
) -> None:
    serials, form = data.draw(registers(3, 40))
    stray = fold(data.draw(strays(serials, form)))
    assume(stray and stray not in serials)
    reading = data.draw(st.sampled_from(serials))
    assume(not fits(reading, stray, serials))
    change = weight_of([*serials, stray], reading).lr / weight_of(serials, reading).lr
    most = STRAY_FACTOR * ROUNDED
    assert 1 / most <= change <= most, (serials, stray, reading)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_nor_do_five_where_ten_are_known(data: st.DataObject) -> None:
    serials, form = data.draw(registers(10, 60))
    odd = {fold(data.draw(strays(serials, form))) for _ in range(5)} - {"", *serials}
    reading = data.draw(st.sampled_from(serials))
    assume(not any(fits(reading, stray, serials) for stray in odd))
    # Several of one form are a sequence of their own, of which a unit may fit the reading.
    assume(len({re.sub(r"\d", "#", stray) for stray in odd}) == len(odd))
    change = weight_of([*serials, *odd], reading).lr / weight_of(serials, reading).lr
    # Each in another sequence counts as at most as many units as a known serial of this one.
    most = STRAY_FACTOR * ROUNDED * (1 + len(odd) / len(serials))
    assert 1 / most <= change <= most, (serials, odd, reading)


@pytest.mark.parametrize(
    "stray", ["201908300012", "0830830", "9830", "83", "K0830", "ABCD", "08300000", "AR2083019"]
)
def test_a_foreign_or_mistyped_serial_leaves_the_weight_of_the_others(stray: str) -> None:
    serials = [f"{number:04d}" for number in range(820, 840)]
    alone = weight_of(serials, "0830")
    beside = weight_of([*serials, stray], "0830")
    assert alone.lr == pytest.approx(27_500, rel=0.02)
    assert beside.lr == pytest.approx(alone.lr, rel=0.1)
    assert beside.posterior <= alone.posterior * (1 + 1e-9), "never surer for knowing of a stray"


def test_the_stray_itself_is_weighed_among_all_that_its_number_speaks_for() -> None:
    serials = [*(f"{number:04d}" for number in range(820, 840)), "201908300012"]
    assert weight_of(serials, "201908300012").units > 1e11


def test_a_typed_over_twin_is_a_candidate_and_leaves_the_probability_open() -> None:
    serials = [f"{number:04d}" for number in range(820, 840)]
    assert (
        weight_of([*serials, "O830"], "0830").posterior < 0.9 * weight_of(serials, "0830").posterior
    )


@pytest.mark.parametrize(
    ("serials", "stray", "reading"),
    [
        ([f"19{number:03d}" for number in range(477, 507)], "195O3", "19502"),
        ([f"{number:04d}" for number in range(5, 12)], "O008", "0007"),
        ([f"{number:04d}" for number in range(820, 840)], "O830", "0830"),
    ],
)
def test_beside_a_sequence_a_look_alike_is_mostly_a_slip(
    serials: list[str], stray: str, reading: str
) -> None:
    change = weight_of([*serials, stray], reading).lr / weight_of(serials, reading).lr
    assert 1 / STRAY_FACTOR < change < 1.1


def of(*numbers: str) -> tuple[Sequence, ...]:
    return sequences_of(statistics(np.array(sorted(n.encode() for n in numbers))).blocks)


def test_the_largest_numbers_are_cut_off_where_they_stand_apart() -> None:
    near, far = of(*(f"{n:04d}" for n in range(820, 840)), "9830", "9831")
    assert (near.start, near.largest, near.last, near.count) == (1, 839, 880, 20)
    assert (far.start, far.largest, far.count) == (881, 9831, 2)
    assert far.last == 9999, "no more than four digits hold"


def test_a_sequence_with_a_gap_stays_whole_while_chance_may_leave_one() -> None:
    (one,) = of("0100", "0300", "0310", "0720")
    assert one.largest == 720


def test_a_number_is_not_cut_off_where_it_hardly_raises_the_estimate() -> None:
    (one,) = of(*(f"{n:04d}" for n in range(1, 401)), f"{int(400 * APART_FROM) - 10:04d}")
    assert one.largest == 790


def test_numbers_that_go_on_in_one_more_digit_are_one_sequence() -> None:
    (one,) = of(*(str(n) for n in range(990, 1011)))
    assert [(run.digits, run.first, run.last) for run in one.runs] == [
        (3, 1, 999),
        (4, 1000, one.last),
    ]
    assert one.units == one.last == round(1010 + 1010 / 21 - 1)


def test_a_sequence_that_begins_with_more_digits_than_its_family_has_no_shorter_numbers() -> None:
    near, far = of(*(str(n) for n in range(990, 1011)), "9500", "9501")
    assert near.last > 999
    assert [(run.digits, run.first, run.last) for run in far.runs] == [(4, near.last + 1, far.last)]


def test_without_serials_there_are_no_sequences() -> None:
    assert sequences_of(()) == ()


def test_a_dropped_digit_does_not_end_the_sequence_before_its_beginning() -> None:
    whole, odd = of(*(str(n) for n in range(1000, 1011))), of("830", *map(str, range(1000, 1011)))
    assert odd[-1].units == pytest.approx(whole[0].units, rel=0.1)


def test_a_doubled_digit_is_no_part_of_the_sequence() -> None:
    assert [one.largest for one in of("8300", *map(str, range(820, 840)))] == [839, 8300]


def test_the_basis_names_the_sequence_of_the_unit() -> None:
    _, people = people_of([*(f"{number:04d}" for number in range(820, 840)), "201908300012"])
    own = spoken(people.basis_for(people.place_of("0830")))
    assert "numbers #### are assumed to run from 1 to 880" in own
    assert "1 other sequence is counted as 44 units" in own
    assert "numbers ############ " in spoken(people.basis_for(people.place_of("201908300012")))
    _, single = people_of([f"{number:04d}" for number in range(820, 840)])
    assert ids(single.basis) == ["population.sequence"]


def test_from_where_numbers_stand_apart() -> None:
    assert (rules.APART_BELOW, rules.APART_FROM, rules.MOST_APART) == (0.05, 2.0, 5)
    assert rules.KEPT_LARGEST == 6
