"""Units without a serial on record: permitted, delivered, withheld, or only said to be some."""

from __future__ import annotations

import pytest

from catalog.snapshot.gaps import without_serials
from catalog.types import Delivery, PermitLine, Serial


def line(quantity: int | None, *deliveries: Delivery) -> PermitLine:
    return PermitLine(
        line_id="1",
        maker_id="m",
        maker_as_written="M",
        model="CMX-15D",
        quantity=quantity,
        deliveries=deliveries,
    )


def shipped(quantity: int | None, *serials: Serial, recorded: int | None = None) -> Delivery:
    return Delivery(delivery_id="D", quantity=quantity, serials=serials, serials_recorded=recorded)


def known(number: int) -> Serial:
    return Serial(value=f"08{number:02}", basis="single")


def counted(quantity: int | None) -> Serial:
    return Serial(value="", basis="quantity_only", quantity=quantity)


def hidden(quantity: int | None) -> Serial:
    return Serial(value="", basis="redacted", redaction="redacted_full", quantity=quantity)


@pytest.mark.parametrize(
    ("given", "units", "exact"),
    [
        (line(None), 0, True),
        (line(4), 4, True),  # permitted, nothing delivered
        (line(4, shipped(4, *map(known, range(4)))), 0, True),
        (line(4, shipped(4, *map(known, range(3)))), 1, True),  # one serial missing
        (line(4, shipped(None, *map(known, range(3)))), 1, True),  # one is left of the permit
        (line(None, shipped(5, *map(known, range(3)))), 2, True),
        (line(2, shipped(5, *map(known, range(5)))), 0, True),  # more than permitted
        (line(None, shipped(None, known(1), counted(3))), 3, True),
        (line(None, shipped(6, known(1), counted(3))), 5, True),
        (line(None, shipped(2, known(1), hidden(3))), 3, True),
        (line(10, shipped(2, known(1), hidden(3))), 9, True),
        (line(None, shipped(None, counted(None))), 0, False),  # some, nobody says how many
        (line(None, shipped(None, counted(0))), 0, False),
        (line(7, shipped(None, known(1), counted(None))), 6, False),
        (line(None, shipped(3, recorded=1)), 2, True),  # as a snapshot gives it
        (line(3, shipped(3, recorded=3)), 0, True),
        (line(9, shipped(3, recorded=3), shipped(4, recorded=2)), 4, True),
    ],
)
def test_units_without_a_serial_are_counted(given: PermitLine, units: int, exact: bool) -> None:
    gap = without_serials(given)
    assert (gap.units, gap.exact) == (units, exact)
    assert gap.any == (units > 0 or not exact)


def test_the_first_delivery_with_such_units_is_named() -> None:
    full, short, vague = shipped(1, known(1)), shipped(3, known(2)), shipped(None, counted(None))
    assert without_serials(line(None, full, short, vague)).delivery is short
    assert without_serials(line(None, full, vague, short)).delivery is vague
    assert without_serials(line(9, full)).delivery is None, "only permitted"
