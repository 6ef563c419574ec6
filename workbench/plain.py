"""Values to plain JSON and back, where a room does not do it itself."""

from __future__ import annotations

import json
from dataclasses import asdict, is_dataclass
from typing import TYPE_CHECKING, Any, cast

from vision.types import CopyEvidence, EmbeddedFact, EmbeddedFacts, Fingerprint

if TYPE_CHECKING:
    from collections.abc import Mapping

    from evidence_store.types import Json


def plain(value: Any) -> Json:
    """A value as JSON knows it: dataclasses to objects, tuples to lists."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    return cast("Json", json.loads(json.dumps(value, ensure_ascii=False)))


def embedded_from(value: Any) -> EmbeddedFacts:
    """Embedded facts as they were recorded; none for a frame, which has no file of its own."""
    if not isinstance(value, dict):
        return EmbeddedFacts(facts=())
    return EmbeddedFacts(
        facts=tuple(EmbeddedFact(**fact) for fact in value["facts"]),
        captured_at=value["captured_at"],
        latitude=value["latitude"],
        longitude=value["longitude"],
        problems=tuple(value["problems"]),
    )


def fingerprint_from(value: Mapping[str, Any]) -> Fingerprint:
    """A fingerprint as it was recorded."""
    return Fingerprint(
        **{
            **value,
            "hashes": tuple((name, bits) for name, bits in value["hashes"]),
        }
    )


def evidence_from(value: Mapping[str, Any]) -> CopyEvidence:
    """The evidence for a copy as it was recorded."""
    outline = value["outline"]
    return CopyEvidence(
        photo_a=value["photo_a"],
        photo_b=value["photo_b"],
        relation=value["relation"],
        distances=tuple((name, distance) for name, distance in value["distances"]),
        inliers=value["inliers"],
        homography=None if value["homography"] is None else tuple(value["homography"]),
        outline=None if outline is None else tuple((x, y) for x, y in outline),  # type: ignore[arg-type]
        why=value["why"],
    )
