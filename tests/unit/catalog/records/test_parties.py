"""Whether two names are one party; no finding rests on a name that is only written otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.records import parties
from catalog.records.parties import compare_parties, compare_with_any_party
from values.sentence import say

NAMES = st.text(alphabet="abcdeé АБВ-.,&'", max_size=24)


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("Turkish Naval Forces", "TURKISH NAVAL FORCES", "equal"),
        ("Türkish  Naval-Forces", "turkish naval forces", "equal"),
        ("Example Optics Ltd", "Example Optics Limited", "equal"),
        ("Turkish Naval Forces", "Turkish Naval Forces Command", "equal"),
        ("Azerbaijani Air Force", "Ministry of Defence, Azerbaijani Air Force", "equal"),
        # Written otherwise is not another party.
        ("MoD of Examplia", "Ministry of Defence of Examplia", "cannot be told"),
        ("SSB", "Savunma Sanayii Baskanligi", "cannot be told"),
        ("Ministry of Defence", "Turkish Naval Forces", "cannot be told"),
        ("Ministry", "Army", "cannot be told"),
        ("Turkish Air Force", "Turkish Naval Forces", "cannot be told"),
        ("Minoborony", "Міноборони", "cannot be told"),
        ("Examplia Roketsan", "Examplia Roketsna", "cannot be told"),
        ("", "Somebody", "cannot be told"),
        ("...", "Somebody", "cannot be told"),
        ("Turkish Naval Forces", "Azerbaijani Air Force", "different"),
        ("Example Optics Ltd", "Another Works Ltd", "different"),
        # A name inside another word is not that name.
        ("Ara", "Varanasi Works", "different"),
        ("Ost", "Postal Works", "different"),
    ],
)
def test_two_names(one: str, other: str, answer: str) -> None:
    found = compare_parties(one, other)
    assert found.answer == answer, found
    assert (found.reason is not None) == (answer == "cannot be told")
    assert compare_parties(other, one) == found


@given(one=NAMES, other=NAMES)
def test_which_comes_first_makes_no_difference(one: str, other: str) -> None:
    assert compare_parties(one, other) == compare_parties(other, one)
    assert compare_parties(one, one).answer in ("equal", "cannot be told")


def test_of_several_the_nearest_counts() -> None:
    names = ["Another Works", "Example Optics"]
    assert compare_with_any_party(names, "Example Optics").answer == "equal"
    assert compare_with_any_party(names, "Third Party").answer == "different"
    assert compare_with_any_party([*names, "TP Works"], "Third Party").answer == "cannot be told"
    assert compare_with_any_party([], "Third Party").answer == "cannot be told"


SHARED_WORDS = [
    "THE",
    "OF",
    "AND",
    "FOR",
    "DE",
    "LA",
    "DU",
    "DES",
    "DER",
    "DIE",
    "DAS",
    "UND",
    "DAN",
    "AL",
    "EL",
    "AGENCY",
    "ARMY",
    "AUTHORITY",
    "MINISTRY",
    "MOD",
    "DEPARTMENT",
    "DEPT",
    "DEFENCE",
    "DEFENSE",
    "FORCE",
    "FORCES",
    "AIR",
    "NAVY",
    "NAVAL",
    "LAND",
    "GENERAL",
    "DIRECTORATE",
    "UNDERSECRETARIAT",
    "NATIONAL",
    "REPUBLIC",
    "FEDERAL",
    "STATE",
    "OFFICE",
    "PROCUREMENT",
    "ARMED",
    "MILITARY",
    "COMMAND",
    "GOVERNMENT",
    "POLICE",
    "GUARD",
    "BORDER",
    "COAST",
]


@pytest.mark.parametrize("word", SHARED_WORDS)
def test_a_word_that_many_parties_share_makes_no_two_of_them_one(word: str) -> None:
    assert compare_parties(f"{word} Quorvim", f"{word} Zelbandt").answer == "different"


def test_each_shared_word_is_held_here() -> None:
    assert set(SHARED_WORDS) == parties.SHARED


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("Naval Works Quorvim", "Quorvim", "cannot be told"),  # one word may be anybody's
        ("Quorvim Zelbandt", "Works of Quorvim Zelbandt", "equal"),
        ("Quorvim Zelbandt", "Zelbandt Quorvim", "equal"),
        ("Quorvim Zelbandt", "QuorvimZelbandt", "equal"),
        ("Air Force", "Air Force Quorvim", "cannot be told"),
        ("QZ Works", "Quorvim Zelbandt", "cannot be told"),  # initials
        ("ZQ Works", "Quorvim Zelbandt", "different"),  # in another order
        ("Q Works", "Quorvim Zelbandt", "different"),  # one letter is no initials
        ("Quorvim", "Zelbandt", "different"),
        ("Кворвим", "Zelbandt", "cannot be told"),
        ("Army", "Quorvim", "cannot be told"),
    ],
)
def test_where_the_answer_turns(one: str, other: str, answer: str) -> None:
    assert compare_parties(one, other).answer == answer
    assert compare_parties(other, one).answer == answer


def test_a_party_that_is_not_named_is_not_compared() -> None:
    for one, other in (("", "Navy of Xland"), ("Navy of Xland", "--"), ("", "")):
        reason = compare_parties(one, other).reason
        assert reason == say("not-comparable.party-not-named")


def test_names_with_a_word_that_is_nearly_the_others_may_be_one() -> None:
    for one, other in (("Zorvex Works", "Zorvax Plant"), ("Zorvex Works", "Zorvex Plant")):
        assert compare_parties(one, other).reason == say("not-comparable.common-part")
    assert compare_parties("Zorvex Works", "Quorim Plant").answer == "different"


def test_names_without_letters_have_no_script() -> None:
    assert compare_parties("412", "975").answer == "different"
    assert compare_parties("412", "Somebody").reason == say("not-comparable.scripts")
