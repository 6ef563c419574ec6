"""The work that `benchmarks.crash` kills, and the check of a store against its promises.

Each kind of work runs in its own process and reports to the parent, line by line over a pipe, what
has been acknowledged to it. After the kill, a fresh process opens the store and checks every
promise ever made about it.
"""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from evidence_store.audit.audit import Audit
from evidence_store.blobs.references import StoredBytes
from evidence_store.blobs.store import BlobStore
from evidence_store.errors import StoreError
from evidence_store.keys.keys import KeyFolder
from evidence_store.ledger.ledger import Ledger
from evidence_store.types import Draft, Sha256

ORIGIN = "crash.example"
CASE = "case-crash"
Tell = Callable[..., None]


@dataclass(slots=True)
class Promises:
    """Everything that a store acknowledged, over all kills."""

    blobs: set[str] = field(default_factory=set)
    roots: dict[tuple[str, int], str] = field(default_factory=dict)
    """(log, size) -> Merkle root: no entry below that size may ever be lost or changed."""
    bundles: set[str] = field(default_factory=set)

    def take(self, line: str) -> None:
        """Record one line of acknowledgement."""
        kind, *rest = json.loads(line)
        if kind == "blob":
            self.blobs.add(rest[0])
        elif kind == "root":
            self.roots[rest[0], rest[1]] = rest[2]
        elif kind == "bundle":
            self.bundles.add(rest[0])

    def __len__(self) -> int:
        return len(self.blobs) + len(self.roots) + len(self.bundles)


def acknowledger(pipe: int) -> Tell:
    """Return a function that writes one acknowledgement atomically to the pipe (below PIPE_BUF)."""

    def tell(*words: str | int) -> None:
        os.write(pipe, json.dumps(words).encode() + b"\n")

    return tell


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Ledger, BlobStore]]:
    """Open the ledger and blobs of a store folder laid out as the workbench does."""
    keys = KeyFolder(folder / "keys")
    if not keys.history(ORIGIN):
        keys.create(ORIGIN)
    ledger = Ledger(
        f"sqlite:///{folder / 'nameplate.sqlite3'}",
        clock=lambda: datetime.now(UTC),
        origin=ORIGIN,
        signer=keys.note_signer(ORIGIN),
    )
    try:
        yield ledger, BlobStore(folder / "blobs")
    finally:
        ledger.close()


def prepare_store(folder: Path) -> None:
    """Make an empty store with one case."""
    with opened(folder) as (ledger, _):
        ledger.create_log(CASE)


def store_work(folder: Path, seed: int, tell: Tell, *, rounds: int | None = None) -> None:
    """Store bytes, record entries about them and sign checkpoints, endlessly or `rounds` times."""
    chance = random.Random(seed)
    with opened(folder) as (ledger, blobs):
        large = folder / f"upload-{os.getpid()}"
        tell("ready")
        for _ in count() if rounds is None else range(rounds):
            name = blobs.put(chance.randbytes(chance.choice((100, 5_000, 300_000))))
            tell("blob", name)
            if chance.random() < 0.2:
                large.write_bytes(chance.randbytes(2_500_000))
                tell("blob", blobs.put_file(large))
            drafts = (
                Draft(
                    kind="exhibit.taken_in",
                    actor="person-1",
                    body={"number": number},
                    private={"original": name, "note": "n" * chance.randrange(200)},
                    kept={"original": "blob"},
                )
                for number in range(chance.choice((1, 1, 3, 40)))
            )
            last = ledger.append(CASE, *drafts)[-1]
            tell("root", CASE, last.sequence + 1, ledger.root(CASE, size=last.sequence + 1))
            if chance.random() < 0.3:
                made = ledger.checkpoint(CASE)
                tell("root", CASE, made.size, made.root)


def store_problems(folder: Path, promises: Promises) -> list[str]:
    """Open a store after a crash and check every promise; returns what is wrong."""
    try:
        with opened(folder) as (ledger, blobs):
            left = (folder / "blobs" / "incoming").iterdir()
            return store_faults(folder, ledger, blobs, promises) + [
                f"not swept: {path}" for path in left
            ]
    except StoreError as error:
        return [f"the store does not open: {error.diagnostics()}"]


def store_faults(folder: Path, ledger: Ledger, blobs: BlobStore, promises: Promises) -> list[str]:
    """Audit an open store, and check it against its promises."""
    faults = _audit_problems(folder, ledger, blobs)
    return [*faults, *_broken_promises(ledger, blobs, promises)]


def _audit_problems(folder: Path, ledger: Ledger, blobs: BlobStore) -> Iterator[str]:
    walk = Audit(
        database=ledger.database,
        origin=ledger.origin,
        keys=[ledger.signer.public_key],
        kept=StoredBytes(blobs=blobs, catalogs=folder / "catalogs", bundles=folder / "bundles"),
    )
    for fault in walk.faults():
        yield f"{fault.code} {fault.where}: {fault.message}"


def _broken_promises(ledger: Ledger, blobs: BlobStore, promises: Promises) -> Iterator[str]:
    for (log, size), root in promises.roots.items():
        present = ledger.size(log)
        if size > present:
            yield f"lost: {log} had {size} entries and has {present}"
        elif ledger.root(log, size=size) != root:
            yield f"changed: the first {size} entries of {log}"
    for name in promises.blobs:
        try:
            blobs.check(Sha256(name))
        except StoreError as error:
            yield f"lost: {error.message}"
    for name in blobs.names():
        try:
            blobs.check(name)
        except StoreError as error:
            yield f"half a blob: {error.message}"


if __name__ == "__main__":  # the recorded work of `benchmarks.power_cut`
    where, number, times = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    prepare_store(where)
    store_work(where, number, acknowledger(sys.stdout.fileno()), rounds=times)
