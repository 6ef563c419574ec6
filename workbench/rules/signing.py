"""Who must sign a bundle: the custodian who seals it, and everyone with a standing judgement.

A judgement or a decision that stands is vouched for by its author's own signature. A person who
only said that they are unsure vouches for nothing, and is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from values.rule import Declared
from workbench.types import Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable

NEEDS_NO_SIGNATURE: Final = frozenset({Judgement.UNSURE})
"""Judgements of a field that require no signature."""

RULES: Final = Declared(
    "signing",
    test="tests/unit/workbench/rules/test_signing.py",
    source="docs/bundle-format.md, section 6",
    units={"NEEDS_NO_SIGNATURE": "judgements"},
)


def reviewers_to_sign(
    decided_by: Iterable[str], judged: Iterable[tuple[str, Judgement]]
) -> tuple[str, ...]:
    """Return the reviewers who have to sign, by identifier, each once and in order.

    `decided_by` are the authors of all decisions on candidates; `judged` are the authors of the
    judgements of fields, with their judgements.
    """
    authors = {one for one, judgement in judged if judgement not in NEEDS_NO_SIGNATURE}
    return tuple(sorted(authors | set(decided_by)))
