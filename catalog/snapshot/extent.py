"""Count a catalog's records of each maker and issuer, and the years they span."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.types import Extent
from values.dates import PartialDate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from catalog.types import Permit, PermitLine


@dataclass(slots=True)
class _Span:
    first: date | None = None
    last: date | None = None
    permits: int = 0
    units: int = 0

    def widen(self, when: PartialDate) -> None:
        if when.earliest and (self.first is None or when.earliest < self.first):
            self.first = when.earliest
        if when.latest and (self.last is None or when.latest > self.last):
            self.last = when.latest


class Extents:
    """Accumulates the extents permit by permit."""

    def __init__(self) -> None:
        self._spans: dict[tuple[str, str], _Span] = {}

    def add(self, permit: Permit) -> None:
        """Count one permit under each maker that it names."""
        met = set()
        for line in permit.lines:
            span = self._spans.setdefault((line.maker_id, permit.issuer), _Span())
            span.units += sum(
                serial.is_unit for delivery in line.deliveries for serial in delivery.serials
            )
            span.permits += line.maker_id not in met
            met.add(line.maker_id)
            for when in _dates(permit, line):
                span.widen(when)

    def found(self) -> tuple[Extent, ...]:
        """Return the counts, sorted by maker and issuer."""
        return tuple(
            Extent(
                maker_id=maker_id,
                issuer=issuer,
                first=PartialDate(earliest=span.first, latest=span.first),
                last=PartialDate(earliest=span.last, latest=span.last),
                permits=span.permits,
                units=span.units,
            )
            for (maker_id, issuer), span in sorted(self._spans.items())
        )


def _dates(permit: Permit, line: PermitLine) -> Iterator[PartialDate]:
    for event in permit.status_history:
        yield event.date
    for delivery in line.deliveries:
        yield delivery.ship_date
