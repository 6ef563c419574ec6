"""Check the log in a bundle: every leaf is present and unchanged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from evidence_store.bundle.layout import CHECKPOINT, DISCLOSURES, ENTRIES
from evidence_store.bundle.record import RootOf, names_text, parse_disclosure, read_lines
from evidence_store.bundle.signers import CHECKPOINT_NAMESPACE, AllowedSigners, ed25519_key
from evidence_store.canonical import entry_from_leaf
from evidence_store.checkpoint import SignedNote, parse_note, verify_note
from evidence_store.commitments import opens
from evidence_store.errors import NotCanonical, NoteMalformed, SignatureInvalid
from evidence_store.types import CLOCK_CORRECTED, Disclosure, Entry, Fault, Json

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from evidence_store.bundle.description import Description, FileAccount

MAX_NOTE = 64 * 1024
_MAX_FAULTS = 2_000


def check_checkpoint(
    top: Path, description: Description, allowed: AllowedSigners, *, at: datetime
) -> tuple[SignedNote | None, tuple[Fault, ...]]:
    """Check the checkpoint: its form, its key, its signature, and the log it names."""
    try:
        with (top / CHECKPOINT).open("rb") as stream:
            text = stream.read(MAX_NOTE + 1).decode("utf-8")
        note = parse_note(text)
    except OSError:
        return None, ()  # a missing file is already a fault
    except (UnicodeDecodeError, NoteMalformed) as error:
        return None, (_fault("checkpoint-form", CHECKPOINT, f"It is not a checkpoint: {error}"),)
    faults = []
    if note.origin.rpartition("/")[2] != description.log.name:
        words = f"It is for the log {note.origin!r}, not {description.log.name!r}."
        faults.append(_fault("checkpoint-foreign", CHECKPOINT, words))
    if (note.size, note.root) != (description.log.size, description.log.root):
        words = "Its size or root is not the one stated in data/bundle.json."
        faults.append(_fault("checkpoint-mismatch", CHECKPOINT, words))
    signature = _signature_fault(text, note, allowed, at)
    return note, tuple(faults if signature is None else [*faults, signature])


def _signature_fault(
    text: str, note: SignedNote, allowed: AllowedSigners, at: datetime
) -> Fault | None:
    lines = allowed.matching(note.origin, CHECKPOINT_NAMESPACE)
    keys = [
        (key, line.is_valid_at(at)) for line in lines if (key := ed25519_key(line.key)) is not None
    ]
    if not keys:
        words = f"The list of allowed signers has no key for the log {note.origin!r}."
        return _fault("checkpoint-key-unknown", CHECKPOINT, words)
    ended = False
    for key, valid in keys:
        try:
            verify_note(text, public_key=key)
        except SignatureInvalid:
            continue
        if valid:
            return None
        ended = True
    if ended:
        words = f"The key of the log was not valid at {at:%Y-%m-%d %H:%M:%S} UTC."
        return _fault("checkpoint-key-not-valid", CHECKPOINT, words)
    words = f"No allowed key of the log {note.origin!r} signed it."
    return _fault("checkpoint-signature", CHECKPOINT, words)


class RecordCheck:
    """One pass over the entries and the disclosures of a bundle, in constant memory."""

    def __init__(self, description: Description) -> None:
        self._log = description.log
        withheld = description.withheld
        self._withheld = frozenset(withheld.fields if withheld else ())
        self._still_withheld = set(self._withheld)
        self._files = _by_entry(description.files)
        self._root = RootOf()
        self.last_at: datetime | None = None
        self.corrections: list[int] = []
        """Entries after which times may be earlier: a custodian states that the clock was wrong."""
        self.faults: list[Fault] = []

    def run(self, top: Path) -> None:
        """Check everything; faults are added to `faults`."""
        disclosures = _grouped(self._read_disclosures(top))
        waiting = next(disclosures, None)
        for number, leaf in enumerate(self._read_leaves(top)):
            known: list[Disclosure] = []
            while waiting is not None and waiting[0] <= number:
                known.extend(waiting[1] if waiting[0] == number else [])
                waiting = next(disclosures, None)
            self._check_leaf(number, leaf, known)
        if waiting is not None:
            self._add("disclosure-wrong", DISCLOSURES, f"There is no entry {waiting[0]}.")
        self._check_end()

    def _read_leaves(self, top: Path) -> Iterator[bytes]:
        try:
            yield from read_lines(top / ENTRIES)
        except OSError:
            return
        except NotCanonical as error:
            self._add("entry-form", ENTRIES, str(error))

    def _read_disclosures(self, top: Path) -> Iterator[Disclosure]:
        last = (-1, "")
        try:
            for line in read_lines(top / DISCLOSURES):
                disclosure = parse_disclosure(line)
                place = (disclosure.sequence, disclosure.name)
                if place <= last:
                    words = f"Entry {place[0]}, {place[1]!r}: out of order, or duplicated."
                    self._add("disclosure-form", DISCLOSURES, words)
                last = place
                yield disclosure
        except OSError:
            return
        except NotCanonical as error:
            self._add("disclosure-form", DISCLOSURES, str(error))

    def _check_leaf(self, number: int, leaf: bytes, known: Sequence[Disclosure]) -> None:
        self._root.add(leaf)
        where = f"{ENTRIES}, entry {number}"
        try:
            entry = entry_from_leaf(leaf)
        except NotCanonical as error:
            self._add("entry-form", where, str(error))
            return
        if entry.sequence != number:
            self._add("entry-order", where, f"The entry calls itself {entry.sequence}.")
        if entry.log != self._log.name:
            self._add("entry-foreign", where, f"It belongs to the log {entry.log!r}.")
        if entry.kind == CLOCK_CORRECTED:
            self.corrections.append(number)
        elif self.last_at is not None and entry.at < self.last_at:
            self._add("entry-order", where, "It is older than the previous entry.")
        self.last_at = entry.at
        opened = self._open(entry, known)
        self._check_complete(entry)
        self._check_files(number, replace(entry, private=opened))

    def _open(self, entry: Entry, known: Sequence[Disclosure]) -> dict[str, Json]:
        """Return the private values whose commitments hold."""
        opened: dict[str, Json] = {}
        for disclosure in known:
            where = f"{DISCLOSURES}, entry {entry.sequence}, {disclosure.name}"
            commitment = entry.commitments.get(disclosure.name)
            if commitment is None or not opens(
                commitment,
                salt=disclosure.salt,
                name=disclosure.name,
                value=disclosure.value,
            ):
                self._add("disclosure-wrong", where, "It does not open the entry's commitment.")
            elif (entry.sequence, disclosure.name) in self._withheld:
                words = "The bundle says that it withholds this field, but discloses it."
                self._add("disclosure-unexpected", where, words)
            opened[disclosure.name] = disclosure.value
        self._missing = sorted(entry.commitments.keys() - opened.keys())
        return opened

    def _check_complete(self, entry: Entry) -> None:
        for name in self._missing:
            field = (entry.sequence, name)
            self._still_withheld.discard(field)
            if field not in self._withheld:
                where = f"{DISCLOSURES}, entry {entry.sequence}, {name}"
                words = "The field is not disclosed, and the bundle does not say it is withheld."
                self._add("disclosure-missing", where, words)

    def _check_files(self, number: int, entry: Entry) -> None:
        for file in self._files.get(number, ()):
            if not names_text(entry, file.sha256):
                words = f"Entry {number} is declared to record its SHA-256 but does not."
                self._add("file-not-recorded", file.path, words)

    def _check_end(self) -> None:
        found, stated = self._root.size, self._log.size
        if found < stated:
            words = f"It has {found} entries where the checkpoint signs {stated}: some are missing."
            self._add("log-cut", ENTRIES, words)
        elif found > stated:
            words = f"It has {found} entries where the checkpoint signs {stated}."
            self._add("log-longer", ENTRIES, words)
        elif self._root.root() != self._log.root:
            self._add("log-root", ENTRIES, "Its entries do not give the signed root.")
        for sequence, name in sorted(self._still_withheld):
            words = f"It says that entry {sequence} withholds {name!r}; there is no such field."
            self._add("withheld-unknown", "data/bundle.json", words)

    def _add(self, code: str, where: str, message: str) -> None:
        if len(self.faults) < _MAX_FAULTS:
            self.faults.append(_fault(code, where, message))


def _by_entry(files: Sequence[FileAccount]) -> Mapping[int, list[FileAccount]]:
    by_entry: dict[int, list[FileAccount]] = {}
    for file in files:
        if file.recorded_in is not None:
            by_entry.setdefault(file.recorded_in, []).append(file)
    return by_entry


def _grouped(disclosures: Iterator[Disclosure]) -> Iterator[tuple[int, list[Disclosure]]]:
    group: list[Disclosure] = []
    for disclosure in disclosures:
        if group and group[0].sequence != disclosure.sequence:
            yield group[0].sequence, group
            group = []
        group.append(disclosure)
    if group:
        yield group[0].sequence, group


def _fault(code: str, where: str, message: str) -> Fault:
    return Fault(code=code, where=where, message=message)
