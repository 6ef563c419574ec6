"""Words that stand inside English sentences: fields of a plate, and small numbers."""

from __future__ import annotations

from typing import Final

FIELDS: Final = {
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
"""What each field of a plate is called, most important first."""

LEVELS: Final = {"stated": "Read", "offered": "Check", "unreadable": "Unreadable"}
"""What the level of a reading is called, by its identifier."""

ROLES: Final = {"custodian": "administrator (custodian)"}
"""What a role is called where that is not its identifier."""

NUMBERS: Final = ("no", "one", "two", "three", "four", "five", "six")


def field(name: str) -> str:
    """The word for a field of a plate, with a capital."""
    return FIELDS.get(name, name.replace("_", " ").capitalize())


def inside(name: str) -> str:
    """The word for a field inside a sentence; abbreviations keep their capitals."""
    word = field(name)
    return word if word[:2].isupper() else word[:1].lower() + word[1:]


def level(state: str) -> str:
    """The word for the level of a reading."""
    return LEVELS.get(state, state)


def role(name: str) -> str:
    """The word for a role."""
    return ROLES.get(name, name)


def spelled(count: int) -> str:
    """A small number as a word, a larger one in figures."""
    return NUMBERS[count] if 0 <= count < len(NUMBERS) else str(count)
