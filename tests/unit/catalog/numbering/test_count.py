"""How many units a maker must have made, from the serials that are known."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.numbering.count import statistics
from catalog.numbering.schemes import GroupStatistics
from catalog.numbering.sequences import sequences_of


def keys(*texts: str) -> npt.NDArray[np.bytes_]:
    return np.array(sorted(text.encode() for text in texts))


@pytest.mark.parametrize(
    ("serials", "units"),
    [
        # N̂ = m + m/k − 1, the German tank estimate
        (("0019", "0040", "0042", "0060"), 74),
        (("0001",), 1),
        (("0100",), 199),
        (tuple(f"{n:04d}" for n in range(1, 1001)), 1000),
    ],
)
def test_sequential_serials_say_how_many_there_are(serials: tuple[str, ...], units: int) -> None:
    (sequence,) = sequences_of(statistics(keys(*serials)).blocks)
    assert sequence.units == units


def test_each_prefix_is_counted_for_itself() -> None:
    found = statistics(keys("A0100", "A0200", "B0007", "B0009"))
    assert [(b.prefix, b.first, b.last, b.count) for b in found.blocks] == [
        ("A", 100, 200, 2),
        ("B", 7, 9, 2),
    ]
    assert found.irregular == ()


def test_a_suffix_stays_outside_the_number() -> None:
    (block,) = statistics(keys("AR2080119X", "AR2081219X")).blocks
    assert (block.prefix, block.suffix, block.first, block.last) == ("AR", "X", 2080119, 2081219)


def test_a_declared_pattern_says_which_digits_are_the_number() -> None:
    (block,) = statistics(keys("AR2120319", "AR2121019"), pattern=r"AR2(?P<number>\d{4})19").blocks
    assert (block.prefix, block.first, block.last, block.suffix) == ("AR2", 1203, 1210, "19")


def test_numbers_without_leading_zeros_are_one_sequence_in_two_lengths() -> None:
    found = statistics(keys(*(str(n) for n in range(90, 121))))
    assert [(b.digits, b.padded, b.start) for b in found.blocks] == [(2, True, 1), (3, False, 100)]


def test_random_serials_follow_no_sequence() -> None:
    rng = np.random.default_rng(4)
    letters = np.frombuffer(b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789", dtype=np.uint8)
    many = np.unique(letters[rng.integers(0, letters.size, (3000, 8))].view("S8").ravel())
    found = statistics(many)
    assert found.blocks == ()
    assert sum(places.units for places in found.irregular) == found.keys == many.size


def test_repeats_count_once_and_statistics_survive_json() -> None:
    found = statistics(keys("A0001", "A0001", "A0005", "ZZ"))
    assert found.keys == 3
    assert GroupStatistics.from_json(json.dumps(found.to_json()).encode()) == found


def test_unsorted_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="sorted"):
        statistics(np.array([b"B1", b"A1"]))


serials = st.lists(
    st.text(alphabet="01AЖ", max_size=6) | st.from_regex(r"A[0-3]\d\d", fullmatch=True)
)


@given(serials, st.integers(1, 9), st.sampled_from(["", r"A?(?P<number>\d\d)\d*"]))
def test_counting_in_batches_is_the_same(found: list[str], batch: int, pattern: str) -> None:
    column = keys(*found, "A0")
    at_once = statistics(column, pattern=pattern, batch=column.size)
    assert statistics(column, pattern=pattern, batch=batch) == at_once


@pytest.mark.parametrize("batch", [1, 100, 4096])
def test_small_blocks_among_many_are_irregular_in_batches_too(batch: int) -> None:
    column = keys(*(f"{letter}{n:03d}X{n % 40:02d}Y" for letter in "AB" for n in range(300)))
    found = statistics(column, pattern=r"[AB]\d{3}X(?P<number>\d\d)Y", batch=batch)
    assert found == statistics(column, pattern=r"[AB]\d{3}X(?P<number>\d\d)Y", batch=column.size)
    assert found.blocks == ()
    assert sum(places.units for places in found.irregular) == column.size


@pytest.mark.parametrize("batch", [1000, 100_000])
def test_more_blocks_than_can_be_meant_are_none(batch: int) -> None:
    column = keys(*(f"{n:04d}X{n % 7}" for n in range(3000)), "NONUMBER")
    found = statistics(column, batch=batch)
    assert found.blocks == ()
    assert sum(places.units for places in found.irregular) == column.size
