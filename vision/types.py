"""The values exchanged between the modules of this package, and with the workbench.

All pixel coordinates refer to the upright photo (EXIF orientation applied), origin at the top left,
x to the right, y down. All probabilities are 0–1.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

from values.geometry import Point as Point
from values.geometry import Quad as Quad  # noqa: TC001 (others take it from here)
from values.sentence import Said, Sentence  # noqa: TC001 (codecs ask for the types of fields)

Pixels = npt.NDArray[np.uint8]
"""Height × width × 3, RGB, 8 bits a channel."""

FieldName = Literal[
    "maker",
    "model",
    "serial",
    "part_number",
    "date",
    "nsn",
    "cage",
    "contract",
    "lot",
    "weight",
    "voltage",
]

ReadingState = Literal["stated", "offered", "unreadable"]
"""*stated* (shown as *Read*), *offered* (shown as *Check*), or *unreadable*: no claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The identity of an OCR engine: its name and version, and the SHA-256 of its weights (hex)."""

    name: str
    version: str
    weights_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A decoded, upright picture. `photo_id` is the SHA-256 (hex) of the bytes it came from."""

    photo_id: str
    pixels: Pixels = dataclasses.field(repr=False, compare=False)
    format: str
    orientation: int = 1
    """The EXIF orientation (1–8) that was applied to get `pixels`."""

    @property
    def width(self) -> int:
        """Width in pixels, upright."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels, upright."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """An upright rectangle in pixels of the upright photo."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateRegion:
    """A place in a photo that looks like a plate or label; `confidence` is 0–1."""

    region_id: str
    """Stable for the same photo and version: `R1`, `R2` … best first; `D1`, `D2` … if drawn."""
    photo_id: str
    corners: Quad
    confidence: float
    drawn: bool = False
    """Whether a person drew it: then the corners are unaltered."""
    found: tuple[Quad, ...] = ()
    """For a drawn region, the outlines of what the machine found in it, from top to bottom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CharOption:
    """One possible character and its probability (0–1)."""

    char: str
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyph:
    """One character position: options best first, and its place, if known."""

    options: tuple[CharOption, ...]
    box: Box | None = None

    def __post_init__(self) -> None:
        """Reject a glyph without options."""
        if not self.options:
            raise ValueError("a glyph needs at least one option")


class StringLikelihood(Protocol):
    """Anything that can compute the likelihood of given strings under what was seen."""

    def log_likelihood(self, strings: tuple[str, ...]) -> npt.NDArray[np.float64]:
        """Natural logarithm of the probability of each string, same order, shape (n,)."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line as one engine read it."""

    line_id: str
    corners: Quad
    text: str
    confidence: float
    glyphs: tuple[Glyph, ...]
    engine: Engine
    lattice: StringLikelihood | None = dataclasses.field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldSource:
    """Where a field value came from: the line, its outline, the label word, the rule applied."""

    line_id: str
    corners: Quad
    label: str | None
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """Another possible value of the whole field, and its probability (0–1)."""

    text: str
    probability: float


Stance = Literal["agrees", "differs", "divided", "silent"]
"""Whether a witness read the given value, another one, both, or nothing there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """An independent witness of a field: engines that share training or weights are one."""

    name: str
    engines: tuple[str, ...]
    """Its engines that read something; empty if it was silent."""
    stance: Stance
    texts: tuple[str, ...]
    """What they read there, as read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a field has its state: a rule's identifier, and the reason as a sentence fragment."""

    rule: str
    sentence: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldReading:
    """What one engine, or several together, read for one field. `confidence` is 0–1, calibrated.

    `state`, `reasons` and `witnesses` are set by `vision.plate.assurance` only.
    """

    field: FieldName
    text: str
    confidence: float
    state: ReadingState
    glyphs: tuple[Glyph, ...]
    alternatives: tuple[Alternative, ...]
    source: FieldSource
    notes: tuple[Said, ...] = ()
    """Further remarks: how it was spelt, what was read elsewhere."""
    strength: float = 1.0
    """0–1: how far the rule that assigned this text to the field is trusted; ignores the pixels."""
    lattice: StringLikelihood | None = dataclasses.field(default=None, repr=False, compare=False)
    reasons: tuple[Reason, ...] = ()
    """Why it is stated, or everything that prevents it from being stated."""
    witnesses: tuple[Witness, ...] = ()
    """Who read the field independently; empty if exposures were fused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A machine-readable code: symbology, payload as text, and fields parsed from it."""

    symbology: str
    payload: str
    fields: tuple[tuple[FieldName, str], ...]
    corners: Quad
    notes: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one engine (or, where `engine.name` is `combined`, all together) read in a region."""

    region_id: str
    engine: Engine
    lines: tuple[TextLine, ...]
    fields: tuple[FieldReading, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoReading:
    """Everything read in one photo: regions, each engine's readings, the combined ones, codes."""

    photo_id: str
    regions: tuple[PlateRegion, ...]
    readings: tuple[Reading, ...]
    combined: tuple[Reading, ...]
    codes: tuple[Code, ...]
    seconds: float
    notes: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFact:
    """One fact that the file carries about itself. Displayed, never believed, never altered."""

    group: Literal["EXIF", "GPS", "XMP", "IPTC", "ICC", "file", "C2PA", "container"]
    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedFacts:
    """All embedded facts of a file, with the ones that screens need by name."""

    facts: tuple[EmbeddedFact, ...]
    captured_at: str | None = None
    """As embedded, ISO 8601 as precise as the file is; no zone unless the file gives one."""
    latitude: float | None = None
    longitude: float | None = None
    problems: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A still from a clip: a derivative with its exact timecode and how it was made."""

    index: int
    timecode: str
    """Exact presentation time in seconds as a fraction, for example `1001/30`."""
    seconds: float
    png: bytes = dataclasses.field(repr=False)
    why: Sentence
    command: str
    laid: tuple[str, ...] = ()
    """Timecodes of all frames combined in it (multi-frame); empty for a single frame."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """Perceptual hashes of one photo; each value is a hexadecimal string."""

    photo_id: str
    hashes: tuple[tuple[str, str], ...]
    quality: float
    """0–1; low if the picture has too little structure to be distinguished from others."""


CopyRelation = Literal["exact", "near", "hard", "same_object", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyEvidence:
    """Why two photos are, or are not, copies of one exposure."""

    photo_a: str
    photo_b: str
    relation: CopyRelation
    distances: tuple[tuple[str, float], ...]
    inliers: int
    homography: tuple[float, ...] | None
    """Row-major 3 × 3, maps pixels of a to pixels of b."""
    outline: Quad | None
    """The outline of a in pixels of b."""
    why: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyGroup:
    """Photos that the program proposes as copies of one exposure."""

    photo_ids: tuple[str, ...]
    evidence: tuple[CopyEvidence, ...]
