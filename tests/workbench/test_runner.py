"""Tasks run beside the screens: one a case, stopped when asked, and every error told."""

import threading
import time
from collections.abc import Callable

import pytest

from vision.errors import VisionError
from workbench.errors import NotAllowed
from workbench.runner import LocalRunner, ReadingProgress, Report, Task
from workbench.types import Actor, CaseSummary
from workbench.workbench import Workbench

TASK = Task(case_id="case-1", person_id="person-1")
LONGEST_WAIT = 30.0


def until(holds: Callable[[], bool]) -> None:
    """Wait for a state, and fail where it does not come."""
    end = time.monotonic() + LONGEST_WAIT
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_case_has_one_task_at_a_time_and_tells_how_far_it_is() -> None:
    runner, go = LocalRunner(), threading.Event()

    def work(task: Task, report: Report, cancelled: Callable[[], bool]) -> ReadingProgress:
        report(ReadingProgress(running=True, done=1, total=2, current=task.case_id))
        assert go.wait(LONGEST_WAIT)
        return ReadingProgress(running=True, done=2, total=2)

    runner.does(work)
    assert runner.progress(TASK.case_id) == ReadingProgress()
    assert runner.start(TASK)
    until(lambda: runner.progress(TASK.case_id).done == 1)
    assert not runner.start(TASK)
    assert runner.start(Task(case_id="case-2", person_id="person-1")), "another case waits for none"
    go.set()
    until(lambda: not runner.progress(TASK.case_id).running)
    assert runner.progress(TASK.case_id) == ReadingProgress(done=2, total=2)
    runner.close()
    assert runner.start(TASK), "what has ended can be asked for again"
    runner.close()


def test_a_task_that_is_asked_to_stop_stops() -> None:
    runner = LocalRunner()

    def work(_task: Task, report: Report, cancelled: Callable[[], bool]) -> ReadingProgress:
        report(ReadingProgress(running=True, done=3))
        until(cancelled)
        return ReadingProgress(done=3)

    runner.does(work)
    runner.start(TASK)
    runner.stop("another case")
    runner.stop(TASK.case_id)
    until(lambda: not runner.progress(TASK.case_id).running)
    runner.start(TASK)
    runner.close()
    assert not runner.progress(TASK.case_id).running, "closing stops and waits"


def test_what_goes_wrong_is_told_with_what_was_done_before() -> None:
    runner = LocalRunner()

    def work(_task: Task, report: Report, cancelled: Callable[[], bool]) -> ReadingProgress:
        report(ReadingProgress(running=True, done=5, problems=("One was odd.",)))
        raise VisionError("The reader died.", remedy="Start again.")

    runner.does(work)
    runner.start(TASK)
    until(lambda: not runner.progress(TASK.case_id).running)
    told = runner.progress(TASK.case_id)
    assert (told.done, told.problems) == (5, ("One was odd.", "The reader died. Start again."))
    runner.close()


def test_work_has_to_be_said_before_a_task() -> None:
    with pytest.raises(RuntimeError):
        LocalRunner().start(TASK)


def test_a_task_of_somebody_who_left_is_refused_on_record(
    bench: Workbench, investigator: Actor, reviewer: Actor, read_case: CaseSummary
) -> None:
    seen = bench.people.person(reviewer.person_id).seen
    bench.people.end_person(investigator, reviewer.person_id, reason="Left.", seen=seen)
    task = Task(case_id=read_case.case_id, person_id=reviewer.person_id)
    with pytest.raises(NotAllowed, match="no longer act here"):
        bench.reading._read_task(task, lambda _progress: None, lambda: False)
    last = bench.stores.ledger.size(read_case.case_id) - 1
    (entry,) = bench.stores.ledger.entries(read_case.case_id, after=last - 1)
    assert entry.kind == "refused"


def test_what_was_asked_for_is_read_beside_the_screens(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    assert bench.reading.start(investigator, case.case_id)
    until(lambda: not bench.reading.progress(case.case_id).running)
    assert bench.reading.progress(case.case_id).problems == ()
