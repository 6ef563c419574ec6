"""Read the embedded facts of a photo file: EXIF, GPS, XMP, IPTC, ICC and C2PA.

Nothing here is believed and nothing raises: an unreadable block becomes a sentence in `problems`,
and every value is made printable and bounded in length.
"""

from __future__ import annotations

import io
import math
import re
import warnings
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree as SafeTree
from defusedxml.common import DefusedXmlException
from PIL import (
    ExifTags,
    Image,
    ImageCms,
    ImageFile,
    IptcImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
)

from values.sentence import Sentence, say
from vision.errors import FactsUnread
from vision.media.archive import printable
from vision.media.content_credentials import read_credentials
from vision.media.decode import READ_FORMATS
from vision.types import EmbeddedFact, EmbeddedFacts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_VALUE: Final = 500
"""Longest stored value, in characters; the original has the rest."""
MAX_FACTS: Final = 400
"""Maximum number of facts stored for one file."""
MAX_XMP_BYTES: Final = 2_000_000

IPTC_NAMES: Final = {
    (2, 5): "Object name",
    (2, 25): "Keywords",
    (2, 40): "Special instructions",
    (2, 55): "Date created",
    (2, 60): "Time created",
    (2, 80): "By-line",
    (2, 85): "By-line title",
    (2, 90): "City",
    (2, 92): "Sub-location",
    (2, 95): "Province or state",
    (2, 101): "Country",
    (2, 103): "Original transmission reference",
    (2, 105): "Headline",
    (2, 110): "Credit",
    (2, 115): "Source",
    (2, 116): "Copyright notice",
    (2, 120): "Caption",
    (2, 122): "Caption writer",
}
"""IPTC-IIM 4.2 data sets about who, where and when."""

_EXIF_DATE: Final = re.compile(r"(\d{4})[:-](\d\d)[:-](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_ISO_DATE: Final = re.compile(
    r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)
_OFFSET: Final = re.compile(r"[+-]\d\d:\d\d|Z")
_IFDS: Final = (("EXIF", ExifTags.IFD.Exif), ("GPS", ExifTags.IFD.GPSInfo))
_POINTERS: Final = frozenset({0x8769, 0x8825, 0xA005, 0x014A})


def read_embedded(data: bytes) -> EmbeddedFacts:
    """List the embedded facts of a photo file.

    Args:
        data: the whole original file.

    Returns:
        The facts in the order of the file's blocks; `captured_at` and the position as the file
        gives them. A file that is not a picture gives no facts and one problem.
    """
    problems: list[Sentence] = []
    facts: list[EmbeddedFact] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=READ_FORMATS) as image:
                for block, read in _BLOCKS:
                    _collect(block, lambda read=read: read(image, data), facts, problems)  # type: ignore[misc]
        except UnidentifiedImageError:  # the exception's text contains a memory address
            problems.append(say("embedded.no-picture"))
        except Exception as error:  # the header of a hostile file can raise anything
            problems.append(say("embedded.header-unread", why=_shown(error)))
    _collect("C2PA", lambda: read_credentials(data), facts, problems)
    if len(facts) > MAX_FACTS:
        problems.append(say("embedded.more", listed=MAX_FACTS, of=len(facts)))
    kept = tuple(facts[:MAX_FACTS])
    latitude, longitude = _position(kept)
    return EmbeddedFacts(
        facts=kept,
        captured_at=_captured_at(kept),
        latitude=latitude,
        longitude=longitude,
        problems=tuple(problems),
    )


def _collect(
    block: str,
    read: Callable[[], Iterable[EmbeddedFact]],
    facts: list[EmbeddedFact],
    problems: list[Sentence],
) -> None:
    """Run the reader of one block; an error affects that block only."""
    try:
        facts.extend(
            EmbeddedFact(group=fact.group, name=_shown(fact.name, 80), value=_shown(fact.value))
            for fact in read()
        )
    except FactsUnread as error:
        problems.append(error.sentence)
    except Exception as error:  # hostile blocks can raise anything
        problems.append(say("embedded.block-unread", block=block, why=_shown(error)))


def _file_facts(image: Image.Image, data: bytes) -> Iterator[EmbeddedFact]:
    """Format, size and comments of the file itself."""
    yield EmbeddedFact(group="file", name="Format", value=str(image.format))
    yield EmbeddedFact(group="file", name="Bytes", value=str(len(data)))
    yield EmbeddedFact(group="file", name="Size", value=f"{image.width} × {image.height}")
    yield EmbeddedFact(group="file", name="Mode", value=image.mode)
    for name in ("comment", "Comment", "Description", "Software", "Creation Time", "Author"):
        if name in image.info:
            yield EmbeddedFact(group="file", name=name.title(), value=_text(image.info[name]))


def _exif_facts(image: Image.Image, _data: bytes) -> Iterator[EmbeddedFact]:
    """EXIF and GPS tags by name."""
    exif = image.getexif()
    for tag, value in exif.items():
        if tag not in _POINTERS:
            yield EmbeddedFact(group="EXIF", name=_tag_name(tag), value=_text(value))
    for group, ifd in _IFDS:
        names = ExifTags.GPSTAGS if group == "GPS" else ExifTags.TAGS
        for tag, value in exif.get_ifd(ifd).items():
            if tag not in _POINTERS:
                name = str(names.get(tag, f"0x{tag:04X}"))
                yield EmbeddedFact(
                    group="GPS" if group == "GPS" else "EXIF", name=name, value=_text(value)
                )


def _xmp_facts(image: Image.Image, _data: bytes) -> Iterator[EmbeddedFact]:
    """Leaves of the XMP packet, named by their path."""
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if not packet:
        return
    raw = packet.encode() if isinstance(packet, str) else bytes(packet)
    if len(raw) > MAX_XMP_BYTES:
        raise FactsUnread(say("embedded.xmp-too-large", size=len(raw)))
    try:
        root = SafeTree.fromstring(raw.rstrip(b"\0 \n\r\t"))
    except (ParseError, DefusedXmlException) as error:
        raise FactsUnread(say("embedded.xmp-malformed", why=type(error).__name__)) from error
    yield from _xmp_leaves(root)


def _xmp_leaves(root: Element) -> Iterator[EmbeddedFact]:
    """Iterate without recursion, since the sender decides the nesting depth."""
    stack = [(root, "")]
    while stack:
        element, path = stack.pop()
        name = _local(element.tag)
        here = path if name in _RDF_FRAME else f"{path}/{name}".lstrip("/")
        for key, value in element.attrib.items():
            if not key.startswith(("{http://www.w3.org/", "xmlns")) and _local(key) != "xmptk":
                yield EmbeddedFact(
                    group="XMP", name=f"{here}/{_local(key)}".lstrip("/"), value=value
                )
        if len(element) == 0 and element.text and element.text.strip():
            yield EmbeddedFact(group="XMP", name=here, value=element.text.strip())
        stack.extend((child, here) for child in reversed(element))


_RDF_FRAME: Final = frozenset({"xmpmeta", "RDF", "Description", "Seq", "Bag", "Alt", "li"})


def _iptc_facts(image: Image.Image, _data: bytes) -> Iterator[EmbeddedFact]:
    """IPTC-IIM data sets by name."""
    if not isinstance(image, ImageFile.ImageFile):
        return
    for key, value in (IptcImagePlugin.getiptcinfo(image) or {}).items():
        if key in IPTC_NAMES:
            for item in value if isinstance(value, list) else [value]:
                yield EmbeddedFact(group="IPTC", name=IPTC_NAMES[key], value=_text(item))


def _icc_facts(image: Image.Image, _data: bytes) -> Iterator[EmbeddedFact]:
    """Describe the colour profile."""
    profile = image.info.get("icc_profile")
    if profile:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        description = ImageCms.getProfileDescription(opened).strip()
        yield EmbeddedFact(group="ICC", name="Profile", value=description)


_BLOCKS: Final[tuple[tuple[str, Callable[[Image.Image, bytes], Iterator[EmbeddedFact]]], ...]] = (
    ("file", _file_facts),
    ("EXIF", _exif_facts),
    ("XMP", _xmp_facts),
    ("IPTC", _iptc_facts),
    ("ICC", _icc_facts),
)


def _tag_name(tag: int) -> str:
    return str(ExifTags.TAGS.get(tag, f"0x{tag:04X}"))


def _local(name: str) -> str:
    """Drop the namespace of a name."""
    return name.rsplit("}", 1)[-1]


def _text(value: Any) -> str:
    """Any tag value as text; long binary values as their length."""
    if isinstance(value, bytes):
        plain = value.rstrip(b"\0 ")
        if all(32 <= byte < 127 for byte in plain):
            return plain.decode("ascii")
        try:
            decoded = plain.decode("utf-8")
        except UnicodeDecodeError:
            return f"{len(value)} bytes" if len(value) > 32 else "0x" + value.hex()
        return decoded if decoded.isprintable() else f"{len(value)} bytes"
    if isinstance(value, TiffImagePlugin.IFDRational):
        return f"{value.numerator}/{value.denominator}" if value.denominator != 1 else str(value)
    if isinstance(value, tuple | list):
        return ", ".join(_text(item) for item in value[:64])
    return str(value)


def _shown(value: object, limit: int = MAX_VALUE) -> str:
    """Bounded and printable, on one line."""
    text = str(value)[: limit + 1].replace("\r", " ").replace("\n", " ").replace("\t", " ")
    return printable(text, limit=limit)


def _first(facts: tuple[EmbeddedFact, ...], group: str, name: str) -> str | None:
    """Return the first value of that name, if any."""
    for fact in facts:
        if fact.group == group and (fact.name == name or fact.name.endswith("/" + name)):
            return fact.value
    return None


def _captured_at(facts: tuple[EmbeddedFact, ...]) -> str | None:
    """The embedded capture time: EXIF first, then XMP."""
    for name, suffix in (("DateTimeOriginal", "Original"), ("DateTimeDigitized", "Digitized")):
        parts = _EXIF_DATE.fullmatch((_first(facts, "EXIF", name) or "").strip())
        if parts and parts[1] != "0000":
            offset = (_first(facts, "EXIF", f"OffsetTime{suffix}") or "").strip()
            zone = offset if _OFFSET.fullmatch(offset) else ""
            return "{}-{}-{}T{}:{}:{}".format(*parts.groups()) + zone
    for name in ("DateTimeOriginal", "DateCreated", "CreateDate"):
        value = _first(facts, "XMP", name)
        if value and _ISO_DATE.fullmatch(value):
            return value
    return None


def _position(facts: tuple[EmbeddedFact, ...]) -> tuple[float | None, float | None]:
    """Latitude and longitude in degrees, or (None, None)."""
    latitude = _degrees(facts, "GPSLatitude", "NS", 90.0)
    longitude = _degrees(facts, "GPSLongitude", "EW", 180.0)
    if latitude is None or longitude is None:
        return None, None
    return latitude, longitude


def _degrees(facts: tuple[EmbeddedFact, ...], name: str, letters: str, top: float) -> float | None:
    """One coordinate in degrees, from its degrees, minutes, seconds and hemisphere letter."""
    value = _first(facts, "GPS", name)
    letter = (_first(facts, "GPS", name + "Ref") or "").strip().upper()[:1]
    if not value or letter not in letters or not letter:
        return None
    parts = [_number(part) for part in value.split(",")]
    if not parts or any(part is None for part in parts):
        return None
    degrees = sum((part or 0.0) / (60.0**power) for power, part in enumerate(parts[:3]))
    if not math.isfinite(degrees) or not 0 <= degrees <= top:
        return None
    return -degrees if letter in "SW" else degrees


def _number(text: str) -> float | None:
    """Parse a decimal number or a fraction; None if it is neither."""
    above, _, below = text.strip().partition("/")
    try:
        return float(above) / (float(below) if below else 1.0)
    except (ValueError, ZeroDivisionError):
        return None
