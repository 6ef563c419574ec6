"""Import of spreadsheets: cells as a person sees them, everything else inert."""

from __future__ import annotations

import io
import random
import re
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
from openpyxl.chart import BarChart

from catalog.errors import ImportRefused
from catalog.importing import load_xlsx as rules
from catalog.importing.load import LoadResult, guess_mapping, header_of, load
from catalog.importing.load_xlsx import cell_text, is_xlsx, sheet_names

HEADER = ["permit_id", "maker", "model", "serial", "ship_date", "delivery_quantity", "synthetic"]
ROW = ["SYN-1", "L3 Wescam", "CMX-15D", "CMX15D-0836", date(2020, 9, 8), 1, "yes"]


def book(*rows: list, sheets: tuple[str, ...] = (), formats: dict[str, str] | None = None) -> bytes:
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in rows:
        sheet.append(row)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    for name in sheets:
        workbook.create_sheet(name).append(["x"])
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def with_member(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def replaced(data: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        assert name in old.namelist()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            new.writestr(info, content if info.filename == name else old.read(info))
    return out.getvalue()


def values(result: LoadResult) -> list[str]:
    return [
        serial.value
        for permit in result.records.permits
        for line in permit.lines
        for delivery in line.deliveries
        for serial in delivery.serials
    ]


def test_a_table_is_read_as_a_csv_would_be() -> None:
    data = book(HEADER, ROW, [*ROW[:3], "CMX15D-0839"])
    assert is_xlsx(data)
    assert header_of(data, name="x.xlsx") == tuple(HEADER)
    assert len(guess_mapping(data, name="x.xlsx").columns) == len(HEADER)
    result = load(data, name="x.xlsx")
    assert result.issues == ()
    assert values(result) == ["CMX15D-0836", "CMX15D-0839"]
    delivery = result.records.permits[0].lines[0].deliveries[0]
    assert (str(delivery.ship_date), delivery.quantity) == ("2020-09-08", 1)


def test_the_row_of_an_issue_is_the_row_on_the_screen() -> None:
    result = load(book(HEADER, ROW, [], [*ROW[:4], "soon"]), name="x")
    assert [(issue.row, issue.column) for issue in result.errors] == [(4, "ship_date")]


def test_leading_zeros_that_the_format_shows_come_back() -> None:
    row = [*ROW]
    row[3] = 836
    assert values(load(book(HEADER, row, formats={"D2": "000000"}), name="x")) == ["000836"]
    assert values(load(book(HEADER, row), name="x")) == ["836"]


def test_serials_that_are_numbers_are_named_once_and_too_long_ones_are_refused() -> None:
    numbers = (836, 839, 123456789012345678)
    rows = [[*ROW[:3], number, ROW[4], 3, ROW[6]] for number in numbers]
    result = load(book(HEADER, *rows), name="x")
    assert values(result) == ["836", "839"]
    said = [(i.row, i.column, i.severity, i.problem[:32]) for i in result.issues]
    assert said == [
        (2, "serial", "warning", "the cell is a number, not text: "),
        (4, "serial", "error", "the cell is a number, of which a"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (7.0, "7"),
        (7.5, "7.5"),
        (True, "yes"),
        (date(2020, 9, 8), "2020-09-08"),
        (datetime(2020, 9, 8), "2020-09-08"),  # noqa: DTZ001 - sheets know no zones
        (datetime(2020, 9, 8, 13, 5), "2020-09-08 13:05:00"),  # noqa: DTZ001
        (" a ", " a "),
    ],
)
def test_cell_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def test_a_formula_is_text_and_reported_never_its_result() -> None:
    row = [*ROW]
    row[3] = '=CONCATENATE("CMX15D-","0836")'
    result = load(book(HEADER, row), name="x")
    assert values(result) == []
    (error,) = result.issues
    assert (error.severity, error.row, error.column) == ("error", 2, "serial")
    assert error.value.startswith("=CONCATENATE")
    assert "a formula is not a serial" in error.problem


def test_a_named_sheet_and_the_others_named() -> None:
    data = book(HEADER, ROW, sheets=("Notes", "Prices"))
    assert sheet_names(data, name="x") == ("Sheet", "Notes", "Prices")
    result = load(data, name="x")
    assert "other sheets were not read: Notes, Prices" in result.issues[0].problem
    assert result.complete
    with pytest.raises(ImportRefused, match="no sheet named 'Permits'"):
        load(data, name="x", sheet="Permits")
    assert load(data, name="x", sheet="Notes").rows_accepted == 0


def test_macros_and_links_are_not_looked_at_and_said_so() -> None:
    data = with_member(book(HEADER, ROW), "xl/vbaProject.bin", b"MACRO")
    data = with_member(data, "xl/externalLinks/externalLink1.xml", b"<x/>")
    problems = [issue.problem for issue in load(data, name="x").issues]
    assert any("also contains macros" in problem for problem in problems)
    assert any("also contains links to other files" in problem for problem in problems)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    data = with_member(book(HEADER, ROW), "xl/worksheets/sheet9.xml", bytes(64 * 1024 * 1024))
    with pytest.raises(ImportRefused, match=r"would unpack to \d+ bytes") as caught:
        load(data, name="bomb.xlsx")
    assert "CSV UTF-8" in caught.value.remedy


def test_too_many_parts_are_refused() -> None:
    out = io.BytesIO(book(HEADER, ROW))
    with zipfile.ZipFile(out, "a") as archive:
        for number in range(2_100):
            archive.writestr(f"xl/media/{number}", b"")
    with pytest.raises(ImportRefused, match="parts"):
        load(out.getvalue(), name="x")


BILLION_LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">
<!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;">]>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">&d;</worksheet>"""


@pytest.mark.parametrize(
    ("member", "content"),
    [
        ("xl/styles.xml", BILLION_LAUGHS),
        ("xl/worksheets/sheet1.xml", BILLION_LAUGHS),
        ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c r='A1'>"),
        ("xl/workbook.xml", b"not xml"),
        ("[Content_Types].xml", b""),
    ],
)
def test_hostile_or_broken_xml_is_refused_in_words(member: str, content: bytes) -> None:
    with pytest.raises(ImportRefused) as caught:
        load(replaced(book(HEADER, ROW), member, content), name="bad.xlsx")
    assert "bad.xlsx" in caught.value.diagnostics()


def test_a_sheet_that_claims_to_be_huge_is_read_as_it_is() -> None:
    data = book(HEADER, ROW)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    claimed = sheet.replace(b'ref="A1:G2"', b'ref="A1:XFD1048576"')
    assert claimed != sheet
    assert values(load(replaced(data, "xl/worksheets/sheet1.xml", claimed), name="x")) == [
        "CMX15D-0836"
    ]


def test_a_cut_file_is_refused() -> None:
    data = book(HEADER, ROW)
    with pytest.raises(ImportRefused):
        load(data[: len(data) // 2], name="x.xlsx")


@pytest.mark.parametrize("head", [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-1.7\n"])
def test_other_office_files_are_refused_with_a_remedy(head: bytes) -> None:
    with pytest.raises(ImportRefused, match="not a CSV, XLSX or JSON") as caught:
        load(head + bytes(100), name="old.xls")
    assert "export the table" in caught.value.remedy


def test_what_a_workbook_may_ask() -> None:
    assert (rules.MAX_MEMBERS, rules.MAX_UNPACKED, rules.MAX_RATIO) == (2_000, 1024**3, 200)


def test_the_sheet_that_was_chosen_is_not_named_among_those_that_were_not_read() -> None:
    result = load(book(HEADER, ROW, sheets=("Notes", "Prices")), name="x", sheet="Notes")
    assert any("not read: Sheet, Prices" in issue.problem for issue in result.issues)


def test_a_chart_is_called_one_whether_it_is_chosen_or_comes_first() -> None:
    made = openpyxl.Workbook()
    made.active["A1"] = 1
    made.create_chartsheet("Chart", 0).add_chart(BarChart())
    out = io.BytesIO()
    made.save(out)
    for sheet in (None, "Chart"):
        with pytest.raises(ImportRefused, match=r"'Chart' of x\.xlsx is a chart"):
            list(rules.xlsx_rows(out.getvalue(), name="x.xlsx", sheet=sheet))


@pytest.mark.parametrize("part", [b"0" * 900_000, random.Random(1).randbytes(2_000_000)])
def test_what_packs_well_or_is_large_alone_is_no_bomb(part: bytes) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/part.xml", part)
    rules._check_size(out.getvalue(), "x.xlsx")


def test_a_workbook_without_a_sheet_is_refused() -> None:
    data = book(HEADER, ROW)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        workbook = archive.read("xl/workbook.xml")
    bare = re.sub(rb"<sheets>.*</sheets>", b"<sheets/>", workbook, flags=re.DOTALL)
    assert bare != workbook
    with pytest.raises(ImportRefused, match=r"x\.xlsx has no sheet of cells"):
        load(replaced(data, "xl/workbook.xml", bare), name="x.xlsx")


def test_empty_cells_behind_the_table_are_no_columns() -> None:
    data = book([*HEADER, " "], [*ROW, " "], formats={"H1": "0", "H2": "0", "J1": "0"})
    rows = list(rules.xlsx_rows(data, name="x"))
    assert [len(row) for row in rows] == [8, 8]
    data = book(HEADER, ROW, formats={"H1": "0", "J2": "0"})
    rows = list(rules.xlsx_rows(data, name="x"))
    assert [len(row) for row in rows] == [len(HEADER)] * 2
    assert load(data, name="x").issues == ()


def test_too_little_memory_is_not_said_to_be_a_damaged_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(openpyxl, "load_workbook", full)
    with pytest.raises(MemoryError):
        sheet_names(book(HEADER, ROW), name="x")


def test_sheets_are_not_listed_of_what_is_no_zip() -> None:
    with pytest.raises(ImportRefused, match=r"x\.xlsx is a damaged spreadsheet") as caught:
        sheet_names(book(HEADER, ROW)[:200], name="x.xlsx")
    assert "Save it again" in caught.value.remedy
