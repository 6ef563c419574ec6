"""Survey a clip cheaply: what its moments show.

Every sampled moment gets a sharpness and a text score from a small grey picture; scene cuts divide
the clip.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

from vision.footage.line import Line
from vision.footage.moments import Moment
from vision.media.clip import ClipLimits, Report, open_clip, upright_grey, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from av.video.frame import VideoFrame

Grey = npt.NDArray[np.uint8]

SURVEY_WIDTH: Final = 1280
"""Long side in pixels of the grey picture that is scored; below that, small lettering is lost."""
STROKE_CONTRAST: Final = 28
"""Minimum grey-level difference between a stroke and its surroundings."""
SURVEY_RATE: Final = 10
"""Moments sampled per second of the clip; a plate in view for one second gets ten chances."""
SPARED: Final = "NONREF"
"""FFmpeg's name for frames that are not decoded: those that no other frame needs."""
CUT_DIFFERENCE: Final = 24.0
"""A scene cut changes the thumbnail by at least this many grey levels on average ..."""
CUT_CORRELATION: Final = 0.6
"""... and either the grey histograms correlate less than this ..."""
CUT_LIKENESS: Final = 0.3
"""... or the thumbnails themselves do; a pan within a tenth of a second leaves more."""
SHORTEST_SCENE: Final = 0.3
"""Seconds; a shorter stretch between two cuts is a flash."""

TALLEST: Final = 60
"""Pixels; taller letters in the scored picture do not need a still."""

_STROKE: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_JOIN: Final = cv2.getStructuringElement(cv2.MORPH_RECT, (15, 3))


def survey(
    path: Path,
    *,
    limits: ClipLimits,
    report: Report,
    name: str | None = None,
    keep: Callable[[Moment, VideoFrame], None] | None = None,
) -> Iterator[Moment]:
    """Score about `SURVEY_RATE` moments per second; frames that no other needs are not decoded.

    `keep` receives each moment with its frame.
    """
    with open_clip(path, limits=limits, name=name) as (container, stream):
        stream.codec_context.skip_frame = SPARED
        due = Fraction(-1)
        scenes = _Scenes()
        key = Fraction(0)
        for seconds, frame in walk(container, stream, limits=limits, report=report):
            if frame.key_frame:
                key = seconds
            if seconds < due:
                continue
            due = seconds + Fraction(1, SURVEY_RATE) - Fraction(1, 1000)
            grey = _grey(frame)
            thumbnail = _thumbnail(grey)
            lines = text_lines(grey)
            scale = max(frame.width, frame.height) / max(grey.shape)
            moment = Moment(
                seconds=seconds,
                scene=scenes.number_of(seconds, grey, thumbnail),
                sharpness=sharpness(grey),
                text=sum(line.weight for line in lines),
                thumbnail=thumbnail.tobytes(),
                lines=tuple(line.scaled(scale) for line in lines),
                key=key,
            )
            if keep is not None:
                keep(moment, frame)
            yield moment


def _grey(frame: VideoFrame) -> Grey:
    """Shrink a frame to the upright grey picture that is scored; small frames are not enlarged."""
    scale = min(1.0, SURVEY_WIDTH / max(frame.width, frame.height))
    width, height = max(2, int(frame.width * scale)), max(2, int(frame.height * scale))
    return upright_grey(frame, (width, height))


def _thumbnail(grey: Grey) -> Grey:
    """32 × 18 pixels."""
    return np.asarray(cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA), np.uint8)


class _Scenes:
    """Numbers the scenes of a clip from 1, moment by moment."""

    def __init__(self) -> None:
        self._number = 1
        self._began: Fraction | None = None
        self._before: tuple[Grey, Grey] | None = None

    def number_of(self, seconds: Fraction, grey: Grey, thumbnail: Grey) -> int:
        """Number the scene of the next moment, given its thumbnail."""
        if self._began is None:
            self._began = seconds
        cut = self._before is not None and is_cut(self._before, (grey, thumbnail))
        if cut and seconds - self._began >= SHORTEST_SCENE:
            self._number, self._began = self._number + 1, seconds
        self._before = grey, thumbnail
        return self._number


def is_cut(before: tuple[Grey, Grey], after: tuple[Grey, Grey]) -> bool:
    """Whether there is a scene cut between two neighbouring moments, each with its thumbnail."""
    (grey, thumbnail), (next_grey, next_thumbnail) = before, after
    if grey.shape != next_grey.shape:
        return True
    if float(np.mean(cv2.absdiff(thumbnail, next_thumbnail))) < CUT_DIFFERENCE:
        return False
    if (
        float(cv2.matchTemplate(thumbnail, next_thumbnail, cv2.TM_CCOEFF_NORMED)[0, 0])
        < CUT_LIKENESS
    ):
        return True
    hists = [cv2.calcHist([one], [0], None, [64], [0, 256]) for one in (grey, next_grey)]
    return cv2.compareHist(hists[0], hists[1], cv2.HISTCMP_CORREL) < CUT_CORRELATION


def sharpness(grey: Grey) -> float:
    """Measure the standard deviation of the Laplacian, in grey levels."""
    return float(cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1][0, 0])


def text_lines(grey: Grey) -> list[Line]:
    """Find presumed lines of letters: thin strokes, side by side, in wide blobs.

    Small letters are searched in the picture itself, large ones at half its size. Boxes are in
    pixels of the given picture.
    """
    half = cv2.resize(grey, (grey.shape[1] // 2, grey.shape[0] // 2), interpolation=cv2.INTER_AREA)
    lines = _lines(grey)
    large = [replace(one.scaled(2), weight=2 * one.weight) for one in _lines(_bytes(half))]
    return lines + [one for one in large if not any(one.meets(other) for other in lines)]


def _bytes(picture: npt.ArrayLike) -> Grey:
    return np.asarray(picture, np.uint8)


def _lines(grey: Grey) -> list[Line]:
    """Find lines of letters whose strokes are thinner than the stroke element."""
    strokes = cv2.max(
        cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, _STROKE),
        cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, _STROKE),
    )
    binary = _bytes(cv2.threshold(strokes, STROKE_CONTRAST, 255, cv2.THRESH_BINARY)[1])
    _take_out_frames(binary)
    joined = _bytes(cv2.morphologyEx(binary, cv2.MORPH_CLOSE, _JOIN))
    lines = []
    for x, y, width, height in _boxes(joined):
        if not (width >= 18 and 5 <= height <= TALLEST and width >= 1.8 * height):
            continue
        here = np.s_[y : y + height, x : x + width]
        if cv2.countNonZero(joined[here]) < 0.35 * width * height:
            continue
        flips = np.count_nonzero(np.diff(binary[here][height // 2])) / max(width / height, 1.0)
        if flips >= 1.0:
            contrast = float(strokes[here].mean()) / 255.0
            weight = contrast * float(np.sqrt(width * height))
            lines.append(Line(x=x, y=y, width=width, height=height, weight=weight))
    return lines


def _boxes(binary: Grey) -> list[Sequence[int]]:
    """Left, top, width and height of each connected component."""
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [cv2.boundingRect(contour) for contour in contours]


def _take_out_frames(binary: Grey) -> None:
    """Remove strokes that are connected over more than a letter: the ruling of a table.

    Otherwise the ruling would join the lines of all cells into one blob that does not look like a
    line.
    """
    for x, y, width, height in _boxes(binary):
        if height > TALLEST:
            here = binary[y : y + height, x : x + width]
            _, names, stats, _ = cv2.connectedComponentsWithStats(here, connectivity=8)
            tall = stats[:, cv2.CC_STAT_HEIGHT] > TALLEST
            tall[0] = False
            here[tall[names]] = 0
