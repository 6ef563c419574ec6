from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.bundle.errors import BundleContentsError
from evidence_store.bundle.tables import DECISIONS, READINGS, csv_bytes, table_files

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.bundle_sample import Sample

ROW = {
    "exhibit": "EX-0001",
    "region": "R1",
    "field": "serial",
    "text": '=HYPERLINK("http://example.invalid")',
    "state": "offered",
    "confidence": 0.5,
    "engine": None,
    "entry": 7,
    "exposure": "EX-0001",
    "corners": None,
    "drawn": None,
}


def source(file: object) -> bytes:
    data = file.source  # type: ignore[attr-defined]
    assert isinstance(data, bytes)
    return data


@given(st.text(st.characters(codec="utf-8"), max_size=30))
def test_no_cell_of_a_csv_can_start_a_formula(text: str) -> None:
    table = csv_bytes(READINGS, [{**ROW, "text": text}]).decode()
    (row,) = csv.DictReader(io.StringIO(table, newline=""))
    cell = row["text"]
    assert not cell.strip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"))
    assert cell in (text, f"'{text}")


def test_the_json_is_exact_and_fits_its_schema() -> None:
    _, table, schema = table_files(READINGS, [ROW, {"exhibit": "EX-0002"}])
    value = json.loads(source(table))
    jsonschema.validate(value, json.loads(source(schema)))
    assert value["rows"][0] == ROW
    assert value["rows"][1]["text"] is None


def test_every_table_has_a_sound_schema() -> None:
    for table in (READINGS, DECISIONS):
        schema = json.loads(source(table_files(table, [])[2]))
        jsonschema.Draft202012Validator.check_schema(schema)
        value = json.loads(source(table_files(table, [])[1]))
        jsonschema.validate(value, schema)


@pytest.mark.parametrize("row", [{"entry": "7"}, {"confidence": "high"}, {"text": 1}, {"x": 1}])
def test_a_cell_of_another_kind_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(BundleContentsError, match="Row 1 of readings"):
        table_files(READINGS, [row])  # type: ignore[list-item]


def test_tables_travel_in_a_bundle(sample: Sample, tmp_path: Path, codes: object) -> None:
    files = (*table_files(READINGS, [ROW]), *table_files(DECISIONS, [{"judgement": "unsure"}]))
    whole = replace(sample.contents, payload=(*sample.contents.payload, *files))
    top = replace(sample, contents=whole).seal(tmp_path / "bundle").path
    assert codes(top) == set()  # type: ignore[operator]
    assert (top / "data/schemas/decisions.schema.json").exists()
