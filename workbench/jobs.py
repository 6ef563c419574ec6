"""Long work in the background: it shows progress, can be stopped, and resumes where it was.

What is still to be done is never kept here: it is what the projection shows as waiting, so
that a stopped or killed program goes on with exactly that.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingProgress:
    """How far a run of reading is."""

    running: bool = False
    done: int = 0
    total: int = 0
    current: str = ""
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class _Job:
    progress: ReadingProgress = field(default_factory=ReadingProgress)
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None


Report = Callable[[ReadingProgress], None]
Work = Callable[[Report, Callable[[], bool]], ReadingProgress]
"""Does the work, reports as it goes, and asks now and then whether to stop."""


class Jobs:
    """At most one background job a case."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}
        self._lock = threading.Lock()

    def start(self, name: str, work: Work) -> bool:
        """Start a job unless one of that name is running; says whether it was started."""
        with self._lock:
            known = self._jobs.get(name)
            if known is not None and known.thread is not None and known.thread.is_alive():
                return False
            job = _Job(progress=ReadingProgress(running=True))
            job.thread = threading.Thread(
                target=self._run, args=(job, work), name=f"nameplate-{name}", daemon=True
            )
            self._jobs[name] = job
            job.thread.start()
            return True

    def stop(self, name: str) -> None:
        """Ask a job to stop after what it is doing now."""
        job = self._jobs.get(name)
        if job is not None:
            job.stop.set()

    def progress(self, name: str) -> ReadingProgress:
        """How far a job is; an unknown one has not begun."""
        job = self._jobs.get(name)
        return job.progress if job is not None else ReadingProgress()

    def stop_all(self, *, wait_seconds: float = 60.0) -> None:
        """Stop every job and wait for it, so that nothing is cut off half-way."""
        for job in tuple(self._jobs.values()):
            job.stop.set()
        for job in tuple(self._jobs.values()):
            if job.thread is not None:
                job.thread.join(wait_seconds)

    @staticmethod
    def _run(job: _Job, work: Work) -> None:
        def report(progress: ReadingProgress) -> None:
            job.progress = progress

        try:
            job.progress = replace(work(report, job.stop.is_set), running=False)
        except Exception as error:  # a job's thread has nobody above it to tell
            says = getattr(error, "diagnostics", error.__str__)
            problem = str(says())
            job.progress = replace(
                job.progress, running=False, problems=(*job.progress.problems, problem)
            )
