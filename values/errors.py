"""The base class of every error shown to people: what happened, and what to do about it."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, ClassVar, Final

from values.sentence import Sentence

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLOSED: Final = re.compile(r"[.!?…:][\"'”’»)\]]*\Z")


class Exit(IntEnum):
    """Exit codes of commands, so that scripts can tell why one failed."""

    DONE = 0
    FAULTY = 1
    NOT_RUN = 2
    REFUSED = 3
    MISSING = 4
    DAMAGED = 5
    LATER = 6


EXIT_WORDS: Final[Mapping[Exit, str]] = {
    Exit.DONE: "done",
    Exit.FAULTY: "it ran; something was found faulty, was refused or was not found",
    Exit.NOT_RUN: "it could not run: the command was not understood or cannot be done as asked, or "
    "the store could not be opened",
    Exit.REFUSED: "a rule forbids this to this person at present; the refusal is on record",
    Exit.MISSING: "what it names does not exist",
    Exit.DAMAGED: "something stored, sealed or signed has changed",
    Exit.LATER: "the disk, the database, the clock or an authority failed, or others were first; "
    "try again later",
}
"""The meaning of each exit code, for help texts and documentation."""


class NameplateError(Exception):
    """An error that a person or a program can act on.

    `message` says what happened; if it was given as a `Sentence`, `sentence` holds that and `words`
    renders its text. `remedy` says what to do; empty if nothing can be done.
    """

    exit_code: ClassVar[Exit] = Exit.FAULTY
    """The exit code of a command that fails with this error."""
    remedy: str = ""

    def __init__(self, said: str | Sentence, *, remedy: str = "") -> None:
        self.sentence = said if isinstance(said, Sentence) else None
        self.message = closed(str(said))
        self.remedy = closed(remedy or type(self).remedy)
        super().__init__(self.message)

    def diagnostics(self) -> str:
        """Return what happened and what to do about it, in a sentence or two."""
        return f"{self.message} {self.remedy}".strip()


def closed(text: str) -> str:
    """End a text with a full stop unless it already ends like a sentence; "" stays ""."""
    text = text.rstrip()
    return text if not text or _CLOSED.search(text) else f"{text}."
