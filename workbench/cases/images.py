"""Pictures for screens and reports, made from originals on demand; they never replace originals."""

from __future__ import annotations

import io
import secrets
from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING

from PIL import Image

from evidence_store.blobs.store import checked_sha256
from vision.media.decode import decode_photo
from vision.media.rectify import crop_region

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from evidence_store.blobs.store import BlobStore
    from vision.types import Photo, Quad

#: Decoded photos held in memory; a review goes back and forth between a few.
KEPT_PHOTOS = 4
#: Encoded pictures held in memory: more than the regions on a page of search results.
KEPT_PICTURES = 64
#: Bytes of memory that these pictures may use together.
KEPT_PICTURE_BYTES = 64_000_000
#: Longest side of a picture in a list, in pixels.
THUMBNAIL = 480


class PictureCache:
    """Encoded pictures in memory, the most recently used ones; their number and bytes are limited.

    A picture depends only on its key, so a stored one is never out of date.
    """

    def __init__(self, *, most: int, most_bytes: int) -> None:
        """Hold at most `most` pictures, of `most_bytes` bytes together."""
        self._most, self._most_bytes = most, most_bytes
        self._pictures: OrderedDict[object, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get_or_make(self, key: object, make: Callable[[], bytes]) -> bytes:
        """The picture stored under this key; if there is none, make and store it.

        The least recently used ones are dropped to make room.
        """
        with self._lock:
            if key in self._pictures:
                self._pictures.move_to_end(key)
                return self._pictures[key]
        picture = make()
        with self._lock:
            self._bytes += len(picture) - len(self._pictures.pop(key, b""))
            self._pictures[key] = picture
            while len(self._pictures) > self._most or self._bytes > self._most_bytes:
                self._bytes -= len(self._pictures.popitem(last=False)[1])
        return picture


class Images:
    """Decodes stored originals and encodes pictures of them."""

    def __init__(self, blobs: BlobStore, cache: Path) -> None:
        """`cache` is the folder of thumbnails; it can be emptied at any time."""
        self._cache = cache
        self._cache.mkdir(parents=True, exist_ok=True)
        self._blobs = blobs
        self.photo = lru_cache(maxsize=KEPT_PHOTOS)(self._photo)
        self._pictures = PictureCache(most=KEPT_PICTURES, most_bytes=KEPT_PICTURE_BYTES)

    def _photo(self, sha256: str) -> Photo:
        """The upright photo of an original; its bytes are hashed again when read."""
        return decode_photo(self._blobs.get(checked_sha256(sha256)), name=sha256[:12])

    def upright_png(self, sha256: str, *, longest: int | None) -> bytes:
        """The upright photo as PNG, no side longer than `longest` pixels.

        Sealed reports show it, so it never comes from a file that somebody could have altered.
        """
        return self._pictures.get_or_make((sha256, longest), lambda: self._upright(sha256, longest))

    def _upright(self, sha256: str, longest: int | None) -> bytes:
        return png_of(self.upright(sha256, longest=longest))

    def upright(self, sha256: str, *, longest: int | None) -> Image.Image:
        """The upright photo, no side longer than `longest` pixels."""
        image = Image.fromarray(self.photo(sha256).pixels)
        if longest is not None:
            image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        return image

    def crop(self, sha256: str, corners: Quad, *, height: int | None) -> Image.Image:
        """A region, turned upright and rectified."""
        return Image.fromarray(crop_region(self.photo(sha256), corners, height=height))

    def thumbnail(self, sha256: str, photo: Photo | None = None) -> bytes:
        """A small upright JPEG for lists; made at intake, while the photo is decoded anyway.

        It is stored as a file that nothing checks, so only lists on screen may show it.
        """
        kept = self._cache / f"{sha256}-small.jpg"
        if kept.exists():
            return kept.read_bytes()
        image = Image.fromarray((photo or self.photo(sha256)).pixels).convert("RGB")
        image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS, reducing_gap=2.0)
        buffer = io.BytesIO()
        image.save(buffer, format="JPEG", quality=82)
        part = kept.with_suffix(f".{secrets.token_hex(4)}.part")
        part.write_bytes(buffer.getvalue())
        part.replace(kept)
        return buffer.getvalue()

    def crop_png(self, sha256: str, corners: Quad, *, height: int | None) -> bytes:
        """A region as PNG, turned upright and rectified."""
        return self._pictures.get_or_make(
            (sha256, corners, height),
            lambda: png_of(self.crop(sha256, corners, height=height)),
        )


def png_of(image: Image.Image) -> bytes:
    """A picture as PNG bytes."""
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=3)
    return buffer.getvalue()
