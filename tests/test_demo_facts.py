"""What the demo bundle says is what it said before, unless somebody changed it on purpose.

Where a change is meant, `python -m tests.demo_facts --keep` makes the kept facts anew, and the
change is told in a decision (docs/decisions).
"""

from __future__ import annotations

import json
from typing import Any

from tests.demo_facts import KEEP, as_text, chosen, made


def test_the_demo_bundle_says_what_it_said() -> None:
    kept = json.loads(KEEP.read_text(encoding="utf-8"))
    now = json.loads(as_text(chosen(made(["scripted"]))))
    assert [*differences(kept, now)] == []


def differences(before: Any, after: Any, at: str = "") -> list[str]:
    """Where two values of JSON differ, a line each."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = sorted({*before, *after})
        return [
            line
            for name in names
            for line in differences(before.get(name), after.get(name), f"{at}/{name}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = enumerate(zip(before, after, strict=True))
        return [line for place, two in pairs for line in differences(*two, f"{at}/{place}")]
    return [] if before == after else [f"{at}: {before!r} became {after!r}"]
