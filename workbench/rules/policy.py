"""The rules on who may do what. They apply to every caller: screen, command line or program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from values.rule import Declared
from workbench.types import Judgement, Policy

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.types import Actor

POLICY_WORDS = {
    Policy.TWO_PEOPLE: "Whoever added a picture, or a copy of it, may not confirm it.",
    Policy.TWO_REVIEWERS: "Whoever added a picture, or a copy of it, may not confirm it, and a "
    "candidate stands only when two different reviewers confirm it.",
    Policy.SOLO: "One person may add, review and decide; nobody else has checked.",
}
"""Each policy in one sentence, as screens, reports and bundles show it."""


CONFIRMING = 2
"""Different reviewers who must confirm a candidate under the policy “two reviewers”."""

RULES: Final = Declared(
    "policy",
    test="tests/unit/workbench/rules/test_policy.py",
    source="decision 0005",
    units={
        "POLICY_WORDS": "policy: what it requires",
        "CONFIRMING": "reviewers",
    },
)


def own_material(policy: Policy, actor: Actor, taken_in_by: Iterable[str]) -> str | None:
    """Return why this person may not judge material that they added themselves, or None.

    `taken_in_by` are all who added an exhibit of the same exposure (`workbench.rules.exposure`):
    the rule applies to pictures, not exhibits.
    """
    if counts(policy, actor.person_id, taken_in_by):
        return None
    return (
        f"{actor.name} added this picture, or a copy of it, and under this case's policy "
        "another person has to judge it."
    )


def counts(policy: Policy, author: str, taken_in_by: Iterable[str]) -> bool:
    """Whether a judgement by this person counts, with the current exposures.

    `taken_in_by` are all who, before it was made, had added an exhibit of the same exposure
    (`workbench.rules.exposure`), whether or not that was known then. A person who adds a copy later
    was still another person when they judged.
    """
    return policy is Policy.SOLO or author not in set(taken_in_by)


def stands(policy: Policy, judgement: Judgement, confirming: Sequence[str]) -> bool:
    """Whether a judgement of a candidate stands yet, given the reviewers who agree with it."""
    needed = (
        CONFIRMING if policy is Policy.TWO_REVIEWERS and judgement is Judgement.CONFIRMED else 1
    )
    return len(set(confirming)) >= needed


def reason_missing(judgement: Judgement, reason: str) -> str | None:
    """Return why a judgement cannot be recorded without a reason, or None."""
    if judgement is Judgement.CONFIRMED or reason.strip():
        return None
    return "Give a short reason; it stays with the judgement."
