"""The shared-prefix sums equal the plain ones, whatever strings are asked."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.ocr.ctc import forward
from vision.ocr.prefixes import forward_shared

SYMBOLS = ["", "A", "B", "0", "1"]
COLUMN = {symbol: at for at, symbol in enumerate(SYMBOLS)}


def table(seed: int, steps: int, sharp: float = 2.0) -> np.ndarray:
    rows = np.exp(sharp * np.random.default_rng(seed).standard_normal((steps, len(SYMBOLS))))
    return rows / rows.sum(axis=1, keepdims=True)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.text(alphabet="AB01", max_size=6), min_size=1, max_size=30),
    st.integers(0, 1000),
    st.integers(1, 12),
)
def test_equal_to_the_plain_forward_sum(strings: list[str], seed: int, steps: int) -> None:
    wanted = forward(table(seed, steps), strings, COLUMN)
    found = forward_shared(table(seed, steps), strings, COLUMN)
    np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9)


def test_hopeless_strings_do_not_underflow() -> None:
    rows = np.full((400, len(SYMBOLS)), 1e-9)
    rows[:, 1] = 1.0
    rows /= rows.sum(axis=1, keepdims=True)
    strings = ["A", "B", "BABABABA", "01" * 60]
    np.testing.assert_allclose(
        forward_shared(rows, strings, COLUMN), forward(rows, strings, COLUMN), rtol=1e-9
    )


def test_a_dense_catalog_gets_the_same_numbers() -> None:
    strings = [f"{n:07b}".replace("0", "A").replace("1", "B") + f"{n % 2}" for n in range(512)]
    rows = table(1, 40)
    np.testing.assert_allclose(
        forward_shared(rows, strings, COLUMN), forward(rows, strings, COLUMN), rtol=1e-9
    )


def test_no_strings_no_numbers() -> None:
    assert forward_shared(table(1, 3), [], COLUMN).shape == (0,)
