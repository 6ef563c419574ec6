"""Background work: who runs it, how far it is, and how it is stopped.

Here a thread of this program runs it. Since a task is a value, a team's queue with other programs
as workers can take the thread's place. What remains to be done is never stored here: it is what
waits according to the log, so that a stopped or killed program goes on with exactly that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Protocol

from words import en


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingProgress:
    """The progress of a reading run."""

    running: bool = False
    done: int = 0
    total: int = 0
    current: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A request to read what waits in a case, with all that another program needs for it."""

    case_id: str
    person_id: str


Report = Callable[[ReadingProgress], None]
Work = Callable[[Task, Report, Callable[[], bool]], ReadingProgress]
"""Does a task, reports progress, and regularly asks whether to stop."""


class Runner(Protocol):
    """Runs tasks, at most one per case."""

    def does(self, work: Work) -> None:
        """Set the function that does tasks; called once, before the first task."""

    def start(self, task: Task) -> bool:
        """Start a task unless one of its case is running; returns whether it was started."""

    def stop(self, case_id: str) -> None:
        """Ask the task of a case to stop after its current step."""

    def progress(self, case_id: str) -> ReadingProgress:
        """The progress of a case's task; an unknown one has not begun."""

    def close(self) -> None:
        """Stop all tasks in this program and wait for them, so that nothing is cut off halfway."""


WAIT_SECONDS = 60.0
"""How long closing waits for each task, in seconds."""


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
        """Set the function that does tasks."""
        self._work = work

    def start(self, task: Task) -> bool:
        """Start a thread unless one of the case is running; returns whether it was started."""
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
        """Ask the task of a case to stop after its current step."""
        job = self._jobs.get(case_id)
        if job is not None:
            job.stop.set()

    def progress(self, case_id: str) -> ReadingProgress:
        """The progress of a case's task; an unknown one has not begun."""
        job = self._jobs.get(case_id)
        return job.progress if job is not None else ReadingProgress()

    def close(self) -> None:
        """Stop every task and wait for it, so that nothing is cut off halfway."""
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
        except Exception as error:  # a thread has no caller to report to
            problem = en.told(error) or str(error)
            job.progress = replace(
                job.progress, running=False, problems=(*job.progress.problems, problem)
            )
