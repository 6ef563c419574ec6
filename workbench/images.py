"""Pictures for screens and reports: made from originals on demand, never instead of them."""

from __future__ import annotations

import io
import secrets
from functools import lru_cache
from typing import TYPE_CHECKING

from PIL import Image

from evidence_store.blobs import checked_sha256
from vision.decode import decode_photo
from vision.rectify import crop_region

if TYPE_CHECKING:
    from pathlib import Path

    from evidence_store.blobs import BlobStore
    from vision.types import Photo, Pixels, Quad
    from workbench.stores import Stores

#: Decoded photos kept in memory; a review goes back and forth between a few.
KEPT_PHOTOS = 4
#: Longest side of a picture in a list, in pixels.
THUMBNAIL = 480


class Images:
    """Decodes kept originals and makes PNGs of them."""

    def __init__(self, stores: Stores) -> None:
        self._cache = stores.settings.store / "cache"
        self._cache.mkdir(parents=True, exist_ok=True)
        self._blobs: BlobStore = stores.blobs
        self.photo = lru_cache(maxsize=KEPT_PHOTOS)(self._photo)

    def _photo(self, sha256: str) -> Photo:
        """The upright photo of an original; its bytes are hashed again on the way."""
        return decode_photo(self._blobs.get(checked_sha256(sha256)), name=sha256[:12])

    def upright_png(self, sha256: str, *, longest: int | None) -> bytes:
        """The upright photo as PNG, no side longer than `longest` pixels."""
        kept = self._cache / f"{sha256}-{longest or 'full'}.png"
        if kept.exists():
            return kept.read_bytes()
        image = Image.fromarray(self.photo(sha256).pixels)
        if longest is not None:
            image.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        data = _png(image)
        self._keep(kept, data)
        return data

    @staticmethod
    def _keep(path: Path, data: bytes) -> None:
        part = path.with_suffix(f".{secrets.token_hex(4)}.part")
        part.write_bytes(data)
        part.replace(path)

    def thumbnail(self, sha256: str, photo: Photo | None = None) -> bytes:
        """A small upright JPEG for lists; made at intake, while the photo is decoded anyway."""
        kept = self._cache / f"{sha256}-small.jpg"
        if kept.exists():
            return kept.read_bytes()
        image = Image.fromarray((photo or self.photo(sha256)).pixels).convert("RGB")
        image.thumbnail((THUMBNAIL, THUMBNAIL), Image.Resampling.LANCZOS, reducing_gap=2.0)
        buffer = io.BytesIO()
        image.save(buffer, format="JPEG", quality=82)
        self._keep(kept, buffer.getvalue())
        return buffer.getvalue()

    def crop_png(self, sha256: str, corners: Quad, *, height: int | None) -> bytes:
        """A region, turned upright and flattened, as PNG."""
        return png_of(crop_region(self.photo(sha256), corners, height=height))


def png_of(pixels: Pixels) -> bytes:
    """Pixels as PNG bytes."""
    return _png(Image.fromarray(pixels))


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format="PNG", compress_level=3)
    return buffer.getvalue()
