"""A workbench over a store of its own, with a scripted reader: OCR has tests of its own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.unit.workbench.drawn import LINES, plate_jpeg
from workbench.settings import Settings
from workbench.types import Actor, Claims, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from workbench.types import CaseSummary


@pytest.fixture(autouse=True)
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "script.json"
    script.write_text(
        json.dumps([{"text": text, "confidence": 0.97, "box": box} for text, box in LINES]),
        encoding="utf-8",
    )
    monkeypatch.setenv("NAMEPLATE_SCRIPT", str(script))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.for_store(tmp_path / "store", readers=("scripted",))


@pytest.fixture
def bench(settings: Settings) -> Iterator[Workbench]:
    workbench = Workbench.open(settings)
    yield workbench
    workbench.close()


@pytest.fixture
def investigator(bench: Workbench) -> Actor:
    """The first person: investigator and custodian."""
    return bench.people.sign_in(
        bench.people.enrol("Investigator one", (Role.INVESTIGATOR, Role.REVIEWER)).person_id
    )


@pytest.fixture
def enrolled(bench: Workbench, investigator: Actor) -> Callable[..., Actor]:
    """Enrols further people with the roles that a test needs."""

    def enrol(name: str, *roles: Role) -> Actor:
        person = bench.people.enrol(name, roles, by=investigator)
        return bench.people.sign_in(person.person_id)

    return enrol


@pytest.fixture
def reviewer(enrolled: Callable[..., Actor]) -> Actor:
    """A reviewer who took nothing in."""
    return enrolled("Reviewer one", Role.REVIEWER)


@pytest.fixture
def case(bench: Workbench, investigator: Actor) -> CaseSummary:
    return bench.cases.open_case(
        investigator, title="A turret", policy=Policy.TWO_PEOPLE, provenance="Drawn for a test"
    )


@pytest.fixture
def read_in(bench: Workbench, investigator: Actor) -> Callable[..., CaseSummary]:
    """Opens a case under a policy, with one photo taken in and read."""

    def make(policy: Policy, claims: Claims | None = None) -> CaseSummary:
        case = bench.cases.open_case(
            investigator, title="A turret", policy=policy, provenance="Drawn for a test"
        )
        photo = Upload(name="plate.jpg", data=plate_jpeg())
        bench.intake.take_in(investigator, case.case_id, [photo], claims or Claims())
        bench.reading.read_pending(investigator, case.case_id)
        return bench.cases.summary(case.case_id)

    return make


@pytest.fixture
def read_case(read_in: Callable[..., CaseSummary]) -> CaseSummary:
    """A case for two people with one photo taken in and read."""
    return read_in(
        Policy.TWO_PEOPLE,
        Claims(source_account="@finder", claimed_place="Somewhere", claimed_date="2020-10"),
    )
