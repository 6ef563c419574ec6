"""Records each act that a browser sends, and answers it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, cast

import streamlit as st

from ui import state
from ui.components import acts
from words import en
from workbench.types import Actor, Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vision.types import FieldName
    from workbench.workbench import Workbench

_ANSWERS: Final = "np_answers"
RECORDED: Final = ""
MOST: Final = 500
"""Most acts in one message; nobody presses more before an answer."""
NOT_UNDERSTOOD: Final = "Not recorded: the message from the browser could not be read. Press again."
FAILED: Final = (
    "Something went wrong, and this may not have been recorded. Check the card; press again if "
    "needed."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A press of *Confirm*: who pressed it, and on which view of which card."""

    id: str
    person: str
    name: str
    case: str
    exhibit: str
    region: str
    field: str
    seen: int
    label: str

    @classmethod
    def of(cls, said: object) -> Act:
        """Read an act as a browser sends it. Raises ValueError for anything else."""
        kinds = {one.name: int if one.name == "seen" else str for one in fields(cls)}
        if not isinstance(said, dict) or said.keys() != kinds.keys():
            raise ValueError("other members")
        if any(type(said[name]) is not kind for name, kind in kinds.items()):
            raise ValueError("other types")
        return cls(**said)


def receive(workbench: Workbench, actor: Actor, *, keys: bool) -> None:
    """Record the unanswered acts from the browser, and draw the component that stores its acts.

    With `keys`, digits judge on this screen, and a digit without a card is reported.
    """
    before: dict[str, str] = st.session_state.get(_ANSWERS, {})
    answers = answered(workbench, actor, acts.sent(), before, state.refusals())
    st.session_state[_ANSWERS] = answers
    acts.listen(person_id=actor.person_id, answers=answers, keys=keys)


def wait_for_sign_in() -> None:
    """Show the acts that wait in the browser while nobody is signed in to record them."""
    acts.listen(person_id=None, answers={}, keys=False)


def answered(
    workbench: Workbench,
    actor: Actor,
    sent: object,
    before: Mapping[str, str],
    refusals: dict[str, str],
) -> dict[str, str]:
    """Answer each act of a message by its identifier; earlier answers stay.

    `refusals` is what the cards show about acts that were not recorded.
    """
    answers: dict[str, str] = {}
    for said in sent[:MOST] if isinstance(sent, list) else ():
        key = said.get("id") if isinstance(said, dict) else None
        if not isinstance(key, str):
            continue  # nobody waits for an answer to it
        answers[key] = before[key] if key in before else _answer(workbench, actor, said, refusals)
    return answers


def _answer(
    workbench: Workbench, actor: Actor, said: Mapping[str, Any], refusals: dict[str, str]
) -> str:
    """Record one act; give why it was not recorded, or an empty text."""
    try:
        act = Act.of(said)
    except ValueError:
        return NOT_UNDERSTOOD
    if act.person != actor.person_id:
        return f"Not recorded: {act.name} pressed it, but {actor.name} is signed in."
    on_card = f"{act.exhibit}-{act.region}-{act.field}"
    try:
        workbench.review.judge_field(
            actor,
            act.case,
            exhibit_id=act.exhibit,
            region_id=act.region,
            field=cast("FieldName", act.field),  # the verb refuses other names
            judgement=Judgement.CONFIRMED,
            seen=act.seen,
            act=act.id,
        )
    except Exception as error:
        sentence = en.told(error)
        if sentence is None:
            _log.exception("An act of %s in %s was not recorded.", act.person, act.case)
            return FAILED
        refusals[on_card] = sentence
        return sentence
    refusals.pop(on_card, None)
    return RECORDED
