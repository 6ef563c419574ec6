"""What a catalog can be expected to contain: absence does not show that there was no permit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.records.left_out import left_out
from catalog.records.makers import AS_IMPORTED, shown_maker
from catalog.snapshot.cached import cached
from catalog.types import CoverageEntry
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from catalog.matching.competitors import Competition
    from catalog.snapshot.reader import Snapshot
    from catalog.types import Extent


def coverage_note(snapshot: Snapshot, field: Competition) -> tuple[Sentence, ...]:
    """Describe the snapshot's coverage of the competing makers, and whether it is synthetic."""
    return _of_makers(snapshot, tuple(sorted({one.group.maker_id for one in field.competitors})))


@cached
def _of_makers(snapshot: Snapshot, makers: tuple[str, ...]) -> tuple[Sentence, ...]:
    manifest = snapshot.manifest
    entries = manifest.coverage
    if makers:
        entries = tuple(entry for entry in entries if entry.maker_id in ("", *makers))
    said = [say("coverage.synthetic")] if manifest.synthetic else []
    if entries:
        said += [_entry(snapshot, entry) for entry in entries]
        said.append(say("coverage.absence"))
    else:
        said.append(say("coverage.not-said"))
    said += left_out(manifest.sources)
    said += [_extent(snapshot, found) for found in manifest.extent if found.maker_id in makers]
    return tuple(said)


def _entry(snapshot: Snapshot, entry: CoverageEntry) -> Sentence:
    if entry == CoverageEntry(note=entry.note):
        return say("coverage.declared-in-words", note=entry.note)
    return say(
        "coverage.declared",
        maker=_named(snapshot, entry.maker_id) if entry.maker_id else "",
        issuer=entry.issuer,
        first=str(entry.first),
        last=str(entry.last),
        completeness=entry.completeness,
        note=entry.note,
    )


def _named(snapshot: Snapshot, maker_id: str) -> str:
    """Name a maker, and its spelling in the imported file."""
    known = snapshot.maker(maker_id)
    if known is None:
        return maker_id
    written = (alias.name for alias in known.aliases if alias.source == AS_IMPORTED)
    return shown_maker(known.canonical, *written)


def _extent(snapshot: Snapshot, found: Extent) -> Sentence:
    """Describe the range of a maker's records, as found rather than as declared."""
    dated = found.first.known and found.last.known
    return say(
        "coverage.found",
        maker=_named(snapshot, found.maker_id),
        issuer=found.issuer,
        permits=found.permits,
        first=str(found.first) if dated else "",
        last=str(found.last) if dated else "",
        units=found.units,
    )
