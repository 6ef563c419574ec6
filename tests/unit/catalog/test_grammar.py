"""Grammars of codes: what fits, what does not and why; passing proves nothing."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import RecordInvalid
from catalog.grammar import (
    MAX_PATTERN,
    check_cage,
    check_drone_serial,
    check_nsn,
    check_uii,
    compiled,
    uii_of,
)
from catalog.types import SerialScheme


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("38596", "US"),
        ("L4163", "CA"),
        ("U11M9", "GB"),
        ("K5636", "GB"),
        ("t1234", "TR"),
        ("1AB23", "US"),
        ("I1234", ""),
        ("D7009", ""),
    ],
)
def test_cage_codes(text: str, country: str) -> None:
    check = check_cage(text)
    assert check.passes
    assert check.part("country") == country


@pytest.mark.parametrize("text", ["3859", "385961", "3859O", "38I96", "O1234", "", "3859!"])
def test_what_is_no_cage_code(text: str) -> None:
    check = check_cage(text)
    assert not check.passes
    assert "no I and no O" in check.problem


@pytest.mark.parametrize(
    ("text", "code", "country"),
    [
        ("5855-20-001-2345", "20", "CA"),
        ("5855200012345", "20", "CA"),
        ("1680 27 A01 2345", "27", "TR"),
        ("5855-00-123-4567", "00", "US"),
        ("5855-66-123-4567", "66", ""),
    ],
)
def test_stock_numbers(text: str, code: str, country: str) -> None:
    check = check_nsn(text)
    assert check.passes
    assert (check.part("country_code"), check.part("country")) == (code, country)


@pytest.mark.parametrize("text", ["5855-20-001-234", "5855-2O-001-2345", "58-5520-001-2345", ""])
def test_what_is_no_stock_number(text: str) -> None:
    assert not check_nsn(text).passes


def test_the_length_of_a_drone_serial_is_a_real_check() -> None:
    good = check_drone_serial("MFR1C123456789ABC")
    assert good.passes
    assert (good.part("maker_code"), good.part("serial")) == ("MFR1", "123456789ABC")
    for wrong in ("MFR1C123456789AB", "MFR1C123456789ABCD", "MFR1B123456789ABC"):
        check = check_drone_serial(wrong)
        assert not check.passes
        assert "read wrongly" in check.problem
    assert not check_drone_serial("MFR1C12345678OABC").passes
    assert not check_drone_serial("MFR10").passes


serials = st.text(alphabet="0123456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=1, max_size=15)


@given(serials, st.data())
def test_any_drone_serial_with_a_character_left_out_fails(serial: str, data: st.DataObject) -> None:
    whole = f"MFR1{len(serial):X}{serial}"
    assert check_drone_serial(whole).passes
    place = data.draw(st.integers(5, len(whole) - 1))
    assert not check_drone_serial(whole[:place] + whole[place + 1 :]).passes


def test_uii_of_both_constructs() -> None:
    one = uii_of(cage="38596", serial="0836")
    two = uii_of(cage="38596", part_number="72-10015-04", serial="0836")
    assert check_uii(one, cage="38596", serial="0836").part("construct") == "1"
    both = check_uii(two, cage="38596", part_number="72-10015-04", serial="0836")
    assert both.part("construct") == "2"
    assert check_uii(two[1:], cage="38596", part_number="72-10015-04", serial="0836").passes
    wrong = check_uii(two, cage="38596", part_number="72-10015-04", serial="0837")
    assert "neither CAGE and serial" in wrong.problem


@pytest.mark.parametrize("text", ["", "A" * 51, "38596_0836", "IIIII0836"])
def test_what_is_no_uii(text: str) -> None:
    assert not check_uii(text).passes


def test_parts_too_long_for_a_uii_are_refused() -> None:
    with pytest.raises(ValueError, match="at most 30"):
        uii_of(cage="38596", serial="1" * 31)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        r"(\d*)*X",
        r"(a)\1",
        "a*a*a*a*a*b",
        "x" * 300,
        "(",
        "(?=a)a",
        "(a|aa)+b",
        "(?P<n>a){3,}",
        "[z-a]",
    ],
)
def test_patterns_that_could_run_away_are_refused(pattern: str) -> None:
    with pytest.raises(RecordInvalid, match="serial pattern"):
        compiled(pattern)
    with pytest.raises(RecordInvalid):
        SerialScheme(kind="unknown", pattern=pattern)


def test_the_slowest_pattern_that_is_allowed_is_fast_enough() -> None:
    slow = compiled(r"\d*\d*\d*\d*X")
    started = time.process_time()
    assert not slow.fullmatch("1" * MAX_PATTERN)
    assert time.process_time() - started < 10
