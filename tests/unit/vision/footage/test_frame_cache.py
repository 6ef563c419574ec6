"""Frames of a clip kept while it is looked over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.unit.vision import clips
from vision.footage.frame_cache import FrameCache
from vision.footage.survey import survey
from vision.frames import choose_frames
from vision.media.clip import ClipLimits

if TYPE_CHECKING:
    from pathlib import Path

FRAME_BYTES = 640 * 360 * 3 // 2


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lettering that passes for a second in the middle of three."""
    words = ["SER NO 4711-08" if 30 <= number < 60 else "" for number in range(90)]
    pictures = [clips.scene(1, words=text, shift=n - 45) for n, text in enumerate(words)]
    return clips.write_clip(tmp_path_factory.mktemp("clips") / "pass.mp4", pictures)


@pytest.mark.parametrize("most", [0, 6 * FRAME_BYTES])
def test_what_is_kept_changes_no_still(
    clip: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    stills = list(choose_frames(clip))
    monkeypatch.setattr("vision.footage.frame_cache.MOST_BYTES", most)
    assert list(choose_frames(clip)) == stills


def test_the_likeliest_frames_are_kept_within_bounds(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vision.footage.frame_cache.MOST_BYTES", 12 * FRAME_BYTES)
    kept = FrameCache()
    moments = list(survey(clip, limits=ClipLimits(), report=print, keep=kept.add))
    held = [moment for moment in moments if moment.seconds in kept]
    assert 0 < len(held) <= 12 < len(moments)
    assert any(1.0 <= moment.seconds < 2.0 for moment in held)
    times = [moment.seconds for moment in held]
    assert [seconds for seconds, _ in kept.stills(times)] == times
    assert not any(moment.seconds in kept for moment in moments)
