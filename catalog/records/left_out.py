"""Report what an import left out: a catalog says nothing about rows it never accepted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from catalog.types import LeftOut
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from catalog.types import Source

MOST_REASONS: Final = 20
"""Columns named for each source; the rows are all counted."""

LONGEST_PROBLEM: Final = 200
"""Longest stored problem, in characters."""


def rows_left_out(sources: Iterable[Source]) -> tuple[int, int]:
    """Count the rows left out, and all rows read; sources without counts add nothing."""
    known = [
        (source.rows_read, source.rows_accepted)
        for source in sources
        if source.rows_read is not None and source.rows_accepted is not None
    ]
    return sum(read - taken for read, taken in known), sum(read for read, _ in known)


def left_out(sources: Sequence[Source]) -> tuple[Sentence, ...]:
    """Report how many rows were left out and for which columns; nothing if there are none."""
    rows, read = rows_left_out(sources)
    if not rows:
        return ()
    return (
        say("coverage.left-out", rows=rows, read=read),
        *(
            say(
                "coverage.left-out-column",
                rows=part.rows,
                column=part.column,
                first_row=part.first_row,
                problem=part.problem,
            )
            for source in sources
            for part in source.left_out
        ),
    )


class Tally:
    """Counts the rows excluded by each column, error by error in row order."""

    def __init__(self) -> None:
        self._found: dict[str, LeftOut] = {}
        self._last: dict[str, int] = {}

    def add(self, row: int, column: str, problem: str) -> None:
        """Count an error; a second one in the same row and column adds nothing."""
        if self._last.get(column) == row:
            return
        self._last[column] = row
        known = self._found.get(column)
        self._found[column] = (
            replace(known, rows=known.rows + 1)
            if known
            else LeftOut(column=column, rows=1, first_row=row, problem=problem[:LONGEST_PROBLEM])
        )

    def reasons(self) -> tuple[LeftOut, ...]:
        """Return the columns, most rows excluded first; at most `MOST_REASONS`."""
        found = sorted(self._found.values(), key=lambda part: (-part.rows, part.column))
        return tuple(found[:MOST_REASONS])
