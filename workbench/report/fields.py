"""The fields of a plate as screens and files name them, most important first."""

from __future__ import annotations

_WORDS = {
    "maker": "Maker",
    "model": "Model",
    "serial": "Serial number",
    "part_number": "Part number",
    "date": "Date",
    "nsn": "NSN",
    "cage": "CAGE code",
    "contract": "Contract",
    "lot": "Lot",
    "weight": "Weight",
    "voltage": "Voltage",
}
_ORDER = tuple(_WORDS)


def field(name: str) -> str:
    """The word for a field of a plate."""
    return _WORDS.get(name, name.replace("_", " ").capitalize())


def inside(name: str) -> str:
    """The word inside a sentence; abbreviations keep their capitals."""
    word = field(name)
    return word if word[:2].isupper() else word[:1].lower() + word[1:]


def by_importance(name: str) -> int:
    """Where a field stands in a list: maker, model and serial first."""
    return _ORDER.index(name) if name in _ORDER else len(_ORDER)
