"""From what a plate says to the catalog units it may belong to, each explained and weighed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from catalog import compare
from catalog.alone import Competing, LooksAlone
from catalog.bands import VERSION as SCALE
from catalog.bands import band, times
from catalog.competitors import (
    Competition,
    Competitor,
    applications,
    competition,
    population_of,
)
from catalog.confusions import UNREADABLE
from catalog.coverage import coverage_note
from catalog.likelihood import LatticeModel, serial_model
from catalog.open_lines import open_lines
from catalog.population import union
from catalog.results import Candidate, Fit, SearchResult, Sensitivity
from catalog.status import never_approved
from catalog.tested import error_rates
from catalog.verdicts import (
    NEARLY,
    NOT_BY_MACHINE,
    WORDS,
    result_verdict,
    unit_verdict,
    without_stack,
)
from catalog.waterfall import CharacterWeights, Nearest, against_the_next, field_bits
from catalog.weight import (
    ALGORITHM,
    FITS_FROM,
    IDENTIFIES_FROM,
    GroupWeight,
    Scored,
    UnitWeight,
    weigh_group,
    weigh_unit,
)

if TYPE_CHECKING:
    from datetime import date

    import numpy.typing as npt

    from catalog.likelihood import SerialModel
    from catalog.results import CharacterWeight
    from catalog.snapshot import Snapshot
    from catalog.types import FeatureScore, FieldEvidence, Permit, Query, Unit, Verdict

NEAR_MISSES = 3
"""Where no catalogued unit fits, up to this many of those that miss by least are shown."""

SENSITIVE = 3
"""For this many of the best candidates the weight is also shown under other assumptions."""

PRIOR = (
    "“Identifies” is said only of a unit that is at least 99.9 % probable, if before the plate was "
    "read every unit taken to exist was equally probable; and at least 95 % without the picture "
    "of the exposures laid over each other, where there is one."
)
MOVED = (
    "The weight speaks of the plate. How often plates are moved or forged is not known and stands "
    "beside the number, not in it: were it one in a thousand, no reading could raise the "
    "probability that the item itself is this unit above 99.9 %."
)


def search(
    query: Query,
    snapshot: Snapshot,
    *,
    limit: int = 20,
    on: date | None = None,
    sensitivity: bool = True,
) -> SearchResult:
    """Find and weigh the catalog units that a plate may belong to.

    `on` is the day the plate was made, if known: it only adds a note about names out of use.
    `sensitivity` also weighs the best candidates under other error rates and other N̂. Nothing that
    was read makes it raise; a damaged snapshot raises CatalogError.
    """
    field = competition(query, snapshot, on=on)
    one = _Search(query=query, snapshot=snapshot, field=field)
    seen = query.serial
    model = None
    if seen is not None and field.competitors:
        model = serial_model(seen, union(tuple(c.population for c in field.competitors)))
    if seen is None or model is None:
        return one.without_serial(limit)
    groups = tuple(
        weigh_group(model, c.population, snapshot.sorted_keys(c.group.group_id), prior=c.prior)
        for c in field.competitors
    )
    weighed = _Weighed(search=one, serial=seen, model=model, groups=groups)
    return weighed.result(limit, sensitivity=sensitivity)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """One query against one snapshot, with the makers and models that compete."""

    query: Query
    snapshot: Snapshot
    field: Competition

    def without_serial(self, limit: int) -> SearchResult:
        """Answer where no serial could be compared: at most maker and model are consistent."""
        if not self.field.competitors:
            return self.answer((), "not_in_catalog", self.field.absent)
        lines = self.open_lines(limit, every=True)
        return self.answer(
            lines,
            "consistent_with_model_only" if lines else "inconclusive",
            "No serial of this maker and model could be read, so no unit can be told from another. "
            + self._named(len(lines)),
        )

    def open_lines(self, limit: int, *, every: bool) -> tuple[Candidate, ...]:
        """List permit lines of the model that no serial speaks for (or against)."""
        return open_lines(
            self.snapshot, self.field.competitors, limit, every=every, features=self.features
        )

    def features(
        self, competitor: Competitor, line_maker: str, line_model: str, bits: tuple[float, float]
    ) -> tuple[FeatureScore, ...]:
        """Compare maker and model of a line with what was read."""
        return (
            compare.maker(self.query.maker, line_maker, competitor.maker_hit, bits[0]),
            compare.model(self.query.model, line_model, competitor.model_hit, bits[1]),
        )

    def answer(
        self,
        candidates: tuple[Candidate, ...],
        verdict: Verdict,
        explanation: str,
        *,
        uncatalogued_fitting: float = 0.0,
    ) -> SearchResult:
        """Put a result together with what it rests on."""
        return SearchResult(
            query=self.query,
            candidates=candidates,
            verdict=verdict,
            snapshot_sha256=self.snapshot.sha256,
            algorithm=f"{ALGORITHM}; scale {SCALE}",
            coverage_note=coverage_note(self.snapshot, self.field),
            explanation=explanation,
            applications=self._applications(),
            limits=(*self.field.limits, PRIOR, MOVED),
            uncatalogued_fitting=uncatalogued_fitting,
        )

    def _applications(self) -> tuple[Permit, ...]:
        return tuple(
            permit
            for competitor in self.field.competitors
            for permit in applications(self.snapshot, competitor.group)
        )

    def _named(self, lines: int) -> str:
        return f"{lines} permit lines name the maker and model." if lines else ""


@dataclass(frozen=True, kw_only=True)
class _Weighed:
    """A search in which a serial was read and weighed in every group that competes."""

    search: _Search
    serial: FieldEvidence
    model: SerialModel
    groups: tuple[GroupWeight, ...]

    def result(self, limit: int, *, sensitivity: bool) -> SearchResult:
        """Make candidates of the units that fit, best first, and say what they come to."""
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
        )
        if verdict in {"not_in_catalog", "consistent_with_model_only", "inconclusive"}:
            candidates += self.search.open_lines(max(limit - len(candidates), 0), every=False)
        return self.search.answer(
            tuple(candidates[:limit]),
            verdict,
            self._explanation(verdict, shown=len(chosen)),
            uncatalogued_fitting=max(self._fit.fitting - catalogued, 0.0),
        )

    def _chosen(self) -> list[tuple[int, Scored]]:
        """Order the catalogued serials that fit, or the nearest ones where none does."""
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
        """Fetch the records that bear a serial; applications never approved delivered nothing."""
        group_id = self.search.field.competitors[of].group.group_id
        places = range(scored.position, scored.position + scored.copies)
        units = self.search.snapshot.units(group_id, places)
        return tuple(unit for unit in units if not never_approved(unit.permit))

    def _candidate(self, of: int, scored: Scored, unit: Unit, *, sensitive: bool) -> Candidate:
        competitor = self.search.field.competitors[of]
        factor = compare.part_number_factor(self.search.query.part_number, unit.line)
        weight = self._weight(self.groups, of, scored.likelihood, factor)
        fit = self._fit
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
            certain=self.search.field.certain and told_apart,
            alone=alone,
        )
        shares = [c.maker_share for c in self.search.field.competitors]
        bits = field_bits(self.groups, shares, of, scored.likelihood)
        neighbours = self._nearest[of].beside(scored)
        said = _explain(unit, weight, fit, verdict) + without_stack(weight, alone)
        said += against_the_next(weight, verdict, neighbours)
        if verdict == "identifies_catalog_unit":
            said += "\n" + error_rates(weight.units, pixels=pixels)
        elif weight.posterior >= IDENTIFIES_FROM and not told_apart:
            said += "\n" + NOT_BY_MACHINE
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
            band=band(weight.lr),
            verdict=verdict,
            features=(
                *self.search.features(competitor, maker, unit.line.model, bits[:2]),
                compare.part_number(self.search.query.part_number, unit.line),
                compare.serial(
                    self.serial,
                    unit.serial.value,
                    bits[2],
                    units=weight.units,
                    fitting=fit.words,
                ),
            ),
            characters=self._characters(unit.key, bits[2]),
            fit=fit,
            neighbours=neighbours,
            sensitivity=self._sensitivity(of, scored, factor) if sensitive else (),
            limits=self._limits(of, scored),
            explanation=said,
        )

    def _weight(
        self, groups: tuple[GroupWeight, ...], of: int, likelihood: float, factor: float
    ) -> UnitWeight:
        return weigh_unit(groups, groups[of], likelihood, ceiling=self.model.ceiling, factor=factor)

    def _characters(self, key: str, serial_bits: float) -> tuple[CharacterWeight, ...]:
        """Split a serial's bits among its characters; what its length adds up to is kept."""
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
            Nearest.of(self.groups, group, ceiling=self.model.ceiling) for group in self.groups
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

    def _limits(self, of: int, scored: Scored) -> tuple[str, ...]:
        competitor, group = self.search.field.competitors[of], self.groups[of]
        limits = [f"How many units are taken to exist (N̂): {group.population.basis}."]
        if scored.copies > 1:
            limits.append(f"{scored.copies} catalog records bear this serial; they contradict.")
        if competitor.group.unserialised:
            limits.append(
                f"{competitor.group.unserialised} delivered units of this model have no serial on "
                "record; they neither match nor exclude."
            )
        if group.bounded > 0:
            share = group.bounded / max(group.total, 1e-300)
            limits.append(
                f"Units that were not scored one by one are counted from above, as {share:.2g} of "
                "all probability."
            )
        return tuple(limits)

    def _sensitivity(self, of: int, scored: Scored, factor: float) -> tuple[Sensitivity, ...]:
        """Weigh the unit again for a reader who errs more or less, and for other N̂."""
        rows = []
        for label, errs, beyond in ASSUMPTIONS:
            model = self.model if errs == 1.0 else self.model.scaled(errs)
            groups = tuple(self._again(model, place, beyond) for place in range(len(self.groups)))
            key = scored.key.encode()
            likelihood = float(model.of_keys(_one(key), len(key))[0])
            weight = weigh_unit(
                groups, groups[of], likelihood, ceiling=model.ceiling, factor=factor
            )
            rows.append(Sensitivity(assumption=label, lr=weight.lr, posterior=weight.posterior))
        if self._alone is not None:
            weight = self._alone.unit(of, scored.key, factor=factor)
            rows.append(Sensitivity(assumption=ALONE, lr=weight.lr, posterior=weight.posterior))
        return tuple(rows)

    @cached_property
    def _alone(self) -> LooksAlone | None:
        """The same reading without the picture in which its looks were laid over each other."""
        competitors = self.search.field.competitors
        groups = [
            Competing(
                population=c.population,
                keys=self.search.snapshot.sorted_keys(c.group.group_id),
                prior=c.prior,
            )
            for c in competitors
        ]
        everyone = union(tuple(c.population for c in competitors))
        return LooksAlone.of(self.serial, everyone, groups)

    def _again(self, model: SerialModel, place: int, beyond: float) -> GroupWeight:
        competitor = self.search.field.competitors[place]
        group_id = competitor.group.group_id
        population = competitor.population
        if beyond != 1.0:
            population = population_of(self.search.snapshot, group_id, factor=beyond)
        keys = self.search.snapshot.sorted_keys(group_id)
        return weigh_group(model, population, keys, prior=competitor.prior)

    def _explanation(self, verdict: Verdict, *, shown: int) -> str:
        fit = self._fit
        listed = fit.catalogued_fitting
        fewer = (
            f" Only {shown} of these are shown, the likeliest first; the others fit as well or "
            "nearly so."
            if listed > shown
            else ""
        )
        return (
            f"{WORDS[verdict]} {fit.words} what was read; {listed:,} of them "
            f"{'is' if listed == 1 else 'are'} in the catalog, which holds {fit.catalogued:,} "
            f"serials of the makers and models that compete.{fewer}"
        )


ASSUMPTIONS = (
    ("the reader errs half as often", 0.5, 1.0),
    ("the reader errs twice as often", 2.0, 1.0),
    ("the reader errs five times as often", 5.0, 1.0),
    ("half as many units exist (never fewer than the largest number seen)", 1.0, 0.5),
    ("twice as many units exist", 1.0, 2.0),
)
"""What the weight is shown under besides: label, factor on the error rate, factor on N̂."""

ALONE = "without the picture of the exposures laid over each other"


def _one(key: bytes) -> npt.NDArray[np.bytes_]:
    return np.array([key], dtype=f"S{len(key)}")


def _explain(unit: Unit, weight: UnitWeight, fit: Fit, verdict: Verdict) -> str:
    ratio = weight.lr if weight.lr >= 1.0 else 1.0 / weight.lr
    more = "more" if weight.lr >= 1.0 else "less"
    return (
        f"The findings are {times(ratio)} times {more} probable if the plate is of unit "
        f"{unit.serial.value} than if it is of another unit of that maker and model "
        f"({band(weight.lr)}; scale {SCALE}). 1/p = {times(weight.lr)}, where p is how probable "
        f"such findings are from another unit, relative to this one. The unit was picked out of "
        f"n = {weight.compared:,} in the catalog, and the more are looked through, the more "
        f"easily one fits by chance: 1/(np) = {times(weight.after_search)}. {fit.words} the "
        f"reading. {WORDS[verdict]}"
    )
