"""What every error says: what happened and what to do, each ended as a sentence is."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

import catalog
import evidence_store
import renderer
import vision
import workbench
from evidence_store import errors as store_errors
from evidence_store.bundle import errors as bundle_errors
from values.errors import EXIT_WORDS, Exit, NameplateError, closed
from values.sentence import say
from workbench import errors as casework_errors

ROOMS = (vision, catalog, evidence_store, workbench, renderer)


class Full(NameplateError):
    """An error with a remedy of its own."""

    remedy = "Empty it"


def test_an_error_says_what_happened_and_what_to_do() -> None:
    error = NameplateError("The cup is full", remedy="Drink")
    assert (error.message, error.remedy, str(error)) == (
        "The cup is full.", "Drink.", "The cup is full.",
    )  # fmt: skip
    assert error.diagnostics() == "The cup is full. Drink."
    assert error.sentence is None
    assert error.exit_code is Exit.FAULTY


def test_what_each_exit_code_is() -> None:
    assert {code.name: code.value for code in Exit} == {
        "DONE": 0,
        "FAULTY": 1,
        "NOT_RUN": 2,
        "REFUSED": 3,
        "MISSING": 4,
        "DAMAGED": 5,
        "LATER": 6,
    }
    assert list(EXIT_WORDS) == list(Exit)


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (casework_errors.BadRequest, 2),
        (store_errors.BadInput, 2),
        (bundle_errors.BundleExists, 2),
        (bundle_errors.BundleUnreadable, 2),
        (casework_errors.NotAllowed, 3),
        (store_errors.KeyLocked, 3),
        (bundle_errors.RedactionRefused, 3),
        (bundle_errors.AnswersMissing, 3),
        (casework_errors.NotFound, 4),
        (store_errors.BlobMissing, 4),
        (store_errors.LogMissing, 4),
        (store_errors.LedgerAbsent, 4),
        (store_errors.BlobDamaged, 5),
        (store_errors.LedgerDamaged, 5),
        (store_errors.SignatureInvalid, 5),
        (bundle_errors.BundleRefused, 5),
        (bundle_errors.BundleUnsound, 5),
        (casework_errors.Overtaken, 6),
        (store_errors.StoreBusy, 6),
        (store_errors.StoreUnavailable, 6),
        (store_errors.ClockBehind, 6),
    ],
)
def test_a_kind_of_error_says_by_its_exit_code_why(kind: type[NameplateError], code: int) -> None:
    assert kind.exit_code == code


def test_a_kind_of_error_has_its_own_remedy_unless_another_is_given() -> None:
    assert Full("Full.").diagnostics() == "Full. Empty it."
    assert Full("Full.", remedy="Wait.").diagnostics() == "Full. Wait."
    assert NameplateError("Full.").diagnostics() == "Full."


def test_an_error_keeps_the_sentence_that_it_was_made_of() -> None:
    error = NameplateError(say("cup.full", cups=3))
    assert error.sentence == say("cup.full", cups=3)
    assert error.message == "cup.full(cups=3)."


@pytest.mark.parametrize(
    "text", ["Why?", "No!", "And so on…", "He said “no.”", "(It is so.)", "Of each:", ""]
)
def test_what_ends_as_a_sentence_is_left_as_it_is(text: str) -> None:
    assert closed(text) == text


@given(st.text())
def test_closing_twice_does_what_closing_once_does(text: str) -> None:
    assert closed(closed(text)) == closed(text)
    assert closed(text) in (text.rstrip(), f"{text.rstrip()}.")


def test_every_error_of_a_room_has_the_one_base() -> None:
    for room in ROOMS:
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            if found.name.endswith(".errors"):
                members = vars(importlib.import_module(found.name)).values()
                own = [one for one in members if getattr(one, "__module__", "") == found.name]
                errors = [one for one in own if issubclass(one, Exception)]
                assert all(issubclass(one, NameplateError) for one in errors), found.name
                assert errors
