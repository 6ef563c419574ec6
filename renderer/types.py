"""What the renderer is told and what it hands back.

Everything drawn here is synthetic. Pixel coordinates have their origin at the top left,
x to the right, y down. The renderer stands alone: it imports no other room.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from values.geometry import Point as Point
from values.geometry import Quad as Quad  # noqa: TC001 (others take it from here)

Pixels = npt.NDArray[np.uint8]
"""Height × width × 3, RGB, 8 bits a channel."""

Plane = npt.NDArray[np.float32]
"""One number a pixel (height × width), or three (height × width × 3)."""

Severity = Literal["clean", "mild", "hard", "extreme"]
"""How bad a look is. *mild*: a single default read of the serial is right in about half of the
cases; *hard*: in about one in ten; *extreme*: never. The shares are measured, not assumed."""

SEVERITIES: tuple[Severity, ...] = ("clean", "mild", "hard", "extreme")

Style = Literal["printed", "engraved", "stamped", "embossed", "etched", "dot_peen"]
Ground = Literal[
    "aluminium", "steel", "brass", "black", "olive", "red", "white_label", "yellow_label", "paper"
]
Layout = Literal["left", "above", "below", "table", "none"]
Language = Literal["en", "ru", "tr", "fa", "fr", "de", "zh"]

FIELDS = (
    "maker",
    "model",
    "part_number",
    "serial",
    "date",
    "nsn",
    "cage",
    "contract",
    "lot",
    "weight",
    "voltage",
)
"""The fields that a plate can carry, in the order in which plates usually print them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateSpec:
    """What a plate says and how it is made; what is `None` is drawn from the seed."""

    maker: str | None = None
    model: str | None = None
    serial: str | None = None
    part_number: str | None = None
    date: str | None = None
    nsn: str | None = None
    cage: str | None = None
    contract: str | None = None
    lot: str | None = None
    weight: str | None = None
    voltage: str | None = None
    title: str | None = None
    """A line without a field, above everything (for instance `TURRET ASSEMBLY`)."""
    footer: str | None = None
    """A line without a field, below everything (for instance `MADE IN CANADA`)."""
    language: Language = "en"
    """The language of the label words; it also decides the script."""
    labels: tuple[tuple[str, str], ...] = ()
    """Label words by field that replace the language's own."""
    layout: Layout | None = None
    style: Style | None = None
    ground: Ground | None = None
    font: str | None = None
    """A face of `renderer.fonts.FACES`, or `stroke` for the engraver's single-line alphabet."""
    code: tuple[str, str] | None = None
    """Symbology and payload of a code printed on the plate (`DataMatrix`, `QRCode`, …)."""
    width: int = 900
    """Width of the flat plate in pixels, 200–3000; the height follows from the text."""

    def __post_init__(self) -> None:
        """Refuse a plate without text and a width that cannot be drawn."""
        if not self.values():
            raise ValueError("a plate needs at least one field to carry; all of them are empty")
        if not 200 <= self.width <= 3000:
            raise ValueError(f"plate width {self.width} px is outside 200–3000")

    def values(self) -> tuple[tuple[str, str], ...]:
        """The filled fields and their texts, in printing order."""
        pairs = ((name, getattr(self, name)) for name in FIELDS)
        return tuple((name, text) for name, text in pairs if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedField:
    """One field's text and where it stands, in pixels of the picture that carries it."""

    field: str
    text: str
    corners: Quad
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """Damage that a plate keeps from look to look; every number runs from 0 (none) to 1."""

    scratches: float
    dirt: float
    rust: float
    chips: float
    fade: float
    bend: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """How one photo of a plate is taken.

    `blur`, `motion` and `noise` are told relative to the text, so that one severity is as hard
    on a large plate as on a small one: `blur` and `motion` in cap heights of the serial,
    `resolution` in pixels of its cap height as the camera saw it.
    """

    yaw: float
    """Turn about the plate's upright axis, degrees; also `pitch` about the level one."""
    pitch: float
    roll: float
    """Turn in the picture's plane, degrees."""
    fill: float
    """Share of the picture's width that the plate takes, 0–1."""
    resolution: float
    blur: float
    motion: float
    motion_angle: float
    noise: float
    """Standard deviation of the sensor noise, as a share of full scale."""
    glare: float
    shadow: float
    light_angle: float
    """Where the light comes from, degrees, 0 = right, counted clockwise."""
    contrast: float
    brightness: float
    jpeg_quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A flat, worn plate under even light: its paint, its relief, and where its fields stand."""

    pixels: Pixels = field(repr=False, compare=False)
    fields: tuple[PlacedField, ...]
    albedo: Plane = field(repr=False, compare=False)
    """Height × width × 3, 0–1: the colour of the surface without light."""
    relief: Plane = field(repr=False, compare=False)
    """Height × width: height of the surface, in pixels."""
    gloss: Plane = field(repr=False, compare=False)
    """Height × width, 0–1: how much the surface mirrors the light."""
    cover: Plane = field(repr=False, compare=False)
    """Height × width, 0–1: where there is plate at all (rounded corners, holes)."""
    cap_height: float
    """Cap height of the serial (of the smallest value where there is none), in pixels."""
    spec: PlateSpec
    seed: int
    """The seed it was drawn from; it also decides the housing that the plate is fixed to."""
    style: Style
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One photo of a plate, with the truth about it."""

    pixels: Pixels = field(repr=False, compare=False)
    fields: tuple[PlacedField, ...]
    plate_corners: Quad
    exposure: Exposure

    def field(self, name: str) -> PlacedField:
        """The placed field of that name; a KeyError names what the plate does carry."""
        for placed in self.fields:
            if placed.field == name:
                return placed
        carried = ", ".join(placed.field for placed in self.fields)
        raise KeyError(f"this plate carries no {name}; it carries: {carried}")
