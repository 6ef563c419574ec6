"""The photos of the demo case: rendered, marked as synthetic, with the same bytes every time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from renderer import demo_story as story
from renderer.exposure import expose
from renderer.jpeg import to_jpeg
from renderer.plate import draw_plate
from renderer.types import Drawn, DrawnPhoto, Exposure, Pixels, Severity, Wear

if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "SYNTHETIC"
"""Drawn in a corner of every rendered photo, and in its EXIF."""

_DESCRIPTION = "SYNTHETIC: drawn by the Nameplate renderer; shows no real object, place or event"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPhoto:
    """One photo of the demo case: its file, what its source claims, and the truth about it."""

    name: str
    data: bytes = field(repr=False)
    claimed: Mapping[str, str]
    """What the (invented) source says: source_url, source_account, obtained, place, date, note."""
    truth: Mapping[str, str]
    """The plate's content by field, plus `unit` and `exposure`: equal exposures are copies."""
    note: str
    """The photo's part in the story, in one sentence."""


@lru_cache(maxsize=1)
def demo_photos() -> tuple[DemoPhoto, ...]:
    """Render the photos of the demo case, in the order in which they would surface."""
    camera = draw_plate(story.camera_plate(story.MAIN_SERIAL, date="2020-08"), seed=24, wear=_WORN)
    other = draw_plate(story.camera_plate(story.SECOND_SERIAL, date="2020-08"), seed=34, wear=_WORN)
    far = draw_plate(story.camera_plate(story.FAR_SERIAL, date="2020-06"), seed=55, wear="hard")
    mount = draw_plate(story.mount_plate(), seed=8, wear="clean")
    good = expose(camera, severity=_GOOD, seed=1, size=1280)
    return (
        _photo("field-01.jpg", good, "unit-a", "a1", _FIELD, "The plate of the camera, seen well."),
        _photo(
            "channel-02.jpg",
            expose(camera, severity=_SECOND, seed=2, size=1100),
            "unit-a",
            "a2",
            _CHANNEL,
            "The same plate in another exposure, from the other side.",
        ),
        _repost("repost-03.jpg", _smaller(good.pixels, 800), good, 55, "Resized and recompressed."),
        _repost("mirror-04.jpg", _mirrored(good), good, 70, "Cropped and mirrored."),
        _shot("other-05.jpg", other, _OTHER, 12, "unit-b", "Another unit of the same model."),
        _shot("mount-06.jpg", mount, "clean", 6, "mount", "The integrator's plate on the mount."),
        _shot("far-07.jpg", far, "extreme", 7, "unit-c", "A plate that cannot be read."),
    )


_WORN = Wear(scratches=0.12, dirt=0.15, rust=0.08, chips=0.02, fade=0.1, bend=0.05)
_GOOD = Exposure(
    yaw=10,
    pitch=-5,
    roll=2,
    fill=0.62,
    resolution=60,
    blur=0.02,
    motion=0.0,
    motion_angle=0,
    noise=0.008,
    glare=0.05,
    shadow=0.15,
    light_angle=220,
    contrast=1.0,
    brightness=1.02,
    jpeg_quality=95,
)
_SECOND = Exposure(
    yaw=-24,
    pitch=9,
    roll=-7,
    fill=0.55,
    resolution=22,
    blur=0.05,
    motion=0.04,
    motion_angle=30,
    noise=0.02,
    glare=0.25,
    shadow=0.35,
    light_angle=40,
    contrast=0.85,
    brightness=0.9,
    jpeg_quality=75,
)
_OTHER = replace(
    _SECOND, yaw=14, pitch=-8, roll=4, resolution=18, motion_angle=120, light_angle=300
)
_FIELD = {
    "source_url": "https://example.org/field/2020-10-21/01",
    "source_account": "field team (synthetic)",
    "obtained": "2020-10-22",
    "place": "near the village of Example (synthetic)",
    "date": "2020-10-21",
    "note": "Synthetic demo material.",
}
_CHANNEL = {
    "source_url": "https://example.net/channel/8841",
    "source_account": "@example_channel (synthetic)",
    "obtained": "2020-10-24",
    "date": "2020-10",
    "note": "Synthetic demo material.",
}
_REPOST = {
    "source_url": "https://example.com/board/thread/77",
    "source_account": "anonymous board (synthetic)",
    "obtained": "2020-10-25",
    "note": "Synthetic demo material.",
}


def _exif(*, capture: bool) -> dict[int, object]:
    """EXIF that says what the photo is; with `capture`, also an invented time and place."""
    block: dict[int, object] = {0x010E: _DESCRIPTION, 0x0131: "Nameplate renderer", 0x013B: MARK}
    if capture:
        block[0x010F], block[0x0110] = "SYNTHETIC", "Drawn camera"
        block[0x8769] = {0x9003: "2020:10:21 14:32:08", 0x9004: "2020:10:21 14:32:08"}
        block[0x8825] = {
            1: "N",
            2: (39.0, 48.0, 12.0),
            3: "E",
            4: (46.0, 45.0, 30.0),
            28: b"ASCII\x00\x00\x00SYNTHETIC",
        }
    return block


def _photo(
    name: str, photo: DrawnPhoto, unit: str, exposure: str, claimed: Mapping[str, str], note: str
) -> DemoPhoto:
    truth = {f.field: f.text for f in photo.fields} | {"unit": unit, "exposure": exposure}
    exif = _exif(capture=exposure == "a1")
    data = to_jpeg(marked(photo.pixels), quality=92, exif=exif)
    return DemoPhoto(name=name, data=data, claimed=claimed, truth=truth, note=note)


def _shot(
    name: str, drawn: Drawn, severity: Severity | Exposure, seed: int, unit: str, note: str
) -> DemoPhoto:
    photo = expose(drawn, severity=severity, seed=seed, size=1280)
    return _photo(name, photo, unit, unit, _CHANNEL, note)


def _repost(name: str, pixels: Pixels, of: DrawnPhoto, quality: int, note: str) -> DemoPhoto:
    """A copy of the first photo as a forum would show it: no capture data, another size."""
    truth = {f.field: f.text for f in of.fields} | {"unit": "unit-a", "exposure": "a1"}
    data = to_jpeg(marked(pixels), quality=quality, exif=_exif(capture=False))
    return DemoPhoto(name=name, data=data, claimed=_REPOST, truth=truth, note=note)


def _smaller(pixels: Pixels, width: int) -> Pixels:
    size = (width, round(pixels.shape[0] * width / pixels.shape[1]))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _mirrored(photo: DrawnPhoto) -> Pixels:
    """The middle of a photo around its plate, mirrored left to right."""
    corners = np.array(photo.plate_corners)
    x0, y0 = np.maximum(corners.min(axis=0) - 90, 0).astype(int)
    x1, y1 = (corners.max(axis=0) + 90).astype(int)
    return np.ascontiguousarray(photo.pixels[y0:y1, x0:x1][:, ::-1])


def marked(pixels: Pixels) -> Pixels:
    """The picture with the word SYNTHETIC in its lower right corner."""
    out = pixels.copy()
    size = max(11, round(out.shape[1] * 0.016))
    face = cv2.FontFace("sans")
    at = (out.shape[1] - round(size * 7.2), out.shape[0] - round(size * 0.7))
    shadow = (at[0] + 1, at[1] + 1)
    cv2.putText(out, MARK, shadow, (20, 20, 20), face, size, 600)
    cv2.putText(out, MARK, at, (235, 235, 235), face, size, 600)
    return out
