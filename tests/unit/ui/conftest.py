"""The real app on a store of its own, run without a browser and with a scripted engine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from tests.conftest import ROOT
from tests.unit.workbench.drawn import LINES, plate_jpeg
from workbench.settings import Settings
from workbench.types import Actor, Claims, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workbench.types import CaseSummary

EVERY_ROLE = tuple(Role)


@dataclass
class App:
    """The app as a test drives it."""

    test: AppTest

    def run(self) -> App:
        self.test.run()
        assert not self.test.exception, [item.value for item in self.test.exception]
        return self

    def at(self, screen: str, actor: Actor, case: CaseSummary | None = None) -> App:
        """Go to a screen as somebody, with a case open or none."""
        self.test.session_state["np_actor"] = actor
        self.test.session_state["np_go"] = screen
        if case is not None:
            self.test.session_state["np_case"] = case.case_id
        return self.run()

    @property
    def page(self) -> str:
        """All HTML that the app wrote, in one string."""
        return "\n".join(block.proto.body for block in self.test.get("html"))

    def press(self, key: str) -> App:
        self.test.button(key=key).click()
        return self.run()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    script = tmp_path / "script.json"
    lines = [{"text": text, "confidence": 0.97, "box": box} for text, box in LINES]
    script.write_text(json.dumps(lines), encoding="utf-8")
    monkeypatch.setenv("NAMEPLATE_SCRIPT", str(script))
    monkeypatch.setenv("NAMEPLATE_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("NAMEPLATE_READERS", "scripted")
    monkeypatch.delenv("NAMEPLATE_DATABASE", raising=False)
    return Settings.from_environment()


@pytest.fixture
def bench(settings: Settings) -> Iterator[Workbench]:
    """A second way into the store that the app shows, to prepare it."""
    workbench = Workbench.open(settings)
    yield workbench
    workbench.close()


@pytest.fixture
def app(settings: Settings) -> Iterator[App]:
    st.cache_resource.clear()
    yield App(AppTest.from_file(str(ROOT / "app.py"), default_timeout=60))
    st.cache_resource.clear()


@pytest.fixture
def first(bench: Workbench) -> Actor:
    """The first person, who may do everything."""
    return bench.people.sign_in(bench.people.enrol("Person One", EVERY_ROLE).person_id)


@pytest.fixture
def reviewer(bench: Workbench, first: Actor) -> Actor:
    """A reviewer who added nothing."""
    person = bench.people.enrol("Reviewer Two", (Role.REVIEWER,), by=first)
    return bench.people.sign_in(person.person_id)


@pytest.fixture
def case(bench: Workbench, first: Actor) -> CaseSummary:
    return bench.cases.open_case(
        first, title="A turret", policy=Policy.TWO_PEOPLE, provenance="Test"
    )


@pytest.fixture
def read_case(bench: Workbench, first: Actor, case: CaseSummary) -> CaseSummary:
    """The case with one photo added and read."""
    bench.intake.take_in(
        first, case.case_id, [Upload(name="plate.jpg", data=plate_jpeg())], Claims()
    )
    bench.reading.read_pending(first, case.case_id)
    return bench.cases.summary(case.case_id)
