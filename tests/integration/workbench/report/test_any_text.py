"""Whatever characters a reader finds, the case file is made: PDF/A refuses a missing glyph."""

from __future__ import annotations

import dataclasses
from typing import Any

from workbench.report.pdf import make_pdf
from workbench.report.types import Picture, ReportCase

ODD = "③天Ω🙂𝔸\u0627\u202e"
WORDS = {"policy", "media", "judgement", "state", "verdict", "relation"}
"""Words of closed lists, which no photo can choose."""


def odd(value: Any) -> Any:
    """The value with odd characters in every text of it."""
    if isinstance(value, str):
        return value + ODD
    if isinstance(value, tuple):
        return tuple(odd(item) for item in value)
    if isinstance(value, Picture) or not dataclasses.is_dataclass(value):
        return value
    changes = {
        item.name: odd(getattr(value, item.name))
        for item in dataclasses.fields(value)
        if item.name not in WORDS
    }
    return dataclasses.replace(value, **changes)  # type: ignore[type-var]


def test_every_text_may_hold_any_character(report_case: ReportCase) -> None:
    assert make_pdf(odd(report_case)).startswith(b"%PDF")
