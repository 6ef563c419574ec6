"""What a search found, line by line."""

from __future__ import annotations

from workbench.commands.result_lines import result_lines


def test_each_line_of_an_explanation_is_a_line() -> None:
    said = "It identifies the unit.\nHow often such ones were wrong: 4 of 4,510."
    result = {"candidates": [{"key": "P/D/K", "explanation": said}]}
    rows = list(result_lines(result, ()))
    assert ("", "It identifies the unit.") in rows
    assert ("", "How often such ones were wrong: 4 of 4,510.") in rows
