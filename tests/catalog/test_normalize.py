"""Folding for comparison: scripts, digits and separators; what must not be merged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.normalize import fold, skeleton


@pytest.mark.parametrize(
    ("read", "key"),
    [
        ("CMX15D-0836", "CMX15D0836"),
        ("cmx 15d / 0836", "CMX15D0836"),
        ("СМХ15D-0836", "CMX15D0836"),  # Cyrillic С М Х
        ("ΜΧ-15", "MX15"),  # Greek Mu, Chi
        ("۰۸۳۶", "0836"),
        ("０８３６", "0836"),
        ("№ 0836", "0836"),
        ("И002", "И002"),
        ("З-17", "317"),  # Cyrillic Ze looks like 3
        ("İ-40", "I40"),
        ("Ş-9\u200b1", "S91"),
        ("—", ""),
    ],
)
def test_folds(read: str, key: str) -> None:
    assert fold(read) == key


@pytest.mark.parametrize(("one", "other"), [("O1", "01"), ("I1", "11"), ("B8", "88"), ("S5", "55")])
def test_letters_and_digits_of_one_shape_stay_apart_until_the_skeleton(
    one: str, other: str
) -> None:
    assert fold(one) != fold(other)
    assert skeleton(fold(one)) == skeleton(fold(other))


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=40))
def test_the_short_way_for_ascii_agrees_with_the_long_one(text: str) -> None:
    long_way = "".join(char for char in text.upper() if char.isalnum())
    assert fold(text) == long_way
