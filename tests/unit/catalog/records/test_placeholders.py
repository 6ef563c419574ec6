"""What stands for no value is no value, in the languages and forms that registers use."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.records import placeholders
from catalog.records.placeholders import placeholder, stands_for_nothing, stated_count

KINDS = {
    "unknown": (
        "N/A|n/a|NA|n.a.|N.A.|unknown|UNKNOWN|Unknown.|(unknown)|[unknown]|“unknown”|TBD|tbd|"
        "none|nil|NULL|null|-|--|—|?|??|...|.|xxx|XX|not known|(unspecified)|unspecified|"
        "no serial|not applicable|k.A.|к.А.|keine Angabe|unbekannt|ohne|inconnu|inconnue|néant|"
        "neant|s/o|sans objet|n.d.|desconocido|sin número|sconosciuto|desconhecido|onbekend|"
        "неизвестно|НЕИЗВЕСТНО|б/н|б.н.|нет|нет данных|н/д|невідомо|bilinmiyor|YOK|نامشخص|"
        "غير معروف|未知|不详|nieznany|brak|S/N|No.|Serial No."
    ),
    "elsewhere": (
        "see annex|See Annex|SEE ANNEX A|see annex 3|see attached list|as per list|"
        "siehe Anlage|voir annexe|см. приложение|см. приложение 2|attached"
    ),
    "several": (
        "various|Various|several|multiple|mixed|verschiedene|divers|varios|различные|çeşitli"
    ),
    "as above": ("same|ditto|as above|idem|то же"),
    "error": ("#N/A|#REF!|#VALUE!|#NAME?|#DIV/0!|#NUM!|#NULL!|####|#BEZUG!|#ССЫЛКА!|Err:502"),
    "count": (
        "20 units|20 Units|1 unit|(20 units)|20 pcs|20pcs|20 pcs.|Qty 20|qty: 20|20 шт.|"
        "5 Stück|x 20"
    ),
    "zeros": ("0|000|0000|00-00"),
}


@pytest.mark.parametrize(
    ("text", "kind"),
    [(text, kind) for kind, texts in KINDS.items() for text in texts.split("|")],
)
def test_a_cell_without_a_value(text: str, kind: str) -> None:
    assert placeholder(text) == kind
    assert placeholder(f"  {text}\u00a0") == kind
    assert stands_for_nothing(text) is (kind not in ("count", "zeros"))


VALUES = (
    "|0831|A-1|SN1234|N-1|NA-12|20EA|5S|100X|X1|TB2|TYPE E|SO|DO|БН|Su-24|Orlan-10|X|"
    "None of these 1|unknown-1|[redacted]|████|**|Ministry A|Null Systems 12|NIL-5|0010|"
    "AN/AAQ-33|MIL-STD|Unit 5"
)


@pytest.mark.parametrize("text", VALUES.split("|"))
def test_a_value_is_no_placeholder(text: str) -> None:
    assert placeholder(text) == ""


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("20 units", 20),
        ("1,200 pcs", 1200),
        ("Qty: 7", 7),
        ("5 шт.", 5),
        ("20EA", None),
        ("20", None),
    ],
)
def test_a_stated_number_of_units(text: str, count: int | None) -> None:
    assert stated_count(text) == count


def test_the_tables_are_of_one_kind_each() -> None:
    tables = [
        placeholders.UNKNOWN,
        placeholders.ELSEWHERE,
        placeholders.SEVERAL,
        placeholders.ABOVE,
    ]
    assert sum(map(len, tables)) == len(frozenset().union(*tables))
    assert all(not word.isdigit() for table in tables for word in table)


@given(st.text(string.ascii_uppercase, max_size=4), st.integers(1, 10**9))
def test_letters_and_a_number_are_a_value(prefix: str, number: int) -> None:
    assert placeholder(f"{prefix}-{number}") == ""
    assert placeholder(f"{prefix}{number}") == ""


@given(st.text(max_size=40))
def test_nothing_that_is_written_makes_it_fail(text: str) -> None:
    assert placeholder(text) in {"", *KINDS}
