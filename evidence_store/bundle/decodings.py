"""Everything a finished file says once its escapes and encodings are undone.

A file is decomposed into bytes and texts: members of a ZIP (and so of XLSX and DOCX), text,
metadata and attachments of a PDF, chunks of a picture, compressed streams. In each text the escapes
of JSON, HTML, URLs and mail are undone, tags removed, and anything that looks like base64, base32
or hexadecimal is decoded to bytes again, nested up to `DEPTH` levels. A part that cannot be
decomposed within the limits is a problem of the file: it does not count as harmless.
"""

from __future__ import annotations

import base64
import binascii
import bz2
import contextlib
import html
import io
import lzma
import quopri
import re
import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEPTH = 4
"""Maximum nesting depth of encodings."""
MOST = 1024 * 1024 * 1024
"""Maximum total of bytes and characters decoded from one file."""
EDGE = "\ue000"
"""Separates texts that were not one text in the file (a private-use character)."""
_MEMBER = 256 * 1024 * 1024
_PART = 4096
"""Bytes that are unpacked at once; a damaged part is unpacked byte by byte."""
_LONG_RUN = 512
"""Base64 characters from which a run is a file rather than a word; decoded once."""

_BASE64 = re.compile(r"[A-Za-z0-9+/_-](?:[A-Za-z0-9+/_-]|\\?\r?\n[ \t]*(?=[A-Za-z0-9+/_-])){6,}")
_FILE = re.compile(rf"[A-Za-z0-9+/_-]{{{_LONG_RUN},}}")
"""A file in base64: it is searched once it is decoded."""
_BASE32 = re.compile(r"[A-Z2-7]{8,}|[a-z2-7]{8,}")
_HEX = re.compile(r"[0-9A-Fa-f]{2}(?:[ :.,_-]?(?:0x|\\x)?[0-9A-Fa-f]{2}){3,}")
_GAPS = re.compile(r"[ :.,_\-]|0x|\\x")
_ESCAPE = re.compile(
    r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|x([0-9A-Fa-f]{2})"
    r"|N\{U\+([0-9A-Fa-f]{4,6})\}|([nrtbfv/\\\"']))"
)
_OCTETS = re.compile(r"(?:\\x[0-9A-Fa-f]{2}|\\[0-3][0-7]{2})+")
_OCTET = re.compile(r"\\x([0-9A-Fa-f]{2})|\\([0-3][0-7]{2})")
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_SIMPLE = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "v": "\v"}
_TAG = re.compile(r"<!--|-->|<!\[CDATA\[|\]\]>|</?[A-Za-z!?][^<>]*>")
_COMMENT = re.compile(r"<!--.*?-->|/\*.*?\*/", re.DOTALL)
_STYLE = re.compile(r"\\([0-9A-Fa-f]{2,6})[ \t\r\n\f]?")
_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]{1,6}|[0-9A-Fa-f]+")
_ROW = re.compile(
    r"(?<![\w.])(?:(?:0[xX][0-9A-Fa-f]{2,6}|[01]{7,8}|[0-9]{2,6})[ ,;\t\r\n]{1,8}){3,}"
    r"(?:0[xX][0-9A-Fa-f]{2,6}|[01]{7,8}|[0-9]{2,6})(?![\w.])"
)
"""Four numbers or more that may be character codes."""
_MISREAD = r"\u0080-\u00ff\u0152-\u0192\u02c6\u02dc\u0401-\u0491\u2013-\u2122"
_FOREIGN = re.compile(
    rf"(?<![{_MISREAD}])[\u00c2-\u00f4\u0412-\u0444](?![\u00c0-\u00ff\u0410-\u044f])[{_MISREAD}]+"
)
"""Characters that may be bytes of UTF-8: a lead byte followed by a continuation byte."""
_LETTER_OF_A_TAG = re.compile("[\U000e0020-\U000e007e]")
_QUOTED = re.compile(r"=(?:[0-9A-Fa-f]{2}|[ \t]*\r?\n)")
_SOFT_BREAK = re.compile(r"=[ \t]*\r?\n")
_MAIL_WORD = re.compile(r"=\?([\w-]+)\?([QqBb])\?([^?\s]*)\?=(?:\s+(?==\?))?")
_UTF7 = re.compile(r"\+([A-Za-z0-9/]{3,})-?")
_PUNYCODE = re.compile(r"xn--([a-z0-9-]+)", re.IGNORECASE)
_PERCENTS = re.compile(r"(?:%[0-9A-Fa-f]{2})+")
_PERCENT_WIDE = re.compile(r"%u([0-9A-Fa-f]{4})")
_XLSX_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_STREAM = re.compile(rb"stream\r?\n")
_PIXELS = re.compile(rb"/Subtype\s*/Image\b")
_HEAD_OF_STREAM = 4096
"""Bytes before a PDF stream that contain its dictionary."""
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_UTF8_TEXT = re.compile(
    rb"(?:[\x20-\x7e\t\r\n]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}"
    rb"|[\xf0-\xf4][\x80-\xbf]{3}){4,}"
)
_WIDE_LE = re.compile(
    rb"(?:[\x09-\x7e]\x00|[\xa0-\xff]\x00|[\x00-\xff][\x01-\x06\x20]){4,}", re.DOTALL
)
_WIDE_BE = re.compile(
    rb"(?:\x00[\x09-\x7e]|\x00[\xa0-\xff]|[\x01-\x06\x20][\x00-\xff]){4,}", re.DOTALL
)
"""Two-byte text in scripts from Latin to Arabic, and symbols."""
ONE_BYTE_CODES = ("cp1252", "cp1251", "koi8-u", "cp866", "iso8859-5", "mac-cyrillic")
"""Single-byte encodings of Western Europe and of Cyrillic that still occur in files."""

RULES: Final = Declared(
    "decodings",
    test="tests/unit/evidence_store/bundle/test_decodings.py",
    source="decision 0071",
    units={"DEPTH": "levels", "MOST": "bytes and characters", "ONE_BYTE_CODES": "encodings"},
)

_NO_CONTROLS = b"\t\r\n\f" + bytes(range(0x20, 0x100))
_WINDOW, _AROUND = 4096, 256
_PNG = b"\x89PNG\r\n\x1a\n"


class NotSearchable(Exception):
    """Part of a file cannot be decomposed completely, so its content is unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One text of a file, after some decoding."""

    text: str
    form: str
    """How it was found, for example `base64 in a member of a ZIP`; empty if unchanged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some bytes of a file, which may contain a hash in binary form."""

    data: bytes
    form: str


class Decoder:
    """Decomposes one file; `problems` lists, in sentences, what could not be decomposed."""

    def __init__(self, *, most: int = MOST) -> None:
        self._left = most
        self._seen: set[int] = set()
        self._runs: set[int] = set()
        self.problems: list[str] = []

    def of_bytes(self, data: bytes, form: str = "", depth: int = DEPTH) -> Iterator[Text | Piece]:
        """Yield every text in some bytes, and every piece of bytes found."""
        if not self._is_new(data):
            return
        yield Piece(data=data, form=form)
        try:
            for name, inner in _inside(data):
                if depth <= 0:
                    raise NotSearchable("Too many layers of packing to take apart.")
                if isinstance(inner, str):
                    yield from self.of_text(inner, _joined(name, form), depth - 1)
                else:
                    yield from self.of_bytes(inner, _joined(name, form), depth - 1)
        except NotSearchable as error:
            self.problems.append(str(error))
        for code, text in _read(data):
            yield from self.of_text(text, _joined(code, form), depth)

    def of_text(self, text: str, form: str = "", depth: int = DEPTH) -> Iterator[Text | Piece]:
        """Yield a text, and what it says once its escapes and encodings are undone.

        Each kind of escape is undone separately first, then all kinds together, repeatedly: not
        every combination of several escapes is tried.
        """
        if not self._is_new(text):
            return
        short = _FILE.sub(EDGE, text)
        yield Text(text=short, form=form)
        if depth <= 0:
            return
        yield from self._of_encoded(text, form, depth)
        for name, undo in _ESCAPES.items():
            before, undone, words, left = short, undo(short), _joined(name, form), depth - 1
            while undone != before and left >= 0 and self._is_new(undone):
                yield Text(text=undone, form=words)
                if left:
                    yield from self._of_encoded(undone, words, left)
                # Text that only looks double-encoded stays readable as it is.
                twice = _untwice(undone)
                if self._is_new(twice):  # what was not encoded twice stays equal, so is not new
                    yield Text(text=twice, form=_joined(_TWICE, words))
                before, undone = undone, _undone(undone)
                words, left = _joined("more escapes", words), left - 1

    def _of_encoded(self, text: str, form: str, depth: int) -> Iterator[Text | Piece]:
        """Yield what a text's possibly encoded runs say; short ones together."""
        words: dict[str, list[str]] = {}
        for name, data in self._encoded(text):
            if len(data) >= _LONG_RUN or _is_container(data):
                yield from self.of_bytes(data, _joined(name, form), depth - 1)
                continue
            if len(data) >= _SHORTEST_DIGEST:
                yield Piece(data=data, form=_joined(name, form))
            words.setdefault(name, []).extend(one for _code, one in _strings(data))
        for name, found in words.items():
            together = EDGE.join(dict.fromkeys(found))
            yield from self.of_text(together, _joined(name, form), depth - 1)

    def _encoded(self, text: str) -> Iterator[tuple[str, bytes]]:
        """Yield the bytes that the runs of a text may encode; each run once per file."""
        for name, form, decoded in _RUNS:
            for match in form.finditer(text):
                key = hash((name, match[0]))
                if key not in self._runs:
                    self._runs.add(key)
                    yield from ((name, data) for data in decoded(match[0]))

    def _is_new(self, value: bytes | str) -> bool:
        """Whether it needs to be searched; what was already seen in another way is skipped."""
        key = hash((type(value), value))
        if not value or key in self._seen:
            return False
        self._seen.add(key)
        if self._left < len(value):
            self.problems.append("Unpacked, it is larger than can be searched.")
            return False
        self._left -= len(value)
        return True


def _undone(text: str) -> str:
    """Undo every kind of escape in turn, except those that another one includes."""
    for name, undo in _ESCAPES.items():
        if name not in _OTHER_READINGS:
            text = undo(text)
    return text


def _joined(name: str, form: str) -> str:
    return " in ".join(filter(None, (name, form)))


# --- bytes as text ----------------------------------------------------------------------


def _read(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield bytes as text, in each possible encoding: (encoding, text)."""
    zeros = data.count(0)
    if zeros * 16 < len(data):
        try:
            yield "", data.decode("utf-8")
        except UnicodeDecodeError:
            pass
        else:
            # Cyrillic in UTF-16 may also be valid UTF-8: letters with control characters between.
            if not _CONTROL.search(data):
                return
    if zeros * 5 > len(data) * 2:
        for code in ("utf-32-le", "utf-32-be"):
            for shift in range(4):
                yield code.upper(), data[shift:].decode(code, "replace")
    found: dict[str, list[str]] = {}
    for code, text in _strings(data):
        found.setdefault(code, []).append(text)
    for code, texts in found.items():
        yield code, EDGE.join(texts)
    runs = [*_one_byte_texts(data)]
    for code in ONE_BYTE_CODES if runs else ():
        yield code, EDGE.join(run.decode(code, "replace") for run in runs)


def _strings(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield whatever reads as text in mixed bytes: (encoding, text)."""
    for match in _UTF8_TEXT.finditer(data):
        try:
            yield "", match[0].decode("utf-8")
        except UnicodeDecodeError:
            yield "", match[0].decode("utf-8", "replace")
    for code, form in (("utf-16-le", _WIDE_LE), ("utf-16-be", _WIDE_BE)):
        if not form.search(data):
            continue
        for shift in (0, 1):
            # Starting at the other byte of the pairs, none would be found.
            for match in form.finditer(data, shift):
                yield code.upper(), match[0].decode(code, "replace")


def _one_byte_texts(data: bytes) -> Iterator[bytes]:
    """Yield the runs of bytes that may be text in a single-byte encoding.

    These are windows with hardly any control characters, with some context; runs of pure ASCII were
    already found as UTF-8.
    """
    begin = 0
    for at in range(0, len(data) + _WINDOW, _WINDOW):
        window = data[at : at + _WINDOW]
        if window and len(window.translate(None, _NO_CONTROLS)) * 50 <= len(window):
            continue
        if begin < at and not data[begin:at].isascii():
            yield data[max(begin - _AROUND, 0) : at + _AROUND]
        begin = at + _WINDOW


# --- escapes in text --------------------------------------------------------------------


def _unescaped(text: str) -> str:
    """Undo the backslash escapes of JSON, JavaScript, C and Python."""
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        number = next((g for g in match.groups()[:5] if g), "")
        return _char(int(number, 16)) if number else _SIMPLE.get(match[6], match[6])

    return _paired(_ESCAPE.sub(one, text))


def _octets(text: str) -> str:
    """Undo hexadecimal and octal escapes of UTF-8 bytes, as shells write them."""
    if "\\" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        codes = _OCTET.findall(match[0])
        return bytes(int(x, 16) if x else int(o, 8) for x, o in codes).decode("utf-8", "replace")

    return _OCTETS.sub(one, text)


def _unbroken(text: str) -> str:
    """Join lines broken by mail programs, also inside other escapes."""
    return _SOFT_BREAK.sub("", text)


def _unpercent(text: str) -> str:
    wide = _paired(_PERCENT_WIDE.sub(lambda match: _char(int(match[1], 16)), text))
    return _percent_bytes(wide, "utf-8")


def _unpercent_latin(text: str) -> str:
    return _percent_bytes(text, "latin-1")


def _percent_bytes(text: str, code: str) -> str:
    """Undo what `urllib.parse.unquote` does, run by run, since that is slow on long texts."""
    return _PERCENTS.sub(
        lambda match: bytes.fromhex(match[0].replace("%", "")).decode(code, "replace"), text
    )


def _unentity(text: str) -> str:
    return html.unescape(text) if "&" in text else text


def _untagged(text: str) -> str:
    return _TAG.sub("", text) if "<" in text else text


def _unquoted_printable(text: str) -> str:
    if not _QUOTED.search(text):
        return text
    return quopri.decodestring(text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _unmailed(text: str) -> str:
    """Undo the encoded words of mail headers (RFC 2047)."""

    def one(match: re.Match[str]) -> str:
        code, kind, body = match.groups()
        try:
            if kind in "Bb":
                return base64.b64decode(body + "==").decode(code, "replace")
            data = quopri.decodestring(body.replace("_", " ").encode())
            return data.decode(code, "replace")
        except (ValueError, LookupError):
            return match[0]

    return _MAIL_WORD.sub(one, text)


def _unutf7(text: str) -> str:
    if "+" not in text:
        return text

    def one(match: re.Match[str]) -> str:
        try:
            data = base64.b64decode(match[1] + "=" * (-len(match[1]) % 4))
            said = data.decode("utf-16-be")
        except (ValueError, UnicodeDecodeError):
            return match[0]
        return said if all(char < "\u0600" for char in said) else match[0]

    return _UTF7.sub(one, text)


def _unpunycode(text: str) -> str:

    def one(match: re.Match[str]) -> str:
        try:
            return match[1].lower().encode("ascii").decode("punycode")
        except (UnicodeError, ValueError, OverflowError):
            return match[0]

    return _PUNYCODE.sub(one, text)


def _unxlsx(text: str) -> str:
    return _XLSX_ESCAPE.sub(lambda match: _char(int(match[1], 16)), text)


def _char(number: int) -> str:
    return chr(number) if number < 0x110000 else "\ufffd"


def _paired(text: str) -> str:
    """Join surrogate pairs."""
    return _SURROGATES.sub(lambda m: m[0].encode("utf-16", "surrogatepass").decode("utf-16"), text)


def _uncommented(text: str) -> str:
    """Remove comments with their content, as a reader of a page sees it."""
    return _COMMENT.sub("", text)


def _unstyled(text: str) -> str:
    """Undo the escapes of style sheets (CSS)."""
    return _paired(_STYLE.sub(lambda match: _char(int(match[1], 16)), text))


def _numbers(text: str) -> str:
    """Read rows of numbers as characters: decimal, byte, binary or octal codes."""

    def one(match: re.Match[str]) -> str:
        codes = _NUMBER.findall(match[0])
        said = []
        for base in (2, 8, 10, 16):
            try:
                numbers = [int(code.lower().removeprefix("0x"), base) for code in codes]
            except ValueError:
                continue
            if max(numbers) < 0x100:
                said.append(bytes(numbers).decode("utf-8", "replace"))
            said.append("".join(map(_char, numbers)))
        return EDGE.join(said)

    return _ROW.sub(one, text)


def _untwice(text: str) -> str:
    """Undo double encoding: UTF-8 that was taken for a single-byte encoding and encoded again."""

    def one(match: re.Match[str]) -> str:
        for code in ("latin-1", "cp1252", "cp1251"):
            try:
                return match[0].encode(code).decode("utf-8")
            except UnicodeError:
                continue
        return match[0]

    return _FOREIGN.sub(one, text)


def _untagged_letters(text: str) -> str:
    """Read the invisible characters of Unicode's Tags block as the letters they mirror."""
    return _LETTER_OF_A_TAG.sub(lambda match: chr(ord(match[0]) - 0xE0000), text)


_TWICE = "UTF-8 read as another code"
_OTHER_READINGS = frozenset({"percent-encoding in Latin-1", "numbers", _TWICE})
"""Escapes that leave little for others to undo, or that undo text which was not escaped; tried
separately.
"""

_ESCAPES: dict[str, Callable[[str], str]] = {
    "escapes": _unescaped,
    "escaped bytes": _octets,
    "lines broken in mail": _unbroken,
    "XLSX escapes": _unxlsx,
    "percent-encoding": _unpercent,
    "percent-encoding in Latin-1": _unpercent_latin,
    "HTML entities": _unentity,
    "text around comments": _uncommented,
    "text between tags": _untagged,
    "escapes of style sheets": _unstyled,
    "numbers": _numbers,
    _TWICE: _untwice,
    "invisible letters": _untagged_letters,
    "quoted-printable": _unquoted_printable,
    "words of a mail header": _unmailed,
    "UTF-7": _unutf7,
    "punycode": _unpunycode,
}


# --- encoded bytes in text --------------------------------------------------------------


_SHORTEST_DIGEST = 16
"""Bytes of the shortest hash that is searched, MD5."""


def _of_base64(text: str) -> Iterator[bytes]:
    """Decode a run; after other letters it may begin at any of its first four."""
    run = re.sub(r"[\s\\]", "", text).replace("-", "+").replace("_", "/")
    for shift in range(4 if len(run) < _LONG_RUN else 1):
        body = run[shift:]
        body = body[:-1] if len(body) % 4 == 1 else body
        yield base64.b64decode(body + "=" * (-len(body) % 4))


def _of_base32(text: str) -> Iterator[bytes]:
    run = text.upper()
    for shift in range(8 if len(run) < _LONG_RUN else 1):
        body = run[shift:]
        body = body[: len(body) - (len(body) % 8 in (1, 3, 6))]
        with contextlib.suppress(binascii.Error):
            yield base64.b32decode(body + "=" * (-len(body) % 8))


def _of_hexadecimal(text: str) -> Iterator[bytes]:
    run = _GAPS.sub("", text)
    for shift in (0, 1):
        yield bytes.fromhex(run[shift : len(run) - (len(run) - shift) % 2])


_RUNS: tuple[tuple[str, re.Pattern[str], Callable[[str], Iterator[bytes]]], ...] = (
    ("base64", _BASE64, _of_base64),
    ("base32", _BASE32, _of_base32),
    ("hexadecimal", _HEX, _of_hexadecimal),
)


# --- containers -------------------------------------------------------------------------


_MAGIC = (
    b"%PDF-",
    b"PK\x03\x04",
    b"PK\x05\x06",
    _PNG,
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x78",
)


def _is_container(data: bytes) -> bool:
    return data.startswith(_MAGIC)


def _inside(data: bytes) -> Iterator[tuple[str, bytes | str]]:
    """Yield a container's content: bytes, or text if the container marks it as text."""
    head = data[:8]
    if head.startswith(b"%PDF-") or b"%PDF-" in data[:1024]:
        yield from _pdf(data)
    elif head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _zip(data)
    elif head.startswith(_PNG):
        yield from _png(data)
    elif head[:1] == b"\x78" and len(data) > 2 and (data[0] * 256 + data[1]) % 31 == 0:
        yield from _streams("zlib", zlib.decompressobj, data, marked=False)
    else:
        for name, mark, begin in _PACKED:
            if head.startswith(mark):
                yield from _streams(name, begin, data, marked=True)


class _Stream(Protocol):
    """A decompressor of the standard library."""

    @property
    def eof(self) -> bool: ...

    @property
    def unused_data(self) -> bytes: ...

    def decompress(self, data: bytes, /, max_length: int = ...) -> bytes: ...


_PACKED: tuple[tuple[str, bytes, Callable[[], _Stream]], ...] = (
    ("gzip", b"\x1f\x8b\x08", lambda: zlib.decompressobj(wbits=31)),
    ("bzip2", b"BZh", bz2.BZ2Decompressor),
    ("xz", b"\xfd7zXZ\x00", lzma.LZMADecompressor),
)


_PADDING = re.compile(rb"\0*")
"""What programs skip between two streams."""
_ZIP_HEADER = struct.Struct("<4s5H3I2H")
_ZIP_VERSIONS = 63
_ZIP_METHODS = frozenset({0, 1, 6, 8, 9, 12, 14, 93, 95, 96, 97, 98, 99})
"""The highest version, and the methods of packing, that APPNOTE.TXT 6.3 lists and programs use."""


def _streams(
    name: str, begin: Callable[[], _Stream], data: bytes, *, marked: bool
) -> Iterator[tuple[str, bytes]]:
    """Yield what the streams in some bytes unpack to, one after the other, as programs print them.

    Raises NotSearchable for one that is cut off or damaged after it has begun, if its mark is too
    long to stand there by chance (`marked`).
    """
    found, inner, place, whole = bytearray(), b"", 0, True
    while place < len(data) and whole:
        inner, place, whole = _unpacked(name, begin, data, place, _MEMBER - len(found))
        found += inner
        place = _PADDING.match(data, place).end()  # type: ignore[union-attr]  # it may be empty
    if found:
        yield name, bytes(found)
    if marked and inner and not whole:
        raise NotSearchable(f"A {name} stream in it is cut off or damaged.")


def _unpacked(
    name: str, begin: Callable[[], _Stream], data: bytes, start: int, most: int
) -> tuple[bytes, int, bool]:
    """Unpack the stream at a place: what it holds, where it ends, and whether it is whole.

    Of a damaged one, everything before the damage is returned.
    """
    stream, inner, place = begin(), bytearray(), start
    while place < len(data) and not stream.eof:
        part = data[place : place + _PART]
        try:
            inner += stream.decompress(part, most - len(inner) + 1)
        except (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
            return bytes(_up_to_damage(begin, data[start:place], part)), place, False
        if len(inner) > most:
            raise NotSearchable(f"A {name} stream in it is larger than can be searched.")
        place += len(part)
    return bytes(inner), place - len(stream.unused_data), stream.eof


def _up_to_damage(begin: Callable[[], _Stream], good: bytes, part: bytes) -> bytearray:
    """Unpack what is undamaged again, then the damaged part byte by byte."""
    stream = begin()
    inner = bytearray(stream.decompress(good))
    with contextlib.suppress(OSError, EOFError, zlib.error, lzma.LZMAError, ValueError):
        for place in range(len(part)):  # pragma: no branch (one of them is damaged)
            inner += stream.decompress(part[place : place + 1])
    return inner


def _begins_a_member(data: bytes) -> bool:
    """Whether some bytes begin with the header of a ZIP's member, and not just with its mark."""
    if len(data) < _ZIP_HEADER.size:
        return False
    version, _flags, method, *_rest, name = _ZIP_HEADER.unpack_from(data)[1:-1]
    return version <= _ZIP_VERSIONS and method in _ZIP_METHODS and name > 0


def _zip(data: bytes) -> Iterator[tuple[str, bytes | str]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, struct.error, OSError):
        if _begins_a_member(data):
            raise NotSearchable("A ZIP in it is cut off or damaged.") from None
        return
    with archive:
        yield "comment of a ZIP", archive.comment
        for entry in archive.infolist():
            yield "name in a ZIP", entry.orig_filename
            yield "comment in a ZIP", entry.comment
            yield "extra field in a ZIP", entry.extra
            if entry.file_size > _MEMBER:
                raise NotSearchable("A member of a ZIP in it is larger than can be searched.")
            try:
                yield "member of a ZIP", archive.read(entry)
            except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
                raise NotSearchable("A member of a ZIP in it does not unpack.") from None


def _png(data: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield text, EXIF and unknown chunks; those of zTXt, iTXt and iCCP decompressed."""
    place = len(_PNG)
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        body = data[place + 8 : place + 8 + length]
        place += 12 + length
        if kind in (b"IDAT", b"fdAT"):
            continue
        yield "chunk of a PNG", body
        for at in (i for i, byte in enumerate(body[:200]) if byte == 0x78):
            for _name, inner in _streams("zlib", zlib.decompressobj, body[at:], marked=False):
                yield "packed chunk of a PNG", inner


def _pdf(data: bytes) -> Iterator[tuple[str, bytes | str]]:
    """Yield page texts, document metadata, bookmarks, links, attachments, and raw streams."""
    for match in _STREAM.finditer(data):
        stream, _after, _whole = _unpacked("zlib", zlib.decompressobj, data, match.end(), _MEMBER)
        if not stream:
            continue
        begin = max(data.rfind(b"obj", 0, match.start()), match.start() - _HEAD_OF_STREAM, 0)
        if _PIXELS.search(data, begin, match.start()):
            # In a single-byte encoding pixels would read as anything, and take minutes.
            yield "pixels of a PDF", EDGE.join(text for _code, text in _strings(stream))
        else:
            yield "stream of a PDF", stream
    yield from _pdf_read(data)


def _pdf_read(data: bytes) -> Iterator[tuple[str, bytes | str]]:
    try:
        import pypdfium2
    except ImportError as error:
        raise NotSearchable(
            "It is a PDF, and pypdfium2, which reads the text of one, is not installed."
        ) from error
    try:
        document = pypdfium2.PdfDocument(data)
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise NotSearchable(f"A PDF in it cannot be opened: {error}.") from error
    try:
        for name, value in document.get_metadata_dict().items():
            yield f"{name} of a PDF", value
        for bookmark in document.get_toc():
            yield "bookmark of a PDF", bookmark.get_title()
        for number in range(document.count_attachments()):
            attachment = document.get_attachment(number)
            yield "name of an attachment of a PDF", attachment.get_name()
            yield "attachment of a PDF", bytes(attachment.get_data())
        pages = []
        for page in document:
            text = page.get_textpage()
            pages.append(text.get_text_range())
            text.close()
            page.close()
        yield "text of a PDF", "\n".join(pages)
    except (pypdfium2.PdfiumError, ValueError, UnicodeError) as error:
        raise NotSearchable(f"A PDF in it cannot be read completely: {error}.") from error
    finally:
        document.close()
