"""The order in which screens and files name the fields of a plate."""

from __future__ import annotations

from words.english.parts import FIELDS

_ORDER = tuple(FIELDS)


def by_importance(name: str) -> int:
    """Where a field stands in a list: maker, model and serial first."""
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
