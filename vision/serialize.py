"""Convert readings to plain data and back, lattices included, for storage and export.

The stored form is more compact than the values: a character, an engine, an alternative, a reason
and a witness are lists. The classes here define that form, field by field; it is parsed strictly,
and an unknown member or format is rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal, NamedTuple, TypeAlias, TypeVar

from pydantic import Field, JsonValue, TypeAdapter, ValidationError
from pydantic_core import to_json

from values.sentence import Said, Sentence, recorded
from vision.errors import ReadingRefused
from vision.ocr.lattice import Lattice, StoredLattice
from vision.types import (
    Alternative,
    Box,
    CharOption,
    Code,
    Engine,
    FieldName,
    FieldReading,
    FieldSource,
    Glyph,
    PhotoReading,
    PlateRegion,
    Quad,
    Reading,
    ReadingState,
    Reason,
    Stance,
    StringLikelihood,
    TextLine,
    Witness,
)

_Format: TypeAlias = Literal["nameplate-reading-3", "nameplate-reading-2"]
FORMAT: Final[_Format] = "nameplate-reading-3"
TEXTS_ALONE: Final[_Format] = "nameplate-reading-2"
"""The previous format: its sentences are texts without identifiers."""

Kept: TypeAlias = dict[str, JsonValue]
_Share: TypeAlias = Annotated[float, Field(ge=0.0, le=1.0)]
_T = TypeVar("_T")
Text: TypeAlias = Callable[[Sentence], str]
"""Renders the text of a sentence."""


class _Option(NamedTuple):
    char: str
    probability: _Share


class _Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float


class _Engine(NamedTuple):
    name: str
    version: str
    weights_sha256: str


class _Alternative(NamedTuple):
    text: str
    probability: _Share


class _Reason(NamedTuple):
    rule: str
    sentence: Said


class _Witness(NamedTuple):
    name: str
    engines: tuple[str, ...]
    stance: Stance
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Glyph:
    options: tuple[_Option, ...]
    box: _Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    line_id: str
    corners: Quad
    text: str
    confidence: _Share
    glyphs: tuple[_Glyph, ...]
    engine: _Engine
    lattice: StoredLattice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Field:
    field: FieldName
    text: str
    confidence: _Share
    state: ReadingState
    glyphs: tuple[_Glyph, ...]
    alternatives: tuple[_Alternative, ...]
    source: FieldSource
    notes: tuple[Said, ...]
    strength: _Share
    lattice: StoredLattice | None
    reasons: tuple[_Reason, ...]
    witnesses: tuple[_Witness, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    region_id: str
    engine: _Engine
    lines: tuple[_Line, ...]
    fields: tuple[_Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _PhotoReading:
    format: _Format
    photo_id: str
    regions: tuple[PlateRegion, ...]
    readings: tuple[_Reading, ...]
    combined: tuple[_Reading, ...]
    codes: tuple[Code, ...]
    seconds: float
    notes: tuple[Said, ...]


_READING = TypeAdapter(_PhotoReading)
_FIELD = TypeAdapter(_Field)


def reading_to_json(reading: PhotoReading, text: Text) -> Kept:
    """Return a photo's reading as JSON-compatible data; `reading_from_json` reverses it.

    Each sentence is stored with its current text, rendered by `text`.
    """
    return _written(
        _READING,
        _PhotoReading(
            format=FORMAT,
            photo_id=reading.photo_id,
            regions=reading.regions,
            readings=tuple(_reading(one, text) for one in reading.readings),
            combined=tuple(_reading(one, text) for one in reading.combined),
            codes=tuple(replace(one, notes=_said(one.notes, text)) for one in reading.codes),
            seconds=reading.seconds,
            notes=_said(reading.notes, text),
        ),
    )


def field_to_json(reading: FieldReading, text: Text) -> Kept:
    """Return one field's reading as JSON-compatible data; `text` as for `reading_to_json`."""
    return _written(_FIELD, _field(reading, text))


def _said(notes: tuple[Said, ...], text: Text) -> tuple[Said, ...]:
    return tuple(recorded(note, text) for note in notes)


def _written(adapter: TypeAdapter[_T], value: _T) -> Kept:
    written: Kept = adapter.dump_python(value, mode="json")
    return written


def _lattice(lattice: StringLikelihood | None) -> StoredLattice | None:
    return lattice.stored() if isinstance(lattice, Lattice) else None


def _glyph(glyph: Glyph) -> _Glyph:
    box = glyph.box
    return _Glyph(
        options=tuple(_Option(option.char, option.probability) for option in glyph.options),
        box=None if box is None else _Box(box.x, box.y, box.width, box.height),
    )


def _engine(engine: Engine) -> _Engine:
    return _Engine(engine.name, engine.version, engine.weights_sha256)


def _line(line: TextLine) -> _Line:
    return _Line(
        line_id=line.line_id,
        corners=line.corners,
        text=line.text,
        confidence=line.confidence,
        glyphs=tuple(map(_glyph, line.glyphs)),
        engine=_engine(line.engine),
        lattice=_lattice(line.lattice),
    )


def _field(reading: FieldReading, text: Text) -> _Field:
    return _Field(
        field=reading.field,
        text=reading.text,
        confidence=reading.confidence,
        state=reading.state,
        glyphs=tuple(map(_glyph, reading.glyphs)),
        alternatives=tuple(_Alternative(one.text, one.probability) for one in reading.alternatives),
        source=reading.source,
        notes=_said(reading.notes, text),
        strength=reading.strength,
        lattice=_lattice(reading.lattice),
        reasons=tuple(_Reason(why.rule, recorded(why.sentence, text)) for why in reading.reasons),
        witnesses=tuple(
            _Witness(one.name, one.engines, one.stance, one.texts) for one in reading.witnesses
        ),
    )


def _reading(reading: Reading, text: Text) -> _Reading:
    return _Reading(
        region_id=reading.region_id,
        engine=_engine(reading.engine),
        lines=tuple(map(_line, reading.lines)),
        fields=tuple(_field(one, text) for one in reading.fields),
    )


def reading_from_json(data: object) -> PhotoReading:
    """Rebuild a reading from data, or from their JSON as bytes.

    In the previous format, sentences are texts. Raises `ReadingRefused` if the data are invalid.
    """
    kept = _read(_READING, data, what="reading")
    if kept.format == TEXTS_ALONE and not all(isinstance(one, str) for one in _sentences(kept)):
        raise ReadingRefused(f"a stored reading cannot be rebuilt: {TEXTS_ALONE} has texts alone")
    try:
        return PhotoReading(
            photo_id=kept.photo_id,
            regions=kept.regions,
            readings=tuple(map(_to_reading, kept.readings)),
            combined=tuple(map(_to_reading, kept.combined)),
            codes=kept.codes,
            seconds=kept.seconds,
            notes=kept.notes,
        )
    except ValueError as error:
        raise ReadingRefused(f"a stored reading cannot be rebuilt: {error}") from error


def _sentences(kept: _PhotoReading) -> Iterator[Said]:
    yield from kept.notes
    for code in kept.codes:
        yield from code.notes
    for reading in (*kept.readings, *kept.combined):
        for field in reading.fields:
            yield from field.notes
            yield from (why.sentence for why in field.reasons)


def field_from_json(data: object) -> FieldReading:
    """Rebuild one field's reading; raises `ReadingRefused` if the data are invalid."""
    kept = _read(_FIELD, data, what="field")
    try:
        return _to_field(kept)
    except ValueError as error:
        raise ReadingRefused(f"a stored field cannot be rebuilt: {error}") from error


def _read(adapter: TypeAdapter[_T], data: object, *, what: str) -> _T:
    """Parse the stored form strictly; the error names the first thing that is wrong."""
    try:
        return adapter.validate_json(
            data if isinstance(data, bytes) else to_json(data), strict=True, extra="forbid"
        )
    except ValidationError as error:
        first: Any = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(map(str, first["loc"])) or "it"
        raise ReadingRefused(
            f"a stored {what} cannot be rebuilt: {where}: {first['msg']}"
        ) from error


def _to_lattice(kept: StoredLattice | None) -> Lattice | None:
    return None if kept is None else Lattice.of(kept)


def _to_glyph(kept: _Glyph) -> Glyph:
    return Glyph(
        options=tuple(
            CharOption(char=one.char, probability=one.probability) for one in kept.options
        ),
        box=None if kept.box is None else Box(**kept.box._asdict()),
    )


def _to_engine(kept: _Engine) -> Engine:
    return Engine(**kept._asdict())


def _to_line(kept: _Line) -> TextLine:
    return TextLine(
        line_id=kept.line_id,
        corners=kept.corners,
        text=kept.text,
        confidence=kept.confidence,
        glyphs=tuple(map(_to_glyph, kept.glyphs)),
        engine=_to_engine(kept.engine),
        lattice=_to_lattice(kept.lattice),
    )


def _to_field(kept: _Field) -> FieldReading:
    return FieldReading(
        field=kept.field,
        text=kept.text,
        confidence=kept.confidence,
        state=kept.state,
        glyphs=tuple(map(_to_glyph, kept.glyphs)),
        alternatives=tuple(Alternative(**one._asdict()) for one in kept.alternatives),
        source=kept.source,
        notes=kept.notes,
        strength=kept.strength,
        lattice=_to_lattice(kept.lattice),
        reasons=tuple(Reason(**one._asdict()) for one in kept.reasons),
        witnesses=tuple(Witness(**one._asdict()) for one in kept.witnesses),
    )


def _to_reading(kept: _Reading) -> Reading:
    return Reading(
        region_id=kept.region_id,
        engine=_to_engine(kept.engine),
        lines=tuple(map(_to_line, kept.lines)),
        fields=tuple(map(_to_field, kept.fields)),
    )
