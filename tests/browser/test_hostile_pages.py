"""A page of another site, in the browser on which somebody works, and a browser without sign-in."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from tests.unit.workbench.drawn import plate_jpeg
from ui.tour import find_browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from ui.tour import Tour

PAGE = b"""<!doctype html><title>foreign</title><script>
window.said = {};
const app = new URLSearchParams(location.search).get("app");
const image = new URLSearchParams(location.search).get("image");
const done = (name, how) => { window.said[name] = how; };
const socket = new WebSocket(app.replace("http", "ws") + "/_stcore/stream", ["streamlit"]);
socket.onopen = () => done("socket", "open"); socket.onerror = () => done("socket", "refused");
fetch(app + "/_stcore/health").then(() => done("fetch", "read"), () => done("fetch", "refused"));
const picture = new Image();
picture.onload = () => done("picture", "seen"); picture.onerror = () => done("picture", "refused");
picture.src = image;
const frame = document.createElement("iframe");
frame.onload = () => {
  try { done("frame", frame.contentDocument === null ? "refused" : "blank"); }
  catch (error) { done("frame", "refused"); }
};
frame.src = app; document.documentElement.append(frame);
</script>"""


class Foreign(BaseHTTPRequestHandler):
    """Serves the hostile page from another port of this computer."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PAGE)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def foreign() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Foreign)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def working(tour_of: Callable[..., Tour], tmp_path: Path) -> tuple[Tour, str]:
    """Somebody who is signed in with a photo on the screen, and the address of its picture."""
    photo = tmp_path / "plate.jpg"
    photo.write_bytes(plate_jpeg())
    tour = tour_of()
    tour.enrol_first("Person One")
    tour.open_case("A case", "Solo")
    tour.take_in(photo)
    tour.go("Exhibits")
    picture = tour.page.locator("img[src*='/media/']").first
    picture.wait_for()
    tour.settled()
    assert picture.evaluate("one => one.naturalWidth") > 0, "it is shown to whoever is signed in"
    return tour, str(picture.evaluate("one => one.src"))


def heard(page: Page, *names: str) -> dict[str, str]:
    page.wait_for_function(
        "names => names.every(name => name in window.said)", arg=list(names), timeout=20_000
    )
    return dict(page.evaluate("window.said"))


def test_pictures_and_the_channel_are_for_whoever_is_signed_in(
    working: tuple[Tour, str], browser: Browser, foreign: str
) -> None:
    tour, picture = working
    stranger = browser.new_context()
    try:
        assert stranger.request.get(picture).status == 403
        assert tour.page.context.request.get(picture).status == 200
        page = tour.page.context.new_page()  # of the same browser, with all its cookies
        page.goto(f"{foreign}/?app={tour.url}&image={picture}")
        said = heard(page, "socket", "fetch", "picture")
        assert (said["socket"], said["fetch"], said["picture"]) == ("refused",) * 3
        page.wait_for_timeout(1_000)
        assert page.frames[-1].url in ("", "about:blank", "chrome-error://chromewebdata/")
        tour.sign_out()
        assert tour.page.context.request.get(picture).status == 403
    finally:
        stranger.close()


def test_a_name_pointed_to_this_computer_is_not_served(working: tuple[Tour, str]) -> None:
    tour, picture = working
    tried = tour.page.context.browser
    assert tried is not None
    rebound = tried.browser_type.launch(
        executable_path=find_browser(),
        args=["--no-sandbox", "--host-resolver-rules=MAP evil.example 127.0.0.1"],
    )
    try:
        page = rebound.new_page()
        port = tour.url.rpartition(":")[2]
        answer = page.goto(f"http://evil.example:{port}/")
        assert answer is not None
        assert answer.status == 421
        assert answer.headers["x-frame-options"] == "DENY"
        assert page.get_by_role("button").count() == 0
        other = page.goto(picture.replace("127.0.0.1", "evil.example"))
        assert other is not None
        assert other.status == 421
    finally:
        rebound.close()
