"""A selection list that keeps its choice when its labels change."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

import streamlit as st

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Chosen = TypeVar("Chosen")

_RUNS = 4
"""For how many recent drawings labels are remembered: a browser is one or two behind."""


def choose(
    label: str,
    options: Sequence[Chosen],
    *,
    key: str,
    named: Callable[[Chosen], str],
    first: Chosen | None = None,
) -> Chosen:
    """Show the list and return the choice; at first `first`, or the first option.

    A browser sends the label of the choice. Where labels changed meanwhile, because somebody judged
    or read, it may send an old one, which Streamlit passes through: the option that it named stays
    chosen.
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
        words.pop(named(option), None)  # the latest labels go to the end
        words[named(option)] = option
    for old in list(words)[: -_RUNS * len(options)]:
        del words[old]
    return st.selectbox(label, options, key=key, format_func=named)
