"""Decide whether two photos are copies of one exposure, and explain why.

Hashes only propose; the decision is geometric (`vision.copies.alignment`). An affine map must align
one photo with the other to a fraction of a pixel, with the same structure in nearly every block.
Two exposures of one object fail this test, and so do two units of one type.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from values.rule import Declared
from values.sentence import say
from vision.copies.alignment import Affine, Residual, align, residual
from vision.copies.features import features_of, working_grey
from vision.copies.fingerprint import distance, fingerprint, hash_of
from vision.copies.index import FingerprintIndex, NearHit
from vision.copies.pair_drawing import draw_pair
from vision.copies.words import near_words, words_from
from vision.types import CopyEvidence, CopyGroup, CopyRelation, Fingerprint, Photo, Quad

if TYPE_CHECKING:
    from collections.abc import Iterable

    from values.sentence import Sentence
    from vision.copies.alignment import Alignment
    from vision.copies.features import Features, Grey

__all__ = [
    "FingerprintIndex",
    "NearHit",
    "compare",
    "draw_pair",
    "fingerprint",
    "group",
    "worth_comparing",
]

LEAST_INLIERS: Final = 5
"""Minimum number of features that must agree on one map before its residual is measured."""
LEAST_BLOCKS: Final = 8
"""Minimum number of blocks with enough structure in both pictures to be compared."""
LEAST_LIKENESS: Final = 0.86
"""Minimum median block correlation of a copy; on the measuring set copies have .94 and more."""
LEAST_ALIKE: Final = 0.75
"""Minimum share of blocks with a correlation above .9 where there are no matched features and the
frames themselves are aligned.
"""
CLOSE_LIKENESS: Final = 0.993
"""Correlation from which the structure agrees closely."""
FEW_INLIERS: Final = 8
"""With fewer features than these, the structure has to agree to `CLOSE_LIKENESS`."""
MOST_DISPLACEMENT: Final = 0.0006
"""Largest median residual shift of a copy, as a share of the diagonal: half a pixel at a width of
800 pixels.
"""
CLOSE_DISPLACEMENT: Final = 0.00085
"""Largest median residual shift where the structure agrees to `CLOSE_LIKENESS`, as a share of the
diagonal.
"""
WHOLE_DISPLACEMENT: Final = 0.0012
"""Largest median residual shift where the structure agrees to `CLOSE_LIKENESS` and both frames are
the same except for their edges, as a share of the diagonal: heavy recompression of a smooth picture
makes the shift itself uncertain.
"""
WHOLE_COVER: Final = 0.97
"""Mutual coverage from which two frames are the same except for their edges."""
SMALL_COVER: Final = 0.5
"""An overlap that is a smaller share of one frame is measured again, as finely as both photos
allow: in a small part at low resolution, any distortion looks affine.
"""
SMALL_DISPLACEMENT: Final = 0.0004
"""Largest median residual shift in an overlap smaller than `SMALL_COVER`, as a share of the
diagonal.
"""
BENT_DISPLACEMENT: Final = 0.0003
"""Largest median residual shift in an overlap smaller than `SMALL_COVER` if the map stretches it by
more than `NEAR_STRETCH`, as perspective does.
"""
_WORTH_REMEASURING: Final = 1.2
"""A photo is measured again if it shows the overlap this many times finer than its working picture.
"""
MOST_COMPARED: Final = 16
"""Maximum number of candidates from the index that are compared closely, for one photo."""
LEAST_NEAR_WORDS: Final = 2
"""Number of words that must be near where only one word is shared. Of 880 changed photos (40
photos, 22 changes of `benchmarks.copies`) six were copies that shared one word; each had three or
more.
"""
THUMBNAIL_LIKENESS: Final = 0.8
"""Without shared features, frames are compared only if their thumbnails correlate this much."""
NEAR_COVER: Final = 0.8
"""A copy is *near* if both frames cover each other to at least this share and it is within
`NEAR_TURN` and `NEAR_STRETCH`.
"""
NEAR_TURN: Final = 2.0
"""A *near* copy is rotated by at most this many degrees."""
NEAR_STRETCH: Final = 1.03
"""A *near* copy is stretched by at most this factor, and not mirrored; otherwise it is *hard*."""

RULES: Final = Declared(
    "copies",
    test="tests/unit/vision/copies/test_verdict.py",
    source="chosen on 319 pairs of real photos; docs/validity/copies-and-footage.md",
    units={
        "LEAST_INLIERS": "features",
        "FEW_INLIERS": "features",
        "LEAST_BLOCKS": "blocks",
        "LEAST_LIKENESS": "correlation, 0-1",
        "LEAST_ALIKE": "share of blocks, 0-1",
        "CLOSE_LIKENESS": "correlation, 0-1",
        "THUMBNAIL_LIKENESS": "correlation, 0-1",
        "MOST_DISPLACEMENT": "share of the diagonal",
        "CLOSE_DISPLACEMENT": "share of the diagonal",
        "WHOLE_DISPLACEMENT": "share of the diagonal",
        "SMALL_DISPLACEMENT": "share of the diagonal",
        "BENT_DISPLACEMENT": "share of the diagonal",
        "WHOLE_COVER": "share of a frame, 0-1",
        "SMALL_COVER": "share of a frame, 0-1",
        "NEAR_COVER": "share of a frame, 0-1",
        "MOST_COMPARED": "candidates",
        "LEAST_NEAR_WORDS": "words",
        "NEAR_TURN": "degrees",
        "NEAR_STRETCH": "times",
    },
)


def worth_comparing(hit: NearHit, asked: Fingerprint, stored: Fingerprint) -> bool:
    """Whether a candidate from the index is more than chance.

    In a large store some photo shares one word with any other; comparing each of those closely
    would make a photo cost more the larger the store is. `stored` is the candidate's own
    fingerprint; one from an older version, whose words cannot be read, is worth comparing.
    """
    told = dict(hit.distances)
    if told["words"] != 1 or "phash" in told:
        return True
    try:
        words = [words_from(hash_of(made, "words")) for made in (asked, stored)]
    except (KeyError, ValueError):
        return True
    return near_words(*words) >= LEAST_NEAR_WORDS


def compare(
    photo_a: Photo,
    photo_b: Photo,
    *,
    fingerprints: tuple[Fingerprint, Fingerprint] | None = None,
) -> CopyEvidence:
    """Compare two photos closely: the map between them, its support and its residual.

    Args:
        photo_a: one photo.
        photo_b: the other.
        fingerprints: their fingerprints, if available; only the distances are added to the
            evidence.

    Returns:
        `exact`, `near` or `hard` for copies, `none` for everything else. The homography and the
        outline are included whenever a map was found, even if it speaks against a copy.
    """
    distances = _hash_distances(*fingerprints) if fingerprints else ()
    if photo_a.photo_id == photo_b.photo_id:
        return _evidence(photo_a, photo_b, "exact", distances, say("copy.same-bytes"))
    a, b = features_of(photo_a), features_of(photo_b)
    for alignment, affine in _maps(a, b):
        measured = residual(a.grey, b.grey, affine)
        if measured is None:
            continue
        if _is_small(measured) and _objection(measured, alignment) is None:
            measured = _finer(photo_a, photo_b, (a, b), measured)
        why_not = _objection(measured, alignment)
        if why_not is None or alignment is not None:
            return _judged(photo_a, photo_b, distances, (a, b), alignment, measured)
    return _evidence(photo_a, photo_b, "none", distances, say("copy.no-map"))


def _maps(a: Features, b: Features) -> Iterable[tuple[Alignment | None, Affine]]:
    """Yield the map from the features first; if there is none, frame onto frame."""
    alignment = align(a, b)
    if alignment is not None and alignment.inliers >= LEAST_INLIERS:
        yield alignment, alignment.affine
        return
    height, width = b.grey.shape[0] / a.grey.shape[0], b.grey.shape[1] / a.grey.shape[1]
    if _thumbnail_likeness(a.grey, b.grey) >= THUMBNAIL_LIKENESS:
        yield None, np.array([[width, 0.0, 0.0], [0.0, height, 0.0]])
    if _thumbnail_likeness(a.grey[:, ::-1], b.grey) >= THUMBNAIL_LIKENESS:
        yield None, np.array([[-width, 0.0, float(b.grey.shape[1] - 1)], [0.0, height, 0.0]])


def _thumbnail_likeness(a: Grey, b: Grey) -> float:
    """Correlation of two whole frames shrunk to 32 × 32 pixels."""
    small = [
        cv2.resize(np.ascontiguousarray(grey), (32, 32), interpolation=cv2.INTER_AREA)
        for grey in (a, b)
    ]
    return float(cv2.matchTemplate(small[0], small[1], cv2.TM_CCOEFF_NORMED)[0, 0])


def _objection(measured: Residual, alignment: Alignment | None) -> Sentence | None:
    """Return what speaks against a copy, if anything."""
    inliers, matches = _support(alignment)
    close = measured.likeness >= CLOSE_LIKENESS
    if measured.blocks < LEAST_BLOCKS:
        return say("copy.little-texture", inliers=inliers, matches=matches)
    if measured.likeness < LEAST_LIKENESS:
        return say(
            "copy.structure-differs",
            inliers=inliers,
            matches=matches,
            likeness=round(measured.likeness, 4),
        )
    if measured.displacement > _allowed(measured) * measured.diagonal:
        return say(
            "copy.shift-remains",
            inliers=inliers,
            matches=matches,
            pixels=round(measured.displacement, 4),
        )
    if alignment is None and measured.alike < LEAST_ALIKE:
        return say("copy.few-blocks-alike")
    if alignment is not None and alignment.inliers < FEW_INLIERS and not close:
        return say("copy.few-features", inliers=inliers, matches=matches)
    return None


def _support(alignment: Alignment | None) -> tuple[int, int]:
    """Matched features that agree on the map, and all of them; (0, 0) for frame onto frame."""
    return (alignment.inliers, alignment.matches) if alignment else (0, 0)


def _allowed(measured: Residual) -> float:
    """The largest residual shift allowed in a copy, as a share of the diagonal."""
    if _is_small(measured):
        bent = _turn_and_stretch(measured.affine)[1] > NEAR_STRETCH
        return BENT_DISPLACEMENT if bent else SMALL_DISPLACEMENT
    if measured.likeness < CLOSE_LIKENESS:
        return MOST_DISPLACEMENT
    whole = min(measured.cover_a, measured.cover_b) >= WHOLE_COVER
    return WHOLE_DISPLACEMENT if whole else CLOSE_DISPLACEMENT


def _is_small(measured: Residual) -> bool:
    """Whether the overlap is a small part of one of the frames."""
    return min(measured.cover_a, measured.cover_b) < SMALL_COVER


def _finer(
    photo_a: Photo, photo_b: Photo, features: tuple[Features, Features], measured: Residual
) -> Residual:
    """Measure a small overlap again from the original photos, if they show more detail."""
    full = _in_photo_pixels(measured.affine, *features)
    box_b = _box_of(_outline(full, photo_a), photo_b)
    back = np.asarray(cv2.invertAffineTransform(full), np.float64)
    box_a = _box_of(_outline(back, photo_b), photo_a)
    part_a, part_b = _part(photo_a, box_a), _part(photo_b, box_b)
    if max(part_a[1] / features[0].scale, part_b[1] / features[1].scale) < _WORTH_REMEASURING:
        return measured
    whole = np.vstack([full, [0.0, 0.0, 1.0]])
    enter = np.array([[1 / part_a[1], 0, box_a[0]], [0, 1 / part_a[1], box_a[1]], [0, 0, 1]])
    leave = np.array([[part_b[1], 0, -box_b[0] * part_b[1]], [0, part_b[1], -box_b[1] * part_b[1]]])
    finer = residual(part_a[0], part_b[0], np.asarray(leave @ whole @ enter, np.float64))
    if finer is None:
        return measured
    return replace(
        finer, affine=measured.affine, cover_a=measured.cover_a, cover_b=measured.cover_b
    )


def _box_of(outline: Quad, photo: Photo) -> tuple[int, int, int, int]:
    """The bounding box of an outline in a photo: left, top, right, bottom."""
    corners = np.array(outline)
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, [photo.width - 1, photo.height - 1])
    right, bottom = np.clip(np.ceil(corners.max(axis=0)), 1, [photo.width, photo.height])
    return int(left), int(top), max(int(right), int(left) + 1), max(int(bottom), int(top) + 1)


def _part(photo: Photo, box: tuple[int, int, int, int]) -> tuple[Grey, float]:
    """A part of a photo in grey at the working size, and its scale."""
    left, top, right, bottom = box
    return working_grey(np.ascontiguousarray(photo.pixels[top:bottom, left:right]))


def _judged(
    photo_a: Photo,
    photo_b: Photo,
    distances: tuple[tuple[str, float], ...],
    features: tuple[Features, Features],
    alignment: Alignment | None,
    measured: Residual,
) -> CopyEvidence:
    """Turn a measured map into evidence."""
    objection = _objection(measured, alignment)
    found = (
        *distances,
        ("likeness", round(measured.likeness, 4)),
        ("alike", round(measured.alike, 4)),
        ("displacement", round(measured.displacement, 4)),
        ("diagonal", round(measured.diagonal, 1)),
        ("blocks", float(measured.blocks)),
    )
    affine = measured.affine
    full = _in_photo_pixels(affine, *features)
    relation: CopyRelation = "none"
    if objection is None:
        relation = "near" if _is_near(affine, measured) else "hard"
    return CopyEvidence(
        photo_a=photo_a.photo_id,
        photo_b=photo_b.photo_id,
        relation=relation,
        distances=found,
        inliers=_support(alignment)[0],
        homography=(*full.ravel().tolist(), 0.0, 0.0, 1.0),
        outline=_outline(full, photo_a),
        why=objection or _same_picture(affine, measured, alignment),
    )


def _turn_and_stretch(affine: Affine) -> tuple[float, float]:
    """Degrees of rotation (clockwise, after undoing a mirror) and aspect stretch (≥ 1)."""
    linear = affine[:, :2].copy()
    if np.linalg.det(linear) < 0:
        linear[:, 0] *= -1
    long, short = np.linalg.svd(linear)[1]
    u, _, v = np.linalg.svd(linear)
    rotation = u @ v
    return float(np.degrees(np.arctan2(rotation[1, 0], rotation[0, 0]))), float(long / short)


def _is_near(affine: Affine, measured: Residual) -> bool:
    """Whether a copy is near rather than hard."""
    turn, stretch = _turn_and_stretch(affine)
    upright = bool(np.linalg.det(affine[:, :2]) > 0) and abs(turn) <= NEAR_TURN
    covered = min(measured.cover_a, measured.cover_b) >= NEAR_COVER
    return upright and covered and stretch <= NEAR_STRETCH


def _same_picture(affine: Affine, measured: Residual, alignment: Alignment | None) -> Sentence:
    """Describe how a copy was altered: 0 for anything unaltered, 1 for a whole frame."""
    turn, stretch = _turn_and_stretch(affine)
    inliers, matches = _support(alignment)
    shows, fills = measured.cover_a, measured.cover_b
    return say(
        "copy.same-picture",
        inliers=inliers,
        matches=matches,
        mirrored=bool(np.linalg.det(affine[:, :2]) < 0),
        degrees=round(turn) if abs(turn) > NEAR_TURN else 0,
        stretch=round(stretch, 2) if stretch > NEAR_STRETCH else 0.0,
        shows=round(shows, 4) if shows < NEAR_COVER else 1.0,
        fills=round(fills, 4) if fills < NEAR_COVER else 1.0,
    )


def _in_photo_pixels(affine: Affine, a: Features, b: Features) -> Affine:
    """Convert a map between working pictures to pixels of the photos."""
    whole = np.vstack([affine, [0.0, 0.0, 1.0]])
    up = np.diag([1.0 / b.scale, 1.0 / b.scale, 1.0])
    down = np.diag([a.scale, a.scale, 1.0])
    return np.asarray((up @ whole @ down)[:2], np.float64)


def _outline(affine: Affine, photo: Photo) -> Quad:
    """The four corners of a photo, mapped."""
    corners = np.array(
        [[0, 0], [photo.width, 0], [photo.width, photo.height], [0, photo.height]], np.float64
    )
    first, second, third, fourth = (
        (float(x), float(y)) for x, y in corners @ affine[:, :2].T + affine[:, 2]
    )
    return first, second, third, fourth


def _hash_distances(a: Fingerprint, b: Fingerprint) -> tuple[tuple[str, float], ...]:
    """Distances of the whole-frame hashes, in bits."""
    return tuple(
        (name, float(distance(hash_of(a, name), hash_of(b, name)))) for name in ("phash", "dhash")
    )


def _evidence(
    photo_a: Photo,
    photo_b: Photo,
    relation: CopyRelation,
    distances: tuple[tuple[str, float], ...],
    why: Sentence,
) -> CopyEvidence:
    """Evidence without a map."""
    return CopyEvidence(
        photo_a=photo_a.photo_id,
        photo_b=photo_b.photo_id,
        relation=relation,
        distances=distances,
        inliers=0,
        homography=None,
        outline=None,
        why=why,
    )


def group(pairs: Iterable[CopyEvidence]) -> tuple[CopyGroup, ...]:
    """Join photos that are copies of each other, pair by pair, into groups.

    Only `exact`, `near` and `hard` pairs join. Groups and their photos come in the order in which
    the pairs name them; each group carries the pairs that formed it.
    """
    copies = [pair for pair in pairs if pair.relation in ("exact", "near", "hard")]
    leader: dict[str, str] = {}

    def lead(photo: str) -> str:
        leader.setdefault(photo, photo)
        while leader[photo] != photo:
            leader[photo] = leader[leader[photo]]
            photo = leader[photo]
        return photo

    for pair in copies:
        first, second = lead(pair.photo_a), lead(pair.photo_b)
        leader[second] = first
    members: dict[str, list[str]] = {}
    for photo in leader:
        members.setdefault(lead(photo), []).append(photo)
    return tuple(
        CopyGroup(
            photo_ids=tuple(photos),
            evidence=tuple(pair for pair in copies if lead(pair.photo_a) == first),
        )
        for first, photos in members.items()
    )
