"""`python -m evidence_store redact`: make a public bundle from a sealed one and a JSON plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from evidence_store.bundle.errors import BundleUnreadable
from evidence_store.bundle.hashing import sha256_file
from evidence_store.bundle.layout import (
    KeyHeld,
    PayloadFile,
    RequiredSigner,
    Role,
    Signer,
    content_path,
)
from evidence_store.bundle.redact import redact
from evidence_store.bundle.redaction_plan import ExhibitChoice, FieldChoice, RedactionPlan
from evidence_store.keys.signing import sign_with_ssh_keygen

if TYPE_CHECKING:
    import argparse

    from evidence_store.bundle.seal import SealedBundle
    from evidence_store.types import Json

_MEMBERS = frozenset(
    {"title", "fields", "exhibits", "values", "harmless", "notes", "reasons", "report"}
)
_MAX_PLAN = 4 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments, apart from the trusted keys."""
    parser.add_argument("bundle", type=Path, help="the sealed bundle, a folder or a ZIP")
    parser.add_argument("destination", type=Path, help="where to write the public bundle")
    parser.add_argument("--plan", type=Path, required=True, help="what to withhold, in JSON")
    parser.add_argument("--key", type=Path, required=True, help="the custodian's ssh key")
    parser.add_argument("--person", required=True, help="the custodian of the public bundle")


def run(arguments: argparse.Namespace) -> SealedBundle:
    """Make the public bundle; raises like `redact`."""

    def sign(message: bytes, namespace: str) -> str:
        return sign_with_ssh_keygen(arguments.key, message, namespace)

    plan = read_plan(arguments.plan, custodian=arguments.person)
    return redact(
        arguments.bundle,
        plan,
        destination=arguments.destination,
        signers=[Signer(role=Role.CUSTODIAN, person=arguments.person, sign=sign)],
        allowed_signers=arguments.allowed_signers,
    )


def read_plan(path: Path, *, custodian: str) -> RedactionPlan:
    """Read a plan; files that it names are relative to its folder.

    Raises `BundleUnreadable` that names the invalid member.
    """
    try:
        with path.open("rb") as stream:
            value = json.loads(stream.read(_MAX_PLAN))
        unknown = sorted(value.keys() - _MEMBERS)
        if unknown:
            raise ValueError(f"it has the member {unknown[0]!r}, which is unknown in a plan")
        return _plan(value, path.parent, custodian)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BundleUnreadable(
            f"The plan {path} cannot be read: {error}.",
            remedy=f"A plan is a JSON object with some of {', '.join(sorted(_MEMBERS))}.",
        ) from error


def _plan(value: dict[str, Json], folder: Path, custodian: str) -> RedactionPlan:
    report = value.get("report")
    payload = () if report is None else (_report(folder / _text(report)),)
    return RedactionPlan(
        required_signers=(
            RequiredSigner(role=Role.CUSTODIAN, person=custodian, key_held=KeyHeld.OWN),
        ),
        fields=tuple(_field(item) for item in _objects(value, "fields")),
        exhibits=tuple(_exhibit(item, folder) for item in _objects(value, "exhibits")),
        values=_texts(value, "values"),
        harmless=_texts(value, "harmless"),
        payload=payload,
        title=_text(value.get("title", "")),
        notes=_texts(value, "notes"),
        reasons=_texts(value, "reasons"),
    )


def _field(item: dict[str, Json]) -> FieldChoice:
    exhibit, sequence = item.get("exhibit"), item.get("sequence")
    if sequence is not None and (not isinstance(sequence, int) or isinstance(sequence, bool)):
        raise ValueError(f"the sequence {sequence!r} is not a whole number")
    return FieldChoice(
        name=_text(item["name"]),
        exhibit=None if exhibit is None else _text(exhibit),
        sequence=sequence,
    )


def _exhibit(item: dict[str, Json], folder: Path) -> ExhibitChoice:
    name = _text(item["exhibit"])
    if item.get("file") is None:
        return ExhibitChoice(exhibit=name)
    source = folder / _text(item["file"])
    replacement = PayloadFile(
        path=content_path("derived", sha256_file(source), source.suffix.removeprefix(".")),
        source=source,
        title=f"Stands in for {name}",
        about=(name,),
        made_by=_text(item["made_by"]),
    )
    return ExhibitChoice(exhibit=name, replacement=replacement)


def _report(path: Path) -> PayloadFile:
    return PayloadFile(path=f"report{path.suffix}", source=path, title="Report")


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _texts(value: dict[str, Json], member: str) -> tuple[str, ...]:
    items = value.get(member, [])
    if not isinstance(items, list):
        raise TypeError(f"{member} is not a list")
    return tuple(_text(item) for item in items)


def _objects(value: dict[str, Json], member: str) -> list[dict[str, Json]]:
    items = value.get(member, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise ValueError(f"{member} is not a list of objects")
    return [item for item in items if isinstance(item, dict)]
