"""Folding for comparison: scripts, digits and separators; what must not be merged."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from values.text import CYRILLIC_OWN, LATIN_OWN, WORD_TWINS, bare, fold, skeleton, sound


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


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna Novak", "Аnna Nоvak"),  # Cyrillic А, о
        ("Anna Novak", "anna  novak"),
        ("Anna Novak", "Anna\u200bNovak"),
        ("Anna Novák", "Anna Novak"),
        ("Anna Novak", "Anna\u202eNovak"),
        ("field_observer", "@Field Observer"),
        ("field77", "ｆｉｅｌｄ７７"),
        ("петров", "пeтpoв"),  # Latin e, p, o
    ],
)
def test_names_that_pass_for_each_other_are_bare_alike(one: str, other: str) -> None:
    assert bare(one) == bare(other)


def test_names_that_differ_stay_apart() -> None:
    assert bare("Anna Novak") != bare("Anna Novakova")


@given(st.text(max_size=40))
def test_bare_is_final(text: str) -> None:
    assert bare(bare(text)) == bare(text)


# The iota below a Greek letter is a mark; its capital is a letter that looks like another name.
@given(
    st.text(alphabet=st.characters(max_codepoint=0x52F, exclude_characters="\u0345"), max_size=40)
)
def test_case_makes_no_difference_to_a_name(text: str) -> None:
    assert bare(text.upper()) == bare(text) == bare(text.lower())


def test_names_that_sound_alike_in_two_scripts_are_one_sound() -> None:
    for one, other in (
        ("Вескам", "Wescam"), ("АСЕЛСАН", "Aselsan"), ("Ми-8МТВ", "Mi-8 MTV"), ("Орлан", "Orlan"),
        ("Ёж", "Ezh"), ("Чёрный", "Chernyi"), ("Харків", "Kharkiv"), ("Аляска", "Alyaska"),
    ):  # fmt: skip
        assert sound(one) == sound(other), (one, other)
    assert sound("Корнет") != sound("Конкурс")
    assert sound("") == ""


def test_letters_of_one_script_alone_are_those_without_a_twin_in_the_other() -> None:
    assert {"Б", "Ж", "И", "У", "З", "ґ"} <= CYRILLIC_OWN
    assert not CYRILLIC_OWN & set("АВСЕНІКМОРТХасеорхуі")
    assert "".join(sorted(LATIN_OWN)) == "DFGJLNQRSUVWYZbdfghjklmnqrstuvwz"


def test_every_reading_of_a_word_letter_comes_to_one_letter() -> None:
    assert "5er1a| No".casefold().translate(str.maketrans(WORD_TWINS)) == "seriai no"
    assert WORD_TWINS["1"] == WORD_TWINS["l"] == WORD_TWINS["!"] == "i"
    assert WORD_TWINS["0"] == "o"
    assert WORD_TWINS["8"] == "b"
