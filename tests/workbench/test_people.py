from datetime import UTC, datetime, timedelta

import pytest

from workbench.errors import BadRequest, NotAllowed, NotFound
from workbench.types import Actor, Role
from workbench.workbench import Workbench


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
    with pytest.raises(BadRequest, match="enrolled already"):
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
    bench.people.begin_key(reviewer, reviewer.person_id, public_key=OWN, reason="A token.")
    assert bench.people.person(reviewer.person_id).public_key == OWN
    bench.stores.projection.rebuild()
    assert bench.people.person(reviewer.person_id).public_key == OWN
    since = datetime.now(UTC) - timedelta(days=400)
    bench.people.end_key(
        investigator,
        reviewer.person_id,
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
        bench.people.begin_key(reviewer, investigator.person_id)
    with pytest.raises(BadRequest, match="why"):
        bench.people.end_key(reviewer, reviewer.person_id, reason=" ")
    assert len(bench.people.keys_of(investigator.person_id)) == 1
