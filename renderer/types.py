"""The renderer's input and output types.

Everything rendered is synthetic. Pixel coordinates have their origin at the top left, x to the
right, y down. The renderer is independent: it imports no other package.
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
"""One number per pixel (height × width), or three (height × width × 3)."""

Severity = Literal["clean", "mild", "hard", "extreme"]
"""How bad an exposure is. *mild*: a single default reading of the serial is right in about half of
the cases; *hard*: in about one in ten; *extreme*: never. The shares are measured, not assumed.
"""

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
"""The fields that a plate can have, in the usual printing order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateSpec:
    """A plate's content and make; values that are `None` are drawn from the seed."""

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
    """A line without a field, above everything (for example `TURRET ASSEMBLY`)."""
    footer: str | None = None
    """A line without a field, below everything (for example `MADE IN CANADA`)."""
    language: Language = "en"
    """The language of the label words; it also decides the script."""
    labels: tuple[tuple[str, str], ...] = ()
    """Label words by field that replace the language's own."""
    layout: Layout | None = None
    style: Style | None = None
    ground: Ground | None = None
    font: str | None = None
    """A face of `renderer.lettering.FACES`, or `stroke` for the engraver's single-line alphabet."""
    code: tuple[str, str] | None = None
    """Symbology and payload of a code printed on the plate (`DataMatrix`, `QRCode`, …)."""
    width: int = 900
    """Width of the flat plate in pixels, 200–3000; the height follows from the text."""

    def __post_init__(self) -> None:
        """Reject a plate without text or with a width that cannot be drawn."""
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
    """One field's text and its corners, in pixels of the picture that contains it."""

    field: str
    text: str
    corners: Quad
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wear:
    """Damage that a plate has in all its exposures; every number is from 0 (none) to 1."""

    scratches: float
    dirt: float
    rust: float
    chips: float
    fade: float
    bend: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Exposure:
    """The settings of one photo of a plate.

    `blur`, `motion` and `noise` are relative to the text, so that one severity is as hard on a
    large plate as on a small one: `blur` and `motion` in cap heights of the serial, `resolution` in
    pixels of its cap height as the camera saw it.
    """

    yaw: float
    """Rotation about the plate's vertical axis, degrees; `pitch` is about the horizontal one."""
    pitch: float
    roll: float
    """Rotation in the picture plane, degrees."""
    fill: float
    """Share of the picture's width covered by the plate, 0–1."""
    resolution: float
    blur: float
    motion: float
    motion_angle: float
    noise: float
    """Standard deviation of the sensor noise, as a share of full scale."""
    glare: float
    shadow: float
    light_angle: float
    """Direction of the light, degrees, 0 = right, clockwise."""
    contrast: float
    brightness: float
    jpeg_quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A flat, worn plate under even light: its paint, its relief, and its fields."""

    pixels: Pixels = field(repr=False, compare=False)
    fields: tuple[PlacedField, ...]
    albedo: Plane = field(repr=False, compare=False)
    """Height × width × 3, 0–1: the colour of the surface without light."""
    relief: Plane = field(repr=False, compare=False)
    """Height × width: height of the surface, in pixels."""
    gloss: Plane = field(repr=False, compare=False)
    """Height × width, 0–1: how strongly the surface reflects the light."""
    cover: Plane = field(repr=False, compare=False)
    """Height × width, 0–1: where there is plate at all (rounded corners, holes)."""
    cap_height: float
    """Cap height of the serial (of the smallest value if there is none), in pixels."""
    spec: PlateSpec
    seed: int
    """The seed it was drawn from; it also decides the housing of the plate."""
    style: Style
    ground: Ground


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnPhoto:
    """One photo of a plate, with the ground truth."""

    pixels: Pixels = field(repr=False, compare=False)
    fields: tuple[PlacedField, ...]
    plate_corners: Quad
    exposure: Exposure

    def field(self, name: str) -> PlacedField:
        """The placed field of that name; the KeyError lists the fields that exist."""
        for placed in self.fields:
            if placed.field == name:
                return placed
        carried = ", ".join(placed.field for placed in self.fields)
        raise KeyError(f"this plate carries no {name}; it carries: {carried}")
