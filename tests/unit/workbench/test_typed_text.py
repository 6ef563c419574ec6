"""What no log can hold is refused before a verb has changed anything, on either database."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from catalog.demo import demo_catalog_csv
from catalog.types import CoverageEntry
from tests.unit.workbench.steps import judge
from workbench.errors import BadRequest
from workbench.publication.publication import Withholding
from workbench.typed_text import check_typed
from workbench.types import Policy, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.types import Actor, CaseSummary
    from workbench.workbench import Workbench

ODD = ("\x00", "\x1b", "\r", "\x7f", "\x85", "\udfff", "\ufffe", "\U0010ffff", "\ufdd0")
"""One of each kind that `values.recordable` names."""


@pytest.mark.parametrize("char", ODD)
def test_words_are_named_by_what_they_are(char: str) -> None:
    with pytest.raises(BadRequest, match=r"The why not contains .*, at character 2, which cannot"):
        check_typed(why_not=f"a{char}b")
    check_typed(why_not="a\nb\tc é И 编号")


@pytest.mark.parametrize("char", ODD)
def test_a_refused_reason_changes_no_key(
    bench: Workbench, investigator: Actor, reviewer: Actor, char: str
) -> None:
    people, whom, reason = bench.people, reviewer.person_id, f"left{char}"
    seen = people.person(whom).seen
    before = people.keys_of(whom), bench.stores.ledger.sizes()
    for act in (people.end_person, people.end_key, people.begin_key):
        with pytest.raises(BadRequest, match="The reason contains"):
            act(investigator, whom, reason=reason, seen=seen)
    assert (people.keys_of(whom), bench.stores.ledger.sizes()) == before
    assert people.sign_in(whom).name == reviewer.name


@pytest.mark.parametrize("char", ODD)
def test_what_is_typed_elsewhere_is_refused_and_leaves_no_file(
    bench: Workbench,
    investigator: Actor,
    read_in: Callable[..., CaseSummary],
    char: str,
) -> None:
    case = read_in(Policy.SOLO)
    for field in ("maker", "model", "serial"):
        judge(bench, investigator, case, field)
    imported = partial(bench.catalogs.import_, investigator, demo_catalog_csv(), synthetic=True)
    imported(name=f"a{char}.csv", coverage="All")  # the name of a file: written as it can be
    files = sorted((bench.stores.settings.store / "catalogs").iterdir())
    size = bench.stores.ledger.sizes()
    entry = CoverageEntry(note=f"a{char}")
    for act in (
        partial(imported, name="b.csv", coverage=f"All{char}"),
        partial(imported, name="b.csv", coverage=(entry,)),
        partial(
            bench.matching.search,
            investigator,
            case.case_id,
            "EX-0001/R1",
            circumstances={"found_with": f"Them{char}"},
        ),
        partial(
            bench.publication.publish, investigator, case.case_id, 0, Withholding(title=f"T{char}")
        ),
        partial(
            bench.publication.publish,
            investigator,
            case.case_id,
            0,
            Withholding(reasons=(f"R{char}",)),
        ),
    ):
        with pytest.raises(BadRequest, match="which cannot be recorded"):
            act()
    assert bench.stores.ledger.sizes() == size
    assert sorted((bench.stores.settings.store / "catalogs").iterdir()) == files
    assert Role.CUSTODIAN in investigator.roles
