"""Publication of a whole case: nothing withheld is left, the report says so, the rest opens."""

from __future__ import annotations

import base64
import io
import re
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from sqlalchemy import update

from benchmarks.local_tsa import LocalAuthority
from evidence_store.bundle.errors import AnswersMissing, RedactionRefused
from evidence_store.bundle.redact import FieldChoice
from evidence_store.errors import BlobDamaged
from evidence_store.timestamp import AuthorityUnavailable
from tests.workbench.drawn import SERIAL, plate_jpeg
from tests.workbench.steps import judge
from workbench import tables
from workbench.__main__ import main
from workbench.case_pages import PRINTED_SIDE
from workbench.errors import BadRequest, NotAllowed
from workbench.publication import SHOWN_AT, Answer, Verdict, Withholding, blurred_png
from workbench.types import Actor, CaseSummary, Claims, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workbench.settings import Settings
    from workbench.types import SealedView

ACCOUNT = "@finder_of_things"
PLACE = "Hadrut, house 14"
FINDER = "NAME OF A FINDER"
PINK = (255, 0, 160)
WITHHELD = Withholding(
    fields=tuple(FieldChoice(name=n) for n in ("source_account", "claimed_place", "embedded")),
    exhibits=("EX-0002",),
    values=(FINDER,),
    reasons=("A source is at risk.",),
)


def tagged(seed: int) -> bytes:
    """A drawn plate with a place and an author in its metadata."""
    picture = Image.open(io.BytesIO(plate_jpeg(seed=seed)))
    exif = Image.Exif()
    exif[0x013B] = FINDER
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (39.0, 31.0, 12.75), "E", (46.0, 49.0, 8.5)
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, quality=90)
    return out.getvalue()


@pytest.fixture
def told(bench: Workbench, investigator: Actor) -> CaseSummary:
    """A case of two photos that says a lot about their source."""
    case = bench.cases.open_case(investigator, title="A turret", policy=Policy.SOLO)
    source = Claims(
        source_account=ACCOUNT,
        source_url=f"https://example.invalid/{ACCOUNT}/status/1",
        claimed_place=PLACE,
        note=f"{FINDER} took it.",
    )
    bench.intake.take_in(
        investigator, case.case_id, [Upload(name="one.jpg", data=tagged(1))], source
    )
    bench.intake.take_in(
        investigator, case.case_id, [Upload(name="two.jpg", data=tagged(2))], Claims()
    )
    bench.reading.read_pending(investigator, case.case_id)
    judge(bench, investigator, case, "serial", reason=f"{FINDER} confirmed it by telephone.")
    return case


@pytest.fixture
def sealed(bench: Workbench, investigator: Actor, told: CaseSummary) -> SealedView:
    return bench.exports.seal(investigator, told.case_id)


def all_bytes(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_public_bundle_withholds_everywhere_and_says_so(
    bench: Workbench, investigator: Actor, told: CaseSummary, sealed: SealedView
) -> None:
    view = bench.publication.publish(investigator, told.case_id, sealed.sequence, WITHHELD)
    folder = bench.publication.folder_path(told.case_id, view.sequence)
    assert bench.exports.verify(folder).ok
    everything = all_bytes(folder)
    for path, data in everything.items():
        for value in (ACCOUNT, PLACE, FINDER, "two.jpg", "39.5202", "46.8190"):
            assert value.encode() not in data, f"{value} in {path}"
            assert value.encode("utf-16-le") not in data
            assert len(value) < 9 or base64.b64encode(value.encode())[:-4] not in data
    html = (folder / "data" / "report.html").read_text()
    assert "A source is at risk." in html
    assert "The photo is withheld" in html
    assert SERIAL in html
    assert (folder / "data" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert any(SERIAL.encode() in data for data in everything.values())
    assert bench.publication.published(told.case_id) == (view,)
    assert folder.with_name(f"{folder.name}.zip").exists()
    rows = bench.cases.ledger_rows(told.case_id, offset=0, limit=100)
    assert "public bundle" in rows[-1].summary


def test_a_blurred_photo_stands_in(
    bench: Workbench, investigator: Actor, told: CaseSummary, sealed: SealedView
) -> None:
    blurred = Withholding(blurred=("EX-0002",))
    view = bench.publication.publish(investigator, told.case_id, sealed.sequence, blurred)
    folder = bench.publication.folder_path(told.case_id, view.sequence)
    assert bench.exports.verify(folder).ok
    assert "a blurred one is shown instead" in (folder / "data" / "report.html").read_text()
    assert (folder / "data" / "tables" / "readings.json").exists()


def test_an_altered_file_of_the_cache_reaches_no_report(
    bench: Workbench, investigator: Actor, told: CaseSummary, settings: Settings
) -> None:
    for longest in (PRINTED_SIDE, SHOWN_AT):
        bench.exhibits.upright_png(told.case_id, "EX-0002", longest=longest)
    forged = Image.new("RGB", (400, 300), PINK)
    for path in (settings.store / "cache").glob("*.*g"):
        forged.save(path)
    sealed = bench.exports.seal(investigator, told.case_id)
    blurred = Withholding(blurred=("EX-0002",))
    view = bench.publication.publish(investigator, told.case_id, sealed.sequence, blurred)
    for folder in (
        bench.exports.folder_path(told.case_id, sealed.sequence),
        bench.publication.folder_path(told.case_id, view.sequence),
    ):
        html = (folder / "data" / "report.html").read_text()
        shown = re.findall(r"data:image/\w+;base64,([A-Za-z0-9+/=]+)", html)
        assert len(shown) >= 2
        for encoded in shown:
            picture = Image.open(io.BytesIO(base64.b64decode(encoded))).convert("RGB")
            near = picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
            assert sum(abs(a - b) for a, b in zip(near, PINK, strict=True)) > 60


def test_altered_tables_of_the_screens_reach_no_bundle(
    bench: Workbench, investigator: Actor, told: CaseSummary
) -> None:
    with bench.stores.projection.engine.begin() as connection:
        connection.execute(update(tables.exhibit).values(file_name="ALTERED.jpg"))
        connection.execute(update(tables.review).values(text="CMX15D-0000"))
        connection.execute(update(tables.case).values(title="ALTERED"))
    sealed = bench.exports.seal(investigator, told.case_id)
    withheld = Withholding(fields=(FieldChoice(name="claimed_place"),))
    public = bench.publication.publish(investigator, told.case_id, sealed.sequence, withheld)
    for folder in (
        bench.exports.folder_path(told.case_id, sealed.sequence),
        bench.publication.folder_path(told.case_id, public.sequence),
    ):
        assert SERIAL in (folder / "data" / "report.html").read_text()
        for path, data in all_bytes(folder).items():
            assert b"ALTERED" not in data, path
            assert b"CMX15D-0000" not in data, path
    assert not list(bench.stores.settings.store.glob("folding-*"))


def test_a_damaged_original_is_named_and_nothing_is_sealed(
    bench: Workbench, investigator: Actor, told: CaseSummary, settings: Settings
) -> None:
    sha256 = bench.exhibits.one(told.case_id, "EX-0002").summary.sha256
    path = settings.store / "blobs" / "sha256" / sha256[:2] / sha256
    bench.close()
    path.chmod(0o644)
    path.write_bytes(plate_jpeg(seed=7))
    again = Workbench.open(settings)
    try:
        with pytest.raises(BlobDamaged, match=r"EX-0002 \(two\.jpg\)"):
            again.exports.seal(investigator, told.case_id)
        assert again.exports.sealed(told.case_id) == ()
        assert list((settings.store / "bundles").iterdir()) == []
    finally:
        again.close()


def test_a_blurred_photo_holds_no_more_than_a_few_dozen_colours_across() -> None:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 90).save(out, "PNG")
    with Image.open(io.BytesIO(blurred_png(out.getvalue()))) as image:
        assert image.size == (400, 300)
        row = [image.getpixel((x, 150)) for x in range(400)]
    steps = [abs(one[0] - two[0]) for one, two in pairwise(row)]
    assert max(steps) <= 12


def test_what_cannot_be_withheld_is_refused_and_nothing_is_left(
    bench: Workbench, investigator: Actor, told: CaseSummary, sealed: SealedView
) -> None:
    with pytest.raises(RedactionRefused):
        bench.publication.publish(
            investigator, told.case_id, sealed.sequence, Withholding(values=("exhibit.taken_in",))
        )
    assert bench.publication.published(told.case_id) == ()


def test_a_case_that_went_on_is_sealed_again_first(
    bench: Workbench, investigator: Actor, told: CaseSummary, sealed: SealedView
) -> None:
    judge(bench, investigator, told, "model", Judgement.UNSURE, reason="Not sure.")
    with pytest.raises(BadRequest, match="Seal it again"):
        bench.publication.publish(investigator, told.case_id, sealed.sequence, WITHHELD)


def test_only_custodians_publish(
    bench: Workbench,
    told: CaseSummary,
    sealed: SealedView,
    enrolled: Callable[..., Actor],
) -> None:
    other = enrolled("Reviewer two", Role.REVIEWER)
    with pytest.raises(NotAllowed):
        bench.publication.publish(other, told.case_id, sealed.sequence, WITHHELD)


def test_timestamps_and_their_requests(
    bench: Workbench, investigator: Actor, told: CaseSummary, sealed: SealedView, tmp_path: Path
) -> None:
    (tmp_path / "authority").mkdir()
    with LocalAuthority(tmp_path / "authority") as authority:
        request = bench.publication.request_stamp(investigator, told.case_id, sealed.sequence)
        answer = authority.answer(request.read_bytes())
        bench.publication.attach_stamp(investigator, told.case_id, sealed.sequence, answer)
        bench.publication.stamp(investigator, told.case_id, sealed.sequence, [authority.url])
    with pytest.raises(AuthorityUnavailable):
        bench.publication.stamp(
            investigator, told.case_id, sealed.sequence, ["http://127.0.0.1:9/"]
        )
    folder = bench.exports.folder_path(told.case_id, sealed.sequence)
    assert bench.exports.verify(folder).ok
    assert len(list((folder / "signatures").glob("*.tsr"))) == 2
    assert len(list((folder / "signatures").glob("*.tsq"))) == 3


def test_the_same_without_a_screen(
    bench: Workbench,
    settings: Settings,
    told: CaseSummary,
    sealed: SealedView,
    capsys: pytest.CaptureFixture[str],
) -> None:
    bench.close()
    store = ["--store", str(settings.store)]
    words = ["publish", told.case_id, str(sealed.sequence), "--withhold", "source_account"]
    assert main([*store, *words, "--withhold", "note@EX-0001", "--blur", "EX-0002"]) == 0
    assert "-public" in capsys.readouterr().out
    assert main([*store, "stamp", told.case_id, str(sealed.sequence)]) == 0
    assert "seal-1.tsq" in capsys.readouterr().out


HANDLE = "@field_observer_77"
NEAR = "field observer 77"


@pytest.fixture
def near_told(bench: Workbench, investigator: Actor) -> CaseSummary:
    """A case in which the source stands in other writings than its own, and a photo twice."""
    case = bench.cases.open_case(
        investigator, title="A turret", policy=Policy.SOLO, provenance="Told by\nWitness Two"
    )
    source = Claims(source_account=HANDLE, note="Witness  Two sent it")
    photo = tagged(1)
    again = io.BytesIO()
    Image.open(io.BytesIO(photo)).save(again, "JPEG", quality=60)
    for name, data, claims in (
        ("tg_field_observer_77_0012.jpg", photo, source),
        ("repost.jpg", again.getvalue(), Claims(source_account="@some_public_channel")),
    ):
        bench.intake.take_in(investigator, case.case_id, [Upload(name=name, data=data)], claims)
    bench.reading.read_pending(investigator, case.case_id)
    judge(bench, investigator, case, "serial", reason=f"As {NEAR} wrote.")
    return case


def test_near_hits_are_shown_and_answered_before_anything_is_written(
    bench: Workbench, investigator: Actor, near_told: CaseSummary
) -> None:
    case_id = near_told.case_id
    sealed = bench.exports.seal(investigator, case_id)
    folders = set((bench.stores.settings.store / "bundles").iterdir())
    with pytest.raises(AnswersMissing) as asked:
        bench.publication.publish(investigator, case_id, sealed.sequence, Withholding())
    (hit,) = asked.value.hits
    assert hit.words == NEAR
    assert set(hit.places) >= {"data/report.html", "data/report.pdf"}
    assert set((bench.stores.settings.store / "bundles").iterdir()) == folders
    assert bench.publication.published(case_id) == ()

    answer = Answer(words=hit.words, verdict=Verdict.WITHHELD)
    view = bench.publication.publish(
        investigator, case_id, sealed.sequence, Withholding(answers=(answer,))
    )
    folder = bench.publication.folder_path(case_id, view.sequence)
    for path, data in all_bytes(folder).items():
        for word in (HANDLE, HANDLE[1:], NEAR, "Witness", "Told by", "repost.jpg", FINDER):
            assert word.encode() not in data, f"{word} in {path}"
    assert bench.exports.verify(folder).ok
    entry = next(bench.stores.ledger.entries(case_id, after=view.sequence - 1))
    assert entry.private["answers"] == [[NEAR, "withheld"]]


def test_a_near_hit_that_is_released_on_purpose_stays_and_is_on_record(
    bench: Workbench, investigator: Actor, near_told: CaseSummary
) -> None:
    sealed = bench.exports.seal(investigator, near_told.case_id)
    answer = Answer(words=NEAR, verdict=Verdict.RELEASED)
    released = FieldChoice(name="file_name", exhibit="EX-0002")
    view = bench.publication.publish(
        investigator,
        near_told.case_id,
        sealed.sequence,
        Withholding(answers=(answer,), released=(released,)),
    )
    folder = bench.publication.folder_path(near_told.case_id, view.sequence)
    page = (folder / "data/report.html").read_text()
    assert NEAR in page
    assert "repost.jpg" in page
    assert "0012.jpg" not in page
    entry = next(bench.stores.ledger.entries(near_told.case_id, after=view.sequence - 1))
    assert entry.private["answers"] == [[NEAR, "released"]]
    assert entry.private["released"] == ["file_name@EX-0002"]


@pytest.mark.parametrize("how", ["exhibits", "blurred"])
def test_what_shows_the_same_as_a_withheld_photo_goes_with_it(
    bench: Workbench, investigator: Actor, near_told: CaseSummary, how: str
) -> None:
    case_id = near_told.case_id
    assert bench.publication.shows_the_same(case_id, ["EX-0001"]) == ("EX-0002",)
    sealed = bench.exports.seal(investigator, case_id)
    answers = (Answer(words=NEAR, verdict=Verdict.WITHHELD),)
    wish = Withholding(**{how: ("EX-0001",), "answers": answers})  # type: ignore[arg-type]
    view = bench.publication.publish(investigator, case_id, sealed.sequence, wish)
    folder = bench.publication.folder_path(case_id, view.sequence)
    pictures = [*folder.rglob("*.jpg"), *folder.rglob("*.png")]
    assert len(pictures) == (0 if how == "exhibits" else 2)
    assert "EX-0002 is withheld" in (folder / "data/report.html").read_text()


def test_near_hits_are_answered_on_the_command_line_too(
    bench: Workbench,
    settings: Settings,
    investigator: Actor,
    near_told: CaseSummary,
    capsys: pytest.CaptureFixture[str],
) -> None:
    sealed = bench.exports.seal(investigator, near_told.case_id)
    bench.close()
    words = ["--store", str(settings.store), "publish", near_told.case_id, str(sealed.sequence)]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert f"--withhold-near '{NEAR}'" in said
    assert "Nothing was written" in said
    assert main([*words, "--withhold-near", NEAR]) == 0
