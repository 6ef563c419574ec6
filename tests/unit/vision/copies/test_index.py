"""The index against a scan of everything, by the rule that its docstring states."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.copies import index as index_of_copies
from vision.copies import word_runs
from vision.copies.fingerprint import PHASH_RADIUS, hash_of
from vision.copies.index import (
    COMPACT_WORDS,
    RICH_PHOTOS,
    RICH_WORDS,
    SIGN_RADIUS,
    SMOOTH_WORDS,
    FingerprintIndex,
)
from vision.copies.word_runs import WordStore, build_store
from vision.copies.words import DOUBTFUL_BITS, SIGN_BITS, mirror_masks, words_from
from vision.types import Fingerprint

if TYPE_CHECKING:
    from pathlib import Path


def made_up(rng: np.random.Generator, *, words: int, pool: np.ndarray) -> Fingerprint:
    """A synthetic fingerprint whose words come from a small pool, so that many are shared."""
    picked = rng.choice(pool, words) if words else np.zeros(0, np.uint32)
    places = np.argsort(rng.random((words, 32)), axis=1)[:, :DOUBTFUL_BITS]
    doubtful = (1 << places).sum(axis=1).astype(np.uint32)
    keys = picked ^ (doubtful & rng.integers(0, 2**32, words).astype(np.uint32))
    signs = (picked % (1 << SIGN_BITS)) ^ (1 << rng.integers(0, SIGN_BITS, words))
    rows = np.stack([keys, signs, doubtful], axis=1).astype("<u4")
    phash = int(rng.integers(0, 2**12))
    return Fingerprint(
        photo_id=rng.bytes(32).hex(),
        hashes=(
            ("phash", f"{phash:016x}"),
            ("phash_mirror", f"{int(rng.integers(0, 2**12)) << 30:016x}"),
            ("words", rows.tobytes().hex()),
        ),
        quality=1.0,
    )


def scan(stored: list[Fingerprint], asked: Fingerprint, kept: int) -> dict[str, tuple[int, float]]:
    """Photo -> words shared and weight, looking at every pair of words."""
    question = words_from(hash_of(asked, "words"))
    sharing: dict[int, set[str]] = defaultdict(set)
    for photo in {one.photo_id: one for one in stored}.values():
        words = words_from(hash_of(photo, "words"))
        keys, stored_signs = words.keys[:kept, None], words.signs[:kept, None]
        for turn_key, turn_sign in ((0, 0), mirror_masks()):
            apart = keys ^ question.keys[None] ^ np.uint32(turn_key)
            same = (apart & ~question.doubtful[None]) == 0
            signs = stored_signs ^ question.signs[None] ^ np.uint32(turn_sign)
            near_enough = same & (np.bitwise_count(signs) <= SIGN_RADIUS)
            for number in np.flatnonzero(near_enough.any(axis=0)).tolist():
                sharing[number].add(photo.photo_id)
    found: dict[str, tuple[int, float]] = defaultdict(lambda: (0, 0.0))
    for photos in sharing.values():
        for photo_id in photos:
            count, weight = found[photo_id]
            found[photo_id] = (count + 1, weight + 1 / len(photos))
    return dict(found)


def near(stored: list[Fingerprint], asked: Fingerprint, *, compact: bool) -> dict[str, int]:
    """Photo -> bits, for the pHashes within the radius."""
    smooth = len(hash_of(asked, "words")) // 12 < SMOOTH_WORDS
    found = {}
    for photo in stored:
        if compact and not smooth and len(hash_of(photo, "words")) // 12 >= SMOOTH_WORDS:
            continue
        target = int.from_bytes(hash_of(photo, "phash"))
        bits = min(
            (target ^ int.from_bytes(hash_of(asked, name))).bit_count()
            for name in ("phash", "phash_mirror")
        )
        if bits <= PHASH_RADIUS:
            found[photo.photo_id] = bits
    return found


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), photos=st.integers(1, 60), rich=st.integers(0, 70))
def test_nothing_within_the_rule_is_missed(seed: int, photos: int, rich: int) -> None:
    """Nothing within this rule is missed, and nothing outside of it is listed."""
    rng = np.random.default_rng(seed)
    pool = rng.integers(0, 2**32, 150).astype(np.uint32)
    stored = [made_up(rng, words=int(rng.integers(0, 60)), pool=pool) for _ in range(photos)]
    index = FingerprintIndex(rich_photos=rich)
    for one in stored:
        index.add(one)
        index.add(one)
    assert len(index) == photos
    compact = photos > rich
    assert index.words_kept == (COMPACT_WORDS if compact else RICH_WORDS)
    for words in (0, 5, 40):
        asked = made_up(rng, words=words, pool=pool)
        hits = index.candidates(asked)
        by_words = scan(stored, asked, index.words_kept)
        by_phash = near(stored, asked, compact=compact)
        assert {hit.photo_id for hit in hits} == by_words.keys() | by_phash.keys()
        for hit in hits:
            why = dict(hit.distances)
            assert why["words"] == by_words.get(hit.photo_id, (0, 0.0))[0]
            assert why.get("phash") == by_phash.get(hit.photo_id)
        weights = [by_words.get(hit.photo_id, (0, 0.0))[1] for hit in hits]
        assert weights == sorted(weights, reverse=True) or np.allclose(
            weights, sorted(weights, reverse=True)
        )
        assert index.candidates(asked, limit=3) == hits[:3]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), count=st.integers(0, 3000))
def test_runs_and_tail_find_the_same(seed: int, count: int) -> None:
    """A log-structured store answers like one sorted run."""
    rng = np.random.default_rng(seed)
    keys = rng.integers(0, 2**32, count).astype(np.uint32)
    keys[: count // 2] = keys[count // 2 : count // 2 * 2]
    signs = rng.integers(0, 1 << SIGN_BITS, count).astype(np.uint32)
    rows = rng.integers(0, 2**20, count)
    at_once = build_store(keys, signs, rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("vision.copies.word_runs.TAIL_WORDS", 100)
        one_by_one = WordStore()
        for number in range(count):
            one_by_one.add(keys[number : number + 1], signs[number : number + 1], rows[number])
    asked = np.concatenate([keys[::3], rng.integers(0, 2**32, 50).astype(np.uint32)])
    wanted = np.resize(signs[::3] if count else np.zeros(1, np.uint32), len(asked))
    found = [
        sorted(zip(*(part.tolist() for part in store.find(asked, wanted, radius=2)), strict=True))
        for store in (at_once, one_by_one)
    ]
    assert found[0] == found[1]
    again = one_by_one.compacted()
    assert len(again) == count


def test_save_and_load(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    pool = rng.integers(0, 2**32, 200).astype(np.uint32)
    stored = [made_up(rng, words=30, pool=pool) for _ in range(40)]
    for rich in (100, 10):
        index = FingerprintIndex(rich_photos=rich)
        for one in stored:
            index.add(one)
        index.save(tmp_path / "index.npz")
        again = FingerprintIndex.load(tmp_path / "index.npz")
        asked = made_up(rng, words=40, pool=pool)
        assert again.candidates(asked) == index.candidates(asked)
        more = made_up(rng, words=30, pool=pool)
        index.add(more)
        again.add(more)
        assert again.candidates(asked) == index.candidates(asked)
        assert stored[7].photo_id in again
        assert rng.bytes(32).hex() not in again
        assert len(again) == 41


def test_a_photo_is_stored_once_and_another_with_the_same_words_beside_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    one = made_up(rng, words=30, pool=rng.integers(0, 2**32, 200).astype(np.uint32))
    one, other = replace(one, photo_id="0a" * 32), replace(one, photo_id="f5" * 32)
    index = FingerprintIndex()
    index.add(one)
    index.save(tmp_path / "index.npz")
    index = FingerprintIndex.load(tmp_path / "index.npz")
    index.add(one)
    assert len(index) == 1
    index.add(other)
    index.add(other)
    assert len(index) == 2
    assert {hit.photo_id for hit in index.candidates(one)} == {other.photo_id}


def test_growing_past_the_rich_size_keeps_the_answers(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    pool = rng.integers(0, 2**32, 100).astype(np.uint32)
    index = FingerprintIndex(rich_photos=20)
    early = [made_up(rng, words=40, pool=pool) for _ in range(20)]
    for one in early:
        index.add(one)
    index.save(tmp_path / "rich.npz")
    index = FingerprintIndex.load(tmp_path / "rich.npz")
    before = index.nbytes
    late = made_up(rng, words=40, pool=pool)
    index.add(late)
    assert index.words_kept == COMPACT_WORDS
    assert index.nbytes < before
    asked = made_up(rng, words=40, pool=pool)
    found = {hit.photo_id for hit in index.candidates(asked)}
    assert found == scan([*early, late], asked, COMPACT_WORDS).keys()


def test_foreign_words_are_refused() -> None:
    with pytest.raises(ValueError, match="fingerprint the photo again"):
        words_from(np.array([[1, 2, 3]], "<u4").tobytes())


def test_the_sizes_of_an_index() -> None:
    assert (SIGN_RADIUS, SMOOTH_WORDS) == (3, 12)
    assert (RICH_WORDS, COMPACT_WORDS, RICH_PHOTOS) == (192, 22, 100_000)
    # Both hold about as many words at their largest: a million photos, of which 22 are kept.
    assert 0.8 < RICH_WORDS * RICH_PHOTOS / (COMPACT_WORDS * 1_000_000) < 1.25


def few(count: int, *, words: int = 30) -> list[Fingerprint]:
    rng = np.random.default_rng(6)
    pool = rng.integers(0, 2**32, 200).astype(np.uint32)
    return [made_up(rng, words=words, pool=pool) for _ in range(count)]


def test_an_empty_index_has_no_candidates() -> None:
    assert FingerprintIndex().candidates(few(1)[0]) == ()


def test_a_full_index_takes_no_other_photo_and_still_knows_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(index_of_copies, "MOST_ROWS", 2)
    index = FingerprintIndex()
    *stored, more = few(3)
    for one in stored:
        index.add(one)
    with pytest.raises(OverflowError, match="holds at most 2 photos"):
        index.add(more)
    index.add(stored[0])
    assert len(index) == 2
    assert more.photo_id not in index


def test_a_photo_is_stored_once_also_where_its_words_have_become_a_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stored = few(7)
    asked = replace(stored[4], photo_id="0a" * 32)
    at_once = FingerprintIndex()
    for one in stored:
        at_once.add(one)
    monkeypatch.setattr(word_runs, "TAIL_WORDS", 90)
    in_runs = FingerprintIndex()
    for one in [*stored, *stored]:
        in_runs.add(one)
    assert len(in_runs) == 7
    assert in_runs.candidates(asked) == at_once.candidates(asked)
    assert in_runs.candidates(asked)[0].photo_id == stored[4].photo_id


def test_an_index_of_another_version_is_refused(tmp_path: Path) -> None:
    FingerprintIndex().save(tmp_path / "index.npz")
    with np.load(tmp_path / "index.npz") as file:
        held = dict(file)
    held["version"] = held["version"] + [1, 0, 0]
    np.savez(tmp_path / "index.npz", **held)
    with pytest.raises(ValueError, match=r"index\.npz: .* rebuild it"):
        FingerprintIndex.load(tmp_path / "index.npz")
