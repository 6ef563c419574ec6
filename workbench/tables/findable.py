"""The texts of a plate region in the form in which a fragment is found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from values.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Between the texts of one region; two characters, so that a single `?` never bridges them.
BETWEEN = "\n\n"
ANY_ONE = "?"


def findable(texts: Iterable[str]) -> str:
    """All texts of a region, folded, each once; a `?` of a person parts a text in two."""
    pieces = (fold(piece) for text in texts for piece in text.split(ANY_ONE))
    return BETWEEN.join(dict.fromkeys(piece for piece in pieces if piece))
