"""Plates as lines with places, drawn from a seed, and read by readers that say what they are told.

All text is invented. A plate is read the whole way from lines to what is vouched for, without
pixels: fifty layouts take about a second.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from vision.engines.glyphs import glyphs_of
from vision.ocr.lattice import Lattice
from vision.plate.detect import find_plates
from vision.plate.draft import PlateDraft
from vision.plate.fields import with_fields
from vision.plate.lines import as_read_by, with_engines
from vision.plate.pipeline import combined_reading, own_readings
from vision.types import Engine, FieldReading, PhotoReading, TextLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vision.types import Code, Quad

READERS = ("rapidocr", "ppocr5", "easyocr")
"""Two relatives and one that was trained apart."""

SEEDS = range(50)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text and where it stands on a plate that lies straight: x, y, in letter heights."""

    text: str
    x: float
    y: float
    sure: float = 0.99
    otherwise: Mapping[str, tuple[str, float]] = field(default_factory=dict)
    """What single readers read there instead, and how surely."""


class Layout:
    """Draws how the fields of a plate stand: in one line, beside or below their labels."""

    def __init__(self, kind: str, seed: int) -> None:
        self.random = random.Random(f"{kind} {seed}")
        self.pitch = self.random.uniform(1.5, 2.0)
        self.pieces: list[Piece] = []
        self.y = 0.0

    def choice(self, *options: str) -> str:
        return self.random.choice(options)

    def digits(self, count: int, *, lead: str = "") -> str:
        return lead + "".join(self.random.choice("123456789") for _ in range(count))

    def text(self, text: str, **more: object) -> None:
        """A line of its own."""
        self.pieces.append(Piece(text, 0.0, self.y, **more))  # type: ignore[arg-type]
        self.y += self.pitch

    def field(self, label: str, value: str, *, way: str | None = None, **more: object) -> None:
        """A label with its value: `line`, `right` or `below`."""
        way = way or self.choice("line", "line", "right", "below")
        mark = self.choice(" ", ": ", " ", ". ") if label[-1].isalpha() else " "
        if way == "line":
            self.text(label + mark + value, **more)
        elif way == "right":
            self.pieces.append(Piece(label, 0.0, self.y))
            beside = 0.62 * len(label) + self.random.uniform(0.8, 2.5)
            self.pieces.append(Piece(value, beside, self.y, **more))  # type: ignore[arg-type]
            self.y += self.pitch
        else:
            self.text(label)
            self.text(value, **more)

    def shuffled(self, *parts: tuple[str, str]) -> None:
        """Several fields in any order."""
        for label, value in self.random.sample(parts, len(parts)):
            self.field(label, value)

    def gap(self, heights: float) -> None:
        self.y += heights

    def read(
        self, *, readers: tuple[str, ...] = READERS, codes: tuple[Code, ...] = ()
    ) -> PhotoReading:
        """Read the plate, somewhere in a photo, at some size and a slight slant."""
        height, turn = self.random.uniform(14, 60), math.radians(self.random.uniform(-4, 4))
        at = (self.random.uniform(50, 400), self.random.uniform(50, 400))
        quads = [_quad(piece, height, turn, at) for piece in self.pieces]
        said = {
            name: [
                _line(f"L{number}", name, piece, quad)
                for number, (piece, quad) in enumerate(zip(self.pieces, quads, strict=True), 1)
            ]
            for name in readers
        }
        return read(said, quads, codes)


def read(
    said: Mapping[str, list[TextLine]], quads: list[Quad], codes: tuple[Code, ...] = ()
) -> PhotoReading:
    """Bring together what each reader said of each line, region by region."""
    first, *others = said
    engine = said[first][0].engine
    answers = [
        (said[name][0].engine, {line.line_id: line for line in said[name] if line.text})
        for name in others
    ]
    plates = []
    for region, members in find_plates(quads, "0" * 64):
        lines = tuple(said[first][at] for at in members)
        plate = PlateDraft(
            region=region,
            lines=lines,
            by_engine=(as_read_by(engine, {line.line_id: line for line in lines}, lines),),
            around=tuple(line for at, line in enumerate(said[first]) if at not in members),
        )
        plates += with_fields([with_engines(plate, answers, codes=codes)])
    return PhotoReading(
        photo_id="0" * 64,
        regions=tuple(plate.region for plate in plates),
        readings=tuple(
            one for plate in plates for one in own_readings([plate], plate.region.region_id)
        ),
        combined=tuple(combined_reading([one], one.region.region_id) for one in plates),
        codes=codes,
        seconds=0.0,
    )


def _quad(piece: Piece, height: float, turn: float, at: tuple[float, float]) -> Quad:
    x, y, width = piece.x * height, piece.y * height, 0.6 * height * max(len(piece.text), 1)
    flat = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
    c, s = math.cos(turn), math.sin(turn)
    a, b, d, e = ((at[0] + c * u - s * v, at[1] + s * u + c * v) for u, v in flat)
    return (a, b, d, e)


def _line(line_id: str, reader: str, piece: Piece, quad: Quad) -> TextLine:
    text, sure = piece.otherwise.get(reader, (piece.text, piece.sure))
    lattice = seen(text, sure)
    return TextLine(
        line_id=line_id,
        corners=quad,
        text=text,
        confidence=sure,
        glyphs=glyphs_of(lattice),
        engine=Engine(name=reader, version="1", weights_sha256="0" * 64),
        lattice=lattice,
    )


def seen(text: str, sure: float = 0.99) -> Lattice:
    """The lattice of a text of which every character is read this surely, save a little."""
    alphabet = ["", *sorted(set(text)), "\x00"]
    rows = np.zeros((2 * len(text) + 1, len(alphabet)))
    rows[0::2, 0] = 1.0
    each = sure ** (1 / max(len(text), 1))
    for at, char in enumerate(text):
        rows[2 * at + 1, -1] = 1.0 - each
        rows[2 * at + 1, alphabet.index(char)] += each
    return Lattice.from_probabilities(rows, alphabet)


def stated(reading: PhotoReading) -> dict[str, set[str]]:
    """Every value that is stated, by field."""
    found: dict[str, set[str]] = {}
    for one in fields(reading):
        if one.state == "stated":
            found.setdefault(one.field, set()).add(one.text)
    return found


def fields(reading: PhotoReading) -> list[FieldReading]:
    return [one for part in reading.combined for one in part.fields]


def offered(reading: PhotoReading, name: str) -> set[str]:
    """Every value that is given for a field, however surely."""
    return {one.text for one in fields(reading) if one.field == name}


def reasons(reading: PhotoReading, name: str) -> set[str]:
    """Every reason given for a field."""
    return {why.rule for one in fields(reading) if one.field == name for why in one.reasons}


def reread(piece: Piece, **otherwise: tuple[str, float]) -> Piece:
    """The same place, of which some readers say something else."""
    return replace(piece, otherwise=otherwise)
