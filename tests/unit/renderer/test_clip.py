"""The clip: a real MP4 in which the plate comes and goes."""

from __future__ import annotations

import io
import itertools

import av
import numpy as np
import pytest

from renderer.clip import plate_clip
from renderer.types import PlateSpec

SPEC = PlateSpec(maker="ACME", serial="AX-0417", style="printed", ground="white_label", width=500)


def test_a_plate_passes_in_the_middle_of_the_clip() -> None:
    data = plate_clip(SPEC, seconds=1.2, seed=3, size=(320, 240), visible=(0.4, 0.8), fill=0.6)
    with av.open(io.BytesIO(data)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert container.metadata["title"] == "SYNTHETIC"
        frames = [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]
    assert len(frames) == 30
    jumps = [float(np.abs(np.diff(pair, axis=0)).mean()) for pair in _pairs(frames)]
    cuts = sorted(np.argsort(jumps)[-2:] + 1)
    assert list(cuts) == [10, 20]


def _pairs(frames: list[np.ndarray]) -> list[np.ndarray]:
    return [np.stack([a, b]).astype(float) for a, b in itertools.pairwise(frames)]


def test_the_same_bytes_every_time() -> None:
    made = [plate_clip(SPEC, seconds=0.4, seed=1, size=(160, 120)) for _ in range(2)]
    assert made[0] == made[1]


def test_a_length_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"outside 0\.2–120"):
        plate_clip(SPEC, seconds=600, seed=1)
