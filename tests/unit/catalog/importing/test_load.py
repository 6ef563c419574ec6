"""Import of CSV files from strangers: good rows kept, every odd cell named with its remedy."""

from __future__ import annotations

import importlib.util
import io
import json
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from catalog.errors import ImportRefused, RecordInvalid
from catalog.importing import load as rules
from catalog.importing.load import (
    ColumnMapping,
    LoadLimits,
    MappedColumn,
    guess_mapping,
    header_of,
    load,
    load_csv,
)
from catalog.records.records_json import to_json
from catalog.types import Permit, Redactable

if TYPE_CHECKING:
    from types import ModuleType

BAD = Path(__file__).parents[1] / "bad_catalogs"


def _builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bad_catalogs_build", BAD / "build.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUILD = _builder()
HEADED = BUILD.HEADER + ",unit_value"

ONE_BAD_ROW = {
    # file: (column, words of the problem, words of the remedy), always in row 3 of three rows
    "serial-twice.csv": ("serial", "is in row 2", "remove one of them"),
    "serial-twice-in-other-writing.csv": ("serial", "is in row 2", "remove one of them"),
    "serial-twice-in-one-cell.csv": ("serial", "this cell", "remove one of them"),
    "date-is-no-date.csv": ("ship_date", "'soon' is not a date", "as 2020-05-12"),
    "date-not-in-the-calendar.csv": ("ship_date", "'2020-02-30' is not a date", "as 2020-05-12"),
    "date-day-or-month.csv": ("ship_date", "which number is the day", "set the date order"),
    "received-before-shipped.csv": ("received_date", "before it was shipped", "check both"),
    "status-unknown.csv": (
        "status_history",
        "'aproved' is not a known status",
        "did you mean approved?",
    ),
    "permit-type-unknown.csv": ("permit_type", "not a known type of permit", "use one of"),
    "quantity-odd.csv": ("delivery_quantity", "not a number of units", "such as 7"),
    "quantity-negative.csv": ("delivery_quantity", "not a number of units", "such as 7"),
    "maker-empty.csv": ("maker", "the maker is missing", "name the maker"),
    "permit-redacted-without-id.csv": ("permit_id", "which permit", "an id of your own"),
    "permit-says-two-things.csv": ("end_user", "'Navy (synthetic)' here in row 2", "its own id"),
    "cage-with-letter-o.csv": ("cage", "not a CAGE code", "no I and no O"),
    "sha256-too-short.csv": ("document_sha256", "not a SHA-256", "64 hexadecimal"),
    "basis-unknown.csv": ("serial_basis", "not a known basis", "use one of"),
    "disposition-unknown.csv": ("disposition", "not a known disposition", "use one of"),
    "serial-without-letters.csv": ("serial", "has no digit", "serial_basis"),
    "serial-too-long.csv": ("serial", "80 characters", "with semicolons"),
    "serial-rounded-by-a-spreadsheet.csv": ("serial", "last digits are lost", "as text"),
    "serial-with-a-question-mark.csv": ("serial", "unknown character", "█ for what"),
    "range-backwards.csv": ("serial", "does not count up", "smaller serial first"),
    "range-with-two-prefixes.csv": ("serial", "one prefix", "A-001 to A-009"),
    "range-too-long.csv": ("serial", "900000 units", "check both ends"),
    "cell-too-long.csv": ("", "9000 characters", "unclosed quotation mark"),
}


@pytest.mark.parametrize("name", ONE_BAD_ROW)
def test_one_bad_row_is_left_out_and_named_and_the_good_ones_are_kept(name: str) -> None:
    column, problem, remedy = ONE_BAD_ROW[name]
    result = load((BAD / name).read_bytes(), name=name)
    assert (result.rows_read, result.rows_accepted) == (3, 2)
    assert not result.complete
    issue = result.errors[0]
    assert (issue.row, issue.column) == (3, column)
    assert problem in issue.problem
    assert remedy in issue.remedy
    kept = [serial.value for permit in result.records.permits for serial in _serials(permit)]
    assert kept == ["CMX15D-0836", "CMX15D-0900"]


def _serials(permit: Permit) -> list:
    return [s for line in permit.lines for delivery in line.deliveries for s in delivery.serials]


@pytest.mark.parametrize(
    ("name", "row", "column", "problem"),
    [
        ("formula-in-cell.csv", 3, "issuer", "stored as plain text"),
        ("serial-with-unseen-characters.csv", 3, "serial", "invisible characters (U+202E, U+202C)"),
        ("issuer-with-terminal-codes.csv", 3, "issuer", "invisible characters (U+001B)"),
        ("more-serials-than-units.csv", 3, "delivery_quantity", "more serials than its 2 units"),
        ("column-unknown.csv", 1, "colour", "this column is not used"),
    ],
)
def test_oddities_that_keep_no_row_out_are_warnings(
    name: str, row: int, column: str, problem: str
) -> None:
    result = load((BAD / name).read_bytes(), name=name)
    assert result.rows_accepted == result.rows_read
    assert [(i.row, i.column, i.severity) for i in result.issues] == [(row, column, "warning")]
    assert problem in result.issues[0].problem


def test_a_formula_stays_text() -> None:
    result = load((BAD / "formula-in-cell.csv").read_bytes(), name="x")
    issuers = {permit.issuer for permit in result.records.permits}
    assert '=HYPERLINK("http://x")' in issuers


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("column-maker-missing.csv", ["maker"]),
        ("columns-permit-and-serial-missing.csv", ["permit_id", "serial"]),
    ],
)
def test_missing_columns_are_named_and_nothing_is_accepted(name: str, columns: list[str]) -> None:
    result = load((BAD / name).read_bytes(), name=name)
    assert result.rows_accepted == 0
    assert result.records.permits == ()
    assert [issue.column for issue in result.errors] == columns
    assert all(issue.row == 1 and "map one of" in issue.remedy for issue in result.errors)


@pytest.mark.parametrize("name", ["row-too-short.csv", "row-too-long.csv"])
def test_a_row_of_another_width_is_reported(name: str) -> None:
    result = load((BAD / name).read_bytes(), name=name)
    assert (result.rows_read, result.rows_accepted) == (3, 2)
    assert "instead of 22" in result.errors[0].problem
    assert result.errors[0].row == 4


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("utf-16.csv", "UTF-16"),
        ("latin-1.csv", "line 3 has the byte 0xfc"),
        ("windows-1251.csv", "line 3 has the byte 0xce"),
        ("zero-bytes.csv", "zero bytes"),
        ("quote-unclosed.csv", "near line"),
        ("empty.csv", "is empty"),
        ("header-empty.csv", "no column names"),
        ("column-twice.csv", "two columns named 'maker'"),
    ],
)
def test_a_file_that_cannot_be_read_at_all_is_refused_with_a_remedy(name: str, words: str) -> None:
    with pytest.raises(ImportRefused) as caught:
        load((BAD / name).read_bytes(), name=name)
    assert words in caught.value.diagnostics()
    assert name in caught.value.message
    assert caught.value.remedy


def test_the_bad_catalogs_are_what_their_script_writes() -> None:
    on_disk = {
        path.name: path.read_bytes()
        for path in BAD.iterdir()
        if path.suffix != ".py" and path.is_file()
    }
    assert on_disk == BUILD.FILES


def test_every_bad_catalog_is_tested() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    assert [name for name in BUILD.FILES if f'"{name}"' not in source] == []


def good(*rows: dict[str, str], header: str = "") -> bytes:
    data: bytes = BUILD.table(*rows, header=header or BUILD.HEADER)
    return data


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_byte_order_mark_and_other_separators_are_fine(separator: str) -> None:
    row = {**BUILD.GOOD, "status_history": "approved 2020-05-06"}
    data = b"\xef\xbb\xbf" + good(row).replace(b",", separator.encode())
    result = load_csv(data, name="x.csv")
    assert (result.rows_accepted, result.issues) == (1, ())


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_first_line_that_names_the_separator_is_no_row(end: str) -> None:
    row = {**BUILD.GOOD, "status_history": "approved 2020-05-06"}
    table = good(row).decode().replace(",", ";").replace("\n", end)
    result = load_csv(f"sep=;{end}{table}".encode(), name="x.csv")
    assert (result.rows_accepted, result.issues) == (1, ())


@pytest.mark.parametrize("number", ["-7", "+7", "-1.5", "+1,000"])
def test_a_signed_number_is_no_formula(number: str) -> None:
    result = load_csv(good({**BUILD.GOOD, "unit_value": number}, header=HEADED), name="x")
    assert result.issues == ()


@pytest.mark.parametrize("text", ["=1+1", "-2+3", "+cmd|x", "@SUM(1)", "-A1"])
def test_what_a_spreadsheet_would_compute_is_named(text: str) -> None:
    result = load_csv(good({**BUILD.GOOD, "unit_value": text}, header=HEADED), name="x")
    assert ["formula" in issue.problem for issue in result.issues] == [True]


def test_a_serial_with_blacked_out_characters_neither_matches_nor_excludes() -> None:
    result = load_csv(good({**BUILD.GOOD, "serial": "CMX15D-08█6"}), name="x")
    (serial,) = _serials(result.records.permits[0])
    assert (serial.basis, serial.redaction) == ("redacted", "redacted_partial")


def test_empty_cells_in_later_rows_mean_as_before() -> None:
    bare = dict.fromkeys(BUILD.GOOD, "") | {
        "permit_id": "SYN-1",
        "maker": "L3 Wescam",
        "model": "CMX-15D",
        "part_number": "72-1",
        "delivery_id": "D-1",
        "serial": "CMX15D-0839",
    }
    result = load_csv(good(BUILD.GOOD, bare), name="x")
    assert result.issues == ()
    permit = result.records.permits[0]
    assert [s.value for s in _serials(permit)] == ["CMX15D-0836", "CMX15D-0839"]
    assert permit.parties[0].country == "TR"


@pytest.mark.parametrize(
    ("cell", "basis", "values", "kind"),
    [
        ("A-008 to A-011", "", ["A-008", "A-009", "A-010", "A-011"], "range"),
        ("A-008..011", "", ["A-008", "A-009", "A-010", "A-011"], "range"),
        ("998 – 1001", "", ["998", "999", "1000", "1001"], "range"),
        ("A-1; A-2;A-3", "", ["A-1", "A-2", "A-3"], "list"),
        ("CMX15D-0836", "", ["CMX15D-0836"], "single"),
        (
            "T/0836-2",
            "not_on_permit_from_delivery_record",
            ["T/0836-2"],
            "not_on_permit_from_delivery_record",
        ),
    ],
)
def test_serial_cells(cell: str, basis: str, values: list[str], kind: str) -> None:
    row = {**BUILD.GOOD, "serial": cell, "serial_basis": basis, "delivery_quantity": ""}
    result = load_csv(good(row), name="x")
    assert result.issues == ()
    serials = _serials(result.records.permits[0])
    assert [s.value for s in serials] == values
    assert {s.basis for s in serials} == {kind}


@pytest.mark.parametrize(
    ("cell", "redaction", "value"),
    [
        ("[redacted]", "redacted_full", ""),
        ("██████", "redacted_full", ""),
        ("(withheld)", "redacted_full", ""),
        ("CMX15D-08██", "redacted_partial", "CMX15D-08██"),
    ],
)
def test_redacted_is_not_empty(cell: str, redaction: str, value: str) -> None:
    row = {**BUILD.GOOD, "serial": cell, "permit_number": cell}
    permit = load_csv(good(row), name="x").records.permits[0]
    assert permit.number == Redactable(value=value, redaction=redaction)
    (serial,) = _serials(permit)
    assert (serial.basis, serial.redaction, serial.quantity) == ("redacted", redaction, 2)


@pytest.mark.parametrize(
    ("cells", "quantity", "shared"),
    [
        (["[redacted]"], "2", [2]),
        (["[redacted]"], "", [None]),
        (["[redacted]", "[redacted]"], "2", [1, 1]),
        (["[redacted]", "[redacted]"], "3", [None, None]),
        (["CMX15D-0836", "CMX15D-0839", "[redacted]"], "3", [1, 1, 1]),
        (["CMX15D-0836", "CMX15D-0839", "[redacted]"], "2", [1, 1, None]),
    ],
)
def test_withheld_units_are_those_that_no_serial_accounts_for(
    cells: list[str], quantity: str, shared: list[int | None]
) -> None:
    rows = [{**BUILD.GOOD, "serial": cell, "delivery_quantity": quantity} for cell in cells]
    result = load_csv(good(*rows), name="x")
    assert result.issues == ()
    assert [serial.quantity for serial in _serials(result.records.permits[0])] == shared


@pytest.mark.parametrize("cell", ["redacted", "withheld", "XXXX", "[Redacted]"])
def test_words_that_mean_redacted_are_no_serials(cell: str) -> None:
    row = {**BUILD.GOOD, "serial": cell}
    again = {**BUILD.OTHER, "serial": cell}
    result = load_csv(good(BUILD.SECOND, row, again), name="x")
    assert result.rows_accepted == 3
    assert [s.basis for p in result.records.permits for s in _serials(p)] == [
        "single",
        "redacted",
        "redacted",
    ]


def test_an_application_without_a_shipment_has_no_delivery() -> None:
    application = {
        name: cell
        for name, cell in BUILD.GOOD.items()
        if name not in ("delivery_id", "ship_date", "consignee", "delivery_quantity", "serial")
    }
    permit = load_csv(good(application), name="x").records.permits[0]
    assert permit.lines[0].deliveries == ()
    assert permit.lines[0].quantity == 7


def test_a_returned_unit_may_be_delivered_again() -> None:
    returned = {**BUILD.GOOD, "disposition": "returned"}
    again = {**BUILD.OTHER, "serial": "CMX15D-0836"}
    assert load_csv(good(returned, again), name="x").issues == ()


def test_one_serial_under_two_part_numbers_is_only_a_warning() -> None:
    other = {**BUILD.OTHER, "serial": "CMX15D-0836", "part_number": "72-2"}
    result = load_csv(good(BUILD.GOOD, other), name="x")
    assert result.complete
    assert "another part number" in result.issues[0].problem


def test_the_issuers_own_words_for_a_status() -> None:
    row = {**BUILD.GOOD, "permit_type": "UK_SIEL", "status_history": "refused 2020-03; NLR 2021"}
    history = load_csv(good(row), name="x").records.permits[0].status_history
    assert [event.status for event in history] == ["denied", "no_licence_required"]


def test_the_order_of_dates_is_the_mappings_to_say() -> None:
    row = {**BUILD.GOOD, "ship_date": "03/04/2020"}
    guessed = guess_mapping(good(row))
    for order, shipped in (("dmy", "2020-04-03"), ("mdy", "2020-03-04")):
        mapping = ColumnMapping(columns=guessed.columns, date_order=order)
        permit = load_csv(good(row), name="x", mapping=mapping).records.permits[0]
        assert str(permit.lines[0].deliveries[0].ship_date) == shipped


def test_a_maker_a_letter_off_is_kept_apart_with_a_warning_and_a_new_one_is_new() -> None:
    slip = load_csv(good({**BUILD.GOOD, "maker": "L3 Wescamm"}), name="x")
    assert slip.records.permits[0].lines[0].maker_id == "l3-wescamm"
    assert (
        "it contains something like the name L-3 WESCAM of L3Harris Wescam"
        in slip.issues[0].problem
    )
    new = load_csv(good({**BUILD.GOOD, "maker": "Wrackteil Optik GmbH"}), name="x")
    assert new.issues == ()
    assert new.records.permits[0].lines[0].maker_id == "wrackteil-optik-gmbh"


def test_cage_codes_go_to_the_maker() -> None:
    makers = {m.maker_id: m for m in load_csv(good(BUILD.GOOD), name="x").records.makers}
    assert makers["wescam"].cage == ("38596",)
    assert "l3harris" in makers


@pytest.mark.parametrize(
    ("header", "target", "reason"),
    [
        ("Serial No.", "serial", "another word for serial"),
        ("Manufacturer", "maker", "another word for maker"),
        ("S/N", "serial", "another word"),
        ("P/N", "part_number", "another word"),
        ("permit_id", "permit_id", "exactly this name"),
        ("Licence number", "permit_number", "another word"),
        ("END USER", "end_user", "exactly this name"),
        ("Üretici", "maker", "another word"),
    ],
)
def test_columns_are_guessed_with_a_reason(header: str, target: str, reason: str) -> None:
    (column,) = guess_mapping([header]).columns
    assert (column.header, column.target) == (header, target)
    assert reason in column.reason


def test_unknown_columns_stay_unmapped_and_the_exact_name_wins() -> None:
    mapping = guess_mapping(["SN", "serial", "shoe size"])
    assert [(c.header, c.target) for c in mapping.columns] == [("serial", "serial")]


def test_a_mapping_is_kept_and_read_back() -> None:
    mapping = guess_mapping(["Serial No", "Manufacturer", "Model", "Permit", "Colour"])
    mapping = ColumnMapping(columns=mapping.columns, ignored=("Colour",), date_order="dmy")
    assert ColumnMapping.from_json(mapping.to_json()) == mapping
    rows = b"Serial No,Manufacturer,Model,Permit,Colour\nA-1,Saab,X,P-1,red\n"
    result = load_csv(rows, name="x", mapping=mapping)
    assert result.issues == ()
    assert result.records.permits[0].permit_id == "P-1"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "cannot be read"),
        ({"columns": [{"header": "a", "target": "colour"}]}, "unknown meaning 'colour'"),
        ({"columns": [], "date_order": "ymd"}, "date_order: Input should be 'iso', 'dmy'"),
        ({"columns": [], "colour": "red"}, "colour"),
        ({"columns": [{"header": 1, "target": "serial"}]}, "columns.0.header"),
    ],
)
def test_a_bad_mapping_is_refused_in_words(value: object, words: str) -> None:
    with pytest.raises(RecordInvalid, match=words):
        ColumnMapping.from_json(value)


def test_two_columns_for_one_meaning_are_refused() -> None:
    pair = (MappedColumn(header="a", target="serial"), MappedColumn(header="b", target="serial"))
    with pytest.raises(RecordInvalid, match="both mapped to serial"):
        ColumnMapping(columns=pair)


def test_a_mapping_for_another_file_is_reported() -> None:
    mapping = ColumnMapping(columns=(MappedColumn(header="Nr", target="serial"),))
    result = load_csv(good(BUILD.GOOD), name="x", mapping=mapping)
    assert "'Nr', which the file does not have" in result.errors[0].problem
    assert result.rows_accepted == 0


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        (LoadLimits(max_bytes=100), "more than 100"),
        (LoadLimits(max_rows=1), "more than 1 rows"),
        (LoadLimits(max_columns=5), "22 columns"),
    ],
)
def test_limits_refuse_in_words(limits: LoadLimits, words: str) -> None:
    with pytest.raises(ImportRefused, match=words):
        load_csv(good(BUILD.GOOD, BUILD.OTHER), name="x", limits=limits)


def test_rows_in_any_order_give_the_same_records() -> None:
    rows = [BUILD.GOOD, BUILD.SECOND, BUILD.OTHER]
    first = load_csv(good(*rows), name="x").records
    other = load_csv(good(rows[2], rows[0], rows[1]), name="x").records
    assert first == other


def test_a_country_that_may_be_two_states_is_remarked_on_and_kept() -> None:
    table = (
        b"permit_number,maker,model,serial,end_user,end_user_country,country_of_use\n"
        b"EP-1,L3 Wescam,CMX-15D,0820,Ministry A,Korea,South Korea\n"
    )
    result = load_csv(table, name="made_up.csv")
    [issue] = result.issues
    assert (issue.column, issue.severity) == ("end_user_country", "warning")
    assert "may be KP (North Korea) or KR (South Korea)" in issue.problem
    assert result.records.permits[0].parties[0].country == "Korea"


def test_approved_without_a_date_is_remarked_on_once_with_what_is_missing() -> None:
    table = (
        b"permit_number,maker,model,serial,ship_date,valid_from,status\n"
        b"EP-1,L3 Wescam,CMX-15D,0830,2019-05-02,2019-03-12,approved\n"
        b"EP-2,L3 Wescam,CMX-15D,0831,2019-05-02,2019-03-12,approved\n"
        b"EP-3,L3 Wescam,CMX-15D,0832,2019-05-02,2019-03-12,denied\n"
    )
    result = load_csv(table, name="made_up.csv")
    assert result.rows_accepted == 3
    [issue] = result.issues
    assert (issue.row, issue.severity) == (2, "warning")
    assert "not said since when" in issue.problem
    assert "status_date" in issue.remedy


def test_what_a_catalog_file_may_ask() -> None:
    assert (
        LoadLimits(max_bytes=512 * 1024**2, max_rows=2_000_000, max_columns=200, max_cell=8_192)
        == rules.LIMITS
    )
    assert LoadLimits() == rules.LIMITS


def test_a_cell_that_is_too_long_is_named_itself() -> None:
    long = "Z" * 90
    data = good({**BUILD.GOOD, "model": long})
    result = load_csv(data, name="x.csv", limits=LoadLimits(max_cell=80))
    (issue,) = result.errors
    assert issue.value == long[:80]
    assert "a cell has 90 characters, more than 80" in issue.problem


@pytest.mark.parametrize(
    ("text", "table", "separator"),
    [
        ("sep=;\na,b;c\n", "a,b;c\n", ";"),
        ("sep=;\r\na,b;c\n", "a,b;c\n", ";"),
        ("sep=x\na;b", "sep=x\na;b", ","),
        ("name;\n1;2", "name;\n1;2", ";"),
    ],
)
def test_a_first_line_may_name_the_separator(text: str, table: str, separator: str) -> None:
    assert rules._declared(text) == (table, separator)


def test_the_sheets_that_were_not_read_are_named() -> None:
    made = openpyxl.Workbook()
    made.active.append(["maker", "model"])
    for name in ("Notes", "Prices"):
        made.create_sheet(name).append(["maker", "model"])
    out = io.BytesIO()
    made.save(out)
    for sheet, others in ((None, "Notes, Prices"), ("Notes", "Sheet, Prices")):
        problems = [issue.problem for issue in load(out.getvalue(), name="x", sheet=sheet).issues]
        assert any(problem.endswith(f"were not read: {others}") for problem in problems)


ROW = {
    "permit_id": "SYN-1",
    "maker": "L3 Wescam",
    "model": "CMX-15D",
    "serial": "CMX15D-0836",
    "synthetic": "yes",
}


def test_a_list_of_flat_objects_in_json_is_a_table() -> None:
    data = json.dumps([ROW, {**ROW, "serial": "CMX15D-0900"}]).encode()
    assert header_of(data, name="x.json") == tuple(ROW)
    result = load(data, name="x.json")
    assert (result.rows_read, result.issues) == (2, ())
    (permit,) = result.records.permits
    assert [serial.value for serial in _serials(permit)] == ["CMX15D-0836", "CMX15D-0900"]


def test_records_in_json_are_read_as_they_are_and_have_no_columns() -> None:
    records = load_csv(good(BUILD.GOOD), name="x.csv").records
    data = json.dumps(to_json(records)).encode()
    assert header_of(data, name="x.json") == ()
    assert load(data, name="x.json").records == records


def test_a_file_that_holds_no_table_is_refused() -> None:
    with pytest.raises(ImportRefused, match="x is not a CSV, XLSX or JSON file") as caught:
        load(b"%PDF-1.7\n" + bytes(100), name="x")
    assert "export the table as CSV" in caught.value.remedy


def test_nothing_is_remarked_on_where_a_spreadsheet_is_one_plain_table() -> None:
    workbook = openpyxl.Workbook()
    for cells in (list(ROW), list(ROW.values())):
        workbook.active.append(cells)
    written = io.BytesIO()
    workbook.save(written)
    result = load(written.getvalue(), name="x.xlsx")
    assert (result.rows_accepted, result.issues) == (1, ())


def test_rows_without_any_content_are_no_rows_and_are_counted_in_its_numbers() -> None:
    head, row = (",".join(part) for part in (ROW, ROW.values()))
    bad = row.replace("yes", "perhaps")
    result = load_csv(f"{head}\n,,,,\n\n{row}\n,,,,\n{bad}\n".encode(), name="x")
    assert (result.rows_read, result.rows_accepted) == (2, 1)
    assert [issue.row for issue in result.errors] == [6]


def test_separators_after_the_last_cell_of_a_row_change_nothing() -> None:
    head, row = (",".join(part) for part in (ROW, ROW.values()))
    result = load_csv(f"{head}\n{row},,,\n".encode(), name="x")
    assert (result.rows_accepted, result.issues) == (1, ())
    (serial,) = _serials(result.records.permits[0])
    assert serial.value == "CMX15D-0836"


def test_a_column_without_a_name_is_not_used_and_said_so() -> None:
    head, row = (",".join(part) for part in (ROW, ROW.values()))
    result = load_csv(f"{head},\n{row},7\n".encode(), name="x")
    assert result.rows_accepted == 1
    (issue,) = result.issues
    assert (issue.row, issue.column, issue.severity) == (1, "", "warning")
    assert "column 6 has no name" in issue.problem
