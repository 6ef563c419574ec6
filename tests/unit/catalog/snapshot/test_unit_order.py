"""Units in order, a batch at a time: the order is that of sorting all at once."""

from __future__ import annotations

import tempfile
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalog.snapshot.unit_order import by_group, sort_by_key
from catalog.snapshot.unit_spool import UnitSpool

units = st.lists(st.tuples(st.integers(0, 2), st.text(alphabet="01AЖ", min_size=1, max_size=4)))


@given(units, st.integers(1, 7), st.permutations([0, 1, 2]))
def test_sorting_in_batches_is_sorting_at_once(
    found: list[tuple[int, str]], batch: int, ranks: list[int]
) -> None:
    expected = sorted(
        range(len(found)), key=lambda row: (ranks[found[row][0]], found[row][1].encode())
    )
    with tempfile.TemporaryDirectory() as name, patch("catalog.snapshot.unit_order.BATCH", batch):
        folder, keys = Path(name), list[bytes]()
        spool = UnitSpool(folder)
        for group, key in found:
            spool.add(group=group, delivery=0, key=key.encode(), text=b"", basis=0, disposition=0)
        rows, bounds = by_group(spool, np.array(ranks, dtype=np.uint32), folder)
        for start, end in pairwise(bounds):
            members = rows[start:end]
            for part in sort_by_key(spool, members, folder, spool.width_of(members)):
                keys += part.tolist()
        assert rows.tolist() == expected
        assert keys == [found[row][1].encode() for row in expected]
        spool.close()
