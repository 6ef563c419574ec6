"""How often an identification was wrong where the truth was known, said beside the verdict.

The counts are what `python -m benchmarks.weight` measured on synthetic plates on seeds that no rule
was chosen by; it writes them to `error_rates.json`, and nobody writes them by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from values.sentence import Sentence, say


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """What came of one set of plates against one number of units."""

    plates: str
    """Which plates, in words that go on after a number of them."""
    units: int
    """Units that exist, among which the plate's own was looked for."""
    identified: int
    wrong: int
    """How many of these were another unit."""
    upper95: float
    """Upper 95 % bound (Clopper-Pearson, one side) of the share that is wrong, 0-1."""

    @property
    def said(self) -> Sentence:
        """How many were wrong, and how many may be."""
        return say(
            "tested.of",
            identified=self.identified,
            plates=self.plates,
            wrong=self.wrong,
            upper95=self.upper95,
        )


@cache
def counts() -> tuple[str, tuple[Tested, ...]]:
    """Give the version of the trust in pixels that was tested, and what came of it."""
    written = files("catalog").joinpath("matching/error_rates.json").read_text(encoding="utf-8")
    kept = json.loads(written)
    return kept["trust"], tuple(Tested(**one) for one in kept["tested"])


def error_rates(units: float, *, pixels: bool) -> tuple[Sentence, ...]:
    """Say how often identifications among about so many units were wrong when tested.

    The next larger number of units that was tested speaks for `units`; `pixels` says whether the
    unit was identified from what a recogniser saw, which alone was tested.
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
