"""Any records at all come back from a snapshot as they went in."""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.snapshot.reader import Snapshot, build_snapshot, open_snapshot
from catalog.types import (
    CatalogRecords,
    Delivery,
    Maker,
    Permit,
    PermitLine,
    Redactable,
    Serial,
)
from values.text import fold

AT = datetime(2026, 11, 22, tzinfo=UTC)
MAKERS = tuple(Maker(maker_id=name, canonical=name) for name in ("acme", "bolt"))

values = st.text(alphabet="01AЖ-/", min_size=1, max_size=5).filter(fold)
units = st.builds(
    Serial,
    value=values,
    basis=st.sampled_from(["single", "list", "range"]),
    disposition=st.sampled_from(["delivered", "returned"]),
)
gaps = st.builds(
    Serial,
    value=st.just(""),
    basis=st.sampled_from(["quantity_only", "redacted"]),
    quantity=st.none() | st.integers(0, 9),
)
deliveries = st.builds(
    Delivery,
    delivery_id=st.text(max_size=3),
    serials=st.lists(units | gaps, max_size=4).map(tuple),
)
lines = st.builds(
    PermitLine,
    line_id=st.text(max_size=3),
    maker_id=st.sampled_from(["acme", "bolt"]),
    maker_as_written=st.text(max_size=3),
    model=st.sampled_from(["M1", "m-1", "M2", "Ж"]),
    deliveries=st.lists(deliveries, max_size=3).map(tuple),
)
permits = st.lists(
    st.builds(
        Permit,
        permit_id=st.text(min_size=1, max_size=3),
        number=st.builds(Redactable, value=st.text(max_size=3)),
        issuer=st.text(max_size=3),
        lines=st.lists(lines, max_size=3).map(tuple),
    ),
    max_size=6,
    unique_by=lambda permit: permit.permit_id,
)


def expected(records: list[Permit]) -> Counter[tuple[str, ...]]:
    """What each unit must say of itself."""
    return Counter(
        (
            line.maker_id,
            fold(line.model),
            permit.permit_id,
            line.line_id,
            delivery.delivery_id,
            serial.value,
            serial.basis,
            serial.disposition,
        )
        for permit in records
        for line in permit.lines
        for delivery in line.deliveries
        for serial in delivery.serials
        if serial.value
    )


def found(snapshot: Snapshot) -> Counter[tuple[str, ...]]:
    """What every unit of the snapshot says of itself."""
    return Counter(
        (
            unit.line.maker_id,
            fold(unit.line.model),
            unit.permit.permit_id,
            unit.line.line_id,
            unit.delivery.delivery_id,
            unit.serial.value,
            unit.serial.basis,
            unit.serial.disposition,
        )
        for group in snapshot.groups()
        for unit in snapshot.units(group.group_id, range(group.units))
    )


def without_units(permit: Permit) -> Permit:
    """The permit as a snapshot keeps it: gaps stay, units are counted."""
    return replace(
        permit,
        lines=tuple(
            replace(
                line,
                deliveries=tuple(
                    replace(
                        delivery,
                        serials=tuple(s for s in delivery.serials if not s.value),
                        serials_recorded=sum(bool(s.value) for s in delivery.serials),
                    )
                    for delivery in line.deliveries
                ),
            )
            for line in permit.lines
        ),
    )


@settings(max_examples=25, deadline=None)
@given(permits)
def test_what_goes_in_comes_out(records: list[Permit]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s"
        build_snapshot(
            CatalogRecords(makers=MAKERS, permits=tuple(records)),
            path,
            sources=(),
            coverage=(),
            synthetic=True,
            built_at=AT,
        )
        with open_snapshot(path) as snapshot:
            snapshot.verify()
            assert found(snapshot) == expected(records)
            in_order = sorted(records, key=lambda permit: permit.permit_id)
            assert list(snapshot.permits()) == [without_units(permit) for permit in in_order]
            for permit in in_order:
                assert snapshot.permit(permit.permit_id) is not None
            for _, _, permit_id, *_, value, _, _ in expected(records):
                assert permit_id in {u.permit.permit_id for u in snapshot.find_units(value)}
            for group in snapshot.groups():
                keys = [key.decode() for key in snapshot.keys(group.group_id).tolist()]
                places = snapshot.lookup(group.group_id, keys)
                assert places.count.tolist() == [keys.count(key) for key in keys]
                gaps_here = [
                    s.quantity or 0
                    for permit in records
                    for line in permit.lines
                    for delivery in line.deliveries
                    for s in delivery.serials
                    if not s.value
                    and (line.maker_id, fold(line.model)) == (group.maker_id, fold(group.model))
                ]
                assert group.unserialised == sum(gaps_here)
