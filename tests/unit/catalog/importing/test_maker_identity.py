"""An import merges two makers only where the name leaves no doubt; every name stays as written."""

from __future__ import annotations

import csv
import os
import string
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from catalog.findings.serialize import stored_result
from catalog.importing.issues import IssueBook
from catalog.importing.load import load_csv
from catalog.importing.maker_identity import MakerResolver
from catalog.matching.search import search
from catalog.records.makers import (
    MakerNames,
    everyday_words,
    known_makers,
    shown_maker,
    without_legal_forms,
    words_of,
)
from catalog.types import FieldEvidence, Query
from tests.unit.catalog.casework import snapshot_of, spoken
from words import en
from workbench.report.result import candidates_of

if TYPE_CHECKING:
    from catalog.types import RowIssue

KNOWN = {maker.maker_id for maker in known_makers()}
NAMES = MakerNames(known_makers())


SHARED = MakerResolver()


def id_of(text: str) -> str:
    return SHARED.id_of(text, IssueBook({}))


def taken(text: str) -> tuple[str, tuple[RowIssue, ...]]:
    issues = IssueBook({})
    return MakerResolver().id_of(text, issues), tuple(issues.listed)


@pytest.mark.parametrize(
    ("text", "maker_id"),
    [
        ("L3 Wescam", "wescam"),
        ("L3Harris Wescam", "wescam"),
        ("L-3 COMMUNICATIONS WESCAM", "wescam"),
        ("WESCAM INC.", "wescam"),
        ("ASELSAN A.Ş.", "aselsan"),
        ("Aselsan Elektronik Sanayi ve Ticaret A.Ş.", "aselsan"),
        ("АSЕLSАN", "aselsan"),  # some letters Cyrillic
        ("Elbit Systems Ltd.", "elbit"),
        ("Thales UK", "thales"),
        ("Saab AB", "saab"),
        ("STM A.Ş.", "stm"),
        ("Kentron", "denel"),  # a former name, spelled right
        ("Denel (Pty) Ltd", "denel"),
        ("Teledyne FLIR", "flir"),
        ("Israel Aircraft Industries", "iai"),
        ("ООО «СТЦ»", "stc_ru"),
    ],
)
def test_a_known_maker_by_a_name_that_leaves_no_doubt(text: str, maker_id: str) -> None:
    assert taken(text) == (maker_id, ())


@pytest.mark.parametrize(
    "text",
    [
        "Denel Kontron",
        "STM Electronics",  # a short name inside another
        "TAI Ping Carpets",
        "IAI Steel",
        "Harris Teeter",
        "Saab Automobile",
        "SAFRA",  # a letter off
        "Safram",
        "Rheinmetal",
        "8AYKAR",
        "Elbit Imaging",
        "Baykar Shipping",
        "Sagem Télécommunications",
        "Thales Bakery",
        "New Leonardo",
        "Raytheon Teledyne",  # two makers: a joint venture is a maker of its own
    ],
)
def test_another_name_stays_apart_and_the_known_one_is_remarked_on(text: str) -> None:
    maker_id, issues = taken(text)
    assert maker_id not in KNOWN
    [issue] = issues
    assert issue.severity == "warning"
    assert "stored as a separate maker" in issue.problem


@pytest.mark.parametrize("text", ["Kontron", "KONTRON AG", "Kontron America Inc.", "Kentro"])
def test_a_letter_off_a_former_name_is_not_even_near(text: str) -> None:
    maker_id, issues = taken(text)
    assert (maker_id in KNOWN, issues) == (False, ())


def test_the_program_does_not_read_a_former_name_with_a_letter_off() -> None:
    assert NAMES.find("Kontron") == ()
    assert [hit.maker_id for hit in NAMES.find("Kentron")] == ["denel"]
    assert [hit.maker_id for hit in NAMES.find("Hensolt")] == ["hensoldt"]


def test_a_name_like_an_id_of_a_known_maker_is_no_known_maker() -> None:
    for maker in known_makers():
        found = taken(maker.maker_id.replace("_", "-"))[0]
        assert found == maker.maker_id or found not in KNOWN


BRANDS = sorted({maker.canonical for maker in known_makers()})
NEW_WORD = st.text(string.ascii_uppercase, min_size=4, max_size=10)


@given(brand=st.sampled_from(BRANDS), word=NEW_WORD, before=st.booleans())
def test_a_word_added_to_a_known_name_makes_another_maker(
    brand: str, word: str, before: bool
) -> None:
    text = f"{word} {brand}" if before else f"{brand} {word}"
    assume(word not in everyday_words() and not NAMES.find(word))
    assume(len(without_legal_forms(words_of(text))) > len(without_legal_forms(words_of(brand))))
    found = id_of(text)
    named = {part for maker in known_makers() for part in words_of(maker.canonical)}
    assert found not in KNOWN or word in named


@given(brand=st.sampled_from([b for b in BRANDS if b.isalpha()]), place=st.integers(0, 30))
def test_a_letter_cut_from_a_known_name_makes_another_maker(brand: str, place: int) -> None:
    at = place % len(brand)
    cut = brand[:at] + brand[at + 1 :]
    declared = {words_of(alias.name) for maker in known_makers() for alias in maker.aliases}
    assume(words_of(cut) and words_of(cut) not in declared)
    assert id_of(cut) not in KNOWN


@given(
    brand=st.sampled_from(BRANDS),
    change=st.sampled_from([str.upper, str.lower, lambda t: f" {t}  ", lambda t: f"{t} Ltd."]),
)
def test_case_spaces_and_legal_forms_make_no_other_maker(brand: str, change: object) -> None:
    assert id_of(change(brand)) == id_of(brand)  # type: ignore[operator]
    assert id_of(brand) in KNOWN


def observations() -> list[tuple[set[str], str]]:
    """All names of the public exhibitor lists where they are at hand: whose, and as listed."""
    folder = os.environ.get("NAMEPLATE_DOMAIN_DATA", "")
    path = Path(folder) / "maker_name_observations.csv"
    if not folder or not path.exists():
        return []
    with path.open(encoding="utf-8") as file:
        return [({row["maker_key"]}, row["name_as_listed"]) for row in csv.DictReader(file)]


FAMILIES = ({"wescam", "l3harris"}, {"flir", "teledyne"})
"""Makers of which one belongs to the other; a list may put the one under the other."""


def test_no_two_makers_of_the_lists_become_one() -> None:
    names = observations()
    if not names:
        with (Path(__file__).parents[1] / "data/maker_names.csv").open(encoding="utf-8") as file:
            names = [
                (set(row["maker_ids"].split()), row["name_as_listed"])
                for row in csv.DictReader(file)
            ]
    intake, issues = MakerResolver(), IssueBook({})
    met: dict[str, set[str]] = {}
    for keys, name in names:
        maker_id = intake.id_of(name, issues)
        if maker_id in KNOWN:
            met.setdefault(maker_id, set()).update(keys)
    assert len(met) > 35
    for maker_id, keys in met.items():
        family = next((group for group in FAMILIES if maker_id in group), {maker_id})
        assert len(keys) <= len(family), (maker_id, keys)


TABLE = (
    b"permit_number,maker,model,serial,ship_date\n"
    b"P1,KONTRON AG,ETX-1803,A-1,2020-01-01\n"
    b"P2,WESCAM INC,CMX-15D,A-2,2020-01-01\n"
    b"P3,L3 Wescam,CMX-15D,A-3,2020-01-01\n"
)


def test_the_name_as_written_stands_beside_the_canonical_one(tmp_path: Path) -> None:
    records = load_csv(TABLE, name="made_up.csv").records
    makers = {maker.maker_id: maker for maker in records.makers}
    assert makers["kontron-ag"].canonical == "KONTRON AG"
    with snapshot_of(tmp_path, *records.permits, makers=records.makers) as snapshot:

        def asked(maker: str, model: str) -> dict[str, object]:
            query = Query(
                maker=FieldEvidence(text=maker, origin="human"),
                model=FieldEvidence(text=model, origin="human"),
            )
            found = search(query, snapshot)
            assert found.candidates
            return {
                "titles": [c.title for c in candidates_of(stored_result(found, en.text))],
                "recorded": [c.features[0].recorded for c in found.candidates],
                "coverage": spoken(found.coverage_note),
            }

        kontron = asked("Kontron", "ETX-1803")
        assert kontron["titles"] == ["KONTRON AG ETX-1803"]
        assert "Denel" not in str(kontron)
        wescam = asked("Wescam", "CMX-15D")
        assert "L3Harris Wescam (written “WESCAM INC”) CMX-15D" in wescam["titles"]
        assert "L3Harris Wescam (written “WESCAM INC”)" in wescam["recorded"]
        assert "written “L3 Wescam”, “WESCAM INC”" in str(wescam["coverage"])


def test_the_order_of_rows_changes_no_maker() -> None:
    head, *rows = TABLE.replace(b"KONTRON AG", b"Kontron Ag").splitlines(keepends=True)
    more = b"P4,KONTRON AG,ETX-1803,A-4,2020-01-01\n"
    one = load_csv(head + b"".join([*rows, more]), name="x").records
    other = load_csv(head + b"".join([more, *reversed(rows)]), name="x").records
    assert one == other


@pytest.mark.parametrize(
    ("canonical", "written", "shown"),
    [
        ("Thales", ["THALES"], "Thales"),
        ("Thales", [], "Thales"),
        ("Thales", ["Thales UK"], "Thales (written “Thales UK”)"),
        ("A", list("BCDEFGH"), "A (written “B”, “C”, “D”, “E”, “F” and 2 more)"),
    ],
)
def test_a_maker_as_people_see_it(canonical: str, written: list[str], shown: str) -> None:
    assert shown_maker(canonical, *written) == shown
