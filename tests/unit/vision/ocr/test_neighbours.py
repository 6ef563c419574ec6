"""Strings next to one string: the same sums as one by one, and as adding up every path."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.vision.ocr.test_lattice import distributions
from vision.ocr.ctc import forward
from vision.ocr.neighbours import Near

ALPHABET = "AB08"
COLUMN = {"": 0, **{char: at for at, char in enumerate(ALPHABET, start=1)}}


def near_by(text: str) -> list[str]:
    """The string, and every string one change, one addition or one omission away."""
    changed = {text[:at] + c + text[at + 1 :] for at in range(len(text)) for c in ALPHABET}
    added = {text[:at] + c + text[at:] for at in range(len(text) + 1) for c in ALPHABET}
    fewer = {text[:at] + text[at + 1 :] for at in range(len(text))}
    return [text, *sorted(changed | added | fewer)]


@given(
    st.integers(0, 10**6),
    st.text(ALPHABET, min_size=1, max_size=6),
    st.lists(st.text(ALPHABET, max_size=8), max_size=5),
    st.floats(0.1, 6.0),
)
def test_strings_next_to_one_another_have_the_sums_they_have_one_by_one(
    seed: int, text: str, far: list[str], sharp: float
) -> None:
    table = distributions(seed, 11, sharp=sharp)
    asked = [*near_by(text), *far]
    alone = np.concatenate([forward(table, [one], COLUMN) for one in asked])
    assert Near(table=table, column=COLUMN).log_likelihood(asked) == pytest.approx(alone, rel=1e-9)


@pytest.mark.parametrize("text", ["A", "AA", "AAB", "ABBA0"])
def test_doubled_letters_keep_the_blank_between_them(text: str) -> None:
    table = distributions(7, 2 * len(text) + 1, sharp=2.0)
    asked = near_by(text)
    alone = np.concatenate([forward(table, [one], COLUMN) for one in asked])
    assert Near(table=table, column=COLUMN).log_likelihood(asked) == pytest.approx(alone, rel=1e-9)


def test_what_was_asked_before_does_not_change_an_answer() -> None:
    table = distributions(3, 12)
    near = Near(table=table, column=COLUMN)
    first = near.log_likelihood(near_by("AB08"))
    for text in ("0000", "88A", "B0B0B", "A", "808", "AAAA", "BB", "ABAB", "A0A0"):
        near.log_likelihood(near_by(text))
    assert (near.log_likelihood(near_by("AB08")) == first).all()


def test_a_character_without_a_column_is_refused() -> None:
    with pytest.raises(KeyError):
        Near(table=distributions(3, 5), column=COLUMN).log_likelihood(["AB", "AZ", "A0"])


def test_strings_beyond_what_floats_hold_are_summed_in_logarithms() -> None:
    table = np.full((300, 5), 1e-7)
    table[:, 1] = 1 - 4e-7
    asked = near_by("B0" * 50)[:40]
    alone = np.concatenate([forward(table, [one], COLUMN) for one in asked])
    found = Near(table=table, column=COLUMN).log_likelihood(asked)
    assert found.max() < -700
    assert found == pytest.approx(alone, rel=1e-9)
