"""The frame around every screen: sign-in, navigation, and the banners that must not be missed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from ui import acts, server, state, theme, words
from ui.components import markup
from ui.screens import (
    candidates,
    cases,
    catalog,
    copies,
    exhibits,
    export,
    intake,
    overview,
    people,
    reading,
    review,
    start,
    traces,
    verify,
)
from workbench.types import CaseSummary, Policy

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from workbench.workbench import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One entry of the navigation."""

    name: str
    title: str
    icon: str
    render: Callable[[Workbench], None]


GENERAL = (
    Screen(name="start", title="Start", icon=":material/home:", render=start.render),
    Screen(name="cases", title="Cases", icon=":material/folder_open:", render=cases.render),
    Screen(name="catalog", title="Catalog", icon=":material/list_alt:", render=catalog.render),
    Screen(
        name="verify", title="Verify a bundle", icon=":material/verified:", render=verify.render
    ),
    Screen(name="people", title="People and keys", icon=":material/badge:", render=people.render),
)
OF_A_CASE = (
    Screen(name="overview", title="Overview", icon=":material/dashboard:", render=overview.render),
    Screen(name="intake", title="Intake", icon=":material/upload:", render=intake.render),
    Screen(
        name="exhibits", title="Exhibits", icon=":material/photo_library:", render=exhibits.render
    ),
    Screen(
        name="reading", title="Reading", icon=":material/document_scanner:", render=reading.render
    ),
    Screen(name="copies", title="Copies", icon=":material/filter_none:", render=copies.render),
    Screen(
        name=review.ADDRESS, title="Review", icon=":material/rate_review:", render=review.render
    ),
    Screen(
        name="candidates", title="Candidates", icon=":material/balance:", render=candidates.render
    ),
    Screen(
        name="traces", title="Trace requests", icon=":material/outgoing_mail:", render=traces.render
    ),
    Screen(name="export", title="Export", icon=":material/inventory_2:", render=export.render),
)
MOST_SET_ASIDE = 5
"""Most unusable entries that every screen names; the audit names them all."""
_CAUGHT_UP = "np_caught_up"
ICON = Path(__file__).with_name("icon.png")
"""A file of our own: a Material icon here would be fetched from the network."""


def refuse(sentence: str) -> None:
    """Say why the workbench could not be opened, and nothing else."""
    _frame()
    markup.head("Nameplate could not start")
    markup.note(sentence, "stop")


def run(workbench: Workbench) -> None:
    """Show the screen that the address asks for, to a person who is signed in."""
    _frame()
    _catch_up(workbench)
    signed_in = state.current_user() is not None
    actor = state.refresh_user(workbench.people)
    if signed_in and actor is None:  # they have left, or their key has ended
        server.dismiss()
    case = state.case_or_none(workbench) if actor else None
    pages = _pages(workbench, with_case=case is not None)
    page = _navigation(pages, with_case=case is not None, signed_in=actor is not None)
    if actor is None:
        acts.wait_for_sign_in()
        state.show_flashes()
        start.sign_in(workbench)
        return
    server.admit()
    if case is not None:
        state.keep_blind(case.case_id)
    wanted = state.take_destination()
    if wanted in pages:
        st.switch_page(pages[wanted])
    acts.receive(workbench, actor, keys=page.url_path == review.ADDRESS)
    _sidebar(case)
    _banners(workbench, case, url_path=page.url_path)
    for sentence in (*workbench.set_aside()[:MOST_SET_ASIDE], *workbench.people.unrecorded()):
        markup.note(sentence, "stop")
    remark = workbench.clock_remark(case.case_id if case else None)
    if remark:
        markup.note(remark, "caution")
    state.show_flashes()
    with state.told(), state.noting_what_is_shown(workbench, actor, page.title):
        page.run()


def _catch_up(workbench: Workbench) -> None:
    """Show progress while the tables are brought up to date with the log."""
    if st.session_state.get(_CAUGHT_UP):
        return
    if workbench.is_behind:
        markup.head("Bringing the tables up to date")
        markup.note(
            "The tables behind the screens are being rebuilt from the log, for instance after an "
            "update of Nameplate. The log and the originals are not changed. If this is stopped, "
            "it resumes where it left off."
        )
        bar = st.progress(0.0)

        def on_step(what: str, done: int, total: int) -> None:
            bar.progress(done / max(total, 1), text=f"{done:,} of {total:,} {what}")

        workbench.catch_up(on_step)
        st.session_state[_CAUGHT_UP] = True
        st.rerun()
    st.session_state[_CAUGHT_UP] = True


def _frame() -> None:
    st.set_page_config(page_title="Nameplate", page_icon=str(ICON), layout="wide")
    st.html(theme.STYLE)


def _pages(workbench: Workbench, *, with_case: bool) -> dict[str, st.Page]:
    def bound(screen: Screen) -> Callable[[], None]:
        def show() -> None:
            screen.render(workbench)

        return show

    return {
        screen.name: st.Page(
            bound(screen),
            title=screen.title,
            icon=screen.icon,
            url_path=screen.name,
            default=screen.name == "start",
            visibility="visible" if with_case or screen in GENERAL else "hidden",
        )
        for screen in GENERAL + OF_A_CASE
    }


def _navigation(pages: Mapping[str, st.Page], *, with_case: bool, signed_in: bool) -> st.Page:
    # Every address stays known, even before sign-in and without a case: a link from outside
    # then leads to its screen after sign-in.
    of_a_case = [pages[screen.name] for screen in OF_A_CASE]
    general = [pages[screen.name] for screen in GENERAL]
    sections = (
        {"This case": of_a_case, "Workbench": general}
        if with_case
        else {"Workbench": general + of_a_case}
    )
    return st.navigation(sections, position="sidebar" if signed_in else "hidden", expanded=True)


def _sidebar(case: CaseSummary | None) -> None:
    actor = state.require_user()
    with st.sidebar:
        under = f"Open case: {markup.safe(case.title)}" if case else "No case is open"
        st.html(
            f'<div class="np-brand-sub">{under}</div><div class="np-ruler"></div>'
            f'<div class="np-brand-sub">Signed in as <b>{markup.safe(actor.name)}</b><br>'
            f"{markup.safe(', '.join(words.ROLES[role] for role in actor.roles))}</div>"
        )
        if st.button("Sign out", key="sign_out", type="tertiary", icon=":material/logout:"):
            server.dismiss()
            state.sign_out()
            st.rerun()


def _banners(workbench: Workbench, case: CaseSummary | None, *, url_path: str) -> None:
    strips = []
    if case is not None and url_path in {screen.name for screen in OF_A_CASE}:
        if case.synthetic:
            strips.append(
                banner(
                    "synthetic",
                    "SYNTHETIC CASE",
                    "Invented by this program; none of this happened.",
                )
            )
        if case.policy is Policy.SOLO:
            strips.append(
                banner(
                    "solo",
                    "SOLO CASE",
                    "One person decides; nobody else has checked it.",
                )
            )
    if url_path in {"catalog", "candidates"}:
        current = workbench.catalogs.current()
        if current is not None and current.synthetic:
            strips.append(
                banner(
                    "synthetic",
                    "SYNTHETIC CATALOG",
                    f"“{current.name}” is invented. A match says nothing about the real world.",
                )
            )
    if strips:
        st.html(f'<div class="np-banners">{"".join(strips)}</div>')


def banner(kind: str, word: str, sentence: str) -> str:
    """A banner with a warning that holds for the whole screen, as HTML."""
    return (
        f'<div class="np-banner np-banner-{kind}" role="note"><b>{markup.safe(word)}</b>'
        f"<span>{markup.safe(sentence)}</span></div>"
    )
