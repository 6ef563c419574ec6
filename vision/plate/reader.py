"""Read a photo within a time budget: loads the engines and runs `vision.plate.pipeline`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.sentence import say
from vision.errors import EngineMissing
from vision.ocr.engine import USUAL, EngineStatus, engine_status, load_engine, usual_engines
from vision.plate.budget import PATIENCE, Budget
from vision.plate.drawn_region import best_first
from vision.plate.pipeline import COMBINED, read_drawn, read_photo
from vision.plate.stack_reading import read_stack

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from vision.ocr.engine import TextEngine
    from vision.ocr.lattice import Lattice
    from vision.types import FieldName, FieldReading, Photo, PhotoReading, Pixels, Quad

__all__ = ["COMBINED", "PATIENCE", "EngineStatus", "Reader", "engine_status", "top_field"]

BUDGET_SECONDS = 12.0
"""Budget for one photo in CPU seconds, so that a reading does not depend on other load."""


class Reader:
    """Reads photos with one or more engines; loads them when first needed."""

    def __init__(
        self, *, engines: tuple[str, ...] | None = None, budget_seconds: float = BUDGET_SECONDS
    ) -> None:
        """Choose engines by name (default: all default engines that are installed).

        `budget_seconds` limits the work on one photo, in CPU seconds of the reading thread; after
        it, or after `PATIENCE` times as much wall-clock time, no further pass starts. Loading an
        engine counts towards neither, so that the first photo is read like any other.
        """
        self.names = engines if engines is not None else usual_engines()
        if not self.names:
            raise EngineMissing(say("reader.none", known=USUAL))
        self.budget_seconds = budget_seconds

    def read(
        self,
        photo: Photo,
        *,
        on_step: Callable[[str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        one_of_many: bool = False,
    ) -> PhotoReading:
        """Read a whole photo. `on_step` receives the current step; `cancelled` may stop it early.

        What was read before the budget ran out or the work was cancelled is returned, with a note
        that it is incomplete. `one_of_many` is for a still chosen with others of its clip: if the
        first pass shows no lettering, no further one is made, and a note says so.
        """
        engines = self._engines()
        budget = Budget(self.budget_seconds, on_step=on_step, cancelled=cancelled)
        return read_photo(photo, engines, budget, one_of_many=one_of_many)

    def read_region(self, photo: Photo, corners: Quad) -> PhotoReading:
        """Read one region that a person drew, at the region's own resolution.

        The returned region `D1` has the corners as drawn, whatever was found in it.
        """
        engines = self._engines()
        return read_drawn(photo, corners, engines, Budget(self.budget_seconds))

    def read_stack(self, exposures: Sequence[tuple[Pixels, FieldReading]]) -> Lattice | None:
        """Read one value in several exposures aligned and combined."""
        return read_stack(exposures, load_engine(self.names[0]))

    def _engines(self) -> dict[str, TextEngine]:
        """Return the engines by name; loads those not yet loaded in this process."""
        return {name: load_engine(name) for name in self.names}


def top_field(reading: PhotoReading, field: FieldName) -> FieldReading | None:
    """Return the best value of a field over all regions of a photo, or None."""
    found = [one for part in reading.combined for one in part.fields if one.field == field]
    return min(
        found, key=lambda one: best_first(one.state, one.strength, one.confidence), default=None
    )
