"""Rendered serials through the real recogniser: drawn plates, several looks at each, lattices.

Shared by the benchmarks of fusion, calibration and weight. The plate (font, material, wear) is
drawn once, the exposure anew for each look; only the crop of the serial is recognised, so that
thousands of looks are affordable. Results are kept in a cache folder, named after everything
that they depend on.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import renderer.plate
from renderer.plate import PlateSpec, Severity, draw_plate, expose
from vision.lattice import Lattice
from vision.rectify import crop_quad

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vision.engine import TextEngine
    from vision.types import Pixels, Quad

PLATE_WIDTH = 560
"""Width of the flat plates, in pixels: their serials have capitals of 25–40 pixels."""

PHOTO_WIDTH = 640
MARGIN = 0.16
"""Room around the serial in its crop, in heights of its ink."""

_NOT_DRAWING = ("__init__.py", "clip.py", "codes.py", "demo.py", "demo_story.py", "errors.py")

CACHE = Path(os.environ.get("NAMEPLATE_BENCHMARK_CACHE", ".benchmark-cache"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLook:
    """What the recogniser made of one look at a serial."""

    text: str
    confidence: float
    lattice: Lattice


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPlate:
    """One drawn plate: its true serial, how it is lettered, and every look at it."""

    serial: str
    seed: int
    severity: Severity
    style: str
    looks: tuple[SeenLook, ...]


def catalog_of(count: int = 20_000, *, seed: int = 20) -> tuple[str, ...]:
    """Draw a dense catalog of serials: of 100,000 five-digit numbers behind one prefix, `count`.

    With 20,000, a fifth of all neighbours at one digit's distance exist.
    """
    rng = np.random.default_rng(seed)
    numbers = np.sort(rng.choice(100_000, count, replace=False))
    return tuple(f"CMX-{number:05d}" for number in numbers)


def see_plates(
    serials: Sequence[str],
    *,
    severity: Severity,
    first_seed: int,
    looks: int,
    engine: TextEngine,
) -> tuple[SeenPlate, ...]:
    """Draw one plate for each serial (seeds count up from `first_seed`) and read every look."""
    key = [list(serials), severity, first_seed, looks, engine.identity.weights_sha256, _versions()]
    name = hashlib.sha256(json.dumps(key).encode()).hexdigest()[:24]
    kept = CACHE / f"{severity}-{name}.jsonl"
    if kept.is_file():
        return tuple(_loaded(line) for line in kept.read_text(encoding="utf-8").splitlines())
    plates = tuple(_seen(serials, severity, first_seed, looks, engine))
    CACHE.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}.part")
    part.write_text("\n".join(_dumped(plate) for plate in plates), encoding="utf-8")
    part.replace(kept)
    return plates


def _seen(
    serials: Sequence[str], severity: Severity, first_seed: int, looks: int, engine: TextEngine
) -> Iterator[SeenPlate]:
    for number, serial in enumerate(serials):
        seed = first_seed + number
        spec = PlateSpec(serial=serial, width=PLATE_WIDTH)
        drawn = draw_plate(spec, seed=seed, wear=severity)
        crops = []
        for look in range(looks):
            photo = expose(
                drawn,
                severity=severity,
                seed=1000 * seed + look,
                background=False,
                size=PHOTO_WIDTH,
            )
            crops.append(field_crop(photo.pixels, photo.field("serial").corners))
        read = engine.recognise(crops)
        yield SeenPlate(
            serial=serial,
            seed=seed,
            severity=severity,
            style=drawn.style,
            looks=tuple(
                SeenLook(text=item.text, confidence=item.confidence, lattice=item.lattice)
                if item.lattice is not None
                else _BLIND
                for item in read
            ),
        )


_BLIND = SeenLook(
    text="",
    confidence=0.0,
    lattice=Lattice.from_probabilities(
        np.full((24, 37), 1 / 37), ["", *"0123456789", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    ),
)
"""A look in which nothing was seen: every symbol equally probable at every step."""


def field_crop(pixels: Pixels, corners: Quad) -> Pixels:
    """Cut a field out of a photo with a little room around it, flattened."""
    quad = np.array(corners)
    right, down = quad[1] - quad[0], quad[3] - quad[0]
    room = MARGIN * float(np.hypot(*down))
    along, across = right / np.hypot(*right) * room, down / np.hypot(*down) * room
    wider = quad + np.stack([-along - across, along - across, along + across, -along + across])
    a, b, c, d = ((float(x), float(y)) for x, y in wider)
    return crop_quad(pixels, (a, b, c, d))


@cache
def _versions() -> str:
    """Hash of the renderer's source: another renderer draws other plates."""
    digest = hashlib.sha256(f"{PLATE_WIDTH} {PHOTO_WIDTH} {MARGIN}".encode())
    for file in sorted(Path(renderer.plate.__file__).parent.glob("*.py")):
        if file.name not in _NOT_DRAWING:
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _dumped(plate: SeenPlate) -> str:
    looks = [[look.text, look.confidence, look.lattice.to_json()] for look in plate.looks]
    return json.dumps([plate.serial, plate.seed, plate.severity, plate.style, looks])


def _loaded(line: str) -> SeenPlate:
    serial, seed, severity, style, looks = json.loads(line)
    return SeenPlate(
        serial=serial,
        seed=seed,
        severity=severity,
        style=style,
        looks=tuple(
            SeenLook(text=text, confidence=sure, lattice=Lattice.from_json(lattice))
            for text, sure, lattice in looks
        ),
    )
