"""Which facts of a case are public: by the key of a field, not by its label on a screen.

A public edition withholds facts, not fields: a withheld value is withheld wherever it occurs. What
a source said or sent, and a file's embedded facts about its origin, are withheld unless released on
purpose; so is every field that this table does not list.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from values.rule import Declared

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether one field of entries is public."""

    is_public: bool
    is_searched: bool = False
    """Whether its text is searched everywhere once it is withheld by this rule. A date or a size
    occurs in many places by chance, and means nothing there.
    """
    why: str


_WORK = Standing(is_public=True, why="the work itself: what was read, asked, found and decided")
_FORM = Standing(is_public=True, why="form and size of a file")
_HASH = Standing(is_public=True, why="identifies the bytes to whoever has them")
_SOURCE = Standing(is_public=False, is_searched=True, why="may name a source or people close to it")
_WHEN = Standing(is_public=False, why="when a source says something happened, or was met")
_FILE = Standing(is_public=False, is_searched=True, why="what a file says about its origin")
_OUTSIDE = Standing(
    is_public=False,
    is_searched=True,
    why="a trace request or its answer, which may be confidential",
)
_KEPT_LETTER = Standing(is_public=False, why="the hash of a letter that is not published")
_SAID = Standing(is_public=False, why="parameters of a sentence; its text is searched for")
UNKNOWN = Standing(is_public=False, is_searched=True, why="not declared public")
"""The standing of a field that is not in this table."""

BY_KEY: Mapping[str, Standing] = {
    "source_account": _SOURCE,
    "source_url": _SOURCE,
    "claimed_place": _SOURCE,
    "note": _SOURCE,
    "provenance": _SOURCE,
    "obtained_at": _WHEN,
    "claimed_date": _WHEN,
    "file_name": _FILE,
    "embedded": _FILE,
    "archive.opened/sha256": _FILE,
    "members": _FORM,
    "exhibit.refused/reason": _FILE,
    "exhibit.refused/original": _FILE,
    "exhibit.refused/sha256": _FILE,
    "problems": _FILE,
    "frames.missing/said": _SAID,
    "addressee": _OUTSIDE,
    "reply_to": _OUTSIDE,
    "seen": _OUTSIDE,
    "further": _OUTSIDE,
    "answer_words": _OUTSIDE,
    "papers": _OUTSIDE,
    "letter": _KEPT_LETTER,
    "answers": _SOURCE,
    "released": _SOURCE,
    "title": _WORK,
    "name": _WORK,
    "reason": _WORK,
    "why": _WORK,
    "frame.taken/said": _WORK,
    "text": _WORK,
    "machine_text": _WORK,
    "regions": _WORK,
    "reading": _WORK,
    "query": _WORK,
    "result": _WORK,
    "circumstances": _WORK,
    "candidate": _WORK,
    "evidence": _WORK,
    "timecode": _WORK,
    "seconds": _WORK,
    "command": _WORK,
    "laid": _WORK,
    "mapping": _WORK,
    "source": _WORK,
    "fingerprint": _FORM,
    "width": _FORM,
    "height": _FORM,
    "bytes": _FORM,
    "original": _HASH,
    "parent_original": _HASH,
}
"""Which fields are public, by field name, or by `kind/name` where the name means something else in
one kind of entry.
"""

CLAIMS = ("source_url", "source_account", "obtained_at", "claimed_place", "claimed_date", "note")
"""The fields that whoever adds material may claim about it, in the order shown."""

TELLING_FACTS = re.compile(
    r"artist|author|byline|by-line|contact|copyright|creator|credit|owner|person|photographer|rights"
    r"|writer|comment|caption|description|headline|subject|title|keyword|serial|uniqueid|unique id"
    r"|documentid|document id|instanceid|instance id|hostcomputer|city|country|location|place"
    r"|position|province|state|gps|latitude|longitude|xp[a-z]+",
    re.IGNORECASE,
)
"""Names of embedded facts whose values are searched for: who, where, and which individual camera.
That a file is a JPEG of a model of camera identifies nobody, and may be what the plate says."""

RULES: Final = Declared(
    "disclosure",
    test="tests/unit/workbench/rules/test_disclosure.py",
    source="decision 0071",
    units={
        "UNKNOWN": "any other field",
        "BY_KEY": "field: whether it is public, whether it is searched for, why",
        "CLAIMS": "fields",
        "TELLING_FACTS": "pattern",
    },
)


def standing(kind: str, key: str) -> Standing:
    """Return whether a field of a kind of entry is public."""
    return BY_KEY.get(f"{kind}/{key}") or BY_KEY.get(key, UNKNOWN)


def texts_to_look_for(key: str, value: object) -> tuple[str, ...] | None:
    """Return the texts of a withheld value that must not occur anywhere; None for all of them."""
    if key != "embedded":
        return None
    return tuple(dict.fromkeys(_telling(value)))


def _telling(value: object) -> Iterator[str]:
    """Yield the identifying facts, and the position in its written forms."""
    if not isinstance(value, dict):
        return
    facts = value.get("facts")
    for fact in facts if isinstance(facts, list) else ():
        if isinstance(fact, dict) and TELLING_FACTS.search(
            f"{fact.get('group', '')} {fact.get('name', '')}"
        ):
            yield str(fact.get("value", "")).strip()
    for name in ("latitude", "longitude"):
        degrees = value.get(name)
        if isinstance(degrees, float):
            yield from position_forms(degrees)


def position_forms(degrees: float) -> Iterator[str]:
    """Yield an angle in the usual written forms: decimal, and with minutes and seconds.

    Three decimals of a degree are about a hundred metres: enough to identify a place.
    """
    size = abs(degrees)
    if size == round(size, 2):
        return
    whole = int(size)
    minutes = int((size - whole) * 60)
    seconds = (size - whole - minutes / 60) * 3600
    yield f"{int(size * 1000) / 1000:.3f}"
    yield f"{size:.3f}"
    yield f"{whole}°{minutes:02}'{int(seconds):02}"
    yield f"{whole} {minutes}.{int((size * 60 % 1) * 100):02}"
