"""The chain of custody is told in words that need no knowledge of the program."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.types import CaseSummary
    from workbench.workbench import Workbench


def test_a_reading_names_its_readers_and_not_that_they_were_combined(
    bench: Workbench, read_case: CaseSummary
) -> None:
    rows = bench.cases.ledger_rows(read_case.case_id, offset=0, limit=100)
    (said,) = [row.summary for row in rows if row.summary.startswith("Read EX-0001")]
    assert said == "Read EX-0001 with scripted: 1 plate region."
