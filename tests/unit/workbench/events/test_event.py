"""Events: what is derived from the class of a kind, and how strictly entries are read."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.blobs.references import references
from evidence_store.types import OWN_KINDS
from tests.conftest import ROOT
from tests.unit.workbench.events.samples import HASH, SAMPLES, entry_of
from workbench import events
from workbench.events import KINDS, OWN, NotUnderstood, UnknownKind, table_of_kinds
from workbench.events.marks import Mark
from workbench.events.narrative import WITHHELD, sentence
from workbench.rules import seen

if TYPE_CHECKING:
    from workbench.events import Event

DOCS = ROOT / "docs" / "ledger-format.md"
EACH = pytest.mark.parametrize("event", SAMPLES, ids=[one.kind.name for one in SAMPLES])


def test_there_is_a_sample_of_every_kind() -> None:
    assert {one.kind.name for one in SAMPLES} == KINDS.keys() | OWN.keys()
    assert OWN.keys() == OWN_KINDS


def test_every_kind_says_in_a_sentence_what_it_records() -> None:
    assert [kind.name for kind in KINDS.values() if not kind.words.endswith(".")] == []


@EACH
def test_an_entry_is_read_as_the_event_that_it_was_made_of(event: Event) -> None:
    assert events.of(entry_of(event)) == event


@EACH
def test_an_event_cannot_be_changed(event: Event) -> None:
    with pytest.raises((FrozenInstanceError, AttributeError, TypeError)):
        event.stray = 1  # type: ignore[attr-defined]
    assert not hasattr(event, "__dict__")


@EACH
def test_a_member_that_is_not_known_is_refused(event: Event) -> None:
    entry = entry_of(event)
    for odd in (
        replace(entry, body={**entry.body, "stray": 1}),
        replace(entry, private={**entry.private, "stray": 1}),
    ):
        with pytest.raises(NotUnderstood, match="stray"):
            events.of(odd)


@EACH
def test_a_member_that_is_missing_is_refused_unless_it_may_be(event: Event) -> None:
    entry = entry_of(event)
    for name in event.kind.fields:
        own = name.partition(".")[0]
        without = replace(
            entry,
            body={key: value for key, value in entry.body.items() if key != own},
            private={key: value for key, value in entry.private.items() if key != own},
        )
        if own in event.kind.optional:
            events.of(without)
        else:
            with pytest.raises(NotUnderstood, match=f"'{own}' is missing"):
                events.of(without)


@EACH
def test_a_member_of_another_type_is_refused(event: Event) -> None:
    entry = entry_of(event)
    for part in ("body", "private"):
        for name in getattr(entry, part):
            if name in {"manifest", "mapping"}:
                continue  # documents of the catalog's own form
            odd: dict[str, Any] = {**getattr(entry, part), name: [[{"odd": None}]]}
            with pytest.raises(NotUnderstood, match=f"'{name}"):
                events.of(replace(entry, **{part: odd}))  # type: ignore[arg-type]


@EACH
def test_a_private_field_is_not_taken_from_the_open_part(event: Event) -> None:
    entry = entry_of(event)
    mixed = {**entry.body, **entry.private}
    if entry.private:
        with pytest.raises(NotUnderstood, match="not one that is open"):
            events.of(replace(entry, body=mixed, private={}))
    if entry.body:
        with pytest.raises(NotUnderstood, match="not one that is private"):
            events.of(replace(entry, body={}, private=mixed))


def test_an_unknown_kind_is_refused_by_name() -> None:
    strange = replace(entry_of(SAMPLES[4]), kind="never.heard_of")
    with pytest.raises(UnknownKind):
        events.of(strange)
    assert sentence(strange) == "Recorded never.heard_of."
    assert events.touched(strange) == ()


def test_a_value_of_another_type_is_not_drafted() -> None:
    event: Any = events.CaseCreated
    with pytest.raises(Exception, match="case"):
        event(case=7).draft("person-1")
    with pytest.raises(TypeError, match="stray"):
        event(case="case-1", stray=1)


# --- marks ----------------------------------------------------------------------------------


def test_fields_are_sorted_by_their_marks() -> None:
    made = events.CatalogImported(
        snapshot=HASH, source=HASH, name="list.csv", manifest={}, mapping=None, issues=0
    ).draft("person-1")
    assert made.body.keys() == {"snapshot", "manifest", "issues"}
    assert made.private.keys() == {"source", "name", "mapping"}
    assert made.kept == {"source": "blob", "snapshot": "snapshot"}


def test_a_hash_of_evidence_is_never_open() -> None:
    """Anyone who has a photo could know a withheld one again by its SHA-256."""
    assert not Mark.BLOB.is_open
    assert not Mark.PRIVATE.is_open


def test_what_is_not_there_names_no_bytes() -> None:
    made = events.ExhibitRefused(
        file_name="x", original=None, reason="too large", sha256=None, size=None
    ).draft("person-1")
    assert made.kept == {}


def test_bytes_in_a_list_of_papers_are_found_and_a_name_like_a_hash_is_none() -> None:
    other = "cd" * 32
    papers = [{"name": HASH, "sha256": other, "size": 1}]
    found = [*references({"papers.sha256": "blob"}, {"papers": papers})]
    assert [one.sha256 for one in found] == [other]


def test_what_is_empty_and_may_be_missing_is_left_out() -> None:
    signed = events.BundleSigned(bundle="b", role="reviewer")
    assert signed.draft("person-1").body == {"bundle": "b", "role": "reviewer"}
    assert events.of(entry_of(signed)) == signed


def test_text_from_files_is_escaped_and_quotes_of_it_are_made_inert() -> None:
    photo = next(one for one in SAMPLES if isinstance(one, events.FieldJudged))
    odd = replace(photo, machine_text="a\0\\u{7}", reason="typed as it is\0")
    made = odd.draft("person-1")
    assert made.private["machine_text"] == "a\\u{0}\\u{5c}u{7}"
    assert made.private["reason"] == "typed as it is\0", "the ledger judges what was typed"
    refused = events.Refused(verb="v", why="a\0\\u{7}").draft("person-1")
    assert refused.private["why"] == "a\\u{0}\\u{7}"


def test_the_table_of_kinds_in_the_docs_is_made_from_the_classes() -> None:
    found = re.search(r"(?ms)^\| kind \| open .*?(?=^\n)", DOCS.read_text(encoding="utf-8"))
    assert found is not None
    assert found[0].rstrip("\n") == table_of_kinds(), (
        "from workbench.events import table_of_kinds; print(table_of_kinds()): this belongs there"
    )


# --- sentences ------------------------------------------------------------------------------


@EACH
def test_every_kind_has_a_sentence_of_its_own(event: Event) -> None:
    said = sentence(entry_of(event))
    assert said == event.sentence()
    assert said[0].isupper()
    assert said.endswith((".", "…"))


@EACH
def test_a_withheld_value_is_not_in_the_sentence(event: Event) -> None:
    entry = entry_of(event)
    for name, value in entry.private.items():
        odd = "NEVER-SAID" if isinstance(value, str) else value
        said = sentence(replace(entry, private={**entry.private, name: odd}), without={name})
        assert "NEVER-SAID" not in said
    assert sentence(entry, without=entry.body) == sentence(entry), "what is open stays"
    if any(isinstance(value, str) and value in sentence(entry) for value in entry.private.values()):
        assert sentence(entry, without=entry.private) != sentence(entry)


def test_a_withheld_number_is_marked_too() -> None:
    entry = entry_of(events.ArchiveOpened(file_name="a.zip", sha256=HASH, size=9, members=2))
    said = sentence(entry, without=entry.private)
    assert said == f"Opened {WITHHELD}: {WITHHELD} members, {WITHHELD} bytes, SHA-256 {WITHHELD}…"


# --- what is touched ------------------------------------------------------------------------

TOUCHES = {
    "field.judged": {
        seen.field_at("EX-0001", "R1", "serial"),
        seen.words_at("EX-0001", "R1"),
    },
    "exhibit.read": {seen.reading_of("EX-0001")},
    "plates.joined": {seen.plate_at("EX-0001", "R1"), seen.plate_at("EX-0002", "R1")},
    "copies.proposed": {seen.together("copy", "EX-0001"), seen.together("copy", "EX-0002")},
    "copies.judged": {
        seen.together("same_object", "EX-0001"),
        seen.together("same_object", "EX-0002"),
    },
    "candidates.searched": {seen.search_of("EX-0001/R1")},
    "candidate.judged": {seen.decisions_on("EX-0001/R1")},
    "trace.asked": {seen.requests_about("EX-0001/R1")},
    "trace.answered": {seen.answers_to("TR-0001")},
    "catalog.chosen": {seen.CATALOG},
    **{
        key: {seen.person_called("person-1")}
        for key in ("key.begun", "key.ended", "person.ended", "role.begun", "role.ended")
    },
}


@EACH
def test_what_each_kind_of_entry_touches(event: Event) -> None:
    assert set(event.touches()) == TOUCHES.get(event.kind.name, set())


# --- the codec ------------------------------------------------------------------------------


@given(
    st.floats(allow_nan=False, allow_infinity=False) | st.integers(-(2**53) + 1, 2**53 - 1),
    st.text(st.characters(exclude_categories=("Cs",)), max_size=9),
)
def test_numbers_and_texts_come_back_as_they_were(number: float, text: str) -> None:
    frame = next(one for one in SAMPLES if isinstance(one, events.FrameTaken))
    odd = replace(frame, seconds=float(number), timecode=text)
    assert events.of(entry_of(odd)) == odd
