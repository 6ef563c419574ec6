"""What a path in a bundle may be called, so that every file system takes it as it is written."""

from __future__ import annotations

import re
from typing import Final

from values.rule import Declared

MOST_CHARACTERS: Final = 255
"""Longest path, with its folders; file systems stop there."""

MOST_PARTS: Final = 8
"""Parts of a path: folders, and the name at its end."""

PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""What each part looks like, and it ends in no full stop: plain ASCII that no shell, no system and
no other part of the path reads otherwise."""

RULES: Final = Declared(
    "bundle-name",
    test="tests/unit/evidence_store/bundle/test_safe_names.py",
    source="docs/bundle-format.md, section 1",
    units={
        "MOST_CHARACTERS": "characters",
        "MOST_PARTS": "parts of a path",
        "PART": "pattern",
    },
)


def is_safe_name(path: str) -> bool:
    """Whether every part of a path is plain ASCII that no shell or file system reads otherwise."""
    parts = path.split("/")
    return (
        len(path) <= MOST_CHARACTERS
        and len(parts) <= MOST_PARTS
        and all(PART.fullmatch(part) and not part.endswith(".") for part in parts)
    )
