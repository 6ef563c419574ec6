"""Takes a picture of every screen of the real app with the demo case in it.

`python -m ui.screenshots docs/screens`
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from ui.tour import CannotTour, Tour, launch, served

WIDTH, HEIGHT = 1360, 900
MOST_BYTES = 300_000
COLOURS = 200
PERSON = "Investigator One"

Shoot = Callable[[str], None]


def main(arguments: list[str] | None = None) -> int:
    """Walk through the demo case and write one PNG for each screen; 0 if all were written."""
    parser = argparse.ArgumentParser(prog="python -m ui.screenshots", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the pictures go")
    parser.add_argument("--readers", default="", help="OCR engines to use, as NAMEPLATE_READERS")
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    try:
        take(chosen.folder, readers=chosen.readers)
    except CannotTour as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def take(folder: Path, *, readers: str = "") -> None:
    """Take all pictures on a store made for them. Raises CannotTour."""
    with (
        tempfile.TemporaryDirectory(prefix="nameplate-screens-") as made,
        served(Path(made) / "store", environment={"NAMEPLATE_READERS": readers}) as url,
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        context = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT})
        context.set_default_timeout(60_000)
        tour = Tour(page=context.new_page(), url=url)

        def shoot(name: str) -> None:
            tour.settled()
            tour.page.mouse.move(0, 0)
            path = folder / f"{name}.png"
            tour.page.screenshot(path=path, animations="disabled")
            shrink(path)

        walk(tour, shoot, Path(made))
        browser.close()


def walk(tour: Tour, shoot: Shoot, folder: Path) -> None:
    """The five-minute tour of the demo case, with a picture at each stop."""
    tour.open()
    shoot("01-sign-in")
    tour.enrol_first(PERSON)
    shoot("02-start")
    tour.make_demo()
    shoot("03-overview")
    tour.go("Cases")
    shoot("04-cases")
    tour.go("Intake")
    shoot("05-intake")
    tour.go("Copies")
    shoot("06-copies")
    tour.go("Reading")
    tour.press("reading_start")
    tour.page.get_by_text(" done", exact=False).first.wait_for()
    shoot("07-reading")
    tour.says("Every photo in this case has been read.", seconds=600)
    tour.go("Exhibits")
    shoot("08-exhibits")
    tour.press("open-EX-0001")
    tour.heading("EX-0001")
    shoot("09-exhibit")
    tour.go("Review")
    shoot("10-review")
    tour.even_light()
    shoot("17-review-light")
    tour.confirm_all("EX-0001-R1")
    tour.find("O836")
    shoot("18-find")
    _weigh_and_seal(tour, shoot, folder)


def _weigh_and_seal(tour: Tour, shoot: Shoot, folder: Path) -> None:
    tour.go("Candidates")
    tour.search()
    shoot("11-candidates")
    tour.starting("card-candidate-").first.scroll_into_view_if_needed()
    tour.starting("card-candidate-").first.evaluate("card => card.scrollIntoView()")
    shoot("12-candidate")
    tour.decide_first("Every character of the serial was read, and one unit of the catalog fits.")
    tour.go("Trace requests")
    tour.ask("Example Optics, Records Department", "Investigations desk, desk@example.org")
    said = "It may be one of our products; the serial cannot be confirmed from the pictures."
    tour.record_answer("TR-0001", "They know the product", said)
    tour.page.locator(".np-head").first.scroll_into_view_if_needed()
    shoot("19-traces")
    tour.go("Export")
    tour.seal()
    shoot("13-export")
    tour.verify(tour.download(folder))
    shoot("14-verify")
    tour.go("Catalog")
    tour.fill("look_serial", "CMX15D-08?6")
    tour.fill("look_model", "CMX-15D")
    tour.press("look_go")
    tour.says("Covers")
    shoot("15-catalog")
    tour.go("People and keys")
    shoot("16-people")


def shrink(path: Path) -> None:
    """Reduce the colours, so that the picture is small enough to store with the text."""
    with Image.open(path) as image:
        small = image.convert("RGB").quantize(COLOURS, dither=Image.Dither.FLOYDSTEINBERG)
    small.save(path, optimize=True)
    if path.stat().st_size > MOST_BYTES:
        small.convert("RGB").quantize(96, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    sys.exit(main())
