"""A folder of signing keys: Ed25519 in OpenSSH format, one in use per person, and their history.

`<person>/<n>` is a private key (0600), `<n>.pub` its public half, `<n>.json` its period of
validity. Folders are 0700. A key that a person keeps on their own machine has no private file here.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evidence_store import locks
from evidence_store.canonical import in_utc
from evidence_store.checkpoint import Ed25519NoteSigner
from evidence_store.errors import (
    BadInput,
    KeyExists,
    KeyExposed,
    KeyLocked,
    KeyMissing,
    StoreUnavailable,
)
from evidence_store.files import LocalDisk
from evidence_store.keys.signing import (
    allowed_signers_line,
    fingerprint,
    public_line,
    read_public_line,
    sign_sshsig,
)
from evidence_store.types import PublicKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

_PERSON = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
_OTHERS = 0o077
_SECOND = timedelta(seconds=1)


def utc_now() -> datetime:
    """Return this machine's time, in UTC."""
    return datetime.now(UTC)


class KeyFolder:
    """All signing keys known to a store: private ones (held by the server) and public ones."""

    def __init__(self, root: Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        """Open the folder, creating it if missing. `clock` dates changes to keys."""
        self._root = root.absolute()
        self._clock = clock
        self._disk = LocalDisk()
        with _disk_errors(self._root):
            self._disk.make_folder(self._root)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Lock out other threads and processes that use this lock.

        The known state of all keys stays valid until the end. Not reentrant.
        """
        with ExitStack() as stack:
            with _disk_errors(self._root):
                stack.enter_context(locks.held(self._root))
            yield

    def people(self) -> tuple[str, ...]:
        """Return everyone who has or had a key here, sorted by identifier."""
        return tuple(sorted(path.name for path in self._root.iterdir() if path.is_dir()))

    def create(self, person_id: str, *, passphrase: str | None = None) -> PublicKey:
        """Create a key for a person who has none in use; raises `KeyExists` otherwise."""
        with self._changing(person_id) as history:
            if _current(history, self._now()) is not None:
                raise KeyExists(f"{person_id} already has a key in use.")
            return self._make(person_id, len(history) + 1, passphrase)

    def register(self, person_id: str, public_key: str) -> PublicKey:
        """Register a key whose private half stays with the person: the line of their .pub file."""
        line = read_public_line(public_key)
        with self._changing(person_id) as history:
            if _current(history, self._now()) is not None:
                raise KeyExists(f"{person_id} already has a key in use.")
            number = len(history) + 1
            return self._record(person_id, number, self._fresh(person_id, line, "person"))

    def rotate(
        self,
        person_id: str,
        *,
        passphrase: str | None = None,
        public_key: str | None = None,
        reason: str = "",
    ) -> PublicKey:
        """End the key in use now, and start the next: created here, or the line of a .pub file.

        A key never ends before its last signature made here, whatever the clock says.
        """
        line = None if public_key is None else read_public_line(public_key)
        with self._changing(person_id) as history:
            self._end(person_id, history, None, reason or "Rotated.")
            number = len(history) + 1
            if line is None:
                return self._make(person_id, number, passphrase)
            return self._record(person_id, number, self._fresh(person_id, line, "person"))

    def revoke(
        self,
        person_id: str,
        *,
        reason: str,
        at: datetime | None = None,
        fingerprint: str | None = None,
    ) -> PublicKey:
        """End a key: signatures made with it after `at` (default: now) are not trusted.

        `at` may be in the past, if a key is known to have been compromised since then.
        `fingerprint` names a former key, whose end then moves back to `at`; by default it is the
        key in use. Raises `KeyMissing` if there is no such key, `BadInput` for a later end.
        """
        with self._changing(person_id) as history:
            if fingerprint is None:
                return self._end(person_id, history, at, reason)
            return self._end_one(person_id, history, fingerprint, at or self._now(), reason)

    def discard(self, person_id: str) -> None:
        """Remove the only key of a person who was never added; it can no longer sign anything.

        Raises `BadInput` for a person with more than one key, who was therefore active here.
        """
        if len(self.history(person_id)) > 1:
            raise BadInput(f"The keys of {person_id} are in use; none is removed.")
        with _disk_errors(self._root):
            shutil.rmtree(self._folder(person_id), ignore_errors=True)
            self._disk.sync_folder(self._root)

    def public(self, person_id: str) -> PublicKey:
        """Return the key in use; raises `KeyMissing`."""
        found = _current(self.history(person_id), self._now())
        if found is None:
            raise KeyMissing(f"{person_id} has no key in use here.")
        return found

    def history(self, person_id: str) -> tuple[PublicKey, ...]:
        """Return all keys that the person ever had here, oldest first."""
        folder = self._folder(person_id)
        if not folder.is_dir():
            return ()
        numbers = sorted(int(path.stem) for path in folder.glob("*.json"))
        return tuple(_parse_record(person_id, folder / f"{number}.json") for number in numbers)

    def sign(
        self, person_id: str, data: bytes, *, namespace: str, passphrase: str | None = None
    ) -> str:
        """Sign the data as the person; returns SSHSIG armour.

        Raises `KeyMissing` (none in use, or not stored here), `KeyLocked`, `KeyExposed`.
        """
        armour = sign_sshsig(self._private(person_id, passphrase), data, namespace)
        self.note_signature(person_id)
        return armour

    def note_signature(self, person_id: str) -> None:
        """Record that the key in use just signed something, here or elsewhere."""
        with self._changing(person_id) as history:
            key = _current(history, self._now())
            now = in_utc(self._clock())
            at = _seconds(now) + (_SECOND if now.microsecond else timedelta())
            if key is None or (key.last_signed_at is not None and key.last_signed_at >= at):
                return
            number = history.index(key) + 1
            self._record(person_id, number, replace(key, last_signed_at=at))

    def unlock(self, person_id: str, *, passphrase: str | None = None) -> None:
        """Check that the person's key can be used with this passphrase; raises `KeyLocked`."""
        self._private(person_id, passphrase)

    def note_signer(self, name: str, *, passphrase: str | None = None) -> Ed25519NoteSigner:
        """Return a checkpoint signer that uses the key of that name."""
        return Ed25519NoteSigner(self._private(name, passphrase))

    def allowed_signers_text(self, namespaces: Mapping[str, Sequence[str]] | None = None) -> str:
        """Write an `allowed_signers` file with every key ever used and its period of validity.

        `namespaces` limits the file to these people and each of them to these namespaces.
        """
        people = self.people() if namespaces is None else tuple(namespaces)
        lines = [
            _allowed_line(person_id, key, () if namespaces is None else namespaces[person_id])
            for person_id in people
            for key in self.history(person_id)
        ]
        return "".join(f"{line}\n" for line in lines)

    def _make(self, person_id: str, number: int, passphrase: str | None) -> PublicKey:
        key = Ed25519PrivateKey.generate()
        encryption: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase:
            encryption = serialization.BestAvailableEncryption(passphrase.encode())
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, encryption
        )
        self._write(self._folder(person_id) / str(number), private)
        line = public_line(key.public_key().public_bytes_raw())
        return self._record(person_id, number, self._fresh(person_id, line, "server"))

    def _fresh(self, person_id: str, line: str, held_by: str) -> PublicKey:
        return PublicKey(
            person_id=person_id,
            line=line,
            fingerprint=fingerprint(line),
            valid_after=self._now(),
            held_by="server" if held_by == "server" else "person",
        )

    def _record(self, person_id: str, number: int, key: PublicKey) -> PublicKey:
        folder = self._folder(person_id)
        self._write(folder / f"{number}.pub", f"{key.line} {person_id}\n".encode())
        record = {
            "public_key": key.line,
            "held_by": key.held_by,
            "valid_after": key.valid_after.isoformat(),
            "valid_before": key.valid_before and key.valid_before.isoformat(),
            "reason": key.reason,
            "last_signed_at": key.last_signed_at and key.last_signed_at.isoformat(),
        }
        self._write(folder / f"{number}.json", json.dumps(record, indent=1).encode() + b"\n")
        return key

    def _end(
        self, person_id: str, history: Sequence[PublicKey], at: datetime | None, reason: str
    ) -> PublicKey:
        """End the key in use: at the given time, otherwise now, but after everything it signed."""
        key = _current(history, self._now())
        if key is None:
            raise KeyMissing(f"{person_id} has no key in use here.")
        ends = self._now() if at is None else _seconds(at)
        if at is None and key.last_signed_at is not None:
            ends = max(ends, key.last_signed_at)
        ended = replace(key, valid_before=ends, reason=reason)
        return self._record(person_id, history.index(key) + 1, ended)

    def _end_one(
        self,
        person_id: str,
        history: Sequence[PublicKey],
        named: str,
        at: datetime,
        reason: str,
    ) -> PublicKey:
        for number, key in enumerate(history, start=1):
            if key.fingerprint != named:
                continue
            if key.valid_before is not None and _seconds(at) >= key.valid_before:
                raise BadInput(
                    f"That key of {person_id} ended on {key.valid_before:%Y-%m-%d %H:%M:%S} UTC; "
                    "an end is never moved to a later time."
                )
            ended = replace(key, valid_before=_seconds(at), reason=reason)
            return self._record(person_id, number, ended)
        raise KeyMissing(f"{person_id} never had the key {named[:80]} here.")

    def _private(self, person_id: str, passphrase: str | None) -> Ed25519PrivateKey:
        key = self.public(person_id)
        number = self.history(person_id).index(key) + 1
        path = self._folder(person_id) / str(number)
        if key.held_by == "person" or not path.exists():
            raise KeyMissing(
                f"The private key of {person_id} is not stored here.",
                remedy="Sign on the person's own machine: `python -m evidence_store sign BUNDLE`.",
            )
        if path.stat().st_mode & _OTHERS:
            raise KeyExposed(
                f"The private key of {person_id} can be read by others on this machine.",
                remedy="Set its mode to 600, find out who read it, and rotate it.",
            )
        return _load(path, person_id, passphrase)

    def _folder(self, person_id: str) -> Path:
        if not _PERSON.fullmatch(person_id):
            raise BadInput(f"{person_id[:80]!r} cannot name a key: letters, digits, . _ @ -")
        return self._root / person_id

    def _now(self) -> datetime:
        return _seconds(self._clock())

    @contextmanager
    def _changing(self, person_id: str) -> Iterator[tuple[PublicKey, ...]]:
        """Lock the person's keys against other processes while they change."""
        folder = self._folder(person_id)
        with _disk_errors(folder):
            self._disk.make_folder(folder)
            with locks.held(folder):
                yield self.history(person_id)

    def _write(self, path: Path, data: bytes) -> None:
        """Replace a whole file durably; a crash leaves the old or the new one."""
        draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | locks.OWN, 0o600)
        try:
            self._disk.write(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(path)
        self._disk.sync_folder(path.parent)


def _allowed_line(person_id: str, key: PublicKey, namespaces: Sequence[str]) -> str:
    """Write a key's line; a key that ended before it began becomes a comment.

    ssh-keygen treats such a line as damage and ignores every line after it.
    """
    if key.valid_before is not None and key.valid_before <= key.valid_after:
        return f"# {person_id}: nothing by the key {key.fingerprint} is to be believed"
    return allowed_signers_line(
        person_id,
        key.line,
        namespaces=namespaces,
        valid_after=key.valid_after,
        valid_before=key.valid_before,
    )


def _load(path: Path, person_id: str, passphrase: str | None) -> Ed25519PrivateKey:
    data = path.read_bytes()
    try:
        key = serialization.load_ssh_private_key(data, passphrase.encode() if passphrase else None)
    except TypeError as error:  # passphrase missing, or given for a key without one
        if passphrase:
            return _load(path, person_id, None)
        raise KeyLocked(f"The key of {person_id} is locked by a passphrase.") from error
    except ValueError as error:
        raise KeyLocked(f"The key of {person_id} does not open with this passphrase.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyMissing(f"The key of {person_id} is not an Ed25519 key.")
    return key


def _current(history: Sequence[PublicKey], now: datetime) -> PublicKey | None:
    """Return the last key unless it has ended; the clock matters only for planned ends.

    A key that signed something and ends in the same second has ended, though its last signature
    stays valid to the end of that second.
    """
    last = history[-1] if history else None
    if last is None or (last.valid_before is not None and last.valid_before <= now + _SECOND):
        return None
    return last


def _parse_record(person_id: str, path: Path) -> PublicKey:
    try:
        record = json.loads(path.read_bytes())
        line = read_public_line(str(record["public_key"]))
        ends, signed = record["valid_before"], record.get("last_signed_at")
        return PublicKey(
            person_id=person_id,
            line=line,
            fingerprint=fingerprint(line),
            valid_after=datetime.fromisoformat(record["valid_after"]),
            valid_before=datetime.fromisoformat(ends) if ends else None,
            held_by=record["held_by"],
            reason=record["reason"],
            last_signed_at=datetime.fromisoformat(signed) if signed else None,
        )
    except (OSError, ValueError, LookupError, TypeError, BadInput) as error:
        raise StoreUnavailable(f"The key record {path.name} of {person_id} is damaged.") from error


def _seconds(at: datetime) -> datetime:
    return in_utc(at).replace(microsecond=0)


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreUnavailable(f"The key folder {folder.name} cannot be used: {error}.") from error
