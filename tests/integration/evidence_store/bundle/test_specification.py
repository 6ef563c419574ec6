"""The specification keeps step with the program: codes, version, namespaces, names of files."""

from __future__ import annotations

import re
from pathlib import Path

from evidence_store.bundle import layout
from evidence_store.bundle.bag_info import bag_info_bytes
from evidence_store.bundle.signers import CHECKPOINT_NAMESPACE, parse_time
from tests.conftest import ROOT

TEXT = (ROOT / "docs/bundle-format.md").read_text(encoding="utf-8")
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "evidence_store/bundle").glob("*.py")
)
CODE = re.compile(r'(?:_fault|_add|code=|Fault\(code=)\(?\s*"([a-z]+(?:-[a-z]+)*)"')


def test_every_code_of_a_fault_is_specified() -> None:
    codes = set(CODE.findall(SOURCES)) - {"more-faults"}
    assert len(codes) > 45
    for code in sorted(codes):
        assert f"`{code.removeprefix('zip-')}`" in TEXT, code


def test_versions_and_namespaces_are_specified() -> None:
    assert f"format {layout.VERSION}" in TEXT
    for namespace in (*(role.namespace for role in layout.Role), CHECKPOINT_NAMESPACE):
        assert f"`{namespace}`" in TEXT


def test_every_file_that_sealing_writes_is_specified() -> None:
    for path in (*layout.OWN_FILES, *layout.TAG_FILES, layout.TAG_MANIFEST, layout.FIRST_SEAL):
        assert Path(path).name in TEXT, path
    for folder in layout.FOLDERS:
        assert f"{folder}/" in TEXT, folder


def test_bag_info_is_as_specified() -> None:
    block = TEXT.split("## 3.")[1].split("```")[1].strip().splitlines()
    made = bag_info_bytes(
        files=3, size=1000, sealed_at=parse_time("20261122101500Z"), log="case-x"
    ).decode()
    assert [line.split(":")[0] for line in block] == [
        line.split(":")[0] for line in made.splitlines()
    ]
    assert "Bagging-Date: 2026-11-22\n" in made
    assert "Nameplate-Sealed-At: 20261122101500Z\n" in made
