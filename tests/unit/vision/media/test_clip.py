"""What a clip may ask of this machine, and what is said of its pictures where some are missing."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Self

import av.error
import numpy as np
import pytest

from tests.unit.vision import clips
from values.sentence import Sentence, say
from vision.errors import DamagedFile, EmptyFile, NotAClip, TooLarge
from vision.media import clip as rules
from vision.media.clip import ClipLimits, open_clip, probe_clip, upright, upright_grey, walk
from words import en

if TYPE_CHECKING:
    from pathlib import Path

LIMITS = ClipLimits()
TICK = Fraction(1, 10)


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Half a second of one scene."""
    path = tmp_path_factory.mktemp("clips") / "short.mp4"
    return clips.write_clip(path, [clips.scene(1)] * 15)


def test_what_a_clip_may_ask() -> None:
    assert (
        ClipLimits(
            max_bytes=4 * 1024**3,
            max_seconds=1_800.0,
            max_pixels=34_000_000,
            max_decode_seconds=240.0,
            max_frames=10,
            max_laid=2,
        )
        == rules.LIMITS
    )
    assert ClipLimits() == rules.LIMITS


def test_a_header_says_what_a_clip_is(short: Path) -> None:
    facts = probe_clip(short)
    assert (facts.width, facts.height, facts.codec, facts.rotation) == (640, 360, "h264", 0)
    assert (facts.duration, facts.frame_rate, facts.problems) == (Fraction(1, 2), Fraction(30), ())


def test_a_clip_at_a_limit_is_opened_and_one_beyond_is_not(short: Path) -> None:
    size = short.stat().st_size
    assert probe_clip(short, limits=ClipLimits(max_bytes=size)).problems == ()
    with pytest.raises(TooLarge, match=r"clip\.too-large"):
        probe_clip(short, limits=ClipLimits(max_bytes=size - 1))
    assert probe_clip(short, limits=ClipLimits(max_pixels=640 * 360)).problems == ()
    with pytest.raises(TooLarge, match=r"clip\.large-frames"):
        probe_clip(short, limits=ClipLimits(max_pixels=640 * 360 - 1))
    assert probe_clip(short, limits=ClipLimits(max_seconds=0.5)).problems == ()
    (longer,) = probe_clip(short, limits=ClipLimits(max_seconds=0.4)).problems
    assert longer == say("clip.too-long", lasts=0.5, most=0.4)


def test_a_clip_is_called_as_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_bytes(b"")
    with pytest.raises(EmptyFile) as unnamed:
        probe_clip(tmp_path / "x.mp4")
    assert en.said(unnamed.value).startswith("x.mp4: ")
    with pytest.raises(EmptyFile) as named:
        probe_clip(tmp_path / "x.mp4", name="EX-0001.mp4")
    assert en.said(named.value).startswith("EX-0001.mp4: ")
    (tmp_path / "x.mp4").write_bytes(b"plain text, no clip\n" * 50)
    with pytest.raises(NotAClip, match=r"clip\.unopened"):
        probe_clip(tmp_path / "x.mp4")


class Held:
    """A container with one stream, as far as a header goes."""

    def __init__(self, stream: Any) -> None:
        self.streams = SimpleNamespace(video=[stream] if stream else [])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@pytest.mark.parametrize(
    ("stream", "error", "says"),
    [
        (None, NotAClip, "clip.no-picture"),
        (SimpleNamespace(codec_context=None), NotAClip, "clip.unknown-codec"),
        (
            SimpleNamespace(codec_context=SimpleNamespace(width=0, height=9)),
            DamagedFile,
            "clip.no-frame-size",
        ),
    ],
)
def test_what_has_no_pictures_is_refused(
    short: Path, monkeypatch: pytest.MonkeyPatch, stream: Any, error: type, says: str
) -> None:
    monkeypatch.setattr(rules.av, "open", lambda *_, **__: Held(stream))
    with pytest.raises(error, match=says), open_clip(short, limits=LIMITS):
        pass


# --- how long it is -------------------------------------------------------------------------


def stream_of(**more: Any) -> Any:
    return SimpleNamespace(**({"duration": None, "time_base": TICK, "start_time": None} | more))


@pytest.mark.parametrize(
    ("stream", "of_the_container", "seconds"),
    [
        (stream_of(duration=25), 9_000_000, Fraction(5, 2)),
        (stream_of(), 9_000_000, Fraction(9)),
        (stream_of(duration=25, time_base=None), 9_000_000, Fraction(9)),
        (stream_of(), None, None),
    ],
)
def test_how_long_a_clip_is(stream: Any, of_the_container: int, seconds: Fraction) -> None:
    container: Any = SimpleNamespace(duration=of_the_container)
    assert rules._duration(container, stream) == seconds


@pytest.mark.parametrize(
    ("stream", "seconds"),
    [
        (stream_of(duration=25), Fraction(5, 2)),
        (stream_of(duration=25, start_time=5), Fraction(3)),
        (stream_of(duration=None, start_time=5), Fraction(0)),
        (stream_of(duration=None, start_time=5, time_base=None), Fraction(0)),
    ],
)
def test_when_a_clip_promises_to_end(stream: Any, seconds: Fraction) -> None:
    container: Any = SimpleNamespace(duration=None)
    assert rules._promised_end(container, stream) == seconds


def test_a_clip_that_does_not_say_how_long_it_is_is_looked_at(
    short: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "_duration", lambda *_: None)
    facts = probe_clip(short)
    assert facts.duration is None
    assert facts.problems == (say("clip.no-length"),)


def test_a_clip_without_a_frame_that_can_be_decoded_is_not_turned() -> None:
    nothing: Any = SimpleNamespace(decode=lambda _stream: iter(()))
    assert rules._declared_rotation(nothing, stream_of()) == 0
    turned: Any = SimpleNamespace(decode=lambda _stream: iter([SimpleNamespace(rotation=-90)]))
    assert rules._declared_rotation(turned, stream_of()) == 90


def test_the_header_of_a_clip_is_read_where_its_pictures_are_destroyed(
    short: Path, tmp_path: Path
) -> None:
    data = short.read_bytes()
    begin, end = data.index(b"mdat") + 4, data.index(b"moov") - 4
    path = tmp_path / "destroyed.mp4"
    path.write_bytes(data[:begin] + bytes(end - begin) + data[end:])
    assert probe_clip(path) == probe_clip(short)


# --- a walk over its frames -----------------------------------------------------------------


def frame(pts: int | None, *, time_base: Fraction | None = TICK, corrupt: bool = False) -> Any:
    return SimpleNamespace(pts=pts, time_base=time_base, is_corrupt=corrupt)


class Packet:
    def __init__(self, *frames: Any, pts: int | None = 0, duration: int | None = 1) -> None:
        self.frames, self.pts, self.duration = frames, pts, duration
        self.time_base: Fraction | None = TICK

    def decode(self) -> tuple[Any, ...]:
        return self.frames


class Broken(Packet):
    def decode(self) -> tuple[Any, ...]:
        raise av.error.InvalidDataError(1, "damaged")


def walked(
    *packets: Packet, lasts: int | None = None, **options: Any
) -> tuple[list[Fraction], list[Sentence]]:
    """The times of the frames of a walk, and what was said."""
    said: list[Sentence] = []
    container: Any = SimpleNamespace(demux=lambda _stream: iter(packets), duration=None)
    limits = options.pop("limits", LIMITS)
    stream = stream_of(duration=lasts)
    frames = walk(container, stream, limits=limits, report=said.append, **options)
    return [seconds for seconds, _frame in frames], said


def test_frames_come_with_their_times_and_those_without_are_passed_over() -> None:
    packet = Packet(frame(1), frame(None), frame(2, time_base=None), frame(3))
    assert walked(packet) == ([Fraction(1, 10), Fraction(3, 10)], [])


def test_what_lies_behind_the_limit_is_not_looked_at() -> None:
    packets = [Packet(frame(number)) for number in range(30)]
    times, said = walked(*packets, limits=ClipLimits(max_seconds=1.0))
    assert times[-1] == 1
    assert said == [say("clip.rest-not-looked-at", most=1.0)]


def test_decoding_ends_when_its_time_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 240.0, 240.1])
    monkeypatch.setattr(rules.time, "monotonic", lambda: next(now))
    times, said = walked(*(Packet(frame(number)) for number in range(9)))
    assert times == [0, Fraction(1, 10)]
    assert said == [say("clip.rest-not-read")]


def test_a_damaged_stretch_costs_its_own_frames() -> None:
    times, said = walked(Packet(frame(0)), Broken(), Packet(frame(2)))
    assert times == [0, Fraction(1, 5)]
    assert said == [say("clip.damaged-stretches", number=1)]


def test_patched_frames_are_left_out_unless_they_are_asked_for() -> None:
    packet = Packet(frame(0), frame(1, corrupt=True), frame(2))
    assert walked(packet) == (
        [0, Fraction(1, 5)],
        [say("clip.damaged-frames", number=1)],
    )
    assert walked(packet, damaged_too=True) == ([0, Fraction(1, 10), Fraction(1, 5)], [])
    assert walked(Packet(frame(0))) == ([0], [])


@pytest.mark.parametrize(("lasts", "early"), [(15, False), (16, True)])
def test_pictures_that_end_half_a_second_early_are_remarked_on(lasts: int, early: bool) -> None:
    _, said = walked(Packet(frame(9), pts=9), lasts=lasts)
    assert bool(said) is early
    assert not early or said == [say("clip.ends-early", reached=1.0, promised=1.6)]


def test_when_a_packet_ends() -> None:
    ends: Any = rules._ends
    assert ends(Packet(pts=4, duration=3)) == Fraction(7, 10)
    assert ends(Packet(pts=4, duration=None)) == Fraction(4, 10)
    assert ends(Packet(pts=None)) == 0
    without = Packet(pts=4)
    without.time_base = None
    assert ends(without) == 0


def test_a_clip_that_breaks_off_says_where() -> None:
    def breaks(_stream: Any) -> Any:
        yield Packet(frame(4), pts=4)
        raise av.error.InvalidDataError(1, "cut off")

    said: list[Sentence] = []
    container: Any = SimpleNamespace(demux=breaks, duration=None)
    assert len(list(walk(container, stream_of(), limits=LIMITS, report=said.append))) == 1
    assert said == [say("clip.breaks-off", seconds=0.5)]


def test_a_frame_is_shown_upright_in_its_own_size_or_another() -> None:
    picture = clips.scene(1)
    made = av.VideoFrame.from_ndarray(picture, format="rgb24")
    assert np.array_equal(upright(made), picture)
    assert upright_grey(made).shape == (360, 640)
    assert upright_grey(made, (64, 36)).shape == (36, 64)
