import contextlib
import subprocess
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence_store.keys.signing import sign_with_ssh_keygen
from tests.unit.evidence_store.audited import faults_of
from tests.unit.workbench.steps import judge
from workbench.errors import BadRequest, NotAllowed, NotFound, Overtaken
from workbench.rules import sign_in
from workbench.settings import Settings
from workbench.types import Actor, CaseSummary, Role
from workbench.workbench import Workbench


def _seen(bench: Workbench) -> int:
    """What somebody has seen who looks at the people now."""
    return bench.people.everyone()[0].seen


def test_the_first_person_becomes_custodian(bench: Workbench) -> None:
    person = bench.people.enrol("First", (Role.INVESTIGATOR,))
    assert set(person.roles) == {Role.INVESTIGATOR, Role.CUSTODIAN}


def test_the_second_needs_a_custodian(bench: Workbench, reviewer: Actor) -> None:
    with pytest.raises(NotAllowed, match="sign in"):
        bench.people.enrol("Second", (Role.REVIEWER,))
    with pytest.raises(NotAllowed, match="custodian"):
        bench.people.enrol("Second", (Role.REVIEWER,), by=reviewer)
    kinds = [entry.kind for entry in bench.stores.ledger.entries("store")]
    assert "refused" in kinds, "what a rule forbids is on record"


@pytest.mark.parametrize("name", ["", "   ", "x" * 200, "line\nbreak", "esc\x1b[2J"])
def test_names_that_cannot_be_used(bench: Workbench, name: str) -> None:
    with pytest.raises(BadRequest, match="name"):
        bench.people.enrol(name, (Role.REVIEWER,))
    assert bench.people.everyone() == ()


def test_two_people_do_not_share_a_name(bench: Workbench, investigator: Actor) -> None:
    with pytest.raises(BadRequest, match="already added"):
        bench.people.enrol(investigator.name, (Role.REVIEWER,), by=investigator)


def test_a_passphrase_is_asked_for_and_checked(bench: Workbench, investigator: Actor) -> None:
    person = bench.people.enrol(
        "Locked", (Role.REVIEWER,), passphrase="a good one", by=investigator
    )
    assert person.has_passphrase
    with pytest.raises(NotAllowed, match="passphrase"):
        bench.people.sign_in(person.person_id, passphrase="another")
    with pytest.raises(NotAllowed, match="passphrase"):
        bench.people.sign_in(person.person_id)
    actor = bench.people.sign_in(person.person_id, passphrase="a good one")
    assert actor.name == "Locked"
    assert "a good one" not in repr(actor)


def test_nobody_signs_in_as_nobody(bench: Workbench) -> None:
    with pytest.raises(NotFound):
        bench.people.sign_in("person-000000000000")


def test_each_person_is_trusted_in_their_roles_only(
    bench: Workbench, investigator: Actor, reviewer: Actor
) -> None:
    lines = {
        line.split()[0]: line for line in bench.people.allowed_signers_text().splitlines() if line
    }
    assert "custodian@bundle.nameplate" in lines[investigator.person_id]
    assert "custodian@bundle.nameplate" not in lines[reviewer.person_id]
    assert "reviewer@bundle.nameplate" in lines[reviewer.person_id]
    assert "checkpoint@ledger.nameplate" in lines[f"{bench.stores.origin}/*"]


OWN = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"


def test_a_reviewer_keeps_their_own_key(bench: Workbench, investigator: Actor) -> None:
    person = bench.people.enrol("Own", (Role.REVIEWER,), public_key=f"{OWN} me", by=investigator)
    (key,) = bench.people.keys_of(person.person_id)
    assert (key.held_by, person.public_key, person.has_passphrase) == ("person", OWN, False)
    assert f"{person.person_id} namespaces=" in bench.people.allowed_signers_text()


def test_keys_begin_and_end_with_dates_that_a_verifier_sees(
    bench: Workbench, investigator: Actor, reviewer: Actor
) -> None:
    first = bench.people.keys_of(reviewer.person_id)[0]
    bench.people.begin_key(
        reviewer, reviewer.person_id, seen=_seen(bench), public_key=OWN, reason="A token."
    )
    assert bench.people.person(reviewer.person_id).public_key == OWN
    bench.stores.projection.rebuild()
    assert bench.people.person(reviewer.person_id).public_key == OWN
    since = datetime.now(UTC) - timedelta(days=400)
    bench.people.end_key(
        investigator,
        reviewer.person_id,
        seen=_seen(bench),
        reason="Was copied.",
        at=since,
        fingerprint=first.fingerprint,
    )
    old, new = bench.people.keys_of(reviewer.person_id)
    assert (old.valid_before, new.valid_before) == (since.replace(microsecond=0), None)
    listed = bench.people.allowed_signers_text()
    assert f"nothing by the key {first.fingerprint} is to be believed" in listed
    assert f"{OWN}\n" in listed
    kinds = [entry.kind for entry in bench.stores.ledger.entries("store")]
    assert kinds.count("key.begun") == 1
    assert kinds.count("key.ended") == 2


def test_nobody_changes_the_key_of_somebody_else(
    bench: Workbench, investigator: Actor, reviewer: Actor
) -> None:
    with pytest.raises(NotAllowed, match="custodian"):
        bench.people.begin_key(reviewer, investigator.person_id, seen=_seen(bench))
    with pytest.raises(BadRequest, match="why"):
        bench.people.end_key(reviewer, reviewer.person_id, seen=_seen(bench), reason=" ")
    assert len(bench.people.keys_of(investigator.person_id)) == 1


class Killed(BaseException):
    """The program is stopped at once, where it stands."""


@pytest.mark.parametrize("act", ["end", "end a former one", "begin", "begin without one", "leave"])
def test_a_key_that_ended_on_disk_alone_is_said_and_recorded_when_it_is_done_again(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    act: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    people, who = bench.people, reviewer.person_id
    if act in {"end a former one", "begin without one"}:
        people.begin_key(reviewer, who, seen=_seen(bench), reason="A new one.")
    since = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)
    first = people.keys_of(who)[0].fingerprint

    def do() -> None:
        now = {"seen": _seen(bench), "reason": "Was copied."}
        if act == "end":
            people.end_key(investigator, who, **now)  # type: ignore[arg-type]
        elif act == "end a former one":
            people.end_key(investigator, who, at=since, fingerprint=first, **now)  # type: ignore[arg-type]
        elif act == "leave":
            people.end_person(investigator, who, **now)  # type: ignore[arg-type]
        else:
            people.begin_key(investigator, who, **now)  # type: ignore[arg-type]

    def kill(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(bench.stores.ledger, "append", kill)
        if act == "begin without one":
            patched.setattr(bench.stores.keys, "_make", kill)
        with pytest.raises(Killed):
            do()
    again = Workbench.open(bench.stores.settings)
    assert [reviewer.name in one for one in again.people.unrecorded()] == [True]
    do()
    assert again.people.unrecorded() == ()
    again.close()
    ends = {
        entry.body["public_key"]: entry.body["valid_before"]
        for entry in bench.stores.ledger.entries("store")
        if entry.kind == "key.ended"
    }
    for key in people.keys_of(who):
        until = None if key.valid_before is None else key.valid_before.isoformat()
        assert ends.get(key.line) == until


# --- proving who one is -----------------------------------------------------------------------


def _own_key(folder: Path) -> Path:
    """A key that a person keeps, as ssh-keygen makes it; gives the private half."""
    key = folder / "id_ed25519"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    return key


def _kinds(bench: Workbench) -> list[str]:
    return [entry.kind for entry in bench.stores.ledger.entries("store")]


def test_who_keeps_their_own_key_signs_to_sign_in(
    bench: Workbench, investigator: Actor, tmp_path: Path
) -> None:
    key = _own_key(tmp_path)
    line = key.with_suffix(".pub").read_text()
    person = bench.people.enrol("Own", (Role.REVIEWER,), public_key=line, by=investigator)
    for proof in (None, "", "junk"):
        with pytest.raises(NotAllowed, match="holds their own key"):
            bench.people.sign_in(person.person_id, proof=proof)
    asked = bench.people.challenge(person.person_id)
    assert asked.isascii()
    assert "\n" not in asked
    assert "'" not in asked, "it stands between quotes in a shell"
    (tmp_path / "other").mkdir()
    for wrong in (
        sign_with_ssh_keygen(key, b"something else", sign_in.NAMESPACE),
        sign_with_ssh_keygen(key, asked.encode(), "reviewer@bundle.nameplate"),
        sign_with_ssh_keygen(_own_key(tmp_path / "other"), asked.encode(), sign_in.NAMESPACE),
    ):
        with pytest.raises(NotAllowed):
            bench.people.sign_in(person.person_id, proof=wrong)
    proof = sign_with_ssh_keygen(key, asked.encode(), sign_in.NAMESPACE)
    assert bench.people.sign_in(person.person_id, proof=proof).name == "Own"
    with pytest.raises(NotAllowed):
        bench.people.sign_in(person.person_id, proof=proof)  # a signature is used once
    assert _kinds(bench).count("sign_in.refused") == 7


def test_a_question_that_was_answered_too_late_signs_nobody_in(
    settings: Settings, tmp_path: Path
) -> None:
    now = [datetime(2026, 11, 1, tzinfo=UTC)]
    bench = Workbench.open(settings, clock=lambda: now[0])
    key = _own_key(tmp_path)
    line = key.with_suffix(".pub").read_text()
    person = bench.people.enrol("Own", (Role.REVIEWER,), public_key=line)
    asked = bench.people.challenge(person.person_id)
    proof = sign_with_ssh_keygen(key, asked.encode(), sign_in.NAMESPACE)
    now[0] += sign_in.CHALLENGE_LIVES
    with pytest.raises(NotAllowed, match="too late"):
        bench.people.sign_in(person.person_id, proof=proof)
    bench.close()


def test_a_custodian_does_not_make_it_easier_to_act_as_somebody(
    bench: Workbench, investigator: Actor
) -> None:
    locked = bench.people.enrol(
        "Locked", (Role.REVIEWER,), passphrase="a good one", by=investigator
    )
    with pytest.raises(NotAllowed, match="passphrase"):
        bench.people.begin_key(investigator, locked.person_id, seen=_seen(bench))
    bench.people.end_key(investigator, locked.person_id, seen=_seen(bench), reason="It was copied.")
    with pytest.raises(NotAllowed, match="passphrase"):
        bench.people.begin_key(investigator, locked.person_id, seen=_seen(bench))
    with pytest.raises(NotAllowed, match="no other"):
        bench.people.sign_in(locked.person_id, passphrase="a good one")
    bench.people.begin_key(
        investigator, locked.person_id, seen=_seen(bench), passphrase="the next one"
    )
    actor = bench.people.sign_in(locked.person_id, passphrase="the next one")
    bench.people.begin_key(actor, locked.person_id, seen=_seen(bench))  # their own choice
    assert bench.people.sign_in(locked.person_id).name == "Locked"


def test_wrong_tries_are_on_record_and_slow_down_and_outlive_a_restart(
    settings: Settings,
) -> None:
    now = [datetime(2026, 11, 1, tzinfo=UTC)]
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += timedelta(seconds=seconds)

    def opened() -> Workbench:
        bench = Workbench.open(settings, clock=lambda: now[0])
        bench.people._pause = pause
        return bench

    bench = opened()
    person = bench.people.enrol("Locked", tuple(Role), passphrase="a good one")
    for guess in range(5):
        with pytest.raises(NotAllowed, match="not the passphrase"):
            bench.people.sign_in(person.person_id, passphrase=f"guess {guess}")
    assert pauses == [0.5, 1, 2, 4], "each one slower"
    assert _kinds(bench).count("sign_in.refused") == 5
    bench.close()
    bench = opened()
    with pytest.raises(NotAllowed, match="not the passphrase"):
        bench.people.sign_in(person.person_id, passphrase="guess 6")
    assert pauses[-1] == 8
    with pytest.raises(NotAllowed, match="the next is possible in 17 seconds"):
        bench.people.sign_in(person.person_id, passphrase="a good one")
    assert len(pauses) == 5, "a longer wait holds nobody's screen"
    now[0] += timedelta(seconds=16)
    assert bench.people.sign_in(person.person_id, passphrase="a good one").name == "Locked"
    with pytest.raises(NotAllowed):
        bench.people.sign_in(person.person_id, passphrase="a slip")
    assert len(pauses) == 5, "after a right one they count anew"
    entries = [e for e in bench.stores.ledger.entries("store") if e.kind == "sign_in.refused"]
    assert {entry.actor for entry in entries} == {"unproven"}
    bench.close()


def test_guesses_at_one_moment_are_looked_at_one_after_another(settings: Settings) -> None:
    bench = Workbench.open(settings)
    person = bench.people.enrol("Locked", tuple(Role), passphrase="a good one")
    pauses: list[float] = []
    pause = bench.people._pause
    bench.people._pause = lambda seconds: (pauses.append(seconds), pause(seconds))[1]
    meeting = threading.Barrier(3)

    def guess(number: int) -> None:
        meeting.wait()
        with contextlib.suppress(NotAllowed):
            bench.people.sign_in(person.person_id, passphrase=f"guess {number}")

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _kinds(bench).count("sign_in.refused") == 3
    assert len(pauses) >= 2, "no two were looked at for one wait"
    bench.close()


# --- who left, what ended ---------------------------------------------------------------------


def test_who_left_does_nothing_more(
    bench: Workbench, investigator: Actor, reviewer: Actor, read_case: CaseSummary
) -> None:
    judge(bench, reviewer, read_case, "maker")
    time.sleep(1.1)  # a key that ends in the second in which it began is not listed as a signer's
    with pytest.raises(NotAllowed, match="custodian"):
        bench.people.end_person(reviewer, investigator.person_id, reason="x", seen=_seen(bench))
    person = bench.people.end_person(
        investigator, reviewer.person_id, reason="Left the house.", seen=_seen(bench)
    )
    assert person.left_at is not None
    assert person.roles == ()
    assert bench.people.keys_of(reviewer.person_id)[-1].valid_before is not None
    assert bench.people.still(reviewer) is None
    with pytest.raises(NotAllowed, match="left on"):
        bench.people.sign_in(reviewer.person_id)
    size = bench.stores.ledger.size(read_case.case_id)
    with pytest.raises(NotAllowed, match="left on"):
        judge(bench, reviewer, read_case, "serial")
    (entry,) = bench.stores.ledger.entries(read_case.case_id, after=size - 1)
    assert entry.kind == "refused"
    reviews = bench.exhibits.one(read_case.case_id, "EX-0001").reviews
    assert [(review.field, review.reviewer) for review in reviews] == [("maker", "Reviewer one")]
    with pytest.raises(BadRequest, match="has already left"):
        bench.people.begin_role(
            investigator, reviewer.person_id, Role.REVIEWER, reason="x", seen=_seen(bench)
        )
    bench.stores.projection.rebuild()
    assert bench.people.person(reviewer.person_id) == person
    assert "reviewer@bundle.nameplate" in next(
        line
        for line in bench.people.allowed_signers_text().splitlines()
        if line.startswith(reviewer.person_id)
    ), "what they signed before stays theirs"


def test_an_ended_key_or_role_ends_what_is_done_under_it_at_once(
    bench: Workbench, investigator: Actor, reviewer: Actor, read_case: CaseSummary
) -> None:
    bench.people.end_role(
        investigator, reviewer.person_id, Role.REVIEWER, reason="Moved.", seen=_seen(bench)
    )
    with pytest.raises(NotAllowed, match="no longer has a role"):
        judge(bench, reviewer, read_case, "serial")  # signed in before
    bench.people.begin_role(
        investigator, reviewer.person_id, Role.INVESTIGATOR, reason="Moved.", seen=_seen(bench)
    )
    with pytest.raises(NotAllowed, match="Only a reviewer"):
        judge(bench, reviewer, read_case, "serial")
    bench.people.begin_role(
        investigator, reviewer.person_id, Role.REVIEWER, reason="Back.", seen=_seen(bench)
    )
    judge(bench, reviewer, read_case, "serial")
    bench.people.end_key(investigator, reviewer.person_id, reason="Copied.", seen=_seen(bench))
    with pytest.raises(NotAllowed, match="key of Reviewer one ended"):
        judge(bench, reviewer, read_case, "model")
    with pytest.raises(NotAllowed, match="key of Reviewer one ended"):
        bench.people.sign_in(reviewer.person_id)


def test_who_left_leaves_nothing_behind_before_the_refusal(
    bench: Workbench, investigator: Actor, read_case: CaseSummary
) -> None:
    second = bench.people.sign_in(
        bench.people.enrol("Second", tuple(Role), by=investigator).person_id
    )
    case, me = read_case.case_id, investigator.person_id
    sealed = bench.exports.seal(second, case)
    bench.people.end_person(investigator, second.person_id, reason="Left.", seen=_seen(bench))
    store = bench.stores.settings.store

    def files() -> set[Path]:
        parts = (store / part for part in ("bundles", "keys", "catalogs"))
        return {path for part in parts for path in part.rglob("*")}

    before, keys = files(), bench.people.keys_of(me)
    acts = (
        lambda: bench.exports.seal(second, case),
        lambda: bench.exports.sign(second, case, sealed.sequence),
        lambda: bench.exports.attach_signature(second, case, sealed.sequence, "x"),
        lambda: bench.publication.request_stamp(second, case, sealed.sequence),
        lambda: bench.people.enrol("Third", (Role.REVIEWER,), by=second),
        lambda: bench.people.begin_key(second, me, seen=_seen(bench)),
        lambda: bench.people.end_key(second, me, reason="x", seen=_seen(bench)),
        lambda: bench.people.end_person(second, me, reason="x", seen=_seen(bench)),
        lambda: bench.catalogs.import_(second, b"serial\n1\n", name="c.csv", coverage="x"),
        lambda: bench.cases.open_case(second, title="T"),
    )
    for act in acts:
        with pytest.raises(NotAllowed, match="left on"):
            act()
    assert files() == before
    assert bench.people.keys_of(me) == keys
    assert _kinds(bench).count("refused") >= 6


def test_one_custodian_is_always_left(bench: Workbench, investigator: Actor) -> None:
    me = investigator.person_id
    with pytest.raises(NotAllowed, match="only administrator"):
        bench.people.end_person(investigator, me, reason="x", seen=_seen(bench))
    with pytest.raises(NotAllowed, match="only administrator"):
        bench.people.end_role(investigator, me, Role.CUSTODIAN, reason="x", seen=_seen(bench))
    with pytest.raises(NotAllowed, match="only administrator"):
        bench.people.end_key(investigator, me, reason="x", seen=_seen(bench))
    second = bench.people.enrol("Second", (Role.CUSTODIAN,), by=investigator)
    bench.people.end_person(investigator, me, reason="Left.", seen=_seen(bench))
    actor = bench.people.sign_in(second.person_id)
    with pytest.raises(NotAllowed, match="only administrator"):
        bench.people.end_person(actor, second.person_id, reason="x", seen=_seen(bench))


def test_a_person_is_not_changed_by_somebody_who_has_not_seen_what_stands(
    bench: Workbench, investigator: Actor, reviewer: Actor
) -> None:
    second = bench.people.sign_in(
        bench.people.enrol("Second", (Role.CUSTODIAN,), by=investigator).person_id
    )
    seen = _seen(bench)
    who = reviewer.person_id
    bench.people.begin_role(investigator, who, Role.INVESTIGATOR, reason="Needed.", seen=seen)
    with pytest.raises(Overtaken, match="Investigator one"):
        bench.people.end_person(second, who, reason="x", seen=seen)
    with pytest.raises(Overtaken):
        bench.people.begin_key(second, who, seen=seen)


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_of_many_first_people_at_one_moment_one_becomes_custodian(
    database: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres_url") if database == "postgres" else None
    settings = Settings.for_store(tmp_path / "store", readers=("scripted",), database_url=url)
    bench, other = Workbench.open(settings), Workbench.open(settings)
    meeting = threading.Barrier(4)

    def first(one: Workbench, number: int) -> None:
        meeting.wait()
        with contextlib.suppress(NotAllowed):
            one.people.enrol(f"Person {number}", (Role.REVIEWER,))

    threads = [
        threading.Thread(target=first, args=(one, number))
        for number, one in enumerate((bench, other, bench, other))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (person,) = bench.people.everyone()
    assert person.roles == (Role.REVIEWER, Role.CUSTODIAN)
    assert faults_of(bench.stores.ledger) == ()
    other.close()
    bench.close()
