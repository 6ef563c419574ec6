"""Weigh a unit on the single exposures, without their stack.

A stack is one picture combined from all exposures; it is derived, never evidence by itself. Where
the exposures differ, it can show one clear wrong character, of which the recogniser is then as sure
as of a right one. It may therefore strengthen an identification, but not make one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from catalog.likelihood.exposures import TRUST, stacked
from catalog.likelihood.models import serial_model
from catalog.likelihood.weight import Competitors, weigh_group, weigh_unit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from catalog.likelihood.descent import SortedKeys
    from catalog.likelihood.exposures import Trust
    from catalog.likelihood.models import SerialModel
    from catalog.likelihood.weight import UnitWeight
    from catalog.numbering.population import Population
    from catalog.types import FieldEvidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Competing:
    """One group of competing units: how many exist, the catalogued ones, and its prior."""

    population: Population
    keys: SortedKeys
    prior: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutStack:
    """A reading of a serial, weighed in every group without the stack of its exposures."""

    model: SerialModel
    groups: Competitors

    @classmethod
    def of(
        cls,
        evidence: FieldEvidence,
        all_units: Population,
        groups: Sequence[Competing],
        *,
        trust: Trust = TRUST,
    ) -> WithoutStack | None:
        """Weigh the single exposures; None without a stack, or with nothing left to compare."""
        if evidence.likelihood is None or not stacked(evidence.likelihood):
            return None
        model = serial_model(evidence, all_units, trust=replace(trust, stack=0.0))
        if model is None:
            return None
        weighed = (weigh_group(model, one.population, one.keys, prior=one.prior) for one in groups)
        return cls(model=model, groups=Competitors(groups=tuple(weighed)))

    def unit(self, of: int, key: str, *, factor: float = 1.0) -> UnitWeight:
        """Weigh the unit with this folded serial in group number `of`."""
        raw = key.encode()
        likelihood = float(self.model.of_keys(np.array([raw]), len(raw))[0])
        return weigh_unit(
            self.groups,
            self.groups.groups[of],
            likelihood,
            ceiling=self.model.ceiling,
            factor=factor,
            key=key,
        )
