"""What every service builds on: settings, bytes, entries, keys, the projection and a clock."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from evidence_store.errors import SizeChanged, StoreBusy
from evidence_store.types import STORE_LOG as STORE_LOG
from words import times
from workbench import events, tables
from workbench.errors import BadRequest, NotAllowed, Overtaken
from workbench.events.narrative import sentence
from workbench.rules import acts, roles, sign_in
from workbench.rules import seen as rules
from workbench.stores.projection import FoldedBehind
from workbench.types import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Row

    from evidence_store.blobs.store import BlobStore
    from evidence_store.keys.keys import KeyFolder
    from evidence_store.ledger.ledger import Ledger, Then
    from evidence_store.types import Draft, Entry
    from workbench.rules.seen import Mark
    from workbench.settings import Settings
    from workbench.stores.projection import Projection
    from workbench.types import Actor

_log = logging.getLogger(__name__)
#: How often an append is tried again when another process appended first.
ATTEMPTS = 50


def ended(row: Row[Any], now: datetime) -> dict[str, datetime | None]:
    """When a person left and when their last key ended, as far as that is past.

    A key that signed something ends with the second of the signature, but counts as ended at once.
    """
    left, key = (
        None if text is None else datetime.fromisoformat(text)
        for text in (row.left_at, row.key_ends)
    )
    over = key is not None and key <= now + timedelta(seconds=1)
    return {"left_at": left, "key_ended_at": key if over else None}


def _touching(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Collection[Mark]]]:
    """Entries, each with the marks that it touches."""
    return ((entry, events.touched(entry)) for entry in entries)


def utc_now() -> datetime:
    """The machine's clock, in UTC. Never called trusted time."""
    return datetime.now(UTC)


class _NotAdmitted(Exception):
    """An entry that its author may not make: who, what kind, and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stores:
    """The parts that all services share; created once by `Workbench.open`."""

    settings: Settings
    blobs: BlobStore
    ledger: Ledger
    keys: KeyFolder
    projection: Projection
    origin: str
    """The name of this store in its checkpoints."""
    clock: Callable[[], datetime] = utc_now

    def begin(self, log: str, *drafts: Draft) -> None:
        """Begin the log of a case with its first entries, all or none. Raises NotAllowed."""
        with self._admitted(STORE_LOG) as fold:
            self.ledger.create_log(log, *drafts, then=fold)

    def append(self, log: str, *drafts: Draft) -> tuple[Entry, ...]:
        """Record, and show it on screens at once.

        Raises `BadInput` for what cannot be recorded or folded; `StoreBusy`; and `NotAllowed`, on
        record, if an author has no role for it (any more) or can no longer act at all.
        """
        for _attempt in range(ATTEMPTS):
            self.projection.catch_up(log)
            with suppress(FoldedBehind):
                return self._record(log, drafts)
        raise self._busy()

    def append_at(self, log: str, size: int, *drafts: Draft) -> tuple[Entry, ...] | None:
        """Record as `append` does if the log still has this size; otherwise, only give None."""
        self.projection.catch_up(log)
        with suppress(SizeChanged, FoldedBehind):
            return self._record(log, drafts, expected_size=size)
        return None

    def append_seeing(self, log: str, make: Callable[[], tuple[Draft, ...]]) -> tuple[Entry, ...]:
        """Record what `make` builds from the folded state; try again if another process came first.

        `make` may read the projection: it is exactly as long as the log when it is called. It may
        raise to record nothing; an empty tuple records nothing as well. Raises `StoreBusy` if
        others came first each time, since nothing is recorded without the check; and what `append`
        raises.
        """
        for _attempt in range(ATTEMPTS):
            size = self.ledger.size(log)
            self.projection.catch_up(log)
            drafts = make()
            if not drafts:
                return ()
            with suppress(SizeChanged, FoldedBehind):
                return self._record(log, drafts, expected_size=size)
        raise self._busy()

    def _record(
        self, log: str, drafts: tuple[Draft, ...], *, expected_size: int | None = None
    ) -> tuple[Entry, ...]:
        """Record and fold in one transaction: what cannot be folded is not recorded."""
        with self._admitted(log) as fold:
            recorded = self.ledger.append(log, *drafts, expected_size=expected_size, then=fold)
        if recorded:
            self.projection.recorded(log, recorded[-1].sequence + 1)
        for entry in recorded:
            _log.info(
                "Recorded.",
                extra={
                    "case": entry.log, "entry": entry.sequence,
                    "kind": entry.kind, "person": entry.actor,
                },
            )  # fmt: skip
        return recorded

    @staticmethod
    def _busy() -> StoreBusy:
        return StoreBusy(f"The store is busy: others recorded first, {ATTEMPTS} times in a row.")

    @contextmanager
    def _admitted(self, log: str) -> Iterator[Then]:
        """What folds entries, if the roles and keys of their authors allow them at that moment.

        The check is part of the same transaction; what is not allowed is refused, in this log, on
        record.
        """

        def fold(connection: Connection, recorded: Sequence[Entry]) -> None:
            for entry in recorded:
                if entry.kind not in roles.OF_NOBODY:
                    why = self._why_not(
                        connection, entry.actor, entry.kind, of=entry.body.get("person")
                    )
                    if why is not None:
                        raise _NotAdmitted(entry.actor, entry.kind, why)
            self.projection.fold_recorded(connection, recorded)

        self.projection.catch_up(STORE_LOG)
        try:
            yield fold
        except _NotAdmitted as error:
            raise self._refused(log, *error.args) from None

    def admit(self, actor: Actor, log: str, kind: str, *, verb: str, of: str | None = None) -> None:
        """Refuse, on record, an act whose entry of this kind the person may not make now.

        Each method asks before it does anything; `verb` is the word for it in the refusal, and `of`
        the person whom the entry is about. Raises NotAllowed.
        """
        if (why := self.why_not(actor, kind, of=of)) is not None:
            raise self.refuse(log, actor, verb=verb, why=why)

    def why_not(self, actor: Actor, kind: str, *, of: str | None = None) -> str | None:
        """A sentence on why this person may not make an entry of this kind now, or None."""
        with self.projection.read(STORE_LOG) as connection:
            return self._why_not(connection, actor.person_id, kind, of=of)

    def _refused(self, log: str, person_id: str, kind: str, why: str) -> NotAllowed:
        self.append(log, events.Refused(verb=kind, why=why).draft(person_id))
        _log.warning("Refused.", extra={"case": log, "kind": kind, "person": person_id})
        return NotAllowed(why)

    def _why_not(
        self, connection: Connection, person_id: str, kind: str, *, of: object
    ) -> str | None:
        row = connection.execute(
            select(tables.person).where(tables.person.c.person_id == person_id)
        ).first()
        if row is None:
            nobody = connection.execute(select(tables.person.c.person_id)).first() is None
            if nobody and kind == "person.enrolled":
                return None  # the first person adds themselves
            return f"Nobody here has the identifier {person_id!r}, so nothing was recorded."
        gone = sign_in.cannot(row.name, **ended(row, self.clock()))
        return gone or roles.may_not(
            kind,
            row.name,
            [Role(role) for role in row.roles],
            of_another=of not in (None, person_id),
        )

    def record(
        self,
        actor: Actor,
        log: str,
        make: Callable[[], tuple[Draft, ...]],
        *,
        seen: int,
        rests_on: Iterable[Mark],
        verb: str,
        covered: bool = False,
        act: str = "",
    ) -> tuple[Entry, ...]:
        """Record an act on something that others may change, if what its author saw still stands.

        `seen` is how many entries the log had when the author looked (a view's `seen`); `rests_on`
        names what the act rests on. `covered` leaves the words of others out of the refusal, for
        anyone who is transcribing blind. An `act` that is already recorded is not recorded again:
        its entry is given. Raises Overtaken, on record, with what changed; BadRequest for an
        impossible `seen`, or an `act` that belongs to another one; StoreBusy.
        """
        marks = frozenset(rests_on)
        already: list[Entry] = []

        def guarded() -> tuple[Draft, ...]:
            since = self.ledger.entries(log, after=max(seen, 0) - 1) if act else ()
            if (entry := acts.recorded_as(since, act)) is not None:
                if (
                    why := acts.another(
                        entry, events.touched(entry), author=actor.person_id, rests_on=marks
                    )
                ) is not None:
                    raise BadRequest(why)
                already.append(entry)
                return ()
            self.check_seen(actor, log, seen=seen, rests_on=marks, verb=verb, covered=covered)
            return make()

        return self.append_seeing(log, guarded) or tuple(already)

    def check_seen(
        self,
        actor: Actor,
        log: str,
        *,
        seen: int,
        rests_on: Iterable[Mark],
        verb: str,
        covered: bool = False,
    ) -> None:
        """Refuse, as `record` does, an act by somebody who has not seen what stands now."""
        if (why := rules.unknown(seen, self.ledger.size(log))) is not None:
            raise BadRequest(why)
        marks = frozenset(rests_on)
        newer = rules.overtaken_by(_touching(self.ledger.entries(log, after=seen - 1)), marks)
        if newer is not None:
            change = self._change(newer, marks, seen, covered=covered)
            raise self.refuse(log, actor, verb=verb, why=change, error=Overtaken)

    def refuse(
        self,
        log: str,
        actor: Actor | None,
        *,
        verb: str,
        why: str,
        error: type[NotAllowed] = NotAllowed,
    ) -> NotAllowed:
        """Record that a rule stopped a person from something, and give the error to raise.

        Without an actor, it was somebody who had not signed in.
        """
        who = roles.UNPROVEN if actor is None else actor.person_id
        self.append(log, events.Refused(verb=verb, why=why).draft(who))
        _log.warning("Refused.", extra={"case": log, "kind": verb, "person": who})
        return error(why)

    def refused(self, why: str) -> NotAllowed:
        """The error to raise for a refusal that has been recorded by an entry of its own kind."""
        return NotAllowed(why)

    def _change(self, newer: Entry, marks: frozenset[Mark], seen: int, *, covered: bool) -> str:
        """Who changed what, when, and what stood before, in words."""
        who = self._name(newer.actor)
        when = times.moment(newer.at, seconds=True)
        if covered:
            return (
                f"Not recorded: {who} judged this on {when}, after you opened it. Their answer "
                "stays hidden while you transcribe blind."
            )
        before = self._before(newer, marks, seen)
        return (
            f"Not recorded: there is a newer entry. {who}, {when}: {sentence(newer)} "
            f"{before}Check it, then answer again."
        )

    def _before(self, newer: Entry, marks: frozenset[Mark], seen: int) -> str:
        """What stood when the author looked, if an entry states it."""
        touched = marks.intersection(events.touched(newer))
        before = rules.overtaken_by(_touching(self.ledger.entries(newer.log, limit=seen)), touched)
        if before is not None:
            return f"Before that: {sentence(before)} "
        machine = newer.private.get("machine_text")
        return f"Before that, the machine's reading: {machine}. " if machine else ""

    def _name(self, person_id: str) -> str:
        with self.projection.read(STORE_LOG) as connection:
            name = connection.execute(
                select(tables.person.c.name).where(tables.person.c.person_id == person_id)
            ).scalar_one_or_none()
        return str(name or person_id)
