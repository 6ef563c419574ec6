"""Whoever reads a name knows whom it means."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.rules.names import (
    BLANK_LETTERS,
    IDENTIFIER,
    IGNORABLE,
    RESERVED,
    UNSEEN,
    look,
    unusable,
)

NAME = "Custodian One"


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        "custodian one",
        "Custodian  One",
        "Custodian-One",
        "CustodianOne",
        "\u0421ustodian One",
        "Cust\u00f3dian One",
        "Custodi\u0430n \u041ene",
        "Custodian 0ne",
        "Cust\uff4fdian One",
        "\u216dustodian One",
        "Cu\u0455todian O\u03b7e".replace("\u03b7", "n"),
    ],
)
def test_a_name_that_looks_like_another_is_refused(name: str) -> None:
    why = unusable(name, [NAME])
    assert why is not None
    assert "already added" in why


@pytest.mark.parametrize(
    "name",
    [
        "Custodian One\u3164",
        "Custodian One\u2800",
        "Custodian\u034f One",
        "Custodian\u200b One",
        "Custodian\u00a0One",
        "\u202eenO naidotsuC",
        "Custodian\u2066One",
        "Somebody\u00ad Else",
        "Somebody\ufe0f Else",
        "Somebody\U000e0041 Else",
        "Somebody\ue000 Else",
        "Somebody\u0378 Else",
        "Somebody\ud800 Else",
        "\u0301Somebody",
        "Some\nbody",
        "Some\x1b[2Jbody",
    ],
)
def test_nothing_that_cannot_be_seen_stands_in_a_name(name: str) -> None:
    why = unusable(name, [])
    assert why is not None
    assert "invisible character" in why


@pytest.mark.parametrize("name", ["", "   ", "\u2800", "...", "x" * 121])
def test_a_name_has_letters_and_is_no_essay(name: str) -> None:
    why = unusable(name, [])
    assert why is not None
    assert "1 to 120" in why


@pytest.mark.parametrize(
    "name", ["Nameplate", "n\u0430meplate", "unproven", "Nobody", "person-0123456789ab"]
)
def test_nobody_is_called_like_the_program_or_an_identifier(name: str) -> None:
    assert unusable(name, []) is not None


@pytest.mark.parametrize(
    "name",
    [
        "Custodian Two",
        "Zo\u00eb \u00d8degaard",
        "\u041e\u043b\u044c\u0433\u0430 \u041f\u0435\u0442\u0440\u0435\u043d\u043a\u043e",
        "\u5f20\u4f1f",
        "\u0641\u0627\u0637\u0645\u0629",
        "Nguy\u1ec5n V\u0103n An",
        unicodedata.normalize("NFD", "Nguy\u1ec5n"),
        "O'Neill, Jr.",
        "Personne",
    ],
)
def test_people_of_all_scripts_are_called_as_they_are(name: str) -> None:
    assert unusable(name, [NAME]) is None


@given(st.text(min_size=1, max_size=30), st.text(min_size=1, max_size=3))
def test_no_name_passes_with_something_unseen_added(name: str, unseen: str) -> None:
    added = "".join(sorted(BLANK_LETTERS))[: len(unseen)]
    assert unusable(name + added, []) is not None


@given(st.text(min_size=1, max_size=30))
def test_the_same_look_is_never_taken_twice(name: str) -> None:
    if unusable(name, []) is None:
        for other in (name, name.upper(), f" {name}", name.replace(" ", "")):
            assert look(other) != look(name) or unusable(other, [name]) is not None


@pytest.mark.parametrize("name", ["Oνer One", "Oᴠer One", "Օver One", "Over Oηe", "Over Oɲe"])
def test_a_letter_passes_for_what_it_is_drawn_like(name: str) -> None:
    assert "looks like Over One" in (unusable(name, ["Over One"]) or "")


@pytest.mark.parametrize("point", [0x034F, 0x180B, 0x180D, 0xFE00, 0xFE0F, 0xE0100, 0xE01EF])
def test_marks_that_are_never_drawn_stand_in_no_name(point: int) -> None:
    assert "invisible character" in (unusable(f"Some{chr(point)}body", []) or "")


def test_marks_beside_those_that_are_never_drawn_stand_in_names() -> None:
    """The ranges are Unicode's Default_Ignorable_Code_Point, and no wider."""
    assert IGNORABLE == (
        (0x034F, 0x034F), (0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0000, 0xE0FFF),
    )  # fmt: skip
    for point in (0x034E, 0x0350, 0x180A, 0x1810, 0xFDFF, 0xFE10):
        assert unusable(f"Some{chr(point)}body", []) is None, hex(point)


@pytest.mark.parametrize("blank", "\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5")
def test_a_letter_that_is_drawn_as_nothing_stands_in_no_name(blank: str) -> None:
    assert blank in BLANK_LETTERS
    assert "invisible character" in (unusable(f"Some{blank}body", []) or "")


def test_who_is_enrolled_already_is_told_from_who_looks_like_somebody() -> None:
    assert (unusable(NAME, [NAME]) or "").startswith("Custodian One was already added")
    like = unusable("custodian one", [NAME]) or ""
    assert like.startswith("custodian one looks like Custodian One, who was already added")


def test_which_characters_have_no_shape() -> None:
    assert {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"} == UNSEEN
    assert IDENTIFIER.pattern == "person[0-9a-f]{12}"
    assert RESERVED == ("nameplate", "unproven", "nobody")
