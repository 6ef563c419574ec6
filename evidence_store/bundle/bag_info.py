"""`bag-info.txt`: the only file of a bag with the time of sealing, and without free text."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from evidence_store.bundle.instructions import SEALED_AT
from evidence_store.bundle.layout import VERSION
from evidence_store.bundle.signers import format_time, parse_time

AGENT = "Nameplate"

_STATED = re.compile(rf"^{SEALED_AT}: (\d{{14}}Z)$", re.MULTILINE)


def bag_info_bytes(*, files: int, size: int, sealed_at: datetime, log: str) -> bytes:
    """Write `bag-info.txt` for a payload of this many files and bytes, one label per line."""
    lines = [
        f"Bag-Software-Agent: {AGENT}",
        f"Bagging-Date: {sealed_at.astimezone(UTC).date().isoformat()}",
        f"External-Identifier: {log}",
        f"Nameplate-Bundle-Version: {VERSION}",
        f"{SEALED_AT}: {format_time(sealed_at)}",
        f"Payload-Oxum: {size}.{files}",
    ]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def stated_time(data: bytes) -> datetime | None:
    """Parse the time of sealing stated by the custodian; None if there is none."""
    match = _STATED.search(data.decode("ascii", errors="replace"))
    try:
        return None if match is None else parse_time(match[1])
    except ValueError:
        return None
