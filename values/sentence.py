"""Something to be said to people: which sentence, and the data that stand in its gaps.

Leaves give sentences as identifier and parameters; `words` makes text of them, and logs and
bundles keep identifier, parameters and the text as it was shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Parameter: TypeAlias = bool | int | float | str | tuple[str, ...]
"""What may stand in a gap: data, never words of ours."""

IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9-]*(?:\.[a-z][a-z0-9-]*)*")
"""Where the sentence belongs and what it says, such as `size.too-large`."""
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence by identifier, with its parameters by name; `say` makes one.

    Raises ValueError for an identifier or a name of another form, and for names that are not in
    order; TypeError for a parameter that is no plain datum.
    """

    id: str
    parameters: tuple[tuple[str, Parameter], ...] = ()
    shown: str = field(default="", compare=False, kw_only=True)
    """Its text as it was shown when it was recorded; empty before that."""

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
                raise TypeError(f"{name} of {self.id} is a {type(value).__name__}: no plain datum")

    def given(self, **parameters: Parameter) -> Sentence:
        """The same sentence with other data in some of its gaps."""
        return Sentence(self.id, tuple(sorted({**dict(self.parameters), **parameters}.items())))

    def __str__(self) -> str:
        """The sentence as programs write it down; people are shown what `words` makes of it."""
        return f"{self.id}({', '.join(f'{name}={value!r}' for name, value in self.parameters)})"


Said: TypeAlias = Sentence | str
"""A sentence, or the text alone of one that was recorded before leaves gave identifiers."""


def recorded(said: Said, text: Callable[[Sentence], str]) -> Said:
    """Give a sentence with its text as it is shown now; one that was recorded stays as it is."""
    return said if isinstance(said, str) or said.shown else replace(said, shown=text(said))


class KeptSentence(NamedTuple):
    """A sentence that stands in a member, by identifier and parameters.

    The member itself holds the text as it was shown.
    """

    member: str
    """The name of the member, such as `explanation`, with the place of an item that it lists."""
    id: str
    parameters: dict[str, Parameter]


def beside(**members: Iterable[Said]) -> tuple[KeptSentence, ...]:
    """Give the sentences of the texts in these members, to be kept beside them.

    A text that is no sentence has none.
    """
    return tuple(
        KeptSentence(member, one.id, dict(one.parameters))
        for member, said in members.items()
        for one in said
        if isinstance(one, Sentence)
    )


def say(identifier: str, /, **parameters: Parameter) -> Sentence:
    """Make a sentence: `say("size.too-large", name="a.jpg", size=3)`."""
    return Sentence(identifier, tuple(sorted(parameters.items())))
