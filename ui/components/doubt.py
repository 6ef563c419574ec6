"""Shows uncertainty: each character with its alternatives, and the engines side by side."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

import streamlit as st

from ui import words
from ui.components import markup
from words import en
from words.english.reading import engine_name
from workbench.review.strength import pixels_of, strength_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vision.types import FieldReading, PhotoReading

SURE, DOUBTFUL = 0.95, 0.5
"""The probability from which a character is drawn as sure, and below which as lost."""


def glyphs(field: FieldReading) -> None:
    """Each character of a reading in a cell, with its alternatives below."""
    cells = []
    for glyph in field.glyphs:
        best = glyph.options[0]
        if best.char.isspace() and best.probability >= DOUBTFUL:
            cells.append('<div class="np-glyph np-glyph-gap" title="space"></div>')
            continue
        others = "".join(
            f"<i>{markup.safe(option.char)} {words.percent(option.probability)}</i>"
            for option in glyph.options[1:4]
            if option.probability >= 0.01
        )
        tone = (
            "sure"
            if best.probability >= SURE
            else "doubt"
            if best.probability >= DOUBTFUL
            else "lost"
        )
        said = f"{best.char}, {words.percent(best.probability)}"
        cells.append(
            f'<div class="np-glyph np-glyph-{tone}" title="{markup.safe(said)}">'
            f"<b>{markup.safe(best.char)}</b>{others}</div>"
        )
    inner = "".join(cells)
    st.html(
        f'<div class="np-glyphs" role="group" aria-label="Character by character">{inner}</div>'
    )


def strength(field: FieldReading) -> str:
    """The level of a field, why, which engines read it, and how sure the characters are."""
    found = strength_of(field)
    label = markup.chip(
        found.word,
        words.READING_TONES.get(field.state, "neutral"),
        means=words.READING_HELP.get(field.state, ""),
    )
    return (
        f'{label} <span class="np-small np-muted" title="{words.PIXELS_HELP}">'
        f"Characters {words.percent(found.pixels)} sure.</span>"
        f' <span class="np-small np-muted">{markup.safe(found.witnesses)}</span>'
    )


def alternatives(field: FieldReading) -> None:
    """Other possible values of the field."""
    if not field.alternatives:
        return
    shown = " &nbsp; ".join(
        f"{markup.machine(other.text)} "
        f'<span class="np-muted np-small">{words.percent(other.probability)}</span>'
        for other in field.alternatives[:6]
    )
    st.html(f'<div><span class="np-muted np-small">It may also be</span> &nbsp; {shown}</div>')


def readers(reading: PhotoReading, region_id: str, field: FieldReading) -> None:
    """What each engine read in the field, with differing characters marked."""
    rows = [
        (engine_name(by.engine.name), item.text, pixels_of(item))
        for by in reading.readings
        if by.region_id == region_id
        for item in by.fields
        if item.field == field.field
    ]
    if not rows:
        return
    if all(text == field.text for _name, text, _confidence in rows):
        said = ", ".join(f"{name} {words.percent(sure)}" for name, _text, sure in rows)
        agree = "Same text from" if len(rows) > 1 else "Read by"
        st.html(f'<div class="np-small np-muted">{agree} {markup.safe(said)}</div>')
        return
    markup.table(
        ("Engine", "Read", "How sure"),
        [
            (
                markup.safe(name),
                f'<span class="np-machine">{marked(text, field.text)}</span>',
                words.percent(confidence),
            )
            for name, text, confidence in rows
        ],
        numeric=(2,),
    )
    st.html('<div class="np-small np-muted">Differences from the reading above are marked.</div>')


def lines(reading: PhotoReading, region_id: str) -> None:
    """Every line that each engine read in a region, whether or not it became a field."""
    rows = [
        (
            markup.safe(engine_name(by.engine.name)),
            markup.machine(line.text),
            words.percent(line.confidence),
        )
        for by in reading.readings
        if by.region_id == region_id
        for line in by.lines
    ]
    if rows:
        with st.expander(f"All {words.count(len(rows), 'line')}, by engine"):
            markup.table(("Engine", "Line", "How sure"), rows, numeric=(2,))


def codes(reading: PhotoReading) -> None:
    """Machine-readable codes in the photo, with their content and notes on it."""
    for code in reading.codes:
        said = [(words.field(name), text) for name, text in code.fields]
        st.html(
            markup.chips(markup.chip(code.symbology, "accent"))
            + markup.facts_html([("Content", code.payload), *said], mono=("Content",))
        )
        notes(tuple(map(en.text, code.notes)))


def marked(text: str, against: str) -> str:
    """The text as HTML, with what differs from another text marked."""
    pieces = []
    for kind, start, end, _a, _b in SequenceMatcher(None, text, against).get_opcodes():
        piece = markup.safe(text[start:end])
        pieces.append(
            piece if kind == "equal" or not piece else f'<mark class="np-diff">{piece}</mark>'
        )
    return "".join(pieces)


def notes(lines: Sequence[str]) -> None:
    """Notes on a reading, such as what a grammar removed, in the program's sentences."""
    if lines:
        listed = "".join(f"<li>{markup.safe(line)}</li>" for line in lines)
        st.html(f'<ul class="np-small np-muted np-points">{listed}</ul>')
