"""The demo case: marked as synthetic everywhere, and telling the story it should."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from renderer import demo_story as story
from renderer.demo import MARK, demo_photos


def test_every_photo_says_that_it_is_synthetic() -> None:
    for photo in demo_photos():
        exif = Image.open(io.BytesIO(photo.data)).getexif()
        assert str(exif[0x010E]).startswith(MARK), photo.name
        assert "ynthetic" in photo.claimed["note"]


def test_the_same_bytes_every_time() -> None:
    first = demo_photos()
    demo_photos.cache_clear()
    assert [p.data for p in demo_photos()] == [p.data for p in first]


def test_the_story_has_its_parts() -> None:
    photos = {photo.name: photo for photo in demo_photos()}
    exposures = [photo.truth["exposure"] for photo in photos.values()]
    assert exposures.count("a1") == 3, "one photo and two reposts of it"
    assert exposures.count("a2") == 1, "a second exposure of the same plate"
    serials = {photo.truth["serial"] for photo in photos.values()}
    assert {story.MAIN_SERIAL, story.SECOND_SERIAL, story.INTEGRATOR_SERIAL} <= serials
    assert len({photo.data for photo in photos.values()}) == len(photos)


def test_only_the_first_photo_carries_a_capture_time_and_place() -> None:
    with_place = [
        photo.name
        for photo in demo_photos()
        if Image.open(io.BytesIO(photo.data)).getexif().get_ifd(0x8825)
    ]
    assert with_place == ["field-01.jpg"]
    gps = Image.open(io.BytesIO(demo_photos()[0].data)).getexif().get_ifd(0x8825)
    assert gps[1] == "N"
    assert b"SYNTHETIC" in gps[28]


def test_the_mark_is_in_the_lower_right_corner() -> None:
    for photo in demo_photos():
        pixels = np.asarray(Image.open(io.BytesIO(photo.data)).convert("L")).astype(int)
        rows, columns = pixels.shape
        corner = pixels[int(rows * 0.955) :, int(columns * 0.87) :]
        assert corner.max() > 190, photo.name
        assert corner.min() < 70, photo.name
