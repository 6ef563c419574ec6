"""Who may record what."""

from __future__ import annotations

import pytest

from workbench.events import KINDS
from workbench.rules import roles as rules
from workbench.types import Role

MAY = {
    "case.opened": "i",
    "case.created": "i",
    "archive.opened": "i",
    "exhibit.taken_in": "i",
    "exhibit.refused": "ir",
    "frames.missing": "ir",
    "copies.proposed": "ir",
    "frame.taken": "ir",
    "exhibit.read": "ir",
    "field.judged": "r",
    "plates.joined": "r",
    "copies.judged": "r",
    "candidates.searched": "r",
    "candidate.judged": "r",
    "trace.asked": "c",
    "trace.answered": "c",
    "catalog.imported": "c",
    "catalog.chosen": "c",
    "bundle.sealed": "c",
    "bundle.published": "c",
    "bundle.stamped": "c",
    "person.enrolled": "c",
    "person.ended": "c",
    "role.begun": "c",
    "role.ended": "c",
    "key.begun": "irc",
    "key.ended": "irc",
    "person.signed_in": "irc",
    "words.shown": "irc",
    "bundle.signed": "irc",
    "clock-corrected": "c",
}


@pytest.mark.parametrize("kind", MAY)
def test_which_role_records_it(kind: str) -> None:
    for role in Role:
        why = rules.may_not(kind, "A", [role])
        assert (why is None) is (role.value[0] in MAY[kind]), role


@pytest.mark.parametrize("kind", ["key.begun", "key.ended"])
def test_of_somebody_else_a_key_is_changed_by_a_custodian_alone(kind: str) -> None:
    for role in Role:
        why = rules.may_not(kind, "A", [role], of_another=True)
        assert (why is None) is (role is Role.CUSTODIAN), role


def test_what_a_role_may_do_of_somebody_else_is_said_of_keys_alone() -> None:
    assert set(rules.OF_ANOTHER) == {"key.begun", "key.ended"}
    assert rules.may_not("field.judged", "A", [Role.REVIEWER], of_another=True) is None


def test_a_missing_role_is_named() -> None:
    why = rules.may_not("bundle.sealed", "One", [Role.REVIEWER])
    assert why == (
        "Only an administrator (custodian) can do this; One is not one. An administrator can give "
        "that role."
    )
    why = rules.may_not("exhibit.read", "One", [Role.CUSTODIAN]) or ""
    assert why.startswith("Only an investigator or a reviewer can do this; One is not one.")


def test_whoever_is_of_the_store_acts_in_each_of_its_cases() -> None:
    assert {may.membership for may in rules.RECORDED_BY.values()} == {"everybody"}


def test_every_kind_of_entry_says_who_may_record_it() -> None:
    assert set(KINDS) <= set(rules.RECORDED_BY) | rules.OF_NOBODY
    assert set(rules.RECORDED_BY) == set(MAY), "each row is held by this test"


def test_what_is_recorded_of_whoever_tried_and_under_which_name() -> None:
    assert {"refused", "sign_in.refused"} == rules.OF_NOBODY
    assert rules.UNPROVEN == "unproven"


def test_who_may_not_is_told_whom_it_needs() -> None:
    one = rules.may_not("trace.asked", "A", [Role.REVIEWER])
    assert one == (
        "Only an administrator (custodian) can do this; A is not one. An administrator can give "
        "that role."
    )
    two = rules.may_not("exhibit.read", "A", [Role.CUSTODIAN])
    assert two is not None
    assert two.startswith("Only an investigator or a reviewer can do this; A is not one.")


def test_without_a_role_nothing_is_recorded() -> None:
    why = rules.may_not("words.shown", "A", [])
    assert why is not None
    assert "no longer has a role" in why


def test_the_last_custodian_stays() -> None:
    others = [frozenset({Role.REVIEWER}), frozenset({Role.CUSTODIAN, Role.REVIEWER})]
    assert rules.last_custodian("A", others) is None
    assert rules.last_custodian("A", others[:1]) is not None
    assert rules.last_custodian("A", []) is not None
