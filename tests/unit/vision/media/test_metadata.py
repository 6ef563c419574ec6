"""Embedded facts: read from the original, bounded, printable, and never a reason to fail."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, TiffImagePlugin

from values.sentence import Sentence, say
from vision.media import content_credentials, metadata
from vision.media.metadata import MAX_VALUE, read_embedded
from words import en

XMP = """<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
 <rdf:Description xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/"
   xmlns:dc="http://purl.org/dc/elements/1.1/" photoshop:DateCreated="2020-10-12T14:41:26+04:00">
  <dc:creator><rdf:Seq><rdf:li>A synthetic author</rdf:li></rdf:Seq></dc:creator>
 </rdf:Description></rdf:RDF></x:xmpmeta>"""


def jpeg(**options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.full((16, 16, 3), 90, np.uint8)).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def exif(**gps: object) -> Image.Exif:
    tags = Image.Exif()
    tags[0x010F] = "Synthetic Cameras"
    tags.get_ifd(0x8769).update({0x9003: "2020:10:04 09:15:30", 0x9011: "+04:00"})
    ratio = TiffImagePlugin.IFDRational
    place = {
        1: "N",
        2: (ratio(40), ratio(12), ratio(36)),
        3: "W",
        4: (ratio(46), ratio(30), ratio(0)),
    }
    tags.get_ifd(0x8825).update(place | gps)
    return tags


def named(data: bytes) -> dict[tuple[str, str], str]:
    return {(fact.group, fact.name): fact.value for fact in read_embedded(data).facts}


def test_exif_date_zone_and_position() -> None:
    found = read_embedded(jpeg(exif=exif()))
    assert found.captured_at == "2020-10-04T09:15:30+04:00"
    assert found.latitude == pytest.approx(40.21)
    assert found.longitude == pytest.approx(-46.5)
    assert ("EXIF", "Make") in named(jpeg(exif=exif()))
    assert found.problems == ()


@pytest.mark.parametrize("latitude", [(95, 0, 0), (10, 0, float("nan"))])
def test_a_position_that_is_none_is_not_given(latitude: tuple[float, ...]) -> None:
    tags = exif()
    tags.get_ifd(0x8825)[2] = tuple(
        TiffImagePlugin.IFDRational(0, 0) if part != part else TiffImagePlugin.IFDRational(part)
        for part in latitude
    )
    found = read_embedded(jpeg(exif=tags))
    assert (found.latitude, found.longitude) == (None, None)


def test_xmp_is_flattened_and_dates_the_photo_where_exif_is_silent() -> None:
    found = named(jpeg(xmp=XMP.encode()))
    assert found["XMP", "creator"] == "A synthetic author"
    assert read_embedded(jpeg(xmp=XMP.encode())).captured_at == "2020-10-12T14:41:26+04:00"


def test_entities_in_xmp_are_refused_not_expanded() -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    found = read_embedded(jpeg(xmp=bomb.encode()))
    assert found.problems == (say("embedded.xmp-malformed", why="EntitiesForbidden"),)
    assert any(fact.group == "file" for fact in found.facts)


def test_a_large_xmp_block_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "MAX_XMP_BYTES", len(XMP) - 1)
    found = read_embedded(jpeg(xmp=XMP.encode()))
    assert found.problems == (say("embedded.xmp-too-large", size=len(XMP)),)


def test_a_block_whose_reader_fails_costs_that_block() -> None:
    data = jpeg(icc_profile=b"no profile")
    (problem,) = read_embedded(data).problems
    assert isinstance(problem, Sentence)
    assert problem.id == "embedded.block-unread"
    assert dict(problem.parameters)["block"] == "ICC"
    assert en.text(problem).startswith("The ICC block cannot be read: ")


def test_more_facts_than_are_listed_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    every = len(read_embedded(jpeg(exif=exif())).facts)
    monkeypatch.setattr(metadata, "MAX_FACTS", 2)
    found = read_embedded(jpeg(exif=exif()))
    assert len(found.facts) == 2
    assert found.problems == (say("embedded.more", listed=2, of=every),)


def test_a_header_that_breaks_its_reader_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_asked: object, **_more: object) -> None:
        raise RuntimeError("odd\nlength")

    monkeypatch.setattr(metadata.Image, "open", breaks)
    assert read_embedded(b"").problems == (say("embedded.header-unread", why="odd length"),)


def test_deep_xmp_does_not_break_the_walk() -> None:
    deep = "<a>" * 5000 + "x" + "</a>" * 5000
    read_embedded(jpeg(xmp=deep.encode()))


def test_values_are_bounded_and_printable() -> None:
    tags = Image.Exif()
    tags[0x010E] = "\x1b[2J" + "\u202e".encode().decode("latin-1") + "A" * 5000
    for fact in read_embedded(jpeg(exif=tags)).facts:
        assert len(fact.value) <= MAX_VALUE
        assert fact.value.isprintable()


def test_colour_profile_and_comment() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    found = named(jpeg(icc_profile=profile, comment=b"a note"))
    assert "sRGB" in found["ICC", "Profile"]
    assert found["file", "Comment"] == "a note"


def test_iptc_record() -> None:
    text = b"Synthetic caption"
    record = b"\x1c\x02\x78" + len(text).to_bytes(2, "big") + text
    block = b"8BIM\x04\x04\x00\x00" + len(record).to_bytes(4, "big") + record + b"\0"
    body = b"Photoshop 3.0\0" + block
    data = jpeg()
    segment = b"\xff\xed" + (len(body) + 2).to_bytes(2, "big") + body
    assert named(data[:2] + segment + data[2:])["IPTC", "Caption"] == "Synthetic caption"


@settings(max_examples=60, deadline=None)
@given(noise=st.binary(max_size=400), where=st.integers(0, 400))
def test_never_raises(noise: bytes, where: int) -> None:
    """`read_embedded` never raises on bad metadata."""
    data = jpeg(exif=exif(), xmp=XMP.encode())
    read_embedded(data[:where] + noise + data[where + len(noise) :])
    read_embedded(noise)


def test_what_is_no_picture_is_a_problem_not_an_error() -> None:
    found = read_embedded(b"hello")
    assert found.facts == ()
    assert found.problems == (say("embedded.no-picture"),)


def test_that_there_are_credentials_is_said_where_no_library_reads_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(content_credentials, "_library", lambda: None)
    said = say("embedded.credentials-unread")
    assert read_embedded(b"....jumbc2pa....").problems[-1] == said
    assert not [*content_credentials.read_credentials(b"a photo without any")]


def test_c2pa_that_cannot_be_read_is_a_problem_or_nothing() -> None:
    assert not any(fact.group == "C2PA" for fact in read_embedded(jpeg()).facts)
    data = jpeg()
    jumbf = b"\xff\xeb" + (50).to_bytes(2, "big") + b"JP\0\1\0\0\0\1" + b"jumbc2pa" * 5
    assert read_embedded(data[:2] + jumbf + data[2:]).captured_at is None
