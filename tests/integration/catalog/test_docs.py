"""What docs/catalog-format.md says of names and limits is what the code has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from catalog.importing.load import LIMITS
from catalog.importing.load_xlsx import MAX_MEMBERS, MAX_RATIO, MAX_UNPACKED
from catalog.importing.mapping import DELIVERY_TARGETS, LINE_TARGETS, PERMIT_TARGETS, SERIAL_TARGETS
from catalog.importing.serial_cell import MAX_RANGE, MAX_SERIAL
from tests.conftest import ROOT

if TYPE_CHECKING:
    from catalog.snapshot.reader import Snapshot

TEXT = (ROOT / "docs/catalog-format.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "target", [*PERMIT_TARGETS, *LINE_TARGETS, *DELIVERY_TARGETS, *SERIAL_TARGETS]
)
def test_every_column_is_described(target: str) -> None:
    assert f"`{target}`" in TEXT


@pytest.mark.parametrize(
    "limit",
    [
        f"{LIMITS.max_bytes // 2**20} MiB",
        f"rows {LIMITS.max_rows:,}",
        f"columns {LIMITS.max_columns}",
        f"cell {LIMITS.max_cell:,}",
        f"{MAX_SERIAL} characters",
        f"{MAX_RANGE:,} units",
        f"{MAX_MEMBERS:,} parts",
        f"{MAX_UNPACKED // 2**30} GiB",
        f"more than {MAX_RATIO} to 1",
    ],
)
def test_every_limit_is_the_one_in_force(limit: str) -> None:
    assert limit in TEXT


def test_every_member_of_a_snapshot_is_described(demo_snapshot: Snapshot) -> None:
    names = [member.name for member in demo_snapshot.manifest.members] + ["manifest.json"]
    assert [name for name in names if f"`{name}`" not in TEXT] == []
