from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import openpyxl
import pytest

from catalog.demo import COVERAGE, demo_catalog_csv
from catalog.errors import SnapshotDamaged
from catalog.importing.mapping import ColumnMapping
from evidence_store.types import STORE_LOG
from values.errors import Exit
from words import en
from workbench.__main__ import main
from workbench.errors import BadRequest, NotFound

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.settings import Settings
    from workbench.types import Actor
    from workbench.workbench import Workbench


def test_what_changed_since_the_snapshot_before(bench: Workbench, investigator: Actor) -> None:
    first = bench.catalogs.import_(
        investigator, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    with pytest.raises(NotFound, match="before this one"):
        bench.catalogs.changes(first.sha256)
    more = demo_catalog_csv().replace(b"CMX15D-0839", b"CMX15D-0899")
    second = bench.catalogs.import_(
        investigator, more, name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    changes = bench.catalogs.changes(second.sha256)
    assert (changes.old_sha256, changes.new_sha256) == (first.sha256, second.sha256)
    assert [en.text(one) for one in changes.sentences()] == ["1 unit added.", "1 unit removed."]
    back = bench.catalogs.changes(first.sha256, since=second.sha256)
    assert {unit.key for unit in back.units} == {"CMX15D0839", "CMX15D0899"}


def test_what_an_import_would_bring_is_counted_before_it(bench: Workbench) -> None:
    preview = bench.catalogs.preview(demo_catalog_csv(), name="demo.csv")
    found = {extent.maker_id: extent for extent in bench.catalogs.found(preview)}
    assert found["wescam"].units == 46
    assert str(found["wescam"].last) == "2021-04-12"


def test_coverage_is_declared_in_values_and_shown_in_words(
    bench: Workbench, investigator: Actor
) -> None:
    covers = bench.catalogs.covers(
        maker="L-3 Wescam",
        issuer="Authority",
        first="2018",
        last="2021-04",
        completeness="partial",
        note="Synthetic.",
    )
    assert covers.maker_id == "wescam"
    imported = bench.catalogs.import_(
        investigator, demo_catalog_csv(), name="demo.csv", coverage=(covers,), synthetic=True
    )
    assert imported.coverage == ("L3Harris Wescam, Authority, 2018 to 2021-04, partial: Synthetic.")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ({"first": "soon"}, "'soon' is not a date"),
        ({"completeness": "mostly"}, "not a completeness"),
    ],
)
def test_coverage_that_says_nothing_is_refused(
    bench: Workbench, words: dict[str, str], problem: str
) -> None:
    with pytest.raises(BadRequest, match=problem):
        bench.catalogs.covers(**words)


def test_coverage_without_a_word_is_not_stated(bench: Workbench, investigator: Actor) -> None:
    imported = bench.catalogs.import_(
        investigator, demo_catalog_csv(), name="demo.csv", coverage=" ", synthetic=True
    )
    assert imported.coverage == "not given"


def demo_book() -> bytes:
    """The demo catalog as the second sheet of a workbook."""
    workbook = openpyxl.Workbook()
    workbook.active.append(["Notes on the delivery"])
    sheet = workbook.create_sheet("Units")
    for row in csv.reader(demo_catalog_csv().decode().splitlines()):
        sheet.append(row)
    data = io.BytesIO()
    workbook.save(data)
    return data.getvalue()


def test_a_sheet_is_chosen_and_the_snapshot_names_it(bench: Workbench, investigator: Actor) -> None:
    data, name = demo_book(), "demo.xlsx"
    assert bench.catalogs.sheets(data, name) == ("Sheet", "Units")
    assert bench.catalogs.sheets(demo_catalog_csv(), "demo.csv") == ()
    assert "serial" in {
        column.target for column in bench.catalogs.guess(data, name, sheet="Units").columns
    }
    assert bench.catalogs.preview(data, name=name).rows_accepted == 0
    imported = bench.catalogs.import_(
        investigator, data, name=name, sheet="Units", coverage=COVERAGE, synthetic=True
    )
    assert imported.name == "demo.xlsx, sheet “Units”"
    assert imported.serials == 62


def test_a_snapshot_that_was_altered_on_disk_is_not_asked(
    bench: Workbench, investigator: Actor, settings: Settings
) -> None:
    imported = bench.catalogs.import_(
        investigator, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    bench.catalogs.close()
    path = settings.store / "catalogs" / f"{imported.sha256}.snapshot"
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(SnapshotDamaged) as caught:
        bench.catalogs.lookup("CMX15D-0836")
    assert "no longer matches its name" in caught.value.diagnostics()


def test_the_command_line_declares_coverage_and_tells_what_changed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*arguments: str) -> str:
        assert main(["--store", str(tmp_path / "store"), *arguments]) == 0
        return capsys.readouterr().out.strip()

    table = tmp_path / "demo.csv"
    table.write_bytes(demo_catalog_csv())
    run("enrol", "One person")
    years = ("--covers-first", "2018", "--covers-last", "2021")
    run("catalog", str(table), "--synthetic", "--covers-maker", "L3 Wescam", *years)
    table.write_bytes(demo_catalog_csv().replace(b"CMX15D-0839", b"CMX15D-0899"))
    newer = run("catalog", str(table), "--synthetic")
    assert run("catalog", "--changes", newer).splitlines()[:2] == [
        "1 unit added.",
        "1 unit removed.",
    ]


HEADER = "Licence;Made by;Type;Unit;Sent;Colour"
ROWS = "P-1;L3 Wescam;CMX-15D;A-1;03/04/2020;grey\n"
TARGETS = {
    "Licence": "permit_number",
    "Made by": "maker",
    "Type": "model",
    "Unit": "serial",
    "Sent": "ship_date",
}


def by_hand() -> dict[str, object]:
    columns = [{"header": header, "target": target} for header, target in TARGETS.items()]
    return {"columns": columns, "ignored": ["Colour"], "date_order": "dmy"}


def test_a_mapping_is_kept_and_proposed_for_the_next_file_of_that_form(
    bench: Workbench, investigator: Actor
) -> None:
    data = f"{HEADER}\n{ROWS}".encode()
    assert len(bench.catalogs.guess(data, "a.csv").columns) < len(TARGETS)
    bench.catalogs.import_(
        investigator,
        data,
        name="a.csv",
        mapping=ColumnMapping.from_json(by_hand()),
        coverage="One permit.",
    )
    proposed = bench.catalogs.guess(data.replace(b"A-1", b"A-2"), "b.csv")
    assert {column.header: column.target for column in proposed.columns} == TARGETS
    assert (proposed.ignored, proposed.date_order) == (("Colour",), "dmy")
    assert {column.reason for column in proposed.columns} == {"as in the import of “a.csv”"}
    other = bench.catalogs.guess(f"{HEADER};Note\n".encode(), "c.csv")
    assert len(other.columns) < len(TARGETS), "another form has a mapping of its own"


def test_a_mapping_is_printed_changed_and_given_on_the_command_line(
    settings: Settings,
    bench: Workbench,
    investigator: Actor,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table, wanted = tmp_path / "a.csv", tmp_path / "mapping.json"
    table.write_text(f"{HEADER}\n{ROWS}", encoding="utf-8")
    command = ["--store", str(settings.store), "--as", investigator.name, "catalog", str(table)]
    assert main([*command, "--show-mapping"]) == 0
    assert json.loads(capsys.readouterr().out)["date_order"] == "iso"
    assert bench.catalogs.all_catalogs() == ()
    wanted.write_text(json.dumps(by_hand()), encoding="utf-8")
    assert main([*command, "--mapping", str(wanted)]) == 0
    (unit,) = bench.catalogs.snapshot(capsys.readouterr().out.strip()).find_units("A-1")
    assert str(unit.delivery.ship_date) == "2020-04-03"
    wanted.write_text("[", encoding="utf-8")
    assert main([*command, "--mapping", str(wanted)]) == Exit.NOT_RUN
    assert "mapping.json is not a column mapping" in capsys.readouterr().err


def test_a_refused_file_says_what_is_wrong_and_what_to_do_in_whole_sentences(
    bench: Workbench, investigator: Actor
) -> None:
    rows = "permit_number,maker,model,serial\n,L3 Wescam,CMX-15D,CMX15D-0836\n"
    with pytest.raises(BadRequest) as refused:
        bench.catalogs.import_(investigator, rows.encode(), name="a.csv", coverage=" ")
    said = str(refused.value)
    assert "row 2, column permit_id: the row does not say which permit it belongs to: re" in said
    assert "an id of your own. Correct the file: none of its rows is usable." in said


PARTIAL = b"""permit_number,maker,model,serial,ship_date,consignee
EP-1,L3 Wescam,CMX-15D,0820 to 0829,2020-09-08,Consignee A
EP-2,L3 Wescam,CMX-15D,0830 to 0839,08/09/2020,Consignee B
"""
"""Made up: the second row does not say which number is the day."""


def test_rows_left_out_are_said_in_list_coverage_and_look_up(
    bench: Workbench, investigator: Actor
) -> None:
    covers = bench.catalogs.covers(completeness="complete")
    imported = bench.catalogs.import_(
        investigator, PARTIAL, name="made_up.csv", coverage=(covers,), accept_partial=True
    )
    assert (imported.rows, imported.rows_left_out) == (2, 1)
    assert imported.left_out.startswith("1 of 2 rows was left out")
    assert "ship_date" in imported.left_out
    assert bench.catalogs.current() == imported
    found = bench.catalogs.lookup("0830", maker="L3 Wescam", model="CMX-15D")
    assert "1 of 2 rows was left out" in found.coverage_note


def test_no_word_of_a_cell_stands_in_the_open_part_of_the_import(
    bench: Workbench, investigator: Actor
) -> None:
    bench.catalogs.import_(
        investigator, PARTIAL, name="made_up.csv", coverage="Made up.", accept_partial=True
    )
    [entry] = [e for e in bench.stores.ledger.entries(STORE_LOG) if e.kind == "catalog.imported"]
    assert "08/09/2020" not in json.dumps(entry.body)


def test_rows_left_out_are_printed_on_the_command_line(
    settings: Settings,
    bench: Workbench,
    investigator: Actor,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    table = tmp_path / "made_up.csv"
    table.write_bytes(PARTIAL)
    command = ["--store", str(settings.store), "--as", investigator.name, "catalog"]
    assert main([*command, str(table), "--accept-partial"]) == 0
    assert "1 of 2 rows was left out" in capsys.readouterr().err
    assert main(command) == 0
    assert "1 of 2 rows was left out" in capsys.readouterr().out
    assert main([*command, "--json"]) == 0
    [listed] = json.loads(capsys.readouterr().out)
    assert (listed["rows"], listed["rows_left_out"]) == (2, 1)
    assert "1 of 2 rows was left out" in listed["left_out"]
    assert main([*command[:-1], "check", "--serial", "0830", "--maker", "L3 Wescam", "--json"]) == 0
    assert "1 of 2 rows was left out" in json.loads(capsys.readouterr().out)["coverage_note"]
