"""Limits on the length of people's texts, in characters, and the size of their files, in bytes.

Constants and pure functions, available without loading the store.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from values.limits import CLIP_BYTES, PHOTO_BYTES, ZIP_BYTES
from values.rule import Declared

Kind = Literal["photo", "clip", "zip"]

MAX_TITLE = 200
"""Longest title of a case."""

MAX_PROVENANCE = 10_000
"""Longest note on the origin of a case's material, and longest part of a letter."""

MAX_NAME = 120
"""Longest name of a person."""

MAX_TEXT = 200
"""Longest transcription of one field; a UII, the longest identifier, has 50."""

MAX_REASON = 5_000
"""Longest reason of a judgement or a decision."""

MAX_CLAIM = 2_000
"""Longest claim of a source about an exhibit: an address, an account, a place, a date."""

MAX_NOTE = 20_000
"""Longest note on an exhibit."""

MAX_ADDRESS = 500
"""Longest name and address of the addressee of a trace request, or of whom to answer."""

MAX_ANSWER = 20_000
"""Longest answer to a trace request, as recorded by a person."""

MAX_PAPERS = 20
"""Documents that one answer may come with."""

MAX_PAPER_NAME = 255
"""How much of the name of a document is stored."""

LEAST_SOUGHT = 2
"""Shortest fragment that is searched for: one letter or digit alone is everywhere."""

READING_SECONDS = 30.0
"""Time for one photo, unless NAMEPLATE_READING_SECONDS overrides it: `vision.plate.reader`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeLimit:
    """The largest file of one kind in bytes, and the setting that changes it."""

    kind: Kind
    words: str
    setting: str
    most: int
    """Bytes, unless the setting says otherwise."""


SIZES: Final = (
    SizeLimit(kind="photo", words="a photo", setting="NAMEPLATE_MAX_PHOTO", most=PHOTO_BYTES),
    SizeLimit(kind="clip", words="a clip", setting="NAMEPLATE_MAX_CLIP", most=CLIP_BYTES),
    SizeLimit(kind="zip", words="a ZIP", setting="NAMEPLATE_MAX_ZIP", most=ZIP_BYTES),
)
"""Each kind of upload has its own limit; the first bytes tell the kind, never the name."""

RULES: Final = Declared(
    "limits",
    test="tests/unit/workbench/rules/test_limits.py",
    source="assumed",
    units={
        "MAX_TITLE": "characters",
        "MAX_PROVENANCE": "characters",
        "MAX_NAME": "characters",
        "MAX_TEXT": "characters",
        "MAX_REASON": "characters",
        "MAX_CLAIM": "characters",
        "MAX_NOTE": "characters",
        "MAX_ADDRESS": "characters",
        "MAX_ANSWER": "characters",
        "MAX_PAPER_NAME": "characters",
        "MAX_PAPERS": "documents",
        "LEAST_SOUGHT": "letters and digits",
        "READING_SECONDS": "seconds on a core",
        "SIZES": "kind of file: bytes, and the setting that overrides it",
    },
)

_SIZE: Final = re.compile(r"([0-9]{1,18}) *(|[KMGT]I?B?|B)", re.IGNORECASE)
_POWERS: Final = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}


def size_limit(kind: Kind) -> SizeLimit:
    """Return the limit of a kind."""
    return next(limit for limit in SIZES if limit.kind == kind)


def read_size(text: str) -> int:
    """Parse `200000000`, `200 MB` (a million each) or `200 MiB` (1,048,576 each) as bytes.

    Raises ValueError.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None or int(found[1]) == 0:
        raise ValueError(text)
    unit = found[2].upper()
    base = 1024 if "I" in unit else 1000
    times: int = base ** _POWERS[unit.rstrip("B").rstrip("I")]
    return int(found[1]) * times


def too_large(name: str, kind: Kind, size: int, most: int) -> str | None:
    """Return that a file is larger than allowed for its kind; None if it is not."""
    if size <= most:
        return None
    limit = size_limit(kind)
    remedy = {
        "photo": "Add a smaller copy",
        "clip": "Split the clip and add the parts",
        "zip": "Split the archive and add the parts",
    }[kind]
    return (
        f"{name} has {size:,} bytes; {limit.words} may have at most {most:,}. {remedy}, or raise "
        f"the limit with the setting {limit.setting}."
    )
