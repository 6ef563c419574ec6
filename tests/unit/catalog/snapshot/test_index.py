"""The hash index: additive hashes, and look-ups that agree with a plain search."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalog.snapshot.index import (
    BASE,
    INVERSE_BASE,
    POWERS,
    as_keys,
    build_index,
    hash_keys,
    sorted_parts,
)

keys = st.text(alphabet="01AB", min_size=1, max_size=5)
WRAP = 1 << 64


@given(st.lists(keys, min_size=1, max_size=40), st.lists(keys, max_size=20))
def test_finds_each_key_where_a_plain_search_finds_it(stored: list[str], asked: list[str]) -> None:
    column = np.sort(as_keys(stored))
    index = build_index(hash_keys(column))
    places = index.find(as_keys([*asked, *stored]), column, start=0)
    for key, first, count in zip([*asked, *stored], places.first, places.count, strict=True):
        assert count == stored.count(key)
        if count:
            assert np.flatnonzero(column == key.encode()).tolist() == list(
                range(first, first + count)
            )


def test_a_group_sees_only_its_own_rows() -> None:
    first, second = as_keys(["A1", "A2"]), as_keys(["A1", "B9"])
    index = build_index(np.concatenate([hash_keys(first), hash_keys(second)]))
    assert index.find(as_keys(["A1", "B9"]), first, start=0).count.tolist() == [1, 0]
    assert index.find(as_keys(["A1", "B9"]), second, start=2).first.tolist() == [0, 1]


def test_an_equal_hash_of_another_key_is_no_hit() -> None:
    column = as_keys(["A1", "A2"])
    index = build_index(hash_keys(column))
    places = index.find_hashed(hash_keys(column), as_keys(["A2", "A1"]), column, start=0)
    assert places.count.tolist() == [0, 0]


@given(st.text(alphabet="0123456789ABCXYZ", min_size=2, max_size=20), st.data())
def test_hashes_of_neighbours_follow_from_the_original(key: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(key) - 1))
    char = data.draw(st.sampled_from("0189AZ"))
    original = int(hash_keys(as_keys([key]))[0])
    prefix = int(hash_keys(as_keys([key[:place]]))[0]) if place else 0
    power = int(POWERS[place])
    changed = (original + (ord(char) - ord(key[place])) * power) % WRAP
    assert changed == int(hash_keys(as_keys([key[:place] + char + key[place + 1 :]]))[0])
    added = (prefix + ord(char) * power + (original - prefix) * BASE) % WRAP
    assert added == int(hash_keys(as_keys([key[:place] + char + key[place:]]))[0])
    after = original - prefix - ord(key[place]) * power
    left_out = (prefix + after * int(INVERSE_BASE)) % WRAP
    assert left_out == int(hash_keys(as_keys([key[:place] + key[place + 1 :]]))[0])


@given(st.lists(keys, min_size=1, max_size=40), st.integers(1, 9))
def test_hashes_sorted_in_batches_are_those_sorted_at_once(stored: list[str], batch: int) -> None:
    hashes = hash_keys(as_keys(stored))
    order = np.argsort(hashes, kind="stable")
    with patch("catalog.snapshot.index.BATCH", batch):
        parts = list(sorted_parts(hashes))
    assert np.concatenate([part for part, _ in parts]).tolist() == hashes[order].tolist()
    assert np.concatenate([rows for _, rows in parts]).tolist() == order.tolist()
