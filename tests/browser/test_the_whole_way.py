"""From a photo to a bundle that verifies, in a real browser with a real reader."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from catalog.demo import demo_catalog_csv
from renderer.clip import plate_clip
from renderer.demo_story import MAIN_SERIAL, camera_plate
from renderer.jpeg import to_jpeg
from renderer.plate import draw_plate, expose
from ui.tour import READING_SECONDS

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
MAKE, DATE_TAKEN = 271, 36867
AT = """([place, second]) => {
  const video = document.querySelector(place);
  if (!video || video.readyState < 2 || video.seeking) return false;
  if (Math.abs(video.currentTime - second) < 0.001) return true;
  video.currentTime = second;
  return false;
}"""
EXIF = {MAKE: "Nameplate test camera", DATE_TAKEN: "2020:10:19 14:05:00"}


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One drawn look at the plate of the story, with embedded facts."""
    drawn = draw_plate(camera_plate(MAIN_SERIAL, date="2020-08"), seed=24, wear="clean")
    look = expose(drawn, severity="clean", seed=1, size=1000)
    path = tmp_path_factory.mktemp("photos") / "turret.jpg"
    path.write_bytes(to_jpeg(look.pixels, quality=90, exif=EXIF))
    return path


@pytest.fixture(scope="session")
def repost(photo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same photo, recompressed and smaller, without what was embedded."""
    from PIL import Image

    path = tmp_path_factory.mktemp("photos") / "repost.jpg"
    with Image.open(photo) as image:
        image.resize((image.width // 2, image.height // 2)).save(path, quality=60)
    return path


def import_catalog(tour, folder: Path) -> None:
    """Import the made-up catalog as a CSV file, by hand."""
    path = folder / "permits.csv"
    path.write_bytes(demo_catalog_csv())
    tour.go("Catalog")
    tour.page.get_by_role("tab", name="Import").click()
    tour.starting("catalog_file_").locator("input[type=file]").set_input_files(path)
    tour.says("rows that can be used")
    coverage = tour.starting("catalog_coverage_").locator("textarea")
    coverage.fill("One invented issuer, one invented maker.")
    coverage.press("Tab")
    tour.starting("catalog_synthetic_").locator("label").first.click()
    tour.page.locator(".st-key-catalog_go button:not([disabled])").wait_for()
    tour.press("catalog_go")
    tour.says("is imported")


def test_from_upload_to_a_bundle_that_verifies(tour_of, hosts, photo, repost, tmp_path) -> None:
    tour = tour_of()
    talked_to = hosts(tour)
    tour.enrol_first("Person One")
    import_catalog(tour, tmp_path)

    # Two people: the one who takes in may not confirm.
    tour.enrol("Reviewer Two", "Reviewer")
    tour.open_case("A turret in a field", "Two people")
    tour.take_in(photo, repost, url="https://example.org/1", place="a <b>field</b>")
    tour.says("EX-0002 as a copy of EX-0001")
    tour.read_everything()

    # What is claimed and what is embedded, apart.
    tour.go("Exhibits")
    tour.press("open-EX-0001")
    tour.heading("EX-0001")
    tour.says("a <b>field</b>")
    tour.says("2020-10-19T14:05:00")
    tour.page.get_by_text("All", exact=False).filter(has_text="embedded fact").first.click()
    tour.says("Nameplate test camera")
    the_photo_is_seen_by_keyboard(tour)

    # The uploader may not judge and is told so; the other person signs in and does.
    tour.go("Review")
    tour.says("another person has to judge it")
    assert tour.starting("confirm-").count() == 0
    tour.change_person("Reviewer Two")

    tour.go("Copies")
    tour.says("Proposed as copies of one exposure")
    tour.starting("judge-copy").get_by_text("Yes, as proposed").click()
    tour.starting("record-copy").locator("button:not([disabled])").click()
    tour.says("Confirmed by Reviewer Two")

    tour.go("Review")
    a_view_alters_nothing(tour)
    tour.page.keyboard.press("1")
    tour.key("card-field-EX-0001-R1-maker").get_by_text("Confirmed by Reviewer Two").wait_for()
    tour.confirm_all("EX-0001-R1")
    tour.find(MAIN_SERIAL[-4:])
    tour.says("2 plates read so")
    tour.go("Candidates")
    tour.search()
    tour.says("Likelihood ratio")
    tour.says("redacted")
    first = tour.starting("card-candidate-").first
    assert MAIN_SERIAL in first.inner_text()
    tour.decide_first("Every character fits.")

    # The custodian asks the maker, and keeps what comes back as it came.
    tour.change_person("Person One")
    tour.go("Candidates")
    tour.press("candidates_trace")
    tour.heading("Trace requests")
    tour.ask("Example Optics, Records", "desk@example.org")
    with tour.page.expect_download() as waiting:
        tour.press("letter-TR-0001")
    letter = tmp_path / "letter.pdf"
    waiting.value.save_as(letter)
    assert letter.read_bytes().startswith(b"%PDF")
    reply = tmp_path / "reply.html"
    reply.write_text("<script>alert(1)</script>", encoding="utf-8")
    tour.record_answer("TR-0001", "They know the product", "It <b>may</b> be ours.", reply)
    tour.says("It <b>may</b> be ours.")

    # The custodian seals; the reviewer's signature is asked for and given.
    tour.go("Export")
    tour.seal()
    tour.says("waits for Reviewer Two")
    tour.change_person("Reviewer Two")
    tour.go("Export")
    tour.starting("sign-").locator("button").first.click()
    tour.says("signed by everyone required")
    bundle = tour.download(tmp_path)
    tour.verify(bundle)
    tour.says("This bundle is intact")

    # The same bundle with one byte changed is refused, by name of the fault.
    tour.verify(with_one_byte_changed(bundle))
    tour.says("This bundle must not be relied on")
    assert talked_to == {tour.url.removeprefix("http://")}, "the page asked somebody else"
    outside_the_app(bundle, tour, tmp_path)


def the_photo_is_seen_by_keyboard(tour) -> None:
    """From a region, keys bring the view closer and move it, again and again."""
    region = tour.page.locator(".pv-region").first
    region.wait_for()
    stage = tour.page.locator(".pv-stage").first
    views = [stage.get_attribute("viewBox")]
    region.focus()
    for key in ("+", "+", "ArrowRight", "-", "0"):
        tour.page.keyboard.press(key)
        views.append(stage.get_attribute("viewBox"))
    assert len(set(views[:5])) == 5, views
    assert views[-1] == views[0]


def a_view_alters_nothing(tour) -> None:
    """Light and turning change what the screen shows, say so, and can be undone."""
    crop = tour.starting("crop-").first
    altered = crop.locator(".pv-altered")
    assert not altered.is_visible()
    tour.even_light()
    crop.locator("[data-do=turned]").click()
    altered.get_by_text("the exhibit and its readings are unchanged").wait_for()
    crop.locator("[data-do=reset]").click()
    altered.wait_for(state="hidden")


def with_one_byte_changed(bundle: Path) -> Path:
    changed = bundle.with_name("changed.zip")
    with zipfile.ZipFile(bundle) as good, zipfile.ZipFile(changed, "w") as bad:
        for item in good.infolist():
            data = good.read(item)
            if item.filename.endswith("report.html"):
                data = data.replace(b"S", b"Z", 1)
            bad.writestr(item, data)
    return changed


def outside_the_app(bundle: Path, tour, folder: Path) -> None:
    """What a stranger does: our verifier as a program, and sha256sum alone."""
    tour.go("People and keys")
    with tour.page.expect_download() as waiting:
        tour.key("signers_download").locator("button").click()
    signers = folder / "allowed_signers"
    waiting.value.save_as(signers)
    checked = subprocess.run(
        [sys.executable, "-m", "evidence_store", "verify", str(bundle),
         "--allowed-signers", str(signers)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert checked.returncode == 0, checked.stdout + checked.stderr
    if shutil.which("sha256sum"):
        with zipfile.ZipFile(bundle) as archive:
            archive.extractall(folder / "unpacked")
        (top,) = (folder / "unpacked").iterdir()
        for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
            subprocess.run(["sha256sum", "--strict", "--quiet", "-c", name], cwd=top, check=True)


def test_a_clip_gives_stills_and_a_frame_is_taken_by_hand(tour_of, tmp_path) -> None:
    clip = tmp_path / "passing.mp4"
    clip.write_bytes(
        plate_clip(
            camera_plate(MAIN_SERIAL, date="2020-08"),
            seconds=2.0,
            seed=3,
            size=(640, 360),
            visible=(0.4, 1.6),
            fill=0.6,
        )
    )
    tour = tour_of()
    tour.enrol_first("Person One")
    tour.open_case("A clip", "Solo")
    tour.take_in(clip)
    tour.go("Exhibits")
    tour.says("SOLO CASE")
    tour.says("frame of EX-0001")
    tour.settled()
    before = tour.starting("tile-EX-").count()
    tour.press("open-EX-0001")
    tour.heading("EX-0001")
    tour.settled()
    # Asked again and again of the element that is there now: one that was drawn anew, or whose
    # event came before anybody listened, would never answer.
    tour.page.wait_for_function(AT, arg=["[class*='st-key-video-EX-0001'] video", 1.2])
    tour.says("1.200 s")
    tour.page.locator(".fp-take").click()
    tour.says("was taken at 1.2 s")
    tour.press("back")
    tour.heading("Exhibits")
    tour.settled()
    assert tour.starting("tile-EX-").count() == before + 1


def test_an_upload_is_stopped_and_goes_on_with_the_same_files(tour_of, photo, tmp_path) -> None:
    files = [tmp_path / f"photo-{number:02}.jpg" for number in range(20)]
    for number, file in enumerate(files):
        file.write_bytes(photo.read_bytes() + bytes([number]))
    tour = tour_of()
    tour.enrol_first("Person One")
    tour.open_case("A long upload", "Solo")
    tour.choose_files(*files)
    tour.press("intake_go")
    tour.says("of 20 done")
    tour.press("intake_stop")
    tour.says("of 20 files were not added")
    tour.press("intake_go")
    tour.says("passed over: here already", seconds=READING_SECONDS)
    tour.says("to EX-0020.")


def test_a_group_of_copies_is_looked_at_and_split(tour_of, photo, repost) -> None:
    tour = tour_of()
    tour.enrol_first("Person One")
    tour.open_case("A split", "Solo")
    tour.take_in(photo, repost)
    tour.go("Copies")
    tour.says("matched features line up")
    tour.page.locator("[alt^='The two photos side by side']").first.wait_for()
    tour.starting("judge-copy").get_by_text("No – split the group").click()
    reason = tour.starting("reason-copy").locator("textarea")
    reason.fill("Two shutters.")
    reason.press("Tab")
    tour.starting("record-copy").locator("button:not([disabled])").click()
    tour.says("Rejected by Person One")
    tour.says("Reason: Two shutters.")


def test_a_region_is_drawn_by_hand_and_read(tour_of, photo) -> None:
    tour = tour_of()
    tour.enrol_first("Person One")
    tour.open_case("A region", "Solo")
    tour.take_in(photo)
    tour.go("Exhibits")
    tour.press("open-EX-0001")
    tour.heading("EX-0001")
    tour.key("drawing-EX-0001").locator("label").click()
    stage = tour.page.locator(".pv-drawing .pv-stage")
    stage.scroll_into_view_if_needed()
    box = stage.bounding_box()
    mouse = tour.page.mouse
    mouse.move(box["x"] + box["width"] * 0.1, box["y"] + box["height"] * 0.1)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 0.9, box["y"] + box["height"] * 0.9, steps=4)
    mouse.up()
    tour.page.locator("[data-do=use]:not([disabled])").click()
    tour.says("D1 was drawn and read.", seconds=READING_SECONDS)
    tour.says("Region D1")


def test_an_address_followed_from_outside_still_asks_who_you_are(tour_of, photo) -> None:
    tour = tour_of()
    tour.enrol_first("Person One")
    tour.open_case("Behind the door", "Solo")
    tour.go("Export")
    address = tour.page.url
    assert "case=case-" in address
    other = tour.page.context.new_page()
    other.goto(address)
    other.get_by_text("Who are you?").wait_for()
    assert "Behind the door" not in other.content()
    stranger = type(tour)(page=other, url=tour.url)
    stranger.sign_in("Person One")
    stranger.heading("Export")
    assert "Behind the door" in other.content()
