"""English: every sentence by its identifier, with its gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from values.errors import NameplateError
from words.english import catalog, evidence, reading
from words.templates import Words

if TYPE_CHECKING:
    from values.sentence import Said

ROOMS: Final = (reading, catalog, evidence)

ENGLISH: Final = Words(
    {
        identifier: template
        for room in ROOMS
        for table in (room.SENTENCES, room.PHRASES)
        for identifier, template in table.items()
    }
)
"""Every sentence and phrase, room by room."""


def text(said: Said) -> str:
    """Make the text of a sentence; what was recorded with its text is shown as it was then.

    Raises KeyError and TypeError as `Words.text` does.
    """
    return said if isinstance(said, str) else said.shown or ENGLISH.text(said)


def told(error: BaseException) -> str | None:
    """Say what `said` says of an error; None for one that explains nothing."""
    return said(error) if isinstance(error, NameplateError) else None


def said(error: NameplateError) -> str:
    """Say what happened and what to do about it."""
    if error.sentence is None:
        return error.diagnostics()
    return f"{text(error.sentence)} {error.remedy}".rstrip()
