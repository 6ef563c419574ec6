"""The store's people: added, gone, their roles and keys, and who signed in."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import PlainSerializer
from sqlalchemy import ColumnElement, Connection, insert, select, update

from evidence_store.types import Entry
from words.english.parts import role
from workbench import tables
from workbench.events.event import Event, event
from workbench.events.marks import Open, Private
from workbench.rules.seen import Mark, person_called
from workbench.types import Role

HeldBy: TypeAlias = Literal["server", "person"]
"""Who has the private half of a key."""

Instant: TypeAlias = Annotated[datetime, PlainSerializer(datetime.isoformat)]


def _of(person: str) -> ColumnElement[bool]:
    return tables.person.c.person_id == person


@event("person.enrolled")
class PersonEnrolled(Event):
    """Store log: someone was added, with roles and the public half of their key."""

    person: Open[str]
    roles: Open[tuple[Role, ...]]
    public_key: Open[str]
    passphrase: Open[bool]
    key_held_by: Open[HeldBy]
    name: Private[str]

    def sentence(self) -> str:
        return f"Added {self.name} as {', '.join(map(role, self.roles))}."

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            insert(tables.person),
            {
                "person_id": self.person,
                "name": self.name,
                "roles": self.roles,
                "public_key": self.public_key,
                "has_passphrase": self.passphrase,
                "held_by": self.key_held_by,
                "enrolled_at": entry.at.isoformat(),
                "roles_ever": self.roles,
                "left_at": None,
                "key_ends": None,
                "wrong": 0,
                "wrong_at": None,
            },
        )


@event("key.begun")
class KeyBegun(Event):
    """Store log: from now on a person signs with another key."""

    person: Open[str]
    public_key: Open[str]
    key_held_by: Open[HeldBy]
    passphrase: Open[bool]

    def sentence(self) -> str:
        kept = "held by the person" if self.key_held_by == "person" else "stored on the server"
        return f"Created a new key, {kept}."

    def touches(self) -> Collection[Mark]:
        return {person_called(self.person)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            update(tables.person)
            .where(_of(self.person))
            .values(
                public_key=self.public_key,
                has_passphrase=self.passphrase,
                held_by=self.key_held_by,
                key_ends=None,
            )
        )


@event("key.ended")
class KeyEnded(Event):
    """Store log: nothing signed with a key after a given time counts."""

    person: Open[str]
    public_key: Open[str]
    valid_before: Open[Instant]
    reason: Private[str]

    def sentence(self) -> str:
        return f"Ended a key as of {self.valid_before.isoformat()}. {self.reason}"

    def touches(self) -> Collection[Mark]:
        return {person_called(self.person)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            update(tables.person)
            .where(_of(self.person), tables.person.c.public_key == self.public_key)
            .values(key_ends=self.valid_before.isoformat())
        )


@event("person.ended")
class PersonEnded(Event):
    """Store log: a person left; from now on nothing is recorded under their name."""

    person: Open[str]
    reason: Private[str]

    def sentence(self) -> str:
        return f"Recorded that a person left. {self.reason}"

    def touches(self) -> Collection[Mark]:
        return {person_called(self.person)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            update(tables.person)
            .where(_of(self.person))
            .values(left_at=entry.at.isoformat(), roles=[])
        )


@event("role.begun")
class RoleBegun(Event):
    """Store log: from now on a person has a role."""

    person: Open[str]
    role: Open[Role]
    reason: Private[str]

    def sentence(self) -> str:
        return f"Gave a person the role of {role(self.role)}. {self.reason}"

    def touches(self) -> Collection[Mark]:
        return {person_called(self.person)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        row = connection.execute(select(tables.person).where(_of(self.person))).one()
        held = [*(one for one in row.roles if one != self.role), self.role]
        ever = row.roles_ever if self.role in row.roles_ever else [*row.roles_ever, self.role]
        connection.execute(
            update(tables.person).where(_of(self.person)).values(roles=held, roles_ever=ever)
        )


@event("role.ended")
class RoleEnded(Event):
    """Store log: from now on someone no longer holds a role."""

    person: Open[str]
    role: Open[Role]
    reason: Private[str]

    def sentence(self) -> str:
        return f"Removed the role of {role(self.role)} from a person. {self.reason}"

    def touches(self) -> Collection[Mark]:
        return {person_called(self.person)}

    def fold(self, connection: Connection, entry: Entry) -> None:
        row = connection.execute(select(tables.person).where(_of(self.person))).one()
        held = [one for one in row.roles if one != self.role]
        connection.execute(update(tables.person).where(_of(self.person)).values(roles=held))


@event("sign_in.refused")
class SignInRefused(Event):
    """Store log: an unproven attempt to act as a person; failed attempts count."""

    person: Open[str]
    how: Open[str]
    counts: Open[bool]

    def sentence(self) -> str:
        return f"Failed to sign in as {self.person}: {self.how}."

    def fold(self, connection: Connection, entry: Entry) -> None:
        if self.counts:
            connection.execute(
                update(tables.person)
                .where(_of(self.person))
                .values(wrong=tables.person.c.wrong + 1, wrong_at=entry.at.isoformat())
            )


@event("person.signed_in")
class PersonSignedIn(Event):
    """Store log: a person proved who they are, as far as this store can check."""

    person: Open[str]

    def sentence(self) -> str:
        return "Signed in."

    def fold(self, connection: Connection, entry: Entry) -> None:
        connection.execute(
            update(tables.person).where(_of(self.person)).values(wrong=0, wrong_at=None)
        )
