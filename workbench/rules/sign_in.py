"""Signing in: what a person has to prove, and how failed attempts slow down.

The proof required depends on how the person's key is stored. Failed attempts are on record, so that
the delays apply after a restart and on every machine of the store.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from words import times

if TYPE_CHECKING:
    from workbench.types import Person

FIRST_WAIT: Final = timedelta(seconds=0.5)
"""Wait after one wrong try; it doubles with each further one."""
LONGEST_WAIT: Final = timedelta(minutes=5)
"""The longest wait: a stranger's guesses must not lock somebody out for a day."""
HELD: Final = timedelta(seconds=8)
"""A try is held for a wait of up to this long; for a longer wait it is refused at once."""
CHALLENGE_LIVES: Final = timedelta(minutes=10)
"""How long a challenge to sign stays valid; it can be answered once."""
REMEMBERED: Final = timedelta(hours=12)
"""How long a browser stays signed in after the last screen shown in it."""
NAMESPACE: Final = "sign-in@people.nameplate"
"""Namespace of sign-in signatures: none can be mistaken for one under a bundle."""

RULES: Final = Declared(
    "sign-in",
    test="tests/unit/workbench/rules/test_sign_in.py",
    source="decision 0067; assumed",
    units={
        "FIRST_WAIT": "seconds",
        "LONGEST_WAIT": "seconds",
        "HELD": "seconds",
        "CHALLENGE_LIVES": "seconds",
        "REMEMBERED": "seconds",
        "NAMESPACE": "namespace of signatures",
    },
)


class Proof(IntEnum):
    """What a person has to show, weakest first."""

    NAME = 0
    """Their name alone: the store has their key, without a passphrase."""
    PASSPHRASE = 1
    """The passphrase of their key, which is in the store."""
    SIGNATURE = 2
    """A signature by the key that they hold themselves."""


def proof_needed(*, held_by: str, has_passphrase: bool) -> Proof:
    """The proof required for a key stored in this way."""
    if held_by == "person":
        return Proof.SIGNATURE
    return Proof.PASSPHRASE if has_passphrase else Proof.NAME


def proof_of(person: Person) -> Proof:
    """The proof that a person has to show to sign in."""
    return proof_needed(held_by=person.held_by, has_passphrase=person.has_passphrase)


def weakens(name: str, *, by_themselves: bool, before: Proof, after: Proof) -> str | None:
    """Return why a person's next key may not be stored in this way, or None.

    Only they themselves may reduce the proof required of them.
    """
    if by_themselves or after >= before:
        return None
    wanted = "a passphrase" if before is Proof.PASSPHRASE else "the public key of a key they hold"
    return (
        f"This key asks for less proof than {name} gives now, so others could act under their "
        f"name. Create it with {wanted}, or let {name} create it."
    )


def wait_after(wrong: int) -> timedelta:
    """Delay after this many failed attempts in a row."""
    if wrong < 1:
        return timedelta(0)
    doubled: int = 2 ** min(wrong - 1, 20)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def still_to_wait(wrong: int, last: datetime | None, now: datetime) -> timedelta:
    """The rest of that delay; a clock that was set back does not prolong it."""
    if last is None:
        return timedelta(0)
    whole = wait_after(wrong)
    return max(timedelta(0), min(whole, last + whole - now))


def cannot(name: str, *, left_at: datetime | None, key_ended_at: datetime | None) -> str | None:
    """Return why nobody can act under this name any more, or None."""
    if left_at is not None:
        return f"{name} left on {times.moment(left_at)} and can no longer act here."
    if key_ended_at is not None:
        return (
            f"The key of {name} ended on {times.moment(key_ended_at)}, and there is no "
            "other. An administrator (custodian) can create a new one."
        )
    return None
