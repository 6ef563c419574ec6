"""Which paths a bundle may use, so that every file system accepts them unchanged."""

from __future__ import annotations

import re
from typing import Final

from values.rule import Declared

MOST_CHARACTERS: Final = 255
"""Longest path, including folders; the limit of file systems."""

MOST_PARTS: Final = 8
"""Maximum number of parts of a path: folders and file name."""

PART: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
"""The form of each part, which also must not end in a full stop: plain ASCII that no shell or file
system interprets differently.
"""

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
    """Whether every part of a path is plain ASCII that no shell or file system interprets."""
    parts = path.split("/")
    return (
        len(path) <= MOST_CHARACTERS
        and len(parts) <= MOST_PARTS
        and all(PART.fullmatch(part) and not part.endswith(".") for part in parts)
    )
