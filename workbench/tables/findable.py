"""The texts of a plate region in the form in which fragments of them are found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Between the texts of one region; two characters, so that a single `?` never spans them.
BETWEEN = "\n\n"
ANY_ONE = "?"


def findable(texts: Iterable[str]) -> str:
    """All texts of a region, folded, each once; a `?` that a person wrote splits a text in two."""
    pieces = (fold(piece) for text in texts for piece in text.split(ANY_ONE))
    return BETWEEN.join(dict.fromkeys(piece for piece in pieces if piece))
