"""Rendered serials read by the real recogniser: plates, several exposures of each, lattices.

Shared by the benchmarks of fusion, calibration and weight. The plate (font, material, wear) is
rendered once, each exposure separately; only the crop of the serial is recognised, so that
thousands of exposures are affordable. Results are cached in a folder, named after everything that
they depend on.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter

import renderer.plate
from renderer.plate import PlateSpec, Severity, draw_plate, expose
from vision.media.rectify import crop_quad
from vision.ocr.lattice import Lattice, StoredLattice
from vision.plate.stacking import VERSION as STACKING
from vision.plate.stacking import stack_crops

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from vision.ocr.engine import Recognised, TextEngine
    from vision.types import Pixels, Quad

PLATE_WIDTH = 560
"""Width of the flat plates, in pixels: their serials have capitals of 25–40 pixels."""

PHOTO_WIDTH = 640
MARGIN = 0.16
"""Margin around the serial in its crop, in heights of its ink."""

_NOT_DRAWING = ("__init__.py", "clip.py", "codes.py", "demo.py", "demo_story.py", "errors.py")

_CACHE = [Path(os.environ.get("NAMEPLATE_BENCHMARK_CACHE", ".benchmark-cache"))]


def add_cache_option(parser: argparse.ArgumentParser) -> None:
    """Add the option for the cache folder."""
    parser.add_argument(
        "--cache",
        type=Path,
        default=_CACHE[0],
        help="folder for what was drawn and read; an interrupted run continues from there",
    )


def use_cache(folder: Path) -> None:
    """Use that cache folder, for this process and its children."""
    _CACHE[0] = folder
    os.environ["NAMEPLATE_BENCHMARK_CACHE"] = str(folder)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenExposure:
    """The recogniser's output for one exposure of a serial."""

    text: str
    confidence: float
    lattice: Lattice


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPlate:
    """One rendered plate: its true serial, its lettering, and every exposure of it."""

    serial: str
    seed: int
    severity: Severity
    style: str
    exposures: tuple[SeenExposure, ...]
    stacks: tuple[tuple[int, SeenExposure], ...] = ()
    """The readings of the first N exposures aligned and combined."""

    def stack(self, count: int) -> SeenExposure | None:
        """The reading of the stack of that many exposures, if there is one."""
        return dict(self.stacks).get(count)


def catalog_of(count: int = 20_000, *, seed: int = 20) -> tuple[str, ...]:
    """Draw a dense catalog of serials: `count` of 100,000 five-digit numbers after one prefix.

    With 20,000, a fifth of all neighbours that differ in one digit exist.
    """
    rng = np.random.default_rng(seed)
    numbers = np.sort(rng.choice(100_000, count, replace=False))
    return tuple(f"CMX-{number:05d}" for number in numbers)


def see_plates(
    serials: Sequence[str],
    *,
    severity: Severity,
    first_seed: int,
    exposures: int,
    engine: TextEngine,
    stacks: tuple[int, ...] = (),
) -> tuple[SeenPlate, ...]:
    """Render one plate for each serial (seeds count up from `first_seed`) and read every exposure.

    `stacks` lists numbers of exposures: the first N are also aligned and combined (see
    `vision.plate.stacking`), and the stack is read. Exposures and stacks are cached in separate
    files.
    """
    key = [
        list(serials),
        severity,
        first_seed,
        exposures,
        engine.identity.weights_sha256,
        _versions(),
    ]
    plates = kept_or_made(
        f"{severity}-{_named(key)}", lambda: _seen(serials, severity, first_seed, exposures, engine)
    )
    if not stacks:
        return plates
    return kept_or_made(
        f"{severity}-stacked-{_named([*key, stacks, STACKING])}",
        lambda: (_stacked(plate, stacks, engine) for plate in plates),
    )


def kept_or_made(name: str, make: Callable[[], Iterable[SeenPlate]]) -> tuple[SeenPlate, ...]:
    """Load plates from the cache, or make and cache them; a cut run leaves no partial file."""
    kept = _CACHE[0] / f"{name}.jsonl"
    if kept.is_file():
        return tuple(_loaded(line) for line in kept.read_text(encoding="utf-8").splitlines())
    plates = tuple(make())
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{os.getpid()}.part")
    part.write_text("\n".join(_dumped(plate) for plate in plates), encoding="utf-8")
    part.replace(kept)
    return plates


def _named(key: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()[:24]


def _seen(
    serials: Sequence[str], severity: Severity, first_seed: int, exposures: int, engine: TextEngine
) -> Iterator[SeenPlate]:
    for number, serial in enumerate(serials):
        seed = first_seed + number
        style, crops = _crops(serial, severity, seed, exposures)
        yield SeenPlate(
            serial=serial,
            seed=seed,
            severity=severity,
            style=style,
            exposures=tuple(_exposure(item) for item in engine.recognise(crops)),
        )


def _stacked(plate: SeenPlate, counts: tuple[int, ...], engine: TextEngine) -> SeenPlate:
    """Align and combine the first exposures, the surest first, and read the stacks."""
    _, crops = _crops(plate.serial, plate.severity, plate.seed, max(counts))
    stacks = {}
    for count in counts:
        order = sorted(range(count), key=lambda at: -plate.exposures[at].confidence)
        picture = stack_crops([crops[at] for at in order])
        if picture is not None:
            stacks[count] = picture
    read = engine.recognise(list(stacks.values()))
    return replace(
        plate,
        stacks=tuple((count, _exposure(item)) for count, item in zip(stacks, read, strict=True)),
    )


@lru_cache(maxsize=128)
def _crops(serial: str, severity: Severity, seed: int, exposures: int) -> tuple[str, list[Pixels]]:
    """Render a plate and crop its serial from each photo of it; also return its lettering.

    Cached for the latest plates: the stack is made from the crops that were just read.
    """
    spec = PlateSpec(serial=serial, width=PLATE_WIDTH)
    drawn = draw_plate(spec, seed=seed, wear=severity)
    crops = []
    for exposure in range(exposures):
        photo = expose(
            drawn,
            severity=severity,
            seed=1000 * seed + exposure,
            background=False,
            size=PHOTO_WIDTH,
        )
        crops.append(field_crop(photo.pixels, photo.field("serial").corners))
    return drawn.style, crops


def _exposure(item: Recognised) -> SeenExposure:
    if item.lattice is None:
        return _BLIND
    return SeenExposure(text=item.text, confidence=item.confidence, lattice=item.lattice)


_BLIND = SeenExposure(
    text="",
    confidence=0.0,
    lattice=Lattice.from_probabilities(
        np.full((24, 37), 1 / 37), ["", *"0123456789", *"ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    ),
)
"""An exposure in which nothing was seen: every symbol equally probable at every step."""


def field_crop(pixels: Pixels, corners: Quad) -> Pixels:
    """Crop a field from a photo with a small margin, rectified."""
    quad = np.array(corners)
    right, down = quad[1] - quad[0], quad[3] - quad[0]
    room = MARGIN * float(np.hypot(*down))
    along, across = right / np.hypot(*right) * room, down / np.hypot(*down) * room
    wider = quad + np.stack([-along - across, along - across, along + across, -along + across])
    a, b, c, d = ((float(x), float(y)) for x, y in wider)
    return crop_quad(pixels, (a, b, c, d))


@cache
def _versions() -> str:
    """Hash of the renderer's source: another renderer renders other plates."""
    digest = hashlib.sha256(f"{PLATE_WIDTH} {PHOTO_WIDTH} {MARGIN}".encode())
    for file in sorted(Path(renderer.plate.__file__).parent.glob("*.py")):
        if file.name not in _NOT_DRAWING:
            digest.update(file.read_bytes())
    return digest.hexdigest()


_KEPT = TypeAdapter(StoredLattice)


def _dumped(plate: SeenPlate) -> str:
    exposures = [_plain(exposure) for exposure in plate.exposures]
    stacks = [[count, _plain(exposure)] for count, exposure in plate.stacks]
    return json.dumps([plate.serial, plate.seed, plate.severity, plate.style, exposures, stacks])


def _plain(exposure: SeenExposure) -> list[Any]:
    return [
        exposure.text,
        exposure.confidence,
        _KEPT.dump_python(exposure.lattice.stored(), mode="json"),
    ]


def _loaded(line: str) -> SeenPlate:
    serial, seed, severity, style, exposures, *stacks = json.loads(line)
    return SeenPlate(
        serial=serial,
        seed=seed,
        severity=severity,
        style=style,
        exposures=tuple(_rebuilt(exposure) for exposure in exposures),
        stacks=tuple(
            (count, _rebuilt(exposure)) for count, exposure in (stacks[0] if stacks else ())
        ),
    )


def _rebuilt(plain: Sequence[Any]) -> SeenExposure:
    text, sure, lattice = plain
    return SeenExposure(
        text=text, confidence=sure, lattice=Lattice.of(_KEPT.validate_python(lattice))
    )
