"""Who is signed in, which case is open, and how one screen sends a person to another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from ui.components import markup
from workbench.policy import missing_role
from workbench.types import Actor, CaseSummary, Role

if TYPE_CHECKING:
    from types import TracebackType

    from workbench.workbench import Workbench

_ACTOR, _CASE, _GO, _FLASH = "np_actor", "np_case", "np_go", "np_flash"
_SEEN = "np_seen"
EVERY_FIELD = EVERY_EXHIBIT = "*"


def current_actor() -> Actor | None:
    """The person who is signed in to this browser session, or None."""
    actor = st.session_state.get(_ACTOR)
    return actor if isinstance(actor, Actor) else None


def require_actor() -> Actor:
    """The signed-in person; nothing below this line runs for anybody else."""
    actor = current_actor()
    if actor is None:
        markup.note("Sign in first.", "stop")
        st.stop()
    return actor


def lacks(role: Role) -> bool:
    """Whether the signed-in person lacks the role for what would stand here; they are told so."""
    why = missing_role(require_actor(), role)
    if why is not None:
        markup.note(why, "caution")
    return why is not None


def sign_in(actor: Actor) -> None:
    """Remember the person for this browser session."""
    st.session_state[_ACTOR] = actor


def sign_out() -> None:
    """Forget the person and everything that was on their screens."""
    st.session_state.clear()
    st.query_params.clear()


def current_case_id() -> str | None:
    """The open case: from this session, else from the address."""
    chosen = st.session_state.get(_CASE) or st.query_params.get("case")
    return str(chosen) if chosen else None


def choose_case(case_id: str | None) -> None:
    """Open a case, or none."""
    st.session_state[_CASE] = case_id


def case_or_none(workbench: Workbench) -> CaseSummary | None:
    """The open case, if it exists; a wrong address is forgotten, and said."""
    case_id = current_case_id()
    if case_id is None:
        return None
    with told():
        summary = workbench.cases.summary(case_id)
        st.session_state[_CASE] = case_id
        return summary
    choose_case(None)
    return None


def require_case(workbench: Workbench) -> CaseSummary:
    """The open case; without one the screen says where to find cases, and stops."""
    summary = case_or_none(workbench)
    if summary is None:
        markup.empty("No case is open", "Open a case first; everything here belongs to one.")
        if st.button("Go to the cases", key="to_cases"):
            go("cases")
        st.stop()
    st.query_params["case"] = summary.case_id
    return summary


def go(screen: str) -> NoReturn:
    """Show another screen."""
    st.session_state[_GO] = screen
    st.rerun()
    raise AssertionError("a rerun does not return")


def take_destination() -> str | None:
    """The screen that was asked for since the last run, once."""
    wanted = st.session_state.pop(_GO, None)
    return str(wanted) if wanted else None


def flash(text: str, tone: markup.Tone = "good") -> None:
    """Say a sentence on the next run, whichever screen that is."""
    st.session_state.setdefault(_FLASH, []).append((text, tone))


def show_flashes() -> None:
    """Say what was left to say."""
    for text, tone in st.session_state.pop(_FLASH, []):
        markup.note(text, tone)


def saw(case_id: str, exhibit_id: str, field: str = EVERY_FIELD) -> None:
    """Remember that the machine's words for a field, or a whole exhibit, were on the screen."""
    st.session_state.setdefault(_SEEN, set()).add((case_id, exhibit_id, field))


def has_seen(case_id: str, exhibit_id: str, field: str) -> bool:
    """Whether this person has had the machine's words for a field on the screen since sign-in."""
    seen = st.session_state.get(_SEEN, set())
    return not seen.isdisjoint(
        {
            (case_id, exhibit_id, field),
            (case_id, exhibit_id, EVERY_FIELD),
            (case_id, EVERY_EXHIBIT, EVERY_FIELD),
        }
    )


def is_blind(case_id: str) -> bool:
    """Whether this person wants to write what they read before machines' words are shown."""
    return bool(st.session_state.get(f"blind-{case_id}"))


def keep_blind(case_id: str) -> None:
    """Carry the wish to transcribe blind over to screens that do not show its switch.

    Streamlit forgets what a widget said as soon as a screen does not draw it.
    """
    key = f"blind-{case_id}"
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]


class told:  # noqa: N801 - reads as a word: `with told():`
    """Turn an error that explains itself into a sentence on the screen; let others through."""

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        """Say the error's sentence, if it has one; then it counts as handled."""
        diagnostics = getattr(error, "diagnostics", None)
        if diagnostics is None:
            return False
        markup.note(diagnostics(), "stop")
        return True
