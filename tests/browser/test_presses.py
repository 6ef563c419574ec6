"""No press is lost silently: quick keys, a reload, a server that freezes or is killed."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import TEAM
from tests.unit.workbench.drawn import plate_jpeg
from ui.tour import READING_SECONDS, STEP_SECONDS, Tour, free_port, served
from workbench.types import Claims, Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from workbench.workbench import Workbench

pytestmark = pytest.mark.browser

PAUSE_MS = 50
FIELDS = "12345"
TALL = {"width": 1360, "height": 2600}
"""A window in which every card of a plate is in view."""
USUAL = {"width": 1360, "height": 900}
REVIEWER = TEAM[1]
MATERIAL = 8
"""Photos that are read in the background."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The review of a case by one person, and what is on record of it."""

    tour: Tour
    team: Workbench

    @property
    def case_id(self) -> str:
        return self.team.cases.all_cases()[0].case_id

    def open_review(self, name: str = REVIEWER) -> None:
        self.tour.sign_in(name)
        self.tour.go("Cases")
        self.tour.starting("open-case-").locator("button").first.click()
        self.tour.says("About this case")
        self.tour.go("Review")
        self.on_plate(1)

    def on_plate(self, number: int) -> None:
        """Wait until the cards of a plate, and none of another one, are on the screen."""
        card = self.tour.key(f"card-field-EX-{number:04}-R1-maker")
        card.wait_for(timeout=READING_SECONDS * 1000)
        self.tour.settled()

    def press(self, keys: str) -> None:
        """Press keys as quickly as a hand that knows them."""
        for key in keys:
            self.tour.page.keyboard.press(key)
            self.tour.page.wait_for_timeout(PAUSE_MS)

    def answered(self) -> None:
        """Wait until nothing waits in the browser any more."""
        page = self.tour.page
        for waits in (".wa-waiting", ".wa-going"):
            expect(page.locator(waits)).to_be_hidden(timeout=READING_SECONDS * 1000)
        self.tour.settled()

    def waiting(self, count: int | str) -> None:
        """Wait until the page says that so many presses, or a number that matches, wait."""
        said = self.tour.page.locator(".wa-waiting")
        words = re.compile(rf"\b{count} waiting to be recorded")
        expect(said).to_contain_text(words, timeout=STEP_SECONDS * 1000)

    def not_taken(self) -> list[str]:
        """What the page says it ignored: the keys, one by one."""
        lines = self.tour.page.locator(".wa-missed li").all_inner_texts()
        return [key for line in lines for key in line.rpartition(": ")[2].rstrip(".").split(", ")]

    def recorded(self) -> list[tuple[str, str]]:
        """Exhibit and field of each judgement on record, in order; each by an act of its own."""
        entries = [
            entry
            for entry in self.team.stores.ledger.entries(self.case_id)
            if entry.kind == "field.judged"
        ]
        acts = [entry.body["act"] for entry in entries]
        assert len(acts) == len(set(acts)), "each act is recorded once"
        return [(str(entry.body["exhibit"]), str(entry.body["field"])) for entry in entries]


@pytest.fixture
def bench(tour_of: Callable[..., Tour], team: Workbench, script: Path) -> Bench:
    tour = tour_of(NAMEPLATE_READERS="scripted", NAMEPLATE_SCRIPT=str(script))
    return Bench(tour=tour, team=team)


def server_of(port: int) -> psutil.Process:
    """The server that this test started on a port."""
    (found,) = (
        child
        for child in psutil.Process().children()
        if "streamlit" in child.cmdline() and str(port) in child.cmdline()
    )
    return found


@contextmanager
def frozen(tour: Tour) -> Iterator[None]:
    """While the server does nothing at all."""
    server = server_of(int(tour.url.rpartition(":")[2]))
    server.suspend()
    try:
        yield
    finally:
        server.resume()


@pytest.fixture
def being_read(bench: Bench, team: Workbench, browser: Browser) -> Iterator[None]:
    """While the app reads photos that somebody else added."""
    first = team.people.sign_in(
        next(person.person_id for person in team.people.everyone() if person.name == TEAM[0])
    )
    photos = [
        Upload(name=f"m{at}.jpg", data=plate_jpeg(f"B-{at}00", 50 + at)) for at in range(MATERIAL)
    ]
    team.intake.take_in(first, bench.case_id, photos, Claims())
    context = browser.new_context(viewport=USUAL)
    reader = Tour(page=context.new_page(), url=bench.tour.url)
    reader.open()
    reader.sign_in(TEAM[0])
    reader.go("Cases")
    reader.starting("open-case-").locator("button").first.click()
    reader.says("About this case")
    reader.go("Reading")
    reader.press("reading_start")
    reader.key("reading_stop").wait_for()
    yield
    reader.page.close()
    context.close()


@pytest.mark.usefixtures("being_read")
def test_twenty_presses_while_photos_are_read_are_each_recorded_once(bench: Bench) -> None:
    bench.tour.page.set_viewport_size(TALL)
    bench.open_review()
    for plate in (1, 2, 3, 4):
        bench.on_plate(plate)
        bench.press(FIELDS)
        if plate < 4:
            bench.press("n")
    bench.answered()
    assert bench.not_taken() == []
    recorded = bench.recorded()
    assert len(recorded) == len(set(recorded)) == 20


@pytest.mark.parametrize("window", [USUAL, TALL, {"width": 720, "height": 900}])
def test_of_keys_that_do_not_wait_each_is_recorded_or_said_to_be_not_taken(
    bench: Bench, window: dict[str, int]
) -> None:
    bench.open_review()
    bench.tour.page.set_viewport_size(window)  # type: ignore[arg-type]
    bench.tour.settled()
    bench.press((FIELDS + "n") * 4)
    bench.answered()
    recorded = bench.recorded()
    assert len(recorded) == len(set(recorded))
    missed = [key for key in bench.not_taken() if key in FIELDS]
    assert len(recorded) + len(missed) == 4 * len(FIELDS)
    assert len(recorded) >= 2, "what is in view is taken"
    if window is TALL:
        assert {exhibit for exhibit, _field in recorded[: len(FIELDS)]} == {"EX-0001"}


def test_what_waits_survives_a_reload_and_is_recorded_once(bench: Bench) -> None:
    page = bench.tour.page
    page.set_viewport_size(TALL)
    page.on("dialog", lambda dialog: dialog.accept())
    bench.open_review()
    with frozen(bench.tour):
        bench.press("123")
        bench.waiting(3)
    # The first is on its way to the server, or there: whether it is answered before the page
    # is loaded again is a race that either may win. What is not answered still waits.
    page.reload()
    page.get_by_text("Who are you?").wait_for()
    bench.waiting("[123]")
    expect(page.locator(".wa-waiting")).to_contain_text(f"pressed by {REVIEWER}")
    bench.tour.sign_in(REVIEWER)
    bench.answered()
    assert sorted(bench.recorded()) == [
        ("EX-0001", field) for field in ("maker", "model", "serial")
    ]
    expect(page.locator(".wa-refused")).to_be_hidden()


def test_nothing_is_recorded_for_somebody_else_in_the_same_tab(bench: Bench) -> None:
    page = bench.tour.page
    page.on("dialog", lambda dialog: dialog.accept())
    bench.open_review()
    with frozen(bench.tour):
        bench.press("12")
        bench.waiting(2)
        stored = page.evaluate("sessionStorage.getItem('nameplate-acts')")
    bench.answered()
    before = bench.recorded()
    page.reload()
    page.get_by_text("Who are you?").wait_for()
    # As if they had never been answered: another person signs in where they wait.
    page.evaluate("kept => sessionStorage.setItem('nameplate-acts', kept)", stored)
    page.reload()
    page.get_by_text("Who are you?").wait_for()
    bench.tour.sign_in(TEAM[2])
    bench.tour.settled()
    bench.waiting(2)
    assert bench.recorded() == before
    bench.tour.sign_out()
    bench.tour.sign_in(REVIEWER)
    bench.answered()
    assert bench.recorded() == before, "sent twice, recorded once"


def test_what_waits_survives_a_server_that_is_killed(
    team: Workbench, script: Path, browser: Browser, tmp_path: Path
) -> None:
    environment = {"NAMEPLATE_READERS": "scripted", "NAMEPLATE_SCRIPT": str(script)}
    port = free_port()
    with ExitStack() as stack:
        first = stack.enter_context(ExitStack())
        url = first.enter_context(served(tmp_path / "store", environment=environment, port=port))
        context = browser.new_context(viewport=TALL)  # type: ignore[arg-type]
        stack.callback(context.close)
        context.set_default_timeout(STEP_SECONDS * 1000)
        bench = Bench(tour=Tour(page=context.new_page(), url=url), team=team)
        bench.tour.open()
        bench.open_review()
        server = server_of(port)
        server.suspend()
        bench.press("123")
        bench.waiting(3)
        server.kill()
        first.close()
        stack.enter_context(served(tmp_path / "store", environment=environment, port=port))
        bench.tour.page.get_by_text("Who are you?").wait_for(timeout=READING_SECONDS * 1000)
        bench.waiting(3)
        bench.tour.sign_in(REVIEWER)
        bench.answered()
        assert sorted(bench.recorded()) == [
            ("EX-0001", field) for field in ("maker", "model", "serial")
        ]
        expect(bench.tour.page.locator(".wa-refused")).to_be_hidden()


def test_a_key_pressed_twice_judges_one_card(bench: Bench) -> None:
    bench.open_review()
    bench.press("11")
    bench.answered()
    assert bench.recorded() == [("EX-0001", "maker")]
    assert bench.not_taken() == ["1"]


def test_a_card_is_judged_only_while_the_cut_out_plate_is_in_view(bench: Bench) -> None:
    bench.open_review()
    page = bench.tour.page
    page.add_style_tag(content="[class*='st-key-crop-'] {position:relative; top:-5000px;}")
    bench.press("1")
    expect(page.locator(".wa-missed")).to_contain_text("the crop of the plate was not in view")
    bench.tour.key("confirm-EX-0001-R1-model").locator("button").first.click()
    expect(page.locator(".wa-missed")).to_contain_text("Confirm")
    bench.answered()
    assert bench.recorded() == []


def test_a_key_in_a_field_of_text_is_text(bench: Bench) -> None:
    bench.open_review()
    bench.press("q")
    box = bench.tour.key("text-EX-0001-R1-maker").locator("input")
    expect(box).to_be_focused(timeout=STEP_SECONDS * 1000)
    bench.press("12")
    expect(box).to_have_value("12")
    assert bench.recorded() == []


def test_a_click_during_a_run_waits_or_is_said_to_be_not_taken(bench: Bench) -> None:
    bench.open_review()
    tour, page = bench.tour, bench.tour.page
    with frozen(tour):
        tour.key("unsure-EX-0001-R1-maker").locator("button").first.click()
        tour.key("unsure-EX-0001-R1-model").locator("button").first.click()
        expect(page.locator(".wa-going")).to_contain_text("Wait: “Unsure” for the model")
        tour.key("rejected-EX-0001-R1-serial").locator("button").first.click()
        expect(page.locator(".wa-missed")).to_contain_text("Reject")
    tour.key("reason-EX-0001-R1-maker").wait_for()
    tour.key("reason-EX-0001-R1-model").wait_for()
    bench.answered()
    assert not tour.key("reason-EX-0001-R1-serial").is_visible()
