"""How long one photo may be read: by work on a core, by the clock, and by who stops it."""

from __future__ import annotations

import pytest

from values.sentence import say
from vision.plate import budget as rules
from vision.plate.budget import Budget


class Clocks:
    """A clock of the wall and one of the core, which stand until they are moved."""

    def __init__(self) -> None:
        self.passed = self.worked = 1000.0

    def monotonic(self) -> float:
        return self.passed

    def thread_time(self) -> float:
        return self.worked


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    made = Clocks()
    monkeypatch.setattr(rules, "time", made)
    return made


def test_no_pass_is_begun_once_the_work_is_done(clocks: Clocks) -> None:
    budget = Budget(10)
    clocks.worked += 10
    assert not budget.stopped()
    assert budget.notes == []
    clocks.worked += 0.001
    assert budget.stopped()
    assert budget.stopped()
    assert budget.notes == [say("reading.out-of-time", seconds=10)]


def test_nor_once_four_times_as_long_has_passed_on_the_clock(clocks: Clocks) -> None:
    assert rules.PATIENCE == 4
    budget = Budget(10)
    clocks.passed += 40
    assert budget.passed == 40
    assert not budget.stopped()
    clocks.passed += 0.001
    assert budget.stopped()


def test_nor_where_the_first_look_showed_nothing(clocks: Clocks) -> None:
    budget = Budget(10)
    budget.bare = True
    assert budget.stopped()
    assert budget.notes == [say("reading.no-lettering")]


def test_nor_where_somebody_asked_to_stop(clocks: Clocks) -> None:
    asked = [False, True]
    budget = Budget(10, cancelled=lambda: asked.pop(0))
    assert not budget.stopped()
    assert budget.stopped()
    assert budget.notes == [say("reading.stopped")]
    assert not Budget(10).cancelled


def test_each_step_is_told_to_who_asked(clocks: Clocks) -> None:
    told: list[str] = []
    Budget(10, on_step=told.append).step("looking")
    Budget(10).step("looking")
    assert told == ["looking"]
