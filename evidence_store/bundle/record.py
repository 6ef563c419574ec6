"""The log in a bundle: every leaf, the disclosures, and the checkpoint.

`entries.jsonl` has one canonical leaf per line, so the whole Merkle tree can be recomputed and must
give the root of the signed checkpoint: an entry left out, altered, moved or cut off is detected.
`disclosures.jsonl` opens commitments; a withheld field has no line there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BufferedReader
from typing import TYPE_CHECKING, Protocol, cast

from evidence_store.bundle.description import FileAccount, LogAccount, own_account
from evidence_store.bundle.errors import BundleContentsError
from evidence_store.bundle.hashing import NewFile, open_plain, sha256_bytes, write_new
from evidence_store.bundle.layout import CHECKPOINT, DISCLOSURES, ENTRIES
from evidence_store.canonical import canonical_json, leaf_bytes, parse_canonical
from evidence_store.errors import LedgerDamaged, NotCanonical
from evidence_store.merkle import Frontier, leaf_hash
from evidence_store.types import Checkpoint, Disclosure, Entry, Sha256

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

MAX_LINE = 16 * 1024 * 1024
"""Largest leaf or disclosure in bytes; large values are stored as blobs, so no valid line comes
near.
"""

_DISCLOSURE_MEMBERS = frozenset({"name", "salt", "sequence", "value"})


class LogSource(Protocol):
    """The part of a ledger that sealing needs."""

    def entries(self, log: str, *, after: int = -1, limit: int | None = None) -> Iterator[Entry]:
        """Yield the entries in order, with the known private values and salts."""
        ...

    def checkpoint(self, log: str) -> Checkpoint:
        """Return the signed checkpoint of the current log."""
        ...

    def checkpoints(self, log: str) -> Sequence[Checkpoint]:
        """Return every stored checkpoint of the log."""
        ...


class RecordWriter:
    """Writes the log of a case into a bundle in one pass and constant memory."""

    def __init__(self, top: Path, recorded: Mapping[int, Sequence[FileAccount]]) -> None:
        """Take the bundle folder and, by sequence, the files whose SHA-256 an entry must name."""
        self._top = top
        self._recorded = recorded
        self._last: Entry | None = None
        self._root = RootOf()

    def write(
        self, ledger: LogSource, log: str, size: int | None
    ) -> tuple[list[FileAccount], LogAccount, datetime]:
        """Write the three files; returns their descriptions, the log's, and its last entry's time.

        Raises `BundleContentsError` for an empty log and for a file that its entry does not name,
        `LedgerDamaged` if the entries do not give the checkpoint's root.
        """
        checkpoint = _checkpoint_at(ledger, log, size)
        if checkpoint.size == 0:
            raise BundleContentsError(f"The log {log} has no entry yet; there is nothing to seal.")
        late = sorted(number for number in self._recorded if number >= checkpoint.size)
        if late:
            raise BundleContentsError(
                f"{self._recorded[late[0]][0].path} is recorded in entry {late[0]}, "
                f"but the bundle carries {checkpoint.size} entries only."
            )
        sums = self._write_lines(ledger.entries(log, limit=checkpoint.size))
        if (self._root.size, self._root.root()) != (checkpoint.size, checkpoint.root):
            raise LedgerDamaged(f"The entries of {log} do not give the root of its checkpoint.")
        note = checkpoint.note.encode("utf-8")
        write_new(self._top / CHECKPOINT, note)
        accounts = [
            own_account(ENTRIES, *sums[0], "application/jsonl"),
            own_account(DISCLOSURES, *sums[1], "application/jsonl"),
            own_account(CHECKPOINT, sha256_bytes(note), len(note), "text/plain"),
        ]
        account = LogAccount(name=log, size=checkpoint.size, root=checkpoint.root)
        return accounts, account, cast("Entry", self._last).at

    def _write_lines(self, entries: Iterable[Entry]) -> tuple[tuple[Sha256, int], ...]:
        with NewFile(self._top / ENTRIES) as leaves, NewFile(self._top / DISCLOSURES) as opened:
            for entry in entries:
                line = leaf_bytes(entry)
                self._root.add(line)
                leaves.write(line + b"\n")
                for disclosure in disclosures_of(entry):
                    opened.write(disclosure_line(disclosure))
                self._check_files(entry)
                self._last = entry
            return leaves.sum(), opened.sum()

    def _check_files(self, entry: Entry) -> None:
        for file in self._recorded.get(entry.sequence, ()):
            if not names_text(entry, file.sha256):
                raise BundleContentsError(
                    f"{file.path} is declared as recorded in entry {entry.sequence}, "
                    "which does not name its SHA-256.",
                    remedy="Give the sequence of the entry that recorded these bytes.",
                )


def _checkpoint_at(ledger: LogSource, log: str, size: int | None) -> Checkpoint:
    now = ledger.checkpoint(log)
    if size in (None, now.size):
        return now
    for kept in ledger.checkpoints(log):
        if kept.size == size:
            return kept
    raise BundleContentsError(
        f"No checkpoint of {log} was ever signed at {size} entries.",
        remedy="Seal the log as it is now, or at a size at which it was sealed before.",
    )


def names_text(entry: Entry, text: str) -> bool:
    """Whether a text is a whole value in the body or the known private fields."""
    waiting: list[object] = [entry.body, entry.private]
    while waiting:  # no recursion: a hostile value may be deeply nested
        value = waiting.pop()
        if isinstance(value, Mapping):
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
        elif value == text:
            return True
    return False


def disclosures_of(entry: Entry) -> Iterator[Disclosure]:
    """Yield the disclosures of an entry's known commitments, by field name."""
    for name in sorted(entry.private):
        yield Disclosure(
            sequence=entry.sequence,
            name=name,
            salt=entry.salts[name],
            value=entry.private[name],
        )


def disclosure_line(disclosure: Disclosure) -> bytes:
    """One line of `disclosures.jsonl`."""
    value = {
        "name": disclosure.name,
        "salt": disclosure.salt,
        "sequence": disclosure.sequence,
        "value": disclosure.value,
    }
    return canonical_json(value) + b"\n"


def parse_disclosure(line: bytes) -> Disclosure:
    """Parse one line of `disclosures.jsonl` without its line feed.

    Raises `NotCanonical` for anything but what `disclosure_line` writes.
    """
    value = parse_canonical(line)
    if not isinstance(value, dict) or value.keys() != _DISCLOSURE_MEMBERS:
        raise NotCanonical("The line does not have exactly the members of a disclosure.")
    sequence = value["sequence"]
    if not isinstance(sequence, int) or isinstance(sequence, bool) or sequence < 0:
        raise NotCanonical("Its sequence is not a whole number from 0.")
    if not isinstance(value["name"], str) or not isinstance(value["salt"], str):
        raise NotCanonical("Its name or its salt is not a string.")
    return Disclosure(
        sequence=sequence, name=value["name"], salt=value["salt"], value=value["value"]
    )


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file without their line feeds, in constant memory.

    Raises `NotCanonical` for a line that is too long, is empty, or does not end with a line feed.
    """
    with BufferedReader(open_plain(path)) as stream:
        while line := stream.readline(MAX_LINE + 1):
            if not line.endswith(b"\n") or line == b"\n":
                raise NotCanonical("A line is empty, too long, or has no line feed at its end.")
            yield line[:-1]


class RootOf:
    """Computes a Merkle root from a stream of leaves."""

    def __init__(self) -> None:
        self._tree = Frontier()

    def add(self, leaf: bytes) -> None:
        """Add the next leaf."""
        self._tree.add(leaf_hash(leaf))

    @property
    def size(self) -> int:
        """Number of leaves so far."""
        return self._tree.size

    def root(self) -> Sha256:
        """Return the root over the leaves so far, in hexadecimal."""
        return Sha256(self._tree.root().hex())
