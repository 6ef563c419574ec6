from __future__ import annotations

import base64
import hashlib
import html
import json
import urllib.parse
import zlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.bundle.leaks import Scanner, Secret

if TYPE_CHECKING:
    from pathlib import Path

PLACES = ["Hadrut, house 14", "Şuşa köprüsü", "Мартуни, дом 7", "@finder_77"]
DISGUISES = {
    "plain": lambda t: t.encode(),
    "upper case": lambda t: t.upper().encode(),
    "UTF-16": lambda t: t.encode("utf-16"),
    "UTF-16 BE": lambda t: t.encode("utf-16-be"),
    "JSON": lambda t: json.dumps(t).encode(),
    "percent": lambda t: urllib.parse.quote(t).encode(),
    "form": lambda t: urllib.parse.urlencode({"q": t}).encode(),
    "HTML": lambda t: html.escape(t).encode(),
    "HTML numbers": lambda t: t.encode("ascii", "xmlcharrefreplace"),
    "hexadecimal": lambda t: t.encode().hex().upper().encode(),
    "base64": lambda t: base64.b64encode(t.encode()),
    "base64 for URLs": lambda t: base64.urlsafe_b64encode(b"??" + t.encode() + b"??"),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("place", PLACES)
def test_a_value_is_found_in_every_disguise(place: str, disguise: str) -> None:
    scanner = Scanner([Secret(label="place", text=place)])
    data = b"before \xff\x00" + DISGUISES[disguise](place) + b"\x00 after"
    leaks = scanner.in_bytes(data, where="f")
    assert leaks, disguise
    assert place not in leaks[0].sentence()


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_base64_hides_nothing_at_any_offset(before: bytes, after: bytes) -> None:
    scanner = Scanner([Secret(label="place", text=PLACES[0])])
    data = base64.b64encode(before + PLACES[0].encode() + after)
    assert scanner.in_bytes(data, where="f")


@given(st.text(st.characters(codec="ascii", categories=["L", "N", "P"]), min_size=30))
def test_what_is_not_there_is_not_found(text: str) -> None:
    scanner = Scanner([Secret(label="place", text="Hadrut, house 14")])
    assert not scanner.in_bytes(text.encode(), where="f")


def test_a_hash_is_found_as_text_and_as_bytes() -> None:
    digest = hashlib.sha256(b"photo")
    scanner = Scanner([Secret(label="hash", text=digest.hexdigest())])
    for data in (
        digest.hexdigest().upper().encode(),
        digest.digest(),
        base64.b64encode(digest.digest()),
        b"x" + base64.b64encode(b"x" + digest.digest()),
    ):
        assert scanner.in_bytes(b"<" + data + b">", where="f")


def test_files_are_searched_across_the_edges_of_blocks(tmp_path: Path) -> None:
    scanner = Scanner([Secret(label="place", text=PLACES[0])])
    path = tmp_path / "large.bin"
    for place in (8 * 1024 * 1024 - 5, 8 * 1024 * 1024, 100):
        data = bytearray(8 * 1024 * 1024 + 500)
        data[place : place + len(PLACES[0])] = PLACES[0].encode()
        path.write_bytes(data)
        assert scanner.in_file(path, where="large.bin")


def test_compressed_streams_of_a_pdf_are_searched(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    packed = zlib.compress(f"BT ({PLACES[0]}) Tj ET".encode())
    path.write_bytes(b"%PDF-1.7\n1 0 obj<<>>stream\r\n" + packed + b"\nendstream\n%%EOF")
    scanner = Scanner([Secret(label="place", text=PLACES[0])])
    assert PLACES[0].encode() not in path.read_bytes()
    assert scanner.in_file(path, where="report.pdf")


def lattice(text: str, others: str = "XYZ") -> list[dict[str, object]]:
    return [
        {"options": [{"char": other, "p": 0.3} for other in others] + [{"char": char, "p": 0.1}]}
        for char in text
    ]


def test_a_lattice_that_could_spell_it_is_found(tmp_path: Path) -> None:
    path = tmp_path / "reading.json"
    scanner = Scanner([Secret(label="serial", text="CMX15D-0836")])
    path.write_text(json.dumps({"glyphs": lattice("S/N CMX15D0836")}))
    assert [leak.disguise for leak in scanner.in_file(path, where="reading.json")] == ["lattice"]
    path.write_text(json.dumps({"glyphs": lattice("S/N CMX15D0837")}))
    assert not scanner.in_file(path, where="reading.json")


def test_the_name_of_a_file_counts_too(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    scanner = Scanner([Secret(label="serial", text="CMX15D-0836")])
    assert scanner.in_file(tmp_path / "x", where="data/readings/cmx15d-0836.json")


def test_very_short_values_are_not_looked_for() -> None:
    assert not Scanner([Secret(label="x", text="abc")]).in_bytes(b"abc", where="f")
