"""Who must sign."""

from __future__ import annotations

import pytest

from workbench.rules.signing import NEEDS_NO_SIGNATURE, reviewers_to_sign
from workbench.types import Judgement


@pytest.mark.parametrize(
    ("judgement", "signs"),
    [
        (Judgement.CONFIRMED, True),
        (Judgement.CORRECTED, True),
        (Judgement.REJECTED, True),
        (Judgement.UNSURE, False),
    ],
)
def test_whoever_vouches_for_a_field_signs(judgement: Judgement, signs: bool) -> None:
    assert reviewers_to_sign((), [("one", judgement)]) == (("one",) if signs else ())
    both = [("one", judgement), ("one", Judgement.UNSURE)]
    assert reviewers_to_sign((), both) == (("one",) if signs else ())


def test_whoever_decided_on_a_candidate_signs_once() -> None:
    judged = [("b", Judgement.CONFIRMED), ("c", Judgement.UNSURE)]
    assert reviewers_to_sign(["c", "a", "c"], judged) == ("a", "b", "c")
    assert reviewers_to_sign((), ()) == ()


def test_who_is_only_unsure_is_not_asked() -> None:
    assert {Judgement.UNSURE} == NEEDS_NO_SIGNATURE
