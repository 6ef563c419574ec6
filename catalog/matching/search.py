"""Search the catalog for the units that a plate may belong to, each explained and weighed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from catalog.confusions import UNREADABLE
from catalog.likelihood.models import LatticeModel, serial_model
from catalog.likelihood.weight import (
    ALGORITHM,
    FITS_FROM,
    Competitors,
    GroupWeight,
    Scored,
    UnitWeight,
    weigh_group,
    weigh_unit,
)
from catalog.matching import compare
from catalog.matching.bands import VERSION as SCALE
from catalog.matching.bands import scale_words
from catalog.matching.competitors import (
    Competition,
    Competitor,
    applications,
    competition,
    population_of,
)
from catalog.matching.contradiction import Named, on_behalf, part_number_named
from catalog.matching.coverage import coverage_note
from catalog.matching.error_rates import error_rates
from catalog.matching.identification import (
    ALONE_FROM,
    CONTRADICTED,
    IDENTIFIES_FROM,
    NEARLY,
    NOT_BY_MACHINE,
    SAID,
    result_verdict,
    supports,
    unit_verdict,
    without_stack,
)
from catalog.matching.leads import leads
from catalog.matching.open_lines import open_lines
from catalog.matching.results import Candidate, Fit, SearchResult, Sensitivity
from catalog.matching.waterfall import CharacterWeights, Nearest, against_the_next, field_bits
from catalog.matching.without_stack import Competing, WithoutStack
from catalog.numbering.population import union
from catalog.records.makers import shown_maker
from catalog.records.placeholders import placeholder
from catalog.records.status import delivered, never_approved
from catalog.types import Query
from values.sentence import Sentence, say

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

    from catalog.likelihood.models import SerialModel
    from catalog.matching.results import CharacterWeight
    from catalog.snapshot.reader import Snapshot
    from catalog.types import FeatureScore, FieldEvidence, Permit, Unit, Verdict

NEAR_MISSES = 3
"""If no catalogued unit fits, up to this many of the nearest are shown."""

SENSITIVE = 3
"""For this many of the best candidates the weight is also shown under other assumptions."""

PRIOR: Final = say("search.prior", identifies_from=IDENTIFIES_FROM, alone_from=ALONE_FROM)
MOVED: Final = say("search.moved")
"""Included in every result."""


def search(
    query: Query,
    snapshot: Snapshot,
    *,
    limit: int = 20,
    on: date | None = None,
    sensitivity: bool = True,
) -> SearchResult:
    """Find and weigh the catalog units that a plate may belong to.

    `on` is the day the plate was made, if known: it only adds a note about names no longer in use.
    `sensitivity` also weighs the best candidates under other error rates and other N̂. No reading
    makes it raise; a damaged snapshot raises CatalogError.
    """
    query, said = _with_values(query)
    if said and query == Query():
        nothing = Competition(competitors=(), limits=(), absent=None, certain=False)
        one = _Search(query=query, snapshot=snapshot, field=nothing)
        why = (say("search.not-a-value", field=name, read=read) for name, read in said.items())
        return one.answer((), "inconclusive", (say("search.nothing-asked"), *why))
    field = competition(query, snapshot, on=on)
    if said:
        bare = (say("search.not-compared", field=name, read=read) for name, read in said.items())
        field = replace(field, limits=(*field.limits, *bare))
    one = _Search(query=query, snapshot=snapshot, field=field)
    seen = query.serial
    model = None
    if seen is not None and field.competitors:
        model = serial_model(seen, union(tuple(c.population for c in field.competitors)))
    if seen is None or model is None:
        return one.without_serial(limit)
    groups = Competitors(
        groups=tuple(
            weigh_group(model, c.population, snapshot.sorted_keys(c.group.group_id), prior=c.prior)
            for c in field.competitors
        )
    )
    weighed = _Weighed(search=one, serial=seen, model=model, competitors=groups)
    return weighed.result(limit, sensitivity=sensitivity)


def _with_values(query: Query) -> tuple[Query, dict[str, str]]:
    """Remove fields with placeholders (unknown, N/A, 20 units), and return which."""
    said = {
        name: field.text
        for name in ("maker", "model", "serial", "part_number")
        if (field := getattr(query, name)) is not None
        and placeholder(field.text) not in ("", "zeros")
    }
    bare = dict.fromkeys(said)
    return (replace(query, **bare) if said else query), said


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """One query against one snapshot, with the makers and models that compete."""

    query: Query
    snapshot: Snapshot
    field: Competition

    def without_serial(self, limit: int) -> SearchResult:
        """Answer if no serial could be compared: at most maker and model are consistent."""
        if not self.field.competitors:
            absent = self.field.absent
            return self.answer((), "not_in_catalog", (absent,) if absent else ())
        lines = self.open_lines(limit, every=True)
        verdict: Verdict = "inconclusive"
        if lines:
            against = all(candidate.verdict == "contradicted" for candidate in lines)
            verdict = "contradicted" if against else "consistent_with_model_only"
        why = dict.fromkeys(one for line in lines for one in line.against)
        return self.answer(lines, verdict, (*why, say("search.no-serial"), *self._permits(lines)))

    def _permits(self, lines: tuple[Candidate, ...]) -> tuple[Sentence, ...]:
        """Report how many permits name what was read, and how many of them are shown."""
        total = sum(self.snapshot.permits_of(c.group.group_id) for c in self.field.competitors)
        shown = len({candidate.permit.permit_id for candidate in lines})
        if not total:
            return ()
        found = {c.found for c in self.field.competitors}
        alike = found.pop() if len(found) == 1 else ()
        return (say("search.permits", total=total, shown=min(shown, total), found=alike),)

    def open_lines(self, limit: int, *, every: bool) -> tuple[Candidate, ...]:
        """List permit lines of the model without serials that could be compared."""
        return open_lines(
            self.snapshot,
            self.field.competitors,
            limit,
            every=every,
            features=self.features,
            seen=self.query.maker,
        )

    def features(
        self, competitor: Competitor, line_maker: str, line_model: str, bits: tuple[float, float]
    ) -> tuple[FeatureScore, ...]:
        """Compare maker and model of a line with the reading."""
        return (
            compare.maker(
                self.query.maker, line_maker, competitor.maker_hit, bits[0], competitor.maker_named
            ),
            compare.model(
                self.query.model, line_model, competitor.model_hit, bits[1], competitor.model_named
            ),
        )

    def answer(
        self,
        candidates: tuple[Candidate, ...],
        verdict: Verdict,
        explanation: tuple[Sentence, ...],
        *,
        uncatalogued_fitting: float = 0.0,
        fits: bool = False,
    ) -> SearchResult:
        """Assemble a result with its basis."""
        return SearchResult(
            query=self.query,
            candidates=candidates,
            verdict=verdict,
            snapshot_sha256=self.snapshot.sha256,
            algorithm=f"{ALGORITHM}; scale {SCALE}",
            coverage_note=coverage_note(self.snapshot, self.field),
            explanation=explanation,
            applications=self._applications(),
            leads=leads(
                self.snapshot,
                tuple(c.group for c in self.field.competitors),
                model=self.query.model,
                serial=self.query.serial,
                fits=fits,
            ),
            limits=(*self.field.limits, PRIOR, MOVED),
            uncatalogued_fitting=uncatalogued_fitting,
        )

    def _applications(self) -> tuple[Permit, ...]:
        return tuple(
            permit
            for competitor in self.field.competitors
            for permit in applications(self.snapshot, competitor.group)
        )


@dataclass(frozen=True, kw_only=True)
class _Weighed:
    """A search in which a serial was read and weighed in every competing group."""

    search: _Search
    serial: FieldEvidence
    model: SerialModel
    competitors: Competitors

    @property
    def groups(self) -> tuple[GroupWeight, ...]:
        """The competing groups, each weighed."""
        return self.competitors.groups

    def result(self, limit: int, *, sensitivity: bool) -> SearchResult:
        """Turn the fitting units into candidates, best first, and return the verdict."""
        chosen = self._chosen()[:limit]
        candidates: list[Candidate] = []
        for place, (of, scored) in enumerate(chosen):
            units = self._units(of, scored)
            candidates += [
                self._candidate(of, scored, unit, sensitive=sensitivity and place < SENSITIVE)
                for unit in units
            ]
        catalogued = self._fit.catalogued_fitting
        verdict = result_verdict(
            candidates[0].verdict if candidates else None,
            best_posterior=max((c.weight.posterior for c in candidates if c.weight), default=0.0),
            catalogued_fitting=catalogued,
            readable=2 * self.serial.text.count(UNREADABLE) <= len(self.serial.text),
            unserialised=any(c.group.open_permits for c in self.search.field.competitors),
        )
        if verdict in {"not_in_catalog", "consistent_with_model_only", "inconclusive"}:
            candidates += self.search.open_lines(max(limit - len(candidates), 0), every=False)
        return self.search.answer(
            tuple(candidates[:limit]),
            verdict,
            self._explanation(verdict, shown=len(chosen)),
            uncatalogued_fitting=max(self._fit.fitting - catalogued, 0.0),
            fits=bool(catalogued),
        )

    def _chosen(self) -> list[tuple[int, Scored]]:
        """Order the catalogued serials that fit, or the nearest ones if none does."""
        ranked = sorted(
            (
                (-scored.likelihood * group.prior, place, scored.key, scored)
                for place, group in enumerate(self.groups)
                for scored in group.scored
                if scored.position >= 0
            ),
            key=lambda item: item[:3],
        )
        threshold = FITS_FROM * self.model.ceiling
        fitting = [(of, scored) for _, of, _, scored in ranked if scored.likelihood >= threshold]
        return fitting or [(of, scored) for _, of, _, scored in ranked[:NEAR_MISSES]]

    def _units(self, of: int, scored: Scored) -> tuple[Unit, ...]:
        """Fetch the records with a serial, except those of applications without deliveries.

        A unit delivered without an approval is a unit like any other, with a finding of its own.
        """
        group_id = self.search.field.competitors[of].group.group_id
        places = range(scored.position, scored.position + scored.copies)
        units = self.search.snapshot.units(group_id, places)
        return tuple(
            unit for unit in units if not never_approved(unit.permit) or delivered(unit.delivery)
        )

    def _candidate(self, of: int, scored: Scored, unit: Unit, *, sensitive: bool) -> Candidate:
        competitor = self.search.field.competitors[of]
        named = self._named(competitor, unit)
        against = tuple(
            one.said for one in named.values() if one.said and one.relation == "another"
        )
        factor = compare.part_number_factor(self.search.query.part_number, unit.line)
        for name in ("maker", "model"):
            factor *= named[name].factor
        weight = weigh_unit(
            self.competitors,
            self.groups[of],
            scored.likelihood,
            ceiling=self.model.ceiling,
            factor=factor,
            key=scored.key,
        )
        fit = replace(self._fit, units=weight.units)
        alone = 1.0
        if weight.posterior >= NEARLY and self._alone is not None:
            alone = self._alone.unit(of, scored.key, factor=factor).posterior
        pixels = isinstance(self.model, LatticeModel)
        by_machine = self.serial.origin == "machine"
        told_apart = not by_machine or competitor.population.in_a_sequence(scored.key)
        verdict = unit_verdict(
            weight,
            catalogued_fitting=fit.catalogued_fitting,
            copies=scored.copies,
            certain=self.search.field.certain and competitor.certain and told_apart,
            alone=alone,
            contradicted=bool(against),
        )
        shares = [c.maker_share for c in self.search.field.competitors]
        bits = field_bits(self.competitors, shares, of, scored.likelihood, scored.key)
        given = tuple(
            own + math.log2(named[name].factor)
            for name, own in zip(("maker", "model"), bits, strict=False)
        )
        shown = replace(competitor, maker_named=named["maker"], model_named=named["model"])
        neighbours = self._nearest[of].beside(scored)
        said = (*against, *_explain(unit, weight, fit, verdict))
        if weight.fits and not against:
            said += without_stack(weight, alone)
            said += against_the_next(weight, verdict, neighbours)
        tested: tuple[Sentence, ...] = ()
        if verdict == "identifies_catalog_unit":
            tested = error_rates(weight.units, pixels=pixels)
        elif weight.posterior >= IDENTIFIES_FROM and not told_apart:
            tested = (NOT_BY_MACHINE,)
        maker = self._maker(unit)
        return Candidate(
            key=f"{unit.permit.permit_id}/{unit.delivery.delivery_id}/{unit.key}",
            maker_id=unit.line.maker_id,
            maker=maker,
            model=unit.line.model,
            permit=unit.permit,
            line=unit.line,
            delivery=unit.delivery,
            serial=unit.serial,
            weight=weight,
            band=supports(weight, verdict),
            verdict=verdict,
            features=(
                *self.search.features(
                    shown,
                    shown_maker(maker, unit.line.maker_as_written),
                    unit.line.model,
                    (given[0], given[1]),
                ),
                compare.part_number(self.search.query.part_number, unit.line),
                compare.serial(self.serial, unit.serial.value, bits[2], fit),
            ),
            characters=self._characters(unit.key, bits[2]),
            fit=fit,
            neighbours=neighbours,
            sensitivity=self._sensitivity(of, scored, factor) if sensitive else (),
            limits=self._limits(of, scored),
            explanation=said,
            against=against,
            tested=tested,
        )

    def _named(self, competitor: Competitor, unit: Unit) -> dict[str, Named]:
        """What maker, model and part number on the plate say about one unit."""
        query, maker = self.search.query, competitor.maker_named
        if maker.relation == "another" and on_behalf(query.maker, unit.permit):
            maker = Named(
                relation="perhaps",
                said=say("plate.on-behalf", read=query.maker.text if query.maker else ""),
            )
        return {
            "maker": maker,
            "model": competitor.model_named,
            "part_number": part_number_named(query.part_number, unit.line),
        }

    def _characters(self, key: str, serial_bits: float) -> tuple[CharacterWeight, ...]:
        """Split a serial's bits among its characters; what its length contributes is preserved."""
        length = len(key.encode())
        if length not in self._by_length:
            self._by_length[length] = CharacterWeights.of(
                self.model.profiles[0], self.groups, length
            )
        weights = self._by_length[length]
        return weights.bits(key, serial_bits) if weights else ()

    @cached_property
    def _by_length(self) -> dict[int, CharacterWeights | None]:
        return {}

    @cached_property
    def _nearest(self) -> tuple[Nearest, ...]:
        return tuple(
            Nearest.of(self.competitors, group, ceiling=self.model.ceiling) for group in self.groups
        )

    @cached_property
    def _fit(self) -> Fit:
        return Fit(
            fitting=sum(group.fitting for group in self.groups),
            units=sum(group.population.size for group in self.groups),
            catalogued_fitting=sum(group.catalogued_fitting for group in self.groups),
            catalogued=sum(group.population.catalogued for group in self.groups),
        )

    def _maker(self, unit: Unit) -> str:
        known = self.search.snapshot.maker(unit.line.maker_id)
        return known.canonical if known else unit.line.maker_as_written

    def _limits(self, of: int, scored: Scored) -> tuple[Sentence, ...]:
        competitor, group = self.search.field.competitors[of], self.groups[of]
        place = group.population.place_of(scored.key)
        limits = [*group.population.basis_for(place)]
        if scored.copies > 1:
            limits.append(say("candidate.copies", copies=int(scored.copies)))
        if competitor.group.unserialised:
            limits.append(say("candidate.unserialised", count=competitor.group.unserialised))
        if group.bounded > 0:
            share = group.bounded / max(group.total, 1e-300)
            limits.append(say("candidate.bounded", share=float(share)))
        return tuple(limits)

    def _sensitivity(self, of: int, scored: Scored, factor: float) -> tuple[Sensitivity, ...]:
        """Weigh the unit again with higher and lower error rates, and with other N̂."""
        rows = []
        for errs, beyond in ASSUMPTIONS:
            model = self.model if errs == 1.0 else self.model.scaled(errs)
            groups = Competitors(
                groups=tuple(self._again(model, place, beyond) for place in range(len(self.groups)))
            )
            key = scored.key.encode()
            likelihood = float(model.of_keys(_one(key), len(key))[0])
            weight = weigh_unit(
                groups,
                groups.groups[of],
                likelihood,
                ceiling=model.ceiling,
                factor=factor,
                key=scored.key,
            )
            rows.append(
                Sensitivity(
                    assumption=_assumed(errs, beyond), lr=weight.lr, posterior=weight.posterior
                )
            )
        if self._alone is not None:
            weight = self._alone.unit(of, scored.key, factor=factor)
            rows.append(
                Sensitivity(
                    assumption=say("assumed.exposures-alone"),
                    lr=weight.lr,
                    posterior=weight.posterior,
                )
            )
        return tuple(rows)

    @cached_property
    def _alone(self) -> WithoutStack | None:
        """The same reading without the stack of its exposures."""
        competitors = self.search.field.competitors
        groups = [
            Competing(
                population=c.population,
                keys=self.search.snapshot.sorted_keys(c.group.group_id),
                prior=c.prior,
            )
            for c in competitors
        ]
        all_units = union(tuple(c.population for c in competitors))
        return WithoutStack.of(self.serial, all_units, groups)

    def _again(self, model: SerialModel, place: int, beyond: float) -> GroupWeight:
        competitor = self.search.field.competitors[place]
        group_id = competitor.group.group_id
        population = competitor.population
        if beyond != 1.0:
            population = population_of(self.search.snapshot, group_id, factor=beyond)
        keys = self.search.snapshot.sorted_keys(group_id)
        return weigh_group(model, population, keys, prior=competitor.prior)

    def _explanation(self, verdict: Verdict, *, shown: int) -> tuple[Sentence, ...]:
        fit = self._fit
        listed = fit.catalogued_fitting
        if not fit.catalogued:
            none = say("search.no-serials-on-record")
            return (SAID[verdict], none, *self._cannot_be_told())
        fits = say(
            "search.fits",
            fitting=fit.fitting,
            of=fit.units,
            listed=listed,
            catalogued=fit.catalogued,
        )
        fewer = (say("search.shown", shown=shown),) if listed > shown else ()
        return (SAID[verdict], fits, *fewer, *(() if listed else self._cannot_be_told()))

    def _cannot_be_told(self) -> tuple[Sentence, ...]:
        """Report how many units have no serial on record, so that one of them may be the item."""
        groups = [competitor.group for competitor in self.search.field.competitors]
        permits = sum(group.open_permits for group in groups)
        if not permits:
            return ()
        units = sum(group.without_serials for group in groups)
        return (say("search.unserialised", units=units, permits=permits),)


ASSUMPTIONS: Final = ((0.5, 1.0), (2.0, 1.0), (5.0, 1.0), (1.0, 0.5), (1.0, 2.0))
"""Other assumptions under which the weight is shown: factor on the error rate, factor on N̂."""


def _assumed(errs: float, beyond: float) -> Sentence:
    if errs != 1.0:
        return say("assumed.errors", factor=errs)
    return say("assumed.units", factor=beyond)


def _one(key: bytes) -> npt.NDArray[np.bytes_]:
    return np.array([key], dtype=f"S{len(key)}")


def _explain(unit: Unit, weight: UnitWeight, fit: Fit, verdict: Verdict) -> tuple[Sentence, ...]:
    serial = unit.serial.value
    if not weight.fits:
        return (say("weight.no-fit", serial=serial, times=1 / FITS_FROM), SAID[verdict])
    return (
        _weight(serial, weight, verdict),
        say("weight.one-over-p", lr=weight.lr),
        say("weight.picked", compared=weight.compared, after_search=weight.after_search),
        say("weight.fits", fitting=fit.fitting, of=fit.units),
        SAID[verdict],
    )


def _weight(serial: str, weight: UnitWeight, verdict: Verdict) -> Sentence:
    """Describe how much more (or less) probable the findings are, and the degree of support."""
    supported = supports(weight, verdict)
    if supported == CONTRADICTED:
        return say("weight.contradicted", lr=weight.lr, serial=serial, scale=SCALE)
    words = scale_words(weight.lr)
    if supported.id == "band.supports":
        return say("weight.supports", lr=weight.lr, serial=serial, support=words, scale=SCALE)
    return say("weight.supports-another", lr=weight.lr, serial=serial, support=words, scale=SCALE)
