from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.report.inert import visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("exe\u202egpj", "exe‹U+202E›gpj"),
        ("zero\u200bwidth", "zero‹U+200B›width"),
        ("bell\x07", "bell‹U+0007›"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_hidden_characters_are_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text())
def test_nothing_that_hides_or_turns_text_is_left(text: str) -> None:
    left = {unicodedata.category(char) for char in visible(text) if char not in "\n\t\u200c\u200d"}
    assert not left & {"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"}
