"""How often an identification was wrong in tests with known truth, shown with the verdict.

The counts come from `python -m benchmarks.weight` on synthetic plates, with seeds that were not
used to choose any rule; it writes them to `error_rates.json`, which nobody edits by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from values.sentence import Sentence, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """The result of one set of plates tested against one number of units."""

    plates: str
    """Description of the plates, to follow their number."""
    units: int
    """Number of existing units, among which the plate's own was searched."""
    identified: int
    wrong: int
    """How many of these were another unit."""
    upper95: float
    """Upper 95 % bound (Clopper-Pearson, one side) of the share that is wrong, 0-1."""

    @property
    def said(self) -> Sentence:
        """Describe how many were wrong, and how many may be."""
        return say(
            "tested.of",
            identified=self.identified,
            plates=self.plates,
            wrong=self.wrong,
            upper95=self.upper95,
        )


@cache
def counts() -> tuple[str, tuple[Tested, ...]]:
    """Return the version of the trust in pixels that was tested, and the results."""
    written = files("catalog").joinpath("matching/error_rates.json").read_text(encoding="utf-8")
    kept = json.loads(written)
    return kept["trust"], tuple(Tested(**one) for one in kept["tested"])


def error_rates(units: float, *, pixels: bool) -> tuple[Sentence, ...]:
    """Report how often identifications among about this many units were wrong when tested.

    The next larger tested number of units stands for `units`; `pixels` says whether the unit was
    identified from an engine's pixel reading; only that was tested.
    """
    if not pixels:
        return (say("tested.not"),)
    sizes = sorted({one.units for one in counts()[1]})
    size = next((size for size in sizes if size >= units), sizes[-1])
    return (
        say("tested.among", units=float(size), more=units > size),
        *(one.said for one in counts()[1] if one.units == size and one.identified),
        say("tested.real"),
    )
