"""Readings as plain data and back, lattices included, so that they can be kept and shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, get_args

from vision.errors import ReadingRefused
from vision.lattice import Lattice
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
    StringLikelihood,
    TextLine,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FORMAT = "nameplate-reading-1"


def reading_to_json(reading: PhotoReading) -> dict[str, Any]:
    """Give everything read in a photo as JSON-able data; `reading_from_json` undoes it."""
    return {
        "format": FORMAT,
        "photo_id": reading.photo_id,
        "regions": [
            {
                "region_id": region.region_id,
                "photo_id": region.photo_id,
                "corners": _points(region.corners),
                "confidence": region.confidence,
            }
            for region in reading.regions
        ],
        "readings": [_reading(one) for one in reading.readings],
        "combined": [_reading(one) for one in reading.combined],
        "codes": [_code(code) for code in reading.codes],
        "seconds": reading.seconds,
        "notes": list(reading.notes),
    }


def field_to_json(reading: FieldReading) -> dict[str, Any]:
    """Give one field's reading as JSON-able data."""
    return {
        "field": reading.field,
        "text": reading.text,
        "confidence": reading.confidence,
        "state": reading.state,
        "glyphs": [_glyph(glyph) for glyph in reading.glyphs],
        "alternatives": [[other.text, other.probability] for other in reading.alternatives],
        "source": {
            "line_id": reading.source.line_id,
            "corners": _points(reading.source.corners),
            "label": reading.source.label,
            "rule": reading.source.rule,
        },
        "notes": list(reading.notes),
        "strength": reading.strength,
        "lattice": _lattice(reading.lattice),
    }


def _points(corners: Quad) -> list[list[float]]:
    return [[x, y] for x, y in corners]


def _lattice(lattice: StringLikelihood | None) -> dict[str, Any] | None:
    return lattice.to_json() if isinstance(lattice, Lattice) else None


def _glyph(glyph: Glyph) -> dict[str, Any]:
    box = glyph.box
    return {
        "options": [[option.char, option.probability] for option in glyph.options],
        "box": None if box is None else [box.x, box.y, box.width, box.height],
    }


def _engine(engine: Engine) -> list[str]:
    return [engine.name, engine.version, engine.weights_sha256]


def _reading(reading: Reading) -> dict[str, Any]:
    return {
        "region_id": reading.region_id,
        "engine": _engine(reading.engine),
        "lines": [
            {
                "line_id": line.line_id,
                "corners": _points(line.corners),
                "text": line.text,
                "confidence": line.confidence,
                "glyphs": [_glyph(glyph) for glyph in line.glyphs],
                "engine": _engine(line.engine),
                "lattice": _lattice(line.lattice),
            }
            for line in reading.lines
        ],
        "fields": [field_to_json(field) for field in reading.fields],
    }


def _code(code: Code) -> dict[str, Any]:
    return {
        "symbology": code.symbology,
        "payload": code.payload,
        "fields": [list(pair) for pair in code.fields],
        "corners": _points(code.corners),
        "notes": list(code.notes),
    }


def reading_from_json(data: Mapping[str, Any]) -> PhotoReading:
    """Rebuild a reading; raise `ReadingRefused` where the data are not what they claim to be."""
    try:
        if data["format"] != FORMAT:
            raise ReadingRefused(f"this is not a reading in the form {FORMAT!r}")
        return PhotoReading(
            photo_id=str(data["photo_id"]),
            regions=tuple(
                PlateRegion(
                    region_id=str(region["region_id"]),
                    photo_id=str(region["photo_id"]),
                    corners=_quad(region["corners"]),
                    confidence=float(region["confidence"]),
                )
                for region in data["regions"]
            ),
            readings=tuple(_to_reading(one) for one in data["readings"]),
            combined=tuple(_to_reading(one) for one in data["combined"]),
            codes=tuple(_to_code(one) for one in data["codes"]),
            seconds=float(data["seconds"]),
            notes=tuple(str(note) for note in data["notes"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ReadingRefused(f"a stored reading cannot be rebuilt: {error!r}") from error


def field_from_json(data: Mapping[str, Any]) -> FieldReading:
    """Rebuild one field's reading; raise `ReadingRefused` where the data do not fit."""
    try:
        source = data["source"]
        label = source["label"]
        return FieldReading(
            field=_field(data["field"]),
            text=str(data["text"]),
            confidence=_share(data["confidence"]),
            state=_state(data["state"]),
            glyphs=tuple(_to_glyph(glyph) for glyph in data["glyphs"]),
            alternatives=tuple(
                Alternative(text=str(text), probability=_share(probability))
                for text, probability in data["alternatives"]
            ),
            source=FieldSource(
                line_id=str(source["line_id"]),
                corners=_quad(source["corners"]),
                label=None if label is None else str(label),
                rule=str(source["rule"]),
            ),
            notes=tuple(str(note) for note in data["notes"]),
            strength=_share(data["strength"]),
            lattice=_to_lattice(data["lattice"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise ReadingRefused(f"a stored field cannot be rebuilt: {error!r}") from error


def _to_lattice(data: Any) -> Lattice | None:
    return None if data is None else Lattice.from_json(data)


def _share(value: Any) -> float:
    share = float(value)
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"{share} is not between 0 and 1")
    return share


def _field(value: Any) -> FieldName:
    if value not in get_args(FieldName):
        raise ValueError(f"{value!r} is not a field")
    return cast("FieldName", value)


def _state(value: Any) -> ReadingState:
    if value not in get_args(ReadingState):
        raise ValueError(f"{value!r} is not a state")
    return cast("ReadingState", value)


def _quad(data: Any) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in data)
    return (a, b, c, d)


def _to_glyph(data: Mapping[str, Any]) -> Glyph:
    box = data["box"]
    return Glyph(
        options=tuple(
            CharOption(char=str(char), probability=_share(probability))
            for char, probability in data["options"]
        ),
        box=None
        if box is None
        else Box(x=float(box[0]), y=float(box[1]), width=float(box[2]), height=float(box[3])),
    )


def _to_engine(data: Any) -> Engine:
    name, version, weights = data
    return Engine(name=str(name), version=str(version), weights_sha256=str(weights))


def _to_reading(data: Mapping[str, Any]) -> Reading:
    return Reading(
        region_id=str(data["region_id"]),
        engine=_to_engine(data["engine"]),
        lines=tuple(
            TextLine(
                line_id=str(line["line_id"]),
                corners=_quad(line["corners"]),
                text=str(line["text"]),
                confidence=_share(line["confidence"]),
                glyphs=tuple(_to_glyph(glyph) for glyph in line["glyphs"]),
                engine=_to_engine(line["engine"]),
                lattice=_to_lattice(line["lattice"]),
            )
            for line in data["lines"]
        ),
        fields=tuple(field_from_json(field) for field in data["fields"]),
    )


def _to_code(data: Mapping[str, Any]) -> Code:
    return Code(
        symbology=str(data["symbology"]),
        payload=str(data["payload"]),
        fields=tuple((_field(name), str(value)) for name, value in data["fields"]),
        corners=_quad(data["corners"]),
        notes=tuple(str(note) for note in data["notes"]),
    )
