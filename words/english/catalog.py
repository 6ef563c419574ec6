"""What is said of registers, and of what a search of them found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from words.templates import Template

SENTENCES: Final[Mapping[str, Template]] = {}

PHRASES: Final[Mapping[str, Template]] = {}
