"""Units of which a register gives no serial: permitted, or delivered, and only counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.types import Delivery, PermitLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Units of a permit line of which no serial is on record."""

    any: bool
    units: int
    """How many, as far as the record says."""
    exact: bool
    """Whether the record says how many."""
    delivery: Delivery | None
    """The first delivery with such units; None if they were only permitted."""


def without_serials(line: PermitLine) -> Gap:
    """Count the units of a line of which no serial is on record, permitted ones included.

    `line` as it is read from a snapshot, or as it is taken into one.
    """
    units, unknown, first, out = 0, False, None, 0
    for delivery in line.deliveries:
        entries = [one for one in delivery.serials if not one.is_unit]
        known = (
            delivery.serials_recorded
            if delivery.serials_recorded is not None
            else len(delivery.serials) - len(entries)
        )
        listed = sum(one.quantity or 0 for one in entries)
        here = max(listed, (delivery.quantity or 0) - known)
        out += known + here
        units += here
        vague = here == 0 and bool(entries)
        unknown |= vague
        if first is None and (here or vague):
            first = delivery
    left = max((line.quantity or 0) - out, 0)
    return Gap(
        any=bool(units or left or unknown),
        units=units + left,
        exact=not unknown,
        delivery=first,
    )
