"""What a catalog can be expected to hold, in words: absence is no sign that there was no permit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.kept import kept
from catalog.makers import AS_IMPORTED, shown_maker
from catalog.types import CoverageEntry
from values.text import counted

if TYPE_CHECKING:
    from catalog.competitors import Competition
    from catalog.snapshot import Snapshot
    from catalog.types import Extent

NOTHING_SAID = "The catalog does not say what it covers, so that a unit is not in it means nothing."


def coverage_note(snapshot: Snapshot, field: Competition) -> str:
    """Say what the snapshot covers for the makers that compete, and whether it is synthetic."""
    return _of_makers(snapshot, tuple(sorted({one.group.maker_id for one in field.competitors})))


@kept
def _of_makers(snapshot: Snapshot, makers: tuple[str, ...]) -> str:
    entries = snapshot.manifest.coverage
    if makers:
        entries = tuple(entry for entry in entries if entry.maker_id in ("", *makers))
    parts = [_entry(snapshot, entry) for entry in entries] or [NOTHING_SAID]
    if entries:
        parts.append("What is not in it may have been permitted all the same.")
    if snapshot.manifest.left_out_words:
        parts.append(f"Of this catalog {snapshot.manifest.left_out_words}")
    parts += [
        _extent(snapshot, found) for found in snapshot.manifest.extent if found.maker_id in makers
    ]
    if snapshot.manifest.synthetic:
        parts.insert(0, "This catalog is synthetic: its records are invented.")
    return " ".join(parts)


def _entry(snapshot: Snapshot, entry: CoverageEntry) -> str:
    if entry == CoverageEntry(note=entry.note):
        return f"Declared coverage, in words only: {_ended(entry.note or 'nothing')}"
    whose = _named(snapshot, entry.maker_id) if entry.maker_id else "every maker"
    issuer = entry.issuer or "every issuer"
    first, last = str(entry.first) or "an unknown date", str(entry.last) or "an unknown date"
    note = f" {_ended(entry.note)}" if entry.note else ""
    return (
        f"Declared coverage: {whose}, permits of {issuer}, from {first} to {last} "
        f"(completeness: {entry.completeness}).{note}"
    )


def _ended(words: str) -> str:
    """Words of whoever imported the catalog, as a sentence that another can follow."""
    return words if words.endswith((".", "!", "?")) else f"{words}."


def _named(snapshot: Snapshot, maker_id: str) -> str:
    """Name a maker, and how the imported file writes it."""
    known = snapshot.maker(maker_id)
    if known is None:
        return maker_id
    written = (alias.name for alias in known.aliases if alias.source == AS_IMPORTED)
    return shown_maker(known.canonical, *written)


def _extent(snapshot: Snapshot, found: Extent) -> str:
    """Say what the records of a maker span, as found in them rather than as declared."""
    whose = _named(snapshot, found.maker_id)
    by = f", issued by {found.issuer}" if found.issuer else ""
    dated = found.first.known and found.last.known
    last = f" to {found.last}" if found.last != found.first else ""
    span = f", dated {found.first}{last}" if dated else ""
    return (
        f"Found in it for {whose}{by}: "
        f"{counted(found.permits, 'permit or application', 'permits and applications')}{span}, "
        f"{counted(found.units, 'unit with a serial', 'units with serials')}."
    )
