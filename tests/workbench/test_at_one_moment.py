"""Two who act at one moment, on one store from two programs: each rule holds for both of them."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from workbench.errors import NotAllowed, WorkbenchError
from workbench.settings import Settings
from workbench.types import Policy, Role
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from workbench.types import Actor

WAITED = 1.0
"""Seconds in which the second act is given the time to come first, if nothing holds it."""


@pytest.fixture(params=["sqlite", "postgres"])
def two(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Workbench, Workbench]]:
    """One store, open in two programs."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    settings = Settings.for_store(tmp_path / "store", database_url=url, readers=("scripted",))
    opened = Workbench.open(settings), Workbench.open(settings)
    yield opened
    for one in opened:
        one.close()


@pytest.fixture
def custodians(two: tuple[Workbench, Workbench]) -> tuple[Actor, Actor]:
    """The only two custodians of the store."""
    first, _ = two
    one = first.people.sign_in(first.people.enrol("One", (Role.CUSTODIAN,)).person_id)
    other = first.people.enrol("Other", (Role.CUSTODIAN,), by=one).person_id
    return one, first.people.sign_in(other)


def just_before(
    monkeypatch: pytest.MonkeyPatch, bench: Workbench, act: Callable[[], object]
) -> Callable[[], str]:
    """Let an act of another program begin just before this one records; gives what came of it."""
    append: Any = bench.stores.ledger.append
    came: list[str] = []

    def tried() -> None:
        try:
            act()
            came.append("done")
        except WorkbenchError as error:
            came.append(str(error))

    thread = threading.Thread(target=tried)

    def appended(*args: Any, **more: Any) -> Any:
        if not thread.ident:
            thread.start()
            thread.join(WAITED)
        return append(*args, **more)

    monkeypatch.setattr(bench.stores.ledger, "append", appended)

    def ended() -> str:
        thread.join(60)
        return came[0]

    return ended


def seen(bench: Workbench) -> int:
    return bench.stores.ledger.size("store")


def ends(bench: Workbench, actor: Actor, whom: Actor, how: str) -> Callable[[], object]:
    """End somebody's service, role or key, as they stand now."""
    people, given = bench.people, {"reason": "R", "seen": seen(bench)}
    return {
        "person": partial(people.end_person, actor, whom.person_id, **given),
        "role": partial(people.end_role, actor, whom.person_id, Role.CUSTODIAN, **given),
        "key": partial(people.end_key, actor, whom.person_id, **given),
    }[how]


@pytest.mark.parametrize("how", ["person", "role", "key"])
@pytest.mark.parametrize("whom", ["each other", "themselves"])
def test_two_custodians_who_end_at_one_moment_leave_one(
    monkeypatch: pytest.MonkeyPatch,
    two: tuple[Workbench, Workbench],
    custodians: tuple[Actor, Actor],
    how: str,
    whom: str,
) -> None:
    (here, there), (one, other) = two, custodians
    mine, theirs = (other, one) if whom == "each other" else (one, other)
    ended = just_before(monkeypatch, here, ends(there, other, theirs, how))
    act = ends(here, one, mine, how)
    try:
        act()
        said = "done"
    except NotAllowed as error:
        said = str(error)
    outcomes = [said, ended()]
    assert outcomes.count("done") == 1, outcomes
    left = [
        person
        for person in there.people.in_service()
        if Role.CUSTODIAN in person.roles and person.key_ends is None
    ]
    assert len(left) == 1
    # What is in the folder of keys says the same as the log.
    (in_use,) = [
        who.person_id
        for who in custodians
        if there.people.keys_of(who.person_id)[-1].valid_before is None
        and Role.CUSTODIAN in there.people.person(who.person_id).roles
    ]
    assert in_use == left[0].person_id
    assert there.people.sign_in(in_use).roles


def test_of_two_next_keys_at_one_moment_one_is_begun(
    monkeypatch: pytest.MonkeyPatch,
    two: tuple[Workbench, Workbench],
    custodians: tuple[Actor, Actor],
) -> None:
    (here, there), (one, other) = two, custodians
    looked = seen(here)
    whom = other.person_id
    ended = just_before(
        monkeypatch,
        here,
        partial(there.people.begin_key, one, whom, seen=looked, reason="Theirs"),
    )
    here.people.begin_key(one, whom, seen=looked, reason="Mine")
    assert "there is a newer entry" in ended()
    assert len(there.people.keys_of(whom)) == 2


def test_who_left_at_that_moment_records_nothing(
    monkeypatch: pytest.MonkeyPatch,
    two: tuple[Workbench, Workbench],
    custodians: tuple[Actor, Actor],
) -> None:
    """Whether somebody may is asked in the transaction that records, not only before it."""
    (here, there), (one, other) = two, custodians
    number = len(here.stores.ledger.logs())
    here.people.begin_role(one, other.person_id, Role.INVESTIGATOR, reason="R", seen=seen(here))
    actor = here.people.sign_in(other.person_id)
    case = here.cases.open_case(actor, title="T", policy=Policy.SOLO)
    ended = just_before(monkeypatch, here, ends(there, one, other, "person"))
    with pytest.raises(NotAllowed, match="left"):
        here.people.enrol("Somebody", (Role.REVIEWER,), by=actor)
    assert ended() == "done"
    assert [person.name for person in there.people.everyone()] == ["One", "Other"]
    assert len(here.stores.ledger.logs()) == number + 1
    assert here.stores.ledger.size(case.case_id) == 1
