"""Optimistic concurrency: whether what an author saw is still current.

`seen` is the number of entries in the log when the author looked. An act rests on marks; if a newer
entry touches one of them, the act is overtaken and refused. Nobody replaces another person's work
without having seen it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

Mark: TypeAlias = tuple[str, ...]
"""One thing that people may change, such as ("field", exhibit, region, field)."""


_Entry = TypeVar("_Entry")


def field_at(exhibit: str, region: str, field: str) -> Mark:
    """The current text of a field of a region."""
    return ("field", exhibit, region, field)


def words_at(exhibit: str, region: str) -> Mark:
    """The current text of any field of a region."""
    return ("words", exhibit, region)


def reading_of(exhibit: str) -> Mark:
    """What machines read on an exhibit."""
    return ("reading", exhibit)


def plate_at(exhibit: str, region: str) -> Mark:
    """Which plate a region shows."""
    return ("plate", exhibit, region)


def together(relation: str, exhibit: str) -> Mark:
    """With which others an exhibit counts as a copy, or as another exposure of one object."""
    return ("together", "same_object" if relation == "same_object" else "copy", exhibit)


def search_of(plate: str) -> Mark:
    """The latest search for a plate."""
    return ("search", plate)


def decisions_on(plate: str) -> Mark:
    """The decisions on the candidates of a plate."""
    return ("decisions", plate)


def standing_of(members: Iterable[tuple[str, str]]) -> set[Mark]:
    """What is current for a plate: its regions, and what machines and people read there."""
    return {
        mark
        for exhibit, region in members
        for mark in (
            words_at(exhibit, region),
            plate_at(exhibit, region),
            reading_of(exhibit),
        )
    }


def joining(members: Iterable[tuple[str, str]]) -> set[Mark]:
    """What an act that joins regions as one plate rests on."""
    return {
        mark
        for exhibit, region in members
        for mark in (plate_at(exhibit, region), reading_of(exhibit))
    }


def requests_about(plate: str) -> Mark:
    """The trace requests about a plate."""
    return ("requests", plate)


def answers_to(trace: str) -> Mark:
    """The answers to a trace request."""
    return ("answers", trace)


def person_called(person: str) -> Mark:
    """The roles and keys of a person, and whether they are active."""
    return ("person", person)


CATALOG: Final[Mark] = ("catalog",)
"""Which catalog snapshot is searched."""


ADDS: Final[Mapping[str, str]] = {
    "People.correct_clock": "one more correction; no time in an entry is replaced",
    "People.enrol": "one more person; names that look the same are refused",
    "Cases.open_case": "one more case",
    "Intake.take_in": "further exhibits",
    "Intake.taking_in": "further exhibits",
    "Intake.grab_frame": "one more exhibit",
    "ReadingRoom.start": "readings by machines; earlier ones stay in the log",
    "ReadingRoom.read_pending": "readings by machines; earlier ones stay in the log",
    "ReadingRoom.read_again": "a reading by machines; people's judgements stand",
    "ReadingRoom.read_region": "one more region",
    "Copies.propose": "what the program found",
    "Copies.propose_same_object": "what the program found",
    "Matching.search": "one more search, of what stands when it is recorded",
    "Catalogs.import_": "one more snapshot",
    "Exports.seal": "one more bundle",
    "Exports.sign": "one more signature",
    "Exports.attach_signature": "one more signature",
    "Publication.publish": "one more public bundle",
    "Publication.stamp": "one more timestamp",
    "Publication.request_stamp": "one more request",
    "Publication.attach_stamp": "one more timestamp",
    "Shown.note": "what a person was shown",
    "Demo.load": "one more case",
}
"""Methods that only add, each with what: nobody's work is replaced, so they need not name what
their author saw.
"""


ASKS: Final[Mapping[str, str]] = {
    "People.still": "a person's current state",
    "ReviewRoom.why_not": "whether a person may do it",
    "ReviewRoom.next_to_review": "what waits for a person",
    "ReviewRoom.joining": "an entry for a method that names what was seen",
    "Copies.why_not": "whether a person may do it",
    "Exports.require_clock": "whether the clock allows sealing",
    "Matching.why_not": "whether a person may do it",
    "Tracing.preview": "a preview of the letter",
}
"""Methods that record nothing except refusals, each with its result."""

RULES: Final = Declared(
    "seen",
    test="tests/workbench/rules/test_seen.py",
    source="decision 0065",
    units={
        "ADDS": "method: what it adds",
        "ASKS": "method: what it returns",
    },
)


def overtaken_by(
    since: Iterable[tuple[_Entry, Collection[Mark]]], rests_on: Collection[Mark]
) -> _Entry | None:
    """Among entries since an author looked, return the latest that touches what the act rests on.

    Each entry comes with the marks that it touches.
    """
    wanted = set(rests_on)
    found: _Entry | None = None
    for entry, touched in since:
        if not wanted.isdisjoint(touched):
            found = entry
    return found


def unknown(seen: int, size: int) -> str | None:
    """Return why nobody can have seen this number of entries, or None."""
    if 0 < seen <= size:
        return None
    return f"Nobody can have seen {seen} entries: the log has {size}. Look again."
