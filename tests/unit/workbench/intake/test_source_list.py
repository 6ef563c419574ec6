from __future__ import annotations

import io
import unicodedata
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from catalog.errors import ImportRefused
from tests.unit.workbench.drawn import plate_jpeg
from workbench.errors import BadRequest
from workbench.intake.source_list import LIMITS, read_source_list
from workbench.types import Actor, CaseSummary, Claims, Upload

if TYPE_CHECKING:
    from workbench.workbench import Workbench

TABLE = """file,source address,Account,date,claimed_place,notes
one.jpg,https://example.org/1,@finder,2020-10,a field,"said, so"
two.jpg,,@other,,,
"""


def told(text: str) -> list[tuple[int, str, str]]:
    found = read_source_list(text.encode(), name="sources.csv")
    return [(issue.row, issue.column, issue.problem) for issue in found.issues]


def test_a_row_gives_a_file_claims_of_its_own_and_leaves_the_rest_to_the_upload() -> None:
    found = read_source_list(TABLE.encode(), name="sources.csv")
    assert found.issues == ()
    common = Claims(source_account="@archive", claimed_place="Shusha", obtained_at="2020-11")
    assert found.claims_of("one.jpg", common) == Claims(
        source_url="https://example.org/1",
        source_account="@finder",
        claimed_date="2020-10",
        claimed_place="a field",
        note="said, so",
        obtained_at="2020-11",
    )
    assert found.claims_of("two.jpg", common) == Claims(
        source_account="@other", claimed_place="Shusha", obtained_at="2020-11"
    )
    assert found.claims_of("three.jpg", common) == common
    assert found.claims_of("ONE.jpg", common) == common, "no name is guessed at"


@pytest.mark.parametrize("named", ["day 1/a.jpg", "finds.zip/day 1/a.jpg"])
def test_a_file_of_a_zip_is_named_with_or_without_the_zip(named: str) -> None:
    found = read_source_list(f"file,account\n{named},@finder\n".encode(), name="s.csv")
    assert found.claims_of("finds.zip/day 1/a.jpg", Claims()).source_account == "@finder"
    assert found.claims_of("finds.zip/day 2/a.jpg", Claims()).source_account == ""


def test_letters_with_marks_are_the_same_however_a_disk_writes_them() -> None:
    found = read_source_list("file,account\nİğdır.jpg,@finder\n".encode(), name="s.csv")
    apart = unicodedata.normalize("NFD", "İğdır.jpg")
    assert found.claims_of(apart, Claims()).source_account == "@finder"


def test_a_spreadsheet_is_read_and_its_formulas_are_words() -> None:
    book = openpyxl.Workbook()
    book.active.append(["file", "account", "note"])
    book.active.append(["one.jpg", "@finder", "=1+1"])
    data = io.BytesIO()
    book.save(data)
    found = read_source_list(data.getvalue(), name="sources.xlsx")
    assert found.claims_of("one.jpg", Claims()).note == "=1+1"


@pytest.mark.parametrize(
    ("text", "issue"),
    [
        ("account\n@finder\n", (1, "file", "no column gives the file names")),
        ("file,url,link\na,b,c\n", (1, "link", "two columns give the source address")),
        ("file,account\n,@finder\n", (2, "file", "no file is named")),
        ("file,account\na.jpg,@x\na.jpg,@y\n", (3, "file", "row 2 names this file already")),
        ("file,colour\na.jpg,red\n", (1, "colour", "the column 'colour' is not used")),
        ("file,\na.jpg,red\n", (1, "", "column 2 has no name")),
    ],
)
def test_what_is_odd_is_named_by_row_and_column(text: str, issue: tuple[int, str, str]) -> None:
    assert issue in told(text)


def test_a_date_that_is_none_and_a_text_too_long_are_errors() -> None:
    text = f"file,date,account\na.jpg,someday,x\nb.jpg,2020,{'y' * 2_001}\nc.jpg,2020,z\n"
    found = read_source_list(text.encode(), name="sources.csv")
    assert [(one.row, one.column) for one in found.errors] == [(2, "date"), (3, "account")]
    assert "is 'someday', which is not a date: write it as 2020" in found.errors[0].sentence
    assert found.errors[1].remedy == "at most 2000 are allowed"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"%PDF-1.7", "is not a CSV"),
        ("file\nİ".encode("utf-16"), "UTF-16"),
        (b'file\n"a', "stops being valid CSV"),
    ],
)
def test_what_is_no_table_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ImportRefused) as raised:
        read_source_list(data, name="sources.csv")
    assert said in raised.value.diagnostics()


def test_a_list_beyond_the_limits_is_refused() -> None:
    with pytest.raises(BadRequest, match="a source list may have"):
        read_source_list(bytes(LIMITS.max_bytes + 1), name="sources.csv")
    many = b"file\n" + b"a\n" * LIMITS.max_rows
    with pytest.raises(BadRequest, match="more than 100,000 rows"):
        read_source_list(many, name="sources.csv")


def test_each_file_is_taken_in_with_its_own_claims_and_unused_rows_are_said(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("two.jpg", plate_jpeg(seed=2))
    uploads = [
        Upload(name="one.jpg", data=plate_jpeg(seed=1)),
        Upload(name="finds.zip", data=packed.getvalue()),
        Upload(name="three.jpg", data=plate_jpeg(seed=3)),
    ]
    sources = read_source_list((TABLE + "nine.jpg,,@lost,,,\n").encode(), name="s.csv")
    report = bench.intake.take_in(
        investigator, case.case_id, uploads, Claims(source_account="@archive"), sources=sources
    )
    said = {
        view.summary.file_name: view.claims.source_account
        for view in (bench.exhibits.one(case.case_id, name) for name in report.accepted)
    }
    assert said == {
        "one.jpg": "@finder",
        "finds.zip/two.jpg": "@other",
        "three.jpg": "@archive",
    }
    assert report.problems == (
        "Row 4 of the source list names nine.jpg, which was not among the files.",
    )
    assert (report.done, report.total, report.stopped) == (3, 3, "")
    again = bench.intake.take_in(
        investigator, case.case_id, uploads, Claims(source_account="@archive"), sources=sources
    )
    assert (again.accepted, len(again.known)) == ((), 3)


def test_of_many_rows_without_a_file_the_first_are_named_and_the_rest_counted() -> None:
    table = "file\n" + "".join(f"{number}.jpg\n" for number in range(1, 1_101))
    said = read_source_list(table.encode(), name="s.csv").unused({"1.jpg"})
    assert len(said) == 21
    assert said[0].startswith("Row 3 of the source list names 2.jpg")
    assert said[-1] == "The same is true of 1,079 more rows."


def test_a_list_with_errors_takes_nothing_in(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    sources = read_source_list(b"file,date\none.jpg,someday\n", name="s.csv")
    before = bench.stores.ledger.size(case.case_id)
    with pytest.raises(BadRequest, match=r"1 error; nothing was added. First: row 2, date"):
        bench.intake.take_in(
            investigator,
            case.case_id,
            [Upload(name="one.jpg", data=plate_jpeg())],
            Claims(),
            sources=sources,
        )
    assert bench.stores.ledger.size(case.case_id) == before
