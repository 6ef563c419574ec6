"""Grammars of codes on plates: CAGE, NSN, drone serials and UII. Passing never proves a reading."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from catalog.normalize import fold

_CAGE: Final = re.compile(r"[0-9A-HJ-NP-Z]{5}")
_NATO_CAGE: Final = re.compile(r"I[0-9A-HJ-NP-Z]{4}")


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeCheck:
    """Whether a text fits a grammar, its parts by name, and in words why not."""

    grammar: str
    text: str
    passes: bool
    parts: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def check_cage(text: str) -> CodeCheck:
    """Check a CAGE or NCAGE code: five characters without I and O."""
    key = fold(text)
    passes = bool(_CAGE.fullmatch(key) or _NATO_CAGE.fullmatch(key))
    problem = "" if passes else "a CAGE code has five characters, digits and letters, no I and no O"
    return CodeCheck(grammar="CAGE", text=text, passes=passes, problem=problem)
