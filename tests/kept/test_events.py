"""Entries of earlier states are read as events, and written again with the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence_store.canonical import canonical_json
from evidence_store.types import OWN_KINDS
from vision.serialize import FORMAT, TEXTS_ALONE, reading_from_json, reading_to_json
from workbench import events
from workbench.settings import Settings
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path


def test_old_readings_are_read_and_written_with_the_same_bytes(store: Path) -> None:
    kept = sorted((store / "bundles").glob("*/data/readings/*.json"))
    assert kept
    for path in kept:
        data = path.read_bytes()
        again = canonical_json(reading_to_json(reading_from_json(data), str))
        if TEXTS_ALONE.encode() in data:
            again = again.replace(FORMAT.encode(), TEXTS_ALONE.encode(), 1)
        assert again == data


def test_old_entries_are_events_and_give_the_same_bytes(store: Path) -> None:
    bench = Workbench.open(Settings.for_store(store, readers=("scripted",)))
    try:
        ledger = bench.stores.ledger
        entries = [entry for log in ledger.logs() for entry in ledger.entries(log)]
    finally:
        bench.close()
    assert len({entry.kind for entry in entries}) >= 16
    for entry in entries:
        event = events.of(entry)
        values = event.kind.values(event)
        assert canonical_json(values) == canonical_json({**entry.body, **entry.private})
        if entry.kind in OWN_KINDS:
            continue
        draft = event.draft(entry.actor)
        assert canonical_json(draft.body) == canonical_json(entry.body)
        assert draft.private.keys() == entry.private.keys() == entry.commitments.keys()
        assert draft.kept == entry.kept
