"""The tables of names of countries: every code is one, and no table contradicts another."""

from __future__ import annotations

from itertools import chain

import pycountry
import pytest
from babel import Locale

from catalog.records.place_names import (
    AFTER,
    ALIASES,
    AMBIGUOUS,
    BELONGS_TO,
    CODES,
    GONE,
    LANGUAGES,
    RENAMED,
    SPLIT,
)
from catalog.records.places import compare_places, read_place

NOW = {one.alpha_2 for one in pycountry.countries} | {"XK"}
OF_OLD = {one.alpha_4 for one in pycountry.historic_countries}
OWN = {"XYAR", "XVNS", "XUAR", "XTAN"}
"""States that no standard has a code of: North Yemen, South Vietnam, the United Arab Republic,
Tanganyika and Zanzibar."""


def names(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def test_every_code_is_a_state_of_today_or_of_old() -> None:
    assert set(ALIASES) <= NOW | OF_OLD | OWN
    assert set(CODES.values()) <= NOW
    assert set(GONE) <= OF_OLD | OWN
    assert set(RENAMED) <= OF_OLD
    assert set(RENAMED.values()) <= NOW
    assert set(AFTER) == set(GONE), "of each that is no more it is said who holds its land"
    for codes in chain(AFTER.values(), BELONGS_TO.values()):
        assert set(codes.split()) <= NOW | OF_OLD
    assert set(BELONGS_TO) <= NOW
    assert set(chain.from_iterable(SPLIT)) <= NOW


def test_no_state_is_both_gone_and_renamed() -> None:
    assert not set(GONE) & set(RENAMED)
    assert not any(code in codes.split() for code, codes in AFTER.items())


@pytest.mark.parametrize("codes", AMBIGUOUS)
def test_a_name_of_two_states_is_of_both_in_every_language(codes: tuple[str, ...]) -> None:
    for name in names(AMBIGUOUS[codes]):
        assert set(read_place(name).codes) >= set(codes), name


@pytest.mark.parametrize("code", ALIASES)
def test_a_name_of_one_state_is_of_that_state(code: str) -> None:
    doubted = set(chain.from_iterable(map(names, AMBIGUOUS.values())))
    for name in names(ALIASES[code]):
        read = read_place(name).codes
        assert read == (code,) or (name in doubted and code in read), (name, read)


@pytest.mark.parametrize("code", GONE)
def test_a_state_that_is_no_more_is_known_by_each_name_and_compared_with_none(code: str) -> None:
    for name in names(GONE[code]):
        assert code in read_place(name).codes, name
    first = AFTER[code].split()[0]
    heir = read_place(first).codes
    if heir == (first,):
        assert compare_places(names(GONE[code])[0], first).answer == "cannot be told"


@pytest.mark.parametrize(("states", "year"), SPLIT.items())
def test_what_split_can_mean_both_until_that_year(states: tuple[str, str], year: int) -> None:
    from values.dates import PartialDate

    before = compare_places(*states, when=PartialDate.parse(str(year - 1))).answer
    in_it = compare_places(*states, when=PartialDate.parse(str(year))).answer
    after = compare_places(*states, when=PartialDate.parse(str(year + 1))).answer
    assert (before, in_it, after) == ("cannot be told", "cannot be told", "different")


def test_a_territory_is_not_told_from_the_state_that_it_belongs_to() -> None:
    for state, territories in BELONGS_TO.items():
        for territory in territories.split():
            assert compare_places(state, territory).answer == "cannot be told", territory


def test_codes_of_registers_are_read_as_the_states_that_they_mean() -> None:
    assert {code: read_place(code).codes for code in CODES} == {"UK": ("GB",), "EL": ("GR",)}


def test_every_language_is_known() -> None:
    assert len(LANGUAGES.split()) == len(set(LANGUAGES.split()))
    for language in LANGUAGES.split():
        assert Locale.parse(language).territories["UA"]
