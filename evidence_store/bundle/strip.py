"""Remove metadata from a photo without changing a bit of its image data.

Works on the containers of JPEG, PNG and WebP: what a decoder needs for the pixels stays, everything
else is removed, including anything before or after the image. Of EXIF only the orientation is
written back, since without it the photo would be displayed on its side.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

from evidence_store.errors import StoreError
from values.errors import Exit

if TYPE_CHECKING:
    from collections.abc import Iterator

_ORIENTATION = 0x0112
_SOI, _EOI, _SOS, _APP0, _APP1, _APP2, _APP14, _COM = 0xD8, 0xD9, 0xDA, 0xE0, 0xE1, 0xE2, 0xEE, 0xFE
_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT"}
    | {b"bKGD", b"pHYs", b"acTL", b"fcTL", b"fdAT", b"cICP"}
)
_WEBP_KEPT = frozenset({b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"})
_WEBP_METADATA_FLAGS = 0x04 | 0x08


class NotStrippable(StoreError):
    """The photo's format or state does not allow metadata to be removed without loss."""

    exit_code = Exit.NOT_RUN


def stripped(data: bytes) -> bytes:
    """Return a photo's bytes without metadata; the same bytes if there was none.

    Raises `NotStrippable` for other formats than JPEG, PNG and WebP, and for damaged files.
    """
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return b"".join(_jpeg(data))
        if data.startswith(_PNG_HEAD):
            return _PNG_HEAD + b"".join(_png(data))
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError) as error:
        raise NotStrippable("The photo ends in the middle of its structure.") from error
    raise NotStrippable("Only from JPEG, PNG and WebP can metadata be removed without loss.")


def _jpeg(data: bytes) -> Iterator[bytes]:
    yield data[:2]
    orientation = _jpeg_orientation(data)
    if orientation != 1:
        yield _orientation_segment(orientation)
    for marker, segment in _jpeg_segments(data):
        if marker == _APP0:
            yield _without_thumbnail(segment)
        elif _is_needed(marker, segment):
            yield segment


def _is_needed(marker: int, segment: bytes) -> bool:
    if marker == _APP2:
        return segment[4:16] == b"ICC_PROFILE\0"
    if marker == _APP14:
        return segment[4:9] == b"Adobe"
    return marker != _COM and not _APP0 <= marker <= 0xEF


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each segment with its marker; image data is part of its scan."""
    place = 2
    while True:
        if data[place] != 0xFF:
            raise NotStrippable("The JPEG has bytes between its segments.")
        while data[place + 1] == 0xFF:
            place += 1
        marker = data[place + 1]
        if marker == _EOI:
            yield marker, b"\xff\xd9"
            return
        (length,) = struct.unpack_from(">H", data, place + 2)
        end = place + 2 + length
        if marker == _SOS:
            end = _end_of_scan(data, end)
        if length < 2 or end > len(data):
            raise NotStrippable("A segment of the JPEG is longer than the file.")
        yield marker, data[place:end]
        place = end


def _end_of_scan(data: bytes, place: int) -> int:
    """Skip image data: in it, 0xFF is followed by 0 or by one of the restart markers."""
    while True:
        place = data.find(b"\xff", place)
        if place < 0 or place + 1 >= len(data):
            raise NotStrippable("The JPEG has no end.")
        if data[place + 1] != 0 and not 0xD0 <= data[place + 1] <= 0xD7:
            return place
        place += 2


def _without_thumbnail(segment: bytes) -> bytes:
    """Keep JFIF's version and density, and drop its thumbnail and other uses of APP0."""
    if segment[4:9] != b"JFIF\0" or len(segment) < 18:
        return b""
    return b"\xff\xe0\x00\x10" + segment[4:16] + b"\0\0"


def _jpeg_orientation(data: bytes) -> int:
    for marker, segment in _jpeg_segments(data):
        if marker == _APP1 and segment[4:10] == b"Exif\0\0":
            return _tiff_orientation(segment[10:])
    return 1


def _tiff_orientation(tiff: bytes) -> int:
    """Read the orientation in the first directory of a TIFF header; 1 (upright) if it has none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None or len(tiff) < 8:
        return 1
    (place,) = struct.unpack_from(f"{order}I", tiff, 4)
    if place + 2 > len(tiff):
        return 1
    (count,) = struct.unpack_from(f"{order}H", tiff, place)
    for number in range(min(count, 500)):
        at = place + 2 + 12 * number
        if at + 12 > len(tiff):
            break
        tag, kind, _, value = struct.unpack_from(f"{order}HHIH", tiff, at)
        if tag == _ORIENTATION and kind == 3:
            return int(value) if 1 <= value <= 8 else 1
    return 1


def _orientation_segment(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", _ORIENTATION, 3, 1, orientation, 0)
    tiff = b"MM\0*" + struct.pack(">IH", 8, 1) + entry + b"\0\0\0\0"
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def _png(data: bytes) -> Iterator[bytes]:
    place = len(_PNG_HEAD)
    while True:
        length, kind = struct.unpack_from(">I4s", data, place)
        end = place + 12 + length
        if end > len(data):
            raise NotStrippable("A chunk of the PNG is longer than the file.")
        if kind == b"eXIf":
            yield from _png_orientation(data[place + 8 : end - 4])
        elif kind in _PNG_KEPT:
            yield data[place:end]
        if kind == b"IEND":
            return
        place = end


def _png_orientation(tiff: bytes) -> Iterator[bytes]:
    orientation = _tiff_orientation(tiff)
    if orientation != 1:
        body = b"eXIf" + _orientation_segment(orientation)[10:]
        yield struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))


def _webp(data: bytes) -> bytes:
    (size,) = struct.unpack_from("<I", data, 4)
    end = min(len(data), 8 + size)
    place, kept = 12, []
    while place + 8 <= end:
        kind, length = struct.unpack_from("<4sI", data, place)
        after = place + 8 + length + (length & 1)
        if place + 8 + length > end:
            raise NotStrippable("A chunk of the WebP is longer than the file.")
        chunk = data[place:after]
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_METADATA_FLAGS]) + chunk[9:]
        if kind == b"EXIF" and _tiff_orientation(chunk[8:].removeprefix(b"Exif\0\0")) != 1:
            raise NotStrippable("The WebP is rotated by its metadata, which would be lost.")
        if kind in _WEBP_KEPT:
            kept.append(chunk)
        place = after
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body
