from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui import words
from ui.components import markup
from workbench.rules.policy import POLICY_WORDS


@given(st.text())
def test_no_text_can_open_a_tag_or_leave_an_attribute(text: str) -> None:
    made = markup.safe(text)
    assert not set(made) & set("<>\"'")


@given(st.text(alphabet="*_[]()<>#`$!\\ab:&"))
def test_every_sign_of_markdown_is_escaped(text: str) -> None:
    made = markup.plain(text)
    at = 0
    while at < len(made):
        if made[at] == "\\":
            at += 2
            continue
        assert made[at] in "ab"
        at += 1


def test_hidden_directions_are_shown() -> None:
    assert markup.safe("photo\u202egpj.exe") == "photo‹U+202E›gpj.exe"


def test_a_missing_fact_is_said_to_be_missing() -> None:
    assert "not given" in markup.facts_html([("Place", "")])


@pytest.mark.parametrize(
    ("share", "said"),
    [(1.0, "100 %"), (0.999, "> 99 %"), (0.5, "50 %"), (0.001, "< 1 %"), (0.0, "0 %")],
)
def test_a_probability_is_never_rounded_to_certainty(share: float, said: str) -> None:
    assert words.percent(share) == said.replace(" ", "\u00a0")


def test_every_value_of_the_workbench_has_a_word() -> None:
    assert set(words.ROLES) == set(words.Role)
    assert set(words.POLICIES) == set(POLICY_WORDS) == set(words.Policy)
    assert set(words.JUDGEMENTS) == set(words.JUDGEMENT_TONES) == set(words.Judgement)
    assert set(words.STATES) == set(words.STATE_TONES) == set(words.ExhibitState)
