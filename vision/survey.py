"""Look over a clip cheaply and choose the moments that are worth reading.

Every moment gets a sharpness and a text presence from a small grey picture; scene cuts split
the clip. Text decides first, since a plate may be in view for one second in thirty; each
scene is then given one look.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

from vision.clip import ClipLimits, Report, open_clip, walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from av.video.frame import VideoFrame

Grey = npt.NDArray[np.uint8]

SURVEY_WIDTH: Final = 960
"""Long side in pixels of the grey picture that is scored; small lettering is lost below that."""
SURVEY_RATE: Final = 10
"""Moments looked at for each second of the clip; a plate in view for a second gets ten chances."""
CUT_DIFFERENCE: Final = 24.0
"""Thumbnails of two scenes differ by at least this many grey levels on average ..."""
CUT_CORRELATION: Final = 0.6
"""... and their grey histograms correlate less than this ..."""
CUT_LIKENESS: Final = 0.3
"""... or the thumbnails themselves do; a pan within a tenth of a second leaves more."""
SHORTEST_SCENE: Final = 0.3
"""Seconds; shorter stretches between two cuts are flashes."""
APART: Final = Fraction(1, 5)
"""Seconds between two stills of one text peak: closer ones share their blur."""
NEW_DIFFERENCE: Final = 12.0
"""Grey levels by which two thumbnails differ on average, from where on a moment is all new."""
LEAST_NEWS: Final = 0.15
"""What text counts for in a view that looks like one chosen already."""
TEXT_SHARE: Final = 0.7
"""Share of the stills that goes to text, before scenes without text get theirs."""

_STROKE: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (9, 9))
_JOIN: Final = cv2.getStructuringElement(cv2.MORPH_RECT, (15, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One looked-at moment of a clip.

    `sharpness` is the standard deviation of the Laplacian in grey levels; `text` grows with
    area and contrast of what looks like lines of letters, 0 where nothing does. `look` is a
    thumbnail of 32 × 18 grey values, row by row.
    """

    seconds: Fraction
    scene: int
    sharpness: float
    text: float
    look: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A moment that is to become a still, and why."""

    seconds: Fraction
    why: str


def survey(
    path: Path, *, limits: ClipLimits, report: Report, name: str | None = None
) -> Iterator[Moment]:
    """Score about `SURVEY_RATE` moments a second; frames that no other needs are not decoded."""
    with open_clip(path, limits=limits, name=name) as (container, stream):
        stream.codec_context.skip_frame = "NONREF"
        due = Fraction(-1)
        before: Grey | None = None
        scene, scene_began = 1, None
        for seconds, frame in walk(container, stream, limits=limits, report=report):
            if seconds < due:
                continue
            due = seconds + Fraction(1, SURVEY_RATE) - Fraction(1, 1000)
            grey = _grey(frame)
            if scene_began is None:
                scene_began = seconds
            if (
                before is not None
                and is_cut(before, grey)
                and seconds - scene_began >= SHORTEST_SCENE
            ):
                scene, scene_began = scene + 1, seconds
            before = grey
            yield Moment(
                seconds=seconds,
                scene=scene,
                sharpness=sharpness(grey),
                text=text_presence(grey),
                look=_thumbnail(grey).tobytes(),
            )


def _grey(frame: VideoFrame) -> Grey:
    """Shrink a frame to the grey picture that is scored; small frames keep their size."""
    scale = min(1.0, SURVEY_WIDTH / max(frame.width, frame.height))
    width, height = max(2, int(frame.width * scale)), max(2, int(frame.height * scale))
    small = frame.reformat(width=width, height=height, format="gray")
    return np.asarray(small.to_ndarray(), dtype=np.uint8)


def _thumbnail(grey: Grey) -> Grey:
    """32 × 18 pixels."""
    return np.asarray(cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA), np.uint8)


def is_cut(before: Grey, after: Grey) -> bool:
    """Tell whether two neighbouring moments belong to different scenes."""
    if before.shape != after.shape:
        return True
    small = _thumbnail(before), _thumbnail(after)
    if float(np.mean(cv2.absdiff(small[0], small[1]))) < CUT_DIFFERENCE:
        return False
    likeness = cv2.matchTemplate(small[0], small[1], cv2.TM_CCOEFF_NORMED)
    if float(likeness[0, 0]) < CUT_LIKENESS:
        return True
    hists = [cv2.calcHist([grey], [0], None, [64], [0, 256]) for grey in (before, after)]
    return cv2.compareHist(hists[0], hists[1], cv2.HISTCMP_CORREL) < CUT_CORRELATION


def sharpness(grey: Grey) -> float:
    """Measure the standard deviation of the Laplacian, in grey levels."""
    return float(cv2.Laplacian(grey, cv2.CV_32F).std())


def text_presence(grey: Grey) -> float:
    """Add up what looks like lines of letters: thin strokes, side by side, in wide blobs."""
    strokes = cv2.max(
        cv2.morphologyEx(grey, cv2.MORPH_TOPHAT, _STROKE),
        cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, _STROKE),
    )
    _, binary = cv2.threshold(strokes, 28, 255, cv2.THRESH_BINARY)
    joined = cv2.morphologyEx(binary, cv2.MORPH_CLOSE, _JOIN)
    count, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=4)
    total = 0.0
    for x, y, width, height, area in stats[1:count]:
        if not (width >= 18 and 5 <= height <= 60 and width >= 1.8 * height):
            continue
        if area < 0.35 * width * height:
            continue
        inside = binary[y : y + height, x : x + width]
        flips = np.count_nonzero(np.diff(inside[height // 2])) / max(width / height, 1.0)
        if flips >= 1.0:
            contrast = float(strokes[y : y + height, x : x + width].mean()) / 255.0
            total += contrast * float(np.sqrt(width * height))
    return total


def choose(moments: Sequence[Moment], *, budget: int) -> tuple[Choice, ...]:
    """Choose at most `budget` moments, in the order of time.

    First the moments with most text, weighed by sharpness and by how new they look beside
    those chosen already: letters that stand in view all the time need one still, a plate that
    passes is new in each. Then the sharpest moment of each scene that has none yet; then more
    of the first kind.
    """
    if not moments or budget < 1:
        return ()
    by_text = [moment for moment in moments if moment.text > 0]
    chosen: dict[Fraction, Choice] = {}
    _take_text(by_text, chosen, max(1, round(budget * TEXT_SHARE)))
    _take_scenes(moments, chosen, budget)
    _take_text(by_text, chosen, budget)
    return tuple(chosen[seconds] for seconds in sorted(chosen))


def _text_rank(moment: Moment) -> float:
    """Text counts in full, sharpness as its root: a sharp frame without letters is no use."""
    return moment.text * float(np.sqrt(moment.sharpness))


def _take_text(listed: list[Moment], chosen: dict[Fraction, Choice], budget: int) -> None:
    """Add moments with text, the most telling first, none closer than `APART` to another."""
    looks = np.array([_values(moment) for moment in listed], np.int16)
    rank = np.array([_text_rank(moment) for moment in listed])
    news = np.ones(len(listed))
    when = np.array([float(moment.seconds) for moment in listed])
    for number, moment in enumerate(listed):
        if moment.seconds in chosen:
            _seen(number, looks, when, news)
    while len(chosen) < budget and (rank * news > 0).any():
        best = int(np.argmax(rank * news))
        moment = listed[best]
        _seen(best, looks, when, news)
        chosen[moment.seconds] = Choice(
            seconds=moment.seconds,
            why=f"text in view (presence {moment.text:.1f}, sharpness "
            f"{moment.sharpness:.1f}), scene {moment.scene}",
        )


def _values(moment: Moment) -> npt.NDArray[np.uint8]:
    return np.frombuffer(moment.look, np.uint8)


def _seen(
    number: int,
    looks: npt.NDArray[np.int16],
    when: npt.NDArray[np.float64],
    news: npt.NDArray[np.float64],
) -> None:
    """Lower how new everything looks that resembles a moment, and rule out its neighbours."""
    if looks.shape[1]:
        unlike = np.abs(looks - looks[number]).mean(axis=1) / NEW_DIFFERENCE
        np.minimum(news, np.clip(unlike, LEAST_NEWS, 1.0), out=news)
    news[np.abs(when - when[number]) < float(APART) - 1e-6] = 0.0


def _take_scenes(moments: Sequence[Moment], chosen: dict[Fraction, Choice], budget: int) -> None:
    """Add the sharpest moment of each scene that has no still yet, longest scenes first."""
    scenes: dict[int, list[Moment]] = {}
    for moment in moments:
        scenes.setdefault(moment.scene, []).append(moment)
    for number, members in sorted(scenes.items(), key=lambda item: (-len(item[1]), item[0])):
        if len(chosen) >= budget:
            return
        if not any(moment.seconds in chosen for moment in members):
            best = max(members, key=lambda moment: moment.sharpness)
            chosen[best.seconds] = Choice(
                seconds=best.seconds,
                why=f"sharpest view of scene {number} (sharpness {best.sharpness:.1f})",
            )
