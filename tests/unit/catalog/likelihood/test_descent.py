"""Descending through sorted keys finds exactly what looking at every key finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.confusions import MODELS, byte_columns
from catalog.likelihood import descent
from catalog.likelihood.descent import SortedKeys, descend
from catalog.likelihood.models import TextModel

if TYPE_CHECKING:
    import numpy.typing as npt

    from catalog.likelihood.alignment import Profile

rng = np.random.default_rng(5)
LETTERS = np.frombuffer(b"ABCDEFGHJKLMNPQRSTUVWXYZ0123456789", dtype=np.uint8)
RANDOM = np.unique(LETTERS[rng.integers(0, LETTERS.size, (20_000, 6))].view("S6").ravel())
SERIES = np.array([f"CM{n:05d}".encode() for n in range(1, 60_000, 3)])
MIXED = np.unique(np.concatenate([RANDOM, SERIES, np.array([b"CM1", b"CM0000", b"CM000001"])]))


def one_by_one(text: str, keys: npt.NDArray[np.bytes_], floor: float) -> set[bytes]:
    seen = profile_of(text).seen
    seen = seen / seen.max(axis=1, keepdims=True)
    return {
        key
        for key in keys.tolist()
        if len(key) == len(text)
        and np.prod([seen[at, byte_columns()[byte]] for at, byte in enumerate(key)]) >= floor
    }


def profile_of(text: str) -> Profile:
    return TextModel.of(((text, 1.0),), MODELS["machine"]).profiles[0]


@pytest.mark.parametrize("text", ["CM00016", "CM0OO16", "C?000?6", "AB8S0I", "A?8?0I", "CM000001"])
@pytest.mark.parametrize("most", [0, 900, 1 << 16])
def test_a_descent_finds_what_a_look_at_every_key_finds(
    text: str, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(descent, "MOST_BEGINNINGS", most)
    found = descend(profile_of(text), SortedKeys(keys=MIXED), floor=1e-6, most=100_000)
    assert set(found.keys.tolist()) == one_by_one(text, MIXED, 1e-6)
    assert found.count == found.keys.size
    assert (np.diff(found.shares) <= 0).all()


def test_a_level_holds_every_beginning_and_its_children() -> None:
    among = SortedKeys(keys=MIXED[::40])
    above = [b""]
    for size, level in enumerate(among.levels, start=1):
        keys = among.keys.astype(f"S{size}").tolist()
        beginnings = sorted(set(keys))
        assert [keys[at] for at in level.starts[:-1]] == beginnings
        assert level.starts[-1] == len(keys)
        for at, parent in enumerate(above):
            children = beginnings[level.children[at] : level.children[at + 1]]
            assert children
            assert all(child.startswith(parent) for child in children)
        above = beginnings
    assert among.keys.dtype.itemsize == len(among.levels)


def test_no_level_has_more_beginnings_than_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(descent, "MOST_BEGINNINGS", 900)
    levels = SortedKeys(keys=MIXED).levels
    assert 0 < len(levels) < MIXED.dtype.itemsize
    assert all(level.letters.size <= 900 for level in levels)


@given(st.text("ABCM0123456789?", min_size=5, max_size=7), st.sampled_from([1e-2, 1e-6, 1e-9]))
def test_it_does_so_for_any_reading(text: str, floor: float) -> None:
    keys = MIXED[::7]
    found = descend(profile_of(text), SortedKeys(keys=keys), floor=floor, most=100_000)
    assert set(found.keys.tolist()) == one_by_one(text, keys, floor)


def test_what_is_not_listed_is_counted() -> None:
    found = descend(profile_of("CM????1"), SortedKeys(keys=MIXED), floor=1e-2, most=50)
    assert found.keys.size == 50
    assert found.count == len(one_by_one("CM????1", MIXED, 1e-2))
    assert found.least == pytest.approx(found.shares[0])
    assert descend(profile_of("CM00016"), SortedKeys(keys=MIXED), floor=1e-2, most=50).least == 0.0


def test_nothing_is_found_where_nothing_can_be() -> None:
    none = np.zeros(0, dtype="S7")
    assert descend(profile_of("CM00016"), SortedKeys(keys=none), floor=1e-6, most=9).count == 0
    assert descend(profile_of("CM0001677"), SortedKeys(keys=SERIES), floor=1e-6, most=9).count == 0
