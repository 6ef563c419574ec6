"""A few hundred of the seeded mutations that `python -m benchmarks.tamper` tries by thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from benchmarks.tamper import (
    PARTS,
    Subject,
    make_subject,
    mutations,
    ours_detects,
    run,
    stock_detects,
    write_tree,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Subject:
    return make_subject(tmp_path_factory.mktemp("tamper"))


def test_the_good_bundle_is_found_good(subject: Subject) -> None:
    write_tree(subject.top, subject.good)
    assert not ours_detects(subject)
    assert not stock_detects(subject)


def test_every_mutation_is_detected(subject: Subject) -> None:
    tallies = run(subject, count=180, stock=15, seed=20261122)
    for part in PARTS:
        assert tallies[part]["tried"] >= 40
        assert tallies[part]["ours"] == tallies[part]["tried"]
    for part in ("payload", "tag files"):
        assert tallies[part]["stock"] == tallies[part]["stock_tried"]


def test_every_kind_of_mutation_is_among_them(subject: Subject, tmp_path: Path) -> None:
    drawn = [mutation for mutation, _ in zip(mutations(subject, 1), range(120), strict=False)]
    assert len({mutation.kind for mutation in drawn}) == 20
    assert {mutation.part for mutation in drawn} == set(PARTS)
    assert all(mutation.tree != subject.good for mutation in drawn)
