"""Which text a log can hold, and that what is escaped can be had back."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from values.recordable import escaped, inert, rewritten, unescaped, unrecordable

ANY_TEXT = st.text(st.characters(categories=None, exclude_categories=()))
ODD = st.sampled_from(
    ["\0", "\x1b", "\r", "\x85", "\ud800", "\udcff", "\ufffe", "\\", "u{", "}", "0"]
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a\0b", "a control character (U+0000), at character 2"),
        ("\r", "a control character (U+000D), at character 1"),
        ("\x1b[31m", "a control character (U+001B), at character 1"),
        ("x\x7f", "a control character (U+007F), at character 2"),
        ("x\x85", "a control character (U+0085), at character 2"),
        ("\ud800", "half of a character (U+D800), at character 1"),
        ("\udcff.jpg", "half of a character (U+DCFF), at character 1"),
        ("\uffff", "a code that is not a character (U+FFFF), at character 1"),
        ("\U0010fffe", "a code that is not a character (U+10FFFE), at character 1"),
    ],
)
def test_what_no_log_can_hold_is_named_with_its_place(text: str, said: str) -> None:
    assert unrecordable(text) == said


@pytest.mark.parametrize("text", ["", "two\nlines\tand a cell", "Ж م 中 🚁", "\u202e", "C:\\u\\x"])
def test_all_other_text_can_be_recorded_as_it_is(text: str) -> None:
    assert unrecordable(text) == ""
    assert escaped(text) == text


def test_every_control_character_but_lines_and_tabs_is_refused() -> None:
    controls = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cc"]
    assert [char for char in controls if not unrecordable(char)] == ["\t", "\n"]


def test_names_of_files_are_readable_still() -> None:
    assert escaped("x\0.jpg") == "x\\u{0}.jpg"
    assert escaped("\udcff.jpg") == "\\u{dcff}.jpg"
    assert escaped("a\\u{0}") == "a\\u{5c}u{0}"


@given(st.one_of(ANY_TEXT, st.lists(st.one_of(ODD, ANY_TEXT)).map("".join)))
def test_what_is_escaped_can_be_recorded_and_had_back(text: str) -> None:
    written = escaped(text)
    assert unrecordable(written) == ""
    assert unescaped(written) == text


@given(st.one_of(ANY_TEXT, st.lists(st.one_of(ODD, ANY_TEXT)).map("".join)))
def test_a_sentence_that_quotes_a_file_can_be_made_inert_more_than_once(text: str) -> None:
    assert unrecordable(inert(text)) == ""
    assert inert(inert(text)) == inert(text)


def test_what_is_no_escape_is_left_as_it_is() -> None:
    assert unescaped("\\u{110000} \\u{} \\u{G}") == "\\u{110000} \\u{} \\u{G}"


def test_members_and_names_of_a_value_are_escaped() -> None:
    value = {"a\0": ["b\ud800", {"c": "\x1b"}, 1, None, True, 0.5]}
    assert rewritten(value, escaped) == {
        "a\\u{0}": ["b\\u{d800}", {"c": "\\u{1b}"}, 1, None, True, 0.5]
    }
