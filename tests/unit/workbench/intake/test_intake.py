"""Bad input gets a sentence; what was good in the same upload is kept; nothing else changes."""

from __future__ import annotations

import hashlib
import io
import struct
import threading
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from evidence_store.blobs.store import sha256_of
from renderer.clip import plate_clip
from renderer.plate import PlateSpec
from tests.unit.vision import clips
from tests.unit.workbench.drawn import SERIAL, photos, plate_jpeg
from tests.unit.workbench.events.samples import SAMPLES
from tests.unit.workbench.steps import case_file
from values.sentence import Sentence, say, stored_sentences
from vision.child import DECODERS
from vision.media.clip import ClipLimits
from vision.plate.reader import Reader
from vision.types import EmbeddedFacts
from words import en
from workbench import events
from workbench.errors import NotAllowed, NotFound
from workbench.intake.intake import together
from workbench.tables.vision_json import embedded_as_shown, embedded_from
from workbench.types import (
    Actor,
    CaseSummary,
    Claims,
    ExhibitState,
    Upload,
)

if TYPE_CHECKING:
    from pathlib import Path

    from vision.types import Photo, PhotoReading
    from workbench.workbench import Workbench


def bomb_png(side: int = 60_000) -> bytes:
    """A PNG header that promises more pixels than any memory holds."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        crc = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + crc

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


def sneaky_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../outside.jpg", plate_jpeg())
        archive.writestr("inside.jpg", plate_jpeg(seed=2))
    return buffer.getvalue()


BAD = {
    "text.jpg": (b"this is only text, whatever its name says\n" * 20, "not a"),
    "cut.jpg": (plate_jpeg()[:4000], ""),
    "empty.jpg": (b"", "empty"),
    "bomb.png": (bomb_png(), "pixels"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_by_name_and_the_good_one_is_kept(
    bench: Workbench, investigator: Actor, case: CaseSummary, name: str
) -> None:
    data, words = BAD[name]
    good = Upload(name="good.jpg", data=plate_jpeg())
    report = bench.intake.take_in(
        investigator, case.case_id, [Upload(name=name, data=data), good], Claims()
    )
    assert report.accepted == ("EX-0001",)
    assert [refusal.name for refusal in report.refused] == [name]
    assert name in report.refused[0].reason
    assert words in report.refused[0].reason
    assert bench.exhibits.original(case.case_id, "EX-0001") == plate_jpeg()
    kinds = [row.kind for row in bench.cases.ledger_rows(case.case_id)]
    assert kinds == ["case.opened", "exhibit.refused", "exhibit.taken_in"]


def test_a_zip_that_reaches_outside_gives_its_good_part(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    report = bench.intake.take_in(
        investigator, case.case_id, [Upload(name="batch.zip", data=sneaky_zip())], Claims()
    )
    assert len(report.accepted) == 1
    assert len(report.refused) == 1
    assert "../outside.jpg" in report.refused[0].reason
    assert bench.exhibits.one(case.case_id, "EX-0001").summary.file_name == "batch.zip/inside.jpg"


def test_bytes_are_kept_before_they_are_decoded(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    data = BAD["cut.jpg"][0]
    bench.intake.take_in(investigator, case.case_id, [Upload(name="cut.jpg", data=data)], Claims())
    refused = [e for e in bench.stores.ledger.entries(case.case_id) if e.kind == "exhibit.refused"]
    kept = refused[0].private["original"]
    assert bench.stores.blobs.get(kept) == data  # type: ignore[arg-type]


def test_claimed_and_embedded_facts_stay_apart(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    image = Image.open(io.BytesIO(plate_jpeg()))
    exif = Image.Exif()
    exif[0x010F] = "Camera maker"
    exif.get_ifd(0x8769)[0x9003] = "2020:10:04 11:22:33"
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", exif=exif)
    bench.intake.take_in(
        investigator,
        case.case_id,
        [Upload(name="exif.jpg", data=buffer.getvalue())],
        Claims(claimed_date="2020-10-19", claimed_place="A field"),
    )
    view = bench.exhibits.one(case.case_id, "EX-0001")
    assert view.claims.claimed_date == "2020-10-19"
    assert view.embedded.captured_at == "2020-10-04T11:22:33"
    assert ("EXIF", "Make", "Camera maker") in [
        (fact.group, fact.name, fact.value) for fact in view.embedded.facts
    ]
    assert bench.exhibits.original(case.case_id, "EX-0001") == buffer.getvalue()


def test_a_clip_gives_frames_with_timecode_and_parent(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    clip = plate_clip(
        PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial=SERIAL),
        seconds=2.0,
        seed=3,
        size=(480, 270),
    )
    report = bench.intake.take_in(
        investigator, case.case_id, [Upload(name="clip.mp4", data=clip)], Claims()
    )
    assert report.refused == ()
    view = bench.exhibits.one(case.case_id, report.accepted[0])
    assert view.summary.state is ExhibitState.CLIP
    assert view.frames == report.accepted[1:]
    assert view.frames, "a clip gives at least one frame"
    frame = bench.exhibits.one(case.case_id, view.frames[0])
    assert frame.summary.parent == report.accepted[0]
    assert frame.derived_how is not None
    assert "vision.frames" in frame.derived_how
    views = [bench.exhibits.one(case.case_id, name) for name in view.frames]
    (laid,) = (one for one in views if "laid over each other" in one.summary.file_name)
    assert laid.derived_how is not None
    assert " --lay " in laid.derived_how, "what was laid, and how, is said"
    entries = map(events.of, bench.stores.ledger.entries(case.case_id))
    taken = [one for one in entries if isinstance(one, events.FrameTaken)]
    assert [one.exhibit for one in taken] == list(view.frames)
    for one in taken:
        ((member, identifier, data),) = one.said
        assert member == "why"
        assert one.why == en.text(say(identifier, **data)), "the text stays beside its sentence"
        assert identifier.startswith("frame.laid" if one.laid else "frame.")
    grabbed = bench.intake.grab_frame(investigator, case.case_id, report.accepted[0], seconds=1.0)
    assert bench.exhibits.one(case.case_id, grabbed).summary.parent == report.accepted[0]


@pytest.mark.parametrize("suffix", ["mov", "mkv", "webm"])
def test_of_a_clip_that_is_cut_off_the_rest_is_taken_in_and_the_end_is_missed(
    bench: Workbench, investigator: Actor, case: CaseSummary, tmp_path: Path, suffix: str
) -> None:
    pictures = map(clips.numbered, range(50))
    whole = clips.write_clip(tmp_path / f"whole.{suffix}", pictures, rate=Fraction(25)).read_bytes()
    cut = Upload(name=f"cut.{suffix}", data=whole[: len(whole) // 2])
    report = bench.intake.take_in(investigator, case.case_id, [cut], Claims())
    assert report.refused == ()
    clip = report.accepted[0]
    view = bench.exhibits.one(case.case_id, clip)
    assert view.frames == report.accepted[1:]
    assert view.frames
    (missed,) = (problem for problem in report.problems if "claims to last 2.0 s" in problem)
    assert missed.startswith(f"cut.{suffix} ({clip}): There is no picture after ")
    entries = map(events.of, bench.stores.ledger.entries(case.case_id))
    (entry,) = (one for one in entries if isinstance(one, events.FramesMissing))
    place = next(n for n, text in enumerate(entry.problems) if missed.endswith(text))
    said = next(one for one in entry.said if one.id == "clip.ends-early")
    assert (said.member, said.parameters["promised"]) == (f"problems.{place}", 2.0)
    assert bench.stores.blobs.get(sha256_of(cut.data)) == cut.data, "it is kept as it came"


def test_only_stills_that_the_program_chose_are_read_as_one_of_many(
    bench: Workbench,
    investigator: Actor,
    case: CaseSummary,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read, said = Reader.read, list[bool]()

    def listening(reader: Reader, photo: Photo, **options: Any) -> PhotoReading:
        said.append(options["one_of_many"])
        return read(reader, photo, **options)

    monkeypatch.setattr(Reader, "read", listening)
    clip = plate_clip(PlateSpec(serial=SERIAL), seconds=2.0, seed=3, size=(480, 270))
    uploads = [Upload(name="clip.mp4", data=clip), Upload(name="a.jpg", data=plate_jpeg())]
    taken = bench.intake.take_in(investigator, case.case_id, uploads, Claims()).accepted
    bench.intake.grab_frame(investigator, case.case_id, taken[0], seconds=0.2)
    bench.reading.read_pending(investigator, case.case_id)
    assert said == [True] * (len(taken) - 2) + [False, False]


@pytest.mark.parametrize(
    ("why", "said", "by_hand"),
    [
        ("grabbed by hand at 1.000 s", (), True),
        ("text in view (presence 9.1, sharpness 40.2), scene 1", (), False),
        ("In words of a later version.", (say("frame.by-hand", seconds=1.0),), True),
        ("grabbed by hand", (say("frame.sharpest-view", scene=1, sharpness=1.0),), False),
    ],
)
def test_who_chose_a_still_is_asked_of_its_sentence_or_of_the_words_of_an_old_entry(
    why: str, said: tuple[Sentence, ...], by_hand: bool
) -> None:
    sample = next(one for one in SAMPLES if isinstance(one, events.FrameTaken))
    assert replace(sample, why=why, said=stored_sentences(why=said)).by_hand is by_hand


def test_a_clip_without_a_frame_is_refused_with_what_could_not_be_had(
    bench: Workbench, investigator: Actor, case: CaseSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = ClipLimits(max_decode_seconds=0.0)
    monkeypatch.setattr("workbench.intake.intake.ClipLimits", lambda **_most: never)
    clip = plate_clip(PlateSpec(serial=SERIAL), seconds=1.0, seed=3, size=(320, 180))
    files = [Upload(name="slow.mp4", data=clip)]
    (refusal,) = bench.intake.take_in(investigator, case.case_id, files, Claims()).refused
    assert refusal.reason.startswith("slow.mp4: the clip opens, but none of its frames can ")
    assert refusal.reason.endswith(en.text(say("clip.rest-not-read")))


def test_what_of_a_file_cannot_be_read_is_kept_as_sentence_and_text(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    buffer = io.BytesIO()
    picture = Image.open(io.BytesIO(plate_jpeg()))
    picture.save(buffer, "JPEG", xmp=b"<a>", icc_profile=b"none")
    files = [Upload(name="odd.jpg", data=buffer.getvalue())]
    bench.intake.take_in(investigator, case.case_id, files, Claims())
    problems = bench.exhibits.one(case.case_id, "EX-0001").embedded.problems
    assert [one.id for one in problems if isinstance(one, Sentence)] == [
        "embedded.xmp-malformed", "embedded.block-unread",
    ]  # fmt: skip
    (entry,) = (
        one for one in bench.stores.ledger.entries(case.case_id) if one.kind == "exhibit.taken_in"
    )
    kept: Any = entry.private["embedded"]
    assert kept["problems"][0] == {
        "id": "embedded.xmp-malformed",
        "parameters": [["why", "ParseError"]],
        "shown": "The XMP block cannot be read: it is not well-formed XML (ParseError).",
    }
    (page,) = case_file(bench, case.case_id).exhibits
    assert page.file_notes == tuple(map(en.text, problems))
    assert page.file_notes[0] == kept["problems"][0]["shown"]


def test_embedded_facts_of_before_there_were_sentences_are_read() -> None:
    assert embedded_from({"facts": [], "problems": ["Odd."]}).problems == ("Odd.",)
    assert embedded_as_shown(EmbeddedFacts(facts=(), problems=("Odd.",))).problems == ("Odd.",)


def test_the_same_bytes_again_are_a_copy(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    again = [Upload(name=f"{number}.jpg", data=plate_jpeg()) for number in range(2)]
    report = bench.intake.take_in(investigator, case.case_id, again, Claims())
    assert report.copies == (("EX-0002", "EX-0001"),)


def test_a_smaller_recompressed_photo_is_a_near_copy(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    image = Image.open(io.BytesIO(plate_jpeg())).resize((480, 360))
    buffer = io.BytesIO()
    image.save(buffer, format="JPEG", quality=60)
    report = bench.intake.take_in(
        investigator,
        case.case_id,
        [
            Upload(name="first.jpg", data=plate_jpeg()),
            Upload(name="small.jpg", data=buffer.getvalue()),
        ],
        Claims(),
    )
    assert report.copies == (("EX-0002", "EX-0001"),)
    (group,) = bench.copies.groups(case.case_id)
    assert group.exhibit_ids == ("EX-0001", "EX-0002")
    assert group.evidence[0].why


def test_a_role_is_needed_and_a_case(bench: Workbench, reviewer: Actor, case: CaseSummary) -> None:
    with pytest.raises(NotAllowed, match="investigator"):
        bench.intake.take_in(reviewer, case.case_id, [], Claims())
    with pytest.raises(NotFound):
        bench.exhibits.listed("case-none")


def test_an_upload_that_is_stopped_keeps_what_it_has_and_goes_on_later(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    files = photos("a.jpg", "b.jpg", "c.jpg")
    upload = bench.intake.taking_in(investigator, case.case_id, files, Claims(), total=3)
    stopped = together(next(upload) for _ in range(2))
    assert stopped.accepted == ("EX-0001", "EX-0002")
    assert "2 exhibits added; 1 of 3 files were not added" in stopped.stopped
    assert bench.exhibits.count(case.case_id) == 2
    again = bench.intake.take_in(investigator, case.case_id, files, Claims())
    assert (again.known, again.accepted) == (("EX-0001", "EX-0002"), ("EX-0003",))
    assert again.stopped == ""
    assert [e.sha256 for e in bench.exhibits.listed(case.case_id)] == [
        hashlib.sha256(file.data).hexdigest() for file in files
    ]


def test_one_file_taken_in_twice_at_the_same_moment_is_one_exhibit(
    bench: Workbench, investigator: Actor, case: CaseSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    (file,) = photos("a.jpg")
    both = threading.Barrier(2)

    decode = DECODERS.photo

    def together_decoded(data: bytes, **more: Any) -> Any:
        both.wait(timeout=60)
        return decode(data, **more)

    monkeypatch.setattr(DECODERS, "photo", together_decoded)
    with ThreadPoolExecutor(2) as pool:
        reports = list(
            pool.map(
                lambda claims: bench.intake.take_in(investigator, case.case_id, [file], claims),
                [Claims(), Claims()],
            )
        )
    assert sorted(report.accepted for report in reports) == [(), ("EX-0001",)]
    assert sorted(report.known for report in reports) == [(), ("EX-0001",)]
    assert bench.exhibits.count(case.case_id) == 1


def test_a_zip_stops_between_two_photos_too(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in photos("a.jpg", "b.jpg"):
            archive.writestr(file.name, file.data)
    batch = [Upload(name="batch.zip", data=buffer.getvalue())]
    first = next(bench.intake.taking_in(investigator, case.case_id, batch, Claims(), total=1))
    assert (first.accepted, first.done, first.total) == (("EX-0001",), 0, 1)
    again = bench.intake.take_in(investigator, case.case_id, batch, Claims())
    assert (again.known, again.accepted) == (("EX-0001",), ("EX-0002",))


def test_the_same_bytes_with_other_claims_say_something_new(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    (file,) = photos("a.jpg")
    bench.intake.take_in(investigator, case.case_id, [file], Claims(source_account="@one"))
    report = bench.intake.take_in(investigator, case.case_id, [file], Claims(source_account="@two"))
    assert report.copies == (("EX-0002", "EX-0001"),)


def test_of_a_clip_that_was_cut_off_only_the_missing_frames_are_taken(
    bench: Workbench, investigator: Actor, case: CaseSummary, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = plate_clip(PlateSpec(serial=SERIAL), seconds=2.0, seed=3, size=(480, 270))
    files = [Upload(name="clip.mp4", data=clip)]
    taken = bench.intake._take_frame

    def killed(*_arguments: Any) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(bench.intake, "_take_frame", killed)
    with pytest.raises(KeyboardInterrupt):
        bench.intake.take_in(investigator, case.case_id, files, Claims())
    monkeypatch.setattr(bench.intake, "_take_frame", taken)
    report = bench.intake.take_in(investigator, case.case_id, files, Claims())
    assert report.known == ("EX-0001",)
    assert bench.exhibits.one(case.case_id, "EX-0001").frames == report.accepted
    again = bench.intake.take_in(investigator, case.case_id, files, Claims())
    assert (again.known, again.accepted) == (("EX-0001",), ())
