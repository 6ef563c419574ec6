"""Check payload documents: JSON must be unambiguous, and the crate must agree with the rest.

JSON parsers differ on duplicate names in one object: some use the first value, others the last. A
bundle with such a document is refused.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, NoReturn

from evidence_store.bundle.hashing import open_plain
from evidence_store.bundle.layout import CRATE, DESCRIPTION, PAYLOAD
from evidence_store.bundle.rocrate import crate_bytes
from evidence_store.types import Fault
from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from evidence_store.bundle.description import Description

MAX_DOCUMENT = 64 * 1024 * 1024
"""Largest JSON document that is parsed, in bytes; the reading of a large photo has about 1 MB, the
tables of a case of 100,000 exhibits more than this.
"""

RULES: Final = Declared(
    "bundle-document",
    test="tests/unit/evidence_store/bundle/test_documents.py",
    source="docs/bundle-format.md, section 4",
    units={
        "MAX_DOCUMENT": "bytes",
    },
)


def document_faults(top: Path, description: Description) -> Iterator[Fault]:
    """Yield a fault for every payload document that is invalid or ambiguous JSON."""
    for path, size in _documents(description):
        if size > MAX_DOCUMENT:
            continue
        try:
            with open_plain(top / path) as stream:
                data = stream.read(MAX_DOCUMENT + 1)
        except OSError:
            continue  # a missing or unreadable file is already a fault
        problem = _problem(data)
        if problem:
            yield Fault(code="document-form", where=path, message=problem)


def too_large(description: Description) -> int:
    """Number of JSON documents of the payload that are too large to check."""
    return sum(size > MAX_DOCUMENT for _, size in _documents(description))


def _documents(description: Description) -> Iterator[tuple[str, int]]:
    for file in description.files:
        if file.path.startswith(f"{PAYLOAD}/") and file.path.endswith(".json"):
            yield file.path, file.size


def crate_faults(
    top: Path, description: Description, last_entry_at: datetime | None
) -> Iterator[Fault]:
    """Compare the crate with `bundle.json` and the log, byte for byte."""
    if last_entry_at is None:
        return
    right = crate_bytes(description, last_entry_at=last_entry_at)
    try:
        with open_plain(top / CRATE) as stream:
            if stream.read(len(right) + 1) == right:
                return
    except OSError:
        return  # as above
    words = f"It does not say what {DESCRIPTION} and the log say, in the required form."
    yield Fault(code="crate-form", where=CRATE, message=words)


def _problem(data: bytes) -> str:
    try:
        json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        return f"It is not JSON that all programs read the same way: {error}."
    return ""


def _once(members: list[tuple[str, object]]) -> None:
    names = {name for name, _ in members}
    if len(names) != len(members):
        twice = next(name for name in names if [n for n, _ in members].count(name) > 1)
        raise ValueError(f"the name {twice[:60]!r} occurs twice in one object")


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")
