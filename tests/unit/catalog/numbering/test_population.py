"""Summing over every unit without listing them gives what listing them would."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.confusions import ALPHABET, HUMAN, MACHINE, WIDTH
from catalog.likelihood.models import TextModel
from catalog.numbering import population as rules
from catalog.numbering.count import statistics
from catalog.numbering.population import Population, digit_sets, population, union
from tests.unit.catalog.casework import ids


def mixed() -> Population:
    """Three numbers of one sequence, twenty of another, and thirty serials in none."""
    letters = np.frombuffer(b"ABCDEFGHJKLMNPQRSTUVWXYZ", dtype=np.uint8)
    drawn = letters[np.random.default_rng(5).integers(0, letters.size, (30, 7))]
    keys = [f"AB{n:03d}C".encode() for n in (1, 2, 3)]
    keys += [f"K{n:03d}".encode() for n in range(1, 21)]
    return population(statistics(np.array(sorted([*keys, *np.unique(drawn.view("S7"))]))))


@given(st.integers(0, 99_999), st.integers(0, 99_999))
def test_digit_sets_hold_each_number_once(first: int, second: int) -> None:
    low, high = sorted((first, second))
    sets = digit_sets(f"{low:05d}", f"{high:05d}")
    sizes = [np.prod([b - a + 1 for a, b in one]) for one in sets]
    assert sum(sizes) == high - low + 1, "as many as there are numbers"
    for number in {low, high, (low + high) // 2}:
        digits = [int(d) for d in f"{number:05d}"]
        inside = [all(a <= d <= b for d, (a, b) in zip(digits, s, strict=True)) for s in sets]
        assert sum(inside) == 1
    for number in {max(low - 1, 0), min(high + 1, 99_999)} - set(range(low, high + 1)):
        digits = [int(d) for d in f"{number:05d}"]
        assert not any(all(a <= d <= b for d, (a, b) in zip(digits, s, strict=True)) for s in sets)


@settings(deadline=None, max_examples=60)
@given(
    st.text("0123456789ABO?", min_size=2, max_size=6),
    st.integers(2, 400),
    st.integers(1, 40),
    st.sampled_from([HUMAN, MACHINE]),
)
def test_the_sum_over_all_units_is_exact_for_text(
    text: str, largest: int, seen: int, errors: object
) -> None:
    """Σ over 1..N̂ of P(reading | t), by sets and one by one."""
    rng = np.random.default_rng(largest)
    numbers = np.unique(np.append(rng.integers(1, largest + 1, seen), largest))
    people = population(statistics(np.array([f"K{n:03d}".encode() for n in numbers])))
    model = TextModel.of(((text, 1.0),), errors)  # type: ignore[arg-type]
    runs = [run for one in people.sequences for run in one.runs]
    listed = np.array([f"K{n:03d}".encode() for r in runs for n in range(r.first, r.last + 1)])
    assert len(set(listed.tolist())) == listed.size >= largest, "each number is one unit"
    _, by_sets = model.of_keys_and_units(listed[:0], 4, people.sets)
    assert by_sets.sum() == pytest.approx(float(model.of_keys(listed, 4).sum()), rel=1e-9)


def test_more_units_can_be_taken_to_exist_but_never_fewer_than_were_seen() -> None:
    found = statistics(np.array([f"{n:05d}".encode() for n in range(10, 500, 10)]))
    usual, twice, half = (population(found, factor=f) for f in (1.0, 2.0, 0.5))
    assert half.size == 490
    assert usual.size == pytest.approx(499)
    assert twice.size == pytest.approx(2 * usual.size)


def test_many_blocks_are_summed_from_above() -> None:
    """More than 64 sequences are each taken as one wider set: an upper bound."""
    names = ["".join(pair) for pair in itertools.product("ABCDEFGHJK", repeat=2)]
    keys = np.array(sorted(f"{name}{n:03d}".encode() for name in names for n in (1, 50, 234)))
    people = population(statistics(keys))
    model = TextModel.of((("AB050", 1.0),), HUMAN)
    listed = np.array([f"{name}{n:03d}".encode() for name in names for n in range(1, 312)])
    exact = float(model.of_keys(listed, 5).sum())
    _, by_sets = model.of_keys_and_units(listed[:0], 5, people.sets)
    assert exact <= by_sets.sum() < 1.2 * exact


def test_a_sequence_of_few_numbers_stands_for_itself_and_those_of_many_together() -> None:
    few, many = [f"A{n:03d}" for n in (1, 2, 3)], [f"B{n:03d}" for n in range(1, 21)]
    keys = np.array(sorted(text.encode() for text in (*few, *many)))
    people = population(statistics(keys))
    own = {place for place, one in enumerate(people.sequences) if one.count < rules.SURE_FROM}
    assert len(own) == 1
    assert {one.place for one in people.sets if one.listed} == {*own, None}
    names = ["".join(pair) for pair in itertools.product("ABCDEFGHJK", repeat=2)]
    lots = np.array(sorted(f"{name}{n:03d}".encode() for name in names for n in (1, 2, 3)))
    assert {one.place for one in population(statistics(lots)).sets if one.listed} == {None}


def test_several_groups_are_taken_together() -> None:
    one, other = (
        population(statistics(np.array([f"{c}{n:03d}".encode() for n in range(1, 21)])))
        for c in "AB"
    )
    assert union((one,)) == one
    both = union((one, other))
    assert both.catalogued == one.catalogued + other.catalogued == 40
    assert both.sequences == (*one.sequences, *other.sequences)


def test_irregular_serials_expect_as_many_again() -> None:
    rng = np.random.default_rng(5)
    letters = np.frombuffer(b"ABCDEFGHJKLMNPQRSTUVWXYZ", dtype=np.uint8)
    keys = np.unique(letters[rng.integers(0, letters.size, (2500, 7))].view("S7").ravel())
    people = population(statistics(keys))
    assert people.irregular == keys.size
    assert people.size == pytest.approx(2 * keys.size)
    assert ids(people.basis) == ["population.out-of-sequence"]


def test_each_serial_is_told_its_own_sequence() -> None:
    """Two sequences, one of few numbers in a longer serial, beside serials in none."""
    people = mixed()
    few, many, outside = 0, 1, 2
    assert people.counts.tolist() == [3, 20, 30]
    assert (people.main, people.little_known) == (outside, True)
    places = {
        "AB001C": few, "AB003C": few, "K001": many, "K020": many,
        "AB004C": outside, "AB000C": outside, "K021": outside, "K000": outside, "K0A1": outside,
        "L001": outside, "AB002D": outside, "K01": outside, "K0001": outside, "ZZZZZZZ": outside,
    }  # fmt: skip
    assert {key: people.place_of(key) for key in places} == places
    assert {key for key in places if people.in_a_sequence(key)} == {
        key for key, place in places.items() if place != outside
    }


def test_a_number_in_other_digits_belongs_to_no_sequence() -> None:
    people = mixed()
    assert people.place_of("K0\u0661\u0662") == 2, "Arabic digits are numbers to Python"
    assert people.place_of("K0\xb2") == 2


def test_without_other_serials_one_in_no_sequence_is_seen_as_the_main_one() -> None:
    keys = sorted([*(f"K{n:03d}" for n in range(1, 21)), *(f"AB{n:03d}C" for n in range(1, 11))])
    people = population(statistics(np.array([key.encode() for key in keys])))
    assert people.counts.tolist() == [10, 20]
    assert not people.little_known
    assert people.place_of("ZZZ") == people.main == 1


def test_what_the_others_count_as_is_said_for_each_sequence() -> None:
    people = mixed()
    assert [ids(people.basis_for(place)) for place in range(3)] == [
        ["population.sequence", "population.other-sequences", "population.out-of-sequence"],
        ["population.sequence", "population.other-sequences", "population.out-of-sequence"],
        ["population.out-of-sequence", "population.other-sequences"],
    ]
    others = [
        dict(one.parameters)
        for place in range(3)
        for one in people.basis_for(place)
        if one.id == "population.other-sequences"
    ]
    assert [(one["others"], one["units"]) for one in others] == [(1, 20.0), (1, 3.0), (2, 23.0)]


def test_each_length_has_sets_of_its_own() -> None:
    people = mixed()
    assert people.lengths == (4, 6, 7)
    assert {n: {one.length for one in people.of_length(n)} for n in (4, 5, 6, 7)} == {
        4: {4}, 5: set(), 6: {6}, 7: {7},
    }  # fmt: skip
    assert [people.in_sequence(n) for n in (4, 5, 6, 7)] == [True, False, True, False]
    assert [people.irregular_of(n) for n in (4, 5, 6, 7)] == [0, 0, 0, 30]
    outside = people.out_of_sequence(7)
    assert outside is not None
    assert not outside.listed
    assert [people.out_of_sequence(n) for n in (4, 5, 6)] == [None] * 3


def test_the_characters_that_may_stand_at_each_place() -> None:
    people = mixed()
    assert people.allowed(5).shape == (5, WIDTH)
    assert not people.allowed(5).any(), "no serial is of this length"
    allowed = people.allowed(4)
    assert [{ALPHABET[c] for c in np.flatnonzero(row)} for row in allowed] == [
        {"K"}, {"0"}, {*"012"}, {*"0123456789"},
    ]  # fmt: skip
    assert people.allowed(7).sum() > 7


def test_units_are_expected_of_sequences_and_of_others_apart() -> None:
    people = mixed()
    keys = np.array([b"K001", b"K021", b"L001"])
    assert people.expected(keys, 4, listed=True).tolist() == [1.0, 0.0, 0.0]
    assert people.expected(keys, 4, listed=False).tolist() == [0.0, 0.0, 0.0]
    outside = people.expected(np.array([b"QWERTZX"]), 7, listed=False)
    assert 0 < outside[0] < 1
    assert people.expected(np.array([b"QWERTZX"]), 7, listed=True).tolist() == [0.0]


def test_the_figures_that_a_population_rests_on() -> None:
    assert (rules.FINE_SEQUENCES, rules.SURE_FROM) == (64, 8)
    assert (rules.UNSEEN_SHARE, rules.BESIDE_SHARE) == (1.0, 0.5)


def test_no_numbers_are_in_no_set() -> None:
    assert digit_sets("6", "5") == []
    assert digit_sets("5", "5") == [((5, 5),)]


def test_of_no_serials_nothing_is_estimated() -> None:
    nobody = population(statistics(np.array([], "S1")))
    assert (nobody.size, nobody.catalogued, nobody.lengths) == (0.0, 0, ())
    assert ids(nobody.basis) == ["population.none"]


def test_the_share_of_a_character_at_its_place() -> None:
    weights = np.zeros((1, 2, WIDTH))
    weights[0, 0, [ALPHABET.index(char) for char in "AB"]] = 3.0, 1.0
    weights[0, 1, :4] = 1.0
    group = rules.ProductSets(
        length=2, weights=weights, units=np.ones(1), catalogued=4, listed=False
    )
    shares = group.shares(np.array([b"A0", b"B3", b"C9"]))
    assert shares.T.tolist() == [[0.75, 0.25], [0.25, 0.25], [0.0, 0.0]]
