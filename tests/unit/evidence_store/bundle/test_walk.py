"""Every file of a folder is listed, and whatever does not belong in a bag is a fault."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from evidence_store.bundle import walk as rules
from evidence_store.bundle.walk import case_collisions, walk

if TYPE_CHECKING:
    from pathlib import Path


def codes(top: Path) -> list[tuple[str, str]]:
    return [(fault.code, fault.where) for fault in walk(top).faults]


def put(top: Path, *names: str) -> None:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(b"1234567")


def test_each_file_is_listed_with_its_size(tmp_path: Path) -> None:
    put(tmp_path, "bagit.txt", "data/rules.json", "data/originals/ab/cd.jpg")
    found = walk(tmp_path)
    assert found.sizes == dict.fromkeys(
        ("bagit.txt", "data/rules.json", "data/originals/ab/cd.jpg"), 7
    )
    assert found.faults == ()


def test_an_empty_folder_has_nothing_and_no_fault(tmp_path: Path) -> None:
    assert (walk(tmp_path).sizes, walk(tmp_path).faults) == ({}, ())


def test_an_empty_folder_within_is_a_fault(tmp_path: Path) -> None:
    put(tmp_path, "data/a.txt")
    (tmp_path / "data" / "empty").mkdir()
    assert codes(tmp_path) == [("empty-folder", "data/empty")]


def test_a_folder_that_is_too_deep_is_not_entered(tmp_path: Path) -> None:
    eight = "/".join("abcdefgh")
    put(tmp_path, f"{eight}/i/file", "data/a.txt")
    found = walk(tmp_path)
    assert [(one.code, one.where) for one in found.faults] == [("name-not-safe", f"{eight}/i")]
    assert set(found.sizes) == {"data/a.txt"}


def test_more_files_than_a_manifest_lists_are_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rules.MAX_FILES == 500_000
    monkeypatch.setattr(rules, "MAX_FILES", 3)
    put(tmp_path, "a", "b", "c")
    assert codes(tmp_path) == []
    put(tmp_path, "d")
    assert codes(tmp_path) == [("too-many-files", ".")]
    put(tmp_path, "in/e")
    assert len(walk(tmp_path).sizes) == 4, "it goes into no further folder"


def test_links_and_devices_are_faults_and_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "a", "folder/b")
    (tmp_path / "to-file").symlink_to(tmp_path / "a")
    (tmp_path / "to-folder").symlink_to(tmp_path / "folder")
    os.mkfifo(tmp_path / "pipe")
    found = walk(tmp_path)
    assert set(found.sizes) == {"a", "folder/b"}
    assert [(one.code, one.where) for one in found.faults] == [
        ("special-file", "pipe"),
        ("symlink", "to-file"),
        ("symlink", "to-folder"),
    ]


@pytest.mark.parametrize("name", ["a b", "é", "a\n", "-x", "a:b"])
def test_a_name_that_is_not_safe_is_a_fault_and_not_listed(tmp_path: Path, name: str) -> None:
    put(tmp_path, "data/a.txt")
    (tmp_path / name).write_bytes(b"1")
    found = walk(tmp_path)
    assert [one.code for one in found.faults] == ["name-not-safe"]
    assert set(found.sizes) == {"data/a.txt"}
    (tmp_path / name).unlink()
    put(tmp_path, f"{name}/b.txt")
    found = walk(tmp_path)
    assert [one.code for one in found.faults] == ["name-not-safe"]
    assert set(found.sizes) == {"data/a.txt"}


def test_names_that_differ_by_case_alone_are_a_fault() -> None:
    assert case_collisions(["a", "b", "B"])[0].where == "B"
    assert case_collisions(["a", "b", "c"]) == []


def test_a_file_that_a_system_left_beside_is_named_as_such(tmp_path: Path) -> None:
    put(tmp_path, "data/a.txt", "data/.DS_Store")
    assert [code for code, _ in codes(tmp_path)] == ["side-file"]
    assert set(walk(tmp_path).sizes) == {"data/a.txt"}
