"""Decoding: what is read, what is refused, and with which sentence."""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from values.sentence import Sentence, say
from vision.errors import DamagedFile, DecodeError, EmptyFile, NotAPhoto, TooLarge, TooSlow
from vision.media import decode
from vision.media.decode import LIMITS, DecodeLimits, _orientation, _short, decode_photo, sniff
from words import en

if TYPE_CHECKING:
    from pathlib import Path


def ramp(width: int = 96, height: int = 64) -> np.ndarray:
    """A picture whose four corners differ, so that every turn shows."""
    y, x = np.mgrid[0:height, 0:width]
    return np.stack([x * 255 // width, y * 255 // height, (x + y) % 256], axis=2).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def png_header(width: int, height: int) -> bytes:
    """The first bytes of a PNG that declares a size, and next to nothing behind them."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0" * 1000))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
def test_reads_each_format(kind: str) -> None:
    data = encoded(Image.fromarray(ramp()), kind)
    photo = decode_photo(data, name=f"ramp.{kind.lower()}")
    assert (photo.width, photo.height, photo.format) == (96, 64, kind)
    assert photo.photo_id == hashlib.sha256(data).hexdigest()
    assert sniff(data[:64]) == "photo"
    assert np.abs(photo.pixels.astype(int) - ramp().astype(int)).mean() < 12


@pytest.mark.parametrize("orientation", range(1, 9))
def test_applies_exif_orientation(orientation: int) -> None:
    upright = Image.fromarray(ramp())
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Pillow's transpositions that undo each
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    photo = decode_photo(encoded(stored, "PNG", exif=exif), name="turned.png")
    assert photo.orientation == orientation
    assert np.array_equal(photo.pixels, ramp())


def test_keeps_the_upper_bits_of_deep_pictures() -> None:
    deep = (ramp()[..., 0].astype(np.uint16) * 257).astype(np.uint16)
    photo = decode_photo(encoded(Image.fromarray(deep), "PNG"), name="deep.png")
    assert np.array_equal(photo.pixels[..., 0], ramp()[..., 0])


def test_twelve_bits_in_sixteen_are_not_black() -> None:
    deep = (ramp()[..., 0].astype(np.uint16) * 16).astype(np.uint16)
    photo = decode_photo(encoded(Image.fromarray(deep), "TIFF"), name="deep.tif")
    assert np.array_equal(photo.pixels[..., 0], ramp()[..., 0])


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "YCbCr", "I;16", "F"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    grey = Image.fromarray(ramp()[..., 0])
    if mode == "F":
        image = Image.fromarray(ramp()[..., 0].astype(np.float32))
    elif mode == "I;16":
        image = Image.fromarray(ramp()[..., 0].astype(np.uint16))
    elif mode in ("CMYK", "YCbCr", "RGBA", "P"):
        image = Image.fromarray(ramp()).convert(mode)
    else:
        image = grey.convert(mode)
    kind = "TIFF" if mode in ("CMYK", "YCbCr", "F") else "PNG"
    photo = decode_photo(encoded(image, kind), name="mode")
    assert photo.pixels.shape == (64, 96, 3)
    assert photo.pixels.dtype == np.uint8
    assert photo.pixels.std() > 10


def test_transparency_is_laid_over_white() -> None:
    clear = np.dstack([ramp(), np.zeros((64, 96), np.uint8)])
    photo = decode_photo(encoded(Image.fromarray(clear, "RGBA"), "PNG"), name="clear.png")
    assert photo.pixels.min() == 255


def test_a_transparent_colour_of_a_palette_is_laid_over_white_and_no_other() -> None:
    image = Image.new("P", (8, 8), 0)
    image.putpalette([10, 20, 30, 200, 0, 0])
    image.putpixel((0, 0), 1)
    clear = decode_photo(encoded(image, "PNG", transparency=0), name="clear.png").pixels
    assert (tuple(clear[0, 0]), tuple(clear[4, 4])) == ((200, 0, 0), (255, 255, 255))
    full = decode_photo(encoded(image, "PNG"), name="full.png").pixels
    assert tuple(full[4, 4]) == (10, 20, 30)


@pytest.mark.parametrize("said", [0, 9, 6.0, "6"])
def test_an_orientation_that_is_none_turns_nothing(said: object) -> None:
    image = Image.fromarray(ramp())
    image.getexif = lambda: {0x0112: said}  # type: ignore[method-assign,assignment,return-value]
    assert _orientation(image) == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ValueError("bad\x00 chunk\n"), "bad chunk"),
        (ValueError("\n"), "ValueError"),
        (ValueError("x" * 500), "x" * 120),
    ],
)
def test_what_a_decoder_says_is_put_short(error: Exception, words: str) -> None:
    assert _short(error) == words


def none(kind: str) -> Sentence:
    return say("photo.none", name="wreck.jpg", kind=kind)


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", EmptyFile, say("file.empty", name="wreck.jpg")),
        (b"this is a text file\n" * 20, NotAPhoto, none("text")),
        (b"<!DOCTYPE html><html>sign in</html>", NotAPhoto, none("web-page")),
        (b"text, and then \0\1 bytes" * 9, NotAPhoto, none("unknown")),
        (b"text, and then \1\2 bytes" * 9, NotAPhoto, none("unknown")),
        (b"GIF89a" + b"\0" * 40, NotAPhoto, none("gif")),
        (b"%PDF-1.7\n", NotAPhoto, none("pdf")),
        (b"PK\x03\x04" + b"\0" * 40, NotAPhoto, none("zip")),
        (b"\0\0\0\x18ftypisom" + b"\0" * 40, NotAPhoto, none("clip")),
        (b"\xff\xd8\xff" + b"\0" * 40, DamagedFile, say("photo.no-header", name="wreck.jpg")),
        (
            png_header(60_000, 60_000),
            TooLarge,
            say("photo.no-end", name="wreck.jpg", most=LIMITS.max_pixels, side=LIMITS.max_side),
        ),
        (
            png_header(11_000, 11_000),
            TooLarge,
            say(
                "photo.too-many-pixels",
                name="wreck.jpg",
                width=11_000,
                height=11_000,
                most=LIMITS.max_pixels,
                side=LIMITS.max_side,
            ),
        ),
    ],
)
def test_refuses_with_a_sentence(data: bytes, error: type[DecodeError], says: Sentence) -> None:
    with pytest.raises(error) as caught:
        decode_photo(data, name="wreck.jpg")
    assert caught.value.sentence == says
    words = en.said(caught.value)
    assert words.startswith("wreck.jpg: ")
    assert len(words.split(". ")) >= 2, "what happened and what to do are two sentences"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "HEIF", "AVIF"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_truncated_pictures_are_damaged(kind: str, share: float) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (200, 200, 3)).astype(np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    with pytest.raises(DamagedFile, match="half") as caught:
        decode_photo(data[: int(len(data) * share)], name="half.jpg")
    assert caught.value.sentence.id in {"photo.damaged", "photo.no-header"}


def test_bytes_time_and_scans_are_limited() -> None:
    noise = np.random.default_rng(2).integers(0, 255, (300, 300, 3)).astype(np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG", progressive=True)
    with pytest.raises(TooLarge) as large:
        decode_photo(data, name="big.jpg", limits=DecodeLimits(max_bytes=1000))
    assert large.value.sentence == say("photo.too-large", name="big.jpg", size=len(data), most=1000)
    with pytest.raises(TooLarge) as passes:
        decode_photo(data, name="scans.jpg", limits=DecodeLimits(max_scans=2))
    assert passes.value.sentence.id == "photo.many-passes"
    plain = encoded(Image.fromarray(noise), "JPEG")
    assert decode_photo(plain, name="plain.jpg", limits=DecodeLimits(max_scans=0)).pixels.any()
    many = DecodeLimits(max_scans=data.count(b"\xff\xda"))
    assert decode_photo(data, name="scans.jpg", limits=many).pixels.any()
    with pytest.raises(TooSlow) as slow:
        decode_photo(data, name="slow.jpg", limits=DecodeLimits(max_seconds=-1.0))
    assert slow.value.sentence == say("photo.slow", name="slow.jpg")


def test_unreadable_exif_costs_nothing_but_itself() -> None:
    data = encoded(
        Image.fromarray(ramp()), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xee" * 64
    )
    assert decode_photo(data, name="odd.jpg").orientation == 1


@pytest.mark.photos
def test_reads_every_photo_of_the_measuring_sets(measuring_photos: Path) -> None:
    files = sorted((measuring_photos / "copies").glob("*.jpg"))[:12]
    assert files
    for file in files:
        assert decode_photo(file.read_bytes(), name=file.name).pixels.ndim == 3


def test_what_a_photo_may_ask() -> None:
    assert (
        DecodeLimits(
            max_bytes=200_000_000,
            max_pixels=120_000_000,
            max_side=65_500,
            max_scans=200,
            max_seconds=30.0,
        )
        == decode.LIMITS
    )
    assert DecodeLimits() == decode.LIMITS


def test_a_tiff_with_wide_offsets_is_a_photo() -> None:
    data = encoded(Image.fromarray(ramp()), "TIFF", big_tiff=True)
    assert data[2] == 43
    assert sniff(data[:64]) == "photo"
    assert np.array_equal(decode_photo(data, name="wide.tif").pixels, ramp())


@pytest.mark.parametrize(
    "head",
    [
        b"\x1aE\xdf\xa3\x01\0\0\0",
        b"FLV\x01\x05",
        b"\0\0\x01\xba",
        b"\0\0\x08\0moov",
        b"\0\0\x08\0mdat",
        b"RIFF\0\0\0\0AVI LIST",
    ],
)
def test_a_clip_is_known_by_its_first_bytes(head: bytes) -> None:
    with pytest.raises(NotAPhoto) as refused:
        decode_photo(head + bytes(40), name="wreck.jpg")
    assert refused.value.sentence == none("clip")


def test_shares_of_light_become_eight_bits() -> None:
    light = np.array([[0.0, 0.25, 1.0], [np.nan, np.inf, -1.0]], np.float32)
    photo = decode_photo(encoded(Image.fromarray(light), "TIFF"), name="light.tif")
    assert photo.pixels[..., 0].tolist() == [[0, 63, 255], [0, 0, 0]]
