"""Summarise the C2PA manifest of a file, if it has one.

Works offline: remote manifests are not fetched, and no list of trusted signers is applied. So the
summary says whether the manifest fits the bytes, never whether its signer can be trusted. A missing
manifest is not a sign of fakery.
"""

from __future__ import annotations

import io
import json
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from values.sentence import say
from vision.errors import FactsUnread
from vision.types import EmbeddedFact

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKS: Final = (b"jumbc2pa", b"c2pa", b"contentcredentials")
_OFFLINE: Final = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_trust": False}
}
_MAX_ACTIONS: Final = 20


@cache
def _library() -> Any:
    """The library that reads manifests, or None if it is not installed."""
    try:
        return import_module("c2pa")
    except ImportError:
        return None


def read_credentials(data: bytes) -> Iterator[EmbeddedFact]:
    """Yield what the file's active C2PA manifest says, and whether it fits the file's bytes.

    A file without any trace of C2PA yields nothing; the library is not even called.

    Raises:
        FactsUnread: there is a trace, but the library does not exist for this system.
    """
    if not any(mark in data for mark in _MARKS):
        return
    c2pa = _library()
    if c2pa is None:
        raise FactsUnread(say("embedded.credentials-unread"))
    try:
        reader = c2pa.Reader(None, io.BytesIO(data), context=_offline_context())
    except c2pa.C2paError.ManifestNotFound:
        return
    with reader:
        store = json.loads(reader.json())
        state = str(reader.get_validation_state() or "unknown")
        embedded = bool(reader.is_embedded())
    yield _fact("Manifest in the file", "yes" if embedded else "no")
    yield _fact("Validation, without a list of trusted signers", state)
    active = store.get("manifests", {}).get(store.get("active_manifest"), {})
    yield from _manifest_facts(active)
    for status in (store.get("validation_status") or [])[:_MAX_ACTIONS]:
        yield _fact("Problem", str(status.get("explanation") or status.get("code")))


def _manifest_facts(manifest: dict[str, Any]) -> Iterator[EmbeddedFact]:
    """Yield the claimed signer, tool, time and actions."""
    signature = manifest.get("signature_info") or {}
    claimed = (
        ("Title", manifest.get("title")),
        ("Claim generator", manifest.get("claim_generator") or _generator(manifest)),
        ("Signed by", signature.get("common_name") or signature.get("issuer")),
        ("Signed at", signature.get("time")),
    )
    yield from (_fact(name, str(value)) for name, value in claimed if value)
    for assertion in manifest.get("assertions") or []:
        if str(assertion.get("label", "")).startswith("c2pa.actions"):
            for action in (assertion.get("data", {}).get("actions") or [])[:_MAX_ACTIONS]:
                yield _fact("Action", str(action.get("action")))


def _generator(manifest: dict[str, Any]) -> str | None:
    """Name and version of the program that made the claim, from the newer form."""
    infos = manifest.get("claim_generator_info") or []
    if not infos:
        return None
    return " ".join(str(infos[0].get(key, "")) for key in ("name", "version")).strip() or None


@cache
def _offline_context() -> Any:
    """Create settings under which the library opens no connection."""
    c2pa = _library()
    return c2pa.Context(c2pa.Settings.from_dict(_OFFLINE))


def _fact(name: str, value: str) -> EmbeddedFact:
    return EmbeddedFact(group="C2PA", name=name, value=value)
