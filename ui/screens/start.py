"""Start: who you are, the demo case, and which OCR engines are installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from ui.screens.people import role_boxes
from words import en
from workbench.rules.sign_in import CHALLENGE_LIVES, NAMESPACE, Proof, proof_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.types import Person
    from workbench.workbench import Workbench

LEDE = (
    "Read nameplates in photos, see how sure each character is, search export permits for "
    "the unit, and export a signed bundle that anyone can verify."
)

SHORT_LIST = 12
"""Most people that the sign-in shows as a list."""


def sign_in(workbench: Workbench) -> None:
    """The only screen for somebody who is not signed in."""
    left, _, right = st.columns([1.25, 0.08, 1])
    everyone = workbench.people.everyone()
    with left:
        markup.head("Nameplate", LEDE)
        st.space("small")
        if everyone:
            _known_person(workbench)
        else:
            _first_person(workbench)
    with right:
        _readers(workbench)


def _known_person(workbench: Workbench) -> None:
    everyone = workbench.people.in_service()
    names = {person.person_id: person for person in everyone}
    markup.section(
        "Who are you?", "What you do is recorded under your name and signed with your key."
    )
    chosen = _name(names)
    passphrase = proof = None
    needed = proof_of(names[chosen]) if chosen else None
    if needed is Proof.PASSPHRASE:
        passphrase = st.text_input("Passphrase of your key", type="password", key="who_passphrase")
    if chosen and needed is Proof.SIGNATURE:
        proof = _signature(workbench, chosen)
    if st.button("Sign in", type="primary", disabled=not chosen, key="sign_in") and chosen:
        with state.told():
            state.sign_in(workbench.people.sign_in(chosen, passphrase=passphrase, proof=proof))
            st.rerun()


def _signature(workbench: Workbench, person_id: str) -> str:
    """Ask a person who holds their own key to sign; the challenge stays until it is used."""
    asked: dict[str, str] = st.session_state.setdefault("np_challenges", {})
    if person_id not in asked or st.button("New command", key="who_ask_anew", type="tertiary"):
        asked[person_id] = workbench.people.challenge(person_id)
    minutes = int(CHALLENGE_LIVES.total_seconds()) // 60
    st.html(
        '<div class="np-muted">You keep your own key, so you sign in with a signature. Run this '
        f"command on your computer within {minutes} minutes, and paste its output below.</div>"
    )
    st.code(
        f"printf %s '{asked[person_id]}' | ssh-keygen -Y sign -n {NAMESPACE} -f ~/.ssh/id_ed25519",
        language=None,
        wrap_lines=True,
    )
    return st.text_area("Signature", key="who_signature", height=150)


def _name(names: Mapping[str, Person]) -> str | None:
    """The person chosen: while short, a list is quicker to use than a search box."""
    known = list(names)

    def called(person_id: str) -> str:
        return markup.plain(names[person_id].name)

    if len(known) == 1:
        return st.radio("Person", known, format_func=called, key="who")
    if len(known) <= SHORT_LIST:
        return st.radio("Person", known, index=None, format_func=called, key="who")
    return st.selectbox(
        "Person", known, index=None, format_func=lambda key: names[key].name, key="who"
    )


def _first_person(workbench: Workbench) -> None:
    markup.section(
        "Who are you?",
        "You are the first user, so you become the administrator (custodian): you can add people, "
        "import catalogs and seal bundles.",
    )
    with st.form("first_person", border=False):
        name = st.text_input(
            "Your name", key="first_name", placeholder="As it should appear in evidence"
        )
        roles = role_boxes("first_role", ticked=True)
        passphrase = st.text_input(
            "Passphrase for your key (recommended)",
            type="password",
            key="first_passphrase",
            help="You enter it at every sign-in. Without one, anyone who can reach this computer "
            "can act under your name.",
        )
        sent = st.form_submit_button("Add me and sign in", type="primary", key="enrol_first")
    if sent:
        with state.told():
            person = workbench.people.enrol(name, roles, passphrase=passphrase or None, by=None)
            state.sign_in(workbench.people.sign_in(person.person_id, passphrase=passphrase or None))
            st.rerun()


def render(workbench: Workbench) -> None:
    """The first screen after sign-in."""
    actor = state.require_user()
    markup.head(f"Good to see you, {actor.name}", LEDE)
    left, _, right = st.columns([1.25, 0.08, 1])
    with left:
        _demo(workbench)
        st.space("small")
        _own_work(workbench)
    with right:
        _readers(workbench)


def _demo(workbench: Workbench) -> None:
    demo = next((case for case in workbench.cases.all_cases() if case.synthetic), None)
    with st.container(border=True, key="card-demo"):
        markup.section(
            "The demo case",
            "An invented inquiry: photos of camera nameplates drawn by this program, two of them "
            "reposts and one unreadable, with an invented catalog of permits. Allow five minutes.",
        )
        if demo is not None:
            if st.button("Open the demo case", type="primary", key="open_demo"):
                state.choose_case(demo.case_id)
                state.go("overview")
        elif st.button("Create the demo case", type="primary", key="make_demo"):
            _make_demo(workbench)


def _make_demo(workbench: Workbench) -> None:
    bar = st.progress(0.0, text="Drawing the plates …")

    def on_step(name: str, done: int, total: int) -> None:
        bar.progress(done / max(total, 1), text=markup.plain(f"Adding {name}"))

    with state.told():
        case = workbench.demo.load(state.require_user(), on_step=on_step)
        state.choose_case(case.case_id)
        state.go("overview")


def _own_work(workbench: Workbench) -> None:
    cases = workbench.cases.all_cases()
    markup.section(
        "Your own material",
        f"This store holds {words.count(len(cases), 'case')}."
        if cases
        else "This store has no cases yet.",
    )
    if st.button("Go to cases", key="start_cases", icon=":material/folder_open:"):
        state.go("cases")


def _readers(workbench: Workbench) -> None:
    markup.section(
        "OCR engines on this computer",
        "Programs that read plates. One is enough; where two disagree, you see both.",
    )
    rows = [
        (
            markup.chip(
                "ready" if reader.available else "not installed",
                "good" if reader.available else "neutral",
            ),
            (
                f"<b>{markup.safe(reader.name)}</b><br>"
                f'<span class="np-muted np-small">{markup.safe(en.text(reader.sentence))}</span>'
            ),
        )
        for reader in workbench.reading.readers()
    ]
    markup.table(("", ""), rows)
