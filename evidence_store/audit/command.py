"""The commands `audit` (check a store, report each fault) and `anchor` (a note to hand out)."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_store.audit.audit import Anchor, Audit
from evidence_store.bundle.signers import (
    CHECKPOINT_NAMESPACE,
    ed25519_key,
    read_allowed_signers,
)
from evidence_store.errors import BadInput, LedgerAbsent, StoreError
from evidence_store.keys.keys import KeyFolder, utc_now
from evidence_store.keys.signing import raw_public_key
from evidence_store.ledger.database import Database
from evidence_store.ledger.identity import check_place, origin_in, recorded, remains
from evidence_store.ledger.ledger import Ledger
from evidence_store.location import ORIGIN_FILE, StoreLocation
from evidence_store.types import Fault

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

GOOD, FAULTY, NOT_CHECKED = 0, 1, 2


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the commands `audit` and `anchor`."""
    _add_audit(subparsers)
    _add_anchor(subparsers)


def _add_anchor(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "anchor",
        help="sign every log as it stands; keep the note outside the store",
        description="Signs a checkpoint of every case and then of the log `store`, and writes "
        "the last: one note that fixes the whole store. Give it to somebody outside; "
        "`audit --anchor FILE` later compares the store with it.",
    )
    _add_store(parser)
    parser.add_argument("--output", type=Path, metavar="FILE", help="a new file for the note")
    parser.set_defaults(func=run_anchor)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "store",
        type=Path,
        nargs="?",
        help="the store's folder (default: NAMEPLATE_STORE, else nameplate-store)",
    )
    parser.add_argument(
        "--database",
        help="address of the ledger, if it is not in the folder (default: NAMEPLATE_DATABASE)",
    )
    parser.add_argument(
        "--bucket",
        help="where the blobs are, if not in the folder (default: NAMEPLATE_BUCKET)",
    )


def _location(arguments: argparse.Namespace) -> StoreLocation:
    return StoreLocation.from_environment(
        folder=arguments.store, database_url=arguments.database, bucket=arguments.bucket
    )


def _add_audit(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "audit",
        help="check a whole store and list each fault",
        description="Hashes every entry, node, checkpoint and blob of a store again and compares "
        "them with each other and with checkpoints stored outside.",
    )
    _add_store(parser)
    parser.add_argument("--origin", help="the store's name in checkpoints (default: its own file)")
    parser.add_argument(
        "--allowed-signers",
        type=Path,
        help="source of the checkpoint key; without it, the key in the store is trusted",
    )
    parser.add_argument(
        "--anchor",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint stored outside; may be given several times",
    )
    parser.add_argument(
        "--no-blobs", action="store_true", help="do not check stored files and bundles"
    )
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Audit the store and print the result; returns the exit code."""
    try:
        at = _location(arguments)
        lost = _lost(at)
        if lost is not None:
            _say(_told_lost(lost, as_json=arguments.json))
            return FAULTY
        walk, before = _audit(arguments, at)
        try:
            faults = [*_printed(chain(before, walk.faults()), quiet=arguments.json)]
        finally:
            walk.database.close()
    except StoreError as error:
        _say(f"The store could not be checked. {error.diagnostics()}", problem=True)
        return NOT_CHECKED
    except OSError as error:
        _say(f"The store could not be checked: {error}.", problem=True)
        return NOT_CHECKED
    if arguments.json:
        _say(json.dumps(_result(walk, faults), indent=1))
    else:
        _say(_summary(walk, faults, trusted=arguments.allowed_signers is not None))
    return FAULTY if faults else GOOD


def _lost(at: StoreLocation) -> Fault | None:
    """Report the loss of a whole database of which keys or bytes remain."""
    try:
        Database(at.database_url, must_exist=True).close()
    except LedgerAbsent as error:
        left = [*remains(at)] if at.folder.is_dir() else []
        if not left:
            raise
        words = f"{error.message} There {'is' if len(left) == 1 else 'are'} {' and '.join(left)}."
        return Fault(code="database-lost", where=str(at.folder), message=words)
    return None


def _told_lost(lost: Fault, *, as_json: bool) -> str:
    if as_json:
        return json.dumps({"good": False, "faults": [asdict(lost)]}, indent=1)
    return (
        f"FAULT {lost.code} | {lost.where} | {lost.message}\n1 fault. Nothing else was checked: "
        "restore the database from a backup, or name the right one (NAMEPLATE_DATABASE)."
    )


def run_anchor(arguments: argparse.Namespace) -> int:
    """Sign every log and write the checkpoint of the log `store`; returns the exit code."""
    at = _location(arguments)
    try:
        origin = _origin(at.folder)
        Database(at.database_url, must_exist=True).close()  # never create a store here
        check_place(at)
        ledger = Ledger(
            at.database_url,
            clock=utc_now,
            origin=origin,
            signer=KeyFolder(at.folder / "keys").note_signer(origin),
        )
        note = ledger.anchor().note
        ledger.close()
        if arguments.output:
            with arguments.output.open("x", encoding="utf-8") as target:
                target.write(note)
        else:
            _say(note.rstrip("\n"))
    except StoreError as error:
        _say(f"No anchor was made. {error.diagnostics()}", problem=True)
        return NOT_CHECKED
    except OSError as error:
        _say(f"No anchor was written: {error}.", problem=True)
        return NOT_CHECKED
    return GOOD


def _origin(store: Path) -> str:
    if not store.is_dir():
        raise BadInput(f"There is no store at {store}.", remedy="Give the store's folder.")
    found = origin_in(store)
    if found is None:
        raise BadInput(
            f"{store} has no file `{ORIGIN_FILE}` that names the store.",
            remedy="Restore it from a backup; its one line is in the first entry of the log.",
        )
    return found


def _audit(arguments: argparse.Namespace, at: StoreLocation) -> tuple[Audit, list[Fault]]:
    """Return the audit, and faults found before it starts."""
    database = Database(at.database_url, must_exist=True)
    before: list[Fault] = []
    try:
        origin = arguments.origin or origin_in(at.folder)
        if origin is None:
            origin = _origin_recorded(database)
            words = f"The folder has no file `{ORIGIN_FILE}`; the store was created as {origin!r}."
            before.append(Fault(code="origin-missing", where=str(at.folder), message=words))
        walk = Audit(
            database=database,
            origin=origin,
            keys=_keys(arguments.allowed_signers, at.folder, origin),
            kept=None if arguments.no_blobs else at.kept(),
            anchors=[
                Anchor(name=path.name, note=path.read_text(encoding="utf-8", errors="replace"))
                for path in arguments.anchor
            ],
            on_step=None if arguments.json else lambda words: _say(f"Checking {words} …"),
        )
    except BaseException:
        database.close()
        raise
    return walk, before


def _origin_recorded(database: Database) -> str:
    with database.reading() as connection:
        found = recorded(connection)
    if found is None:
        raise BadInput("The store's log is empty, and its folder does not name it.")
    return found.origin


def _keys(allowed_signers: Path | None, store: Path, origin: str) -> list[bytes]:
    """Return the keys accepted for this store's checkpoints."""
    if allowed_signers is None and not (store / "keys").is_dir():
        return []
    if allowed_signers is None:
        return [raw_public_key(key.line) for key in KeyFolder(store / "keys").history(origin)]
    lines = read_allowed_signers(allowed_signers).matching(f"{origin}/store", CHECKPOINT_NAMESPACE)
    return [raw for line in lines if (raw := ed25519_key(line.key)) is not None]


def _printed(faults: Iterator[Fault], *, quiet: bool) -> Iterator[Fault]:
    """Print each fault as it is found, so that a long audit shows progress."""
    for fault in faults:
        if not quiet:
            _say(f"FAULT {fault.code} | {fault.where} | {fault.message}")
        yield fault


def _summary(walk: Audit, faults: list[Fault], *, trusted: bool) -> str:
    checked = (
        f"{walk.entries_seen} entries, {walk.checkpoints_seen} checkpoints, "
        f"{len(walk.anchors)} outside anchors and {walk.kept_seen} stored files and bundles "
        "were checked."
    )
    lines = [f"{len(faults)} faults. {checked}" if faults else f"No fault. {checked}"]
    if not trusted:
        lines.append(
            "The checkpoint key was taken from the store itself; give --allowed-signers to "
            "compare it with a key from another source."
        )
    if not walk.anchors:
        lines.append(
            "No outside checkpoint was given: a ledger rewritten completely by someone who holds "
            "its key cannot be distinguished from a genuine one."
        )
    return "\n".join(lines)


def _result(walk: Audit, faults: list[Fault]) -> dict[str, object]:
    return {
        "good": not faults,
        "faults": [asdict(fault) for fault in faults],
        "entries": walk.entries_seen,
        "checkpoints": walk.checkpoints_seen,
        "anchors": len(walk.anchors),
        "kept": walk.kept_seen,
    }


def _say(text: str, *, problem: bool = False) -> None:
    inert = "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
    print(inert, file=sys.stderr if problem else sys.stdout)
