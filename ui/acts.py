"""Records what browsers send, each act by itself, and answers for each."""

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
"""Acts that one message may hold; a person does not press more before an answer."""
NOT_UNDERSTOOD: Final = "Not recorded: the message from the browser could not be read. Press again."
FAILED: Final = (
    "Something went wrong, and this may not be recorded. Check the card; press again if needed."
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A press of *Confirm*, with who pressed it over which view of which card."""

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
    """Record what came from the browser and is not answered yet, and show what keeps its acts.

    With `keys`, the screen is one on which digits judge: one that finds no card is spoken of.
    """
    before: dict[str, str] = st.session_state.get(_ANSWERS, {})
    answers = answered(workbench, actor, acts.sent(), before, state.refusals())
    st.session_state[_ANSWERS] = answers
    acts.listen(person_id=actor.person_id, answers=answers, keys=keys)


def wait_for_sign_in() -> None:
    """Show what waits in the browser, where nobody is signed in who could record it."""
    acts.listen(person_id=None, answers={}, keys=False)


def answered(
    workbench: Workbench,
    actor: Actor,
    sent: object,
    before: Mapping[str, str],
    refusals: dict[str, str],
) -> dict[str, str]:
    """Answer each act of a message by its identifier; what was answered before stays so.

    `refusals` is what the cards show of what was not recorded.
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
    """Record one act; gives why it is not recorded, or nothing."""
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
            field=cast("FieldName", act.field),  # what is no field the verb refuses
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
