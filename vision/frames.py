"""Take stills from a clip: derivatives with exact times and the command that makes them again.

python -m vision.frames CLIP --at 1001/30 --output still.png
python -m vision.frames CLIP --choose FOLDER
"""

from __future__ import annotations

import argparse
import io
import math
import shlex
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import av.error
from PIL import Image

from vision.clip import ClipFacts, ClipLimits, Report, open_clip, probe_clip, upright, walk
from vision.errors import DamagedFile, VisionError
from vision.survey import choose, survey
from vision.types import Frame, Pixels

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = ["ClipFacts", "ClipLimits", "choose_frames", "grab_frame", "probe_clip"]

_MOST_MINUTES: Final = 4
WALK_ON: Final = 2
"""Seconds; a still that is no further on is reached by decoding on, not by seeking back."""
BY_HAND: Final = "grabbed by hand"
"""Why a still was taken that a person asked for; it is read like a photo."""
_PNG_COMPRESSION: Final = 6
"""zlib level; part of what makes a still the same bytes again."""


def choose_frames(
    path: Path,
    *,
    limits: ClipLimits | None = None,
    on_step: Report | None = None,
    on_problem: Report | None = None,
    name: str | None = None,
) -> Iterator[Frame]:
    """Choose the frames of a clip that are worth reading, and yield them in order of time.

    Args:
        path: the clip.
        limits: what it may ask for.
        on_step: gets a sentence on progress now and then.
        on_problem: gets a sentence for each stretch that could not be had.
        name: what messages and commands call the clip; the name of the file if not given.

    Raises:
        DecodeError: the file is no clip, is too large, or gives no frame at all.

    """
    limits = limits or ClipLimits()
    step, problem = on_step or _ignore, on_problem or _ignore
    moments, problems = [], list[str]()
    for moment in survey(path, limits=limits, report=problems.append, name=name):
        moments.append(moment)
        if len(moments) % 100 == 0:
            step(f"Looked over {float(moment.seconds):.0f} s of the clip.")
    for sentence in problems:
        problem(sentence)
    if not moments:
        raise DamagedFile(
            name or path.name,
            " ".join(["the clip opens, but not one frame of it can be decoded.", *problems]),
            "Get the file again from its source; what was received is kept as it came.",
        )
    minutes = min(_MOST_MINUTES, math.ceil(max(float(moments[-1].seconds), 1.0) / 60))
    choices = choose(moments, budget=limits.max_frames * minutes)
    step(f"Chose {len(choices)} of {len(moments)} moments.")
    why = {choice.seconds: choice.why for choice in choices}
    wanted = [choice.seconds for choice in choices]
    found = _stills(path, wanted, limits=limits, report=problem)
    for index, (seconds, pixels) in enumerate(found):
        yield _frame(name or path.name, index, seconds, pixels, why[seconds])


def grab_frame(
    path: Path,
    *,
    seconds: float | Fraction,
    limits: ClipLimits | None = None,
    name: str | None = None,
) -> Frame:
    """Take the frame that a player shows at that time: the last one not later than it.

    Raises:
        DecodeError: the file is no clip, or has no frame there.

    """
    limits = limits or ClipLimits()
    wanted = Fraction(seconds)
    problems: list[str] = []
    shown: tuple[Fraction, Pixels] | None = None
    with open_clip(path, limits=limits, name=name) as (container, stream):
        _seek(container, stream, wanted)
        frames = walk(container, stream, limits=limits, report=problems.append, damaged_too=True)
        for at, frame in frames:
            if shown is not None and at > wanted:
                break
            shown = (at, upright(frame))
            if at >= wanted:
                break
    if shown is None:
        raise DamagedFile(
            name or path.name,
            f"no frame can be had at {float(wanted):.3f} s. {' '.join(problems)}".strip(),
            "Choose another moment of the clip.",
        )
    return _frame(name or path.name, 0, shown[0], shown[1], f"{BY_HAND} at {float(wanted):.3f} s")


def _stills(
    path: Path, wanted: Sequence[Fraction], *, limits: ClipLimits, report: Report
) -> Iterator[tuple[Fraction, Pixels]]:
    """Decode exactly the frames at the wanted times, going forward."""
    with open_clip(path, limits=limits) as (container, stream):
        frames: Iterator[tuple[Fraction, VideoFrame]] = iter(())
        reached = Fraction(-1)
        for target in wanted:
            if not 0 <= reached < target < reached + WALK_ON:
                _seek(container, stream, target)
                frames = walk(container, stream, limits=limits, report=_ignore)
            found = next(((at, frame) for at, frame in frames if at >= target), None)
            reached = found[0] if found is not None else Fraction(-1)
            if found is None or found[0] != target:
                report(f"The frame at {float(target):.3f} s could not be decoded a second time.")
                continue
            yield target, upright(found[1])


def _seek(container: InputContainer, stream: VideoStream, seconds: Fraction) -> None:
    """Go to the key frame before a time; where the clip cannot seek, start at its beginning."""
    base = stream.time_base
    if base is None:
        return
    try:
        container.seek(max(0, math.floor(seconds / base)), stream=stream, backward=True)
    except av.error.FFmpegError:
        container.seek(0)


def _frame(name: str, index: int, seconds: Fraction, pixels: Pixels, why: str) -> Frame:
    """Make the derivative and write down the command that makes it again."""
    timecode = f"{seconds.numerator}/{seconds.denominator}"
    return Frame(
        index=index,
        timecode=timecode,
        seconds=float(seconds),
        png=_png(pixels),
        why=why,
        command=f"python -m vision.frames {shlex.quote(name)} --at {timecode} --output still.png",
    )


def _png(pixels: Pixels) -> bytes:
    """Encode without any metadata, so that the same frame gives the same bytes."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=_PNG_COMPRESSION)
    return buffer.getvalue()


def _ignore(_sentence: str) -> None:
    """Take a report that nobody wants."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write one still, or all chosen stills, to files; 0 done, 2 the clip cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m vision.frames", description=__doc__)
    parser.add_argument("clip", type=Path)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--at", type=Fraction, help="seconds, as a fraction or a decimal number")
    what.add_argument("--choose", type=Path, metavar="FOLDER", help="write the chosen stills here")
    parser.add_argument("--output", type=Path, default=Path("still.png"))
    options = parser.parse_args(arguments)
    try:
        if options.at is not None:
            options.output.write_bytes(grab_frame(options.clip, seconds=options.at).png)
            return 0
        options.choose.mkdir(parents=True, exist_ok=True)
        for frame in choose_frames(options.clip, on_problem=_tell):
            target = options.choose / f"still-{frame.index + 1:03d}.png"
            target.write_bytes(frame.png)
            sys.stdout.write(f"{target}  {frame.timecode} s  {frame.why}\n")
    except (VisionError, OSError) as error:
        _tell(error.diagnostics() if isinstance(error, VisionError) else str(error))
        return 2
    return 0


def _tell(sentence: str) -> None:
    """Write a sentence for the person at the terminal."""
    sys.stderr.write(sentence + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
