"""The lattice: sums to one, agrees with a slow reference, survives storing."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from vision.errors import ReadingRefused
from vision.ocr.lattice import LEAST, Lattice, Run, Step, StoredLattice

ALPHABET = ["", "A", "B", "0", "8"]
KEPT = TypeAdapter(StoredLattice)


def distributions(seed: int, steps: int, *, sharp: float = 1.0, size: int = 5) -> np.ndarray:
    rng = np.random.default_rng(seed)
    scores = rng.normal(size=(steps, size)) * sharp
    rows = np.exp(scores)
    return rows / rows.sum(axis=1, keepdims=True)


def collapse(path: tuple[str, ...]) -> str:
    """The many-to-one map of CTC: drop repeats, then blanks."""
    return "".join(symbol for symbol, _ in itertools.groupby(path) if symbol)


def by_enumeration(table: np.ndarray, names: list[str], text: str) -> float:
    """Sum over every single path, the definition itself (Graves et al. 2006, eq. 3)."""
    total = 0.0
    for path in itertools.product(range(len(names)), repeat=len(table)):
        if collapse(tuple(names[s] for s in path)) == text:
            total += math.prod(table[t, s] for t, s in enumerate(path))
    return total


def by_loops(table: np.ndarray, column: dict[str, int], text: str) -> float:
    """The forward recursion in plain loops and logarithms."""
    labels = [""] + [part for char in text for part in (char, "")]
    alpha = {0: 0.0}
    with np.errstate(divide="ignore"):
        logs = np.log(table)
    for t in range(len(table)):
        fresh: dict[int, float] = {}
        for s, label in enumerate(labels):
            before = [alpha.get(s), alpha.get(s - 1)] if t else [0.0 if s < 2 else None]
            if t and s > 1 and label and label != labels[s - 2]:
                before.append(alpha.get(s - 2))
            came = [b for b in before if b is not None]
            if came:
                fresh[s] = float(np.logaddexp.reduce(came)) + float(logs[t, column[label]])
        alpha = fresh
    ends = [alpha[s] for s in (len(labels) - 1, len(labels) - 2) if s in alpha]
    return float(np.logaddexp.reduce(ends)) if ends else -math.inf


@given(st.integers(0, 10**6), st.integers(1, 12), st.floats(0.1, 6.0))
def test_every_step_sums_to_one(seed: int, steps: int, sharp: float) -> None:
    lattice = Lattice.from_probabilities(distributions(seed, steps, sharp=sharp), ALPHABET)
    for step in lattice.steps:
        kept, rest = step.probabilities()
        assert kept.sum() + rest == pytest.approx(1.0, abs=1e-12)
        assert rest >= 0
        assert np.all(np.diff(kept) <= 0)


@given(st.integers(0, 10**6), st.text("AB08", max_size=4))
@settings(max_examples=40, deadline=None)
def test_likelihood_is_the_sum_over_all_paths(seed: int, text: str) -> None:
    lattice = Lattice.from_probabilities(distributions(seed, 5), ALPHABET)
    table, column = lattice.matrix(tuple("AB08"))
    names = sorted(column, key=lambda name: column[name])
    expected = by_enumeration(table, names, text)
    assert math.exp(lattice.log_likelihood((text,))[0]) == pytest.approx(expected, rel=1e-9)


@given(st.integers(0, 10**6), st.lists(st.text("AB08", max_size=9), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_many_strings_at_once_equal_one_by_one_in_loops(seed: int, texts: list[str]) -> None:
    lattice = Lattice.from_probabilities(distributions(seed, 14, sharp=4.0), ALPHABET)
    table, column = lattice.matrix(tuple("AB08"))
    got = lattice.log_likelihood(tuple(texts))
    for text, value in zip(texts, got, strict=True):
        assert value == pytest.approx(by_loops(table, column, text), rel=1e-9, abs=1e-9)


def test_probabilities_of_all_strings_sum_to_one() -> None:
    lattice = Lattice.from_probabilities(distributions(3, 4), ALPHABET)
    texts = ["".join(t) for n in range(5) for t in itertools.product("AB08", repeat=n)]
    total = np.exp(lattice.log_likelihood(tuple(texts))).sum()
    assert total == pytest.approx(1.0, abs=1e-9)


def test_the_rest_never_makes_an_unkept_symbol_likelier_than_a_kept_one() -> None:
    size = 100
    rows = np.full((3, size), 0.3 / 99)
    rows[:, 1] = 0.7
    lattice = Lattice.from_probabilities(rows, ["", *[chr(0x400 + n) for n in range(size - 1)]])
    table, column = lattice.matrix(("Z",))
    kept, _ = lattice.steps[0].probabilities()
    assert table[0, column["Z"]] <= kept.min()
    assert np.exp(lattice.log_likelihood(("Z",)))[0] < 1.0


def test_very_unlikely_strings_are_exact_too() -> None:
    rows = np.full((300, 5), 1e-7)
    rows[:, 1] = 1 - 4e-7
    lattice = Lattice.from_probabilities(rows, ALPHABET)
    table, column = lattice.matrix(tuple("B0"))
    text = "B0" * 100
    value = lattice.log_likelihood((text,))[0]
    assert value < -700
    assert value == pytest.approx(by_loops(table, column, text), rel=1e-9)


@pytest.mark.parametrize(
    ("text", "why"),
    [("AAAAAA", "more characters than steps"), ("AAA", "repeats need a blank between")],
)
def test_what_cannot_fit_has_no_probability(text: str, why: str) -> None:
    lattice = Lattice.from_probabilities(distributions(1, 4), ALPHABET)
    assert lattice.log_likelihood((text,))[0] == -math.inf, why


def test_the_best_path_is_the_text_and_is_among_the_best() -> None:
    rows = np.full((7, 5), 0.02)
    for at, symbol in enumerate([0, 1, 1, 0, 1, 3, 0]):
        rows[at, symbol] = 0.92
    lattice = Lattice.from_probabilities(rows, ALPHABET)
    assert lattice.text == "AA0"
    assert [(char, a, b) for char, a, b in lattice.path] == [
        ("A", 1, 3),
        ("A", 4, 5),
        ("0", 5, 6),
    ]
    best = lattice.best(3)
    assert best[0][0] == "AA0"
    assert best[0][1] == pytest.approx(lattice.log_likelihood(("AA0",))[0])
    assert best[0][1] >= best[1][1] >= best[2][1]


@given(st.integers(0, 10**6), st.integers(1, 30))
@settings(max_examples=30, deadline=None)
def test_storing_changes_no_bit_of_any_likelihood(seed: int, steps: int) -> None:
    lattice = Lattice.from_probabilities(distributions(seed, steps, sharp=3.0), ALPHABET)
    again = Lattice.of(KEPT.validate_json(KEPT.dump_json(lattice.stored())))
    assert again == lattice
    texts = ("A", "B0", "8" * 3, "", "Q")
    assert np.array_equal(again.log_likelihood(texts), lattice.log_likelihood(texts))


def test_a_part_holds_only_its_characters() -> None:
    rows = np.full((9, 5), 0.01)
    for at, symbol in enumerate([0, 1, 0, 2, 0, 3, 0, 4, 0]):
        rows[at, symbol] = 0.96
    lattice = Lattice.from_probabilities(rows, ALPHABET)
    assert lattice.text == "AB08"
    assert lattice.part(2, 4).text == "08"
    assert lattice.part(0, 1).text == "A"
    assert lattice.part(0, 4) == lattice
    with pytest.raises(ValueError, match="characters 3 to 9"):
        lattice.part(3, 9)


def test_folding_adds_the_probabilities_of_what_it_merges() -> None:
    rows = np.array([[0.1, 0.5, 0.1, 0.2, 0.1]])
    folded = Lattice.from_probabilities(rows, ALPHABET).folded({"B": "8", "0": ""})
    kept, _ = folded.steps[0].probabilities()
    shares = dict(zip(folded.steps[0].symbols, kept, strict=True))
    assert shares == pytest.approx({"A": 0.5, "8": 0.2, "": 0.3}, abs=0.01)


def test_a_line_takes_a_few_kilobytes() -> None:
    rng = np.random.default_rng(5)
    rows = np.exp(rng.normal(size=(80, 5000)) * 2.5)
    rows /= rows.sum(axis=1, keepdims=True)
    lattice = Lattice.from_probabilities(rows, [chr(0x100 + n) for n in range(5000)])
    assert len(KEPT.dump_json(lattice.stored())) < 10_000  # the worst there is


GOOD = StoredLattice(
    format="nameplate-lattice-1", units=200, alphabet_size=5, runs=(Run(2, ("A",), (0,), -1),)
)
BAD = {
    "another form": {"format": "x"},
    "other units": {"units": 100},
    "no alphabet": {"alphabet_size": 0},
    "no steps in a run": {"runs": (Run(0, ("A",), (0,), -1),)},
    "a probability above one": {"runs": (Run(1, ("A",), (-3,), -1),)},
    "a bomb": {"runs": (Run(10**9, ("A",), (0,), -1),)},
}


@pytest.mark.parametrize("fault", BAD)
def test_bad_data_are_refused(fault: str) -> None:
    assert Lattice.of(GOOD).text == "A"
    with pytest.raises(ReadingRefused) as refused:
        Lattice.of(replace(GOOD, **BAD[fault]))
    assert refused.value.diagnostics()


def test_a_step_refuses_one_symbol_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        Step(symbols=("A", "A"), levels=(1, 2), rest=-1)


def test_what_is_below_the_least_goes_into_the_rest() -> None:
    rows = np.array([[1 - 3 * LEAST / 2, LEAST / 2, LEAST / 2, LEAST / 2, 0.0]])
    step = Lattice.from_probabilities(rows, ALPHABET).steps[0]
    assert step.symbols == ("",)
    assert step.probabilities()[1] == pytest.approx(1.5 * LEAST, rel=0.01)


def test_pieces_put_together_read_as_one_line() -> None:
    sure = np.full((4, 5), 0.001)
    for step, symbol in enumerate((0, 3, 0, 4)):  # blank, 0, blank, 8
        sure[step, symbol] = 0.996
    first, second = (
        Lattice.from_probabilities(sure, ALPHABET),
        Lattice.from_probabilities(sure[:, [0, 1, 2, 4, 3]], ALPHABET),
    )
    both = first.joined(second)
    assert (first.text, second.text, both.text) == ("08", "80", "0880")
    each = first.log_likelihood(["08"])[0] + second.log_likelihood(["80"])[0]
    assert both.log_likelihood(["0880"])[0] == pytest.approx(each, abs=0.02)
