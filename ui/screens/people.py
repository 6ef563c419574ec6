"""People: who may do what, with which key, and what a verifier needs from us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from workbench.types import Role

if TYPE_CHECKING:
    from workbench.workbench import Workbench


def render(workbench: Workbench) -> None:
    """Everyone enrolled, the form for another person, and the trust anchors."""
    state.require_actor()
    markup.head(
        "People and keys",
        "Every act is recorded under a person's name. Each person has an Ed25519 key of their own.",
    )
    rows = [
        (
            f"<b>{markup.safe(person.name)}</b>",
            markup.chips(*(markup.chip(words.ROLES[role], "accent") for role in person.roles)),
            markup.chip("with passphrase", "good")
            if person.has_passphrase
            else markup.chip("no passphrase", "caution"),
            markup.safe(words.when(person.enrolled_at)),
            f'<span class="np-small">{markup.mono(person.public_key)}</span>',
        )
        for person in workbench.people.everyone()
    ]
    markup.table(("Name", "Roles", "Key", "Enrolled", "Public key"), rows)
    st.space("small")
    left, _, right = st.columns([1, 0.06, 1.1])
    with left:
        _enrol(workbench)
    with right:
        _trust(workbench)


def _enrol(workbench: Workbench) -> None:
    markup.section("Enrol a person", "A custodian does this. The key is made here and kept here.")
    with st.form("enrol", clear_on_submit=True, border=False):
        name = st.text_input("Name", key="enrol_name")
        roles = role_boxes("enrol_role", ticked=False)
        passphrase = st.text_input(
            "Passphrase for their key", type="password", key="enrol_passphrase"
        )
        sent = st.form_submit_button("Enrol", type="primary", key="enrol_send")
    if sent:
        with state.told():
            person = workbench.people.enrol(
                name, roles, passphrase=passphrase or None, by=state.require_actor()
            )
            state.flash(f"{person.name} is enrolled.")
            st.rerun()


def role_boxes(key: str, *, ticked: bool) -> tuple[Role, ...]:
    """One box for each role, with what it lets a person do; gives the roles that are ticked."""
    return tuple(
        role
        for role in Role
        if st.checkbox(
            f"**{words.ROLES[role]}** – {words.ROLE_HELP[role]}", value=ticked, key=f"{key}_{role}"
        )
    )


def _trust(workbench: Workbench) -> None:
    markup.section(
        "For whoever verifies",
        "Hand this file over by another way than the bundle: a bundle cannot vouch for itself.",
    )
    signers = workbench.people.allowed_signers_text()
    st.code(signers or "(nobody yet)", language=None, wrap_lines=True)
    st.download_button(
        "Download allowed_signers",
        signers,
        file_name="allowed_signers",
        mime="text/plain",
        key="signers_download",
        on_click="ignore",
    )
