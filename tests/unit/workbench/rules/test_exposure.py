"""What counts as one look: bytes, clips, proposals and people's words, over any graph of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.rules.exposure import (
    OF_COPIES,
    SAME_OBJECT,
    Judged,
    Proposed,
    Shown,
    Tie,
    cannot_be_split,
    exposure_of,
    exposures,
    in_order,
    repeated,
    settled_exposure_of,
)
from workbench.types import Judgement

if TYPE_CHECKING:
    from collections.abc import Sequence

A, B, C, D = (f"EX-000{number}" for number in (1, 2, 3, 4))


def photo(exhibit_id: str, sha256: str | None = None) -> Shown:
    return Shown(exhibit_id=exhibit_id, sha256=sha256 or f"sha of {exhibit_id}")


def near(one: str, other: str, relation: str = "near") -> Proposed:
    return Proposed(one=one, other=other, relation=relation)


def said(
    sequence: int, judgement: Judgement, *exhibits: str, group: str = "copy:EX-0001"
) -> Judged:
    return Judged(sequence=sequence, group=group, exhibits=exhibits, judgement=judgement)


def names(*args: object) -> list[tuple[str, ...]]:
    return [one.exhibits for one in exposures(*args)]  # type: ignore[arg-type]


PHOTOS = [photo(name) for name in (A, B, C, D)]
CHAIN = [near(B, A), near(C, B)]


def test_photos_that_nothing_ties_are_exposures_of_their_own() -> None:
    assert names(PHOTOS, [], []) == [(A,), (B,), (C,), (D,)]


def test_a_repost_of_a_repost_shows_the_first_exposure() -> None:
    assert names(PHOTOS, CHAIN, []) == [(A, B, C), (D,)]
    first, _ = exposures(PHOTOS, CHAIN, [])
    assert first.name == A
    assert {tied.tie for tied in first.ties} == {Tie.PROPOSED}


def test_a_second_exposure_of_one_object_ties_nothing() -> None:
    assert len(names(PHOTOS, [near(B, A, "same_object")], [])) == 4
    confirmed = said(5, Judgement.CONFIRMED, A, B, group="same_object:EX-0001")
    assert len(names(PHOTOS, [near(B, A, "same_object")], [confirmed])) == 4
    rejected = said(5, Judgement.REJECTED, A, B, group="same_object:EX-0001")
    assert len(names(PHOTOS, [near(B, A)], [rejected])) == 3, "that says nothing of copies"


def test_all_stills_of_a_clip_are_one_exposure_and_so_are_their_copies() -> None:
    stills = [Shown(exhibit_id=name, sha256=name, clip=A) for name in (B, C)]
    assert names([photo(A), *stills, photo(D)], [near(D, C)], []) == [(A, B, C, D)]
    assert names([photo(A), *stills, photo(D, "EX-0002")], [], []) == [(A, B, C, D)]


@pytest.mark.parametrize("judgement", [None, *Judgement])
def test_equal_bytes_are_one_exposure_whatever_anybody_says(judgement: Judgement | None) -> None:
    same = [photo(A, "same"), photo(B, "same")]
    judged = [said(9, judgement, A, B)] if judgement else []
    assert names(same, [near(B, A, "exact")], judged) == [(A, B)]
    (only,) = exposures(same, [], judged)
    assert Tie.SAME_BYTES in {tied.tie for tied in only.ties}


def test_a_person_splits_what_was_proposed_and_the_last_word_counts() -> None:
    split, again = said(5, Judgement.REJECTED, A, B), said(6, Judgement.CONFIRMED, A, B)
    assert names(PHOTOS[:2], CHAIN[:1], [split]) == [(A,), (B,)]
    assert names(PHOTOS[:2], CHAIN[:1], [split, again]) == [(A, B)]
    assert names(PHOTOS[:2], CHAIN[:1], [again, split]) == [(A, B)], "by the log, not as given"
    later = said(7, Judgement.REJECTED, A, B)
    assert names(PHOTOS[:2], CHAIN[:1], [split, again, later]) == [(A,), (B,)]


def test_the_tie_that_is_named_is_the_one_that_holds() -> None:
    def ties(*judged: Judged) -> set[Tie]:
        (one,) = exposures(PHOTOS[:2], CHAIN[:1], judged)
        return {tied.tie for tied in one.ties}

    assert ties() == ties(said(5, Judgement.UNSURE, A, B)) == {Tie.PROPOSED}
    assert ties(said(5, Judgement.CONFIRMED, A, B)) == {Tie.CONFIRMED}, "settled, no proposal"


def test_whoever_is_unsure_leaves_the_proposal() -> None:
    split, unsure = said(5, Judgement.REJECTED, A, B), said(6, Judgement.UNSURE, A, B)
    assert names(PHOTOS[:2], CHAIN[:1], [split, unsure]) == [(A, B)]
    assert names(PHOTOS[:2], [], [unsure]) == [(A,), (B,)]


def test_a_person_joins_what_nothing_proposed() -> None:
    group = said(5, Judgement.CONFIRMED, A, B, C)
    assert names(PHOTOS, [], [group]) == [(A, B, C), (D,)]
    part = said(6, Judgement.REJECTED, A, C)
    assert names(PHOTOS, [], [group, part]) == [(A, B, C), (D,)], "both are still copies of B"
    apart = [said(7, Judgement.REJECTED, A, B), part]
    assert names(PHOTOS, [], [group, *apart]) == [(A,), (B, C), (D,)]


def test_a_split_leaves_what_is_fixed_within_it() -> None:
    shown = [photo(A), photo(B, "b"), photo(C, "b")]
    split = said(5, Judgement.REJECTED, A, B, C)
    assert names(shown, CHAIN, [split]) == [(A,), (B, C)]


def test_a_group_that_was_split_is_one_again_once_something_new_ties_it() -> None:
    split = said(5, Judgement.REJECTED, A, B)
    assert names(PHOTOS[:3], [near(B, A), near(C, A), near(C, B)], [split]) == [(A, B, C)]


def test_what_is_settled_is_no_mere_proposal() -> None:
    shown = [photo(A), photo(B), photo(C, "sha of EX-0002"), photo(D)]
    assert settled_exposure_of(shown, []) == {A: A, B: B, C: B, D: D}
    confirmed = said(5, Judgement.CONFIRMED, A, B)
    assert settled_exposure_of(shown, [confirmed]) == {A: A, B: A, C: A, D: D}
    for mere in (Judgement.UNSURE, Judgement.REJECTED):
        assert settled_exposure_of(shown, [said(5, mere, A, B)])[B] == B


def test_only_what_is_more_than_one_file_can_be_split() -> None:
    same = [photo(B, "x"), photo(A, "x")]
    said_of_files = cannot_be_split(same)
    assert said_of_files is not None
    assert said_of_files.startswith("EX-0001, EX-0002 are the same file, byte for byte")
    still = Shown(exhibit_id=C, sha256="still", clip=A)
    said_of_clip = cannot_be_split([photo(A), still])
    assert said_of_clip is not None
    assert "one clip and its stills" in said_of_clip
    assert cannot_be_split([photo(A), photo(B)]) is None
    assert cannot_be_split([photo(A, "x"), photo(B, "x"), photo(C)]) is None


def test_what_names_an_exhibit_that_is_not_there_ties_nothing() -> None:
    assert names([photo(A), photo(B)], [near(B, A), near(C, A), near(A, D)], []) == [(A, B)]


def test_an_exhibit_repeats_the_first_with_its_bytes_else_the_first_that_it_looks_like() -> None:
    shown = [photo(A, "one"), photo(B), photo(C, "one"), photo(D)]
    proposed = [near(B, A), near(C, B), near(D, C)]
    assert repeated(shown, proposed, exposure_of(shown, proposed, [])) == {B: A, C: A, D: C}


def test_nothing_is_repeated_across_exposures_nor_by_another_exposure_of_one_object() -> None:
    split = said(5, Judgement.REJECTED, A, B)
    proposed = [near(B, A), near(D, C, "same_object")]
    assert repeated(PHOTOS, proposed, exposure_of(PHOTOS, proposed, [split])) == {}
    unknown = [near("EX-0009", A)]
    assert repeated(PHOTOS, unknown, exposure_of(PHOTOS, [], [])) == {}


def test_exhibits_come_by_number() -> None:
    assert sorted(["EX-10000", "EX-9999", "EX-0002"], key=in_order) == [
        "EX-0002",
        "EX-9999",
        "EX-10000",
    ]
    assert exposure_of([photo("EX-10000", "x"), photo("EX-9999", "x")], [], []) == {
        "EX-9999": "EX-9999",
        "EX-10000": "EX-9999",
    }


@dataclass(frozen=True)
class Case:
    shown: Sequence[Shown]
    proposed: Sequence[Proposed]
    judged: Sequence[Judged]


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A case of photos, clips and stills with equal bytes, proposals and judgements at random."""
    count = draw(st.integers(1, 9))
    ids = [f"EX-{number:04d}" for number in range(1, count + 1)]
    clips = [name for name in ids if draw(st.booleans()) and draw(st.booleans())]
    shown = []
    for at, name in enumerate(ids):
        earlier = [clip for clip in clips if clip in ids[:at]]
        clip = (
            draw(st.sampled_from(earlier))
            if earlier and name not in clips and draw(st.booleans())
            else None
        )
        shown.append(Shown(exhibit_id=name, sha256=draw(st.sampled_from("abcdefghi")), clip=clip))
    pairs = st.tuples(st.sampled_from(ids), st.sampled_from(ids)).filter(
        lambda pair: in_order(pair[0]) > in_order(pair[1])
    )
    relation = st.sampled_from(["near", "exact", "hard", "same_object"])
    proposed = (
        [near(one, other, draw(relation)) for one, other in draw(st.lists(pairs, max_size=8))]
        if count > 1
        else []
    )
    judged = [
        said(
            100 + number,
            draw(st.sampled_from([Judgement.CONFIRMED, Judgement.REJECTED, Judgement.UNSURE])),
            *draw(st.lists(st.sampled_from(ids), min_size=1, max_size=4, unique=True)),
            group=draw(st.sampled_from(["copy:EX-0001", "copy:EX-0002", "same_object:EX-0001"])),
        )
        for number in range(draw(st.integers(0, 4)))
    ]
    return Case(shown=shown, proposed=proposed, judged=judged)


@given(cases(), st.randoms(use_true_random=False))
def test_the_order_in_which_things_are_given_does_not_count(case: Case, chance: object) -> None:
    mixed = [list(part) for part in (case.shown, case.proposed, case.judged)]
    for part in mixed:
        chance.shuffle(part)  # type: ignore[attr-defined]
    assert exposure_of(*mixed) == exposure_of(case.shown, case.proposed, case.judged)  # type: ignore[arg-type]


@given(cases())
def test_every_exhibit_is_of_one_exposure_and_what_is_fixed_stays_together(case: Case) -> None:
    of = exposure_of(case.shown, case.proposed, case.judged)
    assert set(of) == {exhibit.exhibit_id for exhibit in case.shown}
    assert all(of[name] == name for name in of.values()), "it is named by its first exhibit"
    for one in case.shown:
        assert in_order(of[one.exhibit_id]) <= in_order(one.exhibit_id)
        if one.clip is not None:
            assert of[one.exhibit_id] == of[one.clip]
        for other in case.shown:
            if one.sha256 == other.sha256:
                assert of[one.exhibit_id] == of[other.exhibit_id]


@given(cases())
def test_a_pair_is_tied_by_its_last_word_or_by_its_proposal(case: Case) -> None:
    """The rule beside its plainest form: pair by pair, then closed over chains."""
    of_copies = sorted(
        (one for one in case.judged if one.group.startswith("copy:")), key=lambda one: one.sequence
    )
    ids = [exhibit.exhibit_id for exhibit in case.shown]
    of = {name: {name} for name in ids}

    def tie(one: str, other: str) -> None:
        together = of[one] | of[other]
        for name in together:
            of[name] = together

    by_id = {exhibit.exhibit_id: exhibit for exhibit in case.shown}
    for one in ids:
        for other in ids:
            words = [j.judgement for j in of_copies if {one, other} <= set(j.exhibits)]
            proposed = any(
                {pair.one, pair.other} == {one, other} and pair.relation != "same_object"
                for pair in case.proposed
            )
            last = words[-1] if words else Judgement.UNSURE
            fixed = (
                by_id[one].sha256 == by_id[other].sha256
                or by_id[one].clip == other
                or by_id[other].clip == one
            )
            if fixed or last is Judgement.CONFIRMED or (last is Judgement.UNSURE and proposed):
                tie(one, other)
    expected = {name: min(members, key=in_order) for name, members in of.items()}
    assert exposure_of(case.shown, case.proposed, case.judged) == expected


@given(cases())
def test_settled_ties_are_among_all_ties(case: Case) -> None:
    of = exposure_of(case.shown, case.proposed, case.judged)
    for name, settled in settled_exposure_of(case.shown, case.judged).items():
        assert of[name] == of[settled]


@given(cases(), st.data())
def test_another_proposal_never_makes_more_exposures(case: Case, data: st.DataObject) -> None:
    ids = [exhibit.exhibit_id for exhibit in case.shown]
    more = near(data.draw(st.sampled_from(ids)), data.draw(st.sampled_from(ids)))
    before = names(case.shown, case.proposed, case.judged)
    after = names(case.shown, [*case.proposed, more], case.judged)
    assert len(before) - 1 <= len(after) <= len(before)


def test_another_exposure_of_one_object_is_a_relation_of_its_own() -> None:
    assert SAME_OBJECT == "same_object"
    assert OF_COPIES == "copy:"
