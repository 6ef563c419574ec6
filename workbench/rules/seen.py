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
    "People.correct_clock": "a correction; it replaces no time in an entry",
    "People.enrol": "a person; names that look alike are refused",
    "Cases.open_case": "a case",
    "Intake.take_in": "exhibits",
    "Intake.taking_in": "exhibits",
    "Intake.grab_frame": "an exhibit",
    "ReadingRoom.start": "machine readings; earlier ones stay in the log",
    "ReadingRoom.read_pending": "machine readings; earlier ones stay in the log",
    "ReadingRoom.read_again": "a machine reading; people's judgements of fields stand",
    "ReadingRoom.read_region": "a region",
    "Copies.propose": "what the program found",
    "Copies.propose_same_object": "what the program found",
    "Matching.search": "a search, of what stands at its own entry",
    "Catalogs.import_": "a snapshot",
    "Exports.seal": "a bundle",
    "Exports.sign": "a signature",
    "Exports.attach_signature": "a signature",
    "Publication.publish": "a public bundle",
    "Publication.stamp": "a timestamp",
    "Publication.request_stamp": "a request",
    "Publication.attach_stamp": "a timestamp",
    "Shown.note": "what somebody was shown",
    "Demo.load": "a case",
}
"""Methods that only add, each with what it adds: they replace nothing of others, so they need not
name what their author saw."""


ASKS: Final[Mapping[str, str]] = {
    "People.still": "who somebody is now",
    "ReviewRoom.why_not": "whether somebody may",
    "ReviewRoom.next_to_review": "what somebody has to review",
    "ReviewRoom.joining": "an entry for a verb that names what was seen",
    "Copies.why_not": "whether somebody may",
    "Exports.require_clock": "whether the clock allows sealing",
    "Matching.why_not": "whether somebody may",
    "Tracing.preview": "a letter as it would be sent",
}
"""Methods that record nothing except refusals, each with its result."""

RULES: Final = Declared(
    "seen",
    test="tests/unit/workbench/rules/test_seen.py",
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
    return f"Nobody can have seen {seen} entries: the log has {size}. Reload and try again."
