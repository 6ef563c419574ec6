"""What is JSON in a payload says one thing to every reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from evidence_store.bundle import documents
from evidence_store.bundle.description import parse_description
from evidence_store.bundle.documents import (
    MAX_DOCUMENT,
    crate_faults,
    document_faults,
    too_large,
)

if TYPE_CHECKING:
    from pathlib import Path


def _described(*files: tuple[str, int]) -> SimpleNamespace:
    return SimpleNamespace(files=[SimpleNamespace(path=path, size=size) for path, size in files])


def test_a_document_may_have_64_mib_and_a_larger_one_is_left_unread_and_counted() -> None:
    assert MAX_DOCUMENT == 64 * 1024**2
    given = _described(
        ("data/a.json", MAX_DOCUMENT),
        ("data/a2.json", 1),
        ("data/b.json", MAX_DOCUMENT + 1),
        ("data/c.pdf", 1 << 40),
    )
    assert too_large(given) == 1  # type: ignore[arg-type]


def test_one_at_the_limit_is_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_DOCUMENT", 9)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.json").write_bytes(b'{"a":  1}')
    (tmp_path / "data" / "b.json").write_bytes(b'{"a":   1')
    (tmp_path / "data" / "c.json").write_bytes(b'{"a":    1')
    given = _described(("data/a.json", 9), ("data/b.json", 9), ("data/c.json", 10))
    faults = list(document_faults(tmp_path, given))  # type: ignore[arg-type]
    assert [(one.code, one.where) for one in faults] == [("document-form", "data/b.json")]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b'{"a":1,"a":2}', "occurs twice"),
        (b'[{"b":{"a":1,"a":1}}]', "occurs twice"),
        (b"[NaN]", "not a JSON number"),
        (b"[-Infinity]", "not a JSON number"),
        (b'"\xff"', "not JSON"),
        (b"", "not JSON"),
    ],
)
def test_what_can_be_read_in_two_ways_is_a_fault(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.json").write_bytes(data)
    given = _described(("data/a.json", len(data)))
    (fault,) = document_faults(tmp_path, given)  # type: ignore[arg-type]
    assert why in fault.message


def test_a_document_has_64_mebibytes_at_the_most() -> None:
    assert MAX_DOCUMENT == 64 * 1024**2


def test_a_crate_is_held_against_what_the_log_says_once_that_is_known(bundle: Path) -> None:
    description = parse_description((bundle / "data" / "bundle.json").read_bytes())
    at = json.loads((bundle / "data" / "ro-crate-metadata.json").read_bytes())
    (root,) = (one for one in at["@graph"] if one["@id"] == "./")
    last = datetime.fromisoformat(root["datePublished"])
    assert list(crate_faults(bundle, description, None)) == []
    assert list(crate_faults(bundle, description, last)) == []
    later = last + timedelta(days=1)
    assert [one.code for one in crate_faults(bundle, description, later)] == ["crate-form"]


def test_what_is_missing_is_left_to_the_check_of_files(bundle: Path, tmp_path: Path) -> None:
    assert list(document_faults(tmp_path, _described(("data/a.json", 1)))) == []  # type: ignore[arg-type]
    description = parse_description((bundle / "data" / "bundle.json").read_bytes())
    assert list(crate_faults(tmp_path, description, datetime.now(UTC))) == []
