"""Turn a caller's draft into a finished entry and its leaf."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from evidence_store.canonical import canonical_json, leaf_bytes
from evidence_store.commitments import commit_json, new_salt
from evidence_store.errors import BadInput
from evidence_store.merkle import leaf_hash
from evidence_store.types import OWN_KINDS, Draft, Entry, Sha256
from values.recordable import inert, unrecordable
from values.rule import Declared

if TYPE_CHECKING:
    from datetime import datetime

MOST_LEAF_BYTES = 1024 * 1024
"""Largest entry in bytes; larger values belong in the blob store, with their SHA-256 here."""

MOST_NESTED = 64
"""Deepest nesting of lists and objects in one value; our own entries have fewer than ten."""

RULES: Final = Declared(
    "entry",
    test="tests/unit/evidence_store/ledger/test_drafting.py",
    source="docs/ledger-format.md",
    units={
        "MOST_LEAF_BYTES": "bytes",
        "MOST_NESTED": "levels",
    },
)

_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,79}")
_ACTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
_PRIVATE_NAME = re.compile(r"[a-z][a-z0-9_.-]{0,199}")


def check_draft(draft: Draft) -> None:
    """Reject what cannot be recorded, before any transaction begins."""
    if not _KIND.fullmatch(draft.kind):
        raise BadInput(f"{draft.kind[:80]!r} is not a kind of entry: use lower-case words.")
    if draft.kind in OWN_KINDS:
        raise BadInput(f"Only the ledger writes entries of the kind {draft.kind!r}.")
    if not _ACTOR.fullmatch(draft.actor):
        raise BadInput(f"{draft.actor[:80]!r} is not an actor: use an opaque identifier.")
    for name in draft.private:
        if not isinstance(name, str) or not _PRIVATE_NAME.fullmatch(name):
            raise BadInput(f"{name!r:.80} cannot name a private field: use lower-case words.")
    for values in (draft.body, draft.private):
        for name, value in values.items():
            _check_value(str(name), value)


def _check_value(field: str, value: object) -> None:
    """Reject text that a log cannot hold, and values nested too deeply to be read back."""
    waiting: list[tuple[object, int]] = [(field, 0), (value, 0)]
    while waiting:  # no recursion: rejected values may be deeply nested
        one, depth = waiting.pop()
        if depth > MOST_NESTED:
            raise BadInput(f"The {field[:80]} is nested more than {MOST_NESTED} levels deep.")
        if isinstance(one, str):
            odd = unrecordable(one)
            if odd:
                raise BadInput(
                    f"The {inert(field)[:80].replace('_', ' ')} contains {odd}, which cannot be "
                    "recorded.",
                    remedy="Type it again; pasted text can contain invisible characters.",
                )
        elif isinstance(one, Mapping):
            waiting += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list | tuple):
            waiting += [(part, depth + 1) for part in one]


def finished(
    log: str, sequence: int, draft: Draft, at: datetime, clock_at: datetime | None
) -> tuple[Entry, bytes]:
    """Draw the salts, commit to the private values, and write the leaf; returns (entry, leaf)."""
    written = {name: canonical_json(draft.private[name]) for name in draft.private}
    salts = {name: new_salt() for name in written}
    entry = Entry(
        log=log,
        sequence=sequence,
        at=at,
        kind=draft.kind,
        actor=draft.actor,
        body=draft.body,
        private={name: json.loads(value) for name, value in written.items()},
        salts=salts,
        commitments={name: commit_json(salts[name], name, written[name]) for name in written},
        leaf_hash=Sha256(""),
        clock_at=clock_at,
        kept=dict(draft.kept),
    )
    leaf = leaf_bytes(entry)
    if len(leaf) > MOST_LEAF_BYTES:
        raise BadInput(
            f"The entry {draft.kind!r} has {len(leaf)} bytes; at most {MOST_LEAF_BYTES} fit.",
            remedy="Store large values as blobs and record their SHA-256.",
        )
    body = json.loads(leaf)["body"]  # as a reader will see it: 1.0 has become 1, tuples are lists
    return replace(entry, body=body, leaf_hash=Sha256(leaf_hash(leaf).hex())), leaf
