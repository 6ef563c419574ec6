"""A photo with zoom, reading aids, and regions to click or draw: our own component, offline."""

from __future__ import annotations

import base64
import hashlib
import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Sequence

_HERE = Path(__file__).parent
Corners = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """An outline in pixels of the upright photo, with its label for screen readers."""

    region_id: str
    corners: Corners
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """What the person did: chose a region, or drew one (corners in reading order)."""

    region_id: str | None = None
    drawn: tuple[tuple[float, float], ...] | None = None


@cache
def _component() -> Any:
    return st.components.v2.component(
        "nameplate_photo_viewer",
        html=(_HERE / "viewer.html").read_text(encoding="utf-8"),
        css=(_HERE / "viewer.css").read_text(encoding="utf-8"),
        js=(_HERE / "viewer.js").read_text(encoding="utf-8"),
    )


LOSSLESS_BYTES = 1_500_000
"""Up to this size a picture is sent unchanged: plates are judged without JPEG artefacts."""


@st.cache_data(max_entries=64, show_spinner=False)
def display_address(png: bytes) -> str:
    """A picture as a data address; a large one as a JPEG, for display only, never evidence."""
    if len(png) <= LOSSLESS_BYTES:
        return "data:image/png;base64," + base64.b64encode(png).decode("ascii")
    buffer = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").save(buffer, "JPEG", quality=88)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


def photo_viewer(
    png: bytes,
    *,
    width: int | None = None,
    height: int | None = None,
    regions: Sequence[Region] = (),
    lines: Sequence[Corners] = (),
    selected: str | None = None,
    drawing: bool = False,
    aids: bool = True,
    alt: str,
    key: str,
    hint: str = "Click a box to select it.",
    height_px: int = 560,
) -> Picked:
    """Show a photo; `width` and `height` are those of the upright original, if it is sent smaller.

    With `aids`, the view can be rotated and enhanced; it then says that only the view is changed.
    """
    if width is None or height is None:
        width, height = Image.open(io.BytesIO(png)).size
    data = {
        "src": display_address(png),
        "photo": hashlib.sha256(png).hexdigest()[:16],
        "width": width,
        "height": height,
        "hint": hint if regions else "",
        "height_px": height_px,
        "regions": [
            {"id": r.region_id, "points": [list(p) for p in r.corners], "label": r.label}
            for r in regions
        ],
        "lines": [[list(p) for p in line] for line in lines],
        "selected": selected,
        "drawing": drawing,
        "aids": aids,
        "alt": alt,
    }
    result = _component()(
        data=data, key=key, on_picked_change=lambda: None, on_drawn_change=lambda: None
    )
    drawn = getattr(result, "drawn", None)
    return Picked(
        region_id=getattr(result, "picked", None),
        drawn=tuple((float(x), float(y)) for x, y in drawn) if drawn else None,
    )
