"""Dates as far as they are known: three-valued comparisons and strict reading."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from values.dates import UNKNOWN, PartialDate

D = PartialDate.parse


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2020", date(2020, 1, 1), date(2020, 12, 31)),
        ("2020-02", date(2020, 2, 1), date(2020, 2, 29)),
        ("2020-10-05", date(2020, 10, 5), date(2020, 10, 5)),
        ("2020-05/2020-09", date(2020, 5, 1), date(2020, 9, 30)),
        ("2020-05-06/..", date(2020, 5, 6), None),
        ("../2019-12-31", None, date(2019, 12, 31)),
        ("", None, None),
    ],
)
def test_reads_what_is_known_and_no_more(text: str, first: date | None, last: date | None) -> None:
    assert D(text) == PartialDate(earliest=first, latest=last)
    assert str(D(text)) == text


@pytest.mark.parametrize(
    "text", ["2020-13", "2021-02-29", "05/06/2020", "2020-5-6", "May 2020", "0000", "2020-01-01x"]
)
def test_refuses_what_is_no_date_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"write 2020|not a day of the calendar|year 0000"):
        D(text)


def test_refuses_an_end_before_the_beginning() -> None:
    with pytest.raises(ValueError, match="swap the two days"):
        D("2021/2020")


@pytest.mark.parametrize(
    ("first", "second", "before"),
    [
        ("2020-09-08", "2020-10-05", True),
        ("2020-10-05", "2020-10-05", False),
        ("2020", "2020-10-05", None),
        ("2019", "2020-10-05", True),
        ("2020-10", "2020-10-05", None),
        ("2020-10-06/..", "2020-10-05", False),
        ("../2020-01-01", "2020-10-05", True),
        ("", "2020-10-05", None),
        ("2020-10-05/2020-10-07", "2020-10-05", False),
    ],
)
def test_before_is_true_false_or_open(first: str, second: str, before: bool | None) -> None:
    assert D(first).is_before(D(second)) is before
    assert D(second).is_after(D(first)) is before


@pytest.mark.parametrize(
    ("when", "first", "last", "within"),
    [
        ("2020-06-01", "2020-05-06", "2025-05-05", True),
        ("2020-05-06", "2020-05-06", "2025-05-05", True),
        ("2020", "2020-05-06", "2025-05-05", None),
        ("2019", "2020-05-06", "", False),
        ("2021", "2020-05-06", "", None),
        ("2026", "", "2025-05-05", False),
    ],
)
def test_within_keeps_unknown_bounds_open(
    when: str, first: str, last: str, within: bool | None
) -> None:
    assert D(when).is_within(D(first), D(last)) is within


spans = st.tuples(st.dates(), st.dates()).map(
    lambda pair: PartialDate(earliest=min(pair), latest=max(pair))
)


@given(spans)
def test_what_is_written_reads_back(when: PartialDate) -> None:
    assert PartialDate.parse(str(when)) == when


@given(spans, spans, st.data())
def test_a_certain_answer_holds_for_every_day_that_it_can_be(
    first: PartialDate, second: PartialDate, data: st.DataObject
) -> None:
    assert first.earliest is not None
    assert second.earliest is not None
    one = data.draw(st.dates(first.earliest, first.latest))
    other = data.draw(st.dates(second.earliest, second.latest))
    answer = first.is_before(second)
    if answer is not None:
        assert (one < other) is answer


def test_unknown_is_compatible_with_everything() -> None:
    assert not UNKNOWN.known
    assert UNKNOWN.overlaps(D("2020"))
    assert not D("2019").overlaps(D("2020"))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("201X", "2010-01-01", "2019-12-31"),
        ("20XX", "2000-01-01", "2099-12-31"),
        ("2020-XX", "2020-01-01", "2020-12-31"),
        ("2020-XX-XX", "2020-01-01", "2020-12-31"),
        ("2020-02-XX", "2020-02-01", "2020-02-29"),
        ("201X/2020-05", "2010-01-01", "2020-05-31"),
        ("../201X", None, "2019-12-31"),
    ],
)
def test_a_digit_that_is_not_told_leaves_all_days_that_it_can_mean(
    text: str, first: str | None, last: str
) -> None:
    assert str(D(text).earliest) == str(first)
    assert str(D(text).latest) == last


@pytest.mark.parametrize("text", ["20XX-05", "2020-XX-12", "XXXX", "2X20", "201x", "2020-0X"])
def test_digits_that_bound_no_span_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a date"):
        D(text)


@pytest.mark.parametrize("text", ["2020?", "2020-05~", "201X%"])
def test_a_doubted_date_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="such as 2019/2021"):
        D(text)
