"""Turn the lines seen in the passes into the lines of each plate, as read by every engine.

The first engine reads every line. The others read what matters: lines with fields and their labels,
and lines on which passes differ. Of each line, the reading that the others contradict least is
shown.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from values.rule import Declared
from vision.media.rectify import crop_quad, stretched
from vision.ocr.consensus import contradicts, most_agreed
from vision.ocr.engine import reread
from vision.ocr.scripts import read_other_scripts, replaces
from vision.plate.code_values import codes_beside
from vision.plate.cyrillic import read_cyrillic
from vision.plate.detect import find_plates
from vision.plate.draft import EngineLines, PlateDraft
from vision.plate.layout import rows_of
from vision.plate.spans import read_plate, telling_lines
from vision.plate.views import numbered

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vision.ocr.engine import Recognised, TextEngine
    from vision.plate.budget import Budget
    from vision.plate.views import SeenLine
    from vision.types import Code, Engine, Pixels, TextLine

CYRILLIC_READER, TESSERACT = "cyrillic", "tesseract"
OF_OTHER_SCRIPTS = (CYRILLIC_READER, TESSERACT)
"""Engines for scripts that the first one lacks; they read only the lines assigned to them."""

MOST_LINES = 8
"""Maximum number of lines of one photo that a second engine reads, the most important first."""

MOST_CONTESTED = 4
"""Maximum number of further lines that a second engine reads because passes differ on them."""

ROOM = 0.2
"""Another engine gets a crop this much longer at each end, in letter heights."""

MOST_SHIFTED, SHIFTED = 6, (0.06, 0.2)
"""Number of lines that the first engine reads again, and how many letter heights further their
crops extend above and below, and beyond each end.
"""

RULES: Final = Declared(
    "lines",
    test="tests/unit/vision/plate/test_lines.py",
    source="assumed",
    units={
        "OF_OTHER_SCRIPTS": "engines",
        "MOST_LINES": "lines",
        "MOST_CONTESTED": "lines",
        "ROOM": "letter heights",
        "MOST_SHIFTED": "lines",
        "SHIFTED": "letter heights: above and below, beyond each end",
    },
)


def gathered(seen: Sequence[SeenLine], photo_id: str, engine: Engine) -> tuple[PlateDraft, ...]:
    """Group the lines of the first engine into plates, the largest first."""
    plates: list[PlateDraft] = []
    count = 0
    for region, members in find_plates([line.corners for line in seen], photo_id):
        here = [seen[at] for at in members]
        lines = numbered(here, engine, first=count + 1)
        count += len(here)
        passes = {line.line_id: one.others for line, one in zip(lines, here, strict=True)}
        in_order = tuple(row.line for row in rows_of(lines))
        plates.append(
            PlateDraft(
                region=region,
                lines=in_order,
                by_engine=(as_read_by(engine, {one.line_id: one for one in in_order}, in_order),),
                passes=passes,
            )
        )
    return tuple(
        replace(plate, around=tuple(one for other in _but(plates, plate) for one in other.lines))
        for plate in plates
    )


def _but(plates: Sequence[PlateDraft], plate: PlateDraft) -> list[PlateDraft]:
    return [other for other in plates if other is not plate]


def as_read_by(
    engine: Engine, own: Mapping[str, TextLine], lines: Sequence[TextLine]
) -> EngineLines:
    """Return one engine's text of a plate; label words it did not read are the first engine's."""
    text = read_plate([own.get(line.line_id, line) for line in lines])
    return EngineLines(engine=engine, own=own, text=text)


def read_by_all(
    plates: Sequence[PlateDraft],
    pixels: Pixels,
    engines: Mapping[str, TextEngine],
    codes: tuple[Code, ...],
    budget: Budget,
) -> tuple[PlateDraft, ...]:
    """Read the important lines of the plates with every engine, and look for codes beside them.

    `engines` are by name, the first engine first; `codes` are those already known.
    """
    first, *_ = engines.values()
    texts = [plate.by_engine[0].text for plate in plates]
    parts = [plate.lines for plate in plates]
    telling = telling_lines(texts)
    contested = [line for plate in plates for line in _contested(plate)]
    answers: list[tuple[Engine, dict[str, TextLine]]] = []
    cyrillic: dict[str, TextLine] | None = None
    for name, engine in list(engines.items())[1:]:
        if budget.stopped() and not _asked_anyway(name, budget):
            continue
        budget.step(f"reading again with {name}")
        if name == CYRILLIC_READER:
            lines = cyrillic = read_cyrillic(pixels, engine, parts)
        elif name == TESSERACT:
            lines = read_other_scripts(pixels, engine, parts, cyrillic)
        else:
            lines = read_again(pixels, engine, telling, contested)
        if lines:
            answers.append((engine.identity, lines))
    crops = {} if budget.stopped() else read_shifted(pixels, first, telling)
    if not budget.stopped():
        codes = codes_beside(pixels, texts, codes)
    return tuple(with_engines(plate, answers, crops=crops, codes=codes) for plate in plates)


def _asked_anyway(name: str, budget: Budget) -> bool:
    """Whether an engine runs although the time ran out: it tries a few lines only."""
    return name == CYRILLIC_READER and not budget.bare and not budget.cancelled


def _contested(plate: PlateDraft) -> list[TextLine]:
    """List lines with digits that another pass surely read differently."""
    return [
        line
        for line in plate.lines
        if any(contradicts(line.text, one) for one in plate.passes.get(line.line_id, ()))
    ]


def read_again(
    pixels: Pixels,
    engine: TextEngine,
    telling: Sequence[TextLine],
    contested: Sequence[TextLine] = (),
) -> dict[str, TextLine]:
    """Read the important lines of all plates with another engine: {line number: its line}.

    It also reads a few of the `contested` lines, on which passes differ.
    """
    chosen = list(telling[:MOST_LINES])
    told = {line.line_id for line in chosen}
    chosen += [line for line in contested if line.line_id not in told][:MOST_CONTESTED]
    return _read(pixels, engine, chosen, sides=0.0, ends=ROOM)


def read_shifted(
    pixels: Pixels, engine: TextEngine, telling: Sequence[TextLine]
) -> dict[str, TextLine]:
    """Read the most important lines again in slightly wider crops: {line number: the line}."""
    sides, ends = SHIFTED
    return _read(pixels, engine, telling[:MOST_SHIFTED], sides=sides, ends=ends)


def _read(
    pixels: Pixels, engine: TextEngine, lines: Sequence[TextLine], *, sides: float, ends: float
) -> dict[str, TextLine]:
    answers = engine.recognise(
        [crop_quad(pixels, stretched(line.corners, sides=sides, ends=ends)) for line in lines]
    )
    return {
        line.line_id: reread(line, engine.identity, answer)
        for line, answer in zip(lines, answers, strict=True)
        if answer.text.strip()
    }


def with_engines(
    plate: PlateDraft,
    answers: Sequence[tuple[Engine, Mapping[str, TextLine]]],
    *,
    crops: Mapping[str, TextLine] | None = None,
    codes: tuple[Code, ...] = (),
) -> PlateDraft:
    """Add to a plate the readings of other engines and other crops, and the codes."""
    first = plate.by_engine[0]
    others = [
        as_read_by(engine, mine, plate.lines)
        for engine, lines in answers
        if (mine := _of(plate, lines))
    ]
    shifted = _of(plate, crops or {})
    return replace(
        plate,
        by_engine=(first, *others),
        crops=(as_read_by(first.engine, shifted, plate.lines),) if shifted else (),
        shown=tuple(
            _shown(line, [one.own for one in others], plate.passes.get(line.line_id, ()))
            for line in plate.lines
        ),
        codes=codes,
    )


def _of(plate: PlateDraft, lines: Mapping[str, TextLine]) -> dict[str, TextLine]:
    return {one.line_id: lines[one.line_id] for one in plate.lines if one.line_id in lines}


def _shown(
    line: TextLine, others: Sequence[Mapping[str, TextLine]], passes: Sequence[Recognised]
) -> TextLine:
    """Return a line as read by the engine that the others contradict least.

    If the first engine lacks the script, the engine that has it is believed, unless the first one
    read the line more surely in its own.
    """
    again = [read[line.line_id] for read in others if line.line_id in read]
    for other in again:
        if other.engine.name in OF_OTHER_SCRIPTS and replaces(line, other):
            return other
    again = [other for other in again if other.engine.name not in OF_OTHER_SCRIPTS]
    readings = (line, *again, *(reread(line, line.engine, one) for one in passes))
    return readings[most_agreed(readings)]
