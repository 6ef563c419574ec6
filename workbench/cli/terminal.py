"""Text from photos, files and people, made inert for a terminal."""

from __future__ import annotations

from workbench.rules.names import is_unseen


def safe(text: str, *, lines: bool = False) -> str:
    r"""The text with control, format and unassigned characters shown as `\\x..` or `\\u....`.

    With `lines`, line feeds stay. Escape sequences, bidirectional overrides and invisible
    characters can otherwise change what a terminal shows.
    """
    return "".join(
        char if (lines and char == "\n") or not is_unseen(char) else _escaped(char) for char in text
    )


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
