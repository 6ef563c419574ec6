"""Import of JSON: records in the catalog's own form, or flat rows; strict either way."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from catalog.errors import ImportRefused
from catalog.importing.load import header_of, load
from catalog.records.records_json import to_json

if TYPE_CHECKING:
    from catalog.importing.load import LoadResult


SERIALS = "permits.lines.deliveries.serials"


def permit(**changes: Any) -> dict[str, Any]:
    serials = changes.pop("serials", [{"value": "CMX15D-0836", "basis": "single"}])
    delivery = {"delivery_id": "D-1", "ship_date": "2020-09-08", "serials": serials}
    line = {
        "line_id": "L-1",
        "maker_id": changes.pop("maker_id", "wescam"),
        "maker_as_written": "L3 Wescam",
        "model": "CMX-15D",
        "deliveries": [delivery | changes.pop("delivery", {})],
    }
    return {
        "permit_id": "P-1",
        "number": {"value": "", "redaction": "redacted_full"},
        "issuer": "Authority (synthetic)",
        "synthetic": True,
        "lines": [line],
        **changes,
    }


def load_permits(*permits: dict[str, Any], makers: tuple[dict[str, Any], ...] = ()) -> LoadResult:
    data = json.dumps({"makers": makers, "permits": permits}).encode()
    return load(data, name="x.json")


def test_the_demo_catalog_comes_back_from_its_own_form(demo_load: LoadResult) -> None:
    data = json.dumps(to_json(demo_load.records), ensure_ascii=False).encode()
    again = load(data, name="demo.json")
    assert again.issues == ()
    assert again.records == demo_load.records
    assert again.complete
    assert header_of(data, name="x") == ()


@pytest.mark.parametrize(
    ("changes", "column", "problem"),
    [
        ({"issuer": 7}, "permits", "permits[2].issuer is 7"),
        (
            {
                "status_history": [
                    {"status": "aproved", "date": "2020", "authority": "", "source": ""}
                ]
            },
            "permits",
            "status_history[0] is invalid: 'aproved' is not a known status",
        ),
        (
            {"parties": [{"role": "owner", "name": {"value": "x"}}]},
            "permits",
            "not a known role of a party",
        ),
        ({"undertakings": ["be_nice"]}, "permits", "not a known undertaking"),
        ({"serials": [{"value": "", "basis": "single"}]}, "permits", "has no serial"),
        ({"serials": [{"value": "A", "basis": "list", "quantity": -1}]}, "permits", "-1 units"),
        ({"delivery": {"quantity": -5}}, "permits", "'D-1' stands for -5 units"),
        ({"delivery": {"quantity": 10**400}}, "permits", "'D-1' stands for far too many units"),
        ({"serials": [{"value": "A?1", "basis": "single"}]}, SERIALS, "contains a ?"),
        ({"delivery": {"received_date": "2020-01-01"}}, "permits", "before it was shipped"),
        ({"delivery": {"document_type": "napkin"}}, "permits", "not a known type of document"),
        ({"maker_id": "nobody"}, "permits.lines.maker_id", "'nobody' is not in the list"),
        ({"permit_id": "P-1"}, "permits.permit_id", "is already at place 1"),
        (
            {"serials": [{"value": "cmx15d 0836", "basis": "single"}]},
            SERIALS,
            "the same serial of the same maker and model is in permit 'P-1'",
        ),
    ],
)
def test_a_bad_permit_is_left_out_and_named_and_the_others_are_kept(
    changes: dict[str, Any], column: str, problem: str
) -> None:
    fine = [{"value": "CMX15D-0900", "basis": "single"}]
    bad = permit(**{"permit_id": "P-2", "serials": fine, **changes})
    last = permit(permit_id="P-3", serials=[{"value": "CMX15D-0901", "basis": "single"}])
    result = load_permits(permit(), bad, last)
    assert (result.rows_read, result.rows_accepted) == (3, 2)
    assert [p.permit_id for p in result.records.permits] == ["P-1", "P-3"]
    issue = result.errors[0]
    assert (issue.row, issue.column) == (2, column)
    assert problem in issue.problem
    assert issue.remedy


def test_a_file_may_bring_its_own_makers() -> None:
    own = {"maker_id": "acme", "canonical": "Acme", "cage": ["38596"]}
    result = load_permits(permit(maker_id="acme"), makers=(own,))
    assert result.issues == ()
    assert [maker.canonical for maker in result.records.makers] == ["Acme"]
    bad = load_permits(permit(), makers=({"maker_id": "x"},))
    assert bad.errors[0].column == "makers"


def test_flat_rows_are_read_as_a_table() -> None:
    rows = [
        {"Manufacturer": "L3 Wescam", "Model": "CMX-15D", "S/N": "CMX15D-0836", "permit_id": "P"},
        {"Manufacturer": "L3 Wescam", "Model": "CMX-15D", "S/N": 836, "permit_id": "P"},
    ]
    result = load(json.dumps(rows).encode(), name="x")
    assert result.issues == ()
    serials = result.records.permits[0].lines[0].deliveries[0].serials
    assert [serial.value for serial in serials] == ["836", "CMX15D-0836"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"permits": [', "not valid JSON"),
        (b'{"permits": [], "permits": []}', "occurs twice"),
        (b'{"permits": [NaN]}', "NaN is not a number"),
        (b"[" * 100_000, "too deeply nested"),
        (b'{"permits": "\xff"}', "byte 13"),
        (b"{}", "does not contain a list of permits"),
        (b'{"records": []}', "but records"),
        (b'{"permits": {}}', "does not contain"),
        (b'[{"a": [1]}]', "not a flat object"),
        (b"[1]", "not a flat object"),
        (b"[]", "no column names"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(ImportRefused, match=words) as caught:
        load(data, name="bad.json")
    assert "bad.json" in caught.value.diagnostics()


def test_a_number_that_floating_point_has_rounded_is_no_serial() -> None:
    row = {"permit_number": "P-1", "maker": "L3 Wescam", "model": "CMX-15D", "serial": 1.5e20}
    result = load(json.dumps([row]).encode(), name="x.json")
    assert result.rows_accepted == 0
    assert "last digits are lost" in result.errors[0].problem
