"""Sentences are made strictly: an unknown one, or a parameter too few or too many, raises."""

from __future__ import annotations

import pytest

from values.sentence import say
from words.templates import Words


def _cups(*, cups: int) -> str:
    return "one cup" if cups == 1 else f"{cups} cups"


WORDS = Words(
    {
        "plain": "Nothing is missing.",
        "gaps": "{name} has {size:,} bytes, not {other}.",
        "made": _cups,
    }
)


def test_the_data_stand_in_the_gaps() -> None:
    assert WORDS.text(say("plain")) == "Nothing is missing."
    said = WORDS.text(say("gaps", name="{size}", size=12_000, other=("a", "b")))
    assert said == "{size} has 12,000 bytes, not a, b."
    assert WORDS.text(say("made", cups=1)) == "one cup"
    assert "gaps" in WORDS
    assert "other" not in WORDS
    assert WORDS.gaps()["gaps"] == {"name", "size", "other"}


def test_a_sentence_that_is_not_there_raises() -> None:
    with pytest.raises(KeyError):
        WORDS.text(say("another"))


@pytest.mark.parametrize(
    "sentence",
    [
        say("plain", name="a"),
        say("gaps", name="a", size=1),
        say("gaps", name="a", size=1, other="b", more="c"),
        say("made"),
        say("made", cups=1, more=2),
    ],
)
def test_a_parameter_too_few_or_too_many_raises(sentence: object) -> None:
    with pytest.raises(TypeError, match="has gaps for"):
        WORDS.text(sentence)  # type: ignore[arg-type]


@pytest.mark.parametrize("template", ["{}", "{0}", "{name.secret}", "{name[0]}"])
def test_a_gap_is_simply_a_name(template: str) -> None:
    with pytest.raises(ValueError, match="not simply a name"):
        Words({"a": template})


def test_a_function_takes_its_parameters_by_keyword() -> None:
    def positional(cups: int) -> str:
        return str(cups)

    with pytest.raises(ValueError, match="by keyword"):
        Words({"a": positional})
