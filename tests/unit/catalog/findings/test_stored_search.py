"""A stored search is read as strictly as it is written."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from catalog.demo import COVERAGE, demo_catalog_csv
from catalog.errors import RecordInvalid
from catalog.findings.findings import Circumstances, findings
from catalog.findings.serialize import stored_finding, stored_result
from catalog.findings.stored_search import (
    FORMAT,
    StoredSearch,
    result_json,
    search_json,
    stored_search,
)
from catalog.importing.load import load
from catalog.matching.search import search
from catalog.records.makers import known_makers
from catalog.types import FieldEvidence, Query
from tests.conftest import ROOT
from tests.unit.catalog.casework import snapshot_of
from values.sentence import say
from words import en

if TYPE_CHECKING:
    from collections.abc import Iterator

    from catalog.snapshot.reader import Snapshot

SERIALS = ("CMX15D-0836", "CMX15D-08?6", "CMX15D-9999", "ZZ-1", "")
"""One that is there, one in doubt, one of the sequence that is not there, one of no maker, none."""


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    permits = load(demo_catalog_csv(), name="demo.csv").records.permits
    opened = snapshot_of(
        tmp_path_factory.mktemp("kept"), *permits, makers=known_makers(), coverage=COVERAGE
    )
    yield opened
    opened.close()


def written(catalog: Snapshot, serial: str) -> dict[str, Any]:
    """What the workbench keeps of a search for a serial."""
    query = Query(
        maker=FieldEvidence(text="L3 WESCAM", origin="human"),
        model=FieldEvidence(text="CMX-15D", origin="machine", alternatives=(("CMX-15", 0.2),)),
        serial=FieldEvidence(text=serial, origin="human") if serial else None,
    )
    result = search(query, catalog)
    kept = StoredSearch(
        result=stored_result(result, en.text),
        findings=tuple(
            stored_finding(candidate.key, finding, en.text)
            for candidate in result.candidates
            for finding in findings(candidate, catalog, Circumstances())
        ),
    )
    plain: dict[str, Any] = json.loads(json.dumps(search_json(kept)))
    return plain


@pytest.mark.parametrize("serial", SERIALS)
def test_everything_that_is_written_is_read_and_nothing_else(
    catalog: Snapshot, serial: str
) -> None:
    data = written(catalog, serial)
    kept = stored_search(json.dumps(data).encode())
    assert search_json(kept) == data
    assert result_json(kept.result) == data["result"]
    assert kept.result.format == FORMAT


@pytest.mark.parametrize(
    "path",
    [
        ("result",),
        ("result", "query"),
        ("result", "query", "maker"),
        ("result", "scale"),
        ("result", "candidates", 0),
        ("result", "candidates", 0, "permit"),
        ("result", "candidates", 0, "line"),
        ("result", "candidates", 0, "features", 0),
    ],
)
def test_a_member_that_is_not_known_is_refused(
    catalog: Snapshot, path: tuple[str | int, ...]
) -> None:
    data = written(catalog, SERIALS[0])
    place: Any = data
    for step in path:
        place = place[step]
    place["stray"] = 1
    with pytest.raises(RecordInvalid, match="stray"):
        stored_search(json.dumps(data).encode())


@pytest.mark.parametrize(
    ("path", "odd"),
    [
        (("result", "format"), "nameplate-search-result-9"),
        (("result", "verdict"), "surely"),
        (("result", "limits"), "none"),
        (("result", "candidates", 0, "lr"), "12"),
        (("result", "candidates", 0, "key"), 7),
        (("findings",), None),
    ],
)
def test_a_member_of_another_type_or_format_is_refused(
    catalog: Snapshot, path: tuple[str | int, ...], odd: object
) -> None:
    data = written(catalog, SERIALS[0])
    place: Any = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = odd
    with pytest.raises(RecordInvalid, match="cannot be read") as refused:
        stored_search(json.dumps(data).encode())
    assert refused.value.remedy


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff"])
def test_what_is_no_search_is_refused(data: bytes) -> None:
    with pytest.raises(RecordInvalid):
        stored_search(data)


KEPT = ROOT / "tests" / "kept" / "1.0-2026-11" / "store.zip"


def test_a_search_that_was_kept_as_texts_alone_is_read_and_written_as_it_was() -> None:
    with zipfile.ZipFile(KEPT) as store:
        (name,) = (one for one in store.namelist() if "/data/catalog/search-" in one)
        data = store.read(name)
    kept = stored_search(data)
    assert kept.result.format == "nameplate-search-result-1"
    assert kept.result.explanation
    assert kept.result.said == ()
    assert search_json(kept) == json.loads(data)


def test_every_text_is_kept_with_what_it_was_made_of(catalog: Snapshot) -> None:
    data = written(catalog, SERIALS[0])
    first = data["result"]["candidates"][0]
    said = [one for one in first["said"] if one[0] == "explanation"]
    assert " ".join(en.text(say(name, **data)) for _, name, data in said) == first["explanation"]
    assert data["findings"][0]["said"][0][0] == "statement"
