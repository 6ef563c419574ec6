"""`data/ro-crate-metadata.json`: the same description for programs that know RO-Crate 1.1.

Times come from the log, not from the moment of sealing, so that the bytes are always the same.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeAlias

from evidence_store.types import Json

if TYPE_CHECKING:
    from datetime import datetime

    from evidence_store.bundle.description import Description, FileAccount

Node: TypeAlias = dict[str, Json]

_CONTEXT = "https://w3id.org/ro/crate/1.1/context"
_CONFORMS = "https://w3id.org/ro/crate/1.1"


def crate_bytes(description: Description, *, last_entry_at: datetime) -> bytes:
    """Write the crate: the bundle as a Dataset, each file, and how each derivative was made."""
    files = [_file(file) for file in description.files]
    graph: list[Json] = [
        _descriptor(),
        _root(description, last_entry_at),
        *files,
        *(_action(file) for file in description.files if file.derived_from or file.made_by),
        *_software(description),
    ]
    # The crate's own context lacks the term `sha256`, so it is defined here.
    context: Json = [_CONTEXT, {"sha256": "https://w3id.org/ro/terms/workflow-run#sha256"}]
    crate = {"@context": context, "@graph": graph}
    return json.dumps(crate, indent=1, sort_keys=True, ensure_ascii=True).encode("ascii") + b"\n"


def _descriptor() -> Node:
    return {
        "@id": "ro-crate-metadata.json",
        "@type": "CreativeWork",
        "about": {"@id": "./"},
        "conformsTo": {"@id": _CONFORMS},
    }


def _root(description: Description, last_entry_at: datetime) -> Node:
    words = ["Signed evidence bundle. Check it as VERIFY.txt says before relying on it."]
    if description.synthetic:
        words.append("It contains synthetic material.")
    if description.public:
        words.append("It is a public bundle: some fields or photos are withheld.")
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": description.title,
        "description": " ".join([*words, *description.notes]),
        "datePublished": last_entry_at.date().isoformat(),
        "identifier": f"{description.log.name}@{description.log.size}",
        "license": "All rights in the material stay with whoever holds them.",
        "hasPart": [{"@id": _local(file.path)} for file in description.files],
        "mentions": [
            {"@id": _action_id(file)}
            for file in description.files
            if file.derived_from or file.made_by
        ],
    }


def _file(file: FileAccount) -> Node:
    node: Node = {
        "@id": _local(file.path),
        "@type": "File",
        "name": file.title or _local(file.path),
        "contentSize": str(file.size),
        "encodingFormat": file.media_type,
        "sha256": file.sha256,
    }
    if file.about:
        node["about"] = ", ".join(file.about)
    return node


def _action(file: FileAccount) -> Node:
    return {
        "@id": _action_id(file),
        "@type": "CreateAction",
        "name": f"Making of {_local(file.path)}",
        "description": file.made_by,
        "object": [{"@id": _local(path)} for path in file.derived_from],
        "result": {"@id": _local(file.path)},
    }


def _software(description: Description) -> list[Node]:
    nodes: list[Node] = []
    for number, software in enumerate(description.software, start=1):
        node: Node = {
            "@id": f"#software-{number}",
            "@type": "SoftwareApplication",
            "name": software.name,
            "softwareVersion": software.version,
        }
        if software.sha256:
            node["sha256"] = software.sha256
        nodes.append(node)
    return nodes


def _local(path: str) -> str:
    return path.removeprefix("data/")


def _action_id(file: FileAccount) -> str:
    return f"#made-{file.sha256[:16]}-{_local(file.path).replace('/', '-')}"
