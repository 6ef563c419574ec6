"""Perceptual fingerprints, which propose possible copies before any close comparison.

Whole-frame hashes (pHash and dHash of the imagehash library) find resized and recompressed copies.
Words, which are short codes of single features, find crops, rotated and mirrored copies, and photos
inside collages.
"""

from __future__ import annotations

from typing import Final

import imagehash
from PIL import Image

from vision.copies.features import features_of
from vision.copies.words import words_of, words_to_hex
from vision.types import Fingerprint, Photo

PHASH_RADIUS: Final = 10
"""Bits of 64; the distance at which imagehash's pHash is commonly called a match."""
FULL_QUALITY_WORDS: Final = 64
"""Words at which quality reaches 1; the fewer, the likelier it is that two photos are mixed up."""


def fingerprint(photo: Photo) -> Fingerprint:
    """Fingerprint a photo.

    Returns:
        Hexadecimal values named `phash` and `dhash` (64 bits each), `phash_mirror`
        (of the mirrored photo) and `words` (up to 192 codes of single features, see
        `vision.copies.words`). All are taken from the grey working picture of
        `vision.copies.features`.
        `quality` is the number of words, as a share of `FULL_QUALITY_WORDS`, at most 1.
    """
    features = features_of(photo)
    frame = Image.fromarray(features.grey)
    mirrored = frame.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    words = words_of(features)
    return Fingerprint(
        photo_id=photo.photo_id,
        hashes=(
            ("phash", str(imagehash.phash(frame))),
            ("phash_mirror", str(imagehash.phash(mirrored))),
            ("dhash", str(imagehash.dhash(frame))),
            ("words", words_to_hex(words)),
        ),
        quality=min(1.0, len(words) / FULL_QUALITY_WORDS),
    )


def hash_of(made: Fingerprint, name: str) -> bytes:
    """Return one of the hashes as bytes.

    Raises:
        KeyError: the fingerprint has no hash of that name.
    """
    for known, value in made.hashes:
        if known == name:
            return bytes.fromhex(value)
    raise KeyError(f"the fingerprint of {made.photo_id[:12]}… holds no {name}")


def distance(a: bytes, b: bytes) -> int:
    """Count the bits in which two hashes of one length differ."""
    return (int.from_bytes(a) ^ int.from_bytes(b)).bit_count()
