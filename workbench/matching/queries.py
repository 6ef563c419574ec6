"""The only bridge from vision to catalog: what stands for a plate becomes a query.

A person's word replaces the machine's and is never multiplied with it. Where a person was unsure,
the machine's doubt is passed on: its alternatives and its lattice, fused over the exposures of the
plate. A rejected field is left out of the query.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.types import FieldEvidence, Query
from vision.fusion.fuse import FusedLikelihood, fuse
from workbench.types import AskedField, Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vision.ocr.lattice import Lattice
    from vision.types import FieldName, FieldReading, PhotoReading
    from workbench.types import FieldStanding, PlateView, SearchedField


def build_query(
    plate: PlateView,
    readings: Mapping[str, PhotoReading],
    exposures: Mapping[str, str],
    *,
    stack: Lattice | None = None,
) -> Query:
    """The query for one plate; `stack` is its serial as read from all exposures averaged.

    `readings` holds the stored reading of each of its exhibits. `exposures` gives the exposure that
    each exhibit shows: a repost has that of the exhibit it repeats, and counts once.
    """
    standings = {standing.field: standing for standing in plate.fields}

    def evidence(field: FieldName) -> FieldEvidence | None:
        standing = standings.get(field)
        if standing is None or standing.judgement is Judgement.REJECTED:
            return None
        if standing.human_text:
            return FieldEvidence(text=standing.human_text, origin="human")
        found = readings_of_field(field, plate, readings, exposures)
        return _machine_evidence(found, standing, stack if field == "serial" else None)

    return Query(
        maker=evidence("maker"),
        model=evidence("model"),
        serial=evidence("serial"),
        part_number=evidence("part_number"),
    )


def readings_of_field(
    field: FieldName,
    plate: PlateView,
    readings: Mapping[str, PhotoReading],
    exposures: Mapping[str, str],
) -> list[tuple[str, FieldReading, str]]:
    """Each exhibit with this field of the plate, its reading, and the exposure that it shows."""
    return [
        (exhibit_id, item, exposures.get(exhibit_id, exhibit_id))
        for exhibit_id, region_id in plate.members
        if exhibit_id in readings
        for combined in readings[exhibit_id].combined
        if combined.region_id == region_id
        for item in combined.fields
        if item.field == field
    ]


def _machine_evidence(
    found: Sequence[tuple[str, FieldReading, str]],
    standing: FieldStanding,
    stack: Lattice | None,
) -> FieldEvidence | None:
    if not found:
        return None
    readings = tuple(item for _exhibit, item, _exposure in found)
    exposures = tuple(exposure for _exhibit, _item, exposure in found)
    fused = readings[0] if len(readings) == 1 else fuse(readings, exposures=exposures, stack=stack)
    return FieldEvidence(
        text=fused.text or standing.machine_text,
        origin="code" if fused.source.rule.startswith("code") else "machine",
        alternatives=tuple((item.text, item.probability) for item in fused.alternatives),
        likelihood=fused.lattice,
    )


def asked_fields(query: Query) -> dict[SearchedField, AskedField]:
    """A query as recorded: texts, origins and alternatives (lattices stay in readings)."""
    fields: dict[SearchedField, FieldEvidence | None] = {
        "maker": query.maker,
        "model": query.model,
        "serial": query.serial,
        "part_number": query.part_number,
    }
    return {
        name: AskedField(
            text=evidence.text,
            origin=evidence.origin,
            alternatives=evidence.alternatives,
            stack=_stack_of(evidence),
        )
        for name, evidence in fields.items()
        if evidence is not None
    }


def _stack_of(evidence: FieldEvidence) -> str | None:
    """What was read from all exposures together, if they were averaged."""
    seen = evidence.likelihood
    if isinstance(seen, FusedLikelihood) and seen.stack is not None:
        return seen.stack.text
    return None
