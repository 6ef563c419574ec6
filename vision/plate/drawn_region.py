"""A region that a person drew: its corners stay as drawn, and it gets one reading.

The machine may find several text blocks in the drawn region, or none. The person says that it is
one place, so there is one region with one reading; the outlines of the blocks are stored beside it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from vision.plate.assurance import Evidence, SingleEngine, assure, with_state
from vision.shapes import letters_and_digits
from vision.types import Alternative, PlateRegion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.plate.draft import FieldDraft, PlateDraft
    from vision.types import FieldReading, Quad, ReadingState

_ORDER = {"stated": 0, "offered": 1, "unreadable": 2}


def top_to_bottom(blocks: Sequence[PlateDraft]) -> list[PlateDraft]:
    """Order the blocks found in a drawn region from top to bottom, then left to right."""
    return sorted(blocks, key=lambda block: _place(block.region.corners))


def as_drawn(
    blocks: Sequence[PlateDraft], photo_id: str, corners: Quad, *, region_id: str = "D1"
) -> PlateRegion:
    """Combine the blocks found in a drawn region into one region with the person's corners."""
    return PlateRegion(
        region_id=region_id,
        photo_id=photo_id,
        corners=corners,
        confidence=1.0,
        drawn=True,
        found=tuple(block.region.corners for block in blocks),
    )


def one_value_each(evidence: Sequence[Evidence | SingleEngine]) -> tuple[FieldReading, ...]:
    """Return each field of a drawn region once, from the evidence in all blocks.

    If two blocks give a field differently, the surer value is offered, never stated, and names the
    other.
    """
    names = dict.fromkeys(one.draft.field for one in evidence)
    return tuple(_one_value([one for one in evidence if one.draft.field == name]) for name in names)


def best_first(state: ReadingState, strength: float, confidence: float) -> tuple[int, float]:
    """Sort key for readings of one field, best first: by state, then by rule and pixels."""
    return _ORDER[state], -strength * (0.3 + 0.7 * confidence)


def _place(corners: Quad) -> tuple[float, float]:
    """The centre of an outline as (y, x), to sort top to bottom and then left to right."""
    return sum(y for _, y in corners) / 4, sum(x for x, _ in corners) / 4


def _one_value(evidence: Sequence[Evidence | SingleEngine]) -> FieldReading:
    """The surest value of one field; offered at most where blocks differ."""
    best, *rest = sorted(evidence, key=_rank)
    others: dict[str, FieldDraft] = {}
    for one in rest:
        key = letters_and_digits(one.draft.text)
        if key and key != letters_and_digits(best.draft.text):
            others.setdefault(key, one.draft)
    if not others:
        return with_state(best)
    draft = best.draft
    named = [
        *(other for other in draft.alternatives if letters_and_digits(other.text) not in others),
        *(Alternative(text=one.text, probability=one.confidence) for one in others.values()),
    ]
    together = max(1.0, draft.confidence + sum(other.probability for other in named))
    draft = replace(
        draft,
        confidence=draft.confidence / together,
        alternatives=tuple(
            replace(other, probability=other.probability / together)
            for other in sorted(named, key=lambda other: -other.probability)
        ),
        elsewhere=tuple(other.text for other in others.values()),
        lattice=None,  # it covers only one block
    )
    return with_state(replace(best, draft=draft))


def _rank(evidence: Evidence | SingleEngine) -> tuple[int, float]:
    draft = evidence.draft
    return best_first(assure(evidence).state, draft.strength, draft.confidence)
