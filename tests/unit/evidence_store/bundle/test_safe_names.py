"""Which paths a bundle may hold: docs/bundle-format.md, section 1."""

from __future__ import annotations

import pytest

from evidence_store.bundle.safe_names import MOST_CHARACTERS, MOST_PARTS, PART, is_safe_name


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("data/originals/" + "a" * 64 + ".jpg", True),
        ("signatures/reviewer-person-1.sig", True),
        ("", False),
        ("data//x", False),
        ("data/../x", False),
        ("data/./x", False),
        ("data/-rf", False),
        ("data/x ", False),
        ("data/x.", False),
        ("data/a\nb", False),
        ("data/CON?", False),
        ("a/" * 9 + "x", False),
        ("x" * 200, False),
        ("Zoë", False),
        ("data/.hidden", False),
    ],
)
def test_safe_names(path: str, safe: bool) -> None:
    assert is_safe_name(path) is safe


def test_a_path_has_eight_parts_of_128_characters_and_255_at_the_most() -> None:
    assert (MOST_PARTS, MOST_CHARACTERS) == (8, 255)
    assert is_safe_name("a/" * 7 + "a")
    assert not is_safe_name("a/" * 8 + "a")
    assert is_safe_name("x" * 128)
    assert not is_safe_name("x" * 129)
    assert is_safe_name(f"{'x' * 127}/{'y' * 127}")
    assert not is_safe_name(f"{'x' * 127}/{'y' * 128}")


def test_the_pattern_is_that_of_the_format() -> None:
    assert PART.pattern == "[A-Za-z0-9][A-Za-z0-9._-]{0,127}"
