from __future__ import annotations

import hashlib
import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.bundle.layout import ManifestLine
from evidence_store.bundle.manifest import manifest_bytes, parse_manifest
from evidence_store.types import Sha256

if TYPE_CHECKING:
    from pathlib import Path

A, B = "a" * 64, "b" * 64
GOOD = f"{A}  data/a.json\n{B}  data/b.json\n".encode()

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}[A-Za-z0-9]", fullmatch=True)


@given(st.lists(st.tuples(st.binary(), names), unique_by=lambda pair: pair[1], max_size=20))
def test_what_is_written_is_read_back(files: list[tuple[bytes, str]]) -> None:
    lines = [
        ManifestLine(sha256=Sha256(hashlib.sha256(data).hexdigest()), path=f"data/{name}")
        for data, name in files
    ]
    read, faults = parse_manifest(manifest_bytes(lines), where="m")
    assert faults == ()
    assert sorted(read, key=lambda line: line.path) == list(read)
    assert set(read) == set(lines)


@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_any_other_byte_is_a_fault_or_another_manifest(place: int, change: int) -> None:
    data = GOOD[:place] + bytes([GOOD[place] ^ change]) + GOOD[place + 1 :]
    read, faults = parse_manifest(data, where="m")
    assert faults or manifest_bytes(read) == data


@pytest.mark.parametrize(
    "data",
    [
        GOOD[:-1],
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"  data/a", b" *data/a"),
        GOOD.replace(b"  data/a", b"   data/a"),
        GOOD.replace(b"aaaa", b"AAAA"),
        GOOD + GOOD,
        b"".join(reversed(GOOD.splitlines(keepends=True))),
        b"\n" + GOOD,
        GOOD + b"# comment\n",
        b"\\" + GOOD,
        GOOD.replace(b"a.json", b"../a.json"),
        GOOD.replace(b"data/a.json", b"/etc/passwd"),
        GOOD.replace(b"a.json", b"a%0A.json"),
        GOOD.replace(b"a.json", "ä.json".encode()),
        GOOD.replace(b"a.json", b".json"),
    ],
)
def test_every_looser_form_is_a_fault(data: bytes) -> None:
    _, faults = parse_manifest(data, where="m")
    assert {fault.code for fault in faults} == {"manifest-form"}


def test_sha256sum_writes_the_very_same_lines(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        (tmp_path / name).write_bytes(name.encode())
    theirs = subprocess.run(
        ["sha256sum", "a.json", "b.json"], cwd=tmp_path, capture_output=True, check=True
    ).stdout
    ours = manifest_bytes(
        ManifestLine(sha256=Sha256(hashlib.sha256(name.encode()).hexdigest()), path=name)
        for name in ("b.json", "a.json")
    )
    assert ours == theirs
