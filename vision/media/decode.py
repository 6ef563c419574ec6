"""Decode a photo file into an upright picture, or explain why that is impossible.

The bytes are not trusted: the file type is detected from the first bytes, sizes are read from the
header before any pixel is decoded, and decoding stops at a time limit.
"""

from __future__ import annotations

import hashlib
import io
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pillow_heif
from PIL import Image, UnidentifiedImageError

from values.limits import PHOTO_BYTES
from values.rule import Declared
from values.sentence import say
from vision.errors import DamagedFile, DecodeError, EmptyFile, NotAPhoto, TooLarge, TooSlow
from vision.types import Photo, Pixels

if TYPE_CHECKING:
    from collections.abc import Iterator

pillow_heif.register_heif_opener()
Image.init()  # registers every format before the first file is opened

FileKind = Literal["photo", "clip", "zip", "unknown"]

READ_FORMATS: Final = ("JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF")
"""Pillow's names of the accepted formats."""

HEAD_BYTES: Final = 64
"""Number of leading bytes that `sniff` needs."""

HEIF_BRANDS: Final = frozenset(
    {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1", b"avif", b"avis"}
)
"""`ftyp` brands of still pictures, from ISO/IEC 23008-12 and the AVIF specification."""

_TRANSPOSE: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF orientation (Exif 2.32, tag 0x0112) -> the transposition that makes the picture upright."""

_ORIENTATION_TAG: Final = 0x0112


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeLimits:
    """Resource limits for one photo."""

    max_bytes: int = PHOTO_BYTES
    max_pixels: int = 120_000_000
    """Width × height; 120 million need 360 MB once decoded."""
    max_side: int = 65_500
    """Largest side in pixels; JPEG's own limit."""
    max_scans: int = 200
    """Scans of a progressive JPEG; real ones have about ten, and each costs a full decoding."""
    max_seconds: float = 30.0
    """Decoding time in seconds; checked whenever the decoder asks for more bytes."""


LIMITS: Final = DecodeLimits()
"""Resource limits for one photo: bytes, pixels, scans of a progressive JPEG, seconds."""

RULES: Final = Declared(
    "photo",
    test="tests/unit/vision/media/test_decode.py",
    source="decision 0075; assumed",
    units={
        "LIMITS": "bytes, pixels, scans, seconds",
    },
)


def sniff(data_head: bytes) -> FileKind:
    """Detect the file type from its first bytes; the file name is ignored.

    The first `HEAD_BYTES` bytes are enough. A GIF, a PDF or a text is `unknown`.
    """
    if data_head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if data_head[4:8] == b"ftyp":
        return "photo" if data_head[8:12] in HEIF_BRANDS else "clip"
    if data_head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*")):
        return "photo"
    if data_head.startswith((b"II+\0", b"MM\0+")):
        return "photo"
    if data_head.startswith(b"RIFF"):
        return {b"WEBP": "photo", b"AVI ": "clip"}.get(data_head[8:12], "unknown")  # type: ignore[return-value]
    if data_head.startswith((b"\x1aE\xdf\xa3", b"FLV\x01", b"\0\0\x01\xba", b"\0\0\x01\xb3")):
        return "clip"
    if data_head[4:8] in (b"moov", b"mdat", b"wide", b"free"):
        return "clip"
    return "unknown"


def decode_photo(data: bytes, *, name: str, limits: DecodeLimits | None = None) -> Photo:
    """Decode a photo and rotate it upright.

    Args:
        data: the whole file: JPEG, PNG, WebP, TIFF, HEIC or AVIF.
        name: the file's name in messages.
        limits: resource limits; the defaults if None.

    Returns:
        A photo whose `photo_id` is the SHA-256 of `data`. 16-bit pictures are reduced to their 8
        highest used bits, transparency is composited onto white, and of several pictures the first
        is used.

    Raises:
        EmptyFile, NotAPhoto, TooLarge, TooSlow, DamagedFile: each with a sentence for people.
    """
    limits = limits or LIMITS
    _refuse_by_bytes(data, name, limits)
    try:
        with _opened(data, name, limits) as image:
            _refuse_by_header(image, data, name, limits)
            orientation = _orientation(image)
            pixels = _rgb(image, orientation)
            # Pillow reports JPEGs with further pictures behind the first as MPO
            image_format = "JPEG" if image.format == "MPO" else str(image.format)
    except DecodeError:
        raise
    except Exception as error:  # decoders of hostile files can raise anything
        raise DamagedFile(say("photo.damaged", name=name, why=_short(error))) from error
    photo_id = hashlib.sha256(data).hexdigest()
    return Photo(photo_id=photo_id, pixels=pixels, format=image_format, orientation=orientation)


class _DeadlineReader(io.BytesIO):
    """A file in memory that raises once the time limit is over."""

    def __init__(self, data: bytes, name: str, seconds: float) -> None:
        super().__init__(data)
        self._name_for_messages = name
        self._end = time.monotonic() + seconds

    def read(self, size: int | None = -1, /) -> bytes:
        if time.monotonic() > self._end:
            raise TooSlow(say("photo.slow", name=self._name_for_messages))
        return super().read(size)


def _refuse_by_bytes(data: bytes, name: str, limits: DecodeLimits) -> None:
    """Reject what can be rejected without a decoder."""
    if not data:
        raise EmptyFile(say("file.empty", name=name))
    if len(data) > limits.max_bytes:
        raise TooLarge(say("photo.too-large", name=name, size=len(data), most=limits.max_bytes))
    kind = sniff(data[:HEAD_BYTES])
    if kind != "photo":
        raise NotAPhoto(say("photo.none", name=name, kind=_looks_like(data, kind)))


def _looks_like(data: bytes, kind: FileKind) -> str:
    """Name the apparent type of a file that is not a picture."""
    if kind in ("clip", "zip"):
        return kind
    if data.startswith(b"GIF8"):
        return "gif"
    if data.startswith(b"%PDF"):
        return "pdf"
    head = data[:512]
    if b"\0" not in head and sum(byte >= 32 or byte in b"\t\r\n" for byte in head) == len(head):
        return "web-page" if b"<html" in head.lower() else "text"
    return "unknown"


@contextmanager
def _opened(data: bytes, name: str, limits: DecodeLimits) -> Iterator[Image.Image]:
    """Open the header only; Pillow's decompression-bomb error becomes one of ours."""
    source = _DeadlineReader(data, name, limits.max_seconds)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(source, formats=READ_FORMATS)
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(name, None, limits) from error
    except UnidentifiedImageError as error:
        raise DamagedFile(say("photo.no-header", name=name)) from error
    with image, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield image


def _refuse_by_header(image: Image.Image, data: bytes, name: str, limits: DecodeLimits) -> None:
    """Reject sizes declared in the header, before any pixel is decoded."""
    width, height = image.size
    if width * height > limits.max_pixels or max(width, height) > limits.max_side:
        raise _too_many_pixels(name, (width, height), limits)
    scans = data.count(b"\xff\xda") if image.format in ("JPEG", "MPO") else 0
    if image.info.get("progressive") and scans > limits.max_scans:
        raise TooLarge(say("photo.many-passes", name=name, passes=scans, most=limits.max_scans))


def _too_many_pixels(name: str, size: tuple[int, int] | None, limits: DecodeLimits) -> TooLarge:
    """Create the error for a picture that is too large to decode."""
    if size is None:
        return TooLarge(
            say("photo.no-end", name=name, most=limits.max_pixels, side=limits.max_side)
        )
    return TooLarge(
        say(
            "photo.too-many-pixels",
            name=name,
            width=size[0],
            height=size[1],
            most=limits.max_pixels,
            side=limits.max_side,
        )
    )


def _orientation(image: Image.Image) -> int:
    """Return the EXIF orientation still to be applied; 1 if missing or invalid."""
    try:
        value = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # unreadable EXIF must not cost the picture
        return 1
    return value if isinstance(value, int) and value in _TRANSPOSE else 1


def _rgb(image: Image.Image, orientation: int) -> Pixels:
    """Decode to upright 8-bit RGB."""
    image.load()
    if image.mode.startswith(("I", "F")):
        image = Image.fromarray(_to_eight_bits(np.asarray(image)))
    elif image.mode in ("RGBA", "LA", "PA", "RGBa", "La") or "transparency" in image.info:
        over = image.convert("RGBA")
        image = Image.new("RGBA", over.size, (255, 255, 255, 255))
        image.alpha_composite(over)
    if orientation in _TRANSPOSE:
        image = image.transpose(_TRANSPOSE[orientation])
    return np.ascontiguousarray(np.asarray(image.convert("RGB"), dtype=np.uint8))


def _to_eight_bits(values: npt.NDArray[Any]) -> Pixels:
    """Reduce deep grey values to 8 bits, according to the number of bits they use."""
    finite = np.nan_to_num(values.astype(np.float64), posinf=0.0, neginf=0.0)
    top = float(finite.max(initial=0.0))
    if top <= 1.0:
        return np.clip(finite * 255.0, 0, 255).astype(np.uint8)
    bits = next((bits for bits in (8, 10, 12, 14, 16, 24, 32) if top < 2**bits), 32)
    scaled: Pixels = np.clip(finite / 2 ** (bits - 8), 0, 255).astype(np.uint8)
    return scaled


def _short(error: BaseException) -> str:
    """Shorten a decoder's error to a few printable words."""
    text = "".join(char for char in str(error) if char.isprintable())
    return (text or type(error).__name__)[:120]
