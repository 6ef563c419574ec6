"""The time budget for one photo: its clocks, cancellation, and the note left when it ends."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from values.sentence import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from values.sentence import Sentence

PATIENCE = 4
"""No further pass starts once this many times the budget has passed in wall-clock time."""

RULES: Final = Declared(
    "reading-time",
    test="tests/unit/vision/plate/test_budget.py",
    source="assumed",
    units={"PATIENCE": "times the CPU seconds of the budget"},
)


class Budget:
    """The time budget for one photo. Its clocks start on creation, on the reading thread."""

    def __init__(
        self,
        seconds: float,
        *,
        on_step: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
    ) -> None:
        """Take the seconds of CPU work, a progress callback, and a check for cancellation."""
        self.seconds = seconds
        self.notes: list[Sentence] = []
        self.bare = False
        """Whether the first pass showed no lettering and no further one is wanted."""
        self._on_step = on_step
        self._cancelled = cancelled
        self._started, self._worked = time.monotonic(), time.thread_time()

    @property
    def passed(self) -> float:
        """Wall-clock seconds so far."""
        return time.monotonic() - self._started

    @property
    def cancelled(self) -> bool:
        """Whether somebody asked to stop."""
        return self._cancelled is not None and self._cancelled()

    def step(self, words: str) -> None:
        """Report the current step."""
        if self._on_step:
            self._on_step(words)

    def stopped(self) -> bool:
        """Whether no further pass may start; leaves a note the first time."""
        if self.cancelled:
            self._note(say("reading.stopped"))
            return True
        if self.bare:
            self._note(say("reading.no-lettering"))
            return True
        if self._spent():
            self._note(say("reading.out-of-time", seconds=self.seconds))
            return True
        return False

    def _spent(self) -> bool:
        work = time.thread_time() - self._worked
        return work > self.seconds or self.passed > PATIENCE * self.seconds

    def _note(self, note: Sentence) -> None:
        if note not in self.notes:
            self.notes.append(note)
