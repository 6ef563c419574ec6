"""Collect the issues of an import while the cells of a row are parsed one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal

from catalog.importing.cells import (
    CellProblem,
    is_formula,
    read_date,
    read_redactable,
    read_word,
    unseen_characters,
)
from catalog.records.left_out import Tally
from catalog.records.placeholders import placeholder
from catalog.types import RowIssue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from catalog.importing.cells import DateOrder
    from catalog.types import Redactable
    from values.dates import PartialDate

MAX_ISSUES: Final = 10_000
"""Further issues are counted but not listed; by then the file itself is the problem."""


FORMULA: Final = "this looks like a spreadsheet formula; it is stored as plain text"


class IssueBook:
    """The issues of one import, in terms of the file's own column names."""

    def __init__(self, header_of: Mapping[str, str]) -> None:
        self.header_of = header_of
        self.listed: list[RowIssue] = []
        self.total = 0
        self.left_out = Tally()
        self.warned: set[tuple[str, str]] = set()
        """Columns and texts whose warning already covers later rows."""
        self.row = 1
        self.odd = False
        """Whether the current row has an error so far."""

    def warn_once(self, target: str, value: str, about: str, problem: str, remedy: str) -> None:
        """Record a warning that covers later rows too, once for each column and subject."""
        if (target, about) not in self.warned:
            self.warned.add((target, about))
            self.report(target, value, problem, remedy, severity="warning")

    def start(self, row: int) -> None:
        """Start a new row of the file."""
        self.row, self.odd = row, False

    def report(
        self,
        target: str,
        value: str,
        problem: str,
        remedy: str,
        *,
        row: int | None = None,
        severity: Literal["error", "warning"] = "error",
    ) -> None:
        """Record an issue, of the current row unless `row` is given."""
        self.odd = self.odd or severity == "error"
        column = self.header_of.get(target, target)
        if severity == "error":
            self.left_out.add(self.row if row is None else row, column, problem)
        if severity == "error" and self.listed:
            last = self.listed[-1]
            cell = (self.row if row is None else row, column, value[:200], FORMULA)
            if (last.row, last.column, last.value, last.problem) == cell:
                self.listed.pop()  # the error says it already: nothing was imported
                self.total -= 1
        self.total += 1
        if len(self.listed) < MAX_ISSUES:
            self.listed.append(
                RowIssue(
                    row=self.row if row is None else row,
                    column=column,
                    value=value[:200],
                    problem=problem,
                    remedy=remedy,
                    severity=severity,
                )
            )


class RowCells:
    """The cells of one level, by target; each is popped once, and unused ones are reported."""

    def __init__(self, issues: IssueBook, cells: dict[str, str], order: DateOrder) -> None:
        self.issues = issues
        self._cells = cells
        self.order = order

    def bad(self, target: str, value: str, problem: str, remedy: str) -> None:
        """Report a cell that excludes its row."""
        self.issues.report(target, value, problem, remedy)

    def text(self, target: str) -> str:
        """Pop a cell as plain text; misleading characters are reported."""
        text = self._cells.pop(target, "").strip()
        if is_formula(text):
            self.warn(
                target,
                text,
                FORMULA,
                "check that the text is meant, and export values instead of formulas",
            )
        if unseen := unseen_characters(text):
            self.warn(
                target,
                text,
                f"it contains invisible characters ({', '.join(unseen)}); they are stored as "
                "written and not compared",
                "remove them if they are not meant",
            )
        return text

    def warn(self, target: str, value: str, problem: str, remedy: str) -> None:
        """Report a cell that does not exclude its row."""
        self.issues.report(target, value, problem, remedy, severity="warning")

    def warn_once(self, target: str, value: str, problem: str, remedy: str) -> None:
        """Report a text that does not exclude its row, at its first occurrence in a column."""
        self.issues.warn_once(target, value, value, problem, remedy)

    def named(self, target: str, remedy: str) -> str:
        """Pop a cell that must name something: neither empty nor a placeholder."""
        text = self.needed(target, remedy)
        if text and placeholder(text):
            self.bad(target, text, f"{text!r} is not a valid {target}", remedy)
            return ""
        return text

    def or_nothing(self, target: str) -> str:
        """Pop a cell as plain text; "" if it is a placeholder for nothing."""
        text = self.text(target)
        if placeholder(text):
            self.warn_once(
                target,
                text,
                f"{text!r} is not a valid {target.replace('_', ' ')}; treated as empty here and in "
                "later rows",
                "nothing if that is correct",
            )
            return ""
        return text

    def needed(self, target: str, remedy: str) -> str:
        """Pop a cell that must not be empty."""
        text = self.text(target)
        if not text:
            self.bad(target, "", f"the {target} is missing", remedy)
        return text

    def through(self, target: str, read: Callable[[str], Any]) -> Any:
        """Pop a cell and parse it; None if it is empty, or invalid and reported."""
        text = self.text(target)
        if not text:
            return None
        try:
            return read(text)
        except CellProblem as odd:
            self.bad(target, text, odd.problem, odd.remedy)
            return None

    def date(self, target: str) -> PartialDate:
        """Parse a date; unknown if the cell is empty or invalid."""
        found = self.through(target, lambda text: read_date(text, self.order))
        return read_date("") if found is None else found

    def word(self, target: str, words: Sequence[str], what: str) -> str:
        """Parse one word of a closed list; "" if there is none."""
        found: str | None = self.through(target, lambda text: read_word(text, words, what))
        return found or ""

    def words(self, target: str, words: Sequence[str], what: str) -> tuple[str, ...]:
        """Parse several words of a closed list, separated by semicolons."""
        parts = self.list(target)
        try:
            return tuple(read_word(part, words, what) for part in parts)
        except CellProblem as odd:
            self.bad(target, "; ".join(parts), odd.problem, odd.remedy)
            return ()

    def list(self, target: str) -> tuple[str, ...]:
        """Parse several texts separated by semicolons."""
        return tuple(part.strip() for part in self.text(target).split(";") if part.strip())

    def redactable(self, target: str, redaction: str = "") -> Redactable:
        """Parse a text that may be withheld."""
        text = self.text(target)
        try:
            return read_redactable(text, redaction)
        except CellProblem as odd:
            self.bad(target, redaction, odd.problem, odd.remedy)
            return read_redactable(text)

    def audit(self) -> None:
        """Check that every column of the level was used; a failure is a bug of the program."""
        if self._cells:
            raise AssertionError(f"columns read by nobody: {sorted(self._cells)}")
