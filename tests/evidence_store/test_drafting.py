"""What an entry may be: its kind, its actor, its fields, how deep and how large."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from evidence_store.canonical import leaf_bytes
from evidence_store.drafting import MOST_LEAF_BYTES, MOST_NESTED, check_draft, finished
from evidence_store.errors import BadInput
from evidence_store.types import OWN_KINDS, Draft, Entry

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def draft(kind: str = "seen", actor: str = "p-1", **more: Any) -> Draft:
    return Draft(kind=kind, actor=actor, body=more.pop("body", {}), **more)


def made(one: Draft) -> tuple[Entry, bytes]:
    return finished("case-1", 3, one, NOW, None)


@pytest.mark.parametrize("kind", ["seen", "exhibit.taken_in", "a-1", "x" * 80])
def test_a_kind_is_lower_case_words(kind: str) -> None:
    check_draft(draft(kind))


@pytest.mark.parametrize("kind", ["", "No Kind", "Seen", "1st", "x" * 81, "seen\n"])
def test_what_is_no_kind_is_refused(kind: str) -> None:
    with pytest.raises(BadInput, match="is not a kind of entry"):
        check_draft(draft(kind))


@pytest.mark.parametrize("kind", sorted(OWN_KINDS))
def test_what_the_ledger_alone_writes_nobody_drafts(kind: str) -> None:
    with pytest.raises(BadInput, match="Only the ledger writes"):
        check_draft(draft(kind))


@pytest.mark.parametrize("actor", ["p", "person-0123456789ab", "A.b_c@d", "x" * 100])
def test_an_actor_is_an_opaque_identifier(actor: str) -> None:
    check_draft(draft(actor=actor))


@pytest.mark.parametrize("actor", ["", "two words", "-p", "x" * 101, "Zoë"])
def test_what_is_no_actor_is_refused(actor: str) -> None:
    with pytest.raises(BadInput, match="is not an actor"):
        check_draft(draft(actor=actor))


@pytest.mark.parametrize("name", ["note", "a.b-c_1", "x" * 200])
def test_a_private_field_has_a_lower_case_name(name: str) -> None:
    check_draft(draft(private={name: 1}))


@pytest.mark.parametrize("name", ["", "No Name", "_note", "x" * 201, 7, None])
def test_what_names_no_private_field_is_refused(name: Any) -> None:
    with pytest.raises(BadInput, match="cannot name a private field"):
        check_draft(draft(private={name: 1}))


def nested(levels: int, wrap: Any) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = wrap(value)
    return value


@pytest.mark.parametrize("wrap", [lambda one: [one], lambda one: (one,), lambda one: {"a": one}])
@pytest.mark.parametrize("where", ["body", "private"])
def test_sixty_four_levels_are_the_most(wrap: Any, where: str) -> None:
    assert MOST_NESTED == 64
    check_draft(draft(**{where: {"field": nested(64, wrap)}}))
    with pytest.raises(BadInput, match="nested more than 64 levels"):
        check_draft(draft(**{where: {"field": nested(65, wrap)}}))
    with pytest.raises(BadInput, match="nested more than 64 levels"):
        check_draft(draft(**{where: {"field": nested(20_000, wrap)}}))


@pytest.mark.parametrize("value", ["\x00", ["\ud800"], {"a": ("\x00",)}, {"\x00": 1}])
@pytest.mark.parametrize("where", ["body", "private"])
def test_text_that_no_log_can_hold_is_refused_wherever_it_stands(value: Any, where: str) -> None:
    check_draft(draft(**{where: {"field": "words, Ж, 光"}}))
    with pytest.raises(BadInput, match="which cannot be recorded"):
        check_draft(draft(**{where: {"a_field": value}}))


def test_an_entry_has_a_mebibyte_at_the_most() -> None:
    assert MOST_LEAF_BYTES == 1024 * 1024
    empty = len(made(draft(body={"text": ""}))[1])
    full = "x" * (1024 * 1024 - empty)
    assert len(made(draft(body={"text": full}))[1]) == 1024 * 1024
    with pytest.raises(BadInput, match="at most 1048576 fit"):
        made(draft(body={"text": full + "x"}))


def test_an_entry_holds_what_a_reader_will_see() -> None:
    entry, leaf = made(draft(body={"a": (1.0, 2)}, private={"note": (1,)}))
    assert entry.body == {"a": [1, 2]}
    assert entry.private == {"note": [1]}
    assert set(entry.salts) == set(entry.commitments) == {"note"}
    assert json.loads(leaf)["body"] == entry.body
    assert leaf_bytes(entry) == leaf
