"""Names of people: a reader must know who is meant.

Two names that look the same would make one person's acts look like another's, so a name contains no
invisible characters, and looks like nobody else's.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from values.text import as_drawn, bare, skeleton
from workbench.rules.limits import MAX_NAME

if TYPE_CHECKING:
    from collections.abc import Iterable

BLANK_LETTERS: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800\u17b4\u17b5")
"""Characters that count as letters or symbols but are invisible (Unicode's fillers)."""

IGNORABLE: Final = (
    (0x034F, 0x034F),
    (0x180B, 0x180F),
    (0xFE00, 0xFE0F),
    (0xE0000, 0xE0FFF),
)
"""Marks that are never drawn: Unicode's Default_Ignorable_Code_Point besides format characters."""

UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""General categories of characters without a shape."""

RESERVED: Final = ("nameplate", "unproven", "nobody")
"""Names of the program itself, and of a person who proved nothing."""

IDENTIFIER: Final = re.compile("person[0-9a-f]{12}")
"""The bare form of a person's identifier."""

RULES: Final = Declared(
    "names",
    test="tests/unit/workbench/rules/test_names.py",
    source="Unicode Standard, chapter 23; UTS 39",
    units={
        "BLANK_LETTERS": "characters",
        "IGNORABLE": "ranges of code points",
        "UNSEEN": "general categories",
        "RESERVED": "names",
        "IDENTIFIER": "pattern",
    },
    sources={
        "RESERVED": "decision 0067",
        "IDENTIFIER": "decision 0067",
    },
)


def unusable(name: str, others: Iterable[str]) -> str | None:
    """Return why this name cannot be used, given everyone who was ever added; or None."""
    if not name or len(name) > MAX_NAME or not bare(name):
        return f"A name has 1 to {MAX_NAME} printable characters, at least one a letter or digit."
    if any(map(_cannot_be_seen, name)) or unicodedata.combining(name[0]):
        return (
            "This name contains an invisible character; use only printable characters and "
            "ordinary spaces. Type it again."
        )
    key, drawn = look(name), skeleton(as_drawn(name).upper())
    if IDENTIFIER.fullmatch(bare(name)) or any(key == look(word) for word in RESERVED):
        return f"{name} is reserved for the program or its identifiers; choose another name."
    for other in others:
        if look(other) == key or skeleton(as_drawn(other).upper()) == drawn:
            like = "was" if other == name else f"looks like {other}, who was"
            return f"{name} {like} already added; make the name distinguishable."
    return None


def look(name: str) -> str:
    """Fold a name to what it looks like: two names with the same result look the same."""
    return skeleton(bare(name).upper())


def is_unseen(char: str) -> bool:
    """Whether a character is invisible: control, direction, no script, or unassigned."""
    return unicodedata.category(char) in UNSEEN


def _cannot_be_seen(char: str) -> bool:
    return (
        is_unseen(char)
        or (char.isspace() and char != " ")
        or char in BLANK_LETTERS
        or any(first <= ord(char) <= last for first, last in IGNORABLE)
    )
