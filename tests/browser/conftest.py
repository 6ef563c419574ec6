"""A real browser on the real app, each test over a store of its own."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.unit.workbench.drawn import LINES, plate_jpeg
from ui.tour import STEP_SECONDS, Tour, find_browser, launch, served
from workbench.settings import Settings
from workbench.types import Claims, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ONE_READER = os.environ.get("NAMEPLATE_READERS", "rapidocr")
"""The suite tests the way, not the number of engines: one is enough, and quick."""


MORE = (
    ("P/N 22071-4", [0.30, 0.70, 0.40, 0.08]),
    ("NSN 5855-21-920-1234", [0.30, 0.82, 0.40, 0.08]),
)
PHOTOS = 4
"""How many photos of the team's case are read, each of a plate with five fields."""
TEAM = ("Custodian One", "Reviewer One", "Somebody Else")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium. Without one the tests fail, with what to install."""
    find_browser()
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        yield chromium
        chromium.close()


@pytest.fixture
def tour_of(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Tour]]:
    """Opens the app over a store, in a browser window of its own."""
    with ExitStack() as stack:

        def open_tour(store: Path = tmp_path / "store", **environment: str) -> Tour:
            url = stack.enter_context(
                served(store, environment={"NAMEPLATE_READERS": ONE_READER, **environment})
            )
            context = browser.new_context(
                viewport={"width": 1360, "height": 900}, accept_downloads=True
            )
            stack.callback(context.close)
            context.set_default_timeout(STEP_SECONDS * 1000)
            tour = Tour(page=context.new_page(), url=url)
            # What was on the screen last, for whoever has to fix a failure.
            stack.callback(lambda: tour.page.screenshot(path=tmp_path / "last.png"))
            tour.open()
            return tour

        yield open_tour


@pytest.fixture
def hosts(tour_of: Callable[..., Tour]) -> Callable[[Tour], set[str]]:
    """Collects which hosts a page talks to from now on."""

    def collect(tour: Tour) -> set[str]:
        seen: set[str] = set()
        tour.page.on(
            "request",
            lambda request: (
                seen.add(request.url.split("/")[2])
                if request.url.startswith(("http", "ws"))
                else None
            ),
        )
        return seen

    return collect


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the scripted engine reads in each photo: a plate with five fields."""
    path = tmp_path_factory.mktemp("script") / "script.json"
    lines = [{"text": text, "confidence": 0.97, "box": box} for text, box in (*LINES, *MORE)]
    path.write_text(json.dumps(lines), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def team_store(tmp_path_factory: pytest.TempPathFactory, script: Path) -> Path:
    """A store with a case of read photos, two reviewers, and the person who added the photos."""
    store = tmp_path_factory.mktemp("team") / "store"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NAMEPLATE_SCRIPT", str(script))
        workbench = Workbench.open(Settings.for_store(store, readers=("scripted",)))
        first = workbench.people.sign_in(workbench.people.enrol(TEAM[0], tuple(Role)).person_id)
        for name in TEAM[1:]:
            workbench.people.enrol(name, (Role.REVIEWER,), by=first)
        case = workbench.cases.open_case(
            first,
            title="A turret",
            policy=Policy.TWO_PEOPLE,
            provenance="Drawn for a test; synthetic.",
        )
        photos = [
            Upload(name=f"{seed}.jpg", data=plate_jpeg(f"A-{seed}00", seed))
            for seed in range(1, 1 + PHOTOS)
        ]
        workbench.intake.take_in(first, case.case_id, photos, Claims())
        workbench.reading.read_pending(first, case.case_id)
        workbench.close()
    return store


@pytest.fixture
def team(
    tmp_path: Path, team_store: Path, script: Path, monkeypatch: pytest.MonkeyPatch
) -> Workbench:
    """That store, for one test to change, as a second way into what the app shows."""
    monkeypatch.setenv("NAMEPLATE_SCRIPT", str(script))
    store = Path(shutil.copytree(team_store, tmp_path / "store"))
    return Workbench.open(Settings.for_store(store, readers=("scripted",)))
