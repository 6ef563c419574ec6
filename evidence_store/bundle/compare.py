"""Check that a public bundle really comes from the sealed one that it names."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from evidence_store.bundle.description import DescriptionMalformed, parse_description
from evidence_store.bundle.errors import BundleUnreadable
from evidence_store.bundle.hashing import sha256_file
from evidence_store.bundle.layout import CHECKPOINT, DESCRIPTION, ENTRIES, TAG_MANIFEST
from evidence_store.bundle.record import read_lines
from evidence_store.types import Fault

if TYPE_CHECKING:
    from pathlib import Path


def comparison_faults(public: Path, sealed: Path) -> tuple[Fault, ...]:
    """Compare a public bundle with a sealed one; both must have been verified separately.

    They must have the same leaves under the same checkpoint, and the public one must name the
    sealed one's tag manifest. Raises `BundleUnreadable` if the sealed one cannot be opened.
    """
    try:
        withheld = parse_description((public / DESCRIPTION).read_bytes()).withheld
        tag_manifest = sha256_file(sealed / TAG_MANIFEST)
        same_leaves = all(
            ours == theirs
            for ours, theirs in itertools.zip_longest(
                read_lines(public / ENTRIES), read_lines(sealed / ENTRIES)
            )
        )
        same_note = (public / CHECKPOINT).read_bytes() == (sealed / CHECKPOINT).read_bytes()
    except (OSError, DescriptionMalformed) as error:
        raise BundleUnreadable(
            f"The sealed bundle {sealed} cannot be opened: {error}.",
            remedy="Give the folder of the sealed bundle that the public one was made from.",
        ) from error
    faults = []
    if withheld is None:
        faults.append(_fault(DESCRIPTION, "It is not a public bundle."))
    elif withheld.sealed_tag_manifest != tag_manifest:
        faults.append(_fault(DESCRIPTION, "It names another sealed bundle as its source."))
    if not same_leaves:
        faults.append(_fault(ENTRIES, "Its leaves differ from those of the sealed bundle."))
    if not same_note:
        faults.append(_fault(CHECKPOINT, "Its checkpoint differs from that of the sealed bundle."))
    return tuple(faults)


def _fault(where: str, message: str) -> Fault:
    return Fault(code="not-from-sealed", where=where, message=message)
