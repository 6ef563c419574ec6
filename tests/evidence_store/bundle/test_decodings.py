"""How deep and how far a file is taken apart; each kind of disguise is in `test_disguises`."""

from __future__ import annotations

import base64
import gzip

import pytest

from evidence_store.bundle.decodings import DEPTH, MOST, Decoder, Text

WORDS = "the field observer of Horadiz"


def read(data: bytes, **limits: int) -> tuple[bool, list[str]]:
    """Whether the words come of some bytes, and the problems met."""
    decoder = Decoder(**limits)
    texts = [one.text for one in decoder.of_bytes(data) if isinstance(one, Text)]
    return any(WORDS in text for text in texts), decoder.problems


def in_base64(text: str, times: int) -> bytes:
    data = text.encode()
    for _ in range(times):
        data = base64.b64encode(data)
    return data


def packed(text: str, times: int) -> bytes:
    data = text.encode()
    for _ in range(times):
        data = gzip.compress(data)
    return data


def test_four_encodings_one_inside_the_other_are_undone() -> None:
    assert DEPTH == 4
    for times in range(5):
        assert read(in_base64(WORDS, times)) == (True, []), times
    assert read(in_base64(WORDS, 5)) == (False, [])


def test_what_is_packed_more_than_four_times_is_a_problem_of_the_file() -> None:
    for times in range(5):
        assert read(packed(WORDS, times)) == (True, []), times
    assert read(packed(WORDS, 5)) == (
        False,
        ["More is packed into each other than is taken apart."],
    )


def test_a_gibibyte_may_come_of_one_file() -> None:
    assert MOST == 1024**3
    data = WORDS.encode()
    assert read(data, most=10_000) == (True, [])
    found, problems = read(data, most=len(data) - 1)
    assert not found
    assert set(problems) == {"More comes of it than can be searched."}


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"\x00" * 40])
def test_what_says_nothing_is_no_problem(data: bytes) -> None:
    assert read(data)[1] == []
