"""One exposure over a real store: every asker counts by the one rule, in whatever order."""

from __future__ import annotations

import io
import itertools
from dataclasses import asdict
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps
from sqlalchemy import create_engine, delete, select

from catalog.demo import COVERAGE, demo_catalog_csv
from evidence_store.types import Entry
from renderer.clip import plate_clip
from renderer.plate import PlateSpec
from tests.unit.workbench.drawn import SERIAL, plate_jpeg
from tests.unit.workbench.steps import bundle_table, case_file, judge, now
from vision.types import CopyEvidence
from workbench import events, tables
from workbench.copies.captures import captures_of
from workbench.errors import BadRequest, NotAllowed
from workbench.matching.queries import readings_of_field
from workbench.rules.exposure import (
    Judged,
    Proposed,
    Shown,
    exposure_of,
    repeated,
    settled_exposure_of,
)
from workbench.stores.projection import fold
from workbench.tables.exposures import exposures_in, taken_in_by
from workbench.types import Claims, ExhibitState, Judgement, Policy, Role, Upload

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, Engine

    from evidence_store.types import Draft
    from workbench.types import Actor, CaseSummary, PlateView
    from workbench.workbench import Workbench

CASE = "case-1"
TAKERS = ("person-1", "person-2", "person-3")


def smaller(data: bytes, *, share: float = 0.8) -> bytes:
    """A repost: reduced and recompressed."""
    image = Image.open(io.BytesIO(data))
    return jpeg(image.resize((int(image.width * share), int(image.height * share))))


def jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=85)
    return buffer.getvalue()


# Whatever the log holds, the tables say what the rule says of all of it together.

OF_COPIES = (Judgement.CONFIRMED, Judgement.REJECTED, Judgement.UNSURE)
Act = tuple[Any, ...]


@st.composite
def logs(draw: st.DrawFn) -> list[Act]:
    """Acts in the order of a log: exhibits come in one by one, between proposals and judgements."""
    acts: list[Act] = []
    ids: list[str] = []
    clips: list[str] = []
    count = draw(st.integers(1, 8))
    # Another program's log may list its exhibits in any order.
    numbers = draw(st.just([*range(count)]) | st.permutations(range(count)))
    for number in numbers:
        name = f"EX-{number + 1:04d}"
        kind = draw(st.sampled_from(["photo", "photo", "clip", "still"]))
        sha256, taker = draw(st.sampled_from("abcdef")), draw(st.sampled_from(TAKERS))
        if kind == "still" and clips:
            acts.append(("still", name, sha256, taker, draw(st.sampled_from(clips))))
        else:
            acts.append(("clip" if kind == "clip" else "photo", name, sha256, taker))
            clips += [name] if kind == "clip" else []
        for of in draw(st.lists(st.sampled_from(ids), max_size=2, unique=True)) if ids else ():
            relation = draw(st.sampled_from(["near", "exact", "same_object"]))
            acts.append(("proposed", name, of, relation))
        ids.append(name)
        if draw(st.booleans()):
            some = draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True))
            group = draw(st.sampled_from(["copy:EX-0001", "copy:EX-0002", "same_object:EX-0001"]))
            acts.append(("judged", group, tuple(some), draw(st.sampled_from(OF_COPIES))))
    return acts


def draft_of(act: Act) -> Draft:
    kind, *rest = act
    if kind in {"photo", "clip"}:
        name, sha256, taker = rest
        return events.ExhibitTakenIn(
            exhibit=name,
            media=kind,
            original=sha256,
            size=1,
            file_name=name,
            **asdict(Claims()),
            embedded=None,
            width=1,
            height=1,
            fingerprint=None,
        ).draft(taker)
    if kind == "still":
        name, sha256, taker, clip = rest
        return events.FrameTaken(
            exhibit=name,
            parent=clip,
            parent_original="",
            original=sha256,
            size=0,
            timecode="1/25",
            seconds=0.04,
            why="",
            command="",
            width=1,
            height=1,
            fingerprint=None,
        ).draft(taker)
    if kind == "proposed":
        name, of, relation = rest
        evidence = CopyEvidence(
            photo_a=name,
            photo_b=of,
            relation=relation,
            distances=(),
            inliers=0,
            homography=None,
            outline=None,
            why="",
        )
        return events.CopiesProposed(
            exhibit=name, of=of, relation=evidence.relation, evidence=evidence
        ).draft("person-1")
    group, exhibits, judgement = rest
    return events.CopiesJudged(
        group=group, exhibits=exhibits, judgement=judgement, reason=""
    ).draft("person-3")


def folded(connection: Connection, acts: list[Act]) -> None:
    """Fold acts as the log of one case, into tables that are empty."""
    for table in reversed(tables.metadata.sorted_tables):
        connection.execute(delete(table))
    opened = events.CaseOpened(
        case=CASE, policy=Policy.TWO_PEOPLE, synthetic=True, title="", provenance=""
    )
    drafts = [opened.draft("person-1"), *map(draft_of, acts)]
    for sequence, draft in enumerate(drafts):
        fold(
            connection,
            Entry(
                log=CASE,
                sequence=sequence,
                at=datetime(2026, 1, 1, tzinfo=UTC),
                kind=draft.kind,
                actor=draft.actor,
                body=draft.body,
                private=draft.private,
                commitments={},
                leaf_hash="0" * 64,  # type: ignore[arg-type]
            ),
        )


def asked_at_once(acts: list[Act]) -> tuple[list[Shown], list[Proposed], list[Judged]]:
    """The same acts as the rule takes them."""
    shown = [
        Shown(exhibit_id=act[1], sha256=act[2], clip=act[4] if act[0] == "still" else None)
        for act in acts
        if act[0] in {"photo", "clip", "still"}
    ]
    proposed = [
        Proposed(one=act[1], other=act[2], relation=act[3]) for act in acts if act[0] == "proposed"
    ]
    judged = [
        Judged(sequence=at, group=act[1], exhibits=act[2], judgement=act[3])
        for at, act in enumerate(acts)
        if act[0] == "judged"
    ]
    return shown, proposed, judged


def takers(acts: list[Act]) -> dict[str, str]:
    """Who took each exhibit in; a still counts as its clip's."""
    by: dict[str, str] = {}
    for act in acts:
        if act[0] in {"photo", "clip", "still"}:
            by[act[1]] = by[act[4]] if act[0] == "still" else act[3]
    return by


def check(connection: Connection, acts: list[Act]) -> None:
    """The tables, the captures and the two-person rule say what the rule says."""
    folded(connection, acts)
    shown, proposed, judged = asked_at_once(acts)
    of, settled = exposure_of(shown, proposed, judged), settled_exposure_of(shown, judged)
    rows = connection.execute(select(tables.exhibit)).all()
    assert {row.exhibit_id: row.exposure for row in rows} == of
    assert {row.exhibit_id: row.settled_exposure for row in rows} == settled
    repeats = repeated(shown, proposed, of)
    for row in rows:
        assert row.copy_of == repeats.get(row.exhibit_id)
        assert row.is_copy == (row.copy_of is not None)
        if row.copy_of is not None:
            assert of[row.copy_of] == row.exposure
            assert row.copy_is_settled == (settled[row.copy_of] == row.settled_exposure)
    names = list(of)
    assert exposures_in(connection, CASE, names) == of
    by = takers(acts)
    for name in names:
        mine = {by[other] for other in names if of[other] == of[name]}
        assert taken_in_by(connection, CASE, [name]) == mine
    plate: Any = SimpleNamespace(plate_id="P", members=[(name, "R1") for name in names])
    (captures,) = captures_of(connection, CASE, [plate])
    assert set(captures.captures) == set(of.values())
    stills = {act[1] for act in acts if act[0] == "still"}
    assert {*captures.reposts, *captures.likely_reposts} == set(names) - set(of.values()) - stills
    assert all(settled[name] == settled[of[name]] for name in captures.reposts)
    assert all(settled[name] != settled[of[name]] for name in captures.likely_reposts)


@pytest.fixture(scope="module")
def sqlite() -> Engine:
    engine = create_engine("sqlite://")
    tables.metadata.create_all(engine)
    return engine


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(acts=logs())
def test_the_tables_say_what_the_rule_says(sqlite: Engine, acts: list[Act]) -> None:
    with sqlite.begin() as connection:
        check(connection, acts)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None
)
@given(acts=logs())
def test_the_tables_of_postgresql_say_the_same(postgres_url: str, acts: list[Act]) -> None:
    engine = create_engine(postgres_url)
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        check(connection, acts)
    engine.dispose()


# Cases as people bring them.


@pytest.fixture
def solo(bench: Workbench, investigator: Actor) -> CaseSummary:
    return bench.cases.open_case(
        investigator, title="A turret", policy=Policy.SOLO, provenance="Drawn for a test"
    )


def take(bench: Workbench, actor: Actor, case: CaseSummary, *data: bytes) -> None:
    for piece in data:
        name = f"{bench.exhibits.count(case.case_id) + 1}.jpg"
        bench.intake.take_in(actor, case.case_id, [Upload(name=name, data=piece)], Claims())


def joined(bench: Workbench, actor: Actor, case: CaseSummary, *exhibits: str) -> PlateView:
    members = tuple((name, "R1") for name in exhibits)
    plate_id = bench.review.join_plates(
        actor,
        case.case_id,
        members,
        reason="One dent.",
        seen=now(bench, case),
    )
    return bench.review.plate(case.case_id, plate_id)


def counted(bench: Workbench, case: CaseSummary, plate: PlateView) -> dict[str, int]:
    """As how many looks a plate counts, by everybody who counts them."""
    readings, exposures = bench.matching._readings(case.case_id, plate)
    found = readings_of_field("serial", plate, readings, exposures)
    (captures,) = bench.copies.captures(case.case_id, [plate])
    views = [bench.exhibits.one(case.case_id, name) for name in dict(plate.members)]
    rows = bundle_table(bench, case.case_id, "readings")
    report = case_file(bench, case.case_id)
    told = next(one for one in report.plates if one.plate_id == plate.plate_id)
    return {
        "matching": len(set(exposures.values())),
        "fusion": len({exposure for _exhibit, _reading, exposure in found}),
        "captures": len(captures.captures),
        "list of exhibits": len({view.summary.exposure for view in views}),
        "table of the bundle": len(
            {row["exposure"] for row in rows if row["exhibit"] in dict(plate.members)}
        ),
        "report": int(told.captures.split()[0]),
    }


def test_a_repost_of_a_repost_is_one_look_for_everybody(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    first, repost = plate_jpeg(size=900), smaller(plate_jpeg(size=900))
    take(bench, investigator, solo, first, repost, repost)
    bench.reading.read_pending(investigator, solo.case_id)
    plate = joined(bench, investigator, solo, "EX-0001", "EX-0003")
    assert set(counted(bench, solo, plate).values()) == {1}
    (captures,) = bench.copies.captures(solo.case_id, [plate])
    assert captures.sentence.startswith("1 independent capture (EX-0001), probably repeated by")


@pytest.mark.parametrize("altered", ["mirrored", "cropped"])
def test_altered_reposts_are_one_look(
    bench: Workbench, investigator: Actor, solo: CaseSummary, altered: str
) -> None:
    image = Image.open(io.BytesIO(plate_jpeg(size=900)))
    side = image.width
    changed = {
        "mirrored": ImageOps.mirror(image),
        "cropped": image.crop((side // 10, side // 12, side - 20, image.height - 10)),
    }[altered]
    take(bench, investigator, solo, plate_jpeg(size=900), jpeg(changed))
    bench.reading.read_pending(investigator, solo.case_id)
    plate = joined(bench, investigator, solo, "EX-0001", "EX-0002")
    assert set(counted(bench, solo, plate).values()) == {1}


def test_all_stills_of_a_clip_and_of_its_second_copy_are_one_look(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    spec = PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial=SERIAL)
    clip = plate_clip(spec, seconds=2.0, seed=3, size=(640, 360), fill=0.6)
    for name in ("one.mp4", "two.mp4"):
        bench.intake.take_in(investigator, solo.case_id, [Upload(name=name, data=clip)], Claims())
    bench.reading.read_pending(investigator, solo.case_id)
    read = [one.exhibit_id for one in bench.exhibits.listed(solo.case_id) if one.parent]
    plate = joined(bench, investigator, solo, *read)
    assert set(counted(bench, solo, plate).values()) == {1}


def test_what_a_person_split_are_two_looks_and_what_one_confirmed_is_said_as_a_fact(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    take(bench, investigator, solo, plate_jpeg(size=900), smaller(plate_jpeg(size=900)))
    bench.reading.read_pending(investigator, solo.case_id)
    plate = joined(bench, investigator, solo, "EX-0001", "EX-0002")

    def judged(judgement: Judgement) -> str:
        bench.copies.judge(
            investigator,
            solo.case_id,
            "copy:EX-0001",
            judgement,
            reason="I looked.",
            seen=now(bench, solo),
        )
        (captures,) = bench.copies.captures(solo.case_id, [plate])
        counts = set(counted(bench, solo, plate).values())
        assert counts == {len(captures.captures)}
        return captures.sentence

    assert judged(Judgement.REJECTED).startswith("2 independent captures (EX-0001, EX-0002); ")
    assert judged(Judgement.CONFIRMED).startswith(
        "1 independent capture (EX-0001), repeated by EX-0002; "
    )
    assert judged(Judgement.UNSURE).startswith(
        "1 independent capture (EX-0001), probably repeated by EX-0002 "
    )


def test_equal_bytes_are_never_split(
    bench: Workbench, investigator: Actor, reviewer: Actor, case: CaseSummary
) -> None:
    take(bench, investigator, case, plate_jpeg(), plate_jpeg())
    (group,) = bench.copies.groups(case.case_id)
    with pytest.raises(BadRequest, match="the same file, byte for byte"):
        bench.copies.judge(
            reviewer,
            case.case_id,
            group.group_id,
            Judgement.REJECTED,
            reason="They differ.",
            seen=group.seen,
        )
    (group,) = bench.copies.groups(case.case_id)
    assert group.exposures == (("EX-0001", "EX-0002"),)
    assert group.judgement is None


def test_a_split_of_a_group_leaves_its_equal_files_one(
    bench: Workbench, investigator: Actor, reviewer: Actor, case: CaseSummary
) -> None:
    repost = smaller(plate_jpeg(size=900))
    take(bench, investigator, case, plate_jpeg(size=900), repost, repost)
    bench.copies.judge(
        reviewer,
        case.case_id,
        "copy:EX-0001",
        Judgement.REJECTED,
        reason="Two shutters.",
        seen=now(bench, case),
    )
    (group,) = bench.copies.groups(case.case_id)
    assert group.exposures == (("EX-0001",), ("EX-0002", "EX-0003"))
    listed = {
        one.exhibit_id: (one.copy_of, one.copy_is_settled)
        for one in bench.exhibits.listed(case.case_id)
    }
    assert listed == {
        "EX-0001": (None, False),
        "EX-0002": (None, False),
        "EX-0003": ("EX-0002", True),
    }


def test_a_group_that_has_grown_is_not_judged(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    big = plate_jpeg(size=900)
    take(bench, investigator, solo, big, smaller(big))
    bench.copies.judge(
        investigator, solo.case_id, "copy:EX-0001", Judgement.CONFIRMED, seen=now(bench, solo)
    )
    assert bench.copies.groups(solo.case_id)[0].judgement is Judgement.CONFIRMED
    take(bench, investigator, solo, smaller(big, share=0.7))
    (group,) = bench.copies.groups(solo.case_id)
    assert group.exhibit_ids == ("EX-0001", "EX-0002", "EX-0003")
    assert group.judgement is None


@pytest.mark.parametrize("policy", [Policy.TWO_PEOPLE, Policy.TWO_REVIEWERS])
@pytest.mark.parametrize("judgement", [Judgement.REJECTED, Judgement.CONFIRMED, Judgement.UNSURE])
def test_whoever_took_in_a_copy_does_not_judge_the_group(
    bench: Workbench,
    investigator: Actor,
    enrolled: Callable[..., Actor],
    policy: Policy,
    judgement: Judgement,
) -> None:
    second = enrolled("Investigator two", Role.INVESTIGATOR, Role.REVIEWER)
    case = bench.cases.open_case(
        investigator, title="A turret", policy=policy, provenance="Drawn for a test"
    )
    take(bench, investigator, case, plate_jpeg(size=900))
    take(bench, second, case, smaller(plate_jpeg(size=900)))
    for actor in (investigator, second):
        before = bench.copies.groups(case.case_id)
        assert bench.copies.why_not(actor, case.case_id, ("EX-0001", "EX-0002")) is not None
        with pytest.raises(NotAllowed, match="added this picture, or a copy of it"):
            bench.copies.judge(
                actor,
                case.case_id,
                "copy:EX-0001",
                judgement,
                reason="Mine.",
                seen=now(bench, case),
            )
        assert bench.copies.groups(case.case_id) == before


@pytest.mark.parametrize("repost", ["the same bytes", "a smaller copy"])
def test_two_people_look_at_one_picture_whatever_files_it_came_in(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    enrolled: Callable[..., Actor],
    case: CaseSummary,
    repost: str,
) -> None:
    second = enrolled("Investigator two", Role.INVESTIGATOR, Role.REVIEWER)
    big = plate_jpeg(size=900)
    take(bench, investigator, case, big)
    take(bench, second, case, big if repost == "the same bytes" else smaller(big))
    bench.reading.read_pending(investigator, case.case_id)
    for actor, exhibit_id in itertools.product((investigator, second), ("EX-0001", "EX-0002")):
        assert bench.review.why_not(actor, case.case_id, exhibit_id) is not None
        assert bench.review.next_to_review(actor, case.case_id) is None
        with pytest.raises(NotAllowed, match="or a copy of it"):
            judge(bench, actor, case, "serial", exhibit_id=exhibit_id)
        plate = bench.review.plate(case.case_id, f"{exhibit_id}/R1")
        assert bench.matching.why_not(actor, case.case_id, plate.plate_id) is not None
    assert bench.review.next_to_review(reviewer, case.case_id) == ("EX-0001", "R1")
    assert judge(bench, reviewer, case, "serial", exhibit_id="EX-0002")


def test_after_a_split_each_may_judge_the_other_ones_picture(
    bench: Workbench,
    investigator: Actor,
    reviewer: Actor,
    enrolled: Callable[..., Actor],
    case: CaseSummary,
) -> None:
    second = enrolled("Investigator two", Role.INVESTIGATOR, Role.REVIEWER)
    take(bench, investigator, case, plate_jpeg(size=900))
    take(bench, second, case, smaller(plate_jpeg(size=900)))
    bench.reading.read_pending(investigator, case.case_id)
    bench.copies.judge(
        reviewer,
        case.case_id,
        "copy:EX-0001",
        Judgement.REJECTED,
        reason="Two shutters.",
        seen=now(bench, case),
    )
    assert bench.review.next_to_review(investigator, case.case_id) == ("EX-0002", "R1")
    assert bench.review.next_to_review(second, case.case_id) == ("EX-0001", "R1")
    assert judge(bench, investigator, case, "serial", exhibit_id="EX-0002")
    with pytest.raises(NotAllowed):
        judge(bench, investigator, case, "serial", exhibit_id="EX-0001")


def test_whoever_took_in_a_clip_does_not_judge_its_stills_or_copies_of_them(
    bench: Workbench, investigator: Actor, enrolled: Callable[..., Actor], case: CaseSummary
) -> None:
    second = enrolled("Investigator two", Role.INVESTIGATOR, Role.REVIEWER)
    spec = PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial=SERIAL)
    clip = plate_clip(spec, seconds=2.0, seed=3, size=(640, 360), fill=0.6)
    bench.intake.take_in(investigator, case.case_id, [Upload(name="c.mp4", data=clip)], Claims())
    still = next(one for one in bench.exhibits.listed(case.case_id) if one.parent)
    take(bench, second, case, bench.exhibits.original(case.case_id, still.exhibit_id))
    last = bench.exhibits.listed(case.case_id)[-1].exhibit_id
    assert bench.review.why_not(investigator, case.case_id, last) is not None
    assert bench.review.why_not(second, case.case_id, still.exhibit_id) is not None
    assert bench.review.why_not(second, case.case_id, "EX-0001") is not None


def test_likely_copies_are_read_last_and_found_like_all_others(
    bench: Workbench, investigator: Actor, case: CaseSummary
) -> None:
    big = plate_jpeg(size=900)
    take(bench, investigator, case, big, smaller(big), plate_jpeg(seed=5))
    assert bench.cases.summary(case.case_id).waiting == 3
    bench.reading.read_pending(investigator, case.case_id)
    read = [
        entry.body["exhibit"]
        for entry in bench.stores.ledger.entries(case.case_id)
        if entry.kind == "exhibit.read"
    ]
    assert read == ["EX-0001", "EX-0003", "EX-0002"]
    hits = bench.finder.find(SERIAL[-6:], case_id=case.case_id)
    assert "EX-0002" in {hit.exhibit_id for hit in hits}
    assert {one.state for one in bench.exhibits.listed(case.case_id)} == {ExhibitState.READ}


def test_a_repost_adds_nothing_to_the_weight(
    bench: Workbench, investigator: Actor, solo: CaseSummary
) -> None:
    """A doubtful reading that is reposted, and its repost reposted, weighs what it weighed."""
    bench.catalogs.import_(
        investigator, demo_catalog_csv(), name="demo.csv", coverage=COVERAGE, synthetic=True
    )
    first, repost = plate_jpeg(size=900), smaller(plate_jpeg(size=900))
    take(bench, investigator, solo, first, repost, repost)
    bench.reading.read_pending(investigator, solo.case_id)
    for exhibit_id in ("EX-0001", "EX-0002", "EX-0003"):
        for field in ("maker", "model", "serial"):
            judge(
                bench,
                investigator,
                solo,
                field,
                Judgement.UNSURE,
                exhibit_id=exhibit_id,
                reason="Blurred.",
            )

    def weights(plate_id: str) -> dict[str, float]:
        found = bench.matching.search(investigator, solo.case_id, plate_id).result.candidates
        return {one.key: one.lr for one in found if one.lr}

    alone = weights("EX-0001/R1")
    assert max(alone.values()) > 1
    plate = joined(bench, investigator, solo, "EX-0001", "EX-0002", "EX-0003")
    together = weights(plate.plate_id)
    assert together.keys() == alone.keys()
    for key, weight in together.items():
        assert weight == pytest.approx(alone[key], rel=1e-6)
