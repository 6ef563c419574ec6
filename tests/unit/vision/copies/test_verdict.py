"""Copies and other exposures, told apart on synthetic pictures with known maps."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from values.sentence import Sentence, say
from vision.copies import verdict as copies
from vision.copies.alignment import Alignment, Residual
from vision.copies.verdict import (
    LEAST_INLIERS,
    LEAST_NEAR_WORDS,
    MOST_COMPARED,
    THUMBNAIL_LIKENESS,
    FingerprintIndex,
    NearHit,
    _is_near,
    _objection,
    _same_picture,
    compare,
    draw_pair,
    fingerprint,
    group,
    worth_comparing,
)
from vision.copies.word_training import dead_leaves
from vision.copies.words import Words, mirror_masks, words_to_hex
from vision.types import CopyEvidence, Fingerprint, Photo


def photo(pixels: np.ndarray, name: str = "") -> Photo:
    made = cv2.imdecode(cv2.imencode(".jpg", np.ascontiguousarray(pixels), [1, 85])[1], 1)
    identity = f"{hash((name, made.tobytes())) & (2**256 - 1):064x}"
    return Photo(photo_id=identity, pixels=made, format="JPEG")


def scene(seed: int, width: int = 640, height: int = 480) -> np.ndarray:
    """A synthetic scene of overlapping shapes."""
    return cv2.resize(dead_leaves(seed), (width, height), interpolation=cv2.INTER_AREA)


def warped(pixels: np.ndarray, affine: np.ndarray) -> np.ndarray:
    size = (pixels.shape[1], pixels.shape[0])
    return cv2.warpAffine(pixels, affine, size, flags=cv2.INTER_AREA)


def reshot(pixels: np.ndarray, seed: int, *, bend: float = 0.03) -> np.ndarray:
    """The same flat scene from another place: perspective and other light."""
    rng = np.random.default_rng(seed)
    height, width = pixels.shape[:2]
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    moved = corners + rng.uniform(-bend, bend, (4, 2)).astype(np.float32) * [width, height]
    moved[0] += [bend * width, bend * height]  # never affine by accident
    bent = cv2.warpPerspective(
        pixels,
        cv2.getPerspectiveTransform(corners, np.float32(moved)),
        (width, height),
        borderMode=cv2.BORDER_REFLECT,
    )
    light = np.linspace(0.75, 1.1, width, dtype=np.float32)[None, :, None]
    return np.clip(bent * light + rng.normal(0, 3, bent.shape), 0, 255).astype(np.uint8)


AS_IT_IS = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def laid(**changes: object) -> Residual:
    """Two pictures that lie on each other as a copy's do, of a diagonal of 10,000 pixels."""
    made = Residual(
        affine=AS_IT_IS, blocks=100, likeness=0.95, alike=1.0, displacement=0.0,
        diagonal=10_000.0, cover_a=0.9, cover_b=0.9,
    )  # fmt: skip
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


def by_features(inliers: int = 50) -> Alignment:
    return Alignment(affine=AS_IT_IS, mirrored=False, matches=60, inliers=inliers)


STRETCHED = {
    most: np.array([[most, 0.0, 0.0], [0.0, 1.0, 0.0]]) for most in (1.0, 1.03, 1.031, 1.1)
}


@pytest.mark.parametrize(
    ("changes", "is_copy"),
    [
        # structure
        ({"likeness": 0.86}, True),
        ({"likeness": 0.8599}, False),
        ({"blocks": 8}, True),
        ({"blocks": 7}, False),
        # what may remain: half a pixel at 800 pixels' width, more only of the closest structure
        ({"displacement": 5.99}, True),
        ({"displacement": 6.01}, False),
        ({"displacement": 5.99, "likeness": 0.9929}, True),
        ({"displacement": 6.01, "likeness": 0.9929}, False),
        ({"displacement": 8.49, "likeness": 0.993}, True),
        ({"displacement": 8.51, "likeness": 0.993}, False),
        ({"displacement": 11.99, "likeness": 0.993, "cover_a": 0.97, "cover_b": 0.97}, True),
        ({"displacement": 12.01, "likeness": 0.993, "cover_a": 0.97, "cover_b": 0.97}, False),
        ({"displacement": 11.99, "likeness": 0.993, "cover_a": 0.9699, "cover_b": 0.99}, False),
        # a small overlap: less may remain, and least of a map that stretches
        ({"displacement": 4.01, "cover_b": 0.5}, True),
        ({"displacement": 3.99, "cover_b": 0.4999}, True),
        ({"displacement": 4.01, "cover_b": 0.4999}, False),
        ({"displacement": 4.01, "cover_a": 0.4999}, False),
        ({"displacement": 3.99, "cover_b": 0.4, "affine": STRETCHED[1.03]}, True),
        ({"displacement": 2.99, "cover_b": 0.4, "affine": STRETCHED[1.031]}, True),
        ({"displacement": 3.01, "cover_b": 0.4, "affine": STRETCHED[1.031]}, False),
    ],
)
def test_where_a_copy_ends(changes: dict, is_copy: bool) -> None:
    assert (_objection(laid(**changes), by_features()) is None) is is_copy


def test_few_features_need_the_closest_structure_and_none_need_alike_blocks() -> None:
    assert _objection(laid(), by_features(8)) is None
    assert _objection(laid(), by_features(7)) is not None
    assert _objection(laid(likeness=0.993), by_features(7)) is None
    assert _objection(laid(alike=0.75), None) is None
    assert _objection(laid(alike=0.7499), None) is not None


@pytest.mark.parametrize(
    ("affine", "cover", "near"),
    [
        (AS_IT_IS, 0.8, True),
        (AS_IT_IS, 0.7999, False),
        (STRETCHED[1.03], 0.9, True),
        (STRETCHED[1.031], 0.9, False),
        (cv2.getRotationMatrix2D((0, 0), 1.99, 1.0), 0.9, True),
        (cv2.getRotationMatrix2D((0, 0), 2.01, 1.0), 0.9, False),
        (np.array([[-1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]), 0.9, False),
    ],
)
def test_which_copies_are_near(affine: np.ndarray, cover: float, near: bool) -> None:
    assert _is_near(affine, laid(cover_a=cover)) is near
    assert _is_near(affine, laid(cover_b=cover)) is near


def test_the_limits_that_a_search_begins_with() -> None:
    assert (LEAST_INLIERS, MOST_COMPARED, LEAST_NEAR_WORDS) == (5, 16, 2)
    assert THUMBNAIL_LIKENESS == 0.8


COPIES = {
    "recompressed": lambda p: cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA),
    "brighter": lambda p: cv2.convertScaleAbs(p, alpha=0.8, beta=40),
    "grey": lambda p: np.repeat(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY)[:, :, None], 3, axis=2),
    "cropped": lambda p: p[60:360, 200:560],
    "cropped hard": lambda p: p[120:270, 250:450],
    "turned by 90": lambda p: np.rot90(p),
    "turned by 7": lambda p: warped(p, cv2.getRotationMatrix2D((320, 240), 7, 1.0)),
    "mirrored": lambda p: p[:, ::-1],
    "upside down": lambda p: p[::-1],
    "stretched": lambda p: cv2.resize(p, (480, 480), interpolation=cv2.INTER_AREA),
    "captioned": lambda p: np.vstack([p, np.zeros((90, 640, 3), np.uint8)]),
    "boxed": lambda p: cv2.rectangle(p.copy(), (150, 100), (400, 330), (255, 0, 0), 9),
}


@pytest.mark.parametrize("change", COPIES)
def test_finds_copies_and_the_map_between_them(change: str) -> None:
    original = scene(1)
    made = photo(original, "a")
    evidence = compare(made, photo(COPIES[change](original), "b"))
    assert evidence.relation in ("near", "hard"), evidence.why
    assert evidence.outline is not None
    easy = change in ("recompressed", "brighter", "grey", "boxed")
    assert (evidence.relation == "near") == (easy or change == "captioned"), evidence.why


@pytest.mark.parametrize("seed", range(4))
def test_another_exposure_is_no_copy(seed: int) -> None:
    original = scene(10 + seed)
    evidence = compare(photo(original, "a"), photo(reshot(original, seed), "b"))
    assert evidence.relation not in ("exact", "near", "hard"), evidence.why
    assert isinstance(evidence.why, Sentence)
    assert evidence.why.id != "copy.same-picture"


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 50), across=st.floats(0, 1), down=st.floats(0, 1))
def test_a_crop_of_another_exposure_is_no_copy(seed: int, across: float, down: float) -> None:
    """In a small part a bent map is nearly affine; what little remains has to be enough."""
    original = scene(seed)
    top, left = int(down * 288), int(across * 384)
    part = original[top : top + 192, left : left + 256]
    evidence = compare(photo(part, "a"), photo(reshot(original, seed, bend=0.05), "b"))
    assert evidence.relation == "none", evidence.why


SAME = Residual(
    affine=np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]),
    blocks=500, likeness=0.97, alike=0.9, displacement=0.1, diagonal=800.0,
    cover_a=1.0, cover_b=1.0,
)  # fmt: skip
MAP = Alignment(affine=SAME.affine, mirrored=False, matches=50, inliers=40)


@pytest.mark.parametrize(
    ("changes", "support", "said"),
    [
        ({"blocks": 3}, MAP, say("copy.little-texture", inliers=40, matches=50)),
        (
            {"likeness": 0.5},
            MAP,
            say("copy.structure-differs", inliers=40, matches=50, likeness=0.5),
        ),
        ({"displacement": 2.0}, MAP, say("copy.shift-remains", inliers=40, matches=50, pixels=2.0)),
        ({"alike": 0.5}, None, say("copy.few-blocks-alike")),
        (
            {},
            dataclasses.replace(MAP, inliers=6),
            say("copy.few-features", inliers=6, matches=50),
        ),
        ({}, MAP, None),
        ({}, None, None),
    ],
)
def test_what_speaks_against_a_copy_is_said(
    changes: dict, support: Alignment | None, said: Sentence | None
) -> None:
    assert _objection(dataclasses.replace(SAME, **changes), support) == said


def test_what_was_done_to_a_copy_is_said() -> None:
    assert _same_picture(SAME.affine, SAME, MAP) == say(
        "copy.same-picture",
        inliers=40, matches=50, mirrored=False, degrees=0, stretch=0.0, shows=1.0, fills=1.0,
    )  # fmt: skip
    mirrored = np.array([[-1.0, 0.0, 640.0], [0.0, 1.0, 0.0]])
    part = dataclasses.replace(SAME, cover_a=0.5)
    said = say(
        "copy.same-picture",
        inliers=0, matches=0, mirrored=True, degrees=0, stretch=0.0, shows=0.5, fills=1.0,
    )  # fmt: skip
    assert _same_picture(mirrored, part, None) == said


@pytest.mark.parametrize(("turned", "degrees"), [(2.1, 2), (-7.2, -7), (1.9, 0), (-1.9, 0)])
def test_a_turn_is_said_from_two_degrees_on(turned: float, degrees: int) -> None:
    affine = cv2.getRotationMatrix2D((0, 0), -turned, 1.0)
    assert dict(_same_picture(affine, SAME, MAP).parameters)["degrees"] == degrees


@pytest.mark.parametrize(("cover", "said"), [(0.8, 1.0), (0.7999, 0.7999)])
def test_a_frame_that_is_not_filled_is_said(cover: float, said: float) -> None:
    assert dict(_same_picture(AS_IT_IS, laid(cover_b=cover), MAP).parameters)["fills"] == said


@pytest.mark.parametrize(("width", "measured_over"), [(400, 400), (776, 776 * 640 / 1000)])
def test_only_a_small_part_is_measured_as_finely_as_both_photos_show_it(
    width: int, measured_over: float
) -> None:
    """Pictures are compared 640 pixels wide; of these a part of a sixth of the area has 256."""
    original = scene(1, 1000, 750)
    part = original[100 : 100 + width * 3 // 4, 200 : 200 + width]
    told = dict(compare(photo(original, "a"), photo(part, "b")).distances)
    assert told["diagonal"] == pytest.approx(measured_over * 5 / 4, rel=0.02)


def test_a_copy_too_smooth_for_features_is_found_by_its_whole_frame() -> None:
    spots = np.random.default_rng(2).integers(20, 235, (4, 5, 3), dtype=np.uint8)
    smooth = cv2.resize(spots, (160, 120), interpolation=cv2.INTER_CUBIC)
    brighter = COPIES["brighter"](smooth)
    for pixels, relation in ((brighter, "near"), (brighter[:, ::-1], "hard")):
        found = compare(photo(smooth, "a"), photo(pixels, "b"))
        assert (found.relation, found.inliers) == (relation, 0), found.why
    other = compare(photo(smooth, "a"), photo(255 - smooth, "b"))
    assert other.why == say("copy.no-map")


def test_the_same_bytes_and_what_no_map_joins_are_said() -> None:
    one, other = photo(scene(1), "a"), photo(np.full((480, 640, 3), 90, np.uint8), "b")
    assert compare(one, one).why == say("copy.same-bytes")
    assert compare(one, other).why == say("copy.no-map")


def test_pairs_are_drawn_with_and_without_a_map() -> None:
    a, b = photo(scene(1), "a"), photo(scene(1)[:, ::-1], "b")
    evidence = compare(a, b)
    drawn = draw_pair(a, b, evidence)
    plain = draw_pair(a, b, dataclasses.replace(evidence, outline=None))
    assert drawn.shape == plain.shape == (480, 640 + 12 + 640, 3)
    assert (drawn != plain).any()


def test_different_scenes_are_no_copies() -> None:
    evidence = compare(photo(scene(20), "a"), photo(scene(21), "b"))
    assert evidence.relation == "none"


def test_the_same_bytes_are_exact() -> None:
    made = photo(scene(3))
    assert compare(made, made).relation == "exact"


def test_smooth_pictures_are_not_called_copies_for_want_of_texture() -> None:
    flat = np.full((300, 400, 3), 128, np.uint8)
    assert compare(photo(flat, "a"), photo(flat + 2, "b")).relation == "none"


@settings(max_examples=12, deadline=None)
@given(
    angle=st.floats(-180, 180),
    scale=st.floats(0.45, 1.0),
    stretch=st.floats(0.85, 1.15),
    mirror=st.booleans(),
)
def test_recovers_any_affine_map(angle: float, scale: float, stretch: float, mirror: bool) -> None:
    """The mapped outline of a copy lies where the pixels went, within one pixel."""
    original = scene(30)
    affine = cv2.getRotationMatrix2D((320, 240), angle, scale)
    affine[:, 0] *= stretch
    if mirror:
        affine = np.vstack([affine, [0, 0, 1]]) @ np.array([[-1, 0, 639], [0, 1, 0], [0, 0, 1]])
        affine = affine[:2]
    # a canvas on which the whole copy lies
    corners = np.array([[0, 0], [640, 0], [640, 480], [0, 480]], float)
    landed = corners @ affine[:, :2].T + affine[:, 2]
    affine[:, 2] -= landed.min(axis=0)
    width, height = np.ceil(np.ptp(landed, axis=0)).astype(int)
    copy = cv2.warpAffine(original, affine, (int(width), int(height)), flags=cv2.INTER_AREA)
    evidence = compare(photo(original, "a"), photo(copy, "b"))
    assert evidence.relation in ("near", "hard"), evidence.why
    assert evidence.outline is not None
    expected = corners @ affine[:, :2].T + affine[:, 2]
    assert np.abs(np.array(evidence.outline) - expected).max() < 2.0


def test_groups_join_copies_only() -> None:
    def pair(a: str, b: str, relation: str) -> CopyEvidence:
        return CopyEvidence(
            photo_a=a, photo_b=b, relation=relation, distances=(), inliers=0,
            homography=None, outline=None, why=say("copy.no-map"),
        )  # fmt: skip

    pairs = [
        pair("1", "2", "near"), pair("3", "4", "hard"), pair("2", "5", "exact"),
        pair("1", "3", "same_object"), pair("6", "7", "none"),
    ]  # fmt: skip
    groups = group(pairs)
    assert [set(one.photo_ids) for one in groups] == [{"1", "2", "5"}, {"3", "4"}]
    assert [len(one.evidence) for one in groups] == [2, 1]


def test_the_index_proposes_what_compare_confirms() -> None:
    index = FingerprintIndex()
    for seed in range(4, 9):
        index.add(fingerprint(photo(scene(seed), "stored")))
    for change, make in COPIES.items():
        asking = fingerprint(photo(make(scene(7)), "asking"))
        hits = index.candidates(asking)
        assert photo(scene(7), "stored").photo_id in [hit.photo_id for hit in hits[:2]], change


def drawn_words(seed: int, planted: Words | None = None) -> Words:
    """192 random words, the first of them `planted`."""
    chance = np.random.default_rng(seed)
    keys = chance.integers(0, 2**32, 192, dtype=np.uint32)
    signs = chance.integers(0, 2**14, 192, dtype=np.uint32)
    if planted is not None:
        keys[: len(planted)], signs[: len(planted)] = planted.keys, planted.signs
    return Words(keys=keys, signs=signs, doubtful=np.full(192, 0b111111, np.uint32))


def printed(words: Words) -> Fingerprint:
    return Fingerprint(photo_id="00" * 32, hashes=(("words", words_to_hex(words)),), quality=1.0)


def shares(words: int, **bits: int) -> NearHit:
    return NearHit(photo_id="00" * 32, distances=(("words", words), *bits.items()))


def first(words: Words, count: int, *, flip: int = 0, mirrored: bool = False) -> Words:
    """The first words of a photo, or of its mirror image, each with some bits turned over."""
    key, sign = mirror_masks() if mirrored else (0, 0)
    keys = words.keys[:count] ^ np.uint32(key ^ flip)
    return Words(keys=keys, signs=words.signs[:count] ^ np.uint32(sign), doubtful=keys)


@pytest.mark.parametrize(
    ("near", "flip", "mirrored", "worth"),
    [
        (1, 0b0, False, False),
        (2, 0b0, False, True),
        (2, 0b0, True, True),
        (2, 0b111111 << 9, False, True),
        (2, 0b1111111 << 9, False, False),
    ],
)
def test_one_shared_word_is_chance_unless_another_is_near(
    near: int, flip: int, mirrored: bool, worth: bool
) -> None:
    asked = drawn_words(1)
    stored = drawn_words(2, first(asked, near, flip=flip, mirrored=mirrored))
    assert worth_comparing(shares(1), printed(asked), printed(stored)) is worth
    assert worth_comparing(shares(2), printed(asked), printed(stored))
    assert worth_comparing(shares(1, phash=8), printed(asked), printed(stored))


def test_a_candidate_whose_words_cannot_be_read_is_compared() -> None:
    asked, stored = printed(drawn_words(1)), Fingerprint(photo_id="", hashes=(), quality=1.0)
    assert worth_comparing(shares(1), asked, stored)
    older = dataclasses.replace(stored, hashes=(("words", "00"),))
    assert worth_comparing(shares(1), asked, older)


def test_fingerprints_are_hexadecimal_and_repeatable() -> None:
    made = fingerprint(photo(scene(2)))
    assert made == fingerprint(photo(scene(2)))
    for name, value in made.hashes:
        assert bytes.fromhex(value), name
    assert 0.0 <= made.quality <= 1.0


def test_the_limits_that_a_copy_is_held_to() -> None:
    assert (copies.LEAST_INLIERS, copies.FEW_INLIERS, copies.LEAST_BLOCKS) == (5, 8, 8)
    assert (copies.LEAST_LIKENESS, copies.LEAST_ALIKE, copies.CLOSE_LIKENESS) == (0.86, 0.75, 0.993)
    assert copies.MOST_DISPLACEMENT == 0.0006
    assert copies.CLOSE_DISPLACEMENT == 0.00085
    assert copies.WHOLE_DISPLACEMENT == 0.0012
    assert copies.SMALL_DISPLACEMENT == 0.0004
    assert copies.BENT_DISPLACEMENT == 0.0003
    assert (copies.WHOLE_COVER, copies.SMALL_COVER, copies.NEAR_COVER) == (0.97, 0.5, 0.8)
    assert (copies.MOST_COMPARED, copies.LEAST_NEAR_WORDS) == (16, 2)
    assert (copies.THUMBNAIL_LIKENESS, copies.NEAR_TURN, copies.NEAR_STRETCH) == (0.8, 2.0, 1.03)


def test_a_map_of_what_is_too_faint_to_compare_makes_no_copy() -> None:
    """Features agree on a mirror image, but no block of it shows enough to be compared."""
    faint = np.clip(128 + (scene(1).astype(float) - 128) * 0.06, 0, 255).round().astype(np.uint8)
    one, other = (
        Photo(photo_id=name * 64, pixels=np.ascontiguousarray(pixels), format="PNG")
        for name, pixels in (("a", faint), ("b", faint[:, ::-1]))
    )
    features = copies.features_of(one), copies.features_of(other)
    ((alignment, affine),) = copies._maps(*features)
    assert alignment is not None
    assert alignment.mirrored
    assert copies.residual(features[0].grey, features[1].grey, affine) is None
    found = compare(one, other)
    assert (found.relation, found.why, found.homography) == ("none", say("copy.no-map"), None)


def test_what_shows_nothing_at_full_size_is_judged_by_the_smaller_picture() -> None:
    plain = Photo(photo_id="0" * 64, pixels=np.full((1500, 2000, 3), 90, np.uint8), format="PNG")
    features = copies.features_of(plain)
    moved = np.array([[1.0, 0.0, 500.0], [0.0, 1.0, 300.0]])
    measured = laid(affine=moved, cover_a=0.1, cover_b=0.1)
    assert copies._finer(plain, plain, (features, features), measured) is measured


def test_distances_of_fingerprints_are_evidence_beside_the_map() -> None:
    one, other = photo(scene(3), "a"), photo(255 - scene(3), "b")
    same = compare(one, one, fingerprints=(fingerprint(one), fingerprint(one)))
    assert same.distances == (("phash", 0.0), ("dhash", 0.0))
    told = dict(compare(one, other, fingerprints=(fingerprint(one), fingerprint(other))).distances)
    assert told["dhash"] > 32, "a negative"
