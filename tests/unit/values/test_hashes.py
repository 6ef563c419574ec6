"""One form of a SHA-256, asked by everybody who is given one."""

from __future__ import annotations

import hashlib

import pytest

from values.hashes import is_sha256

GOOD = hashlib.sha256(b"plate").hexdigest()


def test_the_hash_of_any_bytes_has_the_form() -> None:
    assert is_sha256(GOOD)
    assert is_sha256("0123456789abcdef" * 4)


@pytest.mark.parametrize(
    "text",
    [
        GOOD.upper(),
        GOOD[:-1],
        GOOD + "0",
        f"{GOOD}\n",
        f" {GOOD}",
        "g" * 64,
        "٣" * 64,
        None,
        3,
        b"a",
    ],
)
def test_nothing_else_has(text: object) -> None:
    assert not is_sha256(text)
