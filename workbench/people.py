"""People: who they are, what they may do, and their keys."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from evidence_store.bundle.layout import Role as SigningRole
from evidence_store.bundle.signers import checkpoint_line
from evidence_store.errors import KeyLocked
from workbench import entries, tables
from workbench import policy as rules
from workbench.errors import BadRequest, NotAllowed, NotFound
from workbench.limits import MAX_NAME
from workbench.stores import STORE_LOG, Stores
from workbench.types import Actor, Person, Role

if TYPE_CHECKING:
    from sqlalchemy import Row

    from evidence_store.types import PublicKey

SIGNING_ROLES = {
    Role.CUSTODIAN: SigningRole.CUSTODIAN,
    Role.REVIEWER: SigningRole.REVIEWER,
}


class People:
    """Enrols people, signs them in, and gives the files by which a stranger can check them."""

    def __init__(self, stores: Stores) -> None:
        self._stores = stores

    def everyone(self) -> tuple[Person, ...]:
        """All enrolled people, in the order of their enrolment."""
        with self._stores.projection.read(STORE_LOG) as connection:
            rows = connection.execute(
                select(tables.person).order_by(tables.person.c.enrolled_at)
            ).all()
        return tuple(_person(row) for row in rows)

    def person(self, person_id: str) -> Person:
        """One person. Raises NotFound."""
        with self._stores.projection.read(STORE_LOG) as connection:
            row = connection.execute(
                select(tables.person).where(tables.person.c.person_id == person_id)
            ).first()
        if row is None:
            raise NotFound(f"Nobody here has the identifier {person_id!r}.", kind="person")
        return _person(row)

    def names(self) -> dict[str, str]:
        """Names by person identifier."""
        return {person.person_id: person.name for person in self.everyone()}

    def enrol(
        self,
        name: str,
        roles: tuple[Role, ...],
        *,
        passphrase: str | None = None,
        public_key: str | None = None,
        by: Actor | None = None,
    ) -> Person:
        """Enrol someone and make their key; only the first person needs nobody to enrol them.

        With `public_key`, the line of a .pub file, nothing is made: the private half stays with
        the person, who signs on their own machine. The first person becomes a custodian as well,
        since somebody has to enrol the next.
        Raises BadRequest for a name that cannot be used, NotAllowed without a custodian.
        """
        name = name.strip()
        if not name or len(name) > MAX_NAME or not name.isprintable():
            raise BadRequest(f"A name has 1 to {MAX_NAME} printable characters.")
        everyone = self.everyone()
        if any(person.name == name for person in everyone):
            raise BadRequest(f"{name} is enrolled already; add something to tell the two apart.")
        if not everyone:
            roles = (*roles, Role.CUSTODIAN)
        elif by is None:
            raise NotAllowed("Only a custodian can enrol people; sign in as one first.")
        elif (why := rules.missing_role(by, Role.CUSTODIAN)) is not None:
            raise self._stores.refuse(STORE_LOG, by, verb="enrol", why=why)
        if not roles:
            raise BadRequest("Choose at least one role.")
        person_id = f"person-{secrets.token_hex(6)}"
        if public_key:
            key = self._stores.keys.enrol(person_id, public_key)
        else:
            key = self._stores.keys.create(person_id, passphrase=passphrase or None)
        self._stores.append(
            STORE_LOG,
            entries.person_enrolled(
                by.person_id if by else person_id,
                person=person_id,
                name=name,
                roles=tuple(role for role in Role if role in roles),
                public_key=key.line,
                passphrase=bool(passphrase) and not public_key,
                held_by=key.held_by,
            ),
        )
        return self.person(person_id)

    def keys_of(self, person_id: str) -> tuple[PublicKey, ...]:
        """Every key that a person ever had here, the oldest first."""
        return self._stores.keys.history(self.person(person_id).person_id)

    def begin_key(
        self,
        actor: Actor,
        person_id: str,
        *,
        passphrase: str | None = None,
        public_key: str | None = None,
        reason: str = "",
    ) -> PublicKey:
        """Begin a person's next key, made here or their own; the one in use ends now.

        Raises NotAllowed for anyone but the person and custodians, and the store's errors.
        """
        self._may_change_keys(actor, person_id)
        keys = self._stores.keys
        passphrase = passphrase or None
        history = keys.history(person_id)
        if history and history[-1].valid_before is None:
            key = keys.rotate(
                person_id, passphrase=passphrase, public_key=public_key, reason=reason
            )
            self._record_end(actor, person_id, keys.history(person_id)[-2])
        elif public_key:
            key = keys.enrol(person_id, public_key)
        else:
            key = keys.create(person_id, passphrase=passphrase)
        self._stores.append(
            STORE_LOG,
            entries.key_begun(
                actor.person_id,
                person=person_id,
                public_key=key.line,
                held_by=key.held_by,
                passphrase=passphrase is not None and not public_key,
            ),
        )
        return key

    def end_key(
        self,
        actor: Actor,
        person_id: str,
        *,
        reason: str,
        at: datetime | None = None,
        fingerprint: str | None = None,
    ) -> PublicKey:
        """End a key of a person, in use or former: nothing signed with it after `at` counts.

        Raises NotAllowed for anyone but the person and custodians, BadRequest without a reason,
        and the store's errors.
        """
        self._may_change_keys(actor, person_id)
        if not reason.strip():
            raise BadRequest("Say why the key ends; whoever relied on it will ask.")
        key = self._stores.keys.revoke(
            person_id, reason=reason.strip(), at=at, fingerprint=fingerprint
        )
        self._record_end(actor, person_id, key)
        return key

    def _record_end(self, actor: Actor, person_id: str, key: PublicKey) -> None:
        self._stores.append(
            STORE_LOG,
            entries.key_ended(
                actor.person_id,
                person=person_id,
                public_key=key.line,
                valid_before=key.valid_before or self._stores.clock(),
                reason=key.reason,
            ),
        )

    def _may_change_keys(self, actor: Actor, person_id: str) -> None:
        self.person(person_id)
        why = rules.missing_role(actor, Role.CUSTODIAN)
        if why is not None and actor.person_id != person_id:
            raise self._stores.refuse(STORE_LOG, actor, verb="change a key", why=why)

    def sign_in(self, person_id: str, *, passphrase: str | None = None) -> Actor:
        """Let someone act under their name. Raises NotAllowed where the key stays locked."""
        person = self.person(person_id)
        if person.has_passphrase:
            try:
                self._stores.keys.unlock(person_id, passphrase=passphrase)
            except KeyLocked as error:
                raise NotAllowed(f"That is not the passphrase of {person.name}'s key.") from error
        self._stores.append(STORE_LOG, entries.person_signed_in(person_id))
        return Actor(
            person_id=person_id,
            name=person.name,
            roles=person.roles,
            passphrase=passphrase if person.has_passphrase else None,
        )

    def allowed_signers_text(self) -> str:
        """The file by which a stranger knows this store's signers; hand it over by another way.

        Each person is trusted in the roles that they hold, and the store's own key for
        checkpoints only.
        """
        namespaces: dict[str, tuple[str, ...]] = {
            person.person_id: tuple(
                SIGNING_ROLES[role].namespace for role in person.roles if role in SIGNING_ROLES
            )
            for person in self.everyone()
        }
        keys = self._stores.keys
        own = checkpoint_line(self._stores.origin, keys.public(self._stores.origin).line)
        return (
            own.rstrip("\n")
            + "\n"
            + keys.allowed_signers_text(
                {person: names for person, names in namespaces.items() if names}
            )
        )


def _person(row: Row[tuple[object, ...]]) -> Person:
    return Person(
        person_id=row.person_id,
        name=row.name,
        roles=tuple(Role(role) for role in row.roles),
        public_key=row.public_key,
        has_passphrase=row.has_passphrase,
        enrolled_at=datetime.fromisoformat(row.enrolled_at),
    )
