"""What is expected of serials in no sequence."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.numbering.count import statistics
from catalog.numbering.schemes import smoothed


def test_never_seen_characters_are_bounded_and_shares_add_up() -> None:
    serials = sorted(f"{c}QW{d}RT".encode() for c in "ABCDEFGHJ" for d in "QRSTUVW")
    found = statistics(np.array(serials))
    (places,) = found.irregular
    shares = smoothed(places)
    assert shares.sum(axis=1) == pytest.approx(1.0)
    assert shares[1].max() == pytest.approx(0.05 ** (1 / 63))
    assert shares[1].min() >= 0
    never = np.sort(shares[1][:36])[:35].sum()
    assert never == pytest.approx(1 - 0.05 ** (1 / 63)), "1 − 0.05^(1/n) for all never seen"
