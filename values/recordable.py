r"""Which text a log can hold, and how other text from files is written so that it can.

Control characters and halves of characters are kept by one database and refused by another, and
act in terminals and spreadsheets. What a person types must do without them. What comes out of a
file (a name, embedded facts, what a code holds) is written with `\u{…}` in their place, from which
the text as it was can be had back; the file's own bytes are kept beside it as they are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Value: TypeAlias = "bool | int | float | str | list[Value] | dict[str, Value] | None"

ALLOWED_CONTROLS: Final = "\n\t"
"""The control characters that a text may hold: a note has lines, and cells of a table."""

_UNRECORDABLE: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters (Unicode's Cc) but for those allowed
    "\ud800-\udfff"  # halves of characters: no UTF-8 holds them
    "\ufdd0-\ufdef"  # from here on, what Unicode never makes a character
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_ESCAPE: Final = re.compile(rf"{_UNRECORDABLE.pattern}|\\(?=u\{{)")


def unrecordable(text: str) -> str:
    """Name the first character of a text that no log can hold; empty if there is none."""
    found = None if text.isascii() and text.isprintable() else _UNRECORDABLE.search(text)
    if found is None:
        return ""
    return f"{_named(found[0])}, at character {found.start() + 1}"


def _named(char: str) -> str:
    code = f"U+{ord(char):04X}"
    if "\ud800" <= char <= "\udfff":
        return f"half of a character ({code})"
    if unicodedata.category(char) == "Cc":
        return f"a control character ({code})"
    return f"a code that is not a character ({code})"


def escaped(text: str) -> str:
    r"""Write what a log cannot hold as `\u{…}`, in hexadecimal; `unescaped` gives the text again.

    A backslash stays as it is unless what follows would be taken for such an escape.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)


def inert(text: str) -> str:
    """Escape what a log cannot hold in a sentence that quotes a file; twice does what once does."""
    return _UNRECORDABLE.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)


def unescaped(text: str) -> str:
    """Return the text from which `escaped` made this one."""
    return _ESCAPED.sub(lambda match: _char(match[1]) or match[0], text)


def _char(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else ""


def rewritten(value: Value, write: Callable[[str], str]) -> Value:
    """Rewrite every text of a JSON value, and the names of its members."""
    if isinstance(value, str):
        return write(value)
    if isinstance(value, Mapping):
        return {write(name): rewritten(member, write) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [rewritten(member, write) for member in value]
    return value
