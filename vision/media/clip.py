"""Open a video clip within limits and iterate over its frames with exact times.

A clip is as untrusted as any other file: only single-file containers are accepted (a playlist could
refer to other files), sizes are read from the header, and decoding stops at a time limit. A damaged
stretch loses only its own frames.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import av
import av.error
import numpy as np
import numpy.typing as npt

from values.limits import CLIP_BYTES
from values.rule import Declared
from values.sentence import Sentence, say
from vision.errors import DamagedFile, EmptyFile, NotAClip, TooLarge
from vision.media.archive import printable
from vision.types import EmbeddedFact, Pixels

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Report = Callable[[Sentence], None]
Grey = npt.NDArray[np.uint8]
"""Height × width, 8 bits."""

READ_FORMATS: Final = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpeg,mpegts"
"""FFmpeg's names of the accepted containers; playlists and image lists are not."""
EARLY: Final = Fraction(1, 2)
"""Seconds by which pictures may end before the clip without being reported."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipLimits:
    """Resource limits for one clip."""

    max_bytes: int = CLIP_BYTES
    max_seconds: float = 1_800.0
    """Seconds of the clip that are examined; the rest is reported, not read."""
    max_pixels: int = 34_000_000
    """Width × height of one frame; 8K has 33 million."""
    max_decode_seconds: float = 240.0
    """Seconds for one walk over the clip."""
    max_frames: int = 10
    """Stills per started minute of the clip, up to four minutes' worth."""
    max_laid: int = 2
    """Places tracked for multi-frame, per minute that has stills."""


LIMITS: Final = ClipLimits()
"""Resource limits for one clip: bytes, length, frame size, seconds, stills."""

RULES: Final = Declared(
    "clip",
    test="tests/unit/vision/media/test_clip.py",
    source="decision 0075; assumed",
    units={
        "LIMITS": "bytes, seconds, pixels, stills per minute",
    },
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipFacts:
    """What a clip's header says; `duration` is in seconds; both it and `frame_rate` are exact."""

    format: str
    codec: str
    width: int
    height: int
    duration: Fraction | None
    frame_rate: Fraction | None
    rotation: int
    """Degrees, clockwise, by which a player rotates the picture."""
    facts: tuple[EmbeddedFact, ...]
    problems: tuple[Sentence, ...] = ()


@contextmanager
def open_clip(
    path: Path, *, limits: ClipLimits, name: str | None = None
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a clip and its first video stream within limits.

    Raises:
        EmptyFile, TooLarge, NotAClip, DamagedFile: each with a sentence that names the file.

    """
    shown = name or path.name
    _refuse_by_bytes(path, shown, limits)
    options = {"protocol_whitelist": "file", "format_whitelist": READ_FORMATS}
    try:
        container = av.open(str(path), options=options)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise NotAClip(say("clip.unopened", name=shown)) from error
    with container:
        stream = next(iter(container.streams.video), None)
        if stream is None:
            raise NotAClip(say("clip.no-picture", name=shown))
        if stream.codec_context is None:
            raise NotAClip(say("clip.unknown-codec", name=shown))
        _refuse_by_header(stream, shown, limits)
        stream.thread_type = "AUTO"
        yield container, stream


def _refuse_by_bytes(path: Path, shown: str, limits: ClipLimits) -> None:
    """Reject by file size alone."""
    size = path.stat().st_size
    if size == 0:
        raise EmptyFile(say("file.empty", name=shown))
    if size > limits.max_bytes:
        raise TooLarge(say("clip.too-large", name=shown, size=size, most=limits.max_bytes))


def _refuse_by_header(stream: VideoStream, shown: str, limits: ClipLimits) -> None:
    """Reject a header that declares too much, or does not declare it."""
    width, height = stream.codec_context.width, stream.codec_context.height
    if width * height > limits.max_pixels:
        raise TooLarge(say("clip.large-frames", name=shown, width=width, height=height))
    if width * height == 0:
        raise DamagedFile(say("clip.no-frame-size", name=shown))


def probe_clip(
    path: Path, *, limits: ClipLimits | None = None, name: str | None = None
) -> ClipFacts:
    """Read a clip's header: container, codec, size, length and embedded facts.

    `name` is the clip's name in messages; default: the file name.

    Raises:
        DecodeError: the file is not a clip, or exceeds the limits.
    """
    limits = limits or LIMITS
    with open_clip(path, limits=limits, name=name) as (container, stream):
        duration = _duration(container, stream)
        problems = []
        if duration is None:
            problems.append(say("clip.no-length"))
        elif duration > limits.max_seconds:
            lasts = float(duration)
            problems.append(say("clip.too-long", lasts=lasts, most=limits.max_seconds))
        facts = tuple(
            EmbeddedFact(group="container", name=printable(str(key)[:80]), value=printable(str(v)))
            for key, v in sorted({**stream.metadata, **container.metadata}.items())[:100]
        )
        return ClipFacts(
            format=container.format.name,
            codec=stream.codec_context.name,
            width=stream.codec_context.width,
            height=stream.codec_context.height,
            duration=duration,
            frame_rate=stream.average_rate,
            rotation=_declared_rotation(container, stream),
            facts=facts,
            problems=tuple(problems),
        )


def _duration(container: InputContainer, stream: VideoStream) -> Fraction | None:
    """Length in seconds, from the stream or else from the container."""
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    return Fraction(container.duration, av.time_base) if container.duration else None


def _declared_rotation(container: InputContainer, stream: VideoStream) -> int:
    """Rotation given by the first frame; 0 if no frame can be decoded."""
    try:
        frame = next(container.decode(stream), None)
    except av.error.FFmpegError:
        return 0
    return _clockwise(frame) if frame is not None else 0


def walk(
    container: InputContainer,
    stream: VideoStream,
    *,
    limits: ClipLimits,
    report: Report,
    damaged_too: bool = False,
) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Yield frames with their exact times in seconds, continuing after damaged stretches.

    `report` receives one sentence for each part that could not be decoded; some containers end
    without an error where a file is cut off, so the end is compared with the header. Frames that
    the decoder had to patch are left out, unless requested.
    """
    end = time.monotonic() + limits.max_decode_seconds
    damaged = patched = 0
    reached = Fraction(0)
    try:
        for packet in container.demux(stream):
            reached = max(reached, _ends(packet))
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                damaged += 1
                continue
            for frame in frames:
                if frame.pts is None or frame.time_base is None:
                    continue
                if frame.is_corrupt:
                    patched += 1
                    if not damaged_too:
                        continue
                seconds = frame.pts * frame.time_base
                if seconds > limits.max_seconds:
                    report(say("clip.rest-not-looked-at", most=limits.max_seconds))
                    return
                yield seconds, frame
            if time.monotonic() > end:
                report(say("clip.rest-not-read"))
                return
        _report_early_end(reached, _promised_end(container, stream), report)
    except av.error.FFmpegError:
        report(say("clip.breaks-off", seconds=float(reached)))
    finally:
        if damaged:
            report(say("clip.damaged-stretches", number=damaged))
        if patched and not damaged_too:
            report(say("clip.damaged-frames", number=patched))


def _ends(packet: Packet[VideoStream]) -> Fraction:
    """End time of a packet's picture, in seconds; 0 if unknown."""
    if packet.pts is None or packet.time_base is None:
        return Fraction(0)
    return (packet.pts + (packet.duration or 0)) * packet.time_base


def _promised_end(container: InputContainer, stream: VideoStream) -> Fraction:
    """End time of the clip according to its header, in seconds; 0 if unknown."""
    begins = stream.start_time * stream.time_base if stream.start_time and stream.time_base else 0
    duration = _duration(container, stream)
    return begins + duration if duration is not None else Fraction(0)


def _report_early_end(reached: Fraction, promised: Fraction, report: Report) -> None:
    """Report pictures that end well before the clip does; sound often lasts a little longer."""
    if promised - reached > EARLY:
        report(say("clip.ends-early", reached=float(reached), promised=float(promised)))


def upright(frame: VideoFrame) -> Pixels:
    """Convert a frame to 8-bit RGB, upright as in a player."""
    pixels = frame.to_ndarray(format="rgb24")
    return np.ascontiguousarray(np.rot90(pixels, k=-_clockwise(frame) // 90), dtype=np.uint8)


def upright_grey(frame: VideoFrame, size: tuple[int, int] | None = None) -> Grey:
    """Convert a frame to 8-bit grey, upright; `size` is (width, height) before rotation."""
    width, height = size or (frame.width, frame.height)
    grey = frame.reformat(width=width, height=height, format="gray").to_ndarray()
    return np.ascontiguousarray(np.rot90(grey, k=-_clockwise(frame) // 90), dtype=np.uint8)


def _clockwise(frame: VideoFrame) -> int:
    """Degrees to rotate clockwise; FFmpeg's display matrix counts the other way."""
    return (-round(frame.rotation / 90) * 90) % 360
