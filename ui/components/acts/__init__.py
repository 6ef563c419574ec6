"""What people press on cards, kept in the browser until the store has answered: a component.

A card that can be confirmed carries a mark (`card`), with the very view that it was drawn from; a
button that only turns to something else carries another (`turn`). The component listens to keys
and clicks on both, gives each press of a card an identifier, keeps it in the tab's storage, and
sends all that wait until each is answered. It also stops clicks on other buttons while a run of
the screen is under way, since Streamlit could lose them, and says so.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from ui.components import markup

if TYPE_CHECKING:
    from collections.abc import Mapping

_HERE = Path(__file__).parent
KEY = "np_acts"
ALWAYS = ("intake_stop", "reading_stop")
"""Buttons that end something while it runs: they can be pressed during a run."""


@cache
def _component() -> Any:
    return st.components.v2.component(
        "nameplate_acts",
        html=(_HERE / "acts.html").read_text(encoding="utf-8"),
        css=(_HERE / "acts.css").read_text(encoding="utf-8"),
        js=(_HERE / "acts.js").read_text(encoding="utf-8"),
    )


def sent() -> object:
    """What the browser sent and has not been told to be answered, as it came; None if nothing."""
    said = st.session_state.get(KEY)
    found = said.get("sent") if isinstance(said, dict) else None
    return found.get("acts") if isinstance(found, dict) else None


def listen(*, person_id: str | None, answers: Mapping[str, str], keys: bool) -> None:
    """Draw the component; `answers` says of each act that came: "" if recorded, else why not.

    With `keys`, a digit that finds no card is said to be not taken.
    """
    _component()(
        data={
            "person": person_id,
            "answers": dict(answers),
            "always": list(ALWAYS),
            "keys": keys,
        },
        key=KEY,
        on_sent_change=lambda: None,
    )


def card(*, key: str, button: str, act: Mapping[str, str | int]) -> str:
    """Mark what stands before it as a card that one key, or its button, confirms; as HTML.

    Draw it last in the card: whoever sees it sees what it speaks of. `act` is what is sent with an
    identifier; its `crop` is the key of the picture that has to be in view.
    """
    said = markup.safe(json.dumps(act))
    return (
        f'<i class="np-act" data-key="{markup.safe(key)}" data-button="{markup.safe(button)}" '
        f'data-act="{said}"></i>'
    )


def turn(*, key: str, button: str, what: str) -> str:
    """Mark a button that judges nothing as one that a key presses once all is recorded; as HTML."""
    return (
        f'<i class="np-turn" data-key="{markup.safe(key)}" data-button="{markup.safe(button)}" '
        f'data-what="{markup.safe(what)}"></i>'
    )
