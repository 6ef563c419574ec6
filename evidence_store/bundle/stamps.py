"""Timestamps in a bundle: whether each covers its seal, and whether its authority is trusted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evidence_store.bundle.errors import TimestampFailed
from evidence_store.bundle.seals import (
    numbered,
    present_seal,
    read_seal,
    read_signature_files,
    reseal,
)
from evidence_store.bundle.timestamp import (
    TimestampInvalid,
    TimestampMalformed,
    answers,
    ask_authority,
    asks,
    check_stamp,
    make_request,
    read_roots,
    read_stamp,
)
from evidence_store.types import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from cryptography.x509 import Certificate


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedStamp:
    """One timestamp that covers one seal of the bundle."""

    path: str
    at: datetime
    """The time given by the authority."""
    trusted: bool
    """True if its signature is valid under a root certificate given from outside."""
    covers: frozenset[str]
    """Paths listed by the stamped seal, to which the authority's time applies."""


def check_stamps(
    files: Mapping[str, bytes], *, roots: Path | None
) -> tuple[tuple[CheckedStamp, ...], tuple[Fault, ...]]:
    """Check every timestamp and every stored request among the files of `signatures/`.

    Without `roots`, a timestamp that covers its seal is returned as not trusted. Raises
    `TimestampMalformed` if `roots` contains no certificate.
    """
    trusted = None if roots is None else read_roots(roots)
    stamps: list[CheckedStamp] = []
    faults: list[Fault] = []
    for path in sorted(files):
        stem, _, suffix = path.rpartition(".")
        seal = files.get(f"{stem}.sha256")
        if suffix not in ("tsq", "tsr") or seal is None:
            continue
        if suffix == "tsq":
            if not asks(files[path], hashlib.sha256(seal).digest()):
                words = "It is not a timestamp request for its seal in the required form."
                faults.append(Fault(code="timestamp-request", where=path, message=words))
            continue
        result = _check_one(path, files[path], seal, files.get(f"{stem}.tsq"), trusted)
        if isinstance(result, Fault):
            faults.append(result)
        else:
            stamps.append(result)
    return tuple(stamps), tuple(faults)


def _check_one(
    path: str,
    answer: bytes,
    seal: bytes,
    request: bytes | None,
    roots: tuple[Certificate, ...] | None,
) -> CheckedStamp | Fault:
    try:
        stamp = read_stamp(answer)
        if not answers(stamp, message=seal, request=request):
            words = "It is not the answer for its seal."
            return Fault(code="timestamp-foreign", where=path, message=words)
        if roots is not None:
            check_stamp(answer, message=seal, roots=roots)
    except TimestampMalformed as error:
        return Fault(code="timestamp-form", where=path, message=error.message)
    except TimestampInvalid as error:
        return Fault(code="timestamp-invalid", where=path, message=error.message)
    listed, _ = read_seal(path, seal)
    return CheckedStamp(
        path=path, at=stamp.at, trusted=roots is not None, covers=frozenset(listed.listed)
    )


def keep_request(top: Path) -> str:
    """Create and store a request over the bundle's current seal, under a new one; returns path."""
    seal, number = present_seal(top)
    path = numbered(number, "tsq")
    reseal(top, {path: make_request(seal)})
    return path


def attach_answer(top: Path, answer: bytes) -> str:
    """Attach an authority's answer to the earlier seal that it covers, under a new seal.

    Raises `TimestampFailed` if it answers no stored request, or the request is already answered.
    """
    files = read_signature_files(top)
    stamp = read_stamp(answer)
    for path in sorted(files):
        stem, _, suffix = path.rpartition(".")
        if suffix != "tsq" or f"{stem}.tsr" in files:
            continue
        if answers(stamp, message=files[f"{stem}.sha256"], request=files[path]):
            reseal(top, {f"{stem}.tsr": answer})
            return f"{stem}.tsr"
    raise TimestampFailed(
        "The answer matches no open request of this bundle.",
        remedy="Send the .tsq file of this bundle and attach the answer to it.",
    )


def stamp_bundle(top: Path, urls: Sequence[str]) -> tuple[str, ...]:
    """Have the bundle's seal stamped by each authority in turn; returns the paths of the answers.

    Each stamp covers the ones before it. Raises `AuthorityUnavailable` or `TimestampMalformed` at
    the first that fails; the request to it stays in the bundle for a later answer.
    """
    paths = []
    for url in urls:
        request = (top / keep_request(top)).read_bytes()
        paths.append(attach_answer(top, ask_authority(url, request)))
    return tuple(paths)
