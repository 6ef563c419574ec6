"""Stills from clips: exact times, the same bytes again, and honest words about damage."""

from __future__ import annotations

import io
import shlex
import subprocess
import sys
from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING, Self

import numpy as np
import pytest
from PIL import Image

from tests.unit.vision import clips
from values.sentence import say
from vision.errors import DamagedFile, EmptyFile, NotAClip, TooLarge
from vision.footage.frame_cache import FrameCache
from vision.footage.track import Place
from vision.frames import choose_frames, combine_frames, grab_frame, main, probe_clip
from vision.media.clip import ClipLimits
from words import en

if TYPE_CHECKING:
    from pathlib import Path

    from values.sentence import Sentence

NTSC = Fraction(30_000, 1001)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three scenes of two seconds; in the second one lettering passes for half a second."""
    pictures = [clips.scene(1) for _ in range(60)]
    for number in range(60):
        words = "SER NO 4711-08" if 20 <= number < 36 else ""
        pictures.append(clips.scene(2, words=words, shift=number - 28, blur=9 * (number % 4 != 1)))
    pictures += [clips.scene(3) for _ in range(60)]
    folder = tmp_path_factory.mktemp("clips")
    return clips.write_clip(folder / "pass.mp4", pictures, rate=NTSC)


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)))


def test_probe_gives_exact_times(clip: Path) -> None:
    facts = probe_clip(clip)
    assert (facts.width, facts.height, facts.codec) == (640, 360, "h264")
    assert facts.frame_rate == NTSC
    assert facts.duration == 180 / NTSC
    assert facts.problems == ()


def test_text_and_scenes_choose_the_frames(clip: Path) -> None:
    frames = list(choose_frames(clip))
    with_text = [frame for frame in frames if frame.why.id == "frame.text-in-view"]
    begins, ends = float(80 / NTSC), float(96 / NTSC)
    assert with_text
    assert all(begins <= frame.seconds < ends for frame in with_text)
    thirds = {int(frame.seconds // float(60 / NTSC)) for frame in frames}
    assert thirds == {0, 1, 2}, "every scene gets a look"
    assert [frame.index for frame in frames] == list(range(len(frames)))
    assert sorted(frame.seconds for frame in frames) == [frame.seconds for frame in frames]


def test_budget_is_kept(clip: Path) -> None:
    for laid in (0, 1):
        limits = ClipLimits(max_frames=2, max_laid=laid)
        assert len(list(choose_frames(clip, limits=limits))) == 2 + laid


def test_timecodes_are_exact_and_commands_reproduce_the_bytes(clip: Path, tmp_path: Path) -> None:
    frame = list(choose_frames(clip, name="EX-0001 $(odd).mp4"))[-1]
    exact = Fraction(frame.timecode)
    assert (exact * NTSC).denominator == 1, "a timecode is a whole number of frames"
    command = shlex.split(frame.command)
    assert command[:4] == ["python", "-m", "vision.frames", "EX-0001 $(odd).mp4"]
    command[0], command[3], command[-1] = sys.executable, str(clip), str(tmp_path / "again.png")
    subprocess.run(command, check=True)
    assert (tmp_path / "again.png").read_bytes() == frame.png


def test_frames_that_show_one_plate_are_laid_and_made_again(clip: Path, tmp_path: Path) -> None:
    (laid,) = (frame for frame in choose_frames(clip) if frame.laid)
    at = [Fraction(time) * NTSC for time in laid.laid]
    assert len(at) >= 8
    assert {time.denominator for time in at} == {1}, "each timecode is a whole number of frames"
    assert at == sorted(at)
    assert 80 <= at[0] <= Fraction(laid.timecode) * NTSC <= at[-1] < 96, "while the plate is seen"
    assert laid.why.id == "frame.laid"
    why = dict(laid.why.parameters)
    assert (why["frames"], why["first"], why["last"]) == (len(at), laid.laid[0], laid.laid[-1])
    told = en.text(laid.why)
    assert told.startswith(f"{len(at)} frames from {laid.laid[0]} s to {laid.laid[-1]} s, stacked")
    assert ("motion blur" in told) is bool(why["smear"])
    command = shlex.split(laid.command)
    command[0], command[3], command[-1] = sys.executable, str(clip), str(tmp_path / "again.png")
    subprocess.run(command, check=True)
    assert (tmp_path / "again.png").read_bytes() == laid.png


def test_a_place_that_too_few_frames_show_is_not_laid(clip: Path, tmp_path: Path) -> None:
    output = ["--output", str(tmp_path / "laid.png")]
    assert main([str(clip), "--at", "1/7", "--lay", "9,9,50,20,12", *output]) == 2
    edge = [str(clip), "--at", "0/1", "--lay", "600,330,39,29,12", *output]
    assert main(edge) in (0, 2)


@pytest.mark.parametrize(("seconds", "number"), [(0, 0), (1.0, 29), (Fraction(59) / NTSC, 59)])
def test_grabs_what_a_player_shows(clip: Path, seconds: float | Fraction, number: int) -> None:
    frame = grab_frame(clip, seconds=seconds)
    assert frame.why == say("frame.by-hand", seconds=float(seconds))
    assert Fraction(frame.timecode) * NTSC == number


def test_grab_behind_the_end_gives_the_last_frame(clip: Path) -> None:
    assert Fraction(grab_frame(clip, seconds=1000).timecode) * NTSC == 179


@pytest.fixture(scope="module", params=[".mov", ".mkv", ".webm"])
def other_clip(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds, a scene each, whose frames show their numbers; not an MP4."""
    path = tmp_path_factory.mktemp("others") / f"numbered{request.param}"
    return clips.write_clip(path, map(clips.numbered, range(75)), rate=Fraction(25))


def test_mov_mkv_and_webm_give_exact_timecodes(other_clip: Path) -> None:
    said: list[Sentence] = []
    frames = list(choose_frames(other_clip, on_problem=said.append))
    assert {int(frame.seconds) for frame in frames} == {0, 1, 2}, "every scene gets a look"
    assert said == []
    for frame in [*frames, grab_frame(other_clip, seconds=1.99)]:
        assert Fraction(frame.timecode) * 25 == clips.number_shown(pixels(frame.png))
        assert grab_frame(other_clip, seconds=Fraction(frame.timecode)).png == frame.png


@pytest.mark.parametrize("kept", [0.3, 0.6])
def test_a_cut_off_clip_gives_what_is_there_and_says_what_is_not(
    other_clip: Path, tmp_path: Path, kept: float
) -> None:
    data = other_clip.read_bytes()
    cut = tmp_path / f"cut{other_clip.suffix}"
    cut.write_bytes(data[: int(len(data) * kept)])
    said: list[Sentence] = []
    frames = list(choose_frames(cut, on_problem=said.append))
    assert frames
    for frame in frames:
        assert Fraction(frame.timecode) * 25 == clips.number_shown(pixels(frame.png))
    (ends,) = (dict(one.parameters) for one in said if one.id == "clip.ends-early")
    assert ends["promised"] == 3.0
    assert frames[-1].seconds < float(str(ends["reached"])) < 3.0


def test_damaged_clip_gives_what_can_be_had(clip: Path, tmp_path: Path) -> None:
    data = bytearray(clip.read_bytes())
    begin = data.index(b"mdat") + len(data) // 3
    data[begin : begin + 400] = bytes(400)
    hurt = tmp_path / "hurt.mp4"
    hurt.write_bytes(data)
    said: list[Sentence] = []
    frames = list(choose_frames(hurt, on_problem=said.append))
    assert frames
    assert said, "what could not be had is said"
    assert {one.id.partition(".")[0] for one in said} == {"clip"}


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyFile),
        (b"plain text, no clip\n" * 50, NotAClip),
        (b"\0\0\0\x18ftypisom" + b"\0" * 500, NotAClip),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", NotAClip),
    ],
)
def test_what_is_no_clip_is_refused(tmp_path: Path, content: bytes, error: type) -> None:
    path = tmp_path / "odd.mp4"
    path.write_bytes(content)
    with pytest.raises(error) as caught:
        list(choose_frames(path))
    said = say("clip.unopened" if content else "file.empty", name="odd.mp4")
    assert caught.value.sentence == said


class Opened:
    """A container of a clip that has these tracks."""

    def __init__(self, *tracks: object) -> None:
        self.streams = SimpleNamespace(video=tracks)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return None


@pytest.mark.parametrize(
    ("tracks", "says"),
    [
        ((), "clip.no-picture"),
        ((SimpleNamespace(codec_context=None),), "clip.unknown-codec"),
        (
            (SimpleNamespace(codec_context=SimpleNamespace(width=0, height=0)),),
            "clip.no-frame-size",
        ),
    ],
)
def test_a_clip_without_a_picture_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tracks: tuple, says: str
) -> None:
    path = tmp_path / "odd.mp4"
    path.write_bytes(b"anything")
    monkeypatch.setattr("vision.media.clip.av.open", lambda *_asked, **_options: Opened(*tracks))
    with pytest.raises((NotAClip, DamagedFile)) as caught:
        probe_clip(path)
    assert caught.value.sentence == say(says, name="odd.mp4")


def test_a_frame_and_a_place_that_are_not_there_are_refused(
    clip: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    place = Place(x=0, y=0, width=8, height=8, letter=4)
    with pytest.raises(DamagedFile, match=r"clip\.no-frame-there"):
        combine_frames(clip, seconds=Fraction(1, 7919), place=place)
    monkeypatch.setattr("vision.frames.combine_frames", lambda *_asked, **_more: None)
    assert main([str(clip), "--at", "0", "--lay", "0,0,8,8,4"]) == 2
    told = en.text(say("clip.place-unseen", name=clip.name))
    assert capsys.readouterr().err == f"{told}\n"


def test_a_clip_that_is_cut_off_before_its_index_is_refused(clip: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(clip.read_bytes()[:2000])
    with pytest.raises((NotAClip, DamagedFile)):
        list(choose_frames(cut))


def test_limits(clip: Path) -> None:
    with pytest.raises(TooLarge, match=r"clip\.too-large"):
        probe_clip(clip, limits=ClipLimits(max_bytes=100))
    with pytest.raises(TooLarge, match=r"clip\.large-frames"):
        probe_clip(clip, limits=ClipLimits(max_pixels=100))
    said: list[Sentence] = []
    frames = list(choose_frames(clip, limits=ClipLimits(max_seconds=1.0), on_problem=said.append))
    assert all(frame.seconds <= 1.0 for frame in frames)
    assert say("clip.rest-not-looked-at", most=1.0) in said
    why: list[Sentence] = []
    slow = choose_frames(clip, limits=ClipLimits(max_decode_seconds=0.0), on_problem=why.append)
    with pytest.raises(DamagedFile, match=r"clip\.no-frames"):
        list(slow)
    assert why == [say("clip.rest-not-read")], "before the refusal it is said what was missed"


def test_the_sharpest_view_of_a_scene_without_text_is_chosen(clip: Path) -> None:
    (first, *_) = choose_frames(clip)
    assert first.why.id == "frame.sharpest-view"
    assert dict(first.why.parameters)["scene"] == 1


def test_a_still_that_is_gone_at_the_second_look_is_said(
    clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FrameCache, "add", lambda *_asked: None)
    monkeypatch.setattr("vision.frames.walk", lambda *_asked, **_more: iter(()))
    said: list[Sentence] = []
    assert not list(choose_frames(clip, on_problem=said.append))
    assert {one.id for one in said} == {"clip.frame-gone"}


def test_command_line_tells_what_was_chosen_and_what_was_missed_in_words(
    clip: Path, tmp_path: Path, capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    limits = ClipLimits(max_seconds=1.0, max_frames=1, max_laid=0)
    monkeypatch.setattr("vision.frames.LIMITS", limits)
    assert main([str(clip), "--choose", str(tmp_path)]) == 0
    told = capsys.readouterr()
    assert told.err == "Anything after 1 s was not examined.\n"
    assert "s  Sharpest view of scene 1 (sharpness " in told.out


def test_command_line_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    (tmp_path / "x.mp4").write_bytes(b"")
    assert main([str(tmp_path / "x.mp4"), "--at", "0"]) == 2
    assert capsys.readouterr().err.startswith("x.mp4: the file is empty")
