"""Values of `vision` that the screens' tables hold as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from values.sentence import recorded
from vision.types import CopyEvidence, EmbeddedFacts, Fingerprint
from words import en
from workbench.codec import Codec

if TYPE_CHECKING:
    from evidence_store.types import Json

_EMBEDDED: Final = Codec(EmbeddedFacts)
_FINGERPRINT: Final = Codec(Fingerprint)
_EVIDENCE: Final = Codec(CopyEvidence)


def plain(value: object) -> Json:
    """A value in JSON types: tuples become lists."""
    written: Json = json.loads(json.dumps(value, ensure_ascii=False))
    return written


def embedded_from(value: object) -> EmbeddedFacts:
    """Embedded facts as recorded; none for a frame, which has no file of its own."""
    return EmbeddedFacts(facts=()) if value is None else _EMBEDDED.read(value)


def embedded_as_shown(facts: EmbeddedFacts) -> EmbeddedFacts:
    """Embedded facts as they are recorded: problems with the text that people are shown.

    Raises what `words.en.text` raises for a problem that is not a valid sentence.
    """
    return replace(facts, problems=tuple(recorded(one, en.text) for one in facts.problems))


def fingerprint_from(value: object) -> Fingerprint:
    """A fingerprint as recorded."""
    return _FINGERPRINT.read(value)


def as_shown(evidence: CopyEvidence) -> CopyEvidence:
    """The evidence for a copy as it is recorded: with the text that people are shown."""
    return replace(evidence, why=recorded(evidence.why, en.text))


def evidence_from(value: object) -> CopyEvidence:
    """The evidence for a copy as recorded."""
    return _EVIDENCE.read(value)
