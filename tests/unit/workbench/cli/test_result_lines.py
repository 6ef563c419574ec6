"""What a search found, line by line."""

from __future__ import annotations

from dataclasses import replace

from tests.unit.workbench.report.test_result import CANDIDATE, RESULT
from workbench.cli.result_lines import result_lines


def test_each_line_of_an_explanation_is_a_line() -> None:
    said = "It identifies the unit.\nHow often such ones were wrong: 4 of 4,510."
    rows = list(
        result_lines(replace(RESULT, candidates=(replace(CANDIDATE, explanation=said),)), ())
    )
    assert ("", "It identifies the unit.") in rows
    assert ("", "How often such ones were wrong: 4 of 4,510.") in rows
