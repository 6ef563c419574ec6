"""Whatever bytes arrive, loading gives a result or a refusal in words, and nothing else."""

from __future__ import annotations

import io
import json
import random
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.demo import demo_catalog_csv
from catalog.errors import ImportRefused
from catalog.importing.load import LoadResult, guess_mapping, load
from catalog.records.records_json import to_json
from catalog.snapshot.reader import build_snapshot, open_snapshot

BUILT_AT = datetime(2026, 11, 22, tzinfo=UTC)
DEMO = demo_catalog_csv()
CALM = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def load_or_refuse(data: bytes) -> LoadResult | None:
    """Load, check the result or the refusal, and build what was accepted."""
    try:
        guess_mapping(data, name="any")
        result = load(data, name="any")
    except ImportRefused as refused:
        check_refusal(refused)
        return None
    assert result.rows_accepted <= result.rows_read
    assert all(issue.problem and issue.remedy for issue in result.issues)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any"
        build_snapshot(
            result.records, path, sources=(), coverage=(), synthetic=True, built_at=BUILT_AT
        )
        with open_snapshot(path) as snapshot:
            assert len(list(snapshot.permits())) == len(result.records.permits)
    return result


def check_refusal(refused: ImportRefused) -> None:
    assert refused.diagnostics().endswith(".")
    assert "any" in refused.message


@CALM
@given(st.binary(max_size=400))
def test_random_bytes(data: bytes) -> None:
    load_or_refuse(data)


@CALM
@given(st.text(max_size=300))
def test_random_text(text: str) -> None:
    load_or_refuse(text.encode())


@CALM
@given(st.integers(0, len(DEMO) - 1), st.binary(min_size=1, max_size=6))
def test_a_good_file_with_some_bytes_changed(place: int, junk: bytes) -> None:
    load_or_refuse(DEMO[:place] + junk + DEMO[place + len(junk) :])


cells = st.text(alphabet=st.sampled_from("A1-/ .;:0123456789=@+'\"\n[]()█*XЖش\u200b"), max_size=24)


@CALM
@given(st.data())
def test_any_cell_of_any_column(data: st.DataObject) -> None:
    header, *_ = DEMO.decode().splitlines()
    names = header.split(",")
    cell = data.draw(cells)
    column = data.draw(st.sampled_from(names))
    row = dict.fromkeys(names, "") | {
        "permit_id": "P",
        "maker": "L3 Wescam",
        "model": "M",
        "serial": "S-1",
        column: cell,
    }
    text = json.dumps([row]).encode()
    result = load_or_refuse(text)
    assert result is not None
    assert result.rows_read == 1
    assert result.rows_accepted == 1 or result.errors


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@CALM
@given(json_values)
def test_any_json(value: Any) -> None:
    load_or_refuse(json.dumps(value).encode())


@CALM
@given(value=json_values, seed=st.integers(0, 2**32))
def test_records_with_one_member_replaced_by_anything(
    demo_load: LoadResult, value: Any, seed: int
) -> None:
    records = json.loads(json.dumps(to_json(demo_load.records)))
    draw = random.Random(seed)
    place: Any = records
    while True:
        options = list(place) if isinstance(place, dict) else list(range(len(place)))
        choice = draw.choice(options)
        deeper = place[choice]
        if not isinstance(deeper, dict | list) or not deeper or draw.random() < 0.2:
            place[choice] = value
            break
        place = deeper
    load_or_refuse(json.dumps(records).encode())


@pytest.mark.parametrize("size", [1, 100, 1000, 5000])
def test_a_spreadsheet_cut_anywhere(size: int) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.active.append(["permit_id", "maker", "model", "serial"])
    book.active.append(["P", "Saab", "M", "S-1"])
    out = io.BytesIO()
    book.save(out)
    load_or_refuse(out.getvalue()[:size])


def test_half_a_character_is_refused() -> None:
    assert load_or_refuse(b'[{"maker": "Saab", "model": "M", "permit_id": "\\ud800"}]') is None


def test_a_character_that_unfolds_into_many_is_no_serial() -> None:
    row = {"permit_id": "P", "maker": "Saab", "model": "M", "serial": "\ufdfa" * 30}
    result = load_or_refuse(json.dumps([row]).encode())
    assert result is not None
    assert "longer than any serial" in result.errors[0].problem
