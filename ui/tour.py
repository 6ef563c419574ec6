"""Walks through the real app in a real browser: for the browser tests and for the screenshots.

Each step waits for its result, never for a fixed time.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from playwright.sync_api import Browser, Locator, Page, Playwright

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 240
STEP_SECONDS = 120
READING_SECONDS = 300
PRESSES = 5
"""How often a press that the page ignored is repeated; a person would look for the reason."""
JUDGED = "Show the machine's reading · Change answer"
"""On the card of a field that was judged."""
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--font-render-hinting=none",
]
# During a run, Streamlit keeps what the previous run drew, marked as stale, and for a moment the
# page may contain both.
_FRESH = ":not([data-stale='true'])"
NO_BROWSER = (
    "No Chromium was found. Install one (on Debian: apt-get install chromium), or set "
    "NAMEPLATE_CHROMIUM to the path of its program."
)


class CannotTour(Exception):
    """There is no browser, or the app did not start; the sentence says what to do."""


def find_browser() -> Path:
    """Find Chromium: NAMEPLATE_CHROMIUM, then /usr/bin/chromium, then the PATH.

    Raises CannotTour with what to install.
    """
    named = os.environ.get("NAMEPLATE_CHROMIUM")
    if named:
        if Path(named).is_file():
            return Path(named)
        raise CannotTour(f"NAMEPLATE_CHROMIUM is {named}, which is not a file.")
    if Path("/usr/bin/chromium").is_file():
        return Path("/usr/bin/chromium")
    for name in BROWSER_NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    raise CannotTour(NO_BROWSER)


def launch(playwright: Playwright) -> Browser:
    """Start the system's Chromium without a window. Raises CannotTour if there is none."""
    return playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)


@contextmanager
def served(
    store: Path,
    *,
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
    folder: Path = ROOT,
    app: Path = ROOT / "app.py",
    address: str = "127.0.0.1",
    port: int | None = None,
    installed: Path | None = None,
) -> Iterator[str]:
    """Serve the app on a store, as `streamlit run app.py` does; give its URL.

    It is started in `folder` and listens on `address`, and on a free port unless one is given.
    With `installed`, that program is started as `nameplate app`, which listens on this computer.
    """
    port = port or free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(app)]
    options = ["--server.port", str(port), "--server.address", address]
    if installed:
        command, options = [str(installed), "app"], ["--port", str(port)]
    written = log or store.parent / "app.log"
    with written.open("wb") as output:
        process = subprocess.Popen(
            [*command, *options],
            cwd=folder,
            env={**os.environ, **(environment or {}), "NAMEPLATE_STORE": str(store)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_healthy(url, process, written)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def free_port() -> int:
    """A port of this computer on which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            # The address is our own, on this computer, and always http.
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise CannotTour(f"The app did not start:\n{log.read_text(errors='replace')[-2000:]}")


@dataclass(frozen=True, slots=True)
class Tour:
    """The steps that a person takes; each waits for its result."""

    page: Page
    url: str

    # --- finding things ---------------------------------------------------------------

    def key(self, key: str) -> Locator:
        """The current element with this key, not a stale one from an earlier run."""
        return self.page.locator(f".st-key-{key}{_FRESH}")

    def starting(self, start: str) -> Locator:
        """The elements whose keys start with this."""
        return self.page.locator(f"[class*='st-key-{start}']{_FRESH}")

    def press(self, key: str) -> None:
        """Press the button with this key once no run is under way; a stop button, at once."""
        if not key.endswith("_stop"):
            self.idle()
        self.key(key).locator("button").first.click()

    def press_until(self, key: str, brought: Locator, *, seconds: float = STEP_SECONDS) -> None:
        """Press the button with this key, and wait for the result.

        A press that the page reports as ignored, or as not recorded, is repeated, as it asks.
        """
        told = self.page.locator(".wa-missed, .wa-refused").filter(visible=True)
        for _press in range(PRESSES):
            self.settled()
            while told.count():
                told.first.get_by_role("button", name="Dismiss").click()
            self.press(key)
            brought.or_(told).first.wait_for(timeout=seconds * 1000)
            if not told.count():
                break
        brought.first.wait_for(timeout=seconds * 1000)

    def fill(self, key: str, text: str) -> None:
        """Fill in the field with this key, and leave it."""
        box = self.key(key).locator("input, textarea").first
        box.fill(text)
        box.press("Tab")

    def heading(self, text: str) -> None:
        """Wait for a screen by its heading."""
        self.page.locator(".np-head h1", has_text=text).first.wait_for()

    def says(self, text: str, *, seconds: float = STEP_SECONDS) -> Locator:
        """Wait for a text to appear."""
        found = self.page.get_by_text(text).first
        found.wait_for(timeout=seconds * 1000)
        return found

    def idle(self) -> None:
        """Wait until no run of the screen is under way; until then, presses are ignored."""
        app = "[data-testid='stApp'][data-test-script-state='notRunning']"
        self.page.locator(app).wait_for(timeout=READING_SECONDS * 1000)

    def settled(self) -> None:
        """Wait until the app has nothing more to do and its pictures are there."""
        self.idle()
        self.page.wait_for_function(
            "() => [...document.images].every(i => i.complete) && "
            '!document.querySelector(\'[data-stale="true"], [data-testid="stSkeleton"]\')'
        )

    def go(self, title: str, heading: str | None = None) -> None:
        """Go to a screen by the navigation."""
        links = self.page.locator("[data-testid='stSidebarNavLink']")
        links.filter(has_text=title).first.click()
        self.heading(heading or title)
        self.settled()

    # --- the steps --------------------------------------------------------------------

    def open(self, path: str = "") -> None:
        """Open the app in the browser."""
        self.page.goto(f"{self.url}/{path}")
        self.page.locator(".np-head h1").first.wait_for(timeout=START_SECONDS * 1000)

    def enrol_first(self, name: str) -> None:
        """Add the first person and sign in."""
        self.fill("first_name", name)
        self.press("enrol_first")
        self.says(f"Good to see you, {name}")

    def sign_in(self, name: str) -> None:
        """Sign in as a person of the store, without a passphrase."""
        self.key("who").get_by_text(name, exact=True).click()
        self.page.locator(".st-key-sign_in button:not([disabled])").wait_for()
        self.press("sign_in")
        self.says(f"Signed in as {name}")

    def sign_out(self) -> None:
        """Sign out."""
        self.press("sign_out")
        self.says("Who are you?")

    def make_demo(self) -> None:
        """Create the demo case and open it."""
        self.press("make_demo")
        self.says("About this case", seconds=READING_SECONDS)

    def open_case(self, title: str, policy: str) -> None:
        """Open a case under a policy, by the words on the screen."""
        self.go("Cases")
        self.fill("case_title", title)
        self.key("case_policy").get_by_text(policy, exact=True).click()
        self.fill("case_provenance", "Rendered for a test; synthetic.")
        self.press("case_open")
        self.heading("Intake")

    def enrol(self, name: str, *roles: str) -> None:
        """Add another person, as an administrator."""
        self.go("People and keys")
        self.fill("enrol_name", name)
        for role in roles:
            self.key(f"enrol_role_{role.lower()}").locator("label").click()
        self.press("enrol_send")
        self.says(f"{name} was added.")

    def change_person(self, name: str) -> None:
        """Sign out, sign in as somebody else, and open the first case."""
        self.sign_out()
        self.sign_in(name)
        self.go("Cases")
        self.starting("open-case-").locator("button").first.click()
        self.says("About this case")

    def choose_files(self, *files: Path) -> None:
        """Choose files for an upload and wait until all of them are with the app."""
        self.starting("intake_files").locator("input[type=file]").set_input_files(files)
        ready = self.page.locator(".st-key-intake_go button:not([disabled])")
        ready.filter(has_text=f"Add {len(files)} file").wait_for()
        self.settled()

    def take_in(self, *files: Path, **claims: str) -> None:
        """Upload files with claims (names as in the form) and wait for the answer."""
        self.choose_files(*files)
        for name, text in claims.items():
            box = self.starting(f"claim_{name}_").locator("input, textarea").first
            box.fill(text)
            box.press("Tab")
        self.settled()
        self.press("intake_go")
        self.says("Last upload", seconds=READING_SECONDS)
        self.settled()

    def read_everything(self) -> None:
        """Start reading and wait until every photo has been read."""
        self.go("Reading")
        self.press("reading_start")
        self.says("Every photo in this case has been read.", seconds=READING_SECONDS)

    def confirm_all(self, place: str) -> None:
        """Confirm every unjudged field of the region that is shown (place: exhibit-region)."""
        self.settled()
        start = f"st-key-card-field-{place}-"
        cards = self.page.locator(f"[class*='{start}']")
        cards.first.wait_for()
        classes = [cards.nth(at).get_attribute("class") or "" for at in range(cards.count())]
        for field in [found.split(start)[1].split()[0] for found in classes]:
            button = self.key(f"confirm-{place}-{field}").filter(visible=True)
            judged = self.page.locator(f".{start}{field}").get_by_text(JUDGED)
            button.or_(judged).first.wait_for()
            if not judged.count():
                self.confirm(place, field)

    def confirm(self, place: str, field: str) -> None:
        """Confirm what the machine read in one field, and wait until that is recorded."""
        confirmed = self.key(f"card-field-{place}-{field}").get_by_text("Confirmed by")
        self.press_until(f"confirm-{place}-{field}", confirmed)
        confirmed.wait_for()
        self.settled()

    def correct(self, place: str, field: str, text: str, *, reason: str) -> None:
        """Correct a field, with a reason, and wait until that is recorded."""
        self.press(f"corrected-{place}-{field}")
        self.fill(f"text-{place}-{field}", text)
        self.fill(f"reason-{place}-{field}", reason)
        self.press(f"record-{place}-{field}")
        card = self.key(f"card-field-{place}-{field}")
        card.get_by_text("Corrected by").wait_for()
        self.settled()

    def even_light(self) -> None:
        """Show the crop with even lighting."""
        crop = self.starting("crop-").first
        crop.locator("[data-do=look]").click()
        crop.locator("[data-aid=even]").check()

    def find(self, fragment: str) -> None:
        """Search for part of a serial in all readings of the case."""
        self.go("Exhibits")
        self.fill("exhibits_find", fragment)
        self.starting("card-hit-").first.wait_for()
        self.settled()

    def search(self) -> None:
        """Search the catalog for the plate that is chosen, and wait for the result."""
        self.press("candidates_search")
        self.says("Searched ", seconds=STEP_SECONDS)
        self.settled()

    def decide_first(self, reason: str) -> None:
        """Confirm the first candidate with a reason."""
        self.starting("decide-").first.get_by_text("Confirm: the plate").click()
        self.starting("decidereason-").locator("textarea").first.fill(reason)
        self.starting("decidereason-").locator("textarea").first.press("Tab")
        self.starting("decidego-").locator("button").first.click()
        self.says("The decision is recorded.")

    def ask(self, addressee: str, reply_to: str) -> None:
        """Record a trace request about the plate that is chosen, and wait until it is shown."""
        to = self.starting("trace_to_").locator("textarea").first
        to.fill(addressee)
        to.press("Tab")
        self.fill("trace_reply", reply_to)
        self.settled()
        self.press("trace_send")
        self.says("is recorded. Download its letter and send it.")
        self.settled()

    def record_answer(self, trace_id: str, comes_to: str, said: str, *papers: Path) -> None:
        """Record the first answer to a trace request, with the files that came with it."""
        this = f"{trace_id}-0"
        self.page.get_by_text("Record an answer").first.click()
        self.key(f"answer-is-{this}").get_by_text(comes_to).click()
        self.key(f"answer-words-{this}").locator("textarea").fill(said)
        if papers:
            box = self.key(f"answer-papers-{this}")
            box.locator("input[type=file]").set_input_files(papers)
            box.locator("[data-testid=stFileChip]").first.wait_for()
        self.press(f"answer-send-{this}")
        self.says("The answer is recorded.")
        self.settled()

    def seal(self) -> None:
        """Seal a bundle and wait for it."""
        self.press("seal")
        self.says("The bundle is sealed.", seconds=READING_SECONDS)
        self.settled()

    def download(self, folder: Path) -> Path:
        """Download the latest bundle as ZIP."""
        with self.page.expect_download() as waiting:
            self.starting("zip-").locator("button").first.click()
        path = folder / waiting.value.suggested_filename
        waiting.value.save_as(path)
        return path

    def verify(self, bundle: Path) -> None:
        """Upload a bundle to the screen that verifies, and wait for the answer."""
        self.go("Verify a bundle")
        delete = self.key("verify_upload").locator("[data-testid=stFileChipDeleteBtn] button")
        if delete.count():
            delete.first.click()
            # The screen has been redrawn without it once there is nothing to verify.
            self.page.locator(".st-key-verify_go button[disabled]").wait_for()
            self.settled()
        self.key("verify_upload").locator("input[type=file]").set_input_files(bundle)
        self.key("verify_upload").locator("[data-testid=stFileChip]").wait_for()
        self.page.locator(".st-key-verify_go button:not([disabled])").wait_for()
        answer = self.page.get_by_text("Keys trusted")
        answer.wait_for(state="detached")  # that on the previous bundle
        self.press_until("verify_go", answer, seconds=READING_SECONDS)
        self.settled()
