"""The commands `audit` (walk a store, name each fault) and `anchor` (a note to keep outside)."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_store.audit import Anchor, Audit
from evidence_store.blobs import BlobStore
from evidence_store.bundle.signers import (
    CHECKPOINT_NAMESPACE,
    ed25519_key,
    read_allowed_signers,
)
from evidence_store.database import Database
from evidence_store.errors import BadInput, StoreError
from evidence_store.keys import KeyFolder, utc_now
from evidence_store.ledger import Ledger
from evidence_store.signing import raw_public_key

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from evidence_store.types import Fault

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
        "the last: one note that holds the whole store fast. Give it to somebody outside; "
        "`audit --anchor FILE` holds the store against it later.",
    )
    _add_store(parser)
    parser.add_argument("--output", type=Path, metavar="FILE", help="a new file for the note")
    parser.set_defaults(func=run_anchor)


def _add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "store",
        type=Path,
        nargs="?",
        default=Path(os.environ.get("NAMEPLATE_STORE") or "nameplate-store"),
        help="the store's folder (default: NAMEPLATE_STORE, else nameplate-store)",
    )
    parser.add_argument("--database", help="address of the ledger, where it is not in the folder")


def _add_audit(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "audit",
        help="walk a store whole and name each fault",
        description="Hashes every entry, node, checkpoint and blob of a store again and holds "
        "them against each other, and against checkpoints kept outside.",
    )
    _add_store(parser)
    parser.add_argument("--origin", help="the store's name in checkpoints (default: its own file)")
    parser.add_argument(
        "--allowed-signers",
        type=Path,
        help="where the checkpoint key comes from; without it the store's own word is taken",
    )
    parser.add_argument(
        "--anchor",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint kept outside; may be given several times",
    )
    parser.add_argument("--no-blobs", action="store_true", help="leave the kept bytes unchecked")
    parser.add_argument("--json", action="store_true", help="write the result as JSON")
    parser.set_defaults(func=run)


def run(arguments: argparse.Namespace) -> int:
    """Audit the store and print what was found; returns the exit code."""
    try:
        walk = _audit(arguments)
        faults = [*_told(walk.faults(), quiet=arguments.json)]
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


def run_anchor(arguments: argparse.Namespace) -> int:
    """Sign every log and write the checkpoint of the log `store`; returns the exit code."""
    store: Path = arguments.store
    try:
        origin = _origin(store)
        Database(_address(arguments), must_exist=True).close()  # never begin a store here
        ledger = Ledger(
            _address(arguments),
            clock=utc_now,
            origin=origin,
            signer=KeyFolder(store / "keys").note_signer(origin),
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
    return (store / "origin").read_text(encoding="ascii").strip()


def _address(arguments: argparse.Namespace) -> str:
    given: str | None = arguments.database or os.environ.get("NAMEPLATE_DATABASE")
    return given or f"sqlite:///{arguments.store / 'nameplate.sqlite3'}"


def _audit(arguments: argparse.Namespace) -> Audit:
    store: Path = arguments.store
    origin = arguments.origin or _origin(store)
    return Audit(
        database=Database(_address(arguments), must_exist=True),
        origin=origin,
        keys=_keys(arguments.allowed_signers, store, origin),
        blobs=None if arguments.no_blobs else BlobStore(store / "blobs"),
        anchors=[
            Anchor(name=path.name, note=path.read_text(encoding="utf-8", errors="replace"))
            for path in arguments.anchor
        ],
        on_step=None if arguments.json else lambda words: _say(f"Checking {words} …"),
    )


def _keys(allowed_signers: Path | None, store: Path, origin: str) -> list[bytes]:
    """Return the keys that may sign this store's checkpoints."""
    if allowed_signers is None:
        return [raw_public_key(key.line) for key in KeyFolder(store / "keys").history(origin)]
    lines = read_allowed_signers(allowed_signers).matching(f"{origin}/store", CHECKPOINT_NAMESPACE)
    return [raw for line in lines if (raw := ed25519_key(line.key)) is not None]


def _told(faults: Iterator[Fault], *, quiet: bool) -> Iterator[Fault]:
    """Print each fault as it is found: a long walk should not be silent about what is wrong."""
    for fault in faults:
        if not quiet:
            _say(f"FAULT {fault.code} | {fault.where} | {fault.message}")
        yield fault


def _summary(walk: Audit, faults: list[Fault], *, trusted: bool) -> str:
    checked = (
        f"{walk.entries_seen} entries, {walk.checkpoints_seen} checkpoints, "
        f"{len(walk.anchors)} outside anchors and {walk.blobs_seen} blobs were checked."
    )
    lines = [f"{len(faults)} faults. {checked}" if faults else f"No fault. {checked}"]
    if not trusted:
        lines.append(
            "The checkpoint key was taken from the store itself; give --allowed-signers to "
            "hold it against a key that you have from elsewhere."
        )
    if not walk.anchors:
        lines.append(
            "No outside checkpoint was given: a ledger that was rewritten whole, by someone who "
            "holds its key, cannot be told from a true one."
        )
    return "\n".join(lines)


def _result(walk: Audit, faults: list[Fault]) -> dict[str, object]:
    return {
        "good": not faults,
        "faults": [asdict(fault) for fault in faults],
        "entries": walk.entries_seen,
        "checkpoints": walk.checkpoints_seen,
        "anchors": len(walk.anchors),
        "blobs": walk.blobs_seen,
    }


def _say(text: str, *, problem: bool = False) -> None:
    inert = "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
    print(inert, file=sys.stderr if problem else sys.stdout)
