"""Two people at one plate, each in a browser of their own: a lost update, and a dissent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from catalog.demo import demo_catalog_csv
from tests.browser.conftest import TEAM
from ui.tour import JUDGED, STEP_SECONDS, Tour

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from workbench.types import FieldStanding
    from workbench.workbench import Workbench

pytestmark = pytest.mark.browser
CUSTODIAN, REVIEWER, OTHER = TEAM
PLATE = "EX-0001-R1"


def open_case(tour: Tour, name: str, screen: str) -> None:
    tour.sign_in(name)
    tour.go("Cases")
    tour.starting("open-case-").locator("button").first.click()
    tour.says("About this case")
    tour.go(screen)


@pytest.fixture
def one(tour_of: Callable[..., Tour], team: Workbench, script: Path) -> Tour:
    """The browser of a reviewer who looks at the first plate."""
    tour = tour_of(NAMEPLATE_READERS="scripted", NAMEPLATE_SCRIPT=str(script))
    open_case(tour, REVIEWER, "Review")
    tour.key(f"card-field-{PLATE}-model").wait_for()
    return tour


@pytest.fixture
def other(one: Tour, browser: Browser) -> Iterator[Tour]:
    """The browser of somebody else who looks at the same plate."""
    context = browser.new_context(viewport={"width": 1360, "height": 900})
    context.set_default_timeout(STEP_SECONDS * 1000)
    tour = Tour(page=context.new_page(), url=one.url)
    tour.open()
    open_case(tour, OTHER, "Review")
    tour.key(f"card-field-{PLATE}-model").wait_for()
    yield tour
    context.close()


def model_of(team: Workbench) -> FieldStanding:
    case_id = team.cases.all_cases()[0].case_id
    fields = team.review.plate(case_id, "EX-0001/R1").fields
    return next(field for field in fields if field.field == "model")


def lost_update(one: Tour, other: Tour) -> str:
    """One corrects; the other confirms on an old screen; give what the other's card says."""
    one.correct(PLATE, "model", "TYPE E", reason="The first word is worn.")
    other.press(f"confirm-{PLATE}-model")
    card = other.key(f"card-field-{PLATE}-model")
    card.get_by_text("Not recorded: there is a newer entry.").wait_for()
    other.page.locator(".wa-refused").get_by_text("Not recorded").wait_for()
    return card.inner_text()


def test_a_correction_stands_and_the_other_is_told(one: Tour, other: Tour, team: Workbench) -> None:
    said = lost_update(one, other)
    assert REVIEWER in said
    assert "TYPE E" in said
    assert "CMX-15D" in said
    other.settled()
    model = model_of(team)
    assert (model.human_text, model.reviewers) == ("TYPE E", (REVIEWER,))


def test_who_said_otherwise_is_seen_on_the_plate_beside_a_search_and_in_the_report(
    one: Tour, other: Tour, team: Workbench, tmp_path: Path
) -> None:
    first = team.people.sign_in(
        next(person.person_id for person in team.people.everyone() if person.name == CUSTODIAN)
    )
    team.catalogs.import_(first, demo_catalog_csv(), name="c.csv", coverage="x", synthetic=True)
    lost_update(one, other)
    # Having seen it, the other says otherwise: what the first one said stays, as a dissent.
    other.page.get_by_text(JUDGED).first.click()
    other.confirm(PLATE, "model")
    otherwise = f"Dissent: {REVIEWER} judged differently"
    other.key(f"card-field-{PLATE}-model").get_by_text(otherwise).wait_for()
    other.confirm_all(PLATE)

    one.go("Candidates")
    one.search()
    one.says(f"Dissent. Model: {REVIEWER} judged differently")
    one.sign_out()
    open_case(one, CUSTODIAN, "Review")
    one.key(f"card-field-{PLATE}-model").get_by_text(otherwise).wait_for()
    one.go("Export")
    one.seal()
    (report,) = (tmp_path / "store" / "bundles").rglob("report.html")
    text = report.read_text(encoding="utf-8")
    assert "TYPE E" in text
    assert f"{REVIEWER} judged differently" in text
