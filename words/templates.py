"""The sentences of a language by identifier, each a text with gaps or a function.

A sentence that a language does not know, and a parameter that is missing or has no place, are
errors of ours and raise.
"""

from __future__ import annotations

import inspect
from string import Formatter
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from values.sentence import Parameter, Sentence

Template: TypeAlias = "str | Callable[..., str]"
"""A text with gaps such as `{name}` or `{size:,}`, or a function with a keyword for each gap."""


class Words:
    """The sentences of one language, by identifier.

    Raises ValueError for a text with a gap that is not simply a name.
    """

    def __init__(self, templates: Mapping[str, Template]) -> None:
        self._templates = dict(templates)
        self._gaps = {one: _gaps(template) for one, template in templates.items()}

    def __contains__(self, identifier: str) -> bool:
        """Whether there is a sentence of that identifier."""
        return identifier in self._templates

    def gaps(self) -> Mapping[str, frozenset[str]]:
        """The names of the gaps of each sentence."""
        return self._gaps

    def text(self, sentence: Sentence) -> str:
        """Make the text of a sentence.

        Raises KeyError for a sentence that this language does not have, TypeError for parameters
        that are not those of its gaps.
        """
        gaps = self._gaps[sentence.id]
        given = dict(sentence.parameters)
        if given.keys() != gaps:
            names = (sorted(given), sorted(gaps))
            raise TypeError(f"{sentence.id} was given {names[0]} and has gaps for {names[1]}")
        template = self._templates[sentence.id]
        if not isinstance(template, str):
            return template(**given)
        return template.format_map({name: _shown(value) for name, value in given.items()})


def _gaps(template: Template) -> frozenset[str]:
    if not isinstance(template, str):
        parameters = inspect.signature(template).parameters.values()
        if any(one.kind is not one.KEYWORD_ONLY for one in parameters):
            raise ValueError(f"{template} must take its parameters by keyword alone")
        return frozenset(one.name for one in parameters)
    names = [name for _, name, _, _ in Formatter().parse(template) if name is not None]
    if not all(name.isidentifier() for name in names):
        raise ValueError(f"{template!r} has a gap that is not simply a name")
    return frozenset(names)


def _shown(value: Parameter) -> bool | int | float | str:
    return ", ".join(value) if isinstance(value, tuple) else value
