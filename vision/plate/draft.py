"""A plate during reading: one value, to which each stage adds its part.

`vision.plate.lines` adds what every engine read, `vision.plate.fields` the candidate values of the
fields, and `vision.plate.assurance` judges them. No stage changes what an earlier one found.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import TYPE_CHECKING

from vision.plate.layout import rows_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from values.sentence import Sentence
    from vision.ocr.engine import Recognised
    from vision.plate.layout import Row
    from vision.plate.spans import PlateText
    from vision.types import (
        Alternative,
        Code,
        Engine,
        FieldName,
        FieldSource,
        Glyph,
        PlateRegion,
        StringLikelihood,
        TextLine,
    )

CLAIMED = 0.5
"""A value whose field rule is at least this strong (0–1) is more than a guess: its text is used for
no other value, and it stays even if another value in the photo is better.
"""

WORDS = 4
"""Characters; shorter lines say little about how well a plate can be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineText:
    """What one engine read at the place of a value."""

    engine: str
    text: str
    confidence: float
    """0–1, of the whole line."""
    label: str | None
    strength: float
    line: str
    passes: tuple[tuple[str, float], ...] = ()
    """What this engine's other passes over the line read, with their confidence (0–1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDraft:
    """A candidate value of a field, before it is judged."""

    field: FieldName
    text: str
    sure: float
    """Probability of the value under the pixels, 0–1."""
    rival: float
    """Probability of the next best value, 0–1."""
    confidence: float
    strength: float
    """0–1: how far the rule that assigned this text to the field is trusted."""
    source: FieldSource
    engine_texts: tuple[EngineText, ...]
    glyphs: tuple[Glyph, ...]
    alternatives: tuple[Alternative, ...]
    lattice: StringLikelihood | None = None
    notes: tuple[Sentence, ...] = ()
    respelt: bool = False
    """Whether the value is spelt differently from what was read."""
    elsewhere: tuple[str, ...] = ()
    """Other values that were read for this field elsewhere in a region that a person drew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineLines:
    """The lines of a plate as one engine read them, and what they say by label and position."""

    engine: Engine
    own: Mapping[str, TextLine]
    """The lines that this engine read, by number."""
    text: PlateText
    """What they say; lines that it did not read are those of the first engine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlateDraft:
    """One plate of a photo: its lines as every engine read them, and its fields once found."""

    region: PlateRegion
    lines: tuple[TextLine, ...] = ()
    """As the first engine read them, in reading order."""
    shown: tuple[TextLine, ...] = ()
    """Every line once, as read by the engine that the others contradict least."""
    by_engine: tuple[EngineLines, ...] = ()
    """Every engine that read some line, the first engine first."""
    crops: tuple[EngineLines, ...] = ()
    """What the first engine read in other crops of some lines."""
    passes: Mapping[str, tuple[Recognised, ...]] = dataclass_field(default_factory=dict)
    """What other passes of the first engine read, by line number."""
    around: tuple[TextLine, ...] = ()
    """Lines of the photo's other plates."""
    codes: tuple[Code, ...] = ()
    """Every code in the photo."""
    fields: tuple[FieldDraft, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The lines in the plate's own axes."""
        return rows_of(self.lines)

    @property
    def read(self) -> tuple[TextLine, ...]:
        """Every line as read by every engine."""
        return tuple(line for engine_lines in self.by_engine for line in engine_lines.own.values())

    @property
    def texts(self) -> tuple[PlateText, ...]:
        """What the lines say by label and position, engine by engine."""
        return tuple(engine_lines.text for engine_lines in self.by_engine)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the engines."""
        return tuple(engine_lines.engine.name for engine_lines in self.by_engine)

    @property
    def legible(self) -> float:
        """Median confidence (0–1) of the lines that are more than a few characters."""
        told = sorted(one.confidence for one in self.lines if len(one.text.strip()) >= WORDS)
        return told[len(told) // 2] if told else 1.0
