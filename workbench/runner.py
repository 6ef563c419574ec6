"""Long work beside the screens: who runs it, how far it is, and how it is stopped.

Here a thread of this program runs it; a team's queue, whose workers are other programs, can stand
in its place, since work is asked for by a value. What is still to be done is never kept here: it is
what the log leaves waiting, so that a stopped or killed program goes on with exactly that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from words import en


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingProgress:
    """How far a run of reading is."""

    running: bool = False
    done: int = 0
    total: int = 0
    current: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Reading what waits in a case, in somebody's name: all that another program needs to know."""

    case_id: str
    person_id: str


Report = Callable[[ReadingProgress], None]
Work = Callable[[Task, Report, Callable[[], bool]], ReadingProgress]
"""Does a task, reports as it goes, and asks now and then whether to stop."""


class Runner(Protocol):
    """Runs tasks, at most one a case."""

    def does(self, work: Work) -> None:
        """Take what tasks are done with; called once, before the first task."""

    def start(self, task: Task) -> bool:
        """Have a task done unless one of its case is running; says whether it was started."""

    def stop(self, case_id: str) -> None:
        """Ask the task of a case to stop after what it is doing now."""

    def progress(self, case_id: str) -> ReadingProgress:
        """How far the task of a case is; one that is unknown has not begun."""

    def close(self) -> None:
        """Stop what runs in this program and wait for it, so that nothing is cut off half-way."""


WAIT_SECONDS = 60.0
"""How long closing waits for each task."""


@dataclass(slots=True)
class _Job:
    progress: ReadingProgress = field(default_factory=ReadingProgress)
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


class LocalRunner:
    """Runs each task in a thread of this program."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()
        self._work: Work | None = None

    def does(self, work: Work) -> None:
        """Take what tasks are done with."""
        self._work = work

    def start(self, task: Task) -> bool:
        """Start a thread unless one of the case is running; says whether it was started."""
        work = self._work
        if work is None:
            raise RuntimeError("No way to run tasks has been set.")
        with self._lock:
            known = self._jobs.get(task.case_id)
            if known is not None and known.thread is not None and known.thread.is_alive():
                return False
            job = _Job(progress=ReadingProgress(running=True))
            job.thread = threading.Thread(
                target=self._run,
                args=(job, work, task),
                name=f"nameplate-{task.case_id}",
                daemon=True,
            )
            self._jobs[task.case_id] = job
            job.thread.start()
            return True

    def stop(self, case_id: str) -> None:
        """Ask the task of a case to stop after what it is doing now."""
        job = self._jobs.get(case_id)
        if job is not None:
            job.stop.set()

    def progress(self, case_id: str) -> ReadingProgress:
        """How far the task of a case is; one that is unknown has not begun."""
        job = self._jobs.get(case_id)
        return job.progress if job is not None else ReadingProgress()

    def close(self) -> None:
        """Stop every task and wait for it, so that nothing is cut off half-way."""
        for job in tuple(self._jobs.values()):
            job.stop.set()
        for job in tuple(self._jobs.values()):
            if job.thread is not None:
                job.thread.join(WAIT_SECONDS)

    @staticmethod
    def _run(job: _Job, work: Work, task: Task) -> None:
        def report(progress: ReadingProgress) -> None:
            job.progress = progress

        try:
            job.progress = replace(work(task, report, job.stop.is_set), running=False)
        except Exception as error:  # a thread has nobody above it to tell
            problem = en.told(error) or str(error)
            job.progress = replace(
                job.progress, running=False, problems=(*job.progress.problems, problem)
            )
