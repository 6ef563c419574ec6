"""Draw machine-readable codes as masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import zxingcpp

from renderer.errors import RendererError

if TYPE_CHECKING:
    from renderer.types import Plane


def draw_code(symbology: str, payload: str, *, height: int, width: int) -> Plane:
    """Draw a code as a mask (1 = ink).

    Args:
        symbology: `DataMatrix`, `QRCode`, `Code128`, `Code39`, `PDF417` (zxing-cpp's names).
        payload: its content; control characters (ISO 15434) are preserved.
        height: desired height in pixels; modules are whole pixels, so the result is close to it.
        width: maximum width in pixels.
    """
    try:
        kind = zxingcpp.barcode_format_from_str(symbology)
        drawn = zxingcpp.create_barcode(payload, kind)
        modules = np.asarray(drawn.to_image(scale=1, add_quiet_zones=False))
    except (ValueError, RuntimeError) as problem:
        raise RendererError(
            f"The code {symbology} could not be drawn: {problem}.",
            "Use a symbology that zxing-cpp can write, and a payload that fits it.",
        ) from problem
    ink = (modules < 128).astype(np.float32)
    if symbology in ("Code128", "Code39"):
        scale = max(1, width // ink.shape[1])
        size = (ink.shape[1] * scale, height)
    else:
        scale = max(1, min(height // ink.shape[0], width // ink.shape[1]))
        size = (ink.shape[1] * scale, ink.shape[0] * scale)
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_NEAREST), np.float32)
