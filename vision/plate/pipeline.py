"""From the pixels of a photo to its reading, stage by stage.

    passes   the first engine reads the photo until nothing is in doubt
    lines    the lines are grouped into plates, and the other engines read what matters
    fields   the fields of each plate are found, once, from everything that was read
    assurance   the state of each field is decided, once

Each stage uses the result of the one before, and none goes back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vision.codes.find import read_codes
from vision.plate.assurance import Evidence, SingleEngine
from vision.plate.drawn_region import as_drawn, one_value_each, top_to_bottom
from vision.plate.fields import fields_of_one, with_fields
from vision.plate.lines import gathered, read_by_all
from vision.plate.passes import Passes
from vision.types import Engine, PhotoReading, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vision.ocr.engine import TextEngine
    from vision.plate.budget import Budget
    from vision.plate.draft import PlateDraft
    from vision.plate.views import SeenLine
    from vision.types import Code, Photo, Quad

CODE_SECONDS = 0.2
"""Seconds for the search for codes in the whole photo."""

COMBINED = Engine(name="combined", version="1", weights_sha256="")


def read_photo(
    photo: Photo, engines: Mapping[str, TextEngine], budget: Budget, *, one_of_many: bool = False
) -> PhotoReading:
    """Read a whole photo with engines by name, the first engine first."""
    first, *_ = engines.values()
    codes = read_codes(photo.pixels, budget_seconds=CODE_SECONDS)
    seen = Passes(photo, first, budget, one_of_many=one_of_many).run()
    plates = _plates(photo, seen, codes, engines, budget)
    return PhotoReading(
        photo_id=photo.photo_id,
        regions=tuple(plate.region for plate in plates),
        readings=tuple(one for plate in plates for one in own_readings([plate], _name(plate))),
        combined=tuple(combined_reading([plate], _name(plate)) for plate in plates),
        codes=plates[0].codes if plates else codes,
        seconds=budget.passed,
        notes=tuple(budget.notes),
    )


def read_drawn(
    photo: Photo, corners: Quad, engines: Mapping[str, TextEngine], budget: Budget
) -> PhotoReading:
    """Read one region that a person drew; its contents become one reading of that region."""
    first, *_ = engines.values()
    seen = Passes(photo, first, budget).run_region(corners)
    plates = _plates(photo, seen, (), engines, budget)
    blocks = top_to_bottom(plates)
    region = as_drawn(blocks, photo.photo_id, corners)
    return PhotoReading(
        photo_id=photo.photo_id,
        regions=(region,),
        readings=own_readings(blocks, region.region_id),
        combined=(combined_reading(blocks, region.region_id),) if blocks else (),
        codes=plates[0].codes if plates else (),
        seconds=budget.passed,
        notes=tuple(budget.notes),
    )


def _name(plate: PlateDraft) -> str:
    return plate.region.region_id


def _plates(
    photo: Photo,
    seen: Sequence[SeenLine],
    codes: tuple[Code, ...],
    engines: Mapping[str, TextEngine],
    budget: Budget,
) -> tuple[PlateDraft, ...]:
    """Return the plates, with their lines and fields."""
    first, *_ = engines.values()
    plates = gathered(seen, photo.photo_id, first.identity)
    plates = read_by_all(plates, photo.pixels, engines, codes, budget)
    return with_fields(plates)


def own_readings(blocks: Sequence[PlateDraft], region_id: str) -> tuple[Reading, ...]:
    """Return what each engine alone read at one place: a plate, or the blocks of a drawn region."""
    engines = dict.fromkeys(
        engine_lines.engine for block in blocks for engine_lines in block.by_engine
    )
    return tuple(_own(blocks, engine, region_id) for engine in engines)


def _own(blocks: Sequence[PlateDraft], engine: Engine, region_id: str) -> Reading:
    mine = [one for block in blocks for one in block.by_engine if one.engine == engine]
    drafts = [draft for one in mine for draft in fields_of_one(one)]
    return Reading(
        region_id=region_id,
        engine=engine,
        lines=tuple(line for one in mine for line in one.own.values()),
        fields=one_value_each([SingleEngine(draft=one, engine=engine.name) for one in drafts]),
    )


def combined_reading(blocks: Sequence[PlateDraft], region_id: str) -> Reading:
    """Return what all engines together read at one place, with the state of each field."""
    evidence = [Evidence(draft=one, plate=block) for block in blocks for one in block.fields]
    return Reading(
        region_id=region_id,
        engine=COMBINED,
        lines=tuple(line for block in blocks for line in block.shown),
        fields=one_value_each(evidence),
    )
