"""A public edition says how much it leaves out, and nothing that is true of the sealed one only."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from evidence_store.bundle.redact_fields import HeldBack
from evidence_store.types import Entry, Sha256
from tests.workbench.report.conftest import make_case
from workbench.public_report import PublicEdition
from workbench.report.content import content

if TYPE_CHECKING:
    from workbench.report.types import ReportCase

HIDDEN = HeldBack(fields=frozenset(), secrets=(), disclosed_texts={})


@pytest.fixture
def told() -> ReportCase:
    return make_case()


def recorded(**parts: Any) -> Entry:
    return Entry(
        log="case-1",
        at=datetime(2026, 11, 1, tzinfo=UTC),
        actor="person-1",
        leaf_hash=Sha256("0" * 64),
        **parts,
    )


def edition(told: ReportCase, *hidden: str, title: str = "") -> ReportCase:
    shown = dict.fromkeys(hidden)
    return PublicEdition(HIDDEN, (), hidden=shown, reasons=("At risk.",), title=title).of(told)


def laid_out(case: ReportCase) -> dict[str, object]:
    return content(case, picture=lambda one: one.media)


def test_decisions_and_searches_that_are_withheld_are_counted(told: ReportCase) -> None:
    public = laid_out(edition(told, "EX-0001"))
    assert public["answers"] == []
    assert public["answer_line"] == "Decisions on candidates withheld from this edition: 1."
    assert public["search_line"] == "Catalog searches withheld from this edition: 1."
    assert public["traces"] == []
    assert public["trace_line"] == "Trace requests withheld from this edition: 1."
    sealed = laid_out(told)
    assert (len(sealed["traces"]), sealed["trace_line"]) == (1, "")  # type: ignore[arg-type]
    assert (sealed["answer_line"], sealed["search_line"]) == ("", "")
    without = laid_out(replace(told, searches=()))
    assert str(without["answer_line"]).startswith("No candidate has been decided on.")
    assert without["search_line"] == "No catalog was searched in this case."


def test_only_the_sealed_edition_says_that_every_original_is_there(told: ReportCase) -> None:
    words = "The bundle contains the original of every exhibit, byte for byte"
    assert words in str(laid_out(told)["exhibits_lede"])
    assert words not in str(laid_out(edition(told))["exhibits_lede"])


def test_what_was_not_checked_stays_where_only_a_source_is_withheld(told: ReportCase) -> None:
    unread = replace(told.exhibits[0], exhibit_id="EX-0009", regions=(), copy_of="")
    case = replace(told, exhibits=(*told.exhibits, unread))
    entry = recorded(
        kind="exhibit.taken_in",
        sequence=5,
        body={"exhibit": "EX-0009"},
        private={"source_account": ["a list"]},
        commitments={"source_account": "00"},
    )
    held = replace(HIDDEN, fields=frozenset({(5, "source_account")}))
    public = PublicEdition(held, (entry,), hidden={}, reasons=()).of(case)
    assert public.exhibits[-1].withheld == "Withheld from this exhibit: source account."
    assert "EX-0009" in str(laid_out(public)["open_ends"])
    assert "EX-0009" not in str(laid_out(edition(case, "EX-0009"))["open_ends"])


def test_a_withheld_exhibit_is_given_no_size(told: ReportCase) -> None:
    (exhibit,) = (
        one
        for one in laid_out(edition(told, "EX-0001"))["exhibits"]  # type: ignore[attr-defined]
        if one["exhibit_id"] == "EX-0001"
    )
    assert exhibit["about"] == "[withheld] · image/jpeg"


def test_a_title_of_its_own_stands_on_it(told: ReportCase) -> None:
    assert edition(told, title="For the public").title == "For the public"
    assert edition(told).title == told.title


def test_a_still_does_not_say_what_is_withheld_of_its_clip(told: ReportCase) -> None:
    said = (("source_account", "@finder_of_things"), ("note", "by hand"))
    still = replace(told.exhibits[0], exhibit_id="EX-0010", claims=said, embedded=(), regions=())
    clip = recorded(
        kind="exhibit.taken_in",
        sequence=5,
        body={"exhibit": "EX-0009"},
        private={"source_account": ["a list"]},
        commitments={"source_account": "00", "note": "00"},
    )
    frame = recorded(
        kind="frame.taken",
        sequence=6,
        body={"exhibit": "EX-0010", "parent": "EX-0009"},
        private={},
        commitments={},
    )
    held = replace(HIDDEN, fields=frozenset({(5, "source_account")}))
    case = replace(told, exhibits=(still,))
    public = PublicEdition(held, (clip, frame), hidden={}, reasons=()).of(case)
    assert public.exhibits[0].claims == (("source_account", "[withheld]"), ("note", "by hand"))


def test_facts_of_a_file_and_what_is_odd_about_them_go_together(told: ReportCase) -> None:
    odd = replace(
        told.exhibits[0],
        embedded=(("GPS Position", "39.503, 47.030"),),
        file_notes=("The GPS block of CAM-998877 cannot be read.",),
    )
    entry = recorded(
        kind="exhibit.taken_in",
        sequence=5,
        body={"exhibit": odd.exhibit_id},
        private={"embedded": {}},
        commitments={"embedded": "00"},
    )
    held = replace(HIDDEN, fields=frozenset({(5, "embedded")}))
    case = replace(told, exhibits=(odd,))
    public = laid_out(PublicEdition(held, (entry,), hidden={}, reasons=()).of(case))
    assert "39.503" not in str(public["exhibits"])
    assert "CAM-998877" not in str(public["exhibits"])
    assert "39.503" in str(laid_out(case)["exhibits"])
    assert "CAM-998877" in str(laid_out(case)["exhibits"])
