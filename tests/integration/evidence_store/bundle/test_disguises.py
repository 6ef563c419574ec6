"""Values in disguise: every form that docs/bundle-format.md promises to see, in two scripts.

Handles and names are made up. A form is seen if the search names it, exactly or as a near hit.
"""

from __future__ import annotations

import base64
import bz2
import csv
import gzip
import hashlib
import html
import io
import json
import lzma
import quopri
import struct
import unicodedata
import urllib.parse
import zipfile
import zlib
from typing import TYPE_CHECKING

import openpyxl
import pypdfium2
import pytest
import typst
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evidence_store.bundle.leaks import Leak, Scanner, Secret

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LATIN = ("@field_observer_77", "Jane Marie Öztürk", "https://t.me/field_observer_77/1234")
CYRILLIC = ("@дозорний_77", "Оксана Ґудзь", "Наталья Ёлкина", "https://t.me/дозорний_77")
VALUES = (*LATIN, *CYRILLIC)
LOOK_ALIKES = str.maketrans("aceopxyiACEHKMOPTXB", "асеорхуіАСЕНКМОРТХВ")


def seen(value: str, data: bytes, name: str = "f") -> tuple[Leak, ...]:
    return Scanner([Secret(label="value", text=value)]).in_bytes(data, where=name)


def handle(value: str) -> str:
    return value.split("/")[3] if "/" in value else value.lstrip("@")


def split(value: str, gap: str) -> str:
    """Break a value at its first blank or underscore, else in the middle."""
    for sign in (" ", "_"):
        if sign in value:
            return value.replace(sign, sign + gap if sign == "_" else gap, 1)
    return value[:4] + gap + value[4:]


WRITINGS: dict[str, Callable[[str], str]] = {
    "as it is": lambda v: v,
    "capitals": str.upper,
    "small letters": str.lower,
    "every first letter": str.title,
    "apart (NFD)": lambda v: unicodedata.normalize("NFD", v),
    "together (NFKC)": lambda v: unicodedata.normalize("NFKC", v),
    "wide letters": lambda v: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in v),
    "mathematical letters": lambda v: "".join(
        chr(0x1D400 + ord(c) - 65) if "A" <= c <= "Z" else c for c in v
    ),
    "without accents": lambda v: "".join(
        c for c in unicodedata.normalize("NFKD", v) if not unicodedata.combining(c)
    ),
    "more accents": lambda v: "".join(c + "\u0323" for c in v),
    "look-alikes of the other script": lambda v: v.translate(LOOK_ALIKES),
    "Greek look-alikes": lambda v: v.translate(str.maketrans("ovinw", "ονιηω")),
    "Armenian look-alikes": lambda v: v.translate(str.maketrans("onu", "օոս")),
    "small capitals": lambda v: v.translate(str.maketrans("abcdefno", "ᴀʙᴄᴅᴇꜰɴᴏ")),
    "letters of phonetics": lambda v: v.translate(str.maketrans("adbnh", "ɑɗɓɲɦ")),
    "invisible letters": lambda v: "".join(chr(0xE0000 + ord(c)) if c < "\x7f" else c for c in v),
    "blanks for underscores": lambda v: v.replace("_", " "),
    "two blanks for one": lambda v: v.replace("_", "  ").replace(" ", "  "),
    "hyphens": lambda v: v.replace("_", "-").replace(" ", "-"),
    "dots": lambda v: v.replace("_", ".").replace(" ", "."),
    "nothing between": lambda v: v.replace("_", "").replace(" ", ""),
    "no-break blank": lambda v: v.replace("_", "\u00a0").replace(" ", "\u00a0"),
    "narrow blank": lambda v: v.replace("_", "\u202f").replace(" ", "\u202f"),
    "line break": lambda v: split(v, "\n"),
    "line break of Windows": lambda v: split(v, "\r\n"),
    "paragraph mark": lambda v: split(v, "\u2029"),
    "hyphenated over a line": lambda v: split(v, "-\n"),
    "soft hyphen": lambda v: v[:5] + "\u00ad" + v[5:],
    "zero-width blank": lambda v: "\u200b".join(v),
    "zero-width joiner": lambda v: v[:5] + "\u200d" + v[5:],
    "byte order mark": lambda v: v[:5] + "\ufeff" + v[5:],
    "direction marks": lambda v: "\u202a" + v[:5] + "\u200e" + v[5:] + "\u202c",
    "variation selectors": lambda v: "\ufe0e".join(v),
    "letters spaced": " ".join,
    "without the @ or scheme": lambda v: handle(v),
    "with an @": lambda v: "@" + v.lstrip("@"),
    "in an address": lambda v: f"https://example.org/u/{handle(v).replace(' ', '_')}/9",
    "in t.me": lambda v: f"t.me/{handle(v).replace(' ', '_')}",
    "in www": lambda v: f"www.example.org/{handle(v).replace(' ', '_')}?a=1",
    "in a file's name": lambda v: f"tg_{handle(v).replace(' ', '_')}_0012.jpg",
    "in a mail address": lambda v: f"{handle(v).replace(' ', '.')}@example.org",
    "in another word": lambda v: f"xx{handle(v)}yy",
}  # fmt: skip
"""How people and programs write one value."""

NAMES_ONLY: dict[str, Callable[[str], str]] = {
    "last name first": lambda v: f"{v.split()[-1]}, {' '.join(v.split()[:-1])}",
    "last name first, no comma": lambda v: " ".join(v.split()[::-1]),
    "last name in capitals": lambda v: f"{v.split()[-1].upper()} {' '.join(v.split()[:-1])}",
}

ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "UTF-8": str.encode,
    "UTF-8 with a mark": lambda v: b"\xef\xbb\xbf" + v.encode(),
    "UTF-16 LE": lambda v: ("before " + v + " after").encode("utf-16-le"),
    "UTF-16 BE": lambda v: ("before " + v + " after").encode("utf-16-be"),
    "UTF-16 with a mark": lambda v: v.encode("utf-16"),
    "UTF-16 at an odd place": lambda v: b"\x01" + v.encode("utf-16-le"),
    "UTF-32": lambda v: v.encode("utf-32"),
    "one byte a letter": lambda v: v.encode("cp1251" if any(c > "\u0400" for c in v) else "cp1252",
                                            "replace"),
    "among other bytes": lambda v: b"\x00\xff\xd8\x01" + v.encode() + b"\x00\xfe\x9c\x02",
    "JSON": lambda v: json.dumps({"a": v}).encode(),
    "JSON twice": lambda v: json.dumps(json.dumps({"a": v})).encode(),
    "escapes of JavaScript": lambda v: "".join(f"\\u{{{ord(c):x}}}" for c in v).encode(),
    "escapes of Python": lambda v: ascii(v).encode(),
    "bytes as escapes": lambda v: "".join(f"\\x{b:02x}" for b in v.encode()).encode(),
    "bytes in octal": lambda v: "".join(f"\\{b:03o}" for b in v.encode()).encode(),
    "percent": lambda v: urllib.parse.quote(v, safe="").encode(),
    "percent, every byte": lambda v: "".join(f"%{b:02X}" for b in v.encode()).encode(),
    "percent, twice": lambda v: urllib.parse.quote(urllib.parse.quote(v)).encode(),
    "percent, three times": lambda v: urllib.parse.quote(
        urllib.parse.quote(urllib.parse.quote(v, safe=""), safe="")
    ).encode(),
    "UTF-8 twice": lambda v: v.encode().decode("latin-1").encode(),
    "escapes of style sheets": lambda v: "".join(f"\\{ord(c):x} " for c in v).encode(),
    "a comment inside": lambda v: f"<p>{v[:5]}<!-- more -->{v[5:]}</p>".encode(),
    "codes of letters": lambda v: ",".join(str(ord(c)) for c in v).encode(),
    "a list of bytes": lambda v: json.dumps(list(v.encode())).encode(),
    "bytes in C": lambda v: ", ".join(hex(b) for b in v.encode()).encode(),
    "bytes in binary": lambda v: " ".join(f"{b:08b}" for b in v.encode()).encode(),
    "bytes in octal, blanks between": lambda v: " ".join(f"{b:03o}" for b in v.encode()).encode(),
    "a form": lambda v: urllib.parse.urlencode({"q": v}).encode(),
    "percent and u": lambda v: "".join(f"%u{ord(c):04x}" for c in v).encode(),
    "HTML": lambda v: html.escape(v).encode(),
    "HTML, decimal": lambda v: "".join(f"&#{ord(c)};" for c in v).encode(),
    "HTML, hexadecimal": lambda v: "".join(f"&#x{ord(c):X};" for c in v).encode(),
    "HTML, twice": lambda v: html.escape("".join(f"&#{ord(c)};" for c in v)).encode(),
    "HTML, tags inside": lambda v: f"<p>{v[:4]}<b>{v[4:7]}</b><!-- -->{v[7:]}</p>".encode(),
    "HTML, an attribute": lambda v: f'<img alt="{html.escape(v)}">'.encode(),
    "data: address": lambda v: b"data:text/plain;base64," + base64.b64encode(v.encode()),
    "base64": lambda v: base64.b64encode(v.encode()),
    "base64 at one byte": lambda v: base64.b64encode(b"." + v.encode() + b"."),
    "base64 at two bytes": lambda v: base64.b64encode(b".." + v.encode() + b".."),
    "base64 for addresses": lambda v: base64.urlsafe_b64encode(b"??>" + v.encode() + b"??"),
    "base64 without an end": lambda v: base64.b64encode(v.encode()).rstrip(b"="),
    "base64 over lines": lambda v: base64.encodebytes(v.encode() * 6),
    "base64 after a word": lambda v: b"key" + base64.b64encode(v.encode()),
    "base64 of base64": lambda v: base64.b64encode(base64.b64encode(v.encode())),
    "base64 of UTF-16": lambda v: base64.b64encode(v.encode("utf-16-le")),
    "base64 of gzip": lambda v: base64.b64encode(gzip.compress(v.encode())),
    "base32": lambda v: base64.b32encode(v.encode()),
    "base32, small": lambda v: base64.b32encode(v.encode()).lower(),
    "hexadecimal": lambda v: v.encode().hex().encode(),
    "hexadecimal, capitals": lambda v: v.encode().hex().upper().encode(),
    "hexadecimal, colons": lambda v: v.encode().hex(":").encode(),
    "hexadecimal, blanks": lambda v: v.encode().hex(" ").encode(),
    "hexadecimal of UTF-16": lambda v: v.encode("utf-16-be").hex().encode(),
    "quoted-printable": lambda v: quopri.encodestring(v.encode()),
    "quoted-printable, long": lambda v: quopri.encodestring(b"x" * 70 + b" " + v.encode()),
    "a mail header, B": lambda v: b"=?utf-8?B?" + base64.b64encode(v.encode()) + b"?=",
    "a mail header, Q": lambda v: ("=?utf-8?Q?" + "".join(
        f"={b:02X}" for b in v.encode()) + "?=").encode(),
    "UTF-7": lambda v: v.encode("utf-7"),
    "SHA-256": lambda v: hashlib.sha256(v.encode()).hexdigest().encode(),
    "SHA-1": lambda v: hashlib.sha1(v.encode()).hexdigest().encode(),
    "MD5, capitals": lambda v: hashlib.md5(v.encode()).hexdigest().upper().encode(),
    "SHA-512": lambda v: hashlib.sha512(v.encode()).hexdigest().encode(),
    "SHA-256 with a line feed": lambda v: hashlib.sha256(v.encode() + b"\n").hexdigest().encode(),
    "SHA-256 in base64": lambda v: base64.b64encode(hashlib.sha256(v.encode()).digest()),
    "SHA-256 of capitals": lambda v: hashlib.sha256(v.upper().encode()).hexdigest().encode(),
    "SHA-256 without the @": lambda v: hashlib.sha256(
        v.lstrip("@").encode()).hexdigest().encode(),
}  # fmt: skip
"""How programs keep one value."""


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_seen_in_every_writing(value: str, writing: str) -> None:
    text = f"before {WRITINGS[writing](value)} after"
    leaks = seen(value, text.encode("utf-8", "replace"))
    assert leaks
    assert all(value not in leak.sentence() for leak in leaks)


@pytest.mark.parametrize("writing", NAMES_ONLY)
@pytest.mark.parametrize("value", [value for value in VALUES if " " in value])
def test_a_name_is_seen_in_every_order(value: str, writing: str) -> None:
    (leak, *_) = seen(value, f"by {NAMES_ONLY[writing](value)}, here".encode())
    assert leak.is_near


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("value", VALUES)
def test_a_value_is_seen_in_every_encoding(value: str, encoding: str) -> None:
    assert seen(value, b"before " + ENCODINGS[encoding](value) + b" after")


@pytest.mark.parametrize("value", ["@дозорний_77", "müller_77"])
def test_a_host_in_punycode_is_seen(value: str) -> None:
    host = value.lstrip("@").replace("_", "").encode("idna").decode()
    assert seen(value, f"https://{host}.example/".encode())


def test_forms_are_many_enough() -> None:
    assert len(WRITINGS) + len(NAMES_ONLY) + len(ENCODINGS) >= 60


def test_the_same_value_is_exact_and_another_writing_is_near() -> None:
    exact = ("@Field_Observer_77", "\u200b@field_observer_77", "@field\u00ad_observer_77")
    near = ("field_observer_77", "@field observer 77", "t.me/field_observer_77", "FieldObserver77")
    for text in exact:
        assert not seen(LATIN[0], text.encode())[0].is_near, text
    for text in near:
        assert seen(LATIN[0], text.encode())[0].is_near, text


@pytest.mark.parametrize(
    "text",
    [
        "The field was clear; observers counted 77.",
        "fieldobserver 7 and 7",
        "field_observer_78",
        "Janet Marieke Ozturkmen",
        "0123456789abcdef" * 8,
        base64.b64encode(bytes(range(256)) * 20).decode(),
    ],
)
def test_what_is_somebody_elses_is_not_seen(text: str) -> None:
    for value in LATIN[:2]:
        assert not seen(value, text.encode())


def test_a_short_value_is_asked_about_only_where_it_stands_alone() -> None:
    assert seen("@finder", b"to finder, with thanks")
    assert not seen("@finder", b"pathfinders")


def test_a_value_that_may_be_any_word_is_asked_about_where_it_stands_alone() -> None:
    scanner = Scanner([Secret(label="place", text="Test", certain=False)])
    assert [leak.is_near for leak in scanner.in_bytes(b"a test of it", where="f")] == [True]
    assert not scanner.in_bytes(b"tested", where="f")
    assert not Scanner(
        [Secret(label="place", text="Test", certain=False)], released=["test"]
    ).in_bytes(b"a test of it", where="f")


def test_what_was_released_on_purpose_is_not_asked_about_again() -> None:
    scanner = Scanner([Secret(label="a", text=LATIN[0])], released=["Field  observer 77"])
    assert not scanner.in_bytes(b"field observer 77", where="f")
    assert scanner.in_bytes(b"field-observer 77", where="f")
    assert scanner.in_bytes(b"@field_observer_77", where="f")


# --- kinds of files --------------------------------------------------------------------------


def as_pdf(value: str) -> bytes:
    text = json.dumps(value, ensure_ascii=False)
    source = f"#set page(width: 90mm)\n#let said = {text}\n#said"
    return bytes(typst.compile(source.encode()))


def as_pdf_data(value: str) -> bytes:
    text = json.dumps(value, ensure_ascii=False)
    return bytes(typst.compile(f"#set document(title: {text})\nA page.".encode()))


def as_pdf_attachment(value: str) -> bytes:
    document = pypdfium2.PdfDocument.new()
    document.new_page(200, 200)
    document.new_attachment("notes.txt").set_data(zlib.compress(value.encode()))
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_xlsx(value: str) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["who", value])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xlsx_property(value: str) -> bytes:
    book = openpyxl.Workbook()
    book.properties.creator = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_xlsx_runs(value: str) -> bytes:
    """A cell whose letters have two looks."""
    runs = f"<si><r><t>{value[:5]}</t></r><r><t>{value[5:]}</t></r></si>"
    return zipped("xl/sharedStrings.xml", runs.encode())


def zipped(name: str, data: bytes, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
        archive.comment = comment
    return out.getvalue()


def png_chunk(kind: bytes, body: bytes) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = chunk(b"IHDR", struct.pack(">2I5B", 1, 1, 8, 0, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(kind, body) + pixels + chunk(b"IEND", b"")


def as_csv(value: str) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(["1", value, "x"])
    return out.getvalue().encode()


KINDS: dict[str, Callable[[str], bytes]] = {
    "text.txt": str.encode,
    "table.csv": as_csv,
    "data.json": lambda v: json.dumps({"list": [1, {"who": v}]}).encode(),
    "page.html": lambda v: f"<html><body><p>By {html.escape(v)}.</p></body></html>".encode(),
    "report.pdf": as_pdf,
    "titled.pdf": as_pdf_data,
    "attached.pdf": as_pdf_attachment,
    "cells.xlsx": as_xlsx,
    "creator.xlsx": as_xlsx_property,
    "runs.xlsx": as_xlsx_runs,
    "packed.zip": lambda v: zipped("notes.txt", v.encode()),
    "nested.zip": lambda v: zipped("inner.zip", zipped("notes.txt", v.encode())),
    "comment.zip": lambda v: zipped("notes.txt", b"x", v.encode()),
    "named.zip": lambda v: zipped(f"{v.replace('/', '_')}.txt", b"x"),
    "text.png": lambda v: png_chunk(b"iTXt", b"Author\0\0\0\0\0" + v.encode()),
    "packed.png": lambda v: png_chunk(b"zTXt", b"Author\0\0" + zlib.compress(v.encode())),
    "exif.jpg": lambda v: b"\xff\xd8\xff\xe1\x00\xffExif\0\0II*\0" + v.encode() + b"\0\xff\xd9",
    "xp.jpg": lambda v: (
        b"\xff\xd8\xff\xe1\x00\xffExif\0\0II*\0" + v.encode("utf-16-le") + b"\xff\xd9"
    ),
    "log.gz": lambda v: gzip.compress(v.encode()),
    "log.bz2": lambda v: bz2.compress(v.encode()),
    "log.xz": lambda v: lzma.compress(v.encode()),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("value", [*LATIN[:2], *CYRILLIC[:2]])
def test_a_value_is_seen_in_every_kind_of_file(tmp_path: Path, value: str, kind: str) -> None:
    (tmp_path / kind).write_bytes(KINDS[kind](value))
    scanner = Scanner([Secret(label="value", text=value)])
    assert scanner.in_file(tmp_path / kind, where=kind)
    other = Scanner([Secret(label="value", text="@somebody_else_12")])
    assert not other.in_file(tmp_path / kind, where=kind)


def test_a_file_that_cannot_be_taken_apart_is_a_hit(tmp_path: Path) -> None:
    scanner = Scanner([Secret(label="value", text=LATIN[0])])
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7\nnothing of the kind")
    (leak,) = scanner.in_file(tmp_path / "x.pdf", where="x.pdf")
    assert "cannot be searched" in leak.sentence()
    assert not leak.is_near


ACCOUNT = st.text("abcdefghijklmnopqrstuvwxyzабвгґдеєжзиіїйклмнопрстуфхцчшщьюя_0123456789",
                  min_size=9, max_size=20).filter(
    lambda text: sum(char.isalnum() for char in text) >= 9 and any(map(str.isalpha, text))
)  # fmt: skip
COMPOSABLE = (
    "capitals", "apart (NFD)", "hyphens", "zero-width blank", "soft hyphen", "direction marks",
    "look-alikes of the other script", "in t.me", "line break",
)  # fmt: skip
KEPT = (
    "UTF-8", "JSON", "percent", "HTML, decimal", "base64", "base64 at one byte", "hexadecimal",
    "quoted-printable", "UTF-16 LE",
)  # fmt: skip
FILES = ("text.txt", "page.html", "data.json", "cells.xlsx", "packed.zip", "text.png", "log.gz")


@given(
    account=ACCOUNT,
    writings=st.lists(st.sampled_from(COMPOSABLE), max_size=2, unique=True),
    encoding=st.sampled_from(KEPT),
    inner=st.sampled_from(("", *KEPT[:-1])),
    kind=st.sampled_from(FILES),
)
@example("0000000вє", ["capitals"], "JSON", "", "data.json")  # ВЄ is ª in UTF-8, read as cp1251
@example("000000аааааа", [], "quoted-printable", "HTML, decimal", "data.json")  # &#104=\n0;
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_disguises_are_worn_over_each_other_the_account_is_seen(
    tmp_path: Path, account: str, writings: list[str], encoding: str, inner: str, kind: str
) -> None:
    text = f"@{account}"
    for writing in writings:
        text = WRITINGS[writing](text)
    if inner:
        text = ENCODINGS[inner](text).decode()
    if encoding != "UTF-16 LE":
        text = ENCODINGS[encoding](text).decode()
        data = KINDS[kind](text)
    else:
        data = ENCODINGS[encoding](text)
    (tmp_path / kind).write_bytes(data)
    scanner = Scanner([Secret(label="account", text=f"@{account}")])
    assert scanner.in_file(tmp_path / kind, where=kind)
