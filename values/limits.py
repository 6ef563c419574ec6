"""How large files may be that somebody brings, in bytes, where nothing else is set.

Screens, settings and whatever opens a file ask here, so that none refuses what another let in.
"""

from __future__ import annotations

from typing import Final

from values.rule import Declared

PHOTO_BYTES: Final = 200_000_000
"""A photo. One of 100 million pixels straight from a camera has about 150 MB as TIFF."""

CLIP_BYTES: Final = 4_294_967_296
"""A clip: what FAT32 can hold, and so the largest file that most cameras write."""

ZIP_BYTES: Final = 4_294_967_296
"""A ZIP, packed, and all that is in it, unpacked."""

FILE_BYTES: Final = 209_715_200
"""Any other file: a catalog, a source list, a paper, a certificate."""

RULES: Final = Declared(
    "size",
    test="tests/unit/values/test_limits.py",
    source="assumed; README.md names the settings that say otherwise",
    units=dict.fromkeys(("PHOTO_BYTES", "CLIP_BYTES", "ZIP_BYTES", "FILE_BYTES"), "bytes"),
)
