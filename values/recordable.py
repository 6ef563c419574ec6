r"""Which text a log can hold, and how text from files is escaped so that it fits.

Some databases store control characters and lone surrogates and others reject them; terminals and
spreadsheets may act on them. Text that a person types must not contain them. In text from a file (a
name, embedded facts, the payload of a code) they are escaped as `\u{…}`, which can be undone; the
original bytes of the file are stored as well.
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
"""Control characters that a text may contain: newlines in notes, tabs between table cells."""

_UNRECORDABLE: Final = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # control characters (Unicode's Cc) except the allowed ones
    "\ud800-\udfff"  # lone surrogates: UTF-8 cannot encode them
    "\ufdd0-\ufdef"  # from here on: Unicode noncharacters
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
    + "]"
)
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]{1,6})\}")
_ESCAPE: Final = re.compile(rf"{_UNRECORDABLE.pattern}|\\(?=u\{{)")


def unrecordable(text: str) -> str:
    """Describe the first character that no log can hold; "" if there is none."""
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
    r"""Escape what a log cannot hold as `\u{…}`, in hexadecimal; `unescaped` reverses it.

    A backslash is left alone unless it would be mistaken for the start of such an escape.
    """
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return _ESCAPE.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)


def inert(text: str) -> str:
    """Escape what a log cannot hold in a sentence that quotes a file; idempotent."""
    return _UNRECORDABLE.sub(lambda match: f"\\u{{{ord(match[0]):x}}}", text)


def unescaped(text: str) -> str:
    """Undo `escaped`."""
    return _ESCAPED.sub(lambda match: _char(match[1]) or match[0], text)


def _char(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if code <= 0x10FFFF else ""


def rewritten(value: Value, write: Callable[[str], str]) -> Value:
    """Apply `write` to every string in a JSON value, including member names."""
    if isinstance(value, str):
        return write(value)
    if isinstance(value, Mapping):
        return {write(name): rewritten(member, write) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [rewritten(member, write) for member in value]
    return value
