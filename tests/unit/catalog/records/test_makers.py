"""Makers by their real names through time, real typos, and unseen variants of the same kind."""

from __future__ import annotations

import csv
import random
from datetime import date
from pathlib import Path

import pytest

from catalog.records.makers import (
    MakerNames,
    everyday_words,
    known_makers,
    legal_forms,
    slips,
    without_legal_forms,
    words_of,
)
from catalog.types import Maker, MakerAlias, ModelNames

NAMES = MakerNames(known_makers())

LISTED_BY_MISTAKE = {
    "RwandAir": "an airline; the letters ANDAIR stand in it by chance",
    "GHESA ANDALUCIA": "another firm; HESA stands in it by chance",
    "ELISRA GROUP/TADIRAN ELECTRONIC SYSTEMS": "an Israeli firm; TADIRAN is not IRAN",
    "TADIRAN ELECTRONIC SYSTEMS LTD": "an Israeli firm; TADIRAN is not IRAN",
    "TAI'AN DONGSHENG CLOTHING CO.,LTD": "a clothing firm of the city of Tai'an",
}
"""Rows of the exhibitor lists that were put under a maker by their letters, not by their firm."""

ALSO_RIGHT = {
    "RHEINMETTAL DENEL MUNITIONS": {"denel", "rheinmetall"},
    "L3WESCAM": {"wescam", "l3harris"},
}
"""Listed under one maker only, though the name itself says both."""


def observed() -> dict[str, set[str]]:
    with (Path(__file__).parents[1] / "data/maker_names.csv").open(encoding="utf-8") as file:
        return {
            row["name_as_listed"]: set(row["maker_ids"].split()) for row in csv.DictReader(file)
        }


def ids(text: str, names: MakerNames = NAMES) -> set[str]:
    return {hit.maker_id for hit in names.find(text)}


def test_every_observed_name_reaches_its_maker_and_none_anothers() -> None:
    wrong = {
        name: (want, ids(name))
        for name, want in observed().items()
        if name not in LISTED_BY_MISTAKE and ids(name) != ALSO_RIGHT.get(name, want)
    }
    assert wrong == {}


@pytest.mark.parametrize("name", LISTED_BY_MISTAKE)
def test_a_chance_likeness_of_letters_is_no_maker(name: str) -> None:
    assert ids(name) == set()


@pytest.mark.parametrize(
    ("seen", "maker_id"),
    [
        ("L3 WESCAM", "wescam"),
        ("L-3 Wescam Inc.", "wescam"),
        ("WESCAM INCORPORATED, BURLINGTON ONT.", "wescam"),
        ("l3harris wescam ulc", "wescam"),
        ("L3 Harris/WESCAM", "wescam"),
        ("WESTCAM", "wescam"),
        ("WESCAMM", "wescam"),
        ("WECSAM", "wescam"),
        ("BAYKAR MAKINA", "baykar"),
        ("BAYKAR TEKNOLOJİ A.Ş.", "baykar"),
        ("Baykar Makina San. ve Tic. Ltd. Şti.", "baykar"),
        ("BAYAKAR", "baykar"),
        ("АSЕLSАN", "aselsan"),  # some letters Cyrillic
        ("Aselsan Elektronik San.ve Tic.A.Ş.", "aselsan"),
        ("ROKETSAN ROKET SANAYİİ VE TİCARET A.Ş.", "roketsan"),
        ("Hensoldt Optronics GmbH & Co. KG", "hensoldt"),
        ("HENSLODT AG", "hensoldt"),
        ("Rheinmettal Waffe Munition", "rheinmetall"),
        ("ООО «СТЦ»", "stc_ru"),
        ("АО «Концерн «Калашников»", "kalashnikov"),
        ("شرکت صنایع هواپیماسازی ایران", "hesa"),
        ("FLIR Systems Aktiebolag", "flir"),
        ("SafranElectronics & Defense", "safran"),
        ("L3HARRIS-TECHNOLOGIES", "l3harris"),
        ("L-3COMMUNICATIONS WESCAM", "wescam"),
        ("L3HARRISWESCAM", "wescam"),
        ("WES CAM", "wescam"),
        ("L3 WE5CAM", "wescam"),  # as a reader may take it
        ("8AYKAR", "baykar"),
        ("5AAB AB", "saab"),
        ("ISRAEL AIRCRAFT IND.", "iai"),
        ("Turkish Aero. Ind.", "tusas"),
        ("China North Ind. Corp", "norinco"),
        ("GENERALATOMICS", "general_atomics"),
        ("General Atomic Aeronautical", "general_atomics"),
    ],
)
def test_unseen_ways_to_write_a_name(seen: str, maker_id: str) -> None:
    found = NAMES.find(seen)
    assert found
    assert found[0].maker_id == maker_id


@pytest.mark.parametrize(
    "other",
    [
        "CONTROL SYSTEMS LTD",  # one letter from Controp
        "Flight Controls Inc.",
        "SAFARI ADVENTURES",
        "Defence Systems International GmbH",
        "DENNEL & SONS",  # short names must be spelled right
        "Thai Aviation Industries",
        "STMICROELECTRONICS",
        "Instrument Bureau",
        "General Dynamics",
        "Gen. Electric",
        "TAL AVIATION",
        "Daniel Defense",
        "Harrison Ltd",
        "",
        "  ... ",
    ],
)
def test_other_names_reach_nobody(other: str) -> None:
    assert ids(other) == set()


def test_a_single_slip_in_any_long_brand_still_reaches_its_maker() -> None:
    draw = random.Random(20201020)
    brands = [
        "Wescam",
        "Aselsan",
        "Havelsan",
        "Roketsan",
        "Hensoldt",
        "Rheinmetall",
        "Leonardo",
        "Teledyne",
        "Raytheon",
        "Uralvagonzavod",
        "AeroVironment",
        "Kalashnikov",
    ]
    for brand in brands:
        want = ids(brand)
        for _ in range(20):
            place = draw.randrange(1, len(brand) - 1)
            letter = draw.choice("abcdefghijklmnopqrstuvwxyz")
            seen = draw.choice(
                [
                    brand[:place] + brand[place + 1 :],
                    brand[:place] + letter + brand[place:],
                    brand[:place] + letter + brand[place + 1 :],
                    brand[:place] + brand[place + 1] + brand[place] + brand[place + 2 :],
                ]
            )
            assert ids(f"{seen} Ltd.") == want, seen


def test_a_differing_letter_is_said_so() -> None:
    exact, slip = NAMES.find("L-3 Wescam")[0], NAMES.find("L-3 Wescamm")[0]
    assert exact.exact
    assert not slip.exact


def test_the_more_specific_maker_comes_before_its_parent() -> None:
    assert [hit.maker_id for hit in NAMES.find("L3 TECHNOLOGIES (L3 WESCAM)")] == [
        "wescam",
        "l3harris",
    ]


def test_a_joint_venture_gives_both_makers() -> None:
    assert ids("Rheinmetall Denel Munition (Pty) Ltd") == {"rheinmetall", "denel"}


@pytest.mark.parametrize(
    ("name", "day", "in_time"),
    [
        ("L3Harris Wescam", date(2020, 9, 8), True),
        ("L3Harris Wescam", date(2018, 1, 1), False),
        ("L3 Technologies", date(2020, 9, 8), False),
        ("L3 Technologies", date(2018, 1, 1), True),
        ("Saab", date(2018, 1, 1), None),
    ],
)
def test_a_name_out_of_its_time_is_noted_and_never_excludes(
    name: str, day: date, in_time: bool | None
) -> None:
    hit = NAMES.find(name, day)[0]
    assert hit.in_time is in_time


def test_models_by_name_or_declared_variant_never_by_likeness() -> None:
    assert NAMES.find_model("wescam", "CMX-15D")[0].exact
    variant = NAMES.find_model("wescam", "mx 15d")[0]
    assert (variant.model, variant.exact) == ("CMX-15D", False)
    assert NAMES.find_model("wescam", "CMX-15") != NAMES.find_model("wescam", "CMX-15D")
    assert NAMES.find_model("wescam", "CMX-16D") == ()
    assert NAMES.find_model(None, "TB2")[0].maker_id == "baykar"


def test_a_catalogs_own_makers_work_alike() -> None:
    own = Maker(
        maker_id="x",
        canonical="Wrackteil Optik",
        aliases=(MakerAlias(name="Wrackteil Optik GmbH", kind="legal"),),
        models=(ModelNames(model="W-1", variants=("W1A",)),),
    )
    names = MakerNames([own], models=[("x", "W-2")])
    assert ids("WRACKTEIL OPTIK KG", names) == {"x"}
    assert not names.find("WRACKTEIL")[0].exact
    assert ids("OPTIK", names) == set()
    assert names.find_model("x", "w1a")[0].model == "W-1"
    assert names.find_model("x", "W 2")[0].exact


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("L-3 Communications", ("L3", "COMMUNICATIONS")),
        ("ASELSAN A.Ş.", ("ASELSAN", "AS")),
        ("TAI'AN", ("TAIAN",)),
        ("Inc.Ltd", ("INC", "LTD")),
        ("Safran_Turbomeca", ("SAFRAN", "TURBOMECA")),
        ("№ 7", ("7",)),
    ],
)
def test_words(text: str, words: tuple[str, ...]) -> None:
    assert words_of(text) == words


def test_a_name_that_is_only_a_legal_form_stays() -> None:
    assert without_legal_forms(("AG",)) == ("AG",)
    assert without_legal_forms(words_of("Denel (Pty) Ltd")) == ("DENEL",)


@pytest.mark.parametrize(
    ("seen", "name", "count"),
    [
        ("SAAP", "SAAB", None),
        ("RAFAELI", "RAFAEL", 1),
        ("RHIENMETALL", "RHEINMETALL", 1),
        ("RHEINMETTAL", "RHEINMETALL", 2),
        ("XHALES", "THALES", None),
    ],
)
def test_slips(seen: str, name: str, count: int | None) -> None:
    assert slips(seen, name) == count


def test_the_shipped_lists_are_folded_and_name_their_sources() -> None:
    assert all(word == word.upper() for word in everyday_words())
    assert ("PTY", "LTD") in legal_forms()
    for maker in known_makers():
        assert all(alias.source for alias in maker.aliases), maker.maker_id
    brands = {words_of(alias.name) for maker in known_makers() for alias in maker.aliases}
    assert not brands & {(word,) for word in everyday_words()}
