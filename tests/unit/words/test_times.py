"""Days and times are written the same way everywhere."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from words import times

AT = datetime(2026, 3, 2, 1, 5, 9, tzinfo=timezone(timedelta(hours=2)))


def test_a_day_has_no_leading_zero() -> None:
    assert times.day(date(2026, 3, 2)) == "2 March 2026"
    assert times.day(date(2026, 9, 30), short=True) == "30 Sep 2026"


def test_a_moment_is_told_in_utc() -> None:
    assert times.moment(AT) == "1 March 2026, 23:05 UTC"
    assert times.moment(AT, seconds=True, short=True) == "1 Mar 2026, 23:05:09 UTC"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        times.moment(AT.replace(tzinfo=None))


@pytest.mark.parametrize("month", range(1, 13))
def test_months_are_those_of_the_calendar(month: int) -> None:
    assert times.day(date(2026, month, 1)) == f"1 {datetime(2026, month, 1, tzinfo=UTC):%B} 2026"
