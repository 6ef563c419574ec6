"""Which units compete: those of the makers and models that the plate's own words leave possible.

The fields are chained, never multiplied as if they were independent: the maker's name determines
which makers compete, the model which of their models, and only then is the serial weighed, among
the units of those makers and models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from catalog.likelihood.models import folded_reading
from catalog.matching.contradiction import (
    UNREAD,
    Named,
    Relation,
    maker_met,
    maker_named,
    model_named,
)
from catalog.numbering.count import statistics
from catalog.numbering.population import Population, population
from catalog.snapshot.cached import cached
from catalog.types import Maker
from values.sentence import Sentence, say
from values.text import fold, skeleton

if TYPE_CHECKING:
    from datetime import date

    from catalog.records.makers import MakerHit, ModelHit
    from catalog.snapshot.reader import Snapshot
    from catalog.types import FieldEvidence, Permit, Query, UnitGroup

MOST_GROUPS = 64
"""Maximum number of makers and models weighed against one plate; more means that too little was
read.
"""

LEAST_SHARE = 1e-3
"""An engine's alternative never counts as less probable than this."""

MISSPELT = 0.1
LOOKS_ALIKE = 0.1
"""Probability of a name or model with a slip, relative to an exact one; assumed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Competitor:
    """One maker and model whose units compete, and why."""

    group: UnitGroup
    population: Population
    prior: float
    """Probability of maker and model as read under this one, relative to an exact reading."""
    maker_share: float
    """The maker's part of `prior`; the rest is the model's, given the maker."""
    maker_hit: MakerHit | None
    model_hit: ModelHit | None
    maker_named: Named
    model_named: Named

    @property
    def certain(self) -> bool:
        """Whether maker and model as read were found to be these; if not, nothing is identified."""
        return all(
            named.relation in ("own", "unread") for named in (self.maker_named, self.model_named)
        )

    @property
    def found(self) -> tuple[str, ...]:
        """What was read and found to belong to this one: maker, model, both or neither."""
        named = (("maker", self.maker_named), ("model", self.model_named))
        return tuple(name for name, one in named if one.relation == "own")

    @property
    def against(self) -> tuple[Sentence, ...]:
        """What the plate names differently from this maker and model, one sentence each."""
        both = (self.maker_named, self.model_named)
        return tuple(one.said for one in both if one.said and one.relation == "another")


@dataclass(frozen=True, slots=True, kw_only=True)
class Competition:
    """All competitors, and what had to be left out or assumed."""

    competitors: tuple[Competitor, ...]
    limits: tuple[Sentence, ...]
    absent: Sentence | None
    """Why nothing competes; None if something does."""
    certain: bool
    """Whether all that remain possible were weighed; otherwise nothing can be *identified*."""


class _Found(NamedTuple):
    group: UnitGroup
    model_hit: ModelHit | None
    model_share: float


def competition(query: Query, snapshot: Snapshot, *, on: date | None = None) -> Competition:
    """Find every maker and model that the plate's words leave possible."""
    return _competition(snapshot, query.maker, query.model, on)


@cached
def _competition(
    snapshot: Snapshot, maker: FieldEvidence | None, model: FieldEvidence | None, on: date | None
) -> Competition:
    limits: list[Sentence] = []
    makers = _makers(maker, snapshot, on)
    named = _named(maker, snapshot, makers)
    allowed: tuple[str, ...] = ()
    found: list[_Found] = []
    for relations in _TRIED if model is not None else _TRIED[:2]:
        allowed = tuple(m for m, one in named.items() if one.relation in relations)
        found = _groups(model, snapshot, allowed, named)
        if found or (allowed and _unknown_to_all(model, snapshot)):
            break
    if not found and _unknown_to_all(model, snapshot):
        found = _groups(None, snapshot, allowed, named)
    if len(found) > MOST_GROUPS:
        limits.append(say("search.too-many", found=len(found), most=MOST_GROUPS))
    competitors = tuple(
        _competitor(snapshot, makers, one, named, model) for one in found[:MOST_GROUPS]
    )
    if competitors:
        limits += dict.fromkeys(said for one in competitors for said in _doubts(one))
    return Competition(
        competitors=competitors,
        limits=tuple(limits),
        absent=None if found else _absent(maker, model),
        certain=len(found) <= MOST_GROUPS,
    )


def _doubts(one: Competitor) -> tuple[Sentence, ...]:
    """Remarks on maker and model where they were not simply found."""
    return tuple(named.said for named in (one.maker_named, one.model_named) if named.said)


def _named(
    seen: FieldEvidence | None, snapshot: Snapshot, hits: dict[str, MakerHit]
) -> dict[str, Named]:
    """Return for each maker with units or permits whether the plate names it."""
    if seen is None:
        return {group.maker_id: UNREAD for group in snapshot.groups()}
    found = {}
    for maker_id in dict.fromkeys(group.maker_id for group in snapshot.groups()):
        known = snapshot.maker(maker_id) or Maker(maker_id=maker_id, canonical=maker_id)
        hit = hits.get(maker_id)
        found[maker_id] = maker_named(seen, known) if hit is None else maker_met(seen, hit, known)
    return found


_TRIED: tuple[tuple[Relation, ...], ...] = (
    ("own", "unread"),
    ("own", "unread", "perhaps"),
    ("own", "unread", "perhaps", "another"),
)
"""Whose units compete: those that the plate names, otherwise those that it may name; and if a model
was read that only others make, theirs, with the maker's name counting against them.
"""


def _makers(seen: FieldEvidence | None, snapshot: Snapshot, on: date | None) -> dict[str, MakerHit]:
    if seen is None:
        return {}
    hits: dict[str, MakerHit] = {}
    for text in (seen.text, *(text for text, _ in seen.alternatives)):
        for hit in snapshot.find_maker(text, on):
            hits.setdefault(hit.maker_id, hit)
        if hits:
            break
    return hits


def _groups(
    seen: FieldEvidence | None,
    snapshot: Snapshot,
    allowed: tuple[str, ...],
    named: dict[str, Named],
) -> list[_Found]:
    groups = [group for group in snapshot.groups() if group.maker_id in allowed]
    if seen is None:
        return [_Found(group, None, 1.0) for group in groups]
    hits = _models(seen, snapshot, (None,) if len(allowed) == len(named) else allowed)
    return [
        _Found(group, *hits[group.maker_id, fold(group.model)])
        for group in groups
        if (group.maker_id, fold(group.model)) in hits
    ]


def _models(
    seen: FieldEvidence, snapshot: Snapshot, makers: tuple[str | None, ...]
) -> dict[tuple[str, str], tuple[ModelHit, float]]:
    """Find models exactly or by a declared variant, each with the probability of the reading.

    An engine's own alternatives count with their probability; a machine's text that agrees except
    for look-alike characters (O and 0, I and 1) counts a little. Similarity alone never does.
    """
    hits: dict[tuple[str, str], tuple[ModelHit, float]] = {}
    texts = ((seen.text, 1.0), *seen.alternatives)
    for maker_id in makers:
        for text, share in texts:
            for hit in snapshot.find_model(maker_id, text):
                hits.setdefault((hit.maker_id, fold(hit.model)), (hit, max(share, LEAST_SHARE)))
    if hits or seen.origin != "machine":
        return hits
    wanted = skeleton(folded_reading(seen.text))
    for group in snapshot.groups():
        if (None in makers or group.maker_id in makers) and skeleton(fold(group.model)) == wanted:
            for hit in snapshot.find_model(group.maker_id, group.model):
                hits.setdefault((hit.maker_id, fold(hit.model)), (hit, LOOKS_ALIKE))
    return hits


def _unknown_to_all(seen: FieldEvidence | None, snapshot: Snapshot) -> bool:
    """Whether a machine's reading of the model is nobody's model, and so says nothing."""
    return (
        seen is not None and seen.origin == "machine" and not snapshot.find_model(None, seen.text)
    )


def _competitor(
    snapshot: Snapshot,
    makers: dict[str, MakerHit],
    found: _Found,
    named: dict[str, Named],
    model: FieldEvidence | None,
) -> Competitor:
    maker_hit = makers.get(found.group.maker_id)
    maker_share = MISSPELT if maker_hit is not None and not maker_hit.exact else 1.0
    return Competitor(
        group=found.group,
        population=population_of(snapshot, found.group.group_id),
        prior=maker_share * found.model_share,
        maker_share=maker_share,
        maker_hit=maker_hit,
        model_hit=found.model_hit,
        maker_named=named[found.group.maker_id],
        model_named=model_named(model, found.group.model, found=found.model_hit is not None),
    )


def _text(seen: FieldEvidence | None) -> str:
    return seen.text if seen else ""


def _absent(maker: FieldEvidence | None, model: FieldEvidence | None) -> Sentence:
    if model is not None:
        return say("absent.model", model=model.text, maker=maker.text if maker else "")
    if maker is not None:
        return say("absent.maker", maker=maker.text)
    return say("absent.anything")


def applications(snapshot: Snapshot, group: UnitGroup) -> tuple[Permit, ...]:
    """Return the applications for a maker's model that were never approved."""
    return _applications(snapshot, group.maker_id, group.model)


@cached
def _applications(snapshot: Snapshot, maker_id: str, model: str) -> tuple[Permit, ...]:
    return snapshot.permits_for(maker_id=maker_id, model=model, never_approved=True)


def population_of(snapshot: Snapshot, group_id: int, *, factor: float = 1.0) -> Population:
    """Build a group's population (see `population.population`)."""
    return _population_of(snapshot, group_id, factor)


@cached
def _population_of(snapshot: Snapshot, group_id: int, factor: float) -> Population:
    # None, or in an outdated form: then the serials themselves are used.
    counted = snapshot.statistics(group_id) or statistics(snapshot.keys(group_id))
    return population(counted, factor=factor)
