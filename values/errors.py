"""The one base of all errors that people are told of: what happened, and what to do about it."""

from __future__ import annotations

import re
from typing import ClassVar, Final

from values.sentence import Sentence

_CLOSED: Final = re.compile(r"[.!?…:][\"'”’»)\]]*\Z")

REFUSED: Final = 1
"""Exit code of a command that was refused, or that found something faulty or nothing at all."""
NOT_RUN: Final = 2
"""Exit code of a command that could not be run."""


class NameplateError(Exception):
    """Something that a person or a program can be told, and can act on.

    `message` says what happened; where that is a `Sentence`, `sentence` holds it and `words` makes
    its text. `remedy` says what to do, empty where nothing can be done.
    """

    exit_code: ClassVar[int] = REFUSED
    """What a command ends with that ends with this error."""
    remedy: str = ""

    def __init__(self, said: str | Sentence, *, remedy: str = "") -> None:
        self.sentence = said if isinstance(said, Sentence) else None
        self.message = closed(str(said))
        self.remedy = closed(remedy or type(self).remedy)
        super().__init__(self.message)

    def diagnostics(self) -> str:
        """Say what happened and what to do about it, in a sentence or two."""
        return f"{self.message} {self.remedy}".strip()


def closed(text: str) -> str:
    """End a text with a full stop, unless it ends as a sentence does; nothing stays nothing."""
    text = text.rstrip()
    return text if not text or _CLOSED.search(text) else f"{text}."
