"""Manifests in the only form that is written and accepted: sorted, unique, like `sha256sum`.

BagIt allows more (any order, any white space, percent signs); a single form leaves an attacker no
room, since any other byte is a fault.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from evidence_store.bundle.layout import ManifestLine
from evidence_store.bundle.safe_names import is_safe_name
from evidence_store.types import Fault, Sha256
from values.hashes import SHA256

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_LINES = 500_000
MAX_BYTES = 322 * MAX_LINES
"""No valid line is longer than 64 + 2 + 255 + 1 bytes."""
_MAX_FAULTS = 1_000

_LINE = re.compile(rf"(?P<sha256>{SHA256})  (?P<path>[^\r\n]+)")


def manifest_bytes(lines: Iterable[ManifestLine]) -> bytes:
    """Return the bytes of a manifest, its lines in byte order of their paths."""
    ordered = sorted(lines, key=lambda line: line.path)
    return "".join(line.text() for line in ordered).encode("ascii")


def parse_manifest(
    data: bytes, *, where: str
) -> tuple[tuple[ManifestLine, ...], tuple[Fault, ...]]:
    """Parse a manifest strictly: the valid lines, and a fault for every other."""
    if len(data) > MAX_BYTES or data.count(b"\n") > MAX_LINES:
        return (), (_fault(where, f"It has more than {MAX_LINES:,} lines."),)
    faults: list[Fault] = []
    lines: list[ManifestLine] = []
    text, broken = _ascii(data, where)
    faults.extend(broken)
    if text and not text.endswith("\n"):
        faults.append(_fault(where, "The last line does not end with a line feed."))
    for number, row in enumerate(_rows(text), start=1):
        match = _LINE.fullmatch(row)
        place = f"{where}, line {number}"
        if match is None:
            faults.append(_fault(place, "This line does not have the form that sha256sum prints."))
        elif not is_safe_name(match["path"]):
            faults.append(_fault(place, f"The name {match['path']!r} is not safe."))
        else:
            lines.append(ManifestLine(sha256=Sha256(match["sha256"]), path=match["path"]))
    faults.extend(_order_faults(lines, where))
    return tuple(lines), tuple(faults[:_MAX_FAULTS])


def _ascii(data: bytes, where: str) -> tuple[str, list[Fault]]:
    try:
        return data.decode("ascii"), []
    except UnicodeDecodeError:
        fault = _fault(where, "It contains bytes that are not ASCII.")
        return data.decode("ascii", errors="replace"), [fault]


def _rows(text: str) -> Iterator[str]:
    rows = text.split("\n")
    yield from rows[:-1] if rows[-1] == "" else rows


def _order_faults(lines: list[ManifestLine], where: str) -> list[Fault]:
    paths = [line.path for line in lines]
    faults = []
    if len(set(paths)) != len(paths):
        counts = Counter(paths)
        twice = sorted(path for path in counts if counts[path] > 1)[:5]
        faults.append(_fault(where, f"It lists a file twice: {', '.join(twice)}."))
    elif paths != sorted(paths):
        faults.append(_fault(where, "Its lines are not in order."))
    return faults


def _fault(where: str, message: str) -> Fault:
    return Fault(code="manifest-form", where=where, message=message)
