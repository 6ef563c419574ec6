import pytest

from workbench.cli.terminal import safe


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CMX-15D", "CMX-15D"),
        ("Зав. № 0836", "Зав. № 0836"),
        ("\x1b[2Jgone", "\\x1b[2Jgone"),
        ("two\nlines", "two\\nlines"),
        ("over\u202eride", "over\\u202eride"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
    ],
)
def test_nothing_in_a_text_can_steer_a_terminal(text: str, shown: str) -> None:
    assert safe(text) == shown


def test_lines_may_stay_where_they_are_ours() -> None:
    assert safe("a\nb\x07", lines=True) == "a\nb\\x07"
