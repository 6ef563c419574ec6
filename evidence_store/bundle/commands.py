"""The bundle commands: `verify`, `sign`, `timestamp`, `zip`, `redact`.

Exit codes: 0 no faults, 1 the bundle has faults, 2 it could not be checked or the request not
carried out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from evidence_store.bundle import redact_command
from evidence_store.bundle.archive import zip_bundle
from evidence_store.bundle.errors import BundleRefused
from evidence_store.bundle.layout import Role, Signer
from evidence_store.bundle.signers import parse_time
from evidence_store.bundle.signing import add_signature, required_signers
from evidence_store.bundle.stamps import attach_answer, keep_request, stamp_bundle
from evidence_store.bundle.verify import VerificationReport, verify
from evidence_store.errors import StoreError
from evidence_store.keys.signing import sign_with_ssh_keygen

if TYPE_CHECKING:
    from datetime import datetime

GOOD, FAULTY, NOT_CHECKED = 0, 1, 2
FOLDER = "the bundle, a folder"

Command = Callable[[argparse.Namespace], int]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the bundle commands to `python -m evidence_store`."""
    _add_verify(subparsers)
    _add_sign(subparsers)
    _add_timestamp(subparsers)
    _add_zip(subparsers)
    redaction = subparsers.add_parser(
        "redact", help="make a public bundle that withholds fields or photos of a sealed one"
    )
    redact_command.add_arguments(redaction)
    _add_allowed_signers(redaction)
    redaction.set_defaults(func=_guarded(_redact))


def _add_allowed_signers(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--allowed-signers",
        type=Path,
        required=True,
        metavar="FILE",
        help="the keys to trust, from outside the bundle",
    )


def _add_verify(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "verify", help="check a bundle (folder or ZIP); exit 0 good, 1 faults, 2 not checked"
    )
    add_verify_arguments(parser)


def add_verify_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `verify`; the parser's `func` verifies and returns the exit code."""
    parser.add_argument("bundle", type=Path, help="the bundle, a folder or a ZIP")
    _add_allowed_signers(parser)
    parser.add_argument(
        "--verify-time",
        type=_time,
        metavar="YYYYMMDDHHMMSSZ",
        help="when the signers' keys must have been valid",
    )
    parser.add_argument(
        "--tsa-root",
        type=Path,
        metavar="FILE",
        help="root certificates of timestamp authorities, in PEM",
    )
    parser.add_argument(
        "--require-timestamp",
        action="store_true",
        help="a bundle without a valid timestamp is a fault",
    )
    parser.add_argument(
        "--sealed",
        type=Path,
        metavar="BUNDLE",
        help="the sealed bundle that this public one must come from",
    )
    parser.add_argument("--json", action="store_true", help="write the report as JSON")
    parser.set_defaults(func=_guarded(_verify))


def _add_sign(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("sign", help="sign a bundle with your own ssh key")
    parser.add_argument("bundle", type=Path, help=FOLDER)
    parser.add_argument(
        "--key",
        type=Path,
        required=True,
        metavar="FILE",
        help="your private key, or the .pub file of a key in your ssh-agent or on your token",
    )
    parser.add_argument("--person", required=True, help="who you are in the bundle")
    parser.add_argument(
        "--role",
        type=Role,
        choices=list(Role),
        default=Role.REVIEWER,
        help="the role in which you sign (default: %(default)s)",
    )
    parser.set_defaults(func=_guarded(_sign))


def _add_timestamp(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "timestamp", help="have a bundle's seal stamped by outside authorities (RFC 3161)"
    )
    parser.add_argument("bundle", type=Path, help=FOLDER)
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--url", action="append", help="an authority; may be given several times")
    how.add_argument(
        "--request-only", action="store_true", help="store a request, to be answered later"
    )
    how.add_argument("--answer", type=Path, metavar="FILE", help="attach the answer to a request")
    parser.set_defaults(func=_guarded(_timestamp))


def _add_zip(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser("zip", help="pack a bundle folder into a ZIP beside it")
    parser.add_argument("bundle", type=Path, help=FOLDER)
    parser.set_defaults(func=_guarded(_zip))


def _guarded(command: Command) -> Command:
    """Turn errors into a message on the terminal and an exit code."""

    def run(arguments: argparse.Namespace) -> int:
        try:
            return command(arguments)
        except BundleRefused as error:
            _say(inert(error.diagnostics()), sys.stderr)
            return FAULTY
        except StoreError as error:
            _say(inert(error.diagnostics()), sys.stderr)
        except OSError as error:
            _say(inert(f"This failed: {error}."), sys.stderr)
        return NOT_CHECKED

    return run


def _verify(arguments: argparse.Namespace) -> int:
    try:
        report = verify(
            arguments.bundle,
            allowed_signers=arguments.allowed_signers,
            verify_time=arguments.verify_time,
            tsa_roots=arguments.tsa_root,
            require_timestamp=arguments.require_timestamp,
            sealed=arguments.sealed,
        )
    except BundleRefused as error:
        if not arguments.json:
            raise
        faults = [asdict(fault) for fault in error.faults]
        _say(json.dumps({"verifies": False, "faults": faults}, indent=1))
        return FAULTY
    _say(json.dumps(report_json(report), indent=1) if arguments.json else report_text(report))
    return GOOD


def _sign(arguments: argparse.Namespace) -> int:
    def sign(message: bytes, namespace: str) -> str:
        return sign_with_ssh_keygen(arguments.key, message, namespace)

    signer = Signer(role=arguments.role, person=arguments.person, sign=sign)
    path = add_signature(arguments.bundle, signer)
    there = {file.name for file in (arguments.bundle / path).parent.iterdir()}
    waiting = [
        one.person
        for one in required_signers(arguments.bundle)
        if Path(one.signature_file).name not in there
    ]
    _say(f"Signed: {path}.")
    _say(f"Still to sign: {', '.join(waiting)}." if waiting else "Everybody required has signed.")
    return GOOD


def _timestamp(arguments: argparse.Namespace) -> int:
    if arguments.request_only:
        _say(f"Request stored: {keep_request(arguments.bundle)}. Attach its answer with --answer.")
    elif arguments.answer:
        path = attach_answer(arguments.bundle, arguments.answer.read_bytes())
        _say(f"Answer attached: {path}.")
    else:
        for path in stamp_bundle(arguments.bundle, arguments.url):
            _say(f"Stamped: {path}.")
    return GOOD


def _zip(arguments: argparse.Namespace) -> int:
    _say(f"Packed: {inert(str(zip_bundle(arguments.bundle)))}.")
    return GOOD


def _redact(arguments: argparse.Namespace) -> int:
    made = redact_command.run(arguments)
    _say(f"Public bundle: {inert(str(made.path))}, {made.files} files. Look at its photos before")
    _say("you publish it: what can be seen in them, no program has withheld.")
    return GOOD


def report_text(report: VerificationReport) -> str:
    """Format a report as sentences for a terminal."""
    lines = [
        f"The bundle verifies: {report.title}",
        (
            f"Its tag manifest, to be quoted where it is cited, has the SHA-256 "
            f"{report.tagmanifest_sha256}."
        ),
        *report.sentences(),
        *(f"Note: {remark}" for remark in report.remarks),
    ]
    return "\n".join(inert(line) for line in lines)


def report_json(report: VerificationReport) -> dict[str, object]:
    """Convert a report to JSON-compatible data."""
    value = asdict(report)
    value["signatures"] = [
        {
            "role": one.role.value,
            "person": one.person,
            "name": one.name,
            "key": one.key.hex(),
            "valid_at": one.valid_at.isoformat(),
            "time_basis": one.time_basis,
        }
        for one in report.signatures
    ]
    value["stamps"] = [
        {"path": one.path, "at": one.at.isoformat(), "trusted": one.trusted}
        for one in report.stamps
    ]
    value["sealed_at"] = report.sealed_at.isoformat()
    value["time_basis"] = report.time_basis
    return {"verifies": True, **value}


def inert(text: str) -> str:
    """Remove control characters except line feeds from a bundle's text."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)


def _say(text: str, stream: TextIO | None = None) -> None:
    # The stream is looked up at each call, since a caller may have replaced it.
    (stream or sys.stdout).write(f"{text}\n")


def _time(text: str) -> datetime:
    try:
        return parse_time(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
