"""One drawn plate that the tests of this package share."""

from __future__ import annotations

from functools import cache

from renderer.jpeg import to_jpeg
from renderer.plate import PlateSpec, draw_plate, expose
from workbench.types import Upload

SERIAL = "CMX15D-0836"
LINES = (
    ("L3 WESCAM", [0.30, 0.25, 0.40, 0.08]),
    ("MODEL CMX-15D", [0.30, 0.40, 0.40, 0.08]),
    (f"S/N {SERIAL}", [0.30, 0.55, 0.40, 0.08]),
)


@cache
def plate_jpeg(serial: str = SERIAL, seed: int = 1, size: int = 640) -> bytes:
    """A drawn plate as a JPEG, the same bytes every time."""
    drawn = draw_plate(
        PlateSpec(maker="L3 WESCAM", model="CMX-15D", serial=serial), seed=seed, wear="clean"
    )
    return to_jpeg(expose(drawn, severity="clean", seed=seed, size=size).pixels)


def photos(*names: str) -> list[Upload]:
    """As many different photos of it as there are names."""
    return [Upload(name=name, data=plate_jpeg(seed=at)) for at, name in enumerate(names)]
