"""Independent captures of a plate: the exposures that show it, and since when it is known.

Used by screens, with rows of their tables, and by the case state, with its records.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from workbench.types import PlateView

_YEAR = re.compile(r"\d{4}(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The parts of an exhibit needed to count captures; dates as given, "" or None if unknown."""

    exhibit_id: str
    exposure: str
    settled_exposure: str
    clip: str | None
    """The clip that it is a still of."""
    claimed_date: str
    captured_at: str | None
    """The embedded capture time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Captures:
    """How often one plate was captured, and since when it is known.

    All are exhibits: of each exposure (`workbench.rules.exposure`) the first is a capture; other
    files of it are reposts if that is settled, and likely reposts while it is only proposed. The
    dates are (ISO 8601 as given, exhibit); claimed and embedded dates are separate, and neither is
    checked.
    """

    plate_id: str
    captures: tuple[str, ...]
    reposts: tuple[str, ...]
    likely_reposts: tuple[str, ...]
    first_claimed: tuple[str, str] | None
    first_embedded: tuple[str, str] | None

    @property
    def counted(self) -> str:
        """The number of captures, without dates and without a full stop."""
        times = len(self.captures)
        said = f"{times} independent capture{'s' if times != 1 else ''}"
        said += f" ({', '.join(self.captures)})"
        if self.reposts:
            said += f", repeated by {', '.join(self.reposts)}"
        if self.likely_reposts:
            said += (
                f", probably repeated by {', '.join(self.likely_reposts)} "
                "(proposed by the program, not settled by a person)"
            )
        return said

    @property
    def sentence(self) -> str:
        """A full description."""
        dates = [
            f"earliest {kind} date {found[0]} ({found[1]})" if found else f"no {kind} date"
            for kind, found in (
                ("claimed", self.first_claimed),
                ("embedded", self.first_embedded),
            )
        ]
        return f"{self.counted}; {', '.join(dates)}."


def captures_of(
    plates: Iterable[PlateView], families: Mapping[str, Sequence[Seen]]
) -> tuple[Captures, ...]:
    """Count the captures of each plate: each exposure of it once.

    `families` has, by exposure, every exhibit of the case that shows it, in order.
    """
    of = {one.exhibit_id: name for name, family in families.items() for one in family}
    return tuple(
        _captures(
            plate.plate_id,
            [families[name] for name in dict.fromkeys(of[member] for member, _ in plate.members)],
        )
        for plate in plates
    )


def _captures(plate_id: str, families: Sequence[Sequence[Seen]]) -> Captures:
    others = [
        (one.exhibit_id, one.settled_exposure == first.settled_exposure)
        for first, *family in families
        for one in family
        if one.clip is None  # a still is not a separate file from its clip
    ]
    said = [one for family in families for one in family]
    return Captures(
        plate_id=plate_id,
        captures=tuple(first.exhibit_id for first, *_family in families),
        reposts=tuple(name for name, settled in others if settled),
        likely_reposts=tuple(name for name, settled in others if not settled),
        first_claimed=_first((one.claimed_date, one.exhibit_id) for one in said),
        first_embedded=_first((one.captured_at, one.exhibit_id) for one in said),
    )


def _first(dates: Iterable[tuple[str | None, str]]) -> tuple[str, str] | None:
    """The earliest date; one without a year is ignored."""
    return min(((date, name) for date, name in dates if date and _YEAR.match(date)), default=None)
