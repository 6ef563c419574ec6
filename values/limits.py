"""Default upper limits on the size of files that people bring, in bytes.

Screens, settings and decoders all use these limits, so that none rejects what another accepted.
"""

from __future__ import annotations

from typing import Final

from values.rule import Declared

PHOTO_BYTES: Final = 200_000_000
"""Largest photo. A 100-megapixel camera TIFF is about 150 MB."""

CLIP_BYTES: Final = 4_294_967_296
"""Largest clip: the maximum file size of FAT32, and so of most cameras."""

ZIP_BYTES: Final = 4_294_967_296
"""Largest ZIP, both packed and in total when unpacked."""

FILE_BYTES: Final = 209_715_200
"""Largest other file: a catalog, a source list, a document, a certificate."""

RULES: Final = Declared(
    "size",
    test="tests/unit/values/test_limits.py",
    source="assumed; README.md lists the settings that change it",
    units=dict.fromkeys(("PHOTO_BYTES", "CLIP_BYTES", "ZIP_BYTES", "FILE_BYTES"), "bytes"),
)
