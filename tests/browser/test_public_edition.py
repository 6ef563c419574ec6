"""A public edition made on screen: near hits are shown and answered, the result is searched."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from evidence_store.bundle.leaks import Scanner, Secret
from tests.unit.workbench.drawn import LINES, plate_jpeg
from workbench.settings import Settings
from workbench.types import Claims, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ui.tour import Tour

pytestmark = pytest.mark.browser

ACCOUNT = "@field_observer_77"
NEAR = "field observer 77"


def test_a_source_is_withheld_and_what_comes_near_to_it_is_asked_about(
    tour_of: Callable[..., Tour], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "script.json"
    script.write_text(
        json.dumps([{"text": text, "confidence": 0.97, "box": box} for text, box in LINES])
    )
    monkeypatch.setenv("NAMEPLATE_SCRIPT", str(script))
    bench = Workbench.open(Settings.for_store(tmp_path / "store", readers=("scripted",)))
    everything = bench.people.sign_in(bench.people.enrol("Desk One", tuple(Role)).person_id)
    case_id = bench.cases.open_case(
        everything,
        title=f"A turret, of {NEAR}",
        policy=Policy.SOLO,
        provenance="Drawn for a test; synthetic.",
    ).case_id
    bench.intake.take_in(
        everything,
        case_id,
        [Upload(name="tg_field_observer_77_0012.jpg", data=plate_jpeg())],
        Claims(source_account=ACCOUNT, source_url="https://t.me/field_observer_77/12"),
    )
    bench.reading.read_pending(everything, case_id)
    sealed = bench.exports.seal(everything, case_id)

    tour = tour_of(NAMEPLATE_READERS="scripted", NAMEPLATE_SCRIPT=str(script))
    tour.sign_in("Desk One")
    tour.go("Cases")
    tour.starting("open-case-").locator("button").first.click()
    tour.says("About this case")
    tour.go("Export")
    tour.page.get_by_text("Timestamp, external signature, public bundle").click()
    tour.press(f"public-send-{sealed.sequence}")
    tour.says("similar to what is withheld", seconds=180)
    tour.page.get_by_text(NEAR).first.wait_for()
    assert bench.publication.published(case_id) == ()

    tour.press(f"near-send-{sealed.sequence}")
    tour.says("Each of them needs an answer.")
    for label in tour.page.get_by_text("Withhold it too").all():
        label.click()
    tour.press(f"near-send-{sealed.sequence}")
    tour.says("The public bundle is ready.", seconds=180)

    (view,) = bench.publication.published(case_id)
    folder = bench.publication.folder_path(case_id, view.sequence)
    scanner = Scanner([Secret(label="account", text=ACCOUNT), Secret(label="near", text=NEAR)])
    for path in (path for path in folder.rglob("*") if path.is_file()):
        where = str(path.relative_to(folder))
        assert scanner.in_file(path, where=where) == (), where
    assert bench.exports.verify(folder).ok
