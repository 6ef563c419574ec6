"""Local features of a photo that survive resizing, rotation and mirroring.

SIFT (Lowe 2004) on a grey picture of bounded size; descriptors are square-rooted (RootSIFT,
Arandjelović and Zisserman 2012), so that they can be compared by dot product. The descriptors of
the mirrored picture are a permutation of these, so mirroring costs nothing.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from vision.types import Photo, Pixels

Floats = npt.NDArray[np.float32]
Grey = npt.NDArray[np.uint8]

WORKING_SIDE: Final = 640
"""Long side in pixels of the picture from which features are extracted; larger photos are shrunk.
"""
MOST_FEATURES: Final = 1000
_CONTRAST: Final = 0.015
"""Lower than OpenCV's 0.04: heavy recompression and haze leave only faint features."""
KEPT_FEATURES = 48
"""Photos whose features are cached (about a megabyte each), since one photo is compared with
several. Can be raised if many photos are compared with each other.
"""


def _mirror_order() -> npt.NDArray[np.intp]:
    """The permutation of descriptor values when the picture is mirrored.

    OpenCV stores a descriptor as 4 rows × 4 columns × 8 directions in the frame of the feature;
    mirroring reverses the rows and the sense of the directions.
    """
    order = np.arange(128).reshape(4, 4, 8)
    directions = (8 - np.arange(8)) % 8
    return np.ascontiguousarray(order[::-1][:, :, directions].ravel())


MIRROR_ORDER: Final = _mirror_order()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Features:
    """The features of one photo.

    `grey` is the working picture; `scale` converts photo pixels to its pixels. `points` (n, 2) and
    `sizes` (n,) are in pixels of `grey`; `descriptors` (n, 128) have length 1.
    """

    grey: Grey
    scale: float
    points: Floats
    sizes: Floats
    strengths: Floats
    descriptors: Floats


def working_grey(pixels: Pixels, *, side: int = WORKING_SIDE) -> tuple[Grey, float]:
    """Shrink to the working size in grey; smaller photos keep their size."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, side / max(grey.shape))
    if scale < 1.0:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, dtype=np.uint8), scale


def extract(pixels: Pixels) -> Features:
    """Extract the features of a picture."""
    grey, scale = working_grey(pixels)
    detector = cv2.SIFT.create(nfeatures=MOST_FEATURES, contrastThreshold=_CONTRAST)
    found, raw = detector.detectAndCompute(grey, None)
    descriptors = np.zeros((0, 128), np.float32) if raw is None else raw.astype(np.float32)
    total = np.maximum(descriptors.sum(axis=1, keepdims=True), 1e-6)
    return Features(
        grey=grey,
        scale=scale,
        points=np.array([point.pt for point in found], np.float32).reshape(-1, 2),
        sizes=np.array([point.size for point in found], np.float32),
        strengths=np.array([point.response for point in found], np.float32),
        descriptors=np.sqrt(descriptors / total),
    )


_cache: OrderedDict[str, Features] = OrderedDict()
_cache_lock = Lock()


def features_of(photo: Photo) -> Features:
    """Return the features of a photo, cached."""
    with _cache_lock:
        known = _cache.get(photo.photo_id)
        if known is not None:
            _cache.move_to_end(photo.photo_id)
            return known
    made = extract(photo.pixels)
    with _cache_lock:
        _cache[photo.photo_id] = made
        while len(_cache) > KEPT_FEATURES:
            _cache.popitem(last=False)
    return made
