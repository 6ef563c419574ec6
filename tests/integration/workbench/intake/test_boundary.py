"""Nothing that is brought stops an upload: it is refused on record, and the next file is taken."""

from __future__ import annotations

import io
import os
import random
import socket
import sys
import threading
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from evidence_store.blobs.store import sha256_of
from evidence_store.errors import StoreUnavailable
from evidence_store.files import LocalDisk
from renderer.clip import plate_clip
from renderer.plate import PlateSpec
from tests.unit.vision import dying_child
from tests.unit.workbench.drawn import plate_jpeg
from values.recordable import unescaped
from values.sentence import Sentence, say
from vision import child
from vision.child import DECODERS, ChildLimits, Decoders
from vision.errors import DecodeError, DecoderStopped
from workbench.events.event import of
from workbench.events.intake import FramesMissing
from workbench.intake.intake import _sentence
from workbench.intake.material import OnDisk, Promised
from workbench.types import Claims, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from evidence_store.types import Entry
    from vision.types import EmbeddedFacts, Fingerprint, Frame, Photo
    from workbench.intake.material import Material
    from workbench.types import Actor, CaseSummary, IntakeReport

FIRST, GOOD = plate_jpeg(seed=1), plate_jpeg(seed=2)
CLIP = plate_clip(PlateSpec(serial="W10427"), seconds=1.0, seed=3, size=(320, 180))


def zipped(*names: str, method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for number, name in enumerate(names):
            archive.writestr(name, plate_jpeg(seed=10 + number))
    return buffer.getvalue()


def logged(bench: Workbench, case: CaseSummary) -> list[Entry]:
    entries = bench.stores.ledger.entries(case.case_id)
    return [entry for entry in entries if entry.kind == "exhibit.refused"]


def between_good_ones(
    bench: Workbench, actor: Actor, case: CaseSummary, *awkward: Material
) -> IntakeReport:
    """Take in something awkward between two good photos, which are in afterwards."""
    files = [Upload(name="first.jpg", data=FIRST), *awkward, Upload(name="good.jpg", data=GOOD)]
    report = bench.intake.take_in(actor, case.case_id, files, Claims())
    names = [one.file_name for one in bench.exhibits.listed(case.case_id, limit=100)]
    assert "first.jpg" in names
    assert "good.jpg" in names
    assert report.stopped == ""
    assert [entry.private["reason"] for entry in logged(bench, case)] == [
        refusal.reason for refusal in report.refused
    ]
    assert list(reversed(bench.intake.refusals(case.case_id))) == list(report.refused)
    return report


@pytest.fixture
def dying(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Children that misbehave as the name of the file says."""
    script = Path(dying_child.__file__)
    monkeypatch.setattr(child, "COMMAND", (sys.executable, "-P", str(script)))
    short = ChildLimits(memory_bytes=1 << 30, cpu_seconds=2, wall_seconds=30.0)
    for name in ("PHOTO_LIMITS", "CLIP_LIMITS", "ARCHIVE_LIMITS"):
        monkeypatch.setattr(child, name, short)
    decoders = Decoders()
    monkeypatch.setattr("workbench.intake.intake.DECODERS", decoders)
    yield
    decoders.close()


@pytest.mark.parametrize("how", ["killed", "crashes", "leaves", "spins", "eats", "deep", "lies"])
def test_a_photo_that_ends_what_opens_it_is_refused_with_its_hash(
    bench: Workbench, investigator: Actor, case: CaseSummary, dying: None, how: str
) -> None:
    data = plate_jpeg(seed=4)
    report = between_good_ones(bench, investigator, case, Upload(name=f"{how}.jpg", data=data))
    (refusal,) = report.refused
    assert refusal.sha256 == sha256_of(data)
    assert refusal.size == len(data)
    (entry,) = logged(bench, case)
    assert entry.private["original"] == refusal.sha256, "the received file is stored unchanged"
    assert bench.stores.blobs.get(sha256_of(data)) == data


@pytest.mark.parametrize("name", ["killed.zip", "killed-later.zip"])
def test_an_archive_that_ends_what_opens_it_is_refused(
    bench: Workbench, investigator: Actor, case: CaseSummary, dying: None, name: str
) -> None:
    archive = Upload(name=name, data=zipped("a.jpg", "b.jpg"))
    report = between_good_ones(bench, investigator, case, archive)
    assert all("stopped on it" in refusal.reason for refusal in report.refused)
    assert len(report.refused) == (1 if name == "killed.zip" else 2), "each member by itself"


def test_a_clip_that_ends_what_opens_it_is_refused_or_keeps_what_it_gave(
    bench: Workbench, investigator: Actor, case: CaseSummary, dying: None
) -> None:
    report = between_good_ones(
        bench,
        investigator,
        case,
        Upload(name="killed.mp4", data=CLIP),
        Upload(name="killed-later.mp4", data=CLIP),
    )
    assert [refusal.name for refusal in report.refused] == ["killed.mp4"]
    (problem,) = report.problems
    assert problem.startswith("killed-later.mp4 (EX-0002): ")
    assert "signal 9" in problem
    assert len(bench.exhibits.one(case.case_id, "EX-0002").frames) == 1


def test_files_that_cannot_be_read_at_all_are_refused_without_a_hash(
    bench: Workbench, investigator: Actor, case: CaseSummary, tmp_path: Path
) -> None:
    def broken() -> bytes:
        raise RuntimeError("the connection is gone")

    def exhausted() -> bytes:
        raise MemoryError

    gone = OnDisk(name="gone.jpg", path=tmp_path / "gone.jpg")
    folder = OnDisk(name="folder.jpg", path=tmp_path)
    report = between_good_ones(
        bench,
        investigator,
        case,
        gone,
        folder,
        Promised(name="broken.jpg", fetch=broken),
        Promised(name="large.jpg", fetch=exhausted),
    )
    names = [refusal.name for refusal in report.refused]
    assert names == ["gone.jpg", "folder.jpg", "broken.jpg", "large.jpg"]
    assert all(refusal.sha256 is None for refusal in report.refused)
    assert "No such file" in report.refused[0].reason


def test_each_kind_has_its_own_limit_on_every_way_in(
    bench: Workbench, investigator: Actor, case: CaseSummary, tmp_path: Path
) -> None:
    settings = replace(
        bench.stores.settings, max_photo_bytes=100_000, max_clip_bytes=900, max_zip_bytes=400_000
    )
    small = Workbench(replace(bench.stores, settings=settings))
    photo = plate_jpeg(seed=5) + bytes(100_000)
    (tmp_path / "large.jpg").write_bytes(photo)
    batch = io.BytesIO()
    with zipfile.ZipFile(batch, "w") as archive:
        archive.writestr("inside.jpg", photo)
        archive.writestr("good inside.jpg", plate_jpeg(seed=6))
        archive.writestr("inside.mp4", CLIP)
    report = between_good_ones(
        small,
        investigator,
        case,
        Upload(name="large.jpg", data=photo),
        OnDisk(name="on disk.jpg", path=tmp_path / "large.jpg"),
        Promised(name="promised.jpg", fetch=lambda: photo),
        Upload(name="clip.mp4", data=CLIP),
        Upload(name="batch.zip", data=batch.getvalue()),
        Upload(name="large.zip", data=zipped(*(f"{n}.jpg" for n in range(9)))),
    )
    settings_named = {
        refusal.name: refusal.reason.rpartition("the setting ")[2].rstrip(".")
        for refusal in report.refused
    }
    assert settings_named == {
        "large.jpg": "NAMEPLATE_MAX_PHOTO",
        "on disk.jpg": "NAMEPLATE_MAX_PHOTO",
        "promised.jpg": "NAMEPLATE_MAX_PHOTO",
        "clip.mp4": "NAMEPLATE_MAX_CLIP",
        "batch.zip/inside.jpg": "NAMEPLATE_MAX_PHOTO",
        "batch.zip/inside.mp4": "NAMEPLATE_MAX_CLIP",
        "large.zip": "NAMEPLATE_MAX_ZIP",
    }
    assert report.refused[0].sha256 == sha256_of(photo), "hashed, though it is not kept"
    assert not small.stores.blobs.exists(sha256_of(photo))
    assert len(report.accepted) == 3
    small.close()


@pytest.mark.parametrize("raw", [b"caf\xe9.jpg", b"a\nb.jpg", b"\x1b[2J.jpg", b"\xff\xfe.jpg"])
def test_a_name_that_is_no_text_is_escaped_and_its_bytes_are_kept(
    bench: Workbench, investigator: Actor, case: CaseSummary, tmp_path: Path, raw: bytes
) -> None:
    path = tmp_path / os.fsdecode(raw)
    try:
        path.write_bytes(plate_jpeg(seed=7))
    except OSError:
        pytest.skip("This file system keeps no such names.")
    bad = OnDisk(name="bad" + path.name, path=path.with_name("bad"))
    bad.path.write_bytes(b"only text")
    report = between_good_ones(bench, investigator, case, OnDisk(name=path.name, path=path), bad)
    assert len(report.accepted) == 3
    shown = bench.exhibits.one(case.case_id, report.accepted[1]).summary.file_name
    assert os.fsencode(unescaped(shown)) == raw, "nothing of the name is lost"
    (refused,) = logged(bench, case)
    assert os.fsencode(unescaped(str(refused.private["file_name"]))) == b"bad" + raw


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2], ids=str
)
def test_a_damaged_member_costs_itself(
    bench: Workbench, investigator: Actor, case: CaseSummary, method: int
) -> None:
    data = bytearray(zipped("a.jpg", "b.jpg", method=method))
    start = data.find(b"a.jpg") + 40
    data[start : start + 60] = b"\xff" * 60
    report = between_good_ones(bench, investigator, case, Upload(name="x.zip", data=bytes(data)))
    assert [refusal.name for refusal in report.refused] == ["x.zip/a.jpg"]
    assert len(report.accepted) == 3


def test_members_without_a_name_or_with_an_endless_one_are_refused(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    empty = bytearray(zipped("Q"))
    empty[30] = 0
    empty[empty.rfind(b"Q")] = 0
    report = between_good_ones(
        bench,
        investigator,
        case,
        Upload(name="empty.zip", data=bytes(empty)),
        Upload(name="long.zip", data=zipped("a" * 60_000 + ".jpg")),
    )
    reasons = [refusal.reason for refusal in report.refused]
    assert "its name is empty or broken" in reasons[0]
    assert "its name has 60,004 characters" in reasons[1]


def test_what_a_decoder_says_that_nobody_knows_is_a_refusal_in_words_of_ours() -> None:
    for sentence in (Sentence("no.such"), say("file.empty", size=1), say("file.empty", name="b")):
        said = _sentence("a.jpg", DecoderStopped(sentence))
        known = sentence == say("file.empty", name="b")
        assert said.startswith("b: the file is empty" if known else "a.jpg could not be opened (")


def test_a_file_with_a_problem_that_nobody_knows_is_refused(
    bench: Workbench, investigator: Actor, case: CaseSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    true, odd = DECODERS.photo, Upload(name="odd.jpg", data=plate_jpeg(seed=4))

    def photo(data: bytes, *, name: str, **more: Any) -> tuple[Photo, Fingerprint, EmbeddedFacts]:
        found = true(data, name=name, **more)
        problems = (Sentence("no.such"),) if name == "odd.jpg" else ()
        return *found[:2], replace(found[2], problems=problems)

    monkeypatch.setattr("workbench.intake.intake.DECODERS.photo", photo)
    report = between_good_ones(bench, investigator, case, odd)
    (refusal,) = report.refused
    assert refusal.reason.startswith("odd.jpg could not be opened (KeyError")


@pytest.mark.parametrize(
    "said", [Sentence("no.such"), say("clip.breaks-off"), say("clip.breaks-off", seconds="soon")]
)
def test_a_problem_of_a_clip_that_nobody_knows_is_told_in_words_of_ours(
    bench: Workbench, investigator: Actor, case: CaseSummary, said: Sentence,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    true = DECODERS.frames

    def frames(path: Path, *, on_problem: Any, **more: Any) -> Generator[Frame]:
        yield from true(path, on_problem=on_problem, **more)
        on_problem(said)

    monkeypatch.setattr("workbench.intake.intake.DECODERS.frames", frames)
    report = between_good_ones(bench, investigator, case, Upload(name="odd.mp4", data=CLIP))
    assert report.refused == ()
    assert report.problems == (
        "odd.mp4 (EX-0002): Part of the clip could not be decoded; the decoder did not say which.",
    )


def test_a_frame_chosen_for_a_reason_that_nobody_knows_costs_that_frame(
    bench: Workbench, investigator: Actor, case: CaseSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    stills, still = DECODERS.frames, DECODERS.frame
    odd = Sentence("no.such")
    seen: list[Frame] = []

    def frames(path: Path, **more: Any) -> Generator[Frame]:
        for frame in stills(path, **more):
            seen.append(frame)
            yield frame
            yield replace(frame, png=plate_jpeg(seed=9), why=odd)

    monkeypatch.setattr("workbench.intake.intake.DECODERS.frames", frames)
    report = between_good_ones(bench, investigator, case, Upload(name="odd.mp4", data=CLIP))
    assert report.refused == ()
    assert len(bench.exhibits.one(case.case_id, "EX-0002").frames) == len(seen)
    entries = bench.stores.ledger.entries(case.case_id)
    (missing,) = (of(one) for one in entries if one.kind == "frames.missing")
    assert isinstance(missing, FramesMissing)
    told = [one.id for one in missing.said]
    assert told == ["clip.frame-not-added", "clip.frame-unexplained"] * len(seen)

    def frame(path: Path, **more: Any) -> Frame:
        return replace(still(path, **more), png=plate_jpeg(seed=9), why=odd)

    monkeypatch.setattr("workbench.intake.intake.DECODERS.frame", frame)
    with pytest.raises(DecodeError) as raised:
        bench.intake.grab_frame(investigator, case.case_id, "EX-0002", seconds=0)
    assert raised.value.sentence.id == "clip.frame-unexplained"


def test_a_clip_of_an_unknown_codec_is_refused_in_a_sentence(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    data = CLIP.replace(b"avc1", b"zzzz")
    assert data != CLIP
    report = between_good_ones(bench, investigator, case, Upload(name="odd.mp4", data=data))
    (refusal,) = report.refused
    assert "video codec" in refusal.reason
    assert "Convert it to H.264" in refusal.reason


def test_what_is_wrong_with_the_store_is_not_the_files_fault(
    bench: Workbench, investigator: Actor, case: CaseSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_data: bytes) -> str:
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(bench.stores.blobs, "put", full)
    with pytest.raises(StoreUnavailable):
        bench.intake.take_in(
            investigator, case.case_id, [Upload(name="a.jpg", data=GOOD)], Claims()
        )
    assert logged(bench, case) == []


def pictures() -> dict[str, bytes]:
    """A small file of each kind, to be damaged."""
    drawn = Image.open(io.BytesIO(plate_jpeg())).resize((160, 120))
    made = {"seed.zip": zipped("a.jpg", method=zipfile.ZIP_DEFLATED), "seed.mp4": CLIP}
    for name, options in {
        "seed.jpg": {"format": "JPEG", "progressive": True},
        "seed.png": {"format": "PNG"},
        "seed.webp": {"format": "WEBP"},
        "seed.tif": {"format": "TIFF", "compression": "tiff_lzw"},
        "seed.avif": {"format": "AVIF"},
        "seed.heic": {"format": "HEIF"},
    }.items():
        buffer = io.BytesIO()
        drawn.save(buffer, **options)  # type: ignore[arg-type]
        made[name] = buffer.getvalue()
    return made


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Some bytes changed, cut out, doubled or cut off; the first ones stay, which tell the kind."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 2, 4, 16))):
        at = chance.randrange(12, len(found))
        match chance.randrange(5):
            case 0:
                found[at] = chance.randrange(256)
            case 1:
                found[at : at + 4] = chance.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"))
            case 2:
                del found[at : at + chance.randrange(1, 64)]
            case 3:
                found[at:at] = found[max(0, at - 32) : at]
            case 4:
                found = found[: max(at, 16)]
        if len(found) < 16:
            break
    return bytes(found)


@pytest.mark.slow
def test_hundreds_of_damaged_files_never_stop_an_upload(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    chance = random.Random(20_201_019)
    files = []
    for name, data in pictures().items():
        for number in range(8 if name.endswith("mp4") else 32):
            changed = damaged(data, chance)
            files.append(Upload(name=f"{number}-{name}", data=changed))
    report = between_good_ones(bench, investigator, case, *files)
    answered = len(report.accepted) + len(report.refused) + len(report.known)
    assert answered >= len(files) + 2, "each file is answered for"
    assert all(refusal.reason.strip() for refusal in report.refused)
    for entry in logged(bench, case):
        assert "Traceback" not in str(entry.private["reason"])


def test_what_is_no_file_is_refused_and_nobody_waits_for_it(
    bench: Workbench, investigator: Actor, case: CaseSummary, tmp_path: Path
) -> None:
    """Opening a pipe waits for a writer, and a device may never end."""
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    (tmp_path / "nowhere.jpg").symlink_to("gone")
    (tmp_path / "zero.jpg").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "socket.jpg"))
        odd = [OnDisk(name=path.name, path=path) for path in sorted(tmp_path.iterdir())]
        # ends the wait, were there one
        writer = threading.Timer(20, lambda: (tmp_path / "pipe.jpg").write_bytes(b""))
        writer.daemon = True
        writer.start()
        report = between_good_ones(bench, investigator, case, *odd)
        assert writer.is_alive()
        writer.cancel()
    said = {refusal.name: refusal.reason for refusal in report.refused}
    assert said.keys() == {one.name for one in odd}
    assert "is a pipe, not a regular file" in said["pipe.jpg"]
    assert "is a socket, not a regular file" in said["socket.jpg"]
    assert "is a device, not a regular file" in said["zero.jpg"]
    assert "Too many levels of symbolic links" in said["loop.jpg"]
    assert "No such file" in said["nowhere.jpg"]


def test_a_file_that_goes_away_while_it_is_kept_is_not_the_stores_fault(
    bench: Workbench,
    investigator: Actor,
    case: CaseSummary,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    card = tmp_path / "card.jpg"
    card.write_bytes(plate_jpeg(seed=5))
    place, make_folder = sha256_of(card.read_bytes())[:2], LocalDisk.make_folder

    def pulled_out(self: LocalDisk, folder: Path) -> None:
        make_folder(self, folder)
        if folder.name == place:
            card.unlink(missing_ok=True)

    monkeypatch.setattr(LocalDisk, "make_folder", pulled_out)
    report = between_good_ones(bench, investigator, case, OnDisk(name="card.jpg", path=card))
    (refusal,) = report.refused
    assert "could not be read a second time (No such file or directory)" in refusal.reason


def test_a_zip_and_each_member_that_is_refused_are_on_record_by_their_hashes(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    photo = plate_jpeg(seed=6)
    clip = b"\x1aE\xdf\xa3" + bytes(100)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in (("a.jpg", photo), ("A.jpg", GOOD), ("../b.jpg", photo), ("c", clip)):
            archive.writestr(name, data)
        link = zipfile.ZipInfo("link.jpg")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    data = buffer.getvalue()
    settings = replace(bench.stores.settings, max_clip_bytes=10)
    small = Workbench(replace(bench.stores, settings=settings))
    report = between_good_ones(small, investigator, case, Upload(name="x.zip", data=data))
    hashes = {refusal.name: refusal.sha256 for refusal in report.refused}
    assert hashes == {
        "x.zip/a.jpg": sha256_of(photo),
        "x.zip/A.jpg": sha256_of(GOOD),
        "x.zip/../b.jpg": sha256_of(photo),
        "x.zip/c": sha256_of(clip),
        "x.zip/link.jpg": sha256_of(b"/etc/passwd"),
    }
    entries = bench.stores.ledger.entries(case.case_id)
    (opened,) = [entry for entry in entries if entry.kind == "archive.opened"]
    assert opened.private == {
        "file_name": "x.zip",
        "sha256": sha256_of(data),
        "bytes": len(data),
        "members": 5,
    }
