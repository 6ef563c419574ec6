"""A file that kills, hangs or fills whatever opens it costs itself; the next one is opened."""

from __future__ import annotations

import io
import os
import pickle
import struct
import sys
import threading
import time
import traceback
import warnings
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from renderer.clip import plate_clip
from renderer.plate import PlateSpec
from tests.unit.workbench.drawn import plate_jpeg
from values.sentence import Sentence, say
from vision import child
from vision.child import BrokenOff, ChildLimits, Decoders
from vision.copies.verdict import fingerprint
from vision.errors import (
    DamagedFile,
    DecodeError,
    DecoderStopped,
    MemberDamaged,
    NotAPhoto,
    TooLarge,
)
from vision.media.archive import ArchiveLimits, ListedMember, MemberRefusal
from vision.media.clip import ClipLimits
from vision.media.decode import DecodeLimits, decode_photo
from vision.media.metadata import read_embedded
from vision.types import Frame, Photo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PHOTO = plate_jpeg()
SHORT = ChildLimits(memory_bytes=1 << 30, cpu_seconds=2, wall_seconds=20.0)


@pytest.fixture
def decoders() -> Iterator[Decoders]:
    made = Decoders()
    yield made
    made.close()


@pytest.fixture
def dying(decoders: Decoders, monkeypatch: pytest.MonkeyPatch) -> Decoders:
    """Children that misbehave as the name of the file says."""
    script = Path(__file__).with_name("dying_child.py")
    monkeypatch.setattr(child, "COMMAND", (sys.executable, "-P", str(script)))
    for name in ("PHOTO_LIMITS", "CLIP_LIMITS", "ARCHIVE_LIMITS"):
        monkeypatch.setattr(child, name, SHORT)
    return decoders


def test_what_the_child_says_is_what_the_room_says(decoders: Decoders) -> None:
    photo, print_, embedded = decoders.photo(PHOTO, name="a.jpg")
    here = decode_photo(PHOTO, name="a.jpg")
    assert photo == here
    assert np.array_equal(photo.pixels, here.pixels)
    assert photo.pixels.flags.writeable
    assert print_ == fingerprint(here)
    assert embedded == read_embedded(PHOTO)


def test_a_refusal_comes_through_with_its_kind_and_words(decoders: Decoders) -> None:
    with pytest.raises(NotAPhoto) as refused:
        decoders.photo(b"only text", name="t.jpg")
    assert refused.value.sentence == say("photo.none", name="t.jpg", kind="text")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("killed.jpg", "decoder.broke-off.*ended=-9"),
        ("crashes.jpg", "decoder.broke-off.*ended=-11"),
        ("leaves.jpg", "decoder.broke-off.*ended=3"),
        ("exits.jpg", "decoder.broke-off.*ended=4"),
        ("spins.jpg", "decoder.slow.*seconds=2.0"),
        ("shuts.jpg", "decoder.broke-off.*ended=-9"),
        ("chatters.jpg", "decoder.nonsense|decoder.broke-off"),
    ],
)
def test_whatever_ends_the_process_the_file_is_refused_and_the_next_is_opened(
    dying: Decoders, name: str, says: str
) -> None:
    dying.photo(PHOTO, name="before.jpg")
    with pytest.raises(DecoderStopped, match=says) as refused:
        dying.photo(PHOTO, name=name)
    assert dict(refused.value.sentence.parameters)["name"] == name
    assert dying.photo(PHOTO, name="after.jpg")[0].width == 640


def test_what_answers_for_another_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    other = Photo(photo_id="0" * 64, pixels=np.zeros((8, 8, 3), np.uint8), format="PNG")
    monkeypatch.setattr(Decoders, "_one", lambda *_asked: (other, None, None))
    with pytest.raises(DecoderStopped) as refused:
        Decoders().photo(PHOTO, name="a.jpg")
    assert refused.value.sentence == say("decoder.another", name="a.jpg")


def test_a_photo_is_refused_by_the_limits_of_who_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    def in_this_process(_self: Decoders, job: str, _name: str, given: tuple, _most: object) -> Any:
        return child.JOBS[job](*given)

    monkeypatch.setattr(Decoders, "_one", in_this_process)
    with pytest.raises(TooLarge):
        Decoders().photo(PHOTO, name="a.jpg", limits=DecodeLimits(max_bytes=len(PHOTO) - 1))


def test_what_is_no_still_of_a_clip_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    why = say("frame.by-hand", seconds=0.0)
    still = Frame(index=0, timecode="0", seconds=0.0, png=b"", why=why, command="")
    said = say("photo.none", name="c.mp4", kind="text")
    answers = [("item", said), ("item", still), ("done", None)]
    monkeypatch.setattr(Decoders, "_each", lambda *_asked: iter(answers))
    problems: list[object] = []
    stills = Decoders().frames(
        Path("c.mp4"), name="c.mp4", limits=ClipLimits(), on_problem=problems.append
    )
    assert list(stills) == [still]
    assert problems == [said]


@pytest.mark.parametrize("kind", ["DecoderStopped", "Exit", "annotations", "TYPE_CHECKING", "none"])
def test_whatever_an_answer_names_as_its_refusal_the_file_is_refused(kind: str) -> None:
    sentence = say("photo.none", name="a.jpg", kind="text")
    refused = child._error("refused", (kind, sentence), "a.jpg", SHORT)
    assert isinstance(refused, DecodeError)
    assert (refused.sentence == sentence) is (kind == "DecoderStopped")


@pytest.mark.parametrize(
    ("before", "answers", "asked"), [(0, 0, 1), (1, 0, 2), (0, 1, 1), (1, 1, 1)]
)
def test_a_file_is_tried_anew_only_where_an_earlier_one_may_have_ended_the_child(
    monkeypatch: pytest.MonkeyPatch, before: int, answers: int, asked: int
) -> None:
    made: list[object] = []

    class BreaksOff:
        usable = False

        def __init__(self) -> None:
            self.files = 0 if made else before
            made.append(self)

        def asked(self, *_job: object) -> Iterator[tuple[str, object]]:
            self.files += 1
            yield from [("item", b"piece")] * answers
            raise BrokenOff(say("decoder.broke-off", name="a.jpg", ended=-9))

        def close(self) -> None:
            pass

    monkeypatch.setattr(child, "Child", BreaksOff)
    with pytest.raises(BrokenOff):
        list(Decoders()._each("photo", "a.jpg", (), SHORT))
    assert len(made) == asked


def test_a_member_that_grows_on_its_way_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Decoders, "_each", lambda *_asked: iter([("item", b"four")]))
    listed = ListedMember(index=0, name="a.jpg", size=3)
    parts = Decoders().member(Path("a.zip"), name="a.zip", limits=ArchiveLimits(), member=listed)
    with pytest.raises(MemberDamaged) as refused:
        list(parts)
    assert refused.value.sentence == say("member.larger-than-declared", name="a.jpg")


def test_one_that_never_ends_is_stopped(dying: Decoders, monkeypatch: pytest.MonkeyPatch) -> None:
    short = ChildLimits(memory_bytes=1 << 30, cpu_seconds=60, wall_seconds=3.0)
    monkeypatch.setattr(child, "PHOTO_LIMITS", short)
    begun = time.monotonic()
    with pytest.raises(DecoderStopped, match=r"decoder\.slow.*seconds=3\.0"):
        dying.photo(PHOTO, name="hangs.jpg")
    assert time.monotonic() - begun < 60
    monkeypatch.setattr(child, "PHOTO_LIMITS", SHORT)
    assert dying.photo(PHOTO, name="after.jpg")


def test_one_that_eats_the_memory_is_refused_within_the_bound(dying: Decoders) -> None:
    with pytest.raises(TooLarge) as refused:
        dying.photo(PHOTO, name="eats.jpg")
    assert refused.value.sentence == say("decoder.memory", name="eats.jpg", gibibytes=1.0)
    assert dying.photo(PHOTO, name="after.jpg")


def test_an_error_that_nobody_expected_is_a_refusal(dying: Decoders) -> None:
    with pytest.raises(DecodeError) as refused:
        dying.photo(PHOTO, name="deep.jpg")
    assert refused.value.sentence == say("decoder.failed", name="deep.jpg", why="RecursionError")


def test_an_answer_that_would_call_something_is_refused(
    dying: Decoders, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with pytest.raises(DecoderStopped, match=r"decoder\.nonsense"):
        dying.photo(PHOTO, name="lies.jpg")
    assert not (tmp_path / "called").exists()
    assert dying.photo(PHOTO, name="after.jpg")


def test_an_answer_of_sentences_that_are_none_is_refused(dying: Decoders, tmp_path: Path) -> None:
    with pytest.raises(DecoderStopped, match=r"decoder\.nonsense"):
        dying.photo(PHOTO, name="babbles.jpg")
    path = tmp_path / "c.mp4"
    path.write_bytes(plate_clip(PlateSpec(serial="W10427"), seconds=1.0, seed=3, size=(480, 270)))
    stills = dying.frames(
        path, name="babbles-later.mp4", limits=ClipLimits(), on_problem=pytest.fail
    )
    assert next(stills).png
    with pytest.raises(DecoderStopped, match=r"decoder\.nonsense"):
        next(stills)
    assert dying.photo(PHOTO, name="after.jpg")


def test_a_text_that_a_child_says_was_shown_is_not_believed(dying: Decoders) -> None:
    (problem,) = dying.photo(PHOTO, name="pretends.jpg")[2].problems
    assert problem == say("embedded.no-picture")
    assert isinstance(problem, Sentence)
    assert problem.shown == ""


def test_what_could_not_be_had_of_a_clip_comes_before_its_refusal(
    decoders: Decoders, tmp_path: Path
) -> None:
    path = tmp_path / "c.mp4"
    path.write_bytes(plate_clip(PlateSpec(serial="W10427"), seconds=1.0, seed=3, size=(480, 270)))
    said: list[Sentence] = []
    limits = ClipLimits(max_decode_seconds=0.0)
    with pytest.raises(DamagedFile) as refused:
        list(decoders.frames(path, name="c.mp4", limits=limits, on_problem=said.append))
    assert refused.value.sentence == say("clip.no-frames", name="c.mp4")
    assert said == [say("clip.rest-not-read")]
    found = decoders.clip(path, name="c.mp4", limits=ClipLimits(max_seconds=0.5)).problems
    assert found == (say("clip.too-long", lasts=1.0, most=0.5),)
    frame = decoders.frame(path, name="c.mp4", seconds=0.2)
    assert frame.why == say("frame.by-hand", seconds=0.2)


def test_a_child_is_kept_for_the_next_file(decoders: Decoders) -> None:
    decoders.photo(PHOTO, name="a.jpg")
    (first,) = decoders._idle
    decoders.photo(PHOTO, name="b.jpg")
    assert decoders._idle == [first]


def test_one_that_died_while_it_waited_is_replaced(decoders: Decoders) -> None:
    decoders.photo(PHOTO, name="a.jpg")
    decoders._idle[0]._process.kill()
    decoders._idle[0]._process.wait()
    assert decoders.photo(PHOTO, name="b.jpg")


def test_several_threads_have_children_of_their_own(decoders: Decoders) -> None:
    found: list[int] = []

    def work() -> None:
        found.append(decoders.photo(PHOTO, name="a.jpg")[0].width)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [640, 640, 640]
    assert len(decoders._idle) <= child.KEPT_IDLE


def test_the_child_has_no_secrets_and_can_write_nothing(
    decoders: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NAMEPLATE_DATABASE", "postgresql://somebody:secret@db/np")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    decoders.photo(PHOTO, name="a.jpg")
    process = Path(f"/proc/{decoders._idle[0]._process.pid}")
    if not process.is_dir():
        pytest.skip("Processes are looked into by /proc.")
    assert b"secret" not in (process / "environ").read_bytes()
    assert b"ORT_DISABLE_TELEMETRY=1" in (process / "environ").read_bytes()
    (line,) = (
        line
        for line in (process / "limits").read_text("ascii").splitlines()
        if line.startswith("Max file size")
    )
    assert line.split()[3] == "0"


def test_an_archive_loses_the_member_only(dying: Decoders, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("one.jpg", "two.jpg"):
            archive.writestr(name, PHOTO)
    limits = ArchiveLimits()
    one, two = dying.archive(path, name="a.zip", limits=limits)
    assert isinstance(one, ListedMember)
    assert isinstance(two, ListedMember)
    with pytest.raises(DecoderStopped):
        list(dying.member(path, name="killed.zip", limits=limits, member=one))
    with pytest.raises(DecoderStopped):
        list(dying.member(path, name="killed-later.zip", limits=limits, member=one))
    parts = dying.member(path, name="a.zip", limits=limits, member=two)
    assert b"".join(parts) == PHOTO


def test_a_clip_gives_what_it_gave_before_it_broke_off(dying: Decoders, tmp_path: Path) -> None:
    path = tmp_path / "c.mp4"
    path.write_bytes(plate_clip(PlateSpec(serial="W10427"), seconds=1.0, seed=3, size=(480, 270)))
    limits = ClipLimits()
    with pytest.raises(DecoderStopped):
        dying.clip(path, name="killed.mp4", limits=limits)
    stills = dying.frames(path, name="killed-later.mp4", limits=limits, on_problem=print)
    assert next(stills).png.startswith(b"\x89PNG")
    with pytest.raises(DecoderStopped, match="ended=-9"):
        next(stills)
    assert dying.frame(path, name="c.mp4", seconds=0.2).png.startswith(b"\x89PNG")


def test_stills_that_nobody_wants_any_more_leave_no_child_busy(
    decoders: Decoders, tmp_path: Path
) -> None:
    path = tmp_path / "c.mp4"
    path.write_bytes(plate_clip(PlateSpec(serial="W10427"), seconds=1.0, seed=3, size=(480, 270)))
    stills = decoders.frames(path, name="c.mp4", limits=ClipLimits(), on_problem=print)
    next(stills)
    stills.close()
    assert all(not one.busy for one in decoders._idle)
    assert decoders.photo(PHOTO, name="a.jpg")


def test_nothing_of_a_child_is_left(decoders: Decoders) -> None:
    decoders.photo(PHOTO, name="a.jpg")
    pid = decoders._idle[0]._process.pid
    decoders.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_what_a_child_may_use() -> None:
    assert ChildLimits(memory_bytes=3 * 1024**3, cpu_seconds=90, wall_seconds=180.0) == (
        child.PHOTO_LIMITS
    )
    assert ChildLimits(memory_bytes=6 * 1024**3, cpu_seconds=3_600, wall_seconds=900.0) == (
        child.CLIP_LIMITS
    )
    assert ChildLimits(memory_bytes=1024**3, cpu_seconds=300, wall_seconds=300.0) == (
        child.ARCHIVE_LIMITS
    )


# --- the child's own work, in this process --------------------------------------------------


def framed(job: str, *arguments: object, limits: ChildLimits = SHORT) -> bytes:
    """A request as the parent writes it."""
    request = pickle.dumps((job, arguments, limits), protocol=5)
    return struct.pack(">QQ", len(request), 0) + request


@pytest.fixture
def answered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[Any]]]:
    """What `main` answers to some requests; descriptors and limits are put back afterwards."""
    resource = pytest.importorskip("resource")
    names = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_FSIZE", "RLIMIT_CORE")
    before = {name: resource.getrlimit(getattr(resource, name)) for name in names}
    monkeypatch.setattr(child, "_open_archives", {})

    def put_back(kept: list[int]) -> None:
        for place, descriptor in enumerate(kept):
            os.dup2(descriptor, place)
            os.close(descriptor)
        for name, limits in before.items():
            resource.setrlimit(getattr(resource, name), limits)

    def ask(*requests: bytes) -> list[Any]:
        asked, answers = (os.pipe() for _ in range(2))
        written: list[bytes] = []

        def write() -> None:
            with os.fdopen(asked[1], "wb") as to:
                to.write(b"".join(requests))

        def collect() -> None:
            with os.fdopen(answers[0], "rb") as source:
                written.append(source.read())

        threads = [threading.Thread(target=work) for work in (write, collect)]
        kept = [os.dup(0), os.dup(1)]
        try:
            os.dup2(asked[0], 0)
            os.dup2(answers[1], 1)
            os.close(asked[0])
            os.close(answers[1])
            for thread in threads:
                thread.start()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ResourceWarning)  # its files end with its process
                child.main()
        except BaseException as error:
            traceback.clear_frames(error.__traceback__)  # or its files would stay open
            raise
        finally:
            put_back(kept)
            for thread in threads:
                thread.join()
        source = io.BytesIO(written[0])
        messages = iter(lambda: child._receive(source), None)
        return [child._Reader(*message).load() for message in messages]

    return ask


def test_each_request_is_answered_with_a_value_or_a_refusal(
    answered: Callable[..., list[Any]],
) -> None:
    opened, refused = answered(
        framed("photo", PHOTO, "a.jpg", DecodeLimits()),
        framed("photo", b"only text", "t.jpg", DecodeLimits()),
    )
    here = decode_photo(PHOTO, name="a.jpg")
    assert opened == ("done", (here, fingerprint(here), read_embedded(PHOTO)))
    assert np.array_equal(opened[1][0].pixels, here.pixels)
    said = say("photo.none", name="t.jpg", kind="text")
    assert refused == ("refused", ("NotAPhoto", said))


@pytest.mark.parametrize(
    ("error", "answer"),
    [(MemoryError, ("memory", None)), (KeyError, ("failed", "KeyError"))],
)
def test_what_a_decoder_raises_is_answered_and_the_next_file_is_opened(
    answered: Callable[..., list[Any]],
    monkeypatch: pytest.MonkeyPatch,
    error: type[Exception],
    answer: tuple[str, object],
) -> None:
    def fail(*_: object) -> None:
        raise error("x")

    monkeypatch.setitem(child.JOBS, "clip", fail)
    first, second = answered(
        framed("clip", "a.mp4"), framed("photo", PHOTO, "a.jpg", DecodeLimits())
    )
    assert first == answer
    assert second[0] == "done"


def test_a_job_runs_within_the_limits_of_its_request(
    answered: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    resource = pytest.importorskip("resource")

    def limits() -> tuple[int, ...]:
        return tuple(
            resource.getrlimit(what)[0]
            for what in (
                resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_CPU, resource.RLIMIT_AS
            )
        )  # fmt: skip

    monkeypatch.setitem(child.JOBS, "clip", limits)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime)
    more = ChildLimits(memory_bytes=2 << 30, cpu_seconds=50, wall_seconds=20.0)
    found = [value for _, value in answered(framed("clip"), framed("clip", limits=more))]
    assert [(files, dumps) for files, dumps, _, _ in found] == [(0, 0), (0, 0)]
    assert cpu + 3 <= found[0][2] <= cpu + 13
    assert found[1][2] - found[0][2] in range(48, 53)
    if Path("/proc/self/statm").exists():
        assert found[1][3] - found[0][3] == pytest.approx(1 << 30, rel=0.2)


def test_an_archive_is_opened_once_for_all_of_its_members(
    answered: Callable[..., list[Any]], tmp_path: Path
) -> None:
    paths = [tmp_path / name for name in ("a.zip", "b.zip")]
    for path in paths:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("one.jpg", path.name)
            archive.writestr("../two.jpg", b"2")
    limits = ArchiveLimits()
    answers = answered(
        framed("archive", paths[0], "a.zip", limits),
        framed("member", paths[0], "a.zip", limits, 0),
        framed("archive", paths[1], "b.zip", limits),
    )
    leads_out = MemberRefusal(
        name="../two.jpg",
        problem=say("member.leads-out", name="../two.jpg"),
        index=1,
        size=1,
    )
    listed = (ListedMember(index=0, name="one.jpg", size=5), leads_out)
    assert answers == [
        ("done", listed), ("item", b"a.zip"), ("done", None), ("done", listed)
    ]  # fmt: skip
    assert [key[1] for key in child._open_archives] == ["b.zip"]


def test_stills_come_one_by_one_and_what_failed_after_them(
    answered: Callable[..., list[Any]], tmp_path: Path
) -> None:
    path = tmp_path / "c.mp4"
    path.write_bytes(plate_clip(PlateSpec(serial="W10427"), seconds=1.0, seed=3, size=(480, 270)))
    answers = answered(
        framed("frames", path, "c.mp4", ClipLimits(max_seconds=0.5)),
        framed("frames", path, "c.mp4", ClipLimits(max_decode_seconds=0.0)),
        framed("clip", path, "c.mp4", ClipLimits()),
        framed("frame", path, "c.mp4", 0.2),
    )
    first = answers.index(("done", None))
    *stills, (_, problem) = answers[:first]
    assert stills
    assert all(what == "item" and isinstance(one, Frame) for what, one in stills)
    assert problem == say("clip.rest-not-looked-at", most=0.5)
    assert answers[first + 1 : first + 3] == [
        ("item", say("clip.rest-not-read")),
        ("refused", ("DamagedFile", say("clip.no-frames", name="c.mp4"))),
    ]
    assert answers[first + 3][1].codec == "h264"
    assert answers[first + 4][1].why == say("frame.by-hand", seconds=0.2)


# --- messages -------------------------------------------------------------------------------


def message(value: object) -> bytes:
    to = io.BytesIO()
    child._send(to, ("done", value))
    return to.getvalue()


def test_values_and_pixels_come_through_as_they_were_sent() -> None:
    sent = [np.arange(6, dtype=kind).reshape(2, 3).T for kind in ("u1", "f4", "f8", "i4", "i8")]
    received = child._receive(io.BytesIO(message((*sent, "a"))))
    assert received is not None
    what, (*pixels, text) = child._Reader(*received).load()
    assert (what, text) == ("done", "a")
    for one, other in zip(sent, pixels, strict=True):
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


def test_arrays_of_anything_but_pixels_are_refused() -> None:
    received = child._receive(io.BytesIO(message(np.zeros(2, complex))))
    assert received is not None
    with pytest.raises(pickle.UnpicklingError, match="are not pixels"):
        child._Reader(*received).load()


@pytest.mark.parametrize("left", [0, 15, 16, 20, -1])
def test_a_message_that_breaks_off_is_none(left: int) -> None:
    whole = message(np.zeros(100, np.uint8))
    assert child._receive(io.BytesIO(whole)) is not None
    assert child._receive(io.BytesIO(whole[:left])) is None


def test_a_message_that_announces_too_much_is_not_waited_for() -> None:
    assert child._receive(io.BytesIO(struct.pack(">QQ", 1 << 31, (1 << 31) + 1) + b"more")) is None


def test_a_refusal_without_a_sentence_is_nonsense() -> None:
    refused = child._error("refused", ("NotAPhoto", "A text."), "a.jpg", SHORT)
    assert type(refused) is DecoderStopped
    assert refused.sentence == say("decoder.nonsense", name="a.jpg")


def test_why_a_member_was_refused_is_not_believed_as_a_text() -> None:
    said = replace(say("member.leads-out", name="../a"), shown="All is well.")
    (rebuilt,) = child._rebuilt((MemberRefusal(name="../a", problem=said),))
    assert rebuilt == MemberRefusal(name="../a", problem=say("member.leads-out", name="../a"))
    assert rebuilt.problem.shown == ""
