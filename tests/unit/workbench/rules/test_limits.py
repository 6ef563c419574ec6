"""How large each kind of file may be, and how the settings say otherwise."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import BadRequest
from workbench.rules import limits
from workbench.rules.limits import SIZES, Kind, read_size, size_limit, too_large
from workbench.settings import Settings


def test_each_kind_has_a_limit_and_a_setting_of_its_own() -> None:
    assert {limit.kind: limit.most for limit in SIZES} == {
        "photo": 200_000_000,
        "clip": 4 * 1024**3,
        "zip": 4 * 1024**3,
    }
    assert [limit.setting for limit in SIZES] == [
        "NAMEPLATE_MAX_PHOTO",
        "NAMEPLATE_MAX_CLIP",
        "NAMEPLATE_MAX_ZIP",
    ]


def test_how_long_what_people_write_may_be() -> None:
    """As the help of each command and the forms say; a UII, the longest identifier, has 50."""
    assert {name: value for name, value in vars(limits).items() if name.startswith("MAX_")} == {
        "MAX_TITLE": 200,
        "MAX_PROVENANCE": 10_000,
        "MAX_NAME": 120,
        "MAX_TEXT": 200,
        "MAX_REASON": 5_000,
        "MAX_CLAIM": 2_000,
        "MAX_NOTE": 20_000,
        "MAX_ADDRESS": 500,
        "MAX_ANSWER": 20_000,
        "MAX_PAPERS": 20,
        "MAX_PAPER_NAME": 255,
    }
    assert limits.LEAST_SOUGHT == 2
    assert Settings.from_environment({}).reading_seconds == 30


@pytest.mark.parametrize("kind", ["photo", "clip", "zip"])
def test_a_file_at_the_limit_is_taken_and_one_byte_more_is_not(kind: Kind) -> None:
    assert too_large("a", kind, 1_000, 1_000) is None
    said = too_large("big.bin", kind, 1_001, 1_000)
    assert said is not None
    assert said.startswith("big.bin has 1,001 bytes; ")
    assert "may have at most 1,000" in said
    assert size_limit(kind).kind == kind
    assert size_limit(kind).setting in said, "the remedy names what raises it"


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("200000000", 200_000_000), ("200 MB", 200_000_000), ("200mb", 200_000_000),
        ("200 MiB", 209_715_200), ("4G", 4_000_000_000), ("4 GiB", 4_294_967_296), ("1", 1),
        ("7 B", 7), ("2 KiB", 2_048), ("1T", 10**12),
    ],
)  # fmt: skip
def test_a_size_is_read_in_bytes_or_with_a_unit(text: str, size: int) -> None:
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5 GB", "GB", "4 GBB", "1e9", "٤", "4 iB"])
def test_what_is_no_size_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text) or "^$"):
        read_size(text)
    if text:
        with pytest.raises(BadRequest, match="not a size; give how large a clip may be"):
            Settings.from_environment({"NAMEPLATE_MAX_CLIP": text})


def test_the_settings_say_otherwise_for_one_kind_and_leave_the_others() -> None:
    settings = Settings.from_environment({"NAMEPLATE_MAX_CLIP": "8 GiB"})
    assert settings.most_bytes("clip") == 8 * 1024**3
    assert settings.most_bytes("photo") == 200_000_000
    assert settings.most_bytes("zip") == 4 * 1024**3


@given(st.text(max_size=30))
def test_no_text_gives_a_size_below_one(text: str) -> None:
    with suppress(ValueError):
        assert read_size(text) >= 1
