"""A clock that runs behind or ahead: what goes on, what waits, and that no bundle is lost by it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from evidence_store.bundle.errors import BundleUnsound
from evidence_store.errors import ClockBehind
from tests.unit.evidence_store.audited import faults_of
from tests.unit.workbench.drawn import plate_jpeg
from workbench.errors import BadRequest, NotAllowed
from workbench.events.narrative import sentence
from workbench.export import export as exports
from workbench.settings import Settings
from workbench.types import Actor, Claims, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Clock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgres"])
def own(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Workbench]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    settings = Settings.for_store(tmp_path / "store", database_url=url, readers=("scripted",))
    workbench = Workbench.open(settings, clock=clock)
    yield workbench
    workbench.close()


@pytest.fixture
def alone(own: Workbench) -> Actor:
    person = own.people.enrol("Alone", (Role.INVESTIGATOR, Role.REVIEWER))
    return own.people.sign_in(person.person_id)


@pytest.fixture
def case(own: Workbench, alone: Actor) -> str:
    case = own.cases.open_case(alone, title="A turret", policy=Policy.SOLO).case_id
    own.intake.take_in(alone, case, [Upload(name="p.jpg", data=plate_jpeg())], Claims())
    own.reading.read_pending(alone, case)
    return case


def size_before(bench: Workbench, case: str) -> int:
    return bench.stores.ledger.size(case) - 2


def begin_key(bench: Workbench, actor: Actor) -> None:
    seen = bench.people.person(actor.person_id).seen
    bench.people.begin_key(actor, actor.person_id, seen=seen)


def verified(bench: Workbench) -> list[bool]:
    folder = bench.stores.settings.store / "bundles"
    views = [bench.exports.verify(path) for path in sorted(folder.iterdir()) if path.is_dir()]
    assert [view.faults for view in views if not view.ok] == []
    return [view.ok for view in views]


def test_behind_intake_goes_on_with_a_remark_and_seals_and_keys_wait(
    own: Workbench, alone: Actor, case: str, clock: Clock
) -> None:
    own.exports.seal(alone, case)
    assert own.clock_remark(case) == ""
    clock.ahead = -timedelta(hours=2)
    assert "2.0 hours before the last entry" in own.clock_remark(case)
    taken = own.intake.take_in(
        alone, case, [Upload(name="q.jpg", data=plate_jpeg(seed=2))], Claims()
    )
    assert taken.accepted == ("EX-0002",)
    own.reading.read_pending(alone, case)
    entry = next(own.stores.ledger.entries(case, after=size_before(own, case)))
    assert "The clock said" in sentence(entry)
    keys = own.people.keys_of(alone.person_id)
    bundles = sorted((own.stores.settings.store / "bundles").iterdir())
    size = own.stores.ledger.size(case)
    waits = {
        "Sealing must wait": lambda: own.exports.seal(alone, case),
        "A new key must wait until": lambda: begin_key(own, alone),
        "A new key must wait": lambda: own.people.enrol("Two", (Role.CUSTODIAN,), by=alone),
    }
    for words, act in waits.items():
        with pytest.raises(ClockBehind, match=f"^{words}"):
            act()
    assert own.people.keys_of(alone.person_id) == keys
    assert sorted((own.stores.settings.store / "bundles").iterdir()) == bundles
    assert own.stores.ledger.size(case) == size
    clock.ahead = timedelta(minutes=1)
    own.exports.seal(alone, case)
    begin_key(own, alone)
    assert verified(own) == [True, True]


def test_a_time_far_ahead_is_corrected_by_a_custodian_and_bundles_verify_for_ever(
    own: Workbench, alone: Actor, case: str, clock: Clock
) -> None:
    own.exports.seal(alone, case)
    clock.ahead = timedelta(days=365 * 73)
    own.exports.seal(alone, case)
    begin_key(own, alone)
    clock.ahead = timedelta()
    with pytest.raises(ClockBehind):
        own.exports.seal(alone, case)
    assert verified(own) == [True, True]
    with pytest.raises(BadRequest, match="Say how you know"):
        own.people.correct_clock(alone, reason=" ")
    assert own.people.correct_clock(alone, reason="By the radio") == 2
    assert own.clock_remark(case) == ""
    with pytest.raises(ClockBehind, match="the key of Alone began at"):
        own.exports.seal(alone, case)
    begin_key(own, alone)
    own.exports.seal(alone, case)
    assert verified(own) == [True, True, True]
    remarks = [
        " ".join(own.exports.verify(path).remarks)
        for path in sorted((own.stores.settings.store / "bundles").iterdir())
        if path.is_dir()
    ]
    assert sum("ahead of the clock of this machine" in said for said in remarks) == 1
    assert sum("The clock of the store was corrected" in said for said in remarks) == 1
    assert faults_of(own.stores.ledger) == ()
    own.stores.projection.rebuild()
    assert own.set_aside() == ()


def test_only_a_custodian_corrects_the_clock(
    own: Workbench, alone: Actor, case: str, clock: Clock
) -> None:
    reviewer = own.people.enrol("Reviewer", (Role.REVIEWER,), by=alone)
    actor = own.people.sign_in(reviewer.person_id)
    clock.ahead = -timedelta(hours=1)
    with pytest.raises(NotAllowed):
        own.people.correct_clock(actor, reason="I say so")


def test_a_bundle_that_does_not_verify_is_not_called_sealed(
    own: Workbench, alone: Actor, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = exports.seal

    def spoiled(*words: object, **named: object) -> object:
        sealed = real(*words, **named)  # type: ignore[arg-type]
        (sealed.path / "data" / "report.html").write_text("another report")
        return sealed

    monkeypatch.setattr(exports, "seal", spoiled)
    with pytest.raises(BundleUnsound, match="did not verify, so nothing was sealed"):
        own.exports.seal(alone, case)
    assert list((own.stores.settings.store / "bundles").iterdir()) == []
    assert own.exports.sealed(case) == ()
    monkeypatch.undo()
