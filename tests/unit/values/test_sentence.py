"""A sentence is an identifier and plain data; nothing else can stand in it."""

from __future__ import annotations

import copy
import pickle

import pytest

from values.sentence import Sentence, say, stored_sentences


def test_a_sentence_is_its_identifier_and_its_parameters_in_any_order() -> None:
    one = say("size.too-large", name="a.jpg", size=3)
    assert one == say("size.too-large", size=3, name="a.jpg")
    assert hash(one) == hash(say("size.too-large", size=3, name="a.jpg"))
    assert one != say("size.too-large", size=4, name="a.jpg")
    assert one.parameters == (("name", "a.jpg"), ("size", 3))
    assert str(one) == "size.too-large(name='a.jpg', size=3)"
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one


def test_the_text_as_it_was_shown_makes_no_other_sentence() -> None:
    assert Sentence("a", shown="A.") == say("a")
    assert hash(Sentence("a", shown="A.")) == hash(say("a"))
    assert pickle.loads(pickle.dumps(Sentence("a", shown="A."))).shown == "A."


def test_sentences_are_kept_beside_the_members_that_hold_their_texts() -> None:
    size = say("size.too-large", size=3)
    assert stored_sentences(why=(size, "A text."), note=(say("a"),)) == (
        ("why", "size.too-large", {"size": 3}),
        ("note", "a", {}),
    )


@pytest.mark.parametrize("identifier", ["", "Size", "size.", ".a", "a b", "size too", "a.-b"])
def test_an_identifier_has_one_form(identifier: str) -> None:
    with pytest.raises(ValueError, match="identifies no sentence"):
        say(identifier)


@pytest.mark.parametrize("name", ["Name", "_name", "naïve"])
def test_a_gap_has_a_plain_name(name: str) -> None:
    with pytest.raises(ValueError, match="names no gap"):
        say("a", **{name: 1})


def test_parameters_stand_once_and_in_order() -> None:
    for parameters in ((("b", 1), ("a", 1)), (("a", 1), ("a", 2))):
        with pytest.raises(ValueError, match="identifies no sentence"):
            Sentence("a", parameters)


@pytest.mark.parametrize("value", [None, ["a"], ("a", 1), {"a": 1}, b"a", say("b"), 1j])
def test_a_parameter_is_plain_data(value: object) -> None:
    with pytest.raises(TypeError, match="no plain value"):
        say("a", value=value)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [True, 1, 0.5, "text", (), ("a", "b")])
def test_every_plain_datum_is_a_parameter(value: bool | float | str | tuple[str, ...]) -> None:
    assert say("a", value=value).parameters == (("value", value),)
