"""A component that stores presses on cards in the browser until the store has answered them.

A card that can be confirmed carries a mark (`card`) with the view that it was drawn from; a button
that only goes somewhere else carries another (`turn`). The component listens to keys and clicks on
both, gives each press of a card an identifier, stores it in the tab, and sends all that wait until
each is answered. While a run of the screen is under way, it also stops clicks on other buttons,
since Streamlit could lose them, and says so.
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
"""Buttons that stop something while it runs: they can be pressed during a run."""


@cache
def _component() -> Any:
    return st.components.v2.component(
        "nameplate_acts",
        html=(_HERE / "acts.html").read_text(encoding="utf-8"),
        css=(_HERE / "acts.css").read_text(encoding="utf-8"),
        js=(_HERE / "acts.js").read_text(encoding="utf-8"),
    )


def sent() -> object:
    """The acts that the browser sent and knows no answer to, unchecked; None if there are none."""
    said = st.session_state.get(KEY)
    found = said.get("sent") if isinstance(said, dict) else None
    return found.get("acts") if isinstance(found, dict) else None


def listen(*, person_id: str | None, answers: Mapping[str, str], keys: bool) -> None:
    """Draw the component; `answers` holds for each act "" if it is recorded, else why not.

    With `keys`, a digit without a card is reported as ignored.
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
    """Mark what is drawn before it as a card that one key, or its button, confirms; as HTML.

    Draw it last in the card, so that it is never there without what it is about. `act` is sent with
    an identifier; its `crop` is the key of the picture that must be in view.
    """
    said = markup.safe(json.dumps(act))
    return (
        f'<i class="np-act" data-key="{markup.safe(key)}" data-button="{markup.safe(button)}" '
        f'data-act="{said}"></i>'
    )


def turn(*, key: str, button: str, what: str) -> str:
    """Mark a button that judges nothing; its key presses it once all is recorded; as HTML."""
    return (
        f'<i class="np-turn" data-key="{markup.safe(key)}" data-button="{markup.safe(button)}" '
        f'data-what="{markup.safe(what)}"></i>'
    )
