"""How many units a maker must have made, from the serials that are known."""

from __future__ import annotations

import json

import numpy as np
import numpy.typing as npt
import pytest

from catalog.schemes import GroupStatistics, smoothed, statistics


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
    (block,) = statistics(keys(*serials)).blocks
    assert block.estimated_units == units


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


def test_never_seen_characters_are_bounded_and_shares_add_up() -> None:
    found = statistics(keys(*(f"{c}QW{d}RT" for c in "ABCDEFGHJ" for d in "QRSTUVW")))
    (places,) = found.irregular
    shares = smoothed(places)
    assert shares.sum(axis=1) == pytest.approx(1.0)
    assert shares[1].max() == pytest.approx(0.05 ** (1 / 63))
    assert shares[1].min() >= 0
    never = np.sort(shares[1][:36])[:35].sum()
    assert never == pytest.approx(1 - 0.05 ** (1 / 63)), "1 − 0.05^(1/n) for all never seen"


def test_repeats_count_once_and_statistics_survive_json() -> None:
    found = statistics(keys("A0001", "A0001", "A0005", "ZZ"))
    assert found.keys == 3
    assert GroupStatistics.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_unsorted_keys_are_refused() -> None:
    with pytest.raises(ValueError, match="sorted"):
        statistics(np.array([b"B1", b"A1"]))
