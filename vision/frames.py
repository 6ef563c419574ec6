"""Take stills from a clip: derivatives with exact times and the command that recreates them.

python -m vision.frames CLIP --at 1001/30 --output still.png
python -m vision.frames CLIP --at 1001/30 --lay 512,348,183,91,16 --output laid.png
python -m vision.frames CLIP --choose FOLDER
"""

from __future__ import annotations

import argparse
import heapq
import io
import math
import shlex
import sys
from collections import deque
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av.error
from PIL import Image

from values.sentence import Sentence, say
from vision.errors import DamagedFile, VisionError
from vision.footage.frame_cache import FrameCache
from vision.footage.moments import choose, without_standing
from vision.footage.multi_frame import combine
from vision.footage.survey import SPARED, survey
from vision.footage.track import Place, View, follow, place_of
from vision.media.clip import (
    LIMITS,
    ClipFacts,
    ClipLimits,
    Report,
    open_clip,
    probe_clip,
    upright,
    upright_grey,
    walk,
)
from vision.types import Frame, Pixels

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from vision.media.clip import Grey

__all__ = ["ClipFacts", "ClipLimits", "choose_frames", "grab_frame", "probe_clip"]

_MOST_MINUTES: Final = 4
COMBINED_SECONDS: Final = Fraction(3, 5)
"""Frames up to this long before and after a still are combined with it (multi-frame) ..."""
COMBINED_FRAMES: Final = 16
"""... and at most this many on each side: more add little, and 8K frames fill the memory."""
_PNG_COMPRESSION: Final = 3
"""zlib level; fixed, so that a recreated still has the same bytes. 6 takes twice as long and saves
nothing: frames of clips are grainy.
"""


def choose_frames(
    path: Path,
    *,
    limits: ClipLimits | None = None,
    on_problem: Report | None = None,
    name: str | None = None,
) -> Iterator[Frame]:
    """Choose the frames of a clip that are worth reading, and yield them in time order.

    Args:
        path: the clip.
        limits: its resource limits.
        on_problem: receives a sentence for each stretch that could not be decoded, before the
            refusal of a clip that gives no frame at all.
        name: the clip's name in messages and commands; default: the file name.

    Raises:
        DecodeError: the file is not a clip, is too large, or gives no frame at all.
    """
    limits = limits or LIMITS
    problem, cache = on_problem or _ignore, FrameCache()
    moments = list(survey(path, limits=limits, report=problem, name=name, keep=cache.add))
    if not moments:
        raise DamagedFile(say("clip.no-frames", name=name or path.name))
    minutes = min(_MOST_MINUTES, math.ceil(max(float(moments[-1].seconds), 1.0) / 60))
    choices = choose(
        without_standing(moments),
        budget=limits.max_frames * minutes,
        combined=limits.max_laid * minutes,
    )
    chosen = {choice.seconds: choice for choice in choices}
    index = 0
    gone = {
        moment.seconds: moment.key
        for moment in moments
        if moment.seconds in chosen and moment.seconds not in cache
    }
    again = _stills(path, gone, limits=limits, report=problem)
    for seconds, pixels in heapq.merge(cache.stills([*chosen]), again, key=itemgetter(0)):
        yield _frame(name or path.name, index, seconds, pixels, chosen[seconds].why)
        index += 1
        if lines := chosen[seconds].combine:
            place = place_of(lines)
            combined = combine_frames(path, seconds=seconds, place=place, limits=limits, name=name)
            if combined is not None:
                yield replace(combined, index=index)
                index += 1


def grab_frame(
    path: Path,
    *,
    seconds: float | Fraction,
    limits: ClipLimits | None = None,
    name: str | None = None,
) -> Frame:
    """Return the frame that a player shows at that time: the last one not later than it.

    Raises:
        DecodeError: the file is not a clip, or has no frame there.
    """
    limits = limits or LIMITS
    wanted = Fraction(seconds)
    shown: tuple[Fraction, Pixels] | None = None
    with open_clip(path, limits=limits, name=name) as (container, stream):
        _seek(container, stream, wanted)
        frames = walk(container, stream, limits=limits, report=_ignore, damaged_too=True)
        for at, frame in frames:
            if shown is not None and at > wanted:
                break
            shown = (at, upright(frame))
            if at >= wanted:
                break
    if shown is None:
        raise DamagedFile(say("clip.no-frame-there", name=name or path.name, seconds=float(wanted)))
    why = say("frame.by-hand", seconds=float(wanted))
    return _frame(name or path.name, 0, shown[0], shown[1], why)


def combine_frames(
    path: Path,
    *,
    seconds: Fraction,
    place: Place,
    limits: ClipLimits | None = None,
    name: str | None = None,
) -> Frame | None:
    """Track a place from the frame at that time, and combine all frames that show it.

    Returns None if too few frames show it.

    Raises:
        DecodeError: the file is not a clip, or has no frame at exactly that time.
    """
    views = _views(path, seconds, limits=limits or LIMITS, name=name)
    at = [view.seconds for view in views].index(seconds)
    combined = combine(views, follow(views, at, place), place)
    if combined is None:
        return None
    first, last = (timecode(views[combined.numbers[end]].seconds) for end in (0, -1))
    why = say(
        "frame.laid",
        frames=len(combined.numbers),
        first=first,
        last=last,
        smear=float(combined.smear),
        share=float(combined.share),
    )
    box = f"{place.x},{place.y},{place.width},{place.height},{place.letter}"
    still = _frame(name or path.name, 0, seconds, combined.picture, why, f" --lay {box}")
    return replace(
        still, laid=tuple(timecode(views[number].seconds) for number in combined.numbers)
    )


def _views(
    path: Path, seconds: Fraction, *, limits: ClipLimits, name: str | None
) -> Sequence[View]:
    """Decode the frames around a time, in grey: at most `COMBINED_FRAMES` before and after it."""
    before: deque[View] = deque(maxlen=COMBINED_FRAMES)
    after: list[View] = []
    with open_clip(path, limits=limits, name=name) as (container, stream):
        _seek(container, stream, max(Fraction(0), seconds - COMBINED_SECONDS))
        for at, frame in walk(container, stream, limits=limits, report=_ignore):
            if at > seconds + COMBINED_SECONDS or len(after) > COMBINED_FRAMES:
                break
            if at >= seconds - COMBINED_SECONDS:
                view = View(seconds=at, grey=upright_grey(frame))
                (before if at < seconds else after).append(view)
    if not after or after[0].seconds != seconds:
        raise DamagedFile(
            say("clip.no-frame-there", name=name or path.name, seconds=float(seconds))
        )
    return [*before, *after]


def _stills(
    path: Path, wanted: Mapping[Fraction, Fraction], *, limits: ClipLimits, report: Report
) -> Iterator[tuple[Fraction, Pixels]]:
    """Decode exactly the frames at the wanted times again, in forward order.

    `wanted` maps each to the key frame before it; decoding continues from the frame reached unless
    that key frame lies ahead. The same frames are skipped as in the survey, which saw all that are
    wanted.
    """
    with open_clip(path, limits=limits) as (container, stream):
        stream.codec_context.skip_frame = SPARED
        frames: Iterator[tuple[Fraction, VideoFrame]] = iter(())
        reached = Fraction(-1)
        for target, key in wanted.items():
            if not 0 <= reached < target or key > reached:
                _seek(container, stream, target)
                frames = walk(container, stream, limits=limits, report=_ignore)
            found = next(((at, frame) for at, frame in frames if at >= target), None)
            reached = found[0] if found is not None else Fraction(-1)
            if found is None or found[0] != target:
                report(say("clip.frame-gone", seconds=float(target)))
                continue
            yield target, upright(found[1])


def _seek(container: InputContainer, stream: VideoStream, seconds: Fraction) -> None:
    """Seek to the key frame before a time; if the clip cannot seek, start at its beginning."""
    base = stream.time_base
    if base is None:
        return
    try:
        container.seek(max(0, math.floor(seconds / base)), stream=stream, backward=True)
    except av.error.FFmpegError:
        with suppress(av.error.FFmpegError):  # if even that fails, it is still at its beginning
            container.seek(0)


def _frame(
    name: str, index: int, seconds: Fraction, pixels: Pixels | Grey, why: Sentence, how: str = ""
) -> Frame:
    """Create the derivative with the command that recreates it."""
    at = timecode(seconds)
    return Frame(
        index=index,
        timecode=at,
        seconds=float(seconds),
        png=_png(pixels),
        why=why,
        command=f"python -m vision.frames {shlex.quote(name)} --at {at}{how} --output still.png",
    )


def timecode(seconds: Fraction) -> str:
    """Format an exact time in seconds as a fraction, for example `1001/30`."""
    return f"{seconds.numerator}/{seconds.denominator}"


def _png(pixels: Pixels | Grey) -> bytes:
    """Encode without any metadata, so that the same frame gives the same bytes."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=_PNG_COMPRESSION)
    return buffer.getvalue()


def _ignore(_sentence: Sentence) -> None:
    """Discard a report."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write one still, or all chosen stills, to files; returns 0, or 2 if the clip is unusable."""
    parser = argparse.ArgumentParser(prog="python -m vision.frames", description=__doc__)
    from words import en  # only the command line needs the texts: callers use identifiers

    parser.add_argument("clip", type=Path)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--at", type=Fraction, help="seconds, as a fraction or a decimal number")
    what.add_argument("--choose", type=Path, metavar="FOLDER", help="write the chosen stills here")
    parser.add_argument("--lay", type=_place, metavar="X,Y,WIDTH,HEIGHT,LETTER", help="with --at")
    parser.add_argument("--output", type=Path, default=Path("still.png"))
    options = parser.parse_args(arguments)
    try:
        if options.at is not None:
            options.output.write_bytes(_one(options.clip, options.at, options.lay).png)
            return 0
        options.choose.mkdir(parents=True, exist_ok=True)
        for frame in choose_frames(options.clip, on_problem=lambda said: _tell(en.text(said))):
            target = options.choose / f"still-{frame.index + 1:03d}.png"
            target.write_bytes(frame.png)
            sys.stdout.write(f"{target}  {frame.timecode} s  {en.text(frame.why)}\n")
    except (VisionError, OSError) as error:
        _tell(en.told(error) or str(error))
        return 2
    return 0


def _one(clip: Path, seconds: Fraction, place: Place | None) -> Frame:
    """The frame at a time, or all frames around it combined (multi-frame)."""
    if place is None:
        return grab_frame(clip, seconds=seconds)
    combined = combine_frames(clip, seconds=seconds, place=place)
    if combined is None:
        raise DamagedFile(say("clip.place-unseen", name=clip.name))
    return combined


def _place(words: str) -> Place:
    """Parse the five integers of a place."""
    x, y, width, height, letter = (int(word) for word in words.split(","))
    return Place(x=x, y=y, width=width, height=height, letter=letter)


def _tell(text: str) -> None:
    """Write a sentence to the terminal."""
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
