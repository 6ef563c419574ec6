"""Text from photos, files and people, made safe to display."""

from __future__ import annotations

from workbench.rules.names import is_unseen

_KEPT = {"\n", "\t", "\u200c", "\u200d"}
"""Line breaks, and the two joiners that Persian spelling needs."""


def visible(text: str) -> str:
    """The text with control, direction and unassigned characters written out as `‹U+202E›`.

    A direction override can make `gpj.exe` look like `exe.jpg`; written out, it cannot.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char in _KEPT or not is_unseen(char):
        return char
    return f"‹U+{ord(char):04X}›"
