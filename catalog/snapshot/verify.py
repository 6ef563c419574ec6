"""Check a snapshot's members against its manifest, and list every fault."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from catalog.snapshot.manifest import MANIFEST_NAME

if TYPE_CHECKING:
    from catalog.snapshot.container import MappedContainer
    from catalog.snapshot.manifest import SnapshotManifest


def faults_of(container: MappedContainer, manifest: SnapshotManifest) -> tuple[str, ...]:
    """Compare names, sizes and hashes; an empty tuple means that everything is as declared."""
    listed = {member.name for member in manifest.members} | {MANIFEST_NAME}
    faults = [
        f"Member {name} is not in the manifest." for name in container.names if name not in listed
    ]
    for member in manifest.members:
        if member.name not in container.names:
            faults.append(f"Member {member.name} is missing.")
            continue
        digest, size = hashlib.sha256(), 0
        for chunk in container.read_chunks(member.name):
            digest.update(chunk)
            size += len(chunk)
        if size != member.size:
            faults.append(f"Member {member.name} has {size} bytes instead of {member.size}.")
        elif digest.hexdigest() != member.sha256:
            faults.append(f"Member {member.name} has a different SHA-256 from its manifest.")
    return tuple(faults)
