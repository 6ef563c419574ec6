"""Rows make records: the same however written, in whatever order, and a unit for each model."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.importing.load import LoadResult, load

if TYPE_CHECKING:
    import random

HEAD = ["Licence No", "Manufacturer", "Model", "Serial No", "Ship date", "Consignee", "End user"]


def loaded(rows: list[list[str]], head: list[str] = HEAD) -> LoadResult:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return load(text.getvalue().encode(), name="made_up.csv")


def row(number: str = "EL-1", serial: str = "0830", **other: str) -> list[str]:
    cells = {
        "maker": "L3 Wescam",
        "model": "CMX-15D",
        "date": "2020-09-08",
        "consignee": "Integrator A",
        "user": "Ministry A",
    } | other
    return [number, cells["maker"], cells["model"], serial, *list(cells.values())[2:]]


@pytest.mark.parametrize(
    "again",
    [
        row(serial="0831", maker="L3 Wescam "),
        row(serial="0831", maker="L3 WESCAM"),
        row(serial="0831", maker="l3\u00a0wescam", model="cmx-15d"),
        row(serial="0831", user="MINISTRY  A"),
        row(serial="0831", user=" ministry\u00a0a"),
        row(serial="0831", consignee="INTEGRATOR A"),
        row(number=" el-1", serial="0831"),
        row(serial="0831", user=""),
        row(serial=" 0831\u00a0"),
    ],
)
def test_the_same_written_otherwise_is_the_same(again: list[str]) -> None:
    one, two = loaded([row(), again]), loaded([again, row()])
    assert one.rows_accepted == two.rows_accepted == 2
    assert one.issues == two.issues == ()
    [permit] = one.records.permits
    [item] = permit.lines
    [shipment] = item.deliveries
    assert [serial.value for serial in shipment.serials] == ["0830", "0831"]
    assert (permit.permit_id, permit.parties[0].name.value) == ("EL-1", "Ministry A")
    assert item.maker_as_written == "L3 Wescam"
    assert one.records == two.records


def test_forms_of_accents_are_one() -> None:
    users = [unicodedata.normalize(form, "Türkiye MSB") for form in ("NFC", "NFD")]
    result = loaded([row(serial=f"083{at}", user=user) for at, user in enumerate(users)])
    assert (result.rows_accepted, result.issues) == (2, ())
    assert result.records.permits[0].parties[0].name.value == users[0]


def test_an_empty_cell_is_filled_by_any_row_and_read_there() -> None:
    result = loaded([row(user=""), row(serial="0831"), row(serial="0832", user="")])
    assert result.rows_accepted == 3
    assert result.records.permits[0].parties[0].name.value == "Ministry A"
    head = [*HEAD, "status"]
    late = loaded([[*row(), ""], [*row(serial="0831"), "no such status"]], head)
    assert (late.rows_accepted, late.issues[0].row) == (1, 3)


@pytest.mark.parametrize("none", ["N/A", "unknown", "неизвестно", "k.A.", "-", "см. приложение"])
@pytest.mark.parametrize("first", [True, False])
def test_a_party_that_is_none_says_nothing_in_whatever_row(none: str, *, first: bool) -> None:
    users = (none, "Ministry A") if first else ("Ministry A", none)
    result = loaded([row(serial=f"083{at}", user=user) for at, user in enumerate(users)])
    assert result.rows_accepted == 2, result.issues
    assert result.records.permits[0].parties[0].name.value == "Ministry A"


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u2060", "\u00ad"])
def test_what_nobody_sees_makes_no_other_party(unseen: str) -> None:
    result = loaded([row(user=f"Ministry{unseen} A"), row(serial="0831")])
    assert result.rows_accepted == 2, result.issues


def test_what_a_refused_row_says_of_its_permit_is_not_taken() -> None:
    result = loaded(
        [row(user=""), row(serial="0831-35", user="Ministry B"), row(serial="0832", user="")]
    )
    assert result.rows_accepted == 2
    assert result.records.permits[0].parties == ()


def test_what_differs_is_an_error_that_names_both() -> None:
    result = loaded([row(), row(serial="0831", user="Ministry B")])
    assert result.rows_accepted == 1
    assert "says 'Ministry A' here in row 2" in result.issues[0].problem
    filled = loaded([row(user=""), row(serial="0831"), row(serial="0832", user="Ministry B")])
    assert filled.rows_accepted == 2


BASE = [
    row(number=f"EL-{at % 3}", serial=f"0{800 + at}", date=f"2020-0{1 + at % 2}-05", model=model)
    for at, model in enumerate(["CMX-15D", "CMX-10", "CMX-15D", "CMX-10", "CMX-15D", "CMX-15D"])
]


def perturbed(cells: list[str], draw: random.Random) -> list[str]:
    changed = [
        draw.choice(
            [
                str,
                str.upper,
                str.lower,
                lambda text: f" {text}\u00a0",
                lambda text: text.replace(" ", "  "),
            ]
        )(cell)
        for cell in cells
    ]
    return [*changed[:3], cells[3], *changed[4:]]


@settings(deadline=None)
@given(st.randoms(use_true_random=False))
def test_neither_the_order_of_rows_nor_case_and_spaces_change_a_record(draw: random.Random) -> None:
    plain = loaded(BASE)
    assert plain.rows_accepted == len(BASE)
    shuffled = draw.sample(BASE, k=len(BASE))
    assert loaded(shuffled).records == plain.records
    # beside the plain rows, so that every tidy form is there to be chosen
    more = [[*cells[:3], f"1{cells[3]}", *cells[4:]] for cells in BASE]
    mixed = [*BASE, *(perturbed(cells, draw) for cells in more)]
    first = loaded(mixed)
    assert first.rows_accepted == len(mixed)
    assert loaded(draw.sample(mixed, k=len(mixed))).records == first.records
    assert first.records == loaded([*BASE, *more]).records


def test_the_same_serial_on_two_models_is_two_units() -> None:
    result = loaded([row(model="CMX-10"), row(number="EL-2")])
    assert result.rows_accepted == 2
    units = [
        (item.model, serial.value)
        for permit in result.records.permits
        for item in permit.lines
        for shipment in item.deliveries
        for serial in shipment.serials
    ]
    assert units == [("CMX-10", "0830"), ("CMX-15D", "0830")]
    [warning] = result.issues
    assert warning.severity == "warning"
    assert "each is a unit of its own" in warning.problem
    many = loaded(
        [
            row(number=f"EL-{model}", model=model, serial=f"08{at}")
            for at in range(10, 20)
            for model in "AB"
        ]
    )
    assert (many.rows_accepted, len(many.issues)) == (20, 1)


def test_two_models_of_one_maker_in_json_are_two_units_too() -> None:
    def permit(name: str, model: str) -> dict[str, object]:
        serial = {"value": "0830", "basis": "single"}
        line = {
            "line_id": f"{name}/1",
            "maker_id": "wescam",
            "maker_as_written": "L3",
            "model": model,
        }
        shipment = {"delivery_id": f"{name}/D", "serials": [serial]}
        return {
            "permit_id": name,
            "number": {"value": name},
            "issuer": "",
            "lines": [{**line, "deliveries": [shipment]}],
        }

    for models, accepted in ((("CMX-10", "CMX-15D"), 2), (("CMX-15D", "cmx 15d"), 1)):
        data = {"permits": [permit(f"P{at}", model) for at, model in enumerate(models)]}
        assert load(json.dumps(data).encode(), name="made_up.json").rows_accepted == accepted


def test_a_code_that_several_units_share_is_an_issue_that_says_so() -> None:
    result = loaded([row(serial="2140"), row(number="EL-2", serial="2140")])
    assert result.rows_accepted == 1
    [issue] = result.errors
    assert "a date code, a lot" in issue.remedy
    assert "leave it empty" in issue.remedy


@pytest.mark.parametrize("order", [1, -1])
def test_a_unit_that_came_back_may_be_delivered_again_in_either_order_of_rows(order: int) -> None:
    head = [*HEAD, "disposition"]
    rows = [[*row(), "returned"], [*row(number="EL-2"), ""]]
    assert loaded(rows[::order], head).rows_accepted == 2
