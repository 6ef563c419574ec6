"""Readers err in a direction; machines, people and codes each in their own way."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.confusions import (
    ALPHABET,
    CODE,
    HUMAN,
    MACHINE,
    ErrorModel,
    confusion_matrix,
    emissions,
)


def rate(model: ErrorModel, true: str, read: str) -> float:
    return float(confusion_matrix(model)[ALPHABET.index(true), ALPHABET.index(read)])


@pytest.mark.parametrize("model", [MACHINE, HUMAN, CODE], ids=lambda model: model.name)
def test_every_true_character_is_given_as_something(model: ErrorModel) -> None:
    assert confusion_matrix(model).sum(axis=1) == pytest.approx(1.0)
    assert (confusion_matrix(model) > 0).all()


@pytest.mark.parametrize(
    ("true", "read", "reverse_is_rarer_by"),
    [("8", "B", 20.0), ("5", "S", 9.0), ("0", "O", 1.5)],
)
def test_machine_confusions_are_directed(true: str, read: str, reverse_is_rarer_by: float) -> None:
    assert rate(MACHINE, true, read) > reverse_is_rarer_by * rate(MACHINE, read, true)


def test_people_and_machines_and_codes_do_not_share_a_table() -> None:
    assert rate(MACHINE, "8", "B") > 5 * rate(HUMAN, "8", "B")
    assert rate(CODE, "8", "B") < 1e-6 < rate(HUMAN, "8", "B")


def test_a_question_mark_says_that_a_character_is_there_and_no_more() -> None:
    rows = emissions("8?", HUMAN)
    assert rows[1] == pytest.approx(np.ones(37))
    assert rows[0].argmax() == ALPHABET.index("8")


def test_a_reader_who_errs_more_keeps_whole_rows() -> None:
    for factor in (0.5, 2.0, 5.0, 1000.0):
        worse = MACHINE.scaled(factor)
        assert confusion_matrix(worse).sum(axis=1) == pytest.approx(1.0)
        assert (confusion_matrix(worse) > 0).all()
    assert rate(MACHINE.scaled(2.0), "8", "3") == pytest.approx(2 * rate(MACHINE, "8", "3"))
    assert rate(MACHINE.scaled(2.0), "0", "O") > 1.9 * rate(MACHINE, "0", "O")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"substitution": 0.0}, "not between"),
        ({"substitution": 1.5}, "not between"),
        ({"confusions": {"0O": 0.6, "0D": 0.5}}, "nothing is left for a true 0"),
    ],
)
def test_impossible_rates_are_refused(change: dict[str, object], says: str) -> None:
    rates: dict[str, object] = {
        "name": "x",
        "version": "1",
        "substitution": 0.01,
        "insertion": 0.01,
        "deletion": 0.01,
        "confusions": {},
        "source": "test",
    }
    with pytest.raises(ValueError, match=says):
        ErrorModel(**(rates | change))  # type: ignore[arg-type]
