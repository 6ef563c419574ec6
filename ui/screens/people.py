"""People: who may do what, with which key, and what a verifier needs from us."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

import streamlit as st

from ui import state, words
from ui.components import markup
from workbench.types import Role

if TYPE_CHECKING:
    from evidence_store.types import PublicKey
    from workbench.types import Person
    from workbench.workbench import Workbench


def render(workbench: Workbench) -> None:
    """Everyone in the store, the form for another person, and the trust anchors."""
    state.require_user()
    markup.head(
        "People and keys",
        "Every action is recorded under a person's name. Each person has their own Ed25519 key.",
    )
    rows = [
        (
            f"<b>{markup.safe(person.name)}</b>",
            _roles(person),
            _key_chip(person, workbench.people.keys_of(person.person_id)[-1]),
            markup.safe(words.when(person.enrolled_at)),
            f'<span class="np-small">{markup.mono(person.public_key)}</span>',
        )
        for person in workbench.people.everyone()
    ]
    markup.table(("Name", "Roles", "Key", "Added", "Public key"), rows)
    st.space("small")
    left, _, right = st.columns([1, 0.06, 1.1])
    with left:
        _enrol(workbench)
        st.space("small")
        _service(workbench)
        st.space("small")
        keys(workbench)
        _clock(workbench)
    with right:
        _trust(workbench)


def _roles(person: Person) -> str:
    if person.left_at is not None:
        return markup.chips(markup.chip(f"left on {words.when(person.left_at)}", "caution"))
    return markup.chips(*(markup.chip(words.ROLES[role], "accent") for role in person.roles))


def _service(workbench: Workbench) -> None:
    markup.section(
        "Change roles, or record that somebody left",
        "For administrators. What a person did stays under their name; once they have left, "
        "nothing more can be done or signed under it.",
    )
    if state.lacks_role("person.ended"):
        return
    people = {person.person_id: person for person in workbench.people.in_service()}
    who = st.selectbox(
        "Person",
        list(people),
        index=None,
        format_func=lambda key: markup.plain(people[key].name),
        key="service_person",
    )
    if who is None:
        return
    person = people[who]
    begun = {f"Give role: {words.ROLES[role]}": role for role in Role if role not in person.roles}
    ended = {f"Remove role: {words.ROLES[role]}": role for role in person.roles}
    leaves = f"{markup.plain(person.name)} has left"
    what = st.radio("Change", [*begun, *ended, leaves], index=None, key=f"service_what-{who}")
    reason = st.text_input("Reason", key=f"service_reason-{who}")
    seen = state.bound(f"service-{who}", person.seen)
    if not st.button("Record the change", disabled=what is None, key=f"service_go-{who}"):
        return
    with state.told():
        actor = state.require_user()
        if what in begun:
            workbench.people.begin_role(actor, who, begun[what], reason=reason, seen=seen)
        elif what in ended:
            workbench.people.end_role(actor, who, ended[what], reason=reason, seen=seen)
        else:
            workbench.people.end_person(actor, who, reason=reason, seen=seen)
        state.flash("Recorded.")
        st.rerun()


def _clock(workbench: Workbench) -> None:
    """Let an administrator say that the clock is right where it runs behind the last entry."""
    remark = workbench.stores.ledger.clock_remark()
    if not remark or state.lacks_role("clock-corrected"):
        return
    st.space("small")
    markup.section("Correct the clock", remark)
    reason = st.text_input("How do you know that the clock is right now?", key="clock_reason")
    if not st.button("Record that the clock is right", key="clock_go"):
        return
    with state.told():
        workbench.people.correct_clock(state.require_user(), reason=reason)
        state.flash("Recorded: from now on, entries carry the clock's time.")
        st.rerun()


def _key_chip(person: Person, key: PublicKey) -> str:
    """Label the last key of a person with what an administrator should know about it."""
    if key.valid_before is not None:
        return markup.chip("ended", "caution")
    if key.held_by == "person":
        return markup.chip("held by the person", "good")
    if person.has_passphrase:
        return markup.chip("with passphrase", "good")
    return markup.chip("no passphrase", "caution")


def _enrol(workbench: Workbench) -> None:
    markup.section(
        "Add person", "For administrators. The key is stored here, unless they keep their own."
    )
    if state.lacks_role("person.enrolled"):
        return
    with st.form("enrol", clear_on_submit=True, border=False):
        name = st.text_input("Name", key="enrol_name")
        roles = role_boxes("enrol_role", ticked=False)
        passphrase = st.text_input(
            "Passphrase for their key", type="password", key="enrol_passphrase"
        )
        own = st.text_input(
            "Or the public key, if they keep their own key",
            key="enrol_public_key",
            help="The one line in their .pub file (ssh-ed25519 …). They then sign bundles on "
            "their own computer, and the bundle says that the key is their own.",
        )
        sent = st.form_submit_button("Add person", type="primary", key="enrol_send")
    if sent:
        with state.told():
            person = workbench.people.enrol(
                name,
                roles,
                passphrase=passphrase or None,
                public_key=own.strip() or None,
                by=state.require_user(),
            )
            state.flash(f"{person.name} was added.")
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


def keys(workbench: Workbench) -> None:
    """Every key of a person with its dates, and the forms to create the next or end one."""
    actor = state.require_user()
    people = {
        person.person_id: person.name
        for person in workbench.people.in_service()
        if state.may("key.begun", of_another=person.person_id != actor.person_id)
    }
    markup.section(
        "Change a key",
        "An ended key stays in the list of allowed signers with its dates, so old bundles still "
        "verify and later signatures do not.",
    )
    person = st.selectbox("Person", list(people), format_func=people.__getitem__, key="key_person")
    had = workbench.people.keys_of(person)
    seen = state.bound(f"keys-{person}", workbench.people.person(person).seen)
    markup.table(
        ("Key", "From", "Until", "Held by"),
        [
            (
                f'<span class="np-small">{markup.mono(key.fingerprint)}</span>',
                markup.safe(words.when(key.valid_after)),
                markup.safe(words.when(key.valid_before)) if key.valid_before else "in use",
                "the server" if key.held_by == "server" else "the person",
            )
            for key in had
        ],
    )
    begin, end = st.tabs(["Create a new key", "End (revoke) a key"])
    with begin:
        _begin_key(workbench, person, seen)
    with end:
        _end_key(workbench, person, [key.fingerprint for key in had], seen)


def _begin_key(workbench: Workbench, person: str, seen: int) -> None:
    with st.form("key_begin", clear_on_submit=True, border=False):
        passphrase = st.text_input("Its passphrase", type="password", key="key_passphrase")
        own = st.text_input("Or the public key, if they keep their own (.pub)", key="key_public")
        sent = st.form_submit_button("Create the new key", key="key_begin_send")
    if sent:
        with state.told():
            workbench.people.begin_key(
                state.require_user(),
                person,
                seen=seen,
                passphrase=passphrase or None,
                public_key=own.strip() or None,
            )
            state.flash("The new key is in use; hand out the new allowed_signers file.")
            st.rerun()


def _end_key(workbench: Workbench, person: str, fingerprints: list[str], seen: int) -> None:
    with st.form("key_end", clear_on_submit=True, border=False):
        which = st.selectbox(
            "Key", fingerprints[::-1], key=f"key_which-{person}-{len(fingerprints)}"
        )
        since = st.datetime_input(
            "Ended on (UTC; empty: now)", value=None, key="key_since", help="It may be in the past."
        )
        reason = st.text_input("Reason", key="key_reason")
        sent = st.form_submit_button("End this key", key="key_end_send")
    if sent:
        with state.told():
            workbench.people.end_key(
                state.require_user(),
                person,
                seen=seen,
                reason=reason,
                at=None if since is None else since.replace(tzinfo=UTC),
                fingerprint=which,
            )
            state.flash("The key has ended; hand out the new allowed_signers file.")
            st.rerun()


def _trust(workbench: Workbench) -> None:
    markup.section(
        "For those who verify bundles",
        "Send this file separately from the bundle, for instance in person; otherwise a forger "
        "could replace both.",
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
