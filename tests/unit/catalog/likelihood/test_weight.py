"""The weight of a match: the worked figures of the field, bounds, and what must never happen."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.confusions import ALPHABET
from catalog.likelihood import weight
from catalog.likelihood.descent import SortedKeys
from catalog.likelihood.exposures import Trust
from catalog.likelihood.models import SerialModel, serial_model
from catalog.likelihood.proposals import LEAST_PROPOSED, propose
from catalog.likelihood.weight import (
    FITS_FROM,
    Competitors,
    GroupWeight,
    find,
    weigh_group,
    weigh_unit,
)
from catalog.matching.bands import BANDS, band
from catalog.numbering.count import statistics
from catalog.numbering.population import Population, population
from catalog.types import FieldEvidence
from tests.unit.catalog.casework import spoken
from words.english.numbers import times

KEYS = np.array([f"{n:04d}".encode() for n in range(1, 1201)])
ALL = population(statistics(KEYS))
SOME = KEYS[::3]


def weighed(
    text: str, keys: npt.NDArray[np.bytes_] = KEYS, people: Population = ALL, **more: object
) -> tuple[SerialModel, GroupWeight]:
    evidence = FieldEvidence(text=text, origin="human", **more)  # type: ignore[arg-type]
    model = serial_model(evidence, people)
    assert model is not None
    return model, weigh_group(model, people, SortedKeys(keys=keys))


def lr_of(text: str, serial: str) -> float:
    model, group = weighed(text)
    likelihood = float(model.of_keys(np.array([serial.encode()]), len(serial))[0])
    return weigh_unit([group], group, likelihood, ceiling=model.ceiling).lr


@pytest.mark.parametrize(
    ("reading", "unit", "least", "most", "fitting"),
    [
        # N̂ = 1,200, one person's transcription: the figures of the field notes.
        ("0836", "0836", 7_200, 39_200, 1),
        ("08?6", "0836", 115, 135, 10),
        ("0??6", "0836", 11, 13, 100),
        ("0???", "0836", 1.1, 1.3, 999),
        ("0836", "0886", 0.5, 1.5, 1),
        ("0836", "1199", 0, 0.001, 1),
    ],
)
def test_one_character_off_is_not_a_hit(
    reading: str, unit: str, least: float, most: float, fitting: int
) -> None:
    assert least <= lr_of(reading, unit) <= most
    _, group = weighed(reading)
    assert group.population.size == 1200
    assert round(group.fitting) == pytest.approx(fitting, abs=1)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("0836", "083?"),
        ("083?", "08??"),
        ("08??", "0???"),
        ("0836", "0835"),
        ("0835", "0845"),
        ("O836", "9836"),
        ("0B36", "0336"),
    ],
)
def test_the_clearer_reading_weighs_more_for_0836(better: str, worse: str) -> None:
    assert lr_of(better, "0836") > lr_of(worse, "0836")


@settings(deadline=None, max_examples=80)
@given(st.integers(1, 1200), st.integers(0, 3), st.sampled_from("0123456789?"))
def test_damage_to_a_reading_never_makes_it_weigh_more(
    number: int, place: int, instead: str
) -> None:
    serial = f"{number:04d}"
    damaged = serial[:place] + instead + serial[place + 1 :]
    assert lr_of(damaged, serial) <= lr_of(serial, serial) * (1 + 1e-9) or instead == serial[place]


@settings(deadline=None, max_examples=60)
@given(st.text("0123456789?OB", min_size=3, max_size=5).filter(lambda text: text.strip("?")))
def test_posteriors_over_all_units_add_up_to_one(text: str) -> None:
    model, group = weighed(text)
    each = model.of_keys(KEYS, 4)
    posterior = [
        weigh_unit([group], group, float(value), ceiling=model.ceiling).posterior for value in each
    ]
    assert sum(posterior) == pytest.approx(1.0, abs=1e-6)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 1200), st.booleans())
def test_a_unit_missing_from_the_catalog_still_competes(number: int, doubtful: bool) -> None:
    """Uncatalogued units are in the denominator: the weight does not depend on who is listed."""
    text = f"{number:04d}"
    text = f"{text[:2]}?{text[3:]}" if doubtful else text
    _, with_all = weighed(text)
    _, with_some = weighed(text, SOME[text.encode() != SOME])
    assert with_some.total == pytest.approx(with_all.total, rel=1e-9)
    assert with_some.fitting == pytest.approx(with_all.fitting)
    assert with_some.catalogued_fitting <= with_all.catalogued_fitting


@dataclass(frozen=True, kw_only=True)
class Pixels:
    """A stand-in for a lattice in which characters depend on each other, as they do in CTC.

    A change beside another change costs a little less than the two apart; equal neighbours are
    dearer, since CTC must see a gap between them.
    """

    seen: str
    slip: float

    def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
        return np.array([self._one(text) for text in strings])

    def _one(self, text: str) -> float:
        if len(text) != len(self.seen):
            return -12.0 * abs(len(text) - len(self.seen)) - 8.0
        wrong = [a != b for a, b in zip(text, self.seen, strict=True)]
        beside = sum(a and b for a, b in itertools.pairwise(wrong))
        equal = sum(a == b for a, b in itertools.pairwise(text))
        return math.log(self.slip) * sum(wrong) + 0.3 * beside - 0.5 * equal


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 1200), st.floats(1e-5, 0.02), st.sampled_from([0.7, 1.0]))
def test_the_denominator_holds_all_that_the_pixels_allow(
    number: int, slip: float, temper: float
) -> None:
    """Σ over every unit, asked one by one, is never more than what the weight counts."""
    trust = Trust(
        temperature=1 / temper,
        floor=1e-6,
        stack=1.0,
        misled=0.01,
        version="t",
        source="test",
    )
    pixels = Pixels(seen=f"{number:04d}", slip=slip)
    evidence = FieldEvidence(text=pixels.seen, origin="machine", likelihood=pixels)
    model = serial_model(evidence, ALL, trust=trust)
    assert model is not None
    group = weigh_group(model, ALL, SortedKeys(keys=SOME))
    exact = float(model.of_keys(KEYS, 4).sum())
    assert group.total >= exact * (1 - 1e-9)
    assert group.total <= exact * 2.2


def test_serials_that_exist_are_asked_of_the_pixels_catalogued_or_not() -> None:
    evidence = FieldEvidence(
        text="0836", origin="machine", likelihood=Pixels(seen="0836", slip=0.05)
    )
    model = serial_model(evidence, ALL)
    assert model is not None
    keys = SortedKeys(keys=SOME)
    enough = FITS_FROM * model.ceiling / 2
    part = weight._weigh_part(model, ALL, keys, propose(model, ALL, 4, keys, enough=enough))
    assert part.best == float(model.of_keys(KEYS, 4).max())
    absent = [one for one in part.scored if one.position < 0]
    assert len(absent) > 2
    for one in part.scored:
        assert one.likelihood == float(model.of_keys(np.array([one.key.encode()]), 4)[0])


def test_all_are_seen_as_the_sequence_of_the_unit_lets_expect() -> None:
    dense = [f"A{number:03d}".encode() for number in range(1, 101)]
    keys = np.array(sorted([*dense, b"B100", b"B500"]))
    people = population(statistics(keys))
    assert [(one.prefix, one.count) for one in people.sequences] == [("A", 100), ("B", 2)]
    _, group = weighed("A050", keys[keys != b"B100"], people)
    _, other = weighed("A0?0", keys, people)
    competitors = Competitors(groups=(group, other))
    share = 2 / people.sizes[1]  # as many of B for each serial known of it as of A: one
    own, others = (one.uncatalogued[1] for one in (group, other))
    assert min(own, others) > 0
    of_a = competitors.view(group, "A050")
    assert of_a.units == pytest.approx((102, 102))
    missing = own * (1 - share * weight.MISTYPED) + others * (1 - share)
    assert of_a.total == pytest.approx(competitors.total - missing, abs=1e-12)
    of_b = competitors.view(group, "B500")
    assert of_b.units == pytest.approx((people.sizes.sum(), people.sizes.sum()))
    assert of_b.total == pytest.approx(competitors.total)
    assert competitors.view(group, "A007") is of_a, "of one sequence there is one view"


def test_beside_a_maker_without_serials_each_is_seen_as_it_is() -> None:
    keys = np.array([f"A{number:03d}".encode() for number in range(1, 101)])
    people = population(statistics(keys))
    none = population(statistics(keys[:0]))
    _, group = weighed("A050", keys, people)
    _, empty = weighed("A050", keys[:0], none)
    assert not none.counts.size
    other = population(statistics(np.array([f"B{number:03d}".encode() for number in (1, 2, 9)])))
    _, third = weighed("A050", keys, other)
    competitors = Competitors(groups=(group, empty, third))
    assert competitors.view(empty, "A050").total == competitors.total
    assert competitors.view(empty, None).units == (people.size, none.size, other.size)
    alone = Competitors(groups=(group, empty))
    assert alone.view(group, "A050") is alone.view(group, None), "one sequence: no other view"


def test_two_doubtful_pixels_say_more_than_none() -> None:
    sure = Pixels(seen="0836", slip=1e-6)
    unsure = Pixels(seen="0836", slip=0.05)

    def posterior(pixels: Pixels) -> float:
        evidence = FieldEvidence(text="0836", origin="machine", likelihood=pixels)
        model = serial_model(evidence, ALL)
        assert model is not None
        group = weigh_group(model, ALL, SortedKeys(keys=KEYS))
        return weigh_unit(
            [group], group, group.scored[0].likelihood, ceiling=model.ceiling
        ).posterior

    assert posterior(sure) > posterior(unsure)
    assert posterior(sure) < 1.0, "pixels may mislead, however sure they are"


def out_of_sequence(count: int) -> npt.NDArray[np.bytes_]:
    letters = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)
    drawn = letters[np.random.default_rng(8).integers(0, letters.size, (count, 8))]
    return np.unique(drawn.view("S8").ravel())


@pytest.mark.parametrize("count", [1500, 4000, 30_000])
def test_a_clear_text_identifies_a_unit_among_many_out_of_sequence(count: int) -> None:
    text = "K7F21W9D"
    keys = np.unique(np.append(out_of_sequence(count), [text.encode()]))
    model, group = weighed(text, keys, population(statistics(keys)))
    exact = float(model.of_keys(keys, 8).sum())
    assert group.bounded == 0
    assert exact <= group.total <= exact * 1.001
    assert group.scored[0].key == text
    assert group.catalogued_fitting == 1
    likelihood = group.scored[0].likelihood
    assert weigh_unit([group], group, likelihood, ceiling=model.ceiling).posterior > 0.999


@pytest.mark.parametrize("text", ["K7F2QW9D", "K7F?QW9D", "KKF2QW9D", "7F2QW9D", "K7F2QW9DD"])
@pytest.mark.parametrize("origin", ["human", "machine"])
def test_what_stands_one_character_beside_a_serial_is_summed_exactly(
    text: str, origin: str
) -> None:
    drawn = out_of_sequence(400)
    people = population(statistics(drawn))
    spread = people.out_of_sequence(8)
    assert spread is not None
    shares = spread.weights[0] / spread.weights[0].sum(axis=1, keepdims=True)
    model = serial_model(FieldEvidence(text=text, origin=origin), people)  # type: ignore[arg-type]
    assert model is not None
    keys = np.append(drawn[::80], [b"K7F2QW9D", b"K7FZQW9D"])
    counted = model.beside(keys, spread)
    for key, near in zip(keys.tolist(), counted.tolist(), strict=True):
        expected = 0.0
        for place, char in enumerate(key.decode()):
            others = [one for one in ALPHABET if one != char]
            of_each = [shares[place, ALPHABET.index(one)] for one in others]
            asked = [key.decode()[:place] + one + key.decode()[place + 1 :] for one in others]
            found = model.of_keys(np.array([one.encode() for one in asked]), 8)
            expected += float(np.dot(of_each, found)) / sum(of_each) / 8
        assert near == pytest.approx(expected, rel=1e-6)


def test_a_record_that_differs_in_one_look_alike_is_not_identified() -> None:
    """What was read may be of an uncatalogued unit whose serial is next to a catalogued one."""
    keys = np.unique(np.append(out_of_sequence(4000), [b"K7FOQW9D"]))
    people = population(statistics(keys))
    for text, least, most in (("K7F0QW9D", 0.98, 0.995), ("K7FOQW9D", 0.999, 1.0)):
        model, group = weighed(text, keys, people)
        best = group.scored[0]
        assert best.key == "K7FOQW9D"
        posterior = weigh_unit([group], group, best.likelihood, ceiling=model.ceiling).posterior
        assert least < posterior < most, text


def test_of_two_serials_out_of_sequence_that_look_alike_neither_is_identified() -> None:
    keys = np.unique(np.append(out_of_sequence(4000), [b"K7F0QW9D", b"K7FOQW9D"]))
    model, group = weighed("K7F0QW9D", keys, population(statistics(keys)))
    likelihood = group.scored[0].likelihood
    assert group.catalogued_fitting == 2
    assert weigh_unit([group], group, likelihood, ceiling=model.ceiling).posterior < 0.95


def test_serials_out_of_sequence_that_were_not_scored_are_bounded_from_above(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("catalog.likelihood.proposals.SCORED_WHOLE", 3000)
    keys = out_of_sequence(4000)
    text = keys[77].decode()
    model, group = weighed(text, keys, population(statistics(keys)))
    assert group.bounded > 0
    assert group.total >= float(model.of_keys(keys, 8).sum())
    best = group.scored[0]
    assert best.key == text
    weight = weigh_unit([group], group, best.likelihood, ceiling=model.ceiling)
    assert weight.lr > 1000
    assert weight.posterior < 0.999


@pytest.mark.parametrize("sequence", [1, 100, 40_000])
def test_serials_out_of_sequence_that_are_shifted_are_counted_in_full(sequence: int) -> None:
    text, letters = "K7F2QW9D", "ABCDEFGHJK"
    shifted = {
        (text[:out] + text[out + 1 :])[:at] + char + (text[:out] + text[out + 1 :])[at:]
        for out, at in ((0, 7), (7, 0), (1, 7), (6, 0), (0, 6))
        for char in letters
    }
    odd = np.array([key.encode() for key in {text, *shifted}])
    keys = np.unique(np.append(odd, [f"AB{number:06d}".encode() for number in range(1, sequence)]))
    model, group = weighed(text, keys, population(statistics(keys)))
    exact = float(model.of_keys(keys, len(text)).sum())
    assert group.bounded == 0
    assert group.total >= exact
    assert exact > group.scored[0].likelihood * (1 + odd.size * LEAST_PROPOSED), "more than bounded"


def test_other_groups_weigh_in_by_how_probable_their_maker_and_model_are() -> None:
    model, group = weighed("0836")
    _, rival = weighed("0836")
    alone = weigh_unit([group], group, group.scored[0].likelihood, ceiling=model.ceiling)
    contested = weigh_unit([group, rival], group, group.scored[0].likelihood, ceiling=model.ceiling)
    assert contested.posterior == pytest.approx(alone.posterior / 2, rel=0.01)
    assert contested.units == 2 * alone.units


def test_both_ways_to_write_the_rarity() -> None:
    model, group = weighed("0836")
    weight = weigh_unit([group], group, group.scored[0].likelihood, ceiling=model.ceiling)
    assert 1 / weight.by_chance == pytest.approx(weight.lr), "1/p"
    assert weight.after_search == pytest.approx(weight.lr / 1200), "1/(np)"
    assert weight.bits == pytest.approx(math.log2(weight.lr))


def test_find_gives_first_place_and_number_of_records() -> None:
    keys = np.array([b"A1", b"A2", b"A2", b"B1"])
    first, copies = find(keys, np.array([b"B1", b"A2", b"C9", b"A"]))
    assert first[:2].tolist() == [3, 1]
    assert copies.tolist() == [1, 2, 0, 0]


@pytest.mark.parametrize(
    ("lr", "words"),
    [
        (1.0, "no support either way"),
        (0.98, "no support either way"),
        (1.1, "weak support"),
        (9.99, "weak support"),
        (10, "moderate support"),
        (100, "moderately strong support"),
        (1_000, "strong support"),
        (10_000, "very strong support"),
        (1e6, "extremely strong support"),
        (0.05, "moderate support for another unit"),
        (1e-5, "very strong support for another unit"),
    ],
)
def test_words_of_the_scale(lr: float, words: str) -> None:
    assert spoken(band(lr)) == words


def test_the_scale_ascends_and_refuses_what_is_no_ratio() -> None:
    assert [one.least for one in BANDS] == sorted(one.least for one in BANDS)
    with pytest.raises(ValueError, match="more than 0"):
        band(0.0)


@pytest.mark.parametrize(
    ("lr", "written"),
    [(0.0128, "0.0128"), (1.36, "1.36"), (129.3, "129"), (37_553, "37,600"), (4.2e9, "4.2 × 10⁹")],
)
def test_numbers_as_people_write_them(lr: float, written: str) -> None:
    assert times(lr) == written


def test_fit_is_measured_against_the_best_explanation() -> None:
    model, group = weighed("9836")
    assert group.fitting == 0, "no unit up to 1,200 begins with 9"
    assert group.scored[0].key == "0836"
    assert group.scored[0].likelihood < FITS_FROM * model.ceiling


def test_the_best_serial_is_one_that_exists_catalogued_or_not() -> None:
    model, group = weighed("0836", KEYS[KEYS != b"0836"])
    assert group.scored[0].key == "0836"
    assert group.scored[0].position == -1
    assert group.scored[0].likelihood == pytest.approx(model.ceiling, rel=0.001)


def test_a_sequence_of_thousands_is_counted_whole() -> None:
    keys = np.array([f"{n:05d}".encode() for n in range(1, 20_001)])
    _, group = weighed("1????", keys, population(statistics(keys)))
    assert group.fitting == pytest.approx(10_000, abs=1)
    assert group.catalogued_fitting == 10_000


def test_a_weight_is_a_power_of_ten_and_of_two() -> None:
    for lr, power, bits in ((1000.0, 3.0, math.log2(1000)), (0.125, math.log10(0.125), -3.0)):
        one = weight.UnitWeight(
            lr=lr, posterior=0.5, fits=True, by_chance=1 / lr, units=1200.0, compared=1200
        )
        assert one.log10_lr == pytest.approx(power)
        assert one.bits == pytest.approx(bits)


def test_a_unit_says_whether_it_fits() -> None:
    model, group = weighed("0836")
    fits = [
        weigh_unit([group], group, share * model.ceiling, ceiling=model.ceiling).fits
        for share in (1.0, FITS_FROM, FITS_FROM * 0.99)
    ]
    assert fits == [True, True, False]


def test_where_nothing_explains_a_reading_it_says_nothing() -> None:
    model, group = weighed("0836")
    nothing = replace(group, total=0.0)
    said = weigh_unit([nothing], nothing, 0.0, ceiling=model.ceiling)
    assert (said.lr, said.posterior, said.fits) == (1.0, 0.0, False)


def test_a_longer_serial_is_not_found_by_its_beginning() -> None:
    assert find(np.array([b"0836"]), np.array([b"08361"]))[1].tolist() == [0]
    assert find(np.array([], dtype="S4"), np.array([b"0836"]))[1].tolist() == [0]


def test_the_figures_that_a_weight_rests_on() -> None:
    assert (weight.STRAY_FACTOR, weight.NO_SEQUENCE_BELOW, weight.MISTYPED) == (3.0, 3, 0.1)
    assert (weight.FITS_FROM, weight.NOTHING_NEAR, weight.SMALLEST) == (0.01, 1e-4, 1e-15)
