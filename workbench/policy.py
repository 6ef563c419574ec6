"""The rules on who may do what. They hold for every caller: screen, command line or program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.types import Judgement, Policy, Role

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.types import Actor

_ROLE_WORDS = {
    Role.INVESTIGATOR: "an investigator",
    Role.REVIEWER: "a reviewer",
    Role.CUSTODIAN: "a custodian",
}

POLICY_WORDS = {
    Policy.TWO_PEOPLE: "Whoever took an exhibit in may not confirm it.",
    Policy.TWO_REVIEWERS: "Whoever took an exhibit in may not confirm it, and a candidate "
    "stands only when two different reviewers confirm it.",
    Policy.SOLO: "One person may take in, review and decide: nobody else has checked.",
}
"""Each policy in one sentence, as screens, reports and bundles show it."""


CONFIRMING = 2
"""Different reviewers who have to confirm a candidate under the rule of two reviewers."""


def missing_role(actor: Actor, role: Role) -> str | None:
    """Why this person may not do what needs the role, or None."""
    if role in actor.roles:
        return None
    return (
        f"This needs {_ROLE_WORDS[role]}, and {actor.name} is not one. "
        "A custodian can enrol someone with that role."
    )


def own_material(policy: Policy, actor: Actor, taken_in_by: Iterable[str]) -> str | None:
    """Why this person may not judge material that they took in themselves, or None."""
    if policy is Policy.SOLO or actor.person_id not in set(taken_in_by):
        return None
    return (
        f"{actor.name} took this exhibit in, and under this case's policy "
        "another person has to judge it."
    )


def stands(policy: Policy, judgement: Judgement, confirming: Sequence[str]) -> bool:
    """Whether a judgement of a candidate counts yet, given the reviewers who agree with it."""
    needed = (
        CONFIRMING if policy is Policy.TWO_REVIEWERS and judgement is Judgement.CONFIRMED else 1
    )
    return len(set(confirming)) >= needed


def reason_missing(judgement: Judgement, reason: str) -> str | None:
    """Why a judgement cannot be recorded without a reason, or None."""
    if judgement is Judgement.CONFIRMED or reason.strip():
        return None
    return "Say in a few words why; the reason travels with the judgement."
