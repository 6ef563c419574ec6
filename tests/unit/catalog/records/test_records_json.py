"""Records as JSON and back: nothing lost, nothing taken that does not fit."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from catalog.errors import RecordInvalid
from catalog.records.records_json import from_json, to_json
from catalog.types import CoverageEntry, Maker, Permit, Redactable

if TYPE_CHECKING:
    from catalog.importing.load import LoadResult


def test_every_demo_record_comes_back_equal(demo_load: LoadResult) -> None:
    for permit in demo_load.records.permits:
        assert from_json(Permit, json.loads(json.dumps(to_json(permit))), where="x") == permit
    for maker in demo_load.records.makers:
        assert from_json(Maker, json.loads(json.dumps(to_json(maker))), where="x") == maker


def test_defaults_are_left_out_and_dates_are_texts() -> None:
    assert to_json(CoverageEntry(maker_id="a")) == {"maker_id": "a"}
    assert to_json((Redactable(value=""),)) == [{"value": ""}]


PERMIT: dict[str, Any] = {"permit_id": "P", "number": {"value": "1"}, "issuer": "A"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"colour": "red"}, "permit has the unknown member 'colour'"),
        ({"issuer": 7}, "permit.issuer is 7"),
        ({"number": "1"}, "permit.number should be an object"),
        (
            {"number": {"value": "1", "redaction": "perhaps"}},
            "permit.number.redaction is 'perhaps'",
        ),
        ({"valid_from": "soon"}, "permit.valid_from is not a date"),
        ({"valid_from": 2020}, "permit.valid_from should be a date in quotes"),
        ({"parties": {}}, "permit.parties should be a list"),
        ({"sources": ["a", 3]}, r"permit.sources\[1\] is 3"),
        (
            {
                "lines": [
                    {
                        "line_id": "1",
                        "maker_id": "a",
                        "maker_as_written": "A",
                        "model": "M",
                        "quantity": "7",
                    }
                ]
            },
            r"permit.lines\[0\].quantity is '7'",
        ),
        ({"lines": [{"line_id": "1"}]}, r"permit.lines\[0\] lacks 'maker_as_written'"),
        ({"synthetic": 1}, "permit.synthetic is 1"),
    ],
)
def test_what_does_not_fit_is_named_with_its_path(change: dict[str, Any], words: str) -> None:
    with pytest.raises(RecordInvalid, match=words) as caught:
        from_json(Permit, {**PERMIT, **change}, where="permit")
    assert caught.value.remedy
