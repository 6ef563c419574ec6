"""Cache decoded frames of a clip that may still be selected, so that few are decoded twice.

Which moments become stills is known only at the end. The likeliest so far are cached; a still whose
frame was dropped is decoded again, so the cache never changes a still.
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
"""Cache size in bytes: 82 frames of 1920 × 1080 pixels, 20 of 4K, 5 of 8K, with 8 bits in 4:2:0."""

LATE: Final = 600
"""Number of latest moments (one minute) used to tell which lines stay put for long."""


class FrameCache:
    """The likeliest frames of a clip so far, within `MOST_BYTES`."""

    def __init__(self) -> None:
        """Start with an empty cache."""
        self._held: dict[Fraction, VideoFrame] = {}
        self._moments: list[Moment] = []

    def add(self, moment: Moment, frame: VideoFrame) -> None:
        """Cache the frame of the next moment; drops a quarter of the frames when full."""
        self._held[moment.seconds] = frame
        self._moments.append(moment)
        room = MOST_BYTES // max(1, sum(plane.buffer_size for plane in frame.planes))
        if len(self._held) > room:
            self._let_go(3 * room // 4)

    def _let_go(self, most: int) -> None:
        """Drop all but the likeliest frames; of moments without a frame, only late ones stay."""
        moments = without_standing(self._moments)
        held = [moment for moment in moments if moment.seconds in self._held]
        likely = dict.fromkeys(choice.seconds for choice in choose(held, budget=most))
        # A moment that its neighbour outranks now may be chosen once the neighbour's letters turn
        # out to stay
        likely |= dict.fromkeys(one.seconds for one in sorted(held, key=text_rank, reverse=True))
        self._held = {seconds: self._held[seconds] for seconds in list(likely)[:most]}
        late = self._moments[-LATE:]
        early = self._moments[:-LATE]
        self._moments = [one for one in early if one.seconds in self._held] + late

    def __contains__(self, seconds: Fraction) -> bool:
        """Whether the frame at that time is cached."""
        return seconds in self._held

    def stills(self, wanted: Sequence[Fraction]) -> Iterator[tuple[Fraction, Pixels]]:
        """Yield the cached frames among the wanted ones, in the order wanted, and drop them."""
        held = {seconds: self._held[seconds] for seconds in wanted if seconds in self._held}
        self._held.clear()
        for seconds in list(held):
            yield seconds, upright(held.pop(seconds))
