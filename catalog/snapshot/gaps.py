"""Units without a serial on record: permitted or delivered, but only counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from catalog.types import Delivery, PermitLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Units of a permit line without a serial on record."""

    any: bool
    units: int
    """Their number, as far as recorded."""
    exact: bool
    """Whether the number is recorded exactly."""
    delivery: Delivery | None
    """The first delivery with such units; None if they were only permitted."""


def without_serials(line: PermitLine) -> Gap:
    """Count a line's units without a serial on record, including permitted ones.

    `line` as read from a snapshot, or as added to one.
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
