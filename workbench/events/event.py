"""Events: one frozen class for each kind of entry, with conversion to entries and back.

A class contains everything that the workbench knows about a kind: its fields with their marks, its
sentence, what it replaces, and its effect on the tables. Entries are parsed by the same class, as
strictly as they were written: a missing or unknown member, or one of another type, is rejected.
"""

from __future__ import annotations

import dataclasses
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    TypeVar,
    dataclass_transform,
    get_type_hints,
)

from pydantic.fields import FieldInfo

from evidence_store.bundle.tables import table_files
from evidence_store.types import Draft
from values.recordable import escaped, inert, rewritten
from workbench.codec import Codec, NotUnderstood
from workbench.events.marks import Mark, Member, Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from sqlalchemy import Connection

    from evidence_store.bundle.layout import PayloadFile
    from evidence_store.bundle.tables import Row, Table
    from evidence_store.types import Entry, Json
    from workbench.rules.seen import Mark as SeenMark


class UnknownKind(NotUnderstood):
    """This program does not know this kind of entry."""


class Event:
    """An act, as recorded in an entry of a log.

    Every class decorated with `@event` inherits from this.
    """

    __slots__ = ()
    kind: ClassVar[Kind]

    def draft(self, actor: str) -> Draft:
        """The draft for the ledger: the fields, sorted by their marks."""
        return self.kind.draft(actor, self.kind.values(self))

    def sentence(self) -> str:
        """The entry in one sentence; a withheld field may be replaced by a mark."""
        raise NotImplementedError

    def touches(self) -> Collection[SeenMark]:
        """The marks that it touches: those things people may change that it changes."""
        return ()

    def fold(self, connection: Connection, entry: Entry) -> None:
        """Apply it to the tables that screens read; `entry` has the author, time and log."""

    def rows(self, entry: Entry) -> Iterable[tuple[Table, Row]]:
        """Its rows in tables of a sealed bundle, in addition to those of readings and decisions."""
        return ()


@dataclass(frozen=True)
class Kind:
    """What is derived from the class of a kind of entry."""

    name: str
    event: type[Event]

    @property
    def words(self) -> str:
        """What it records, in one sentence."""
        return (self.event.__doc__ or "").partition("\n")[0]

    @cached_property
    def _marked(self) -> Mapping[str, tuple[str, tuple[object, ...]]]:
        """Field name in the log -> attribute name in the class, and its marks."""
        hints = get_type_hints(self.event, include_extras=True)
        found = {}
        for field in dataclasses.fields(self.event):  # type: ignore[arg-type]
            marks = getattr(hints[field.name], "__metadata__", ())
            aliases = [one.alias for one in marks if isinstance(one, FieldInfo) and one.alias]
            found[aliases[0] if aliases else field.name] = field.name, marks
        return found

    def attribute(self, name: str) -> str:
        """The attribute name of a log field."""
        return self._marked[name][0]

    @cached_property
    def fields(self) -> Mapping[str, Mark]:
        """The fields in order; `papers.sha256` is that member of each item of `papers`."""
        found = {}
        for name, (_name, marks) in self._marked.items():
            members = [f".{one.name}" for one in marks if isinstance(one, Member)]
            (mark,) = (one for one in marks if isinstance(one, Mark))
            found[name + "".join(members)] = mark
        return found

    @cached_property
    def optional(self) -> frozenset[str]:
        """Fields that an entry of this kind may lack."""
        has_default = {
            field.name
            for field in dataclasses.fields(self.event)  # type: ignore[arg-type]
            if field.default is not dataclasses.MISSING
        }
        return frozenset(name for name, (own, _) in self._marked.items() if own in has_default)

    @cached_property
    def _open(self) -> frozenset[str]:
        return frozenset(
            path.partition(".")[0] for path, mark in self.fields.items() if mark.is_open
        )

    @cached_property
    def _codec(self) -> Codec[Event]:
        return Codec(self.event)

    def values(self, event: Event) -> dict[str, Json]:
        """An event's fields as JSON, by their names in the log; empty ones may be left out."""
        written = self._codec.write(event)
        assert isinstance(written, dict)  # noqa: S101 (a dataclass is an object in JSON)
        return written

    def draft(self, actor: str, values: Mapping[str, Json]) -> Draft:
        """Sort an event's fields by their marks, escaping text from files for the log."""
        values = {name: self._recordable(name, value) for name, value in values.items()}
        return Draft(
            kind=self.name,
            actor=actor,
            body={name: value for name, value in values.items() if name in self._open},
            private={name: value for name, value in values.items() if name not in self._open},
            kept={
                path: mark.kept
                for path, mark in self.fields.items()
                if mark.kept is not None and values.get(path.partition(".")[0]) is not None
            },
        )

    def _recordable(self, name: str, value: Json) -> Json:
        """Escape text from files for the log; the ledger checks what was typed."""
        marks = self._marked[name][1]
        if Origin.FILE in marks:
            return rewritten(value, escaped)
        return rewritten(value, inert) if Origin.QUOTE in marks else value

    def read(self, entry: Entry) -> Event:
        """Parse an entry of this kind. Raises NotUnderstood if it contains anything else.

        Text from files stays escaped, as recorded.
        """
        for name in (*entry.body.keys() - self._open, *entry.private.keys() & self._open):
            where = "open" if name in entry.body else "private"
            raise NotUnderstood(f"the member {name} is not one that is {where}")
        return self._codec.read({**entry.body, **entry.private})


KINDS: Final[dict[str, Kind]] = {}
"""Every kind of entry that the workbench writes, by its name."""
OWN: Final[dict[str, Kind]] = {}
"""The kinds of entries written by the ledger itself (`evidence_store.types.OWN_KINDS`)."""

_E = TypeVar("_E", bound=Event)


@dataclass_transform(frozen_default=True, kw_only_default=True)
def event(name: str, *, into: dict[str, Kind] = KINDS) -> Callable[[type[_E]], type[_E]]:
    """Register a class for a kind of entry: a frozen value whose fields are all marked."""

    def made(cls: type[_E]) -> type[_E]:
        value: Any = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        value.kind = into[name] = Kind(name, value)
        return value  # type: ignore[no-any-return]

    return made


def of(entry: Entry) -> Event:
    """Parse an entry as an event. Raises UnknownKind, NotUnderstood."""
    kind = KINDS.get(entry.kind) or OWN.get(entry.kind)
    if kind is None:
        raise UnknownKind("this program does not know this kind of entry")
    return kind.read(entry)


def touched(entry: Entry) -> Collection[SeenMark]:
    """The marks that an entry touches; none for one that this program does not understand."""
    try:
        return of(entry).touches()
    except NotUnderstood:
        return ()


def table_files_of(entries: Iterable[Entry]) -> Iterator[PayloadFile]:
    """The tables of these entries' kinds in a bundle, each as CSV, JSON and schema.

    An entry that this program does not understand has no rows.
    """
    rows: dict[Table, list[Row]] = {}
    for entry in entries:
        with suppress(NotUnderstood):
            for table, row in of(entry).rows(entry):
                rows.setdefault(table, []).append(row)
    for table, its_rows in rows.items():
        yield from table_files(table, its_rows)


def table_of_kinds() -> str:
    """Write the kinds and their fields as the table of docs/ledger-format.md."""
    return "\n".join(_rows())


def _rows() -> Iterator[str]:
    yield "| kind | open | private | names stored bytes |"
    yield "|---|---|---|---|"
    for kind in sorted(KINDS.values(), key=lambda kind: kind.name):
        cells = (
            _named(kind, lambda mark: mark is Mark.OPEN),
            _named(kind, lambda mark: mark is Mark.PRIVATE),
            "; ".join(
                f"{_code(kind, path)} ({mark.value})"
                for path, mark in kind.fields.items()
                if mark.kept is not None
            ),
        )
        yield f"| `{kind.name}` | {' | '.join(cells)} |".replace("  ", " ")


def _named(kind: Kind, which: Callable[[Mark], bool]) -> str:
    return ", ".join(_code(kind, path) for path, mark in kind.fields.items() if which(mark))


def _code(kind: Kind, path: str) -> str:
    return f"`{path}`" + (" (may be missing)" if path in kind.optional else "")
