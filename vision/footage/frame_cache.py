"""Keep decoded frames of a clip that may still be chosen, so that few are decoded twice.

Which moments become stills is known at the end only. Of those seen so far, the likeliest are kept;
a still whose frame was let go is decoded again, so that what is kept changes no still.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vision.footage.moments import choose, text_rank, without_standing
from vision.media.clip import upright

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from fractions import Fraction

    from av.video.frame import VideoFrame

    from vision.footage.moments import Moment
    from vision.types import Pixels

MOST_BYTES: Final = 256_000_000
"""Memory for kept frames: 82 of 1920 × 1080 pixels, 20 of 4K, 5 of 8K, with 8 bits in 4:2:0."""

LATE: Final = 600
"""Moments, a minute of them, that tell which lines of letters stand at one spot for long."""


class Kept:
    """The likeliest frames of a clip so far, within `MOST_BYTES`."""

    def __init__(self) -> None:
        """Begin without any."""
        self._held: dict[Fraction, VideoFrame] = {}
        self._moments: list[Moment] = []

    def add(self, moment: Moment, frame: VideoFrame) -> None:
        """Keep the frame of the next moment; lets go a quarter where that is too much."""
        self._held[moment.seconds] = frame
        self._moments.append(moment)
        room = MOST_BYTES // max(1, sum(plane.buffer_size for plane in frame.planes))
        if len(self._held) > room:
            self._let_go(3 * room // 4)

    def _let_go(self, most: int) -> None:
        """Let go all frames but the likeliest; of moments without one only late ones count on."""
        moments = without_standing(self._moments)
        held = [moment for moment in moments if moment.seconds in self._held]
        likely = dict.fromkeys(choice.seconds for choice in choose(held, budget=most))
        # What a neighbour outranks now may be chosen once the neighbour's letters turn out to stand
        likely |= dict.fromkeys(one.seconds for one in sorted(held, key=text_rank, reverse=True))
        self._held = {seconds: self._held[seconds] for seconds in list(likely)[:most]}
        late = self._moments[-LATE:]
        early = self._moments[:-LATE]
        self._moments = [one for one in early if one.seconds in self._held] + late

    def __contains__(self, seconds: Fraction) -> bool:
        """Whether the frame at that time is kept."""
        return seconds in self._held

    def stills(self, wanted: Sequence[Fraction]) -> Iterator[tuple[Fraction, Pixels]]:
        """Give those of the wanted frames that are kept, in the order wanted, and let them go."""
        held = {seconds: self._held[seconds] for seconds in wanted if seconds in self._held}
        self._held.clear()
        for seconds in list(held):
            yield seconds, upright(held.pop(seconds))
