"""An act is recorded once, however often and by whomever it is sent."""

from __future__ import annotations

import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.unit.workbench.steps import judge, now
from workbench.errors import BadRequest, Overtaken
from workbench.rules import acts
from workbench.rules.seen import field_at
from workbench.settings import Settings
from workbench.types import Claims, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workbench.types import Actor, CaseSummary

ACT = "6f1f0f0a54b24d309c530a0f5a1d2c3b"
OTHER = "00000000000040008000000000000000"


@dataclass
class Entry:
    sequence: int
    actor: str = "p"
    body: dict[str, Any] = field(default_factory=dict)


def test_an_identifier_is_a_uuid_in_lower_case_without_hyphens() -> None:
    assert acts.malformed(uuid.uuid4().hex) is None
    for odd in ("", "x", ACT.upper(), ACT + "0", " " + ACT, str(uuid.UUID(ACT))):
        assert acts.malformed(odd) is not None, odd


@given(at=st.integers(0, 4), size=st.integers(1, 5))
def test_the_entry_of_an_act_is_the_one_that_carries_its_identifier(at: int, size: int) -> None:
    since = [Entry(number) for number in range(size)]
    assert acts.recorded_as(since, ACT) is None
    if at < size:
        since[at].body["act"] = ACT
        assert acts.recorded_as(since, ACT) is since[at]
        assert acts.recorded_as(since, OTHER) is None


def test_an_identifier_stands_for_one_author_and_one_place() -> None:
    here = {field_at("E", "R1", "serial")}
    elsewhere = {field_at("E", "R1", "model")}
    assert acts.another(Entry(0), here, author="p", rests_on=here | elsewhere) is None
    assert acts.another(Entry(0), here, author="q", rests_on=here) is not None
    assert acts.another(Entry(0), here, author="p", rests_on=elsewhere) is not None


@pytest.fixture(params=["sqlite", "postgres"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    return Settings.for_store(tmp_path / "store", readers=("scripted",), database_url=url)


@pytest.fixture
def bench(settings: Settings) -> Iterator[Workbench]:
    workbench = Workbench.open(settings)
    yield workbench
    workbench.close()


@pytest.fixture
def first(bench: Workbench) -> Actor:
    return bench.people.sign_in(bench.people.enrol("Person one", tuple(Role)).person_id)


@pytest.fixture
def read_case(bench: Workbench, first: Actor) -> CaseSummary:
    from tests.unit.workbench.drawn import plate_jpeg

    case = bench.cases.open_case(first, title="T", policy=Policy.SOLO)
    bench.intake.take_in(first, case.case_id, [Upload(name="p.jpg", data=plate_jpeg())], Claims())
    bench.reading.read_pending(first, case.case_id)
    return case


def judged(bench: Workbench, case: CaseSummary) -> list[Any]:
    entries = bench.stores.ledger.entries(case.case_id)
    return [entry for entry in entries if entry.kind == "field.judged"]


def test_an_act_that_is_sent_twice_is_recorded_once(
    bench: Workbench, first: Actor, read_case: CaseSummary
) -> None:
    seen = now(bench, read_case)
    once = judge(bench, first, read_case, "model", seen=seen, act=ACT)
    size = now(bench, read_case)
    again = judge(bench, first, read_case, "model", seen=seen, act=ACT)
    assert again == once
    assert now(bench, read_case) == size, "nothing more is recorded, no refusal either"
    (entry,) = judged(bench, read_case)
    assert entry.body["act"] == ACT
    # Also after something newer stands: it was recorded, and that is what is said.
    judge(bench, first, read_case, "model", Judgement.CORRECTED, text="TYPE E")
    assert judge(bench, first, read_case, "model", seen=seen, act=ACT) == once
    with pytest.raises(Overtaken):
        judge(bench, first, read_case, "model", seen=seen, act=OTHER)


def test_an_identifier_of_another_act_is_refused(
    bench: Workbench, first: Actor, read_case: CaseSummary
) -> None:
    seen = now(bench, read_case)
    judge(bench, first, read_case, "model", seen=seen, act=ACT)
    with pytest.raises(BadRequest, match="another act"):
        judge(bench, first, read_case, "serial", seen=seen, act=ACT)
    with pytest.raises(BadRequest, match="UUID"):
        judge(bench, first, read_case, "serial", seen=seen, act="again")
    assert len(judged(bench, read_case)) == 1


def test_an_act_without_an_identifier_carries_none(
    bench: Workbench, first: Actor, read_case: CaseSummary
) -> None:
    judge(bench, first, read_case, "model")
    (entry,) = judged(bench, read_case)
    assert "act" not in entry.body


SEND = """
import sys
from pathlib import Path
from workbench.settings import Settings
from workbench.types import Judgement
from workbench.workbench import Workbench

store, url, case, person, act, seen = sys.argv[1:]
settings = Settings.for_store(Path(store), readers=("scripted",), database_url=url or None)
bench = Workbench.open(settings)
actor = bench.people.sign_in(person)
print("ready", flush=True)
sys.stdin.readline()
bench.review.judge_field(actor, case, exhibit_id="EX-0001", region_id="R1", field="serial",
    judgement=Judgement.CONFIRMED, seen=int(seen), act=act)
print("recorded", flush=True)
"""


def test_processes_that_send_one_act_at_once_record_it_once(
    bench: Workbench, settings: Settings, first: Actor, read_case: CaseSummary
) -> None:
    seen = now(bench, read_case)
    url = settings.database_url if settings.database_url.startswith("postgres") else ""
    told = [str(settings.store), url, read_case.case_id, first.person_id, ACT, str(seen)]
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SEND, *told],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    try:
        for process in processes:
            assert process.stdout.readline() == "ready\n"  # type: ignore[union-attr]
        for process in processes:
            process.stdin.write("\n")  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
        said = [process.communicate(timeout=120)[0] for process in processes]
    finally:
        for process in processes:
            process.kill()
    assert said == ["recorded\n"] * 3
    assert len(judged(bench, read_case)) == 1


def test_an_act_is_known_by_32_hexadecimal_digits() -> None:
    assert acts.FORM == "[0-9a-f]{32}"
