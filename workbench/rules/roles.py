"""Who may record what: for each kind of entry, the roles of which its author must have one.

This is checked when an entry is recorded, not at sign-in: a person whose role or key has ended, or
who has left, can record nothing more, from any screen or command.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from workbench.types import Role

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


class Membership(StrEnum):
    """Whose cases a person may act in."""

    EVERYBODY = "everybody"
    """Every person of the store may act in each of its cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class May:
    """Who may record one kind of entry: one of the roles, in the cases of that membership."""

    roles: frozenset[Role]
    membership: Membership = Membership.EVERYBODY


ANYBODY: Final = May(roles=frozenset(Role))
"""Any person of the store, in any role."""
_TAKES_IN: Final = May(roles=frozenset({Role.INVESTIGATOR}))
_READS: Final = May(roles=frozenset({Role.INVESTIGATOR, Role.REVIEWER}))
_JUDGES: Final = May(roles=frozenset({Role.REVIEWER}))
_KEEPS: Final = May(roles=frozenset({Role.CUSTODIAN}))

RECORDED_BY: Final[Mapping[str, May]] = {
    "case.opened": _TAKES_IN,
    "case.created": _TAKES_IN,
    "archive.opened": _TAKES_IN,
    "exhibit.taken_in": _TAKES_IN,
    "exhibit.refused": _READS,
    "frame.taken": _READS,
    "frames.missing": _READS,
    "copies.proposed": _READS,
    "exhibit.read": _READS,
    "plates.joined": _JUDGES,
    "copies.judged": _JUDGES,
    "field.judged": _JUDGES,
    "candidates.searched": _JUDGES,
    "candidate.judged": _JUDGES,
    "trace.asked": _KEEPS,
    "trace.answered": _KEEPS,
    "catalog.imported": _KEEPS,
    "catalog.chosen": _KEEPS,
    "bundle.sealed": _KEEPS,
    "bundle.published": _KEEPS,
    "bundle.stamped": _KEEPS,
    "bundle.signed": ANYBODY,
    "person.enrolled": _KEEPS,
    "person.ended": _KEEPS,
    "role.begun": _KEEPS,
    "role.ended": _KEEPS,
    "key.begun": ANYBODY,
    "key.ended": ANYBODY,
    "clock-corrected": _KEEPS,
    "person.signed_in": ANYBODY,
    "words.shown": ANYBODY,
}
"""Who may record each kind of entry: roles, and membership of the case. A kind that is not listed
may be recorded by anybody in service."""

OF_ANOTHER: Final[Mapping[str, May]] = {"key.begun": _KEEPS, "key.ended": _KEEPS}
"""Who may record about somebody else what anybody may record about themselves."""

OF_NOBODY: Final = frozenset({"refused", "sign_in.refused"})
"""What is recorded about anybody who tried, including people who left and unproven ones."""

UNPROVEN: Final = "unproven"
"""The actor of an entry about a person who did not prove who they are."""

RULES: Final = Declared(
    "roles",
    test="tests/unit/workbench/rules/test_roles.py",
    source="decision 0066",
    units={
        "RECORDED_BY": "kind of entry: roles, and cases",
        "OF_ANOTHER": "kind of entry: roles, and cases",
        "OF_NOBODY": "kinds of entries",
        "UNPROVEN": "actor",
    },
)

_WORDS: Final = {
    Role.INVESTIGATOR: "an investigator",
    Role.REVIEWER: "a reviewer",
    Role.CUSTODIAN: "an administrator (custodian)",
}


def may_not(
    kind: str, name: str, roles: Collection[Role], *, of_another: bool = False
) -> str | None:
    """Return why a person with these roles may not record this kind of entry, or None.

    `of_another` is True if the entry is about a person other than its author.
    """
    may = (of_another and OF_ANOTHER.get(kind)) or RECORDED_BY.get(kind, ANYBODY)
    needed = may.roles
    if needed & set(roles):
        return None
    if not roles:
        return f"{name} no longer has a role. An administrator (custodian) can give one."
    words = " or ".join(_WORDS[role] for role in Role if role in needed)
    return f"Only {words} can do this; {name} is not one. An administrator can give that role."


def last_custodian(name: str, others_in_service: Collection[frozenset[Role]]) -> str | None:
    """Return why a person cannot stop being a custodian, given everyone else's roles; or None."""
    if any(Role.CUSTODIAN in roles for roles in others_in_service):
        return None
    return (
        f"{name} is the only administrator (custodian); without one, nobody can be added and "
        "nothing sealed. First add another administrator, or give somebody that role."
    )
