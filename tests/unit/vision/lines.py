"""Text lines made by hand, for rules that look at text and place only."""

from __future__ import annotations

from vision.types import CharOption, Engine, Glyph, TextLine

HAND = Engine(name="hand", version="1", weights_sha256="0" * 64)


def text_line(line_id: str, text: str, x: float, y: float, width: float, height: float) -> TextLine:
    return TextLine(
        line_id=line_id,
        corners=((x, y), (x + width, y), (x + width, y + height), (x, y + height)),
        text=text,
        confidence=0.99,
        glyphs=tuple(Glyph(options=(CharOption(char=char, probability=0.99),)) for char in text),
        engine=HAND,
    )
