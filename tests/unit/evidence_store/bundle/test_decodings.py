"""How deep and how far a file is taken apart; each kind of disguise is in `test_disguises`."""

from __future__ import annotations

import base64
import bz2
import gzip
import hashlib
import io
import lzma
import random
import struct
import sys
import time
import urllib.parse
import zipfile
import zlib
from typing import TYPE_CHECKING

import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from evidence_store.bundle import decodings
from evidence_store.bundle.decodings import (
    DEPTH,
    MOST,
    ONE_BYTE_CODES,
    Decoder,
    Piece,
    Text,
    _of_base32,
    _one_byte_texts,
    _read,
    _unpercent,
    _unpercent_latin,
)
from tests.integration.evidence_store.bundle.test_disguises import CYRILLIC, ENCODINGS, KINDS, LATIN
from values.text import bare

if TYPE_CHECKING:
    from collections.abc import Callable

HASHES = ("SHA-", "MD5")
UNDONE = {
    name: disguise
    for name, disguise in (*ENCODINGS.items(), *KINDS.items())
    if not name.startswith(HASHES)
}
WORDS = "the field observer of Horadiz"


def read(data: bytes, **limits: int) -> tuple[bool, list[str]]:
    """Whether the words come of some bytes, and the problems met."""
    decoder = Decoder(**limits)
    texts = [one.text for one in decoder.of_bytes(data) if isinstance(one, Text)]
    return any(WORDS in text for text in texts), decoder.problems


def in_base64(text: str, times: int) -> bytes:
    data = text.encode()
    for _ in range(times):
        data = base64.b64encode(data)
    return data


def packed(text: str, times: int) -> bytes:
    data = text.encode()
    for _ in range(times):
        data = gzip.compress(data)
    return data


@pytest.mark.parametrize("name", [*UNDONE])
def test_each_encoding_and_each_kind_of_file_is_undone(name: str) -> None:
    for value in (*LATIN[:2], *CYRILLIC[:2]):
        found = [one for one in Decoder().of_bytes(UNDONE[name](value)) if isinstance(one, Text)]
        assert any(bare(value) in bare(one.text) for one in found), value


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("the fie_x006C_d", "the field"),
        ("by =?utf-8?B?TcO8bGxlcg==?=", "by Müller"),
        ("by =?utf-8?q?M=C3=BCller_Jane?=", "by Müller Jane"),
        ("on XN--Mller-kva now", "on müller now"),
        ("by M%FCller", "by Müller"),
        ("wit/* said */ness", "witness"),
        ("wit<!-- said -->ness", "witness"),
        ("wit=\r\nness", "witness"),
        (
            "by +" + base64.b64encode("Ёлка".encode("utf-16-be")).decode().rstrip("=") + "-",
            "by Ёлка",
        ),
    ],
)
def test_an_escape_is_undone(written: str, said: str) -> None:
    assert said in {one.text for one in Decoder().of_text(written) if isinstance(one, Text)}


def test_utf_8_is_read_once_and_utf_16_that_looks_like_it_is_not_taken_for_it() -> None:
    assert [code for code, _ in _read("Свидетель".encode())] == [""]
    texts = dict(_read("Свидетель".encode("utf-16-le")))
    assert texts["UTF-16-LE"].startswith("Свидетель")


def test_ascii_alone_is_no_text_of_another_code() -> None:
    assert [*_one_byte_texts(b"plain words " * 900)] == []
    assert [*_one_byte_texts("Ёлка ".encode("cp1251") * 9)] == ["Ёлка ".encode("cp1251") * 9]


@pytest.mark.parametrize("before", [b"", b"\n" * 1_000])
def test_a_pdf_may_begin_a_little_later(before: bytes) -> None:
    assert read(before + KINDS["attached.pdf"](WORDS)) == (True, [])


def test_a_long_run_of_base_32_is_read_from_its_beginning() -> None:
    long = base64.b32encode((WORDS + "." * 400).encode())
    assert read(long) == (True, [])
    assert len([*_of_base32(long.decode())]) == 1
    assert len([*_of_base32(base64.b32encode(WORDS.encode()).decode())]) > 1


def test_four_encodings_one_inside_the_other_are_undone() -> None:
    assert DEPTH == 4
    for times in range(5):
        assert read(in_base64(WORDS, times)) == (True, []), times
    assert read(in_base64(WORDS, 5)) == (False, [])


def test_what_is_packed_more_than_four_times_is_a_problem_of_the_file() -> None:
    for times in range(5):
        assert read(packed(WORDS, times)) == (True, []), times
    assert read(packed(WORDS, 5)) == (
        False,
        ["Too many layers of packing to take apart."],
    )


def test_a_gibibyte_may_come_of_one_file() -> None:
    assert MOST == 1024**3
    data = WORDS.encode()
    assert read(data, most=10_000) == (True, [])
    found, problems = read(data, most=len(data) - 1)
    assert not found
    assert set(problems) == {"Unpacked, it is larger than can be searched."}


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"\x00" * 40])
def test_what_says_nothing_is_no_problem(data: bytes) -> None:
    assert read(data)[1] == []


def test_text_that_was_taken_for_another_code_is_undone() -> None:
    for code in ("latin-1", "cp1252", "cp1251"):
        for words in ("Шамиль", "Ёлка", "Müller", "наблюдатель"):
            try:
                twice = words.encode().decode(code)
            except UnicodeDecodeError:
                continue
            found = [
                one.text for one in Decoder().of_text(f"by {twice}, 1") if isinstance(one, Text)
            ]
            assert f"by {words}, 1" in found, (code, words)


@given(st.text(alphabet="%0123456789abcdefABCDEF \u00e9\u0436\U0001f600zu"))
def test_percent_encoding_is_undone_as_python_undoes_it(text: str) -> None:
    assert _unpercent_latin(text) == urllib.parse.unquote(text, "latin-1")
    if "%u" not in text:
        assert _unpercent(text) == urllib.parse.unquote(text, errors="replace")


def pdf_of(dictionary: str, body: bytes) -> bytes:
    packed_body = zlib.compress(body)
    head = f"%PDF-1.4\n1 0 obj\n<< {dictionary} /Filter /FlateDecode >>\nstream\n"
    return head.encode() + packed_body + b"\nendstream\nendobj\n"


def test_pixels_of_a_pdf_are_searched_as_bytes_and_in_utf_8_alone() -> None:
    picture = "/Type /XObject /Subtype /Image /Width 40 /Height 40"
    light = bytes(range(160, 256)) * 50
    words = WORDS.encode()
    assert read(pdf_of(picture, light + words + light))[0]
    (as_pixels, as_text) = (
        {one.form for one in Decoder().of_bytes(pdf_of(what, light)) if isinstance(one, Text)}
        for what in (picture, "/Length 9")
    )
    assert "cp1251 in stream of a PDF" in as_text
    assert not any("cp1251" in form for form in as_pixels)


@pytest.mark.parametrize("code", ["cp1252", "cp1251", "koi8-u", "cp866"])
@pytest.mark.parametrize("at", [0, 3000, 4090, 8192, 20000])
def test_text_of_one_byte_a_letter_is_found_wherever_it_stands_in_other_bytes(
    code: str, at: int
) -> None:
    words = "Свидетель Ёлкин" if code != "cp1252" else "Témoin Müller"
    noise = random.Random(at).randbytes(at)
    written = (f"{words}, " * 300).encode(code)
    decoder = Decoder()
    texts = [one.text for one in decoder.of_bytes(noise + written + noise) if isinstance(one, Text)]
    assert any(words in text for text in texts)
    assert decoder.problems == []


def test_codes_of_one_byte_a_letter() -> None:
    assert ONE_BYTE_CODES == (
        "cp1252",
        "cp1251",
        "koi8-u",
        "cp866",
        "iso8859-5",
        "mac-cyrillic",
    )


def zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        WORDS.encode(),
        in_base64(WORDS, 2),
        zipped({"a.txt": WORDS.encode(), "b.txt": WORDS.encode(), "empty.txt": b""}),
        urllib.parse.quote(urllib.parse.quote(WORDS)).encode(),
        "Заметка наблюдателя".encode().decode("latin-1").encode(),
    ],
    ids=["plain", "base64", "two equal members", "percent-encoded twice", "encoded twice"],
)
def test_each_text_and_each_piece_is_searched_once_and_none_is_empty(data: bytes) -> None:
    found = [one.text if isinstance(one, Text) else one.data for one in Decoder().of_bytes(data)]
    assert all(found)
    assert sorted(map(repr, found)) == sorted({repr(one) for one in found})


@pytest.mark.parametrize(
    "digits", [hashlib.md5(b"a").hexdigest(), hashlib.sha256(b"a").hexdigest()]
)
def test_what_may_be_a_digest_is_a_piece_that_is_searched(digits: str) -> None:
    pieces = [one.data for one in Decoder().of_text(f"it is {digits}.") if isinstance(one, Piece)]
    assert bytes.fromhex(digits) in pieces


def test_what_is_too_short_for_a_digest_is_no_piece() -> None:
    digits = hashlib.sha256(b"a").hexdigest()[:30]
    pieces = [one.data for one in Decoder().of_text(f"it is {digits}.") if isinstance(one, Piece)]
    assert bytes.fromhex(digits) not in pieces


@pytest.mark.parametrize("written", ["by =?no-such-code?B?TcO8?=", "on xn--99999999999999 now"])
def test_what_only_looks_like_an_escape_stays_as_it_is(written: str) -> None:
    assert {one.text for one in Decoder().of_text(written) if isinstance(one, Text)} == {written}


def test_an_escape_counts_as_a_layer() -> None:
    coded = base64.b64encode(WORDS.encode()).decode()
    escaped = f"it is &#{ord(coded[0])};{coded[1:]}."

    def found(depth: int) -> set[str]:
        texts = Decoder().of_text(escaped, depth=depth)
        return {one.text for one in texts if isinstance(one, Text)}

    assert escaped in found(0)
    assert f"it is {coded}." not in found(0)
    assert f"it is {coded}." in found(1)
    assert not any(WORDS in text for text in found(1))
    assert any(WORDS in text for text in found(2))


@pytest.mark.parametrize("head", [b"\x1f\x8b", b"BZh", b"\xfd7zXZ\0", b"\x78\x9c", b"PK\x03\x04"])
def test_what_only_begins_like_a_container_is_searched_as_it_is(head: bytes) -> None:
    assert read(head + WORDS.encode()) == (True, [])


def deflated(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", data)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("pack", "kind"),
    [(gzip.compress, "gzip stream"), (zlib.compress, "zlib stream"), (bz2.compress, "bzip2 stream"),
     (lzma.compress, "xz stream"), (deflated, "member of a ZIP")],
)  # fmt: skip
def test_what_unpacks_to_too_much_is_a_problem_of_the_file(
    monkeypatch: pytest.MonkeyPatch, pack: Callable[[bytes], bytes], kind: str
) -> None:
    monkeypatch.setattr(decodings, "_MEMBER", 1_000)
    assert read(pack(WORDS.encode() + b" " * 900)) == (True, [])
    found, (problem,) = read(pack(b" " * 1_001 + WORDS.encode()))
    assert not found
    assert problem == f"A {kind} in it is larger than can be searched."


def test_a_member_that_does_not_unpack_is_a_problem_of_the_file() -> None:
    data = bytearray(deflated(b"a" * 500))
    at = data.index(b"a.txt") + len("a.txt")
    data[at : at + 4] = b"\xff" * 4
    assert read(bytes(data)) == (False, ["A member of a ZIP in it does not unpack."])


def test_an_x_in_a_chunk_of_a_png_is_not_taken_for_packed_text() -> None:
    body = b"Comment\0xx: " + WORDS.encode()
    chunk = struct.pack(">I", len(body)) + b"tEXt" + body + struct.pack(">I", zlib.crc32(body))
    decoder = Decoder()
    forms = {
        one.form
        for one in decoder.of_bytes(b"\x89PNG\r\n\x1a\n" + chunk)
        if isinstance(one, Text) and WORDS in one.text
    }
    assert "chunk of a PNG" in forms
    assert not any("packed" in form for form in forms)
    assert decoder.problems == []


def test_a_bookmark_of_a_pdf_is_a_text() -> None:
    pdf = bytes(typst.compile(f"= {WORDS}\nA page.".encode()))
    found = [one for one in Decoder().of_bytes(pdf) if isinstance(one, Text)]
    assert (WORDS, "bookmark of a PDF") in {(one.text, one.form) for one in found}


def test_a_pdf_with_a_page_that_cannot_be_read_is_a_problem_of_the_file() -> None:
    pdf = (
        b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n"
        b"2 0 obj\n<< /Type /Pages /Kids [9 0 R] /Count 1 >>\nendobj\n"
        b"trailer\n<< /Size 3 /Root 1 0 R >>\n%%EOF\n"
    )
    found, (problem,) = read(pdf)
    assert not found
    assert problem.startswith("A PDF in it cannot be read completely: ")


def test_without_its_reader_a_pdf_is_not_taken_for_searched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    found, (problem,) = read(KINDS["report.pdf"](WORDS))
    assert not found
    assert "pypdfium2" in problem
    assert "not installed" in problem


PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress}


@pytest.mark.parametrize("name", [*PACKERS, "zlib"])
@pytest.mark.parametrize("after", [b"", b"\n", b"something else"])
def test_streams_one_after_the_other_are_all_read(name: str, after: bytes) -> None:
    pack = {**PACKERS, "zlib": zlib.compress}[name]
    first, second, third = (f"filler {n}, ".encode() * 900 for n in range(3))
    for between in (b"", bytes(4)):
        data = between.join((pack(first), pack(second + WORDS.encode() + second), pack(third)))
        assert read(data + after) == (True, [])


@pytest.mark.parametrize("name", PACKERS)
@pytest.mark.parametrize("damage", ["cut at its end", "cut in the middle", "wrong at its end"])
def test_of_a_damaged_stream_what_its_program_prints_is_read_and_the_rest_is_a_problem(
    name: str, damage: str
) -> None:
    # bzip2 gives nothing of a block that is not whole: the words are in the first of several.
    filler = random.Random(4).randbytes(2_000_000)
    data = bytearray(PACKERS[name](WORDS.encode() + b"\n" + filler))
    if damage == "wrong at its end":
        data[-6] ^= 0xFF
    else:
        del data[-5 if damage == "cut at its end" else len(data) // 2 :]
    found, problems = read(bytes(data))
    assert found
    assert problems == [f"A {name} stream in it is cut off or damaged."]


def test_a_stream_that_is_none_is_no_problem() -> None:
    for mark in (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00"):
        assert read(mark + b" is how it begins, " + WORDS.encode()) == (True, [])


def test_a_zip_without_its_directory_is_a_problem() -> None:
    whole = zipped({"a.txt": WORDS.encode()})
    for cut in (len(whole) - 1, whole.index(b"PK\x01\x02") + 4):
        _found, problems = read(whole[:cut])
        assert problems == ["A ZIP in it is cut off or damaged."]


def test_what_is_too_short_for_a_member_of_a_zip_is_no_problem() -> None:
    assert read(b"PK\x03\x04 short") == (False, [])


@pytest.mark.parametrize("name", PACKERS)
def test_a_damaged_stream_that_holds_nothing_is_no_problem(name: str) -> None:
    packed = bytearray(PACKERS[name](b""))
    packed[-1] ^= 0xFF
    assert read(bytes(packed)) == (False, [])


def test_text_of_a_picture_whose_checksum_is_wrong_is_read() -> None:
    packed = bytearray(zlib.compress(WORDS.encode()))
    packed[-1] ^= 1
    body = b"Comment\0\0" + bytes(packed)
    chunk = struct.pack(">I4s", len(body), b"zTXt") + body + b"\0\0\0\0"
    assert read(b"\x89PNG\r\n\x1a\n" + chunk) == (True, [])


def test_a_million_tiny_streams_are_read_in_seconds() -> None:
    tiny = gzip.compress(b"- ")
    began = time.monotonic()
    assert read(tiny * 200_000 + gzip.compress(WORDS.encode()))[0]
    assert time.monotonic() - began < 60
