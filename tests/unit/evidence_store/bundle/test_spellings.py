"""How a withheld value can be written: what is looked for, from which length, and how."""

from __future__ import annotations

import hashlib

import pytest

from evidence_store.bundle import spellings as rules
from values.text import bare


def skeletons(text: str) -> set[str]:
    return {bare(one.text) for one in rules.spellings(text)}


@pytest.mark.parametrize(("text", "looked_for"), [("abc", False), ("abcd", True), ("a.b-c", False)])
def test_a_value_of_fewer_than_four_letters_is_not_looked_for(text: str, looked_for: bool) -> None:
    assert bool(skeletons(text)) is looked_for
    hashed = hashlib.sha256(text.encode()).digest() in rules.word_digests(text)
    assert hashed == (len(text) >= 4)
    assert rules.SHORTEST == 4


@pytest.mark.parametrize(
    ("digits", "near"),
    [("1234", False), ("12345", True), ("11222", False), ("11223", True), ("a234", True)],
)
def test_a_number_is_asked_about_from_five_digits_three_of_them_different(
    digits: str, near: bool
) -> None:
    assert rules.is_looked_for_near(digits) is near


def test_up_to_four_words_are_looked_for_in_any_order() -> None:
    assert {"alphabeta", "betaalpha"} <= skeletons("alpha beta")
    assert "deltagammabetaalpha" in skeletons("alpha beta gamma delta")
    assert skeletons("alpha beta gamma delta epsilon") == {"alphabetagammadeltaepsilon"}


def test_hashes_of_four_kinds_are_looked_for() -> None:
    found = rules.word_digests("Field Observer")
    for name in ("md5", "sha1", "sha256", "sha512"):
        for text in ("Field Observer", "field observer", "FIELD OBSERVER", "@Field Observer\n"):
            assert hashlib.new(name, text.encode()).digest() in found, (name, text)
    assert hashlib.sha384(b"Field Observer").digest() not in found


def test_from_eight_letters_a_value_is_looked_for_inside_longer_words() -> None:
    # docs/bundle-format.md, section 7: four to seven letters only where they stand alone
    assert rules.LOOSE == 8


def test_how_short_what_is_looked_for_may_be() -> None:
    assert (rules.SHORTEST, rules.LOOSE, rules.SHORTEST_NUMBER, rules.MOST_WORDS) == (4, 8, 5, 4)
    assert rules.DIGESTS == ("md5", "sha1", "sha256", "sha512")


SCHEME, ACCOUNT = "an address without its scheme", "the account in an address"
PART, HOST = "a part of an address", "the host of an address"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "https://t.me/field_observer_77/1234",
            {("t.me/field_observer_77/1234", SCHEME), ("field_observer_77", ACCOUNT)},
        ),
        ("https://t.me/s/obs_x/99", {("t.me/s/obs_x/99", SCHEME), ("obs_x", ACCOUNT)}),
        (
            "https://youtube.com/watch?v=abcdefghijk9",
            {("youtube.com/watch?v=abcdefghijk9", SCHEME), ("abcdefghijk9", PART)},
        ),
        (
            "https://example.org/people/janemariedoe/x1",
            {
                ("example.org/people/janemariedoe/x1", SCHEME),
                ("janemariedoe", PART),
                ("example.org", HOST),
            },
        ),
        (
            "https://example.org/s/ab1234/abcdef/ab123",
            {
                ("example.org/s/ab1234/abcdef/ab123", SCHEME),
                ("ab1234", PART),
                ("example.org", HOST),
            },
        ),
        (
            "https://example.org/@jm",
            {("example.org/@jm", SCHEME), ("@jm", PART), ("example.org", HOST)},
        ),
        ("https://example.org", set()),
        ("+380 44 123 45 67", {("+380 44 123 45 67", "a number in it")}),
        ("12 34 56 78", set()),
        (
            "tg_field_observer_77.jpg",
            {("tg_field_observer_77", "a file's name without its ending")},
        ),
        ("folder/tg_field_observer_77.jpg", set()),
        ("tg_field_observer_77", set()),
        ("photos.jpg", set()),
        (
            "Jane Doe <jane.doe@example.org>",
            {
                ("jane.doe@example.org", "a mail address in it"),
                ("jane.doe", "the name in a mail address"),
            },
        ),
        ("seen by @field.observer.", {("@field.observer", "an account in it")}),
        (
            "https://xn--bcher-kva.example/p/q",
            {("bücher.example/p/q", SCHEME), ("bücher.example", HOST)},
        ),
        (
            "https://bücher.example/p/q",
            {("bücher.example/p/q", SCHEME), ("bücher.example", HOST)},
        ),
        ("image.jpg", set()),
        ("plate12.jpg", {("plate12", "a file's name without its ending")}),
    ],
)
def test_the_parts_that_tell_as_much_as_the_whole(text: str, found: set[tuple[str, str]]) -> None:
    assert set(rules.parts(text)) == found


def test_what_leaves_a_value_the_same_value() -> None:
    assert rules.exactly("Ja\u200bne \u00a0 D\uff2fE") == "jane doe"


@pytest.mark.parametrize("text", ["MÜLLER", "Straße", "ΣΊΣΥΦΟΣ", "Ёлкин", "İstanbul", "0836-B"])
def test_capitals_are_folded_like_small_letters(text: str) -> None:
    def folded(written: str) -> str:
        return "".join(map(rules.small, written))

    assert folded(text.upper()) == folded(text.lower()) != ""


def test_a_value_is_looked_for_by_its_parts_too() -> None:
    text = "Jane Doe <jane.doe@example.org>"
    forms = {one.text: one.form for one in rules.spellings(text)}
    assert forms["jane.doe@example.org"] == "a mail address in it"
    assert forms[text] == "the same letters"
