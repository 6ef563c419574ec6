"""People: who they are, what they may do, their keys, and how they prove who they are."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import select

from evidence_store.bundle.layout import Role as SigningRole
from evidence_store.bundle.signers import checkpoint_line
from evidence_store.errors import KeyLocked, SignatureInvalid, SignatureMalformed, StoreBusy
from evidence_store.keys.signing import parse_sshsig, verify_sshsig
from workbench import events, tables
from workbench.errors import BadRequest, NotFound
from workbench.rules import names, roles, sign_in
from workbench.rules import seen as marks
from workbench.rules.sign_in import Proof
from workbench.stores.stores import ATTEMPTS, STORE_LOG, Stores, ended
from workbench.typed_text import check_typed
from workbench.types import Actor, Person, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Row

    from evidence_store.types import Draft, PublicKey
    from workbench.errors import NotAllowed

SIGNING_ROLES = {
    Role.CUSTODIAN: SigningRole.CUSTODIAN,
    Role.REVIEWER: SigningRole.REVIEWER,
}


_P = ParamSpec("_P")
_R = TypeVar("_R")


def _one_at_a_time(
    verb: Callable[Concatenate[People, _P], _R],
) -> Callable[Concatenate[People, _P], _R]:
    """Keep others from changing people while a method checks people and changes keys and log."""

    @wraps(verb)
    def held(self: People, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        with self._stores.keys.held():
            return verb(self, *args, **kwargs)

    return held


class People:
    """Adds people, signs them in, and exports the files with which an outsider can check them."""

    def __init__(self, stores: Stores, *, pause: Callable[[float], None] = time.sleep) -> None:
        """`pause` waits the given number of seconds after wrong attempts to sign in."""
        self._stores = stores
        self._pause = pause
        self._challenges: dict[str, list[tuple[str, datetime]]] = {}
        self._lock = threading.Lock()
        self._unrecorded: dict[str, list[PublicKey]] | None = None

    def everyone(self) -> tuple[Person, ...]:
        """Everyone who was ever added, in order."""
        seen = self._stores.ledger.size(STORE_LOG)
        with self._stores.projection.read(STORE_LOG) as connection:
            rows = connection.execute(
                select(tables.person).order_by(tables.person.c.enrolled_at)
            ).all()
        return tuple(_person(row, seen) for row in rows)

    def in_service(self) -> tuple[Person, ...]:
        """Everyone who has not left, in the order in which they were added."""
        return tuple(person for person in self.everyone() if person.left_at is None)

    def person(self, person_id: str) -> Person:
        """One person. Raises NotFound."""
        seen = self._stores.ledger.size(STORE_LOG)
        return _person(self._row(person_id), seen)

    def names(self) -> dict[str, str]:
        """Names by person identifier."""
        return {person.person_id: person.name for person in self.everyone()}

    # --- who is here -----------------------------------------------------------------------

    def enrol(
        self,
        name: str,
        roles_held: tuple[Role, ...],
        *,
        passphrase: str | None = None,
        public_key: str | None = None,
        by: Actor | None = None,
    ) -> Person:
        """Add a person and create their key; only the first person needs nobody else to add them.

        With `public_key`, the line of a .pub file, no key is created: the private half stays with
        the person, who signs on their own machine. The first person also becomes an administrator,
        since somebody has to add the next; if several try at the same moment, only one does. Raises
        BadRequest for an unusable name, NotAllowed without an administrator.
        """
        name = name.strip()
        self._may_enrol(name, by)
        if not roles_held and by is not None:
            raise BadRequest("Choose at least one role.")
        self._stores.ledger.require_clock(what="A new key must wait")
        person_id = f"person-{secrets.token_hex(6)}"
        keys = self._stores.keys
        if public_key:
            key = keys.register(person_id, public_key)
        else:
            key = keys.create(person_id, passphrase=passphrase or None)

        def make() -> tuple[Draft, ...]:
            first = self._may_enrol(name, by)
            held = {*roles_held, Role.CUSTODIAN} if first else set(roles_held)
            return (
                events.PersonEnrolled(
                    person=person_id,
                    name=name,
                    roles=tuple(role for role in Role if role in held),
                    public_key=key.line,
                    passphrase=bool(passphrase) and not public_key,
                    key_held_by=key.held_by,
                ).draft(by.person_id if by else person_id),
            )

        try:
            self._stores.append_seeing(STORE_LOG, make)
        except BaseException:
            keys.discard(person_id)  # nobody was added with it
            raise
        return self.person(person_id)

    @_one_at_a_time
    def end_person(self, actor: Actor, person_id: str, *, reason: str, seen: int) -> Person:
        """End a person's service and key: nothing more is done or signed under their name.

        What they did stays. `seen` is that of the person that the administrator looked at. Raises
        NotFound; NotAllowed if the actor is no administrator, or the person is the last one;
        BadRequest without a reason, or if the person has already left; Overtaken.
        """
        person = self._to_change(actor, person_id, verb="record that a person left", reason=reason)
        self._not_the_last_custodian(actor, person)
        self._check_seen(actor, person_id, seen, verb="record that a person left")
        self._stores.ledger.require_clock(what="Ending a key must wait")
        if self.keys_of(person_id)[-1].valid_before is None:
            self._stores.keys.revoke(person_id, reason=reason.strip())
        self._stores.append(
            STORE_LOG,
            events.PersonEnded(person=person_id, reason=reason.strip()).draft(actor.person_id),
            *self._ends_of(actor, person_id),
        )
        return self.person(person_id)

    @_one_at_a_time
    def begin_role(
        self, actor: Actor, person_id: str, role: Role, *, reason: str, seen: int
    ) -> Person:
        """Give a person a role. Raises as `end_person` does."""
        person = self._to_change(actor, person_id, verb="give a role", reason=reason)
        if role in person.roles:
            raise BadRequest(f"{person.name} already has that role.")
        begun = events.RoleBegun(person=person_id, role=role, reason=reason.strip()).draft(
            actor.person_id
        )
        self._record(actor, begun, seen=seen, verb="give a role")
        return self.person(person_id)

    @_one_at_a_time
    def end_role(
        self, actor: Actor, person_id: str, role: Role, *, reason: str, seen: int
    ) -> Person:
        """End a person's role; what they did in it stays. Raises as `end_person` does."""
        person = self._to_change(actor, person_id, verb="remove a role", reason=reason)
        if role not in person.roles:
            raise BadRequest(f"{person.name} does not have that role.")
        if role is Role.CUSTODIAN:
            self._not_the_last_custodian(actor, person)
        over = events.RoleEnded(person=person_id, role=role, reason=reason.strip()).draft(
            actor.person_id
        )
        self._record(actor, over, seen=seen, verb="remove a role")
        return self.person(person_id)

    # --- keys ------------------------------------------------------------------------------

    def keys_of(self, person_id: str) -> tuple[PublicKey, ...]:
        """Every key that a person ever had here, the oldest first."""
        return self._stores.keys.history(self.person(person_id).person_id)

    def keys(self) -> dict[str, tuple[PublicKey, ...]]:
        """Every key that each person ever had here, the oldest first."""
        keys = self._stores.keys
        return {person_id: keys.history(person_id) for person_id in self.names()}

    def unrecorded(self) -> tuple[str, ...]:
        """A sentence for each person with a key that ended although the log does not say so.

        A key ends on disk first, then in the log; the program may be stopped in between. The next
        command that ends or begins a key of that person records what is missing. The check runs
        once after opening, and then for as long as something is missing.
        """
        if self._unrecorded is None or any(self._unrecorded.values()):
            self._unrecorded = self._unrecorded_ends()
        return tuple(
            f"A key of {self.person(person_id).name} ended, but the log does not say so: the "
            "program stopped before recording it. End that key again, or create the next one, "
            "to record it."
            for person_id, keys in self._unrecorded.items()
            if keys
        )

    @_one_at_a_time
    def begin_key(
        self,
        actor: Actor,
        person_id: str,
        *,
        seen: int,
        passphrase: str | None = None,
        public_key: str | None = None,
        reason: str = "",
    ) -> PublicKey:
        """Begin a person's next key, created here or their own; the one in use ends now.

        `seen` is that of the person that was looked at. Raises NotAllowed for anyone but the person
        and administrators, and for an administrator who would make it easier to act as the person;
        Overtaken; and the store's errors.
        """
        person = self._may_change_keys(actor, person_id, seen)
        check_typed(reason=reason)
        passphrase = passphrase or None
        held_by = "person" if public_key else "server"
        why = sign_in.weakens(
            person.name,
            by_themselves=actor.person_id == person_id,
            before=sign_in.proof_of(person),
            after=sign_in.proof_needed(held_by=held_by, has_passphrase=passphrase is not None),
        )
        if why is not None:
            raise self._stores.refuse(STORE_LOG, actor, verb="weaken a key", why=why)
        self._stores.ledger.require_clock(what="A new key must wait")
        keys = self._stores.keys
        history = keys.history(person_id)
        if history and history[-1].valid_before is None:
            key = keys.rotate(
                person_id, passphrase=passphrase, public_key=public_key, reason=reason
            )
        elif public_key:
            key = keys.register(person_id, public_key)
        else:
            key = keys.create(person_id, passphrase=passphrase)
        # In one step: otherwise nobody could act under this name in between.
        self._stores.append(
            STORE_LOG,
            *self._ends_of(actor, person_id),
            self._begin_of(actor, person_id, key, passphrase),
        )
        return key

    @_one_at_a_time
    def end_key(
        self,
        actor: Actor,
        person_id: str,
        *,
        seen: int,
        reason: str,
        at: datetime | None = None,
        fingerprint: str | None = None,
    ) -> PublicKey:
        """End a person's key, current or former: nothing signed with it after `at` counts.

        Without a key in use, the person can do nothing here until an administrator begins the next.
        `seen` is that of the person that was looked at. Raises NotAllowed for anyone but the person
        and administrators, and for the key of the last administrator; BadRequest without a reason;
        Overtaken; and the store's errors.
        """
        person = self._may_change_keys(actor, person_id, seen)
        if not reason.strip():
            raise BadRequest("Give the reason why the key ends; whoever relied on it will ask.")
        check_typed(reason=reason)
        in_use = self.keys_of(person_id)[-1]
        if in_use.valid_before is None and fingerprint in (None, in_use.fingerprint):
            self._not_the_last_custodian(actor, person)
        if at is None:  # a time given by a person needs no clock
            self._stores.ledger.require_clock(what="Ending a key must wait")
        key = self._ended_before(person_id, fingerprint, at)
        if key is None:
            key = self._stores.keys.revoke(
                person_id, reason=reason.strip(), at=at, fingerprint=fingerprint
            )
        self._stores.append(STORE_LOG, *self._ends_of(actor, person_id))
        return key

    # --- the clock -------------------------------------------------------------------------

    def correct_clock(self, actor: Actor, *, reason: str) -> int:
        """Record that this machine's clock is right, and that earlier times were wrong.

        From then on entries have the clock's time again, and sealing and keys are available again.
        Returns the number of logs in which it is recorded. Raises NotAllowed if the actor is no
        administrator, BadRequest without a reason, BadInput if no entry is ahead of the clock.
        """
        self._stores.admit(actor, STORE_LOG, "clock-corrected", verb="correct the clock")
        if not reason.strip():
            raise BadRequest("Say how you know that the clock is right now; others will ask.")
        made = self._stores.ledger.correct_clock(actor.person_id, reason=reason.strip())
        return len(made)

    # --- signing in ------------------------------------------------------------------------

    def challenge(self, person_id: str) -> str:
        """A one-line ASCII text that a person who holds their own key signs to sign in; valid once.

        `ssh-keygen -Y sign -n NAMESPACE` signs it, with `rules.sign_in.NAMESPACE`.
        """
        self.person(person_id)
        now = self._stores.clock()
        text = (
            f"Sign in to {self._stores.origin} as {person_id} "
            f"{now:%Y-%m-%dT%H:%M:%SZ} {secrets.token_hex(16)}"
        )
        with self._lock:
            alive = [one for one in self._challenges.get(person_id, []) if one[1] > now]
            ends = now + sign_in.CHALLENGE_LIVES
            self._challenges[person_id] = [*alive[-MOST_CHALLENGES:], (text, ends)]
        return text

    def sign_in(
        self, person_id: str, *, passphrase: str | None = None, proof: str | None = None
    ) -> Actor:
        """Let a person act under their name once they have proved who they are.

        The proof is the passphrase of their key or, if they hold the key themselves, a signature
        (`proof`, SSHSIG armour) of a `challenge`. Each wrong attempt is recorded and makes the next
        one wait longer, up to `rules.sign_in.LONGEST_WAIT`. Raises NotFound, NotAllowed, StoreBusy.
        """
        for _attempt in range(ATTEMPTS):
            size = self._stores.ledger.size(STORE_LOG)
            row = self._row(person_id)
            now = self._stores.clock()
            gone = sign_in.cannot(row.name, **ended(row, now))
            if gone is not None:
                raise self._turned_away(person_id, how="can no longer act here", why=gone)
            last = None if row.wrong_at is None else datetime.fromisoformat(row.wrong_at)
            left = sign_in.still_to_wait(row.wrong, last, now)
            if left > sign_in.HELD:
                seconds = int(left.total_seconds()) + 1
                why = f"After {row.wrong} wrong tries, the next is possible in {seconds} seconds."
                raise self._turned_away(person_id, how="too soon after wrong tries", why=why)
            if left:
                self._pause(left.total_seconds())
                continue  # others may have tried meanwhile
            person = _person(row, size)
            wrong = self._wrong(person, passphrase, proof)
            if wrong is None:
                draft = events.PersonSignedIn(person=person_id).draft(person_id)
            else:
                draft = events.SignInRefused(
                    person=person_id,
                    how=wrong[0],
                    counts=bool(passphrase or proof),  # showing nothing is not a guess
                ).draft(roles.UNPROVEN)
            if self._stores.append_at(STORE_LOG, size, draft) is None:
                continue  # another attempt came first: each wait allows only one guess
            if wrong is not None:
                raise self._stores.refused(wrong[1])
            with self._lock:
                self._challenges.pop(person_id, None)
            return Actor(
                person_id=person_id,
                name=person.name,
                roles=person.roles,
                passphrase=passphrase if person.has_passphrase else None,
            )
        raise StoreBusy("The store is busy: others kept recording first.")

    def still(self, actor: Actor) -> Actor | None:
        """The actor with the roles that they hold now; None if they can no longer act."""
        now = self.acting(actor.person_id)
        return None if now is None else replace(now, passphrase=actor.passphrase)

    def acting(self, person_id: str) -> Actor | None:
        """A person as an actor now, with the roles that they hold; None if they can no longer act.

        This signs nobody in: it is for work that a signed-in person has requested. Raises NotFound.
        """
        row = self._row(person_id)
        if sign_in.cannot(row.name, **ended(row, self._stores.clock())) is not None:
            return None
        roles_held = tuple(role for role in Role if role in row.roles)
        return Actor(person_id=person_id, name=row.name, roles=roles_held)

    def allowed_signers_text(self) -> str:
        """The file by which an outsider knows this store's signers; hand it over separately.

        Each person is trusted in the roles that they ever held, for as long as each of their keys
        was in use; the store's own key is trusted for checkpoints only.
        """
        namespaces: dict[str, tuple[str, ...]] = {
            person.person_id: tuple(
                SIGNING_ROLES[role].namespace for role in person.roles_ever if role in SIGNING_ROLES
            )
            for person in self.everyone()
        }
        keys = self._stores.keys
        own = checkpoint_line(self._stores.origin, keys.public(self._stores.origin).line)
        return (
            own.rstrip("\n")
            + "\n"
            + keys.allowed_signers_text(
                {person: names_ for person, names_ in namespaces.items() if names_}
            )
        )

    # --- parts -----------------------------------------------------------------------------

    def _row(self, person_id: str) -> Row[Any]:
        with self._stores.projection.read(STORE_LOG) as connection:
            row = connection.execute(
                select(tables.person).where(tables.person.c.person_id == person_id)
            ).first()
        if row is None:
            raise NotFound(f"Nobody here has the identifier {person_id!r}.", kind="person")
        return row

    def _may_enrol(self, name: str, by: Actor | None) -> bool:
        """Whether this would be the first person. Raises NotAllowed, BadRequest."""
        everyone = self.everyone()
        if everyone and by is None:
            why = "There are people here already; sign in first as somebody who may add others."
            raise self._stores.refuse(STORE_LOG, None, verb="add a person", why=why)
        if everyone and by is not None:
            self._stores.admit(by, STORE_LOG, "person.enrolled", verb="add a person")
        why_not = names.unusable(name, (person.name for person in everyone))
        if why_not is not None:
            raise BadRequest(why_not)
        return not everyone

    def _to_change(self, actor: Actor, person_id: str, *, verb: str, reason: str) -> Person:
        """The person whose service or roles an administrator is about to change."""
        person = self.person(person_id)
        self._stores.admit(actor, STORE_LOG, "person.ended", verb=verb)
        if not reason.strip():
            raise BadRequest("Give a short reason; it stays on record.")
        check_typed(reason=reason)
        if person.left_at is not None:
            raise BadRequest(f"{person.name} has already left.")
        return person

    def _not_the_last_custodian(self, actor: Actor, person: Person) -> None:
        if Role.CUSTODIAN not in person.roles:
            return
        others = [
            frozenset(other.roles)
            for other in self.in_service()
            if other.person_id != person.person_id and other.key_ends is None
        ]
        why = roles.last_custodian(person.name, others)
        if why is not None:
            raise self._stores.refuse(STORE_LOG, actor, verb="remove the last custodian", why=why)

    def _record(self, actor: Actor, draft: Draft, *, seen: int, verb: str) -> None:
        self._stores.record(
            actor,
            STORE_LOG,
            lambda: (draft,),
            seen=seen,
            rests_on={marks.person_called(str(draft.body["person"]))},
            verb=verb,
        )

    def _begin_of(
        self, actor: Actor, person_id: str, key: PublicKey, passphrase: str | None
    ) -> Draft:
        return events.KeyBegun(
            person=person_id,
            public_key=key.line,
            key_held_by=key.held_by,
            passphrase=passphrase is not None and key.held_by == "server",
        ).draft(actor.person_id)

    def _unrecorded_ends(self) -> dict[str, list[PublicKey]]:
        """For each person, the keys whose end on disk differs from the log."""
        said: dict[tuple[str, str], datetime] = {}
        for entry in self._stores.ledger.entries(STORE_LOG):
            if entry.kind == "key.ended":
                with suppress(events.NotUnderstood):
                    event = events.of(entry)
                    assert isinstance(event, events.KeyEnded)  # noqa: S101 (by its kind)
                    said[event.person, event.public_key] = event.valid_before
        return {
            person_id: [
                key
                for key in keys
                if key.valid_before is not None
                and said.get((person_id, key.line)) != key.valid_before
            ]
            for person_id, keys in self.keys().items()
        }

    def _ends_of(self, actor: Actor, person_id: str) -> tuple[Draft, ...]:
        """The end of each key that ended on disk and not yet in the log, the oldest first."""
        return tuple(
            events.KeyEnded(
                person=person_id,
                public_key=key.line,
                valid_before=key.valid_before or self._stores.clock(),
                reason=key.reason,
            ).draft(actor.person_id)
            for key in self._unrecorded_ends()[person_id]
        )

    def _ended_before(
        self, person_id: str, fingerprint: str | None, at: datetime | None
    ) -> PublicKey | None:
        """The key to end, if it has already ended on disk by then and the log does not say so."""
        named = fingerprint or self.keys_of(person_id)[-1].fingerprint
        return next(
            (
                key
                for key in self._unrecorded_ends()[person_id]
                if key.fingerprint == named
                and key.valid_before is not None
                and (at is None or key.valid_before <= at)
            ),
            None,
        )

    def _may_change_keys(self, actor: Actor, person_id: str, seen: int) -> Person:
        person = self.person(person_id)
        self._stores.admit(actor, STORE_LOG, "key.begun", verb="change a key", of=person_id)
        if person.left_at is not None:
            raise BadRequest(f"{person.name} has left and can have no new key.")
        self._check_seen(actor, person_id, seen, verb="change a key")
        return person

    def _check_seen(self, actor: Actor, person_id: str, seen: int, *, verb: str) -> None:
        rests_on = {marks.person_called(person_id)}
        self._stores.check_seen(actor, STORE_LOG, seen=seen, rests_on=rests_on, verb=verb)

    def _turned_away(self, person_id: str, *, how: str, why: str) -> NotAllowed:
        self._stores.append(
            STORE_LOG,
            events.SignInRefused(person=person_id, how=how, counts=False).draft(roles.UNPROVEN),
        )
        return self._stores.refused(why)

    def _wrong(
        self, person: Person, passphrase: str | None, proof: str | None
    ) -> tuple[str, str] | None:
        """What was wrong with a proof of identity, for the record and the person; None if right."""
        needed = sign_in.proof_of(person)
        if needed is Proof.PASSPHRASE:
            try:
                self._stores.keys.unlock(person.person_id, passphrase=passphrase)
            except KeyLocked:
                given = "a wrong passphrase" if passphrase else "no passphrase"
                return given, f"That is not the passphrase of {person.name}'s key."
        if needed is Proof.SIGNATURE and not self._signed(person, proof or ""):
            given = "a signature that does not match" if proof else "no signature"
            return given, (
                f"{person.name} holds their own key and signs in with it. This was not signed with "
                "that key, or too late."
            )
        return None

    def _signed(self, person: Person, proof: str) -> bool:
        now = self._stores.clock()
        with self._lock:
            asked = [
                text for text, ends in self._challenges.get(person.person_id, ()) if ends > now
            ]
        armour = proof.strip().replace("\r\n", "\n") + "\n"
        for text in asked:
            try:
                verify_sshsig(armour, text.encode("ascii"), sign_in.NAMESPACE)
                if parse_sshsig(armour).public_key == person.public_key:
                    return True
            except (SignatureInvalid, SignatureMalformed):
                continue
        return False


MOST_CHALLENGES = 20
"""Most challenges to one person that stay open at once."""


def _person(row: Row[Any], seen: int) -> Person:
    return Person(
        person_id=row.person_id,
        name=row.name,
        roles=tuple(role for role in Role if role in row.roles),
        public_key=row.public_key,
        has_passphrase=row.has_passphrase,
        enrolled_at=datetime.fromisoformat(row.enrolled_at),
        held_by=row.held_by,
        roles_ever=tuple(role for role in Role if role in row.roles_ever),
        left_at=None if row.left_at is None else datetime.fromisoformat(row.left_at),
        key_ends=None if row.key_ends is None else datetime.fromisoformat(row.key_ends),
        seen=seen,
    )
