"""The two-person rule goes by picture also where the tie between two files is found later."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from catalog.demo import COVERAGE, demo_catalog_csv
from tests.unit.evidence_store.audited import faults_of
from tests.unit.workbench.copies.test_copies import smaller
from tests.unit.workbench.drawn import plate_jpeg
from tests.unit.workbench.steps import bundle_table, case_file, judge, now
from tests.unit.workbench.stores.test_projection import everything
from workbench.errors import NotAllowed
from workbench.rules.policy import counts
from workbench.settings import Settings
from workbench.types import Claims, ExhibitState, Judgement, Policy, Role, Upload
from workbench.workbench import Workbench

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from workbench.types import Actor, CaseSummary

BOTH = (Role.INVESTIGATOR, Role.REVIEWER)
FIELDS = ("maker", "model", "serial")


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workbench]:
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else None
    workbench = Workbench.open(
        Settings.for_store(tmp_path / "store", readers=("scripted",), database_url=url)
    )
    yield workbench
    workbench.close()


@pytest.fixture
def people(store: Workbench) -> tuple[Actor, Actor, Actor]:
    """One who brings a picture, one who brings a copy of it, and one who brings nothing."""
    first = store.people.sign_in(store.people.enrol("First", BOTH).person_id)
    return first, *(
        store.people.sign_in(store.people.enrol(name, BOTH, by=first).person_id)
        for name in ("Another", "Nobody's friend")
    )


def opened(
    store: Workbench, people: tuple[Actor, Actor, Actor], policy: Policy = Policy.TWO_PEOPLE
) -> CaseSummary:
    """A case in which two people brought one picture."""
    first, second, _third = people
    case = store.cases.open_case(first, title="T", policy=policy)
    picture = plate_jpeg()
    for who, data in ((first, picture), (second, smaller(picture))):
        upload = Upload(name="p.jpg", data=data)
        store.intake.take_in(who, case.case_id, [upload], Claims())
    store.reading.read_pending(first, case.case_id)
    return case


def say(store: Workbench, who: Actor, case: CaseSummary, judgement: Judgement) -> None:
    (group,) = [group for group in store.copies.groups(case.case_id) if group.relation == "copy"]
    store.copies.judge(
        who, case.case_id, group.group_id, judgement, reason="Looked", seen=group.seen
    )


def judge_all(store: Workbench, who: Actor, case: CaseSummary) -> None:
    for field in FIELDS:
        judge(store, who, case, field, exhibit_id="EX-0002")


@pytest.mark.parametrize("policy", [Policy.TWO_PEOPLE, Policy.TWO_REVIEWERS])
def test_a_judgement_counts_no_more_once_its_picture_is_known_to_be_the_authors_own(
    store: Workbench, people: tuple[Actor, Actor, Actor], policy: Policy
) -> None:
    first, _second, third = people
    case = opened(store, people, policy)
    say(store, third, case, Judgement.REJECTED)
    judge_all(store, first, case)
    assert store.review.plate(case.case_id, "EX-0002/R1").ready
    store.catalogs.import_(
        first, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    search = store.matching.search(third, case.case_id, "EX-0002/R1")
    store.matching.decide(
        first,
        case.case_id,
        search_sequence=search.sequence,
        candidate="",
        judgement=Judgement.REJECTED,
        reason="None of them",
        seen=search.seen,
    )
    before = store.cases.summary(case.case_id)

    say(store, third, case, Judgement.CONFIRMED)

    plate = store.review.plate(case.case_id, "EX-0002/R1")
    assert not plate.ready
    assert set(plate.missing) == set(FIELDS)
    for field in plate.fields:
        assert field.judgement is None
        assert field.human_text is None
        assert field.reviewers == ()
        if field.field in FIELDS:
            assert any("does not count" in one and "First" in one for one in field.dissent)
    with pytest.raises(NotAllowed, match="Not judged yet"):
        store.matching.search(third, case.case_id, "EX-0002/R1")
    after = store.cases.summary(case.case_id)
    assert after.to_review > before.to_review, "somebody else is asked to look"
    assert store.exhibits.one(case.case_id, "EX-0002").summary.state is ExhibitState.READ
    at = store.review.next_to_review(third, case.case_id, after=("EX-0001", "R1"))
    assert at == ("EX-0002", "R1")
    (decision,) = store.matching.search_view(case.case_id, search.sequence).decisions
    assert not decision.stands
    rows = bundle_table(store, case.case_id, "decisions")
    assert [row["stands"] for row in rows] == ["false"] * (len(FIELDS) + 1)
    report = case_file(store, case.case_id)
    said = [
        review
        for exhibit in report.exhibits
        for region in exhibit.regions
        for field in region.fields
        for review in field.reviews
    ]
    assert [review.counts for review in said] == [False] * len(FIELDS)
    assert not any(review.stands for review in said)

    # Nothing is lost, and the same comes of the log alone.
    kept = everything(_url(store))
    store.stores.projection.rebuild()
    assert everything(_url(store)) == kept
    assert faults_of(store.stores.ledger) == ()
    # Another person's judgement counts, and split again so does the first one's.
    judge_all(store, third, case)
    assert store.review.plate(case.case_id, "EX-0002/R1").ready
    say(store, third, case, Judgement.REJECTED)
    counted = [review.counts for review in store.exhibits.one(case.case_id, "EX-0002").reviews]
    assert counted == [True] * len(FIELDS) * 2
    assert store.matching.search_view(case.case_id, search.sequence).decisions[0].stands


def _url(store: Workbench) -> str:
    return store.stores.projection.engine.url.render_as_string(hide_password=False)


def test_one_person_alone_and_who_came_later_still_count(
    store: Workbench, people: tuple[Actor, Actor, Actor]
) -> None:
    first, second, third = people
    # Alone: nobody else has to judge.
    solo = opened(store, people, Policy.SOLO)
    say(store, third, solo, Judgement.REJECTED)
    judge_all(store, first, solo)
    say(store, third, solo, Judgement.CONFIRMED)
    assert store.review.plate(solo.case_id, "EX-0002/R1").ready
    # Who takes a copy in after they judged was another person when they judged.
    case = store.cases.open_case(first, title="T", policy=Policy.TWO_PEOPLE)
    store.intake.take_in(first, case.case_id, [Upload(name="p.jpg", data=plate_jpeg())], Claims())
    store.reading.read_pending(first, case.case_id)
    for field in FIELDS:
        judge(store, second, case, field)
    store.intake.take_in(
        second, case.case_id, [Upload(name="q.jpg", data=smaller(plate_jpeg()))], Claims()
    )
    assert store.review.plate(case.case_id, "EX-0001/R1").ready
    say(store, third, case, Judgement.CONFIRMED)
    assert store.review.plate(case.case_id, "EX-0001/R1").ready
    assert now(store, case) > 0


@pytest.mark.parametrize("policy", Policy)
def test_the_rule(policy: Policy) -> None:
    assert counts(policy, "person-1", {"person-2"})
    assert counts(policy, "person-1", ())
    assert counts(policy, "person-1", {"person-1"}) is (policy is Policy.SOLO)
