"""People and their keys: `people`, `enrol`, `person`, `key`, `clock`, `signers`."""

from __future__ import annotations

import getpass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.common import (
    Verbs,
    actor_of,
    add_json,
    add_seen,
    aside,
    file_bytes,
    line,
    listing,
    moment,
    nobody,
    person_called,
    verb,
)
from workbench.errors import BadRequest
from workbench.rules.limits import MAX_NAME
from workbench.types import Role

if TYPE_CHECKING:
    import argparse

    from evidence_store.types import PublicKey
    from workbench.types import Person
    from workbench.workbench import Workbench

TITLE = "People and keys"
_ASK = "ask for a passphrase to lock the key created here (default: none)"


def register(verbs: Verbs[argparse.ArgumentParser]) -> None:
    """Add the commands of this group."""
    add_json(verb(verbs, "people", _people, "List the people of this store."))
    _add_enrol(verbs)
    _add_person(verbs)
    _add_key(verbs)
    clock = verb(verbs, "clock", _clock, "Check the clock, or record that it is right now.")
    clock.add_argument(
        "--reason",
        help="record that this machine's clock is right and earlier entries were dated wrongly; "
        "how you know stays on record",
    )
    verb(verbs, "signers", _signers, "Print the allowed_signers file for a verifier.")


def _add_enrol(verbs: Verbs[argparse.ArgumentParser]) -> None:
    enrol = verb(verbs, "enrol", _enrol, "Add a person and create their key.")
    enrol.add_argument(
        "name", metavar="NAME", help=f"the person's name, 1 to {MAX_NAME} printable characters"
    )
    enrol.add_argument(
        "--role",
        action="append",
        default=[],
        choices=[role.value for role in Role],
        help="what they may do; may be given several times (default: everything)",
    )
    enrol.add_argument("--ask-passphrase", action="store_true", help=_ASK)
    enrol.add_argument(
        "--public-key",
        type=Path,
        metavar="FILE",
        help="the .pub file of a key that they hold; no key is then created here",
    )


def _add_person(verbs: Verbs[argparse.ArgumentParser]) -> None:
    person = verb(verbs, "person", _person, "Record that a person left, or give or remove a role.")
    person.add_argument("person", metavar="PERSON", help="who, by name or identifier")
    how = person.add_mutually_exclusive_group(required=True)
    how.add_argument(
        "--end", action="store_true", help="they left: nothing more can be done under their name"
    )
    roles = [role.value for role in Role]
    how.add_argument("--begin-role", choices=roles, help="give them this role")
    how.add_argument("--end-role", choices=roles, help="remove this role")
    person.add_argument("--reason", required=True, help="why; it stays on record")
    add_seen(person, "people")


def _add_key(verbs: Verbs[argparse.ArgumentParser]) -> None:
    key = verb(
        verbs, "key", _key, "List a person's keys; create their next one, or end (revoke) one."
    )
    key.add_argument("person", metavar="PERSON", help="whose keys, by name or identifier")
    how = key.add_mutually_exclusive_group()
    how.add_argument(
        "--begin", action="store_true", help="create the next key here; the one in use ends now"
    )
    how.add_argument(
        "--public-key",
        type=Path,
        metavar="FILE",
        help="start using a key that the person holds, by its .pub file; the one in use ends now",
    )
    how.add_argument(
        "--end", action="store_true", help="end the key in use, or the one of --fingerprint"
    )
    key.add_argument(
        "--fingerprint", metavar="SHA256:…", help="with --end: a former key instead, as listed"
    )
    key.add_argument(
        "--at",
        type=moment,
        metavar="TIME",
        help="with --end: the time after which nothing signed with it counts, in ISO 8601, in this "
        "machine's time zone unless given; may be in the past (default: now)",
    )
    add_seen(key, "people", required=False, with_="with --begin, --public-key and --end: ")
    key.add_argument("--reason", default="", help="why the key ends or changes; needed with --end")
    key.add_argument("--ask-passphrase", action="store_true", help=f"with --begin: {_ASK}")
    add_json(key)


def _people(workbench: Workbench, options: argparse.Namespace) -> int:
    if not listing(
        options,
        (
            (person, (person.person_id, person.name, _standing(person)))
            for person in workbench.people.everyone()
        ),
    ):
        aside(nobody(workbench))
    else:
        seen = workbench.people.everyone()[0].seen
        aside(f"To change a person, a role or a key, add: --seen {seen}.")
    return 0


def _standing(person: Person) -> str:
    """What a person may do; or instead that they have left, or have no key."""
    if person.left_at is not None:
        return f"left {person.left_at:%Y-%m-%d}"
    return ",".join(person.roles) + (" (no key in use)" if person.key_ends else "")


def _person(workbench: Workbench, options: argparse.Namespace) -> int:
    """End a person's service, or begin or end one of their roles."""
    actor = actor_of(workbench, options)
    who = person_called(workbench, options.person)
    why = {"reason": options.reason, "seen": options.seen}
    people = workbench.people
    if options.end:
        person = people.end_person(actor, who, **why)
    elif options.begin_role:
        person = people.begin_role(actor, who, Role(options.begin_role), **why)
    else:
        person = people.end_role(actor, who, Role(options.end_role), **why)
    line(person.person_id, person.name, _standing(person))
    return 0


def _enrol(workbench: Workbench, options: argparse.Namespace) -> int:
    first = not workbench.people.everyone()
    person = workbench.people.enrol(
        options.name,
        tuple(Role(role) for role in options.role) or tuple(Role),
        passphrase=getpass.getpass("New passphrase: ") if options.ask_passphrase else None,
        public_key=_key_line(workbench, options.public_key),
        by=None if first else actor_of(workbench, options),
    )
    print(person.person_id)
    return 0


def _key(workbench: Workbench, options: argparse.Namespace) -> int:
    """Begin or end a person's key if asked, then list all that they ever had."""
    person = person_called(workbench, options.person)
    if options.begin or options.public_key is not None:
        workbench.people.begin_key(
            actor_of(workbench, options),
            person,
            seen=_seen(options),
            passphrase=getpass.getpass("New passphrase: ") if options.ask_passphrase else None,
            public_key=_key_line(workbench, options.public_key),
            reason=options.reason,
        )
    elif options.end:
        workbench.people.end_key(
            actor_of(workbench, options),
            person,
            seen=_seen(options),
            reason=options.reason,
            at=None if options.at is None else options.at.astimezone(UTC),
            fingerprint=options.fingerprint,
        )
    listing(options, ((key, _key_cells(key)) for key in workbench.people.keys_of(person)))
    return 0


def _seen(options: argparse.Namespace) -> int:
    if options.seen is None:
        raise BadRequest("Give --seen: `python -m workbench people` prints the number for it.")
    return int(options.seen)


def _key_cells(key: PublicKey) -> tuple[str, ...]:
    until = key.valid_before.isoformat() if key.valid_before else "in use"
    held = f"held by the {key.held_by}"
    return (key.fingerprint, key.valid_after.isoformat(), until, held, key.reason)


def _key_line(workbench: Workbench, path: Path | None) -> str | None:
    return None if path is None else file_bytes(path, workbench).decode(errors="replace")


def _clock(workbench: Workbench, options: argparse.Namespace) -> int:
    """Record a correction of the clock, or report whether it is behind the last entry."""
    if options.reason is not None:
        actor = actor_of(workbench, options)
        logs = workbench.people.correct_clock(actor, reason=options.reason)
        line(f"Recorded in {logs} {'log' if logs == 1 else 'logs'}.")
    elif not workbench.stores.ledger.clock_remark():
        line("The clock is not behind the last entry.")
    return 0


def _signers(workbench: Workbench, _options: argparse.Namespace) -> int:
    print(workbench.people.allowed_signers_text(), end="")
    return 0
