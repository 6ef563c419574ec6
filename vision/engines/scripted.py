"""A test engine that returns a prepared script, to try everything around an engine.

It is selected by a setting, never by default, and its identity is `scripted`, so that its output
cannot pass for a reading of a picture.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from values.sentence import say
from vision.engines.glyphs import glyphs_of
from vision.errors import EngineMissing
from vision.ocr.engine import NOTHING, FoundLine, Recognised
from vision.ocr.lattice import Lattice
from vision.types import Engine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import Pixels, Quad

SCRIPT_SETTING = "NAMEPLATE_SCRIPT"
"""Environment variable with the path of a JSON file: a list of `{"text": …, "confidence": 0–1,
"box": [x, y, w, h]}`, where the box is in shares (0–1) of the picture's width and height.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedLine:
    """One scripted line: its text, the probability of each character, and its position (0–1)."""

    text: str
    confidence: float = 0.99
    box: tuple[float, float, float, float] = (0.1, 0.1, 0.8, 0.1)


AFFORDABLE_SIDE = 2000


class ScriptedEngine:
    """Finds the scripted lines in every picture and reads each crop as the next line."""

    def __init__(self, lines: tuple[ScriptedLine, ...] | None = None) -> None:
        """Take the lines, or read them from the file that `NAMEPLATE_SCRIPT` names."""
        self.lines = _from_setting() if lines is None else lines
        said = json.dumps([[line.text, line.confidence, line.box] for line in self.lines])
        self._identity = Engine(
            name="scripted", version="1", weights_sha256=hashlib.sha256(said.encode()).hexdigest()
        )

    @property
    def identity(self) -> Engine:
        """Name, version and the hash of the script."""
        return self._identity

    @property
    def affordable_side(self) -> int:
        """Longer side of a picture that takes about half a second to search on two cores."""
        return AFFORDABLE_SIDE

    def find(self, pixels: Pixels, *, long_side: int) -> tuple[FoundLine, ...]:  # noqa: ARG002
        """Place the scripted lines in the picture; `long_side` makes no difference."""
        high, wide = pixels.shape[:2]
        return tuple(
            FoundLine(corners=_corners(line.box, wide, high), score=1.0) for line in self.lines
        )

    def recognise(self, crops: Sequence[Pixels]) -> tuple[Recognised, ...]:
        """Return the scripted lines in order, one for each crop; further crops are empty."""
        said = [_said(line) for line in self.lines[: len(crops)]]
        return (*said, *[NOTHING] * (len(crops) - len(said)))


def _from_setting() -> tuple[ScriptedLine, ...]:
    name = os.environ.get(SCRIPT_SETTING)
    if not name:
        return ()
    try:
        data = json.loads(Path(name).read_text(encoding="utf-8"))
        return tuple(
            ScriptedLine(
                text=str(item["text"]),
                confidence=float(item.get("confidence", 0.99)),
                box=tuple(float(side) for side in item.get("box", (0.1, 0.1, 0.8, 0.1))),  # type: ignore[arg-type]
            )
            for item in data
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = str(error)
        raise EngineMissing(
            say("reader.no-script", setting=SCRIPT_SETTING, name=name, why=why)
        ) from error


def _corners(box: tuple[float, float, float, float], wide: int, high: int) -> Quad:
    x, y, w, h = box[0] * wide, box[1] * high, box[2] * wide, box[3] * high
    return ((x, y), (x + w, y), (x + w, y + h), (x, y + h))


def _said(line: ScriptedLine) -> Recognised:
    """Build the probabilities that a recogniser would return: blank, character, blank, …."""
    alphabet = ["", *sorted(set(line.text)), "?"]
    rows = np.zeros((2 * len(line.text) + 1, len(alphabet)))
    rows[:, 0] = 1.0
    for at, char in enumerate(line.text):
        rows[2 * at + 1] = (1.0 - line.confidence) / (len(alphabet) - 1)
        rows[2 * at + 1, alphabet.index(char)] = line.confidence
    lattice = Lattice.from_probabilities(rows, alphabet)
    if not line.text.strip():
        return NOTHING
    return Recognised(
        text=line.text, confidence=line.confidence, glyphs=glyphs_of(lattice), lattice=lattice
    )
