"""A sentence for people, as an identifier and the parameters that fill its gaps.

Lower layers return identifiers and parameters; `words` renders the text. Logs and bundles store the
identifier, the parameters and the text as it was shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Parameter: TypeAlias = bool | int | float | str | tuple[str, ...]
"""What may fill a gap: data, never fixed wording."""

IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*")
"""The form of an identifier, topic first: `size.too-large`."""
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """An identifier with its named parameters; create it with `say`.

    Raises ValueError for a malformed identifier or parameter name or for unsorted names; TypeError
    for a parameter that is not plain data.
    """

    id: str
    parameters: tuple[tuple[str, Parameter], ...] = ()
    shown: str = field(default="", compare=False, kw_only=True)
    """The text as shown when it was recorded; "" before that."""

    def __post_init__(self) -> None:
        names = [name for name, _ in self.parameters]
        if not IDENTIFIER.fullmatch(self.id) or names != sorted(set(names)):
            raise ValueError(f"{self.id!r} with {names} identifies no sentence")
        for name, value in self.parameters:
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r} names no gap of a sentence")
            parts = value if isinstance(value, tuple) else (value,)
            plain = (str,) if isinstance(value, tuple) else (bool, int, float, str)
            if not all(type(part) in plain for part in parts):
                raise TypeError(f"{name} of {self.id} is a {type(value).__name__}: no plain value")

    def given(self, **parameters: Parameter) -> Sentence:
        """Return the same sentence with some parameters replaced."""
        return Sentence(self.id, tuple(sorted({**dict(self.parameters), **parameters}.items())))

    def __str__(self) -> str:
        """The sentence in the form for programs; people see what `words` renders."""
        return f"{self.id}({', '.join(f'{name}={value!r}' for name, value in self.parameters)})"


Said: TypeAlias = Sentence | str
"""A sentence, or plain text recorded before sentences had identifiers."""


def recorded(said: Said, text: Callable[[Sentence], str]) -> Said:
    """Return a sentence with its current text; one that was already recorded stays as it is."""
    return said if isinstance(said, str) or said.shown else replace(said, shown=text(said))


class StoredSentence(NamedTuple):
    """The identifier and parameters of a sentence whose text stands in a record's member.

    The member itself holds the text as it was shown.
    """

    member: str
    """Name of the member, such as `explanation`; for a list, with the index of the item."""
    id: str
    parameters: dict[str, Parameter]


def stored_sentences(**members: Iterable[Said]) -> tuple[StoredSentence, ...]:
    """Return the identifiers and parameters of the texts in these members.

    They are to be stored beside the texts. Plain text without an identifier is left out.
    """
    return tuple(
        StoredSentence(member, one.id, dict(one.parameters))
        for member, said in members.items()
        for one in said
        if isinstance(one, Sentence)
    )


def say(identifier: str, /, **parameters: Parameter) -> Sentence:
    """Create a sentence: `say("size.too-large", name="a.jpg", size=3)`."""
    return Sentence(identifier, tuple(sorted(parameters.items())))
