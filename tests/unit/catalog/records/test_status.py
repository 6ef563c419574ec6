"""Which status a permit had on a day: the case table of the Wescam story."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.records.status import never_approved, possible_statuses, what_is_missing
from catalog.types import Permit, Redactable, StatusEvent
from tests.unit.catalog.casework import spoken
from values.dates import PartialDate

D = PartialDate.parse


def permit(*events: str, valid_from: str = "", valid_to: str = "") -> Permit:
    history = []
    for event in events:
        status, _, day = event.partition(" ")
        history.append(StatusEvent(status=status, date=D(day), authority="", source=""))
    return Permit(
        permit_id="P",
        number=Redactable(value="", redaction="redacted_full"),
        issuer="",
        status_history=tuple(history),
        valid_from=D(valid_from),
        valid_to=D(valid_to),
    )


STORY = (
    "submitted 2020-02-11",
    "approved_with_conditions 2020-05-06",
    "suspended 2020-10-05",
    "cancelled 2021-04-12",
)


@pytest.mark.parametrize(
    ("shipped", "statuses", "in_force"),
    [
        ("2020-01-01", (), None),
        ("2020-03-01", ("submitted",), False),
        ("2020-09-08", ("approved_with_conditions",), True),
        ("2020-09", ("approved_with_conditions",), True),
        ("2020-10-05", ("approved_with_conditions", "suspended"), None),
        ("2020-10", ("approved_with_conditions", "suspended"), None),
        ("2020-10-06", ("suspended",), False),
        ("2020-11/2021", ("suspended", "cancelled"), False),
        ("2021-04-13", ("cancelled",), False),
        ("2020", ("submitted", "approved_with_conditions", "suspended"), None),
        ("", ("submitted", "approved_with_conditions", "suspended", "cancelled"), None),
    ],
)
def test_status_on_the_ship_date(
    shipped: str, statuses: tuple[str, ...], in_force: bool | None
) -> None:
    answer = possible_statuses(permit(*STORY), D(shipped))
    assert answer.statuses == statuses
    assert answer.in_force is in_force


def test_a_status_known_to_a_month_leaves_that_month_open() -> None:
    vague = permit("approved 2020-05", "suspended 2020-10-05")
    assert possible_statuses(vague, D("2020-05-15")).in_force is None
    assert possible_statuses(vague, D("2020-06-01")).in_force is True


def test_an_undated_event_keeps_every_day_open() -> None:
    vague = permit("approved 2020-05-06", "suspended ")
    assert possible_statuses(vague, D("2020-06-01")).in_force is None


def test_two_events_on_one_day_count_in_the_order_they_are_listed() -> None:
    both = permit("suspended 2020-10-05", "reinstated 2020-10-05")
    assert possible_statuses(both, D("2020-10-06")).statuses == ("reinstated",)


@pytest.mark.parametrize(
    ("shipped", "in_force"),
    [("2020-05-05", False), ("2020-05-07", True), ("2025-05-06", False), ("2025", None)],
)
def test_validity_bounds_the_status(shipped: str, in_force: bool | None) -> None:
    bounded = permit("approved 2020-01-01", valid_from="2020-05-06", valid_to="2025-05-05")
    assert possible_statuses(bounded, D(shipped)).in_force is in_force


@pytest.mark.parametrize(
    ("events", "never"),
    [
        (("submitted 2020", "withdrawn 2020-10-06"), True),
        (("submitted 2020", "denied 2020-11"), True),
        (("submitted 2020", "approved 2020-11", "revoked 2021"), False),
        ((), False),
        (("unknown ",), False),
    ],
)
def test_never_approved(events: tuple[str, ...], never: bool) -> None:
    assert never_approved(permit(*events)) is never


@pytest.mark.parametrize(
    ("events", "validity", "shipped", "missing"),
    [
        (
            ("approved",),
            ("2019-03-12", "2021-03-11"),
            "2019-05-02",
            ("since when it was approved",),
        ),
        (("approved 2019",), ("", ""), "2019-05-02", ("on which day in 2019 it was approved",)),
        (
            ("approved 2018-01-01", "suspended"),
            ("", ""),
            "2019-05-02",
            ("since when it was suspended",),
        ),
        (
            ("approved 2018-01-01",),
            ("2019", ""),
            "2019-05-02",
            ("on which day in 2019 its validity began",),
        ),
        (
            ("approved 2018-01-01", "suspended 2020-10-05"),
            ("", ""),
            "2020-10-05",
            ("at what hour of 2020-10-05 its status changed",),
        ),
        (
            ("approved 2018-01-01", "suspended 2020-10-05"),
            ("", ""),
            "2020-10",
            ("on which day in 2020-10 it was shipped",),
        ),
        (("submitted 2020-02-11",), ("", ""), "2020-01-01", ("what its status was on 2020-01-01",)),
        (("approved 2018-01-01",), ("", ""), "2019-05-02", ()),
        (
            ("submitted 2019", "approved 2019"),
            ("", ""),
            "2020-05-06",
            ("on which day in 2019 it was submitted", "on which day in 2019 it was approved"),
        ),
        (
            ("approved 2019-05-01", "suspended 2019"),
            ("", ""),
            "2020-05-06",
            ("on which day in 2019 it was suspended",),
        ),
        (("approved 2019", "approved 2019"), ("", ""), "2020-05-06", ()),
    ],
)
def test_what_is_missing_is_named(
    events: tuple[str, ...], validity: tuple[str, str], shipped: str, missing: tuple[str, ...]
) -> None:
    one = permit(*events, valid_from=validity[0], valid_to=validity[1])
    said = [spoken(one) for one in what_is_missing(one, D(shipped))]
    assert said == [f"The record does not say {what}." for what in missing]


DAYS = st.sampled_from(["", "2019", "2020", "2020-05", "2020-05-06", "2020-05-07", "2021-01-01"])
STATUSES = st.sampled_from(["submitted", "approved", "suspended", "unknown"])


@given(st.lists(st.tuples(STATUSES, DAYS), max_size=4), DAYS, DAYS, DAYS.filter(bool))
def test_something_is_missing_just_where_it_cannot_be_told(
    events: list[tuple[str, str]], first: str, last: str, shipped: str
) -> None:
    one = permit(*(" ".join(event) for event in events), valid_from=first, valid_to=last)
    told = possible_statuses(one, D(shipped)).in_force is not None
    assert (what_is_missing(one, D(shipped)) == ()) is told
