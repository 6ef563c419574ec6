"""What is said of bundles and the log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from words.templates import Template

SENTENCES: Final[Mapping[str, Template]] = {}

PHRASES: Final[Mapping[str, Template]] = {}
