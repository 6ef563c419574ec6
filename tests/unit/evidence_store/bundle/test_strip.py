from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from evidence_store.bundle.strip import NotStrippable, stripped


def picture() -> Image.Image:
    image = Image.new("RGB", (40, 30))
    image.putdata([(x * 6 % 256, x * 11 % 256, x * 17 % 256) for x in range(1200)])
    return image


def exif(orientation: int | None = None) -> Image.Exif:
    made = Image.Exif()
    made[0x010F] = "SecretCam"
    made.get_ifd(0x8825)[1] = "N"
    if orientation:
        made[0x0112] = orientation
    return made


def encoded(form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture().save(out, form, **options)
    return out.getvalue()


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 30, "subsampling": 2}])
def test_a_jpeg_keeps_its_image_data_and_orientation(options: dict[str, object]) -> None:
    data = encoded(
        "JPEG", exif=exif(8), comment=b"hidden words", icc_profile=b"icc" * 50, **options
    )
    clean = stripped(data + b"trailing secret")
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(clean))
    assert before.tobytes() == after.tobytes()
    assert dict(after.getexif()) == {0x0112: 8}
    assert after.info["icc_profile"] == b"icc" * 50
    for word in (b"SecretCam", b"hidden words", b"trailing"):
        assert word not in clean
    assert stripped(clean) == clean


def test_a_jpeg_without_metadata_is_left_as_it_is() -> None:
    data = encoded("JPEG")
    assert stripped(data) == data


def test_a_png_keeps_its_pixels_only() -> None:
    words = PngImagePlugin.PngInfo()
    words.add_text("Author", "SecretCam", zip=True)
    words.add_itxt("XML:com.adobe.xmp", "<x>SecretCam</x>")
    data = encoded("PNG", pnginfo=words, exif=exif(3))
    clean = stripped(data + b"trailing secret")
    after = Image.open(io.BytesIO(clean))
    assert after.tobytes() == picture().tobytes()
    assert dict(after.getexif()) == {0x0112: 3}
    assert b"SecretCam" not in clean
    assert b"Author" not in clean
    assert stripped(clean) == clean


@pytest.mark.parametrize("lossless", [True, False])
def test_a_webp_keeps_its_pixels_only(lossless: bool) -> None:
    data = encoded("WEBP", exif=exif().tobytes(), xmp=b"<x>SecretCam</x>", lossless=lossless)
    clean = stripped(data)
    before, after = Image.open(io.BytesIO(data)), Image.open(io.BytesIO(clean))
    assert before.tobytes() == after.tobytes()
    assert b"SecretCam" not in clean
    assert dict(after.getexif()) == {}
    assert stripped(clean) == clean


def test_a_turned_webp_is_not_stripped_silently() -> None:
    with pytest.raises(NotStrippable, match="rotated"):
        stripped(encoded("WEBP", exif=exif(6).tobytes()))


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"II*\0", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"])
def test_what_it_does_not_know_is_refused(data: bytes) -> None:
    with pytest.raises(NotStrippable):
        stripped(data)


@given(st.integers(0, 3), st.integers(0, 2000), st.binary(min_size=1, max_size=8))
def test_damage_never_does_worse_than_a_refusal(form: int, place: int, junk: bytes) -> None:
    whole = (JPEG, PNG, WEBP, JPEG)[form]
    place %= len(whole)
    for data in (whole[:place], whole[:place] + junk + whole[place + len(junk) :]):
        try:
            stripped(data)
        except NotStrippable:
            continue


JPEG = encoded("JPEG", exif=exif(5), comment=b"words")
PNG = encoded("PNG", exif=exif(5))
WEBP = encoded("WEBP", exif=exif().tobytes())
