"""A real browser on the real app, each test over a store of its own."""

from __future__ import annotations

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, sync_playwright

from ui.tour import STEP_SECONDS, Tour, find_browser, launch, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

ONE_READER = os.environ.get("NAMEPLATE_READERS", "rapidocr")
"""The suite is about the way, not about the number of readers: one is enough, and quick."""


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
            # What was on the screen last, for whoever has to mend a failure.
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
