"""Who is signed in, which case is open, and how one screen sends a person to another."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from ui.components import markup
from words import en
from workbench.rules.blindness import EACH, was_shown
from workbench.rules.roles import may_not
from workbench.types import Actor, CaseSummary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from ui import theme
    from workbench.people.people import People
    from workbench.rules.blindness import Place
    from workbench.workbench import Workbench

_ACTOR, _CASE, _GO, _FLASH = "np_actor", "np_case", "np_go", "np_flash"
_SHOWN, _DRAWN, _REFUSED = "np_shown", "np_drawn", "np_refused"
EVERY_EXHIBIT = EACH


def current_user() -> Actor | None:
    """The person who uses this browser session, or None; called by screens only.

    A team's own way of signing in goes here and in `sign_in`; screens need no change.
    """
    actor = st.session_state.get(_ACTOR)
    return actor if isinstance(actor, Actor) else None


def refresh_user(people: People) -> Actor | None:
    """Load the user again: their roles may have changed since they signed in.

    A person who has left, or no longer has a key, is signed out.
    """
    actor = current_user()
    if actor is None:
        return None
    now = people.still(actor)
    if now is None:
        sign_out()
        flash(f"{actor.name} no longer has access here and was signed out.", "stop")
    else:
        sign_in(now)
    return now


def require_user() -> Actor:
    """The signed-in person; without one, the screen stops here."""
    actor = current_user()
    if actor is None:
        markup.note("Sign in first.", "stop")
        st.stop()
    return actor


def may(kind: str, *, of_another: bool = False) -> bool:
    """Whether the signed-in person's roles allow them to record this kind of entry."""
    actor = require_user()
    return may_not(kind, actor.name, actor.roles, of_another=of_another) is None


def lacks_role(kind: str) -> bool:
    """Whether the person lacks a role for this kind of entry; the screen then says so."""
    actor = require_user()
    why = may_not(kind, actor.name, actor.roles)
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
    """The open case, if it exists; a wrong address is reported and dropped."""
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
    """The open case; without one, the screen says where to find cases, and stops."""
    summary = case_or_none(workbench)
    if summary is None:
        markup.empty("No case is open", "This screen shows one case at a time. Open one first.")
        if st.button("Go to cases", key="to_cases"):
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
    """The screen requested since the last run; given once."""
    wanted = st.session_state.pop(_GO, None)
    return str(wanted) if wanted else None


def flash(text: str, tone: theme.Tone = "good") -> None:
    """Show a sentence on the next run, on whichever screen that is."""
    st.session_state.setdefault(_FLASH, []).append((text, tone))


def show_flashes() -> None:
    """Show the sentences that `flash` was given."""
    for text, tone in st.session_state.pop(_FLASH, []):
        markup.note(text, tone)


def saw(case_id: str, exhibit_id: str, region_id: str = EACH, field: str = EACH) -> None:
    """Note that the words at a place, or of a whole exhibit, are on the screen in this run."""
    _shown_now().add((case_id, (exhibit_id, region_id, field)))


def has_seen(workbench: Workbench, case_id: str, place: Place) -> bool:
    """Whether this person was shown the words at a place, on whichever screen or command line."""
    now = [shown for case, shown in _shown_now() if case == case_id]
    person_id = require_user().person_id
    return was_shown(now, place) or workbench.shown.was_shown(person_id, case_id, place)


def _shown_now() -> set[tuple[str, Place]]:
    shown: set[tuple[str, Place]] = st.session_state.setdefault(_SHOWN, set())
    return shown


@contextmanager
def noting_what_is_shown(workbench: Workbench, actor: Actor, screen: str) -> Iterator[None]:
    """Record which readings a screen shows, however its run ends."""
    shown = _shown_now()
    try:
        yield
    finally:
        for case_id in {case_id for case_id, _place in shown}:
            places = sorted(place for case, place in shown if case == case_id)
            workbench.shown.note(actor, case_id, places, shown_by=screen)
        shown.clear()


def is_blind(case_id: str) -> bool:
    """Whether this person wants to transcribe before machine readings are shown."""
    return bool(st.session_state.get(f"blind-{case_id}"))


def keep_blind(case_id: str) -> None:
    """Keep the choice to transcribe blind on screens that do not show its switch.

    Streamlit forgets the value of a widget as soon as a screen does not draw it.
    """
    key = f"blind-{case_id}"
    if key in st.session_state:
        st.session_state[key] = st.session_state[key]


def bound(control: str, now: int) -> int:
    """The state on which a control was last drawn: what its person saw when they pressed it.

    Call it once per run, before the control; `now` is the state in this run.
    """
    drawn: dict[str, int] = st.session_state.setdefault(_DRAWN, {})
    before = drawn.get(control, now)
    drawn[control] = now
    return before


def refusals() -> dict[str, str]:
    """Why an answer was not recorded, by the control pressed, until one is recorded.

    Callbacks take this dict itself: one that calls Streamlit can lose the next press.
    """
    kept: dict[str, str] = st.session_state.setdefault(_REFUSED, {})
    return kept


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
        """Show the error's sentence, if it has one; then the error is handled."""
        sentence = None if error is None else en.told(error)
        if sentence is None:
            return False
        markup.note(sentence, "stop")
        return True
