"""What the plate names: unread, a unit's own, perhaps its own, or another's."""

from __future__ import annotations

from typing import Literal

import pytest

from catalog.matching.contradiction import (
    COUNTS_AGAINST,
    MOST_SLIPPED,
    ON_PLATES,
    OWN,
    PERHAPS_FROM,
    SHORTEST_PART,
    SHORTEST_SLIPPED,
    UNREAD,
    Named,
    beside,
    maker_named,
    misread_share,
    model_named,
    on_behalf,
    part_number_named,
)
from catalog.records.makers import MakerNames, known_makers
from catalog.types import FieldEvidence, Maker, Party, Permit, PermitLine, Redactable
from values.sentence import say
from values.text import fold
from words import en

Origin = Literal["machine", "human", "code"]


def seen(text: str, origin: Origin = "machine", *alternatives: str) -> FieldEvidence:
    return FieldEvidence(
        text=text, origin=origin, alternatives=tuple((one, 0.1) for one in alternatives)
    )


def worded(named: Named) -> str:
    """The sentence as people read it; nothing where there is none."""
    return en.text(named.said) if named.said else ""


def maker(name: str) -> Maker:
    return Maker(maker_id="invented", canonical=name)


def permit_of(party: Party) -> Permit:
    return Permit(permit_id="P", number=Redactable(value="1"), issuer="I", parties=(party,))


def line(part_number: str) -> PermitLine:
    return PermitLine(
        line_id="1", maker_id="m", maker_as_written="M", model="CMX-15D", part_number=part_number
    )


@pytest.mark.parametrize(
    ("own", "read", "origin", "relation"),
    [
        ("Zorvex", "ZORVEX", "human", "own"),
        ("Zorvex", "Trakka", "human", "another"),
        # One letter wrong: a name of five letters may be meant, one of four must be spelled right.
        ("Qorvx", "Qorvz", "human", "perhaps"),
        ("Qorv", "Qorw", "human", "another"),
        # Two letters wrong: a machine may have misread them, a person hardly.
        ("Qorvxi", "Qwvzi", "machine", "perhaps"),
        ("Qorvxi", "Qwvzi", "human", "another"),
        # Three of eight: nobody.
        ("Qorvxiln", "Qwrwziln", "machine", "another"),
        ("Qorvxiln", "Qwrvziln", "human", "another"),
        # Part of a name: four letters in a row are enough for a machine, for a person none.
        ("Qorvxi", "Qorv", "machine", "perhaps"),
        ("Qorvxi", "Qor", "machine", "another"),
        ("Qorvxi", "Qorv", "human", "another"),
        ("Qorvxi", "rvxi", "machine", "perhaps"),
        ("Qorvxi", "Qrovix", "machine", "another"),
    ],
)
def test_a_name_is_met_with_slips_or_in_part_and_no_further(
    own: str, read: str, origin: Origin, relation: str
) -> None:
    assert maker_named(seen(read, origin), maker(own)).relation == relation


def test_where_a_misreading_ends() -> None:
    """Two odd letters of a machine, one of a person or a code: decision 0056."""
    share = {
        origin: [misread_share(fold(read), fold("Qorvx"), origin) for read in ("Qorvz", "Qwrvz")]
        for origin in ("machine", "human", "code")
    }
    assert share["machine"][1] >= PERHAPS_FROM["machine"] > share["machine"][1] ** 1.5
    for origin in ("human", "code"):
        assert share[origin][1] < PERHAPS_FROM[origin]
    assert share["human"][0] >= PERHAPS_FROM["human"]
    assert PERHAPS_FROM == {"machine": 1e-8, "human": 1e-4, "code": 1e-4}


def test_the_lengths_from_which_slips_and_parts_are_looked_for() -> None:
    assert (SHORTEST_SLIPPED, MOST_SLIPPED, SHORTEST_PART) == (5, 3, 4)
    longer = maker_named(seen("Qorvxilnab", "human"), maker("Qorvxil"))
    assert longer.relation == "another", "three letters more than a third of seven"


def test_nothing_read_is_unread_and_no_sentence() -> None:
    for text in ("", "  ", "—"):
        assert maker_named(seen(text), maker("Zorvex")) is UNREAD
        assert model_named(seen(text), "CMX-15D", found=False) is UNREAD
        assert part_number_named(seen(text), line("08310")) is UNREAD
    assert maker_named(None, maker("Zorvex")) is UNREAD
    assert model_named(None, "CMX-15D", found=True) is UNREAD
    assert part_number_named(None, line("08310")) is UNREAD
    assert part_number_named(seen("08310"), line("")) is UNREAD


def test_only_another_counts_against_a_unit_and_a_thousandfold() -> None:
    assert COUNTS_AGAINST == 1 / 1000
    assert (
        Named(relation="another", said=say("plate.other-script", read="X")).factor == COUNTS_AGAINST
    )
    for one in (UNREAD, OWN, Named(relation="perhaps")):
        assert one.factor == 1.0


def test_a_spelling_that_it_may_have_instead_is_enough() -> None:
    assert maker_named(seen("Trakka", "machine"), maker("Zorvex")).relation == "another"
    assert maker_named(seen("Trakka", "machine", "ZORVEX"), maker("Zorvex")).relation == "own"


def test_another_name_in_the_record_is_the_units_own() -> None:
    assert maker_named(seen("Trakka"), maker("Zorvex")).relation == "another"
    assert maker_named(seen("Quorvim"), maker("Zorvex"), ("Quorvim",)).relation == "own"


@pytest.mark.parametrize(
    ("read", "origin", "found", "relation"),
    [
        ("CMX15D", "machine", True, "own"),
        ("CMX-1", "machine", False, "perhaps"),  # read in part
        ("CMX-1", "human", False, "another"),
        ("XCMX15D7", "machine", False, "perhaps"),  # the whole of it, and more
        ("C", "machine", False, "another"),  # one character is no part
        ("CD", "machine", False, "perhaps"),
        ("DC", "machine", False, "another"),  # not in that order
        ("C?D", "machine", False, "perhaps"),
        ("TK410", "machine", False, "another"),
    ],
)
def test_a_model_is_another_unless_it_may_be_read_in_part(
    read: str, origin: Origin, found: bool, relation: str
) -> None:
    assert model_named(seen(read, origin), "CMX-15D", found=found).relation == relation


@pytest.mark.parametrize(
    ("read", "origin", "relation"),
    [
        ("08310-A", "machine", "own"),
        ("0831OA", "machine", "perhaps"),
        ("08311A", "machine", "perhaps"),
        ("98311A", "machine", "another"),
        ("98311A", "human", "another"),
    ],
)
def test_a_part_number_is_another_where_misreading_is_rarer_than_one_in_a_thousand(
    read: str, origin: Origin, relation: str
) -> None:
    named = part_number_named(seen(read, origin), line("08310-A"))
    assert named.relation == relation
    assert bool(named.said) == (relation == "another")


@pytest.mark.parametrize("role", ["integrator", "manufacturer", "end_user", "broker"])
def test_the_integrators_name_may_stand_in_the_makers_place(role: str) -> None:
    party = Party(role=role, name=Redactable(value="Quorvim Aircraft A.S."))
    permit = permit_of(party)
    assert on_behalf(seen("QUORVIM AIRCRAFT"), permit) == (role in ON_PLATES)
    assert set(ON_PLATES) == {"integrator", "manufacturer"}
    assert not on_behalf(seen("ZORVEX"), permit)
    assert not on_behalf(seen(""), permit)
    assert not on_behalf(None, permit)


def test_a_name_that_is_withheld_meets_nothing() -> None:
    hidden = Redactable(value="Quorvim Aircraft", redaction="redacted_full")
    permit = permit_of(Party(role="integrator", name=hidden))
    assert not on_behalf(seen("QUORVIM AIRCRAFT"), permit)


# --- makers that are known ------------------------------------------------------------------

KNOWN = {one.canonical: one for one in known_makers()}
WESCAM, PARENT = KNOWN["L3Harris Wescam"], KNOWN["L3Harris Technologies"]
ASIDE = "The maker “{}” is written in another script; it was not compared."


@pytest.mark.parametrize(
    ("read", "words"),
    [
        ("ASELSAN", "The plate names another maker: “ASELSAN”, not Zorvex."),
        ("L3 Wescam", "The plate names another maker: “L3 Wescam” (L3Harris Wescam), not Zorvex."),
        ("Quorvim", "The plate names another maker: “Quorvim”, not Zorvex."),
    ],
)
def test_another_maker_is_named_as_read_and_as_known(read: str, words: str) -> None:
    named = maker_named(seen(read, "human"), maker("Zorvex"))
    assert (named.relation, worded(named)) == ("another", words)


@pytest.mark.parametrize(
    ("read", "of", "relation"),
    [
        ("L3Harris", WESCAM, "perhaps"),  # its parent
        ("Wescam", PARENT, "perhaps"),  # its child
        ("Wescam", WESCAM, "own"),
        ("ASELSAN", WESCAM, "another"),
    ],
)
def test_a_firm_of_one_house_may_be_meant(read: str, of: Maker, relation: str) -> None:
    named = maker_named(seen(read, "human"), of)
    assert named.relation == relation
    assert ("a parent or subsidiary of" in worded(named)) is (relation == "perhaps")


@pytest.mark.parametrize(
    ("read", "of", "relation", "words"),
    [
        ("ВЕСКАМ", WESCAM, "perhaps", "“ВЕСКАМ” is written in another script and sounds like"),
        ("АСЕЛСАН", WESCAM, "another", "which sounds like ASELSAN, not L3Harris Wescam."),
        ("Роскосмос", WESCAM, "perhaps", ASIDE.format("Роскосмос")),
        ("ВЕСКАМ", PARENT, "perhaps", ASIDE.format("ВЕСКАМ")),  # of one house
        ("ИАМИ", WESCAM, "perhaps", ASIDE.format("ИАМИ")),  # too short a sound to tell
        ("ИРАН", WESCAM, "perhaps", ASIDE.format("ИРАН")),  # two makers sound so
    ],
)
def test_a_name_in_another_script_is_told_by_its_sound(
    read: str, of: Maker, relation: str, words: str
) -> None:
    named = maker_named(seen(read, "human"), of)
    assert named.relation == relation
    assert words in worded(named)


@pytest.mark.parametrize(("read", "other"), [("АБВ", True), ("АБX", True), ("АВXY", False)])
def test_a_name_is_in_another_script_if_most_of_its_letters_are(read: str, other: bool) -> None:
    words = worded(maker_named(seen(read, "human"), maker("Zorvex")))
    assert ("written in another script" in words) is other


@pytest.mark.parametrize(
    ("read", "known", "relation", "words"),
    [
        ("KONTRON AG", "KONTRON AG", "own", ""),
        ("Kontron Elektronik GmbH Eching", "KONTRON AG", "own", ""),
        ("Denel Kontron", "KONTRON AG", "perhaps", "The plate names Denel as well as KONTRON AG."),
        (
            "STM Electronics",
            "STM",
            "perhaps",
            "“STM Electronics” may be a different firm from STM.",
        ),
        ("S.T.M. A.Ş.", "STM", "own", ""),
        ("STM STM", "STM", "own", ""),
    ],
)
def test_other_words_beside_a_name_are_an_address_or_another_firm(
    read: str, known: str, relation: str, words: str
) -> None:
    named = maker_named(seen(read, "human"), maker(known))
    assert (named.relation, worded(named)) == (relation, words)


def test_another_name_of_one_house_beside_a_name_is_no_other_firm() -> None:
    assert maker_named(seen("L3Harris Technologies Wescam", "human"), WESCAM).relation == "own"
    assert maker_named(seen("Denel Wescam", "human"), WESCAM).relation == "perhaps"


def test_what_stands_beside_a_name() -> None:
    one = maker("KONTRON AG")
    (hit,) = MakerNames((one,)).find("Kontron GmbH Eching")
    assert beside(seen("Kontron GmbH Eching", "human"), hit) == ("ECHING",)
    assert beside(seen("Kontron GmbH", "human"), hit) == ()
    shorter = seen("Kontron GmbH Eching", "human", "Kontron")
    assert beside(shorter, hit) == (), "of several spellings the one that says least else"


def test_words_of_every_day_say_nothing_of_whose_a_name_is() -> None:
    permit = permit_of(Party(role="integrator", name=Redactable(value="Quorvim Aircraft Works")))
    assert on_behalf(seen("QUORVIM"), permit)
    assert not on_behalf(seen("AIRCRAFT WORKS"), permit)
    works = permit_of(Party(role="integrator", name=Redactable(value="Aircraft Works")))
    assert on_behalf(seen("AIRCRAFT WORKS"), works), "a name of nothing else is told by these"


def test_a_models_words_and_a_part_numbers() -> None:
    model = model_named(seen("TK410"), "CMX-15D", found=False)
    assert worded(model) == "The plate names another model: “TK410”, not CMX-15D."
    part = model_named(seen("CMX-1"), "CMX-15D", found=False)
    assert worded(part) == "The model “CMX-1” may be CMX-15D, misread or partly read."
    slipped = model_named(seen("CNX-15D"), "CMX-15D", found=False)
    assert slipped.relation == "perhaps", "one letter misread, and nothing left out"
