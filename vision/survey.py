"""Look over a clip cheaply and choose the moments that are worth reading.

Every moment gets a sharpness and a text presence from a small grey picture; scene cuts split
the clip. Text decides first, since a plate may be in view for one second in thirty; each
scene is then given one look.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

from vision.clip import ClipLimits, Report, open_clip, upright_grey, walk
from vision.track import gathered

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from av.video.frame import VideoFrame

Grey = npt.NDArray[np.uint8]

SURVEY_WIDTH: Final = 1280
"""Long side in pixels of the grey picture that is scored; small lettering is lost below that."""
STROKE_CONTRAST: Final = 28
"""Grey levels by which a stroke differs from what is around it."""
SURVEY_RATE: Final = 10
"""Moments looked at for each second of the clip; a plate in view for a second gets ten chances."""
SPARED: Final = "NONREF"
"""FFmpeg's name for what is not decoded: frames that no other one needs."""
CUT_DIFFERENCE: Final = 24.0
"""Thumbnails of two scenes differ by at least this many grey levels on average ..."""
CUT_CORRELATION: Final = 0.6
"""... and their grey histograms correlate less than this ..."""
CUT_LIKENESS: Final = 0.3
"""... or the thumbnails themselves do; a pan within a tenth of a second leaves more."""
SHORTEST_SCENE: Final = 0.3
"""Seconds; shorter stretches between two cuts are flashes."""
LEAST_TEXT: Final = 2.5
"""Text score of one short word; what has less is texture."""
APART: Final = Fraction(2, 5)
"""Seconds between two stills of one text peak: closer ones share their blur."""
STRETCH: Final = Fraction(3, 2)
"""Seconds; stills that are less apart show one stretch, in which frames are laid once."""
NEW_DIFFERENCE: Final = 12.0
"""Grey levels by which two thumbnails differ on average, from where on a moment is all new."""
LEAST_NEWS: Final = 0.15
"""What text counts for in a view that looks like one chosen already."""
LONG: Final = 20
"""In so many moments a line that stands at one spot is no news any more."""
SPOT: Final = 8
"""Pixels of the frame; a line stands still if its middle stays within about so many."""
TEXT_SHARE: Final = 0.7
"""Share of the stills that goes to text, before scenes without text get theirs."""

TALLEST: Final = 60
"""Pixels; letters that are taller in the picture that is scored are in no need of a still."""

_STROKE: Final = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
_JOIN: Final = cv2.getStructuringElement(cv2.MORPH_RECT, (15, 3))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What looks like a line of letters: its box in whole pixels. `weight` is its text score."""

    x: int
    y: int
    width: int
    height: int
    weight: float

    @property
    def right(self) -> int:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """Where it ends below."""
        return self.y + self.height

    def meets(self, other: Line) -> bool:
        """Whether two boxes share a pixel."""
        across = self.x < other.right and other.x < self.right
        return across and self.y < other.bottom and other.y < self.bottom

    def scaled(self, scale: float) -> Line:
        """Give the line in a picture so many times as large; its weight stays."""
        return Line(
            x=round(self.x * scale),
            y=round(self.y * scale),
            width=round(self.width * scale),
            height=round(self.height * scale),
            weight=self.weight,
        )


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
    lines: tuple[Line, ...] = ()
    """What the text is counted from, in pixels of the upright frame."""
    key: Fraction = Fraction(0)
    """Time of the last key frame up to it: from there on decoding must begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A moment that is to become a still, and why.

    `lay` are lines of letters in one place of it, where frames around are to be laid over it.
    """

    seconds: Fraction
    why: str
    lay: tuple[Line, ...] = ()


def survey(
    path: Path, *, limits: ClipLimits, report: Report, name: str | None = None
) -> Iterator[Moment]:
    """Score about `SURVEY_RATE` moments a second; frames that no other needs are not decoded."""
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
            look = _thumbnail(grey)
            lines = text_lines(grey)
            scale = max(frame.width, frame.height) / max(grey.shape)
            yield Moment(
                seconds=seconds,
                scene=scenes.number_of(seconds, grey, look),
                sharpness=sharpness(grey),
                text=sum(line.weight for line in lines),
                look=look.tobytes(),
                lines=tuple(line.scaled(scale) for line in lines),
                key=key,
            )


def without_standing(moments: Sequence[Moment]) -> list[Moment]:
    """Count lines that stand at one spot for long once, in the sharpest moment that shows them.

    Captions and marks are such lines, and so is a plate that is held still: one still is enough
    for either. Laid over each other are only lines that move.
    """
    spots = [_spot(line) for moment in moments for line in moment.lines]
    if not spots:
        return list(moments)
    across, down = (max(side) + 2 for side in zip(*spots, strict=True))
    seen = np.zeros((down, across), np.float32)
    for x, y in spots:
        seen[y, x] += 1
    often = cv2.boxFilter(seen, -1, (3, 3), normalize=False) >= LONG
    names = np.asarray(cv2.connectedComponents(often.astype(np.uint8))[1], np.int32)
    sharpest: dict[int, tuple[float, Fraction]] = {}
    for moment in moments:
        for line in moment.lines:
            name = int(names[_spot(line)[::-1]])
            rank = (moment.sharpness * line.weight, moment.seconds)
            sharpest[name] = max(sharpest.get(name, rank), rank)
    once = {name: seconds for name, (_, seconds) in sharpest.items()}
    return [_counted(moment, names, once) for moment in moments]


def _spot(line: Line) -> tuple[int, int]:
    return (2 * line.x + line.width) // (2 * SPOT), (2 * line.y + line.height) // (2 * SPOT)


def _counted(moment: Moment, names: npt.NDArray[np.int32], once: Mapping[int, Fraction]) -> Moment:
    """Count what moves, and what stands where its moment is this one."""
    text, moving = 0.0, []
    for line in moment.lines:
        name = int(names[_spot(line)[::-1]])
        if not name:
            moving.append(line)
        if not name or once[name] == moment.seconds:
            text += line.weight
    return replace(moment, lines=tuple(moving), text=text)


def _grey(frame: VideoFrame) -> Grey:
    """Shrink a frame to the upright grey picture that is scored; small frames keep their size."""
    scale = min(1.0, SURVEY_WIDTH / max(frame.width, frame.height))
    width, height = max(2, int(frame.width * scale)), max(2, int(frame.height * scale))
    return upright_grey(frame, (width, height))


def _thumbnail(grey: Grey) -> Grey:
    """32 × 18 pixels."""
    return np.asarray(cv2.resize(grey, (32, 18), interpolation=cv2.INTER_AREA), np.uint8)


class _Scenes:
    """Numbers the scenes of a clip from 1, moment after moment."""

    def __init__(self) -> None:
        self._number = 1
        self._began: Fraction | None = None
        self._before: tuple[Grey, Grey] | None = None

    def number_of(self, seconds: Fraction, grey: Grey, look: Grey) -> int:
        """Number the scene of the next moment, given with its thumbnail."""
        if self._began is None:
            self._began = seconds
        cut = self._before is not None and is_cut(self._before, (grey, look))
        if cut and seconds - self._began >= SHORTEST_SCENE:
            self._number, self._began = self._number + 1, seconds
        self._before = grey, look
        return self._number


def is_cut(before: tuple[Grey, Grey], after: tuple[Grey, Grey]) -> bool:
    """Tell whether two neighbouring moments, each with its thumbnail, are of different scenes."""
    (grey, look), (next_grey, next_look) = before, after
    if grey.shape != next_grey.shape:
        return True
    if float(np.mean(cv2.absdiff(look, next_look))) < CUT_DIFFERENCE:
        return False
    if float(cv2.matchTemplate(look, next_look, cv2.TM_CCOEFF_NORMED)[0, 0]) < CUT_LIKENESS:
        return True
    hists = [cv2.calcHist([one], [0], None, [64], [0, 256]) for one in (grey, next_grey)]
    return cv2.compareHist(hists[0], hists[1], cv2.HISTCMP_CORREL) < CUT_CORRELATION


def sharpness(grey: Grey) -> float:
    """Measure the standard deviation of the Laplacian, in grey levels."""
    return float(cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))[1][0, 0])


def text_lines(grey: Grey) -> list[Line]:
    """Find what looks like lines of letters: thin strokes, side by side, in wide blobs.

    Small ones are looked for in the picture itself, large ones in half of it. Boxes are in pixels
    of the picture given.
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
    """Left, top, width and height of everything that hangs together."""
    contours, _ = cv2.findContours(binary, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return [cv2.boundingRect(contour) for contour in contours]


def _take_out_frames(binary: Grey) -> None:
    """Take out strokes that hang together over more than a letter: the ruling of a table.

    Left in, it would join the lines of all cells to one blob that looks like no line.
    """
    for x, y, width, height in _boxes(binary):
        if height > TALLEST:
            here = binary[y : y + height, x : x + width]
            _, names, stats, _ = cv2.connectedComponentsWithStats(here, connectivity=8)
            tall = stats[:, cv2.CC_STAT_HEIGHT] > TALLEST
            tall[0] = False
            here[tall[names]] = 0


def choose(moments: Sequence[Moment], *, budget: int, laid: int = 0) -> tuple[Choice, ...]:
    """Choose at most `budget` moments, in the order of time; `laid` of them for laying as well.

    First the moments with most text, weighed by sharpness and by how new they look beside
    those chosen already: letters that stand in view all the time need one still, a plate that
    passes is new in each. Then the sharpest moment of each scene that has none yet; then more
    of the first kind.
    """
    if not moments or budget < 1:
        return ()
    by_text = [moment for moment in moments if moment.text >= LEAST_TEXT]
    chosen: dict[Fraction, Choice] = {}
    _take_text(by_text, chosen, max(1, round(budget * TEXT_SHARE)))
    _take_scenes(moments, chosen, budget)
    _take_text(by_text, chosen, budget)
    _lay([moment for moment in by_text if moment.seconds in chosen], chosen, laid)
    return tuple(chosen[seconds] for seconds in sorted(chosen))


def _lay(listed: list[Moment], chosen: dict[Fraction, Choice], laid: int) -> None:
    """Of moments chosen for their text, have those laid that show most of it in one moving place.

    One for each stretch, and not the same view twice: drifting texture would take all.
    """
    listed = [moment for moment in listed if moment.lines]
    heaviest = [gathered(moment.lines)[0] for moment in listed]
    weights = [sum(line.weight for line in lines) for lines in heaviest]
    rank = np.array(weights) * np.sqrt([moment.sharpness for moment in listed])
    news = _News(listed, apart=STRETCH)
    for _ in range(laid):
        if (rank * news.values > 0).any():
            best = int(np.argmax(rank * news.values))
            news.see(best)
            seconds = listed[best].seconds
            chosen[seconds] = replace(chosen[seconds], lay=tuple(heaviest[best]))


def _text_rank(moment: Moment) -> float:
    """Text counts in full, sharpness as its root: a sharp frame without letters is no use."""
    return moment.text * float(np.sqrt(moment.sharpness))


def _take_text(listed: list[Moment], chosen: dict[Fraction, Choice], budget: int) -> None:
    """Add moments with text, the most telling first, none closer than `APART` to another."""
    rank = np.array([_text_rank(moment) for moment in listed])
    news = _News(listed, apart=APART)
    for number, moment in enumerate(listed):
        if moment.seconds in chosen:
            news.see(number)
    while len(chosen) < budget and (rank * news.values > 0).any():
        best = int(np.argmax(rank * news.values))
        moment = listed[best]
        news.see(best)
        chosen[moment.seconds] = Choice(
            seconds=moment.seconds,
            why=f"text in view (presence {moment.text:.1f}, sharpness "
            f"{moment.sharpness:.1f}), scene {moment.scene}",
        )


class _News:
    """How new each of several moments looks beside those seen already: `values`, 0–1."""

    def __init__(self, moments: Sequence[Moment], *, apart: Fraction) -> None:
        """Hold moments that none is to be seen nearer to than `apart` seconds."""
        looks = [np.frombuffer(moment.look, np.uint8) for moment in moments]
        self._looks = np.array(looks, np.int16)
        self._when = np.array([float(moment.seconds) for moment in moments])
        self._apart = float(apart) - 1e-6
        self.values = np.ones(len(moments))

    def see(self, number: int) -> None:
        """Lower how new all that resembles a moment looks, and rule out its neighbours."""
        if self._looks.shape[1]:
            unlike = np.abs(self._looks - self._looks[number]).mean(axis=1) / NEW_DIFFERENCE
            np.minimum(self.values, np.clip(unlike, LEAST_NEWS, 1.0), out=self.values)
        self.values[np.abs(self._when - self._when[number]) < self._apart] = 0.0


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
