"""List permit lines with unknown serials: redacted, or known by quantity only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.matching.contradiction import on_behalf
from catalog.matching.results import Candidate
from catalog.records.makers import shown_maker
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from catalog.matching.competitors import Competitor
    from catalog.snapshot.reader import Snapshot
    from catalog.types import Delivery, FeatureScore, FieldEvidence, Permit, PermitLine

    Features = Callable[[Competitor, str, str, tuple[float, float]], tuple[FeatureScore, ...]]

MOST_PERMITS = 200
"""Permits of one model that are searched for such lines."""


def open_lines(
    snapshot: Snapshot,
    competitors: tuple[Competitor, ...],
    limit: int,
    *,
    every: bool,
    features: Features,
    seen: FieldEvidence | None,
) -> tuple[Candidate, ...]:
    """List lines of the competing models whose units' serials are not known, up to `limit`.

    `every` also lists lines with known serials, for a plate whose serial was not read; `seen` is
    the maker's name as read.
    """
    found: list[Candidate] = []
    for competitor in competitors:
        if len(found) >= limit or not (every or competitor.group.unserialised):
            continue
        for permit, line, delivery in _lines(snapshot, competitor, every=every):
            if len(found) >= limit:
                break
            found.append(_candidate(snapshot, competitor, permit, line, delivery, features, seen))
    return tuple(found)


def _lines(
    snapshot: Snapshot, competitor: Competitor, *, every: bool
) -> Iterator[tuple[Permit, PermitLine, Delivery | None]]:
    group = competitor.group
    permits = snapshot.permits_for(maker_id=group.maker_id, model=group.model, never_approved=False)
    for permit in permits[:MOST_PERMITS]:
        for line in permit.lines:
            if snapshot.group(line.maker_id, line.model) != group:
                continue
            for delivery in line.deliveries:
                if every or not all(serial.is_unit for serial in delivery.serials):
                    yield permit, line, delivery
            if every and not line.deliveries:
                yield permit, line, None


def _candidate(
    snapshot: Snapshot,
    competitor: Competitor,
    permit: Permit,
    line: PermitLine,
    delivery: Delivery | None,
    features: Features,
    seen: FieldEvidence | None,
) -> Candidate:
    against = () if on_behalf(seen, permit) else competitor.against
    known = snapshot.maker(line.maker_id)
    maker = known.canonical if known else line.maker_as_written
    return Candidate(
        key=f"{permit.permit_id}/{delivery.delivery_id if delivery else line.line_id}/",
        maker_id=line.maker_id,
        maker=maker,
        model=line.model,
        permit=permit,
        line=line,
        delivery=delivery,
        serial=None,
        weight=None,
        band=None,
        verdict="contradicted" if against else "consistent_with_model_only",
        features=features(
            competitor, shown_maker(maker, line.maker_as_written), line.model, (0.0, 0.0)
        ),
        characters=(),
        fit=None,
        neighbours=(),
        sensitivity=(),
        limits=(say("candidate.line-not-compared"),),
        explanation=(
            *against,
            say("candidate.not-this-line") if against else _only(competitor),
        ),
        against=against,
    )


def _only(competitor: Competitor) -> Sentence:
    """Describe what on the plate was found to match this line."""
    if not competitor.found:
        return say("candidate.nothing-found")
    return say("candidate.only-found", found=competitor.found)
