"""The moments of a clip, and which of them are worth reading.

Text decides first, since a plate may be in view for one second in thirty; each scene is then
given one look.
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
    why: Sentence
    lay: tuple[Line, ...] = ()


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


def text_rank(moment: Moment) -> float:
    """Text counts in full, sharpness as its root: a sharp frame without letters is no use."""
    return moment.text * float(np.sqrt(moment.sharpness))


def _take_text(listed: list[Moment], chosen: dict[Fraction, Choice], budget: int) -> None:
    """Add moments with text, the most telling first, none closer than `APART` to another."""
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
                why=say("frame.sharpest-view", scene=number, sharpness=float(best.sharpness)),
            )
