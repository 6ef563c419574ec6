"""What is recorded can be folded, is guarded against others, and locks nobody out."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence_store.errors import BadInput, StoreBusy
from evidence_store.types import Draft
from tests.unit.workbench.drawn import plate_jpeg
from values.recordable import unescaped
from workbench import events
from workbench.errors import BadRequest
from workbench.settings import Settings
from workbench.stores import stores
from workbench.types import Actor, Claims, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    return Settings.for_store(tmp_path / "store", database_url=url, readers=("scripted",))


@pytest.fixture
def own(where: Settings) -> Iterator[Workbench]:
    workbench = Workbench.open(where)
    yield workbench
    workbench.close()


@pytest.fixture
def alone(own: Workbench) -> Actor:
    person = own.people.enrol("Alone", (Role.INVESTIGATOR, Role.REVIEWER))
    return own.people.sign_in(person.person_id)


def opened(bench: Workbench, actor: Actor, title: str = "A turret") -> str:
    return bench.cases.open_case(actor, title=title, policy=Policy.SOLO).case_id


def everything_works(bench: Workbench, *cases: str) -> None:
    assert {case.case_id for case in bench.cases.all_cases()} == set(cases)
    for case in cases:
        assert bench.cases.summary(case)
    assert bench.set_aside() == ()
    bench.stores.projection.rebuild()
    assert {case.case_id for case in bench.cases.all_cases()} == set(cases)


ODD = ["\0", "\x1b[2J", "\r", "\x85", "\ud800", "\uffff"]


@pytest.mark.parametrize("odd", ODD, ids=[f"U+{ord(odd[0]):04X}" for odd in ODD])
def test_typed_text_that_a_database_cannot_keep_is_refused(
    own: Workbench, alone: Actor, odd: str
) -> None:
    case = opened(own, alone)
    own.intake.take_in(alone, case, [Upload(name="p.jpg", data=plate_jpeg())], Claims())
    own.reading.read_pending(alone, case)
    logs, size = own.stores.ledger.logs(), own.stores.ledger.size(case)
    with pytest.raises(BadInput, match=r"^The reason contains .*U\+"):
        own.review.judge_field(
            alone,
            case,
            exhibit_id="EX-0001",
            region_id="R1",
            field="serial",
            judgement=Judgement.REJECTED,
            seen=own.stores.ledger.size(case),
            reason=f"cannot{odd}be read",
        )
    with pytest.raises(BadInput, match=r"^The title contains .*U\+"):
        own.cases.open_case(alone, title=f"x{odd}y", policy=Policy.SOLO)
    with pytest.raises(BadInput, match=r"^The provenance contains .*U\+"):
        own.cases.open_case(alone, title="x", policy=Policy.SOLO, provenance=f"x{odd}y")
    with pytest.raises(BadRequest, match=r"^The note contains .*U\+"):
        own.intake.take_in(
            alone, case, [Upload(name="q.jpg", data=plate_jpeg(seed=2))], Claims(note=f"a{odd}b")
        )
    assert own.stores.ledger.size(case) == size
    assert own.stores.ledger.logs() == logs
    everything_works(own, case)


@pytest.mark.parametrize("odd", ODD, ids=[f"U+{ord(odd[0]):04X}" for odd in ODD])
def test_a_file_with_an_odd_name_is_taken_in_and_its_name_can_be_had_back(
    own: Workbench, alone: Actor, odd: str
) -> None:
    case = opened(own, alone)
    name = f"x{odd}.jpg"
    uploads = [
        Upload(name=name, data=plate_jpeg()),
        Upload(name=f"{odd}.txt", data=b"no picture"),
        Upload(name="after.jpg", data=plate_jpeg(seed=2)),
    ]
    report = own.intake.take_in(alone, case, uploads, Claims())
    assert len(report.accepted) == 2
    assert len(report.refused) == 1
    taken = own.exhibits.one(case, "EX-0001").summary.file_name
    assert unescaped(taken) == name
    again = own.intake.take_in(alone, case, [Upload(name=name, data=plate_jpeg())], Claims())
    assert again.known == ("EX-0001",)
    everything_works(own, case)


def test_an_entry_that_cannot_be_folded_is_not_recorded(own: Workbench, alone: Actor) -> None:
    case = opened(own, alone)
    size = own.stores.ledger.size(case)
    bad = [
        Draft(kind="exhibit.read", actor=alone.person_id, body={"exhibit": "EX-0001"}),
        Draft(kind="case.opened", actor=alone.person_id, body={"case": {"a": 1}}),
        Draft(kind="trace.asked", actor=alone.person_id, body={"trace": None}),
        Draft(kind="not.known", actor=alone.person_id, body={}),
    ]
    for draft in bad:
        with pytest.raises(BadInput, match=r"^This cannot be recorded"):
            own.stores.append(case, draft)
        with pytest.raises(BadInput, match=r"^This cannot be recorded"):
            own.stores.append_seeing(case, lambda draft=draft: (draft,))
    assert own.stores.ledger.size(case) == size
    everything_works(own, case)


def test_an_entry_in_the_log_that_cannot_be_folded_is_set_aside_and_the_rest_goes_on(
    own: Workbench, alone: Actor, where: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    from evidence_store.__main__ import main as audit
    from workbench.__main__ import main as command

    case = opened(own, alone)
    other = opened(own, alone, title="Another")
    poison = Draft(kind="exhibit.read", actor="person-1", body={"exhibit": "EX-0001"})
    own.stores.ledger.append(case, poison)  # as a program with another way of folding might
    own.stores.ledger.append(case, Draft(kind="from.later", actor="person-1", body={}))
    own.intake.take_in(alone, case, [Upload(name="p.jpg", data=plate_jpeg())], Claims())
    own.reading.read_pending(alone, case)
    assert [one.case_id for one in own.cases.all_cases()] == [other, case]
    assert own.cases.summary(case).exhibits == 1
    first, second = own.set_aside()
    assert first.startswith(f"Entry 1 of {case} (exhibit.read) cannot be used and is set aside: ")
    assert "the member 'engines' is missing" in first
    assert "from.later" in second
    own.stores.projection.rebuild()
    assert own.set_aside() == (first, second)
    assert command(["--store", str(where.store), "case"]) == 0 or "postgres" in where.database_url
    if "postgres" not in where.database_url:
        assert first in capsys.readouterr().err
    found = audit(["audit", str(where.store), "--database", where.database_url])
    said = capsys.readouterr().out
    assert found == 1
    assert f"FAULT entry-set-aside | {case}, entry 1 | " in said
    assert f"FAULT entry-set-aside | {case}, entry 2 | " in said
    assert said.count("FAULT") == 2


def test_nothing_is_recorded_without_its_guard(
    own: Workbench, alone: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = opened(own, alone)
    size = own.stores.ledger.size(case)
    monkeypatch.setattr(stores, "ATTEMPTS", 0)
    upload = Upload(name="p.jpg", data=plate_jpeg())
    with pytest.raises(StoreBusy, match="busy"):
        own.stores.append_seeing(
            case, lambda: (events.CaseCreated(case=case).draft(alone.person_id),)
        )
    with pytest.raises(StoreBusy, match="busy"):
        own.stores.append(case, events.CaseCreated(case=case).draft(alone.person_id))
    with pytest.raises(StoreBusy):
        own.intake.take_in(alone, case, [upload], Claims())
    assert own.stores.ledger.size(case) == size
    monkeypatch.undo()
    monkeypatch.setenv("NAMEPLATE_SCRIPT", "")
    everything_works(own, case)


def test_many_who_record_at_once_get_numbers_of_their_own(
    own: Workbench, alone: Actor, where: Settings
) -> None:
    case = opened(own, alone)
    second = Workbench.open(where)
    taken: list[str] = []

    def take(bench: Workbench, seed: int) -> None:
        upload = Upload(name=f"{seed}.jpg", data=plate_jpeg(seed=seed))
        taken.extend(bench.intake.take_in(alone, case, [upload], Claims()).accepted)

    threads = [
        threading.Thread(target=take, args=((own, second)[seed % 2], seed)) for seed in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    second.close()
    assert sorted(taken) == [f"EX-{number:04}" for number in range(1, 7)]
    everything_works(own, case)


_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(st.characters(categories=None, exclude_categories=()), max_size=8),
    st.sampled_from(["EX-0001", "R1", "x" * 300, "\0", "\ud800", "", "2026-01-01"]),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def _drafts(draw: st.DrawFn) -> Draft:
    """An entry of a kind of ours, each field of which may hold anything."""
    kind = draw(st.sampled_from(sorted(events.KINDS.values(), key=lambda kind: kind.name)))
    fields = {path.partition(".")[0]: mark for path, mark in kind.fields.items()}
    values = {
        name: draw(_VALUES) for name in fields if name not in kind.optional or draw(st.booleans())
    }
    made: Any = kind.draft("person-1", values)
    return made


def test_whatever_comes_to_the_door_is_refused_in_a_sentence_or_can_be_used(
    own: Workbench, alone: Actor
) -> None:
    case = opened(own, alone)
    ledger = own.stores.ledger

    @settings(max_examples=150, suppress_health_check=list(HealthCheck))
    @given(_drafts())
    def knock(draft: Draft) -> None:
        size = ledger.size(case)
        said = ""
        try:
            (recorded,) = own.stores.append(case, replace(draft, actor=alone.person_id))
        except BadInput as refused:
            said = refused.message
        if said:
            assert said.endswith(".")
            assert ledger.size(case) == size
            return
        back = ledger.entry(case, recorded.sequence)
        assert (back.body, back.private) == (recorded.body, recorded.private)
        assert own.stores.projection.waiting() == 0

    knock()
    assert own.set_aside() == ()
    own.stores.projection.rebuild()
    assert own.set_aside() == ()
    assert own.cases.all_cases()
