"""What is said of photos and of what was read in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from words.templates import Template

SENTENCES: Final[Mapping[str, Template]] = {
    "fusion.nothing": "There is no reading to fuse: choose at least one photo of the plate.",
    "fusion.different-fields": "Readings of different fields cannot be fused: {fields}.",
    "reader.unknown": "There is no reader called “{name}”; choose from {known}.",
}

PHRASES: Final[Mapping[str, Template]] = {}
