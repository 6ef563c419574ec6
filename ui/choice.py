"""A list to choose one from that keeps what was chosen when its words change."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Chosen = TypeVar("Chosen")

_RUNS = 4
"""Of how many last drawings of a list the words are known: a browser is one or two behind."""


def choose(
    label: str,
    options: Sequence[Chosen],
    *,
    key: str,
    named: Callable[[Chosen], str],
    first: Chosen | None = None,
) -> Chosen:
    """Show the list, and return what is chosen; `first` (or the first of all) to begin with.

    A browser sends the words of what is chosen. Where it sends them before it was drawn anew with
    others, because somebody judged or read meanwhile, Streamlit gives the old words back as they
    are: what they named is chosen still.
    """
    words_key = f"{key}_named"
    said = st.session_state.get(key)
    words = cast("dict[object, Chosen]", st.session_state.setdefault(words_key, {}))
    if said not in options:
        said = words.get(said)
    if said not in options:
        said = options[0] if first is None else first
    st.session_state[key] = said
    for option in options:
        words.pop(named(option), None)  # what was named last is named at the end
        words[named(option)] = option
    for old in list(words)[: -_RUNS * len(options)]:
        del words[old]
    return st.selectbox(label, options, key=key, format_func=named)
