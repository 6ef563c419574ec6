"""Canonical JSON: the quick way and the full rules must never differ."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime, timedelta, timezone
from types import MappingProxyType
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from evidence_store.canonical import (
    canonical_json,
    entry_from_leaf,
    format_time,
    is_canonical,
    leaf_bytes,
    parse_canonical,
    parse_time,
)
from evidence_store.errors import BadInput, NotCanonical
from evidence_store.types import Entry, Sha256

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(-(2**53) + 1, 2**53 - 1)
    | st.floats(0, 1)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)


@given(VALUES)
@example({"\U0001f600": 1, "\ufb33": 2})  # UTF-16 order differs from that of code points
@example([1e-7, 5e-324, 1e15, 1.0, -0.0, 0.0001, 0.00001, 1e15 + 0.5])
@example({'a"\\\b\f\n\r\t\x00\x1f\x7f\u2028é': [True, None]})
def test_it_is_what_the_full_rules_give(value: Any) -> None:
    assert canonical_json(value) == rfc8785.dumps(value)


@given(VALUES)
def test_reading_takes_what_writing_gives(value: Any) -> None:
    written = canonical_json(value)
    assert is_canonical(written)
    assert canonical_json(parse_canonical(written)) == written


@given(VALUES, st.data())
def test_another_spelling_of_a_value_is_refused(value: Any, data: st.DataObject) -> None:
    """RFC 8785, 3.2: the value has one form; any other text for it is not canonical."""
    written = canonical_json(value)
    place = data.draw(st.integers(0, len(written)))
    spelled = written[:place] + b" " + written[place:]
    try:
        same = json.loads(spelled) == value
    except ValueError:
        same = False
    if same:
        assert not is_canonical(spelled)


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}', b'{"b":1,"a":1}', b"1.0", b"-0", b"01", b"1e2", b"[1.50]", b"NaN",
        b"[-Infinity]", b'"\\u0041"', b'"\\/"', b'"\xc3"', b'"\\ud800"', b'"\\ud83d\\ude00"', b"",
        b"9007199254740992", b"[1, 2]", b'{"a":1}\n', b"\xef\xbb\xbf1", b"[" * 100_000,
        '{"\ufb33":2,"\U0001f600":1}'.encode(),
    ],
)  # fmt: skip
def test_what_is_not_canonical_is_refused(text: bytes) -> None:
    assert not is_canonical(text)


@pytest.mark.parametrize(
    "value",
    [
        math.nan,
        math.inf,
        2**53,
        -(2**53),
        2.0**53,
        1e300,
        "\ud800",
        {"\udfff": 1},
        {1: 2},
        {1, 2},
        b"x",
        pytest.param(object(), id="an object"),
    ],
    ids=str,
)
def test_what_has_no_canonical_form_is_refused_in_a_sentence(value: object) -> None:
    with pytest.raises(NotCanonical) as refused:
        canonical_json(value)
    assert refused.value.message.endswith(".")


def test_frozen_mappings_and_tuples_are_written() -> None:
    assert canonical_json(MappingProxyType({"b": (1, 2), "a": {"c": ()}})) == (
        b'{"a":{"c":[]},"b":[1,2]}'
    )


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_come_back(at: datetime) -> None:
    assert parse_time(format_time(at)) == at


def test_times_are_written_in_utc() -> None:
    at = datetime(2026, 11, 22, 10, 30, tzinfo=timezone(timedelta(hours=4)))
    assert format_time(at) == "2026-11-22T06:30:00.000000Z"
    with pytest.raises(BadInput, match="has no zone"):
        format_time(ENTRY.at.replace(tzinfo=None))


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T06:30:00Z", "2026-11-22 06:30:00.000000Z", "2026-13-22T06:30:00.000000Z",
        "2026-11-22T06:30:00.000000+00:00", "2026-11-22T06:30:00.000000Z\n", "",
    ],
)  # fmt: skip
def test_times_in_another_form_are_refused(text: str) -> None:
    with pytest.raises(NotCanonical):
        parse_time(text)


ENTRY = Entry(
    log="case-1",
    sequence=4,
    at=datetime(2026, 11, 22, 10, tzinfo=UTC),
    kind="seen",
    actor="person-1",
    body={"exhibit": "EX-0001"},
    private={"place": "Horadiz"},
    commitments={"place": Sha256("ab" * 32)},
    leaf_hash=Sha256("00" * 32),
)


def test_a_leaf_has_exactly_these_bytes() -> None:
    assert leaf_bytes(ENTRY) == (
        b'{"actor":"person-1","at":"2026-11-22T10:00:00.000000Z","body":{"exhibit":"EX-0001"},'
        b'"commitments":{"place":"' + b"ab" * 32 + b'"},"kind":"seen","log":"case-1",'
        b'"sequence":4,"v":1}'
    )


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("v", 2), ("v", True), ("sequence", -1), ("sequence", 1.5), ("sequence", True),
        ("actor", 7), ("at", "yesterday"), ("body", []), ("commitments", {"a": "xy"}),
        ("commitments", []), ("clock_at", 5), ("extra", 1), ("kind", None),
    ],
)  # fmt: skip
def test_a_leaf_that_is_none_is_refused(member: str, value: Any) -> None:
    leaf = json.loads(leaf_bytes(ENTRY))
    leaf[member] = value
    with pytest.raises(NotCanonical):
        entry_from_leaf(canonical_json(leaf))


def test_a_leaf_without_a_member_is_refused() -> None:
    for member in json.loads(leaf_bytes(ENTRY)):
        leaf = json.loads(leaf_bytes(ENTRY))
        del leaf[member]
        with pytest.raises(NotCanonical, match="exactly the members"):
            entry_from_leaf(canonical_json(leaf))
