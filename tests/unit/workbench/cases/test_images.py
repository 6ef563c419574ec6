from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from evidence_store.blobs.store import BlobStore
from tests.unit.workbench.drawn import plate_jpeg
from workbench.cases import images
from workbench.cases.images import KEPT_PHOTOS, Images, PictureCache

if TYPE_CHECKING:
    from pathlib import Path

CORNERS = ((100.0, 100.0), (300.0, 100.0), (300.0, 180.0), (100.0, 180.0))
ELSEWHERE = ((120.0, 100.0), (300.0, 100.0), (300.0, 180.0), (120.0, 180.0))


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


@pytest.fixture
def pictures(tmp_path: Path, blobs: BlobStore) -> Images:
    return Images(blobs, tmp_path / "cache")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the photos that were decoded, in order."""
    names: list[str] = []
    decode = images.decode_photo

    def counted(data: bytes, *, name: str) -> object:
        names.append(name)
        return decode(data, name=name)

    monkeypatch.setattr(images, "decode_photo", counted)
    return names


def test_a_list_of_more_photos_than_are_kept_decodes_each_once(pictures, blobs, decoded) -> None:
    photos = [blobs.put(plate_jpeg(seed=seed)) for seed in range(KEPT_PHOTOS + 2)]
    first = [pictures.crop_png(photo, CORNERS, height=120) for photo in photos]
    again = [pictures.crop_png(photo, CORNERS, height=120) for photo in photos]
    assert first == again
    assert len(decoded) == len(photos)


def test_another_outline_or_height_is_another_picture(pictures, blobs) -> None:
    photo = blobs.put(plate_jpeg())
    made = {
        pictures.crop_png(photo, corners, height=height)
        for corners in (CORNERS, ELSEWHERE)
        for height in (120, 240)
    }
    assert len(made) == 4


def unmade() -> bytes:
    raise AssertionError("it was made again")


def test_the_picture_unused_for_longest_gives_way() -> None:
    kept = PictureCache(most=2, most_bytes=100)
    kept.get_or_make("a", lambda: b"1")
    kept.get_or_make("b", lambda: b"2")
    assert kept.get_or_make("a", unmade) == b"1"
    kept.get_or_make("c", lambda: b"3")
    assert kept.get_or_make("a", unmade) == b"1"
    assert kept.get_or_make("c", unmade) == b"3"
    assert kept.get_or_make("b", lambda: b"made anew") == b"made anew"


def test_bytes_are_bounded_also_when_few_pictures_are_kept() -> None:
    kept = PictureCache(most=10, most_bytes=100)
    kept.get_or_make("a", lambda: b"." * 50)
    kept.get_or_make("b", lambda: b"." * 50)
    assert kept.get_or_make("a", unmade) == b"." * 50
    kept.get_or_make("c", lambda: b".")
    assert kept.get_or_make("b", lambda: b"anew") == b"anew"
    assert kept.get_or_make("huge", lambda: b"." * 101) == b"." * 101
    assert kept.get_or_make("huge", lambda: b"anew") == b"anew"
