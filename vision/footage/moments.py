"""Score the moments of a clip and select those worth reading.

Text comes first, since a plate may be in view for one second in thirty; each scene then gets one
still.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

from values.sentence import Sentence, say
from vision.footage.track import gathered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vision.footage.line import Line

LEAST_TEXT: Final = 2.5
"""Text score of one short word; less than this is texture."""
APART: Final = Fraction(2, 5)
"""Minimum seconds between two stills of one text peak: closer ones share their blur."""
STRETCH: Final = Fraction(3, 2)
"""Seconds; stills closer than this show one stretch, for which frames are combined once."""
NEW_DIFFERENCE: Final = 12.0
"""Mean grey difference of two thumbnails from which a moment counts as entirely new."""
LEAST_NEWS: Final = 0.15
"""Factor on text in a view that looks like one already chosen."""
LONG: Final = 20
"""A line that stays put for this many moments is treated as an overlay."""
SPOT: Final = 8
"""Pixels of the frame; a line stays put if its centre stays within about this distance."""
TEXT_SHARE: Final = 0.7
"""Share of the stills assigned by text, before scenes without text get theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One sampled moment of a clip.

    `sharpness` is the standard deviation of the Laplacian in grey levels; `text` grows with the
    area and contrast of presumed lines of letters, and is 0 without any. `thumbnail` has
    32 × 18 grey values, row by row.
    """

    seconds: Fraction
    scene: int
    sharpness: float
    text: float
    thumbnail: bytes = b""
    lines: tuple[Line, ...] = ()
    """The lines that `text` is computed from, in pixels of the upright frame."""
    key: Fraction = Fraction(0)
    """Time of the last key frame at or before it, where decoding must begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A moment selected as a still, and why.

    `combine` are lines of letters in one place, where the surrounding frames are to be combined.
    """

    seconds: Fraction
    why: Sentence
    combine: tuple[Line, ...] = ()


def without_standing(moments: Sequence[Moment]) -> list[Moment]:
    """Count lines that stay put for long only once, in the sharpest moment that shows them.

    Captions and watermarks are such lines, and so is a plate that is held still: one still is
    enough for either. Frames are combined only for lines that move.
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
    """Count lines that move, and lines that stay put if this is their moment."""
    text, moving = 0.0, []
    for line in moment.lines:
        name = int(names[_spot(line)[::-1]])
        if not name:
            moving.append(line)
        if not name or once[name] == moment.seconds:
            text += line.weight
    return replace(moment, lines=tuple(moving), text=text)


def choose(moments: Sequence[Moment], *, budget: int, combined: int = 0) -> tuple[Choice, ...]:
    """Select at most `budget` moments, in time order.

    For `combined` of them, the surrounding frames are to be combined as well.

    First come the moments with most text, weighted by sharpness and by how new they look compared
    with those already chosen: letters that stay in view all the time need one still, a passing
    plate is new in each. Then the sharpest moment of each scene that has none yet; then more of the
    first kind.
    """
    if not moments or budget < 1:
        return ()
    by_text = [moment for moment in moments if moment.text >= LEAST_TEXT]
    chosen: dict[Fraction, Choice] = {}
    _take_text(by_text, chosen, max(1, round(budget * TEXT_SHARE)))
    _take_scenes(moments, chosen, budget)
    _take_text(by_text, chosen, budget)
    _choose_combined([moment for moment in by_text if moment.seconds in chosen], chosen, combined)
    return tuple(chosen[seconds] for seconds in sorted(chosen))


def _choose_combined(listed: list[Moment], chosen: dict[Fraction, Choice], combined: int) -> None:
    """Among moments chosen for their text, pick those for multi-frame: most text in a moving place.

    One for each stretch, and not the same view twice: otherwise drifting texture would take all.
    """
    listed = [moment for moment in listed if moment.lines]
    heaviest = [gathered(moment.lines)[0] for moment in listed]
    weights = [sum(line.weight for line in lines) for lines in heaviest]
    rank = np.array(weights) * np.sqrt([moment.sharpness for moment in listed])
    news = _News(listed, apart=STRETCH)
    for _ in range(combined):
        if (rank * news.values > 0).any():
            best = int(np.argmax(rank * news.values))
            news.see(best)
            seconds = listed[best].seconds
            chosen[seconds] = replace(chosen[seconds], combine=tuple(heaviest[best]))


def text_rank(moment: Moment) -> float:
    """Text counts in full, sharpness by its root: a sharp frame without letters is useless."""
    return moment.text * float(np.sqrt(moment.sharpness))


def _take_text(listed: list[Moment], chosen: dict[Fraction, Choice], budget: int) -> None:
    """Add moments with text, highest rank first, none closer than `APART` to another."""
    rank = np.array([text_rank(moment) for moment in listed])
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
            why=say(
                "frame.text-in-view",
                presence=float(moment.text),
                sharpness=float(moment.sharpness),
                scene=moment.scene,
            ),
        )


class _News:
    """How new each of several moments looks compared with those already seen: `values`, 0–1."""

    def __init__(self, moments: Sequence[Moment], *, apart: Fraction) -> None:
        """Take the moments; none closer than `apart` seconds to a seen one will be chosen."""
        thumbnails = [np.frombuffer(moment.thumbnail, np.uint8) for moment in moments]
        self._thumbnails = np.array(thumbnails, np.int16)
        self._when = np.array([float(moment.seconds) for moment in moments])
        self._apart = float(apart) - 1e-6
        self.values = np.ones(len(moments))

    def see(self, number: int) -> None:
        """Lower the novelty of moments that resemble this one, and exclude its neighbours."""
        if self._thumbnails.shape[1]:
            unlike = (
                np.abs(self._thumbnails - self._thumbnails[number]).mean(axis=1) / NEW_DIFFERENCE
            )
            np.minimum(self.values, np.clip(unlike, LEAST_NEWS, 1.0), out=self.values)
        self.values[np.abs(self._when - self._when[number]) < self._apart] = 0.0


def _take_scenes(moments: Sequence[Moment], chosen: dict[Fraction, Choice], budget: int) -> None:
    """Add the sharpest moment of each scene without a still, longest scenes first."""
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
                why=say("frame.sharpest-view", scene=number, sharpness=float(best.sharpness)),
            )
