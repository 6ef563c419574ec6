"""Who may do what, as values: roles, the two-person rule by picture, what stands."""

from __future__ import annotations

import pytest

from workbench.rules import policy
from workbench.rules.policy import (
    POLICY_WORDS,
    own_material,
    reason_missing,
    stands,
)
from workbench.types import Actor, Judgement, Policy, Role

ONE = Actor(person_id="person-1", name="One", roles=(Role.REVIEWER,))
TWO_PEOPLE = [Policy.TWO_PEOPLE, Policy.TWO_REVIEWERS]


@pytest.mark.parametrize("policy", TWO_PEOPLE)
def test_whoever_took_in_any_exhibit_of_the_picture_may_not_judge_it(policy: Policy) -> None:
    said = own_material(policy, ONE, {"person-2", "person-1"})
    assert said is not None
    assert said.startswith("One added this picture, or a copy of it")
    assert own_material(policy, ONE, {"person-2"}) is None
    assert own_material(policy, ONE, ()) is None


def test_alone_one_person_may() -> None:
    assert own_material(Policy.SOLO, ONE, {"person-1"}) is None


def test_each_policy_has_its_sentence() -> None:
    assert POLICY_WORDS == {
        Policy.TWO_PEOPLE: "Whoever added a picture, or a copy of it, may not confirm it.",
        Policy.TWO_REVIEWERS: "Whoever added a picture, or a copy of it, may not confirm it, "
        "and a candidate stands only when two different reviewers confirm it.",
        Policy.SOLO: "One person may add, review and decide; nobody else has checked.",
    }


def test_two_reviewers_are_two_people() -> None:
    confirmed = Judgement.CONFIRMED
    assert not stands(Policy.TWO_REVIEWERS, confirmed, ["person-1", "person-1"])
    assert stands(Policy.TWO_REVIEWERS, confirmed, ["person-1", "person-2"])
    assert stands(Policy.TWO_REVIEWERS, Judgement.REJECTED, ["person-1"])
    assert stands(Policy.TWO_PEOPLE, confirmed, ["person-1"])


def test_only_a_confirmation_needs_no_reason() -> None:
    assert reason_missing(Judgement.CONFIRMED, " ") is None
    assert reason_missing(Judgement.REJECTED, " ") is not None
    assert reason_missing(Judgement.REJECTED, "two boards") is None


def test_two_reviewers_are_two_and_each_policy_has_words() -> None:
    assert policy.CONFIRMING == 2
    assert POLICY_WORDS == {
        Policy.TWO_PEOPLE: "Whoever added a picture, or a copy of it, may not confirm it.",
        Policy.TWO_REVIEWERS: "Whoever added a picture, or a copy of it, may not confirm it, "
        "and a candidate stands only when two different reviewers confirm it.",
        Policy.SOLO: "One person may add, review and decide; nobody else has checked.",
    }
